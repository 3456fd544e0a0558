package fetch

import (
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/netkit-go/netkit/internal/cli"
)

// showsProgress: on a terminal, when the body does not go to one.
func (o *Options) showsProgress(s *cli.Streams, j job) bool {
	toTerminal := s.OutTerminal && (j.file == "" || j.file == "-") && o.Output.Format == Raw
	return s.Progress() && !o.Silent && !o.Verbose && !o.Head && !toTerminal
}

// bar is the progress bar of one URL. It appears with the first bytes of a body.
type bar struct {
	s    *cli.Streams
	name string
	b    *progressbar.ProgressBar
}

func (p *bar) set(done, expected int64) {
	if p.b == nil {
		p.b = progressbar.NewOptions64(expected,
			progressbar.OptionSetWriter(p.s.Err),
			progressbar.OptionSetDescription(cli.Escape(p.name)),
			progressbar.OptionShowBytes(true),
			progressbar.OptionUseANSICodes(false),
			progressbar.OptionSetWidth(max(10, min(40, p.s.Width()-60))),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine of its own
			progressbar.OptionClearOnFinish(),
		)
		return // there is no rate yet
	}
	_ = p.b.Set64(done) // a bar that cannot be drawn is no reason to stop
}

func (p *bar) end() {
	if p.b != nil {
		_ = p.b.Finish()
	}
}
