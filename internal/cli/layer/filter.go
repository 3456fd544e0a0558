package layer

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/display"
	"github.com/netkit-go/netkit/pkg/capture/pcapfilter"
)

// packetFilter is -f. What a filter means depends on what packets begin with, so
// it is compiled for each link type that comes.
type packetFilter struct {
	text     string
	programs map[capture.LinkType]*pcapfilter.Program // nil: no packet can match
	last     capture.LinkType
	program  *pcapfilter.Program // for last
	failed   error
}

// compileFilter finds what is wrong with a filter for every link type.
func compileFilter(s *cli.Streams, text string, machine bool) (*packetFilter, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	f := &packetFilter{text: text, programs: map[capture.LinkType]*pcapfilter.Program{}, last: noLinkType}
	_, err := pcapfilter.Compile(text, pcapfilter.Config{LinkType: capture.LinkTypeEthernet})
	var e *pcapfilter.SyntaxError
	if errors.As(err, &e) && !errors.Is(err, pcapfilter.ErrRejectsAll) && !errors.Is(err, pcapfilter.ErrUnsupported) {
		what := e.What
		if e.Expected != "" {
			what += ", expected " + e.Expected
		}
		return nil, misread(s, "filter", text, e.Offset, 1, what, machine)
	}
	return f, nil
}

// noLinkType is none that a packet has.
const noLinkType capture.LinkType = 0xffff

func (f *packetFilter) match(p *capture.Packet) bool {
	if p.LinkType != f.last {
		f.last = p.LinkType
		program, ok := f.programs[p.LinkType]
		if !ok {
			var err error
			if program, err = pcapfilter.Compile(f.text, pcapfilter.Config{LinkType: p.LinkType}); err != nil && !errors.Is(err, pcapfilter.ErrRejectsAll) {
				f.failed = f.unfit(p.LinkType, err)
			}
			f.programs[p.LinkType] = program
		}
		f.program = program
	}
	return f.program != nil && f.program.Match(p.Data, max(p.OrigLen, len(p.Data)))
}

// unfit is the error for a filter that asks for what the link type does not have.
func (f *packetFilter) unfit(link capture.LinkType, err error) error {
	var e *pcapfilter.SyntaxError
	what := err.Error()
	if errors.As(err, &e) {
		what = e.What
	}
	return cli.Usagef("filter %q: on link type %v: %s", f.text, link, what)
}

// live is the program for the kernel.
func (f *packetFilter) live(link capture.LinkType) ([]bpf.RawInstruction, error) {
	p, err := pcapfilter.Compile(f.text, pcapfilter.Config{LinkType: link, Live: true})
	if err != nil {
		return nil, f.unfit(link, err)
	}
	return p.Raw(), nil
}

// checkDisplay compiles -Y for its errors.
func checkDisplay(s *cli.Streams, text string, machine bool) error {
	if text == "" {
		return nil
	}
	_, err := display.Compile(text)
	var e *display.Error
	if errors.As(err, &e) {
		return misread(s, "-Y", e.Filter, e.Offset, e.Len, e.Msg, machine)
	}
	return err
}

// misread is the error for a filter that is not understood. People are shown the
// place.
func misread(s *cli.Streams, flag, text string, at, n int, what string, machine bool) error {
	if !machine {
		before := cli.Escape(text[:at])
		fmt.Fprintf(s.Err, "  %s\n  %s%s\n", cli.Escape(text), strings.Repeat(" ", len([]rune(before))), strings.Repeat("^", max(1, n)))
	}
	return cli.Usagef("%s, column %d: %s", flag, at+1, what)
}
