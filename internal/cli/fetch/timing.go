package fetch

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Phase is a part of an exchange.
type Phase struct {
	Name    string      `json:"name" doc:"dns, arp or nd (only with --timing; in the time of dns or tcp), tcp, proxy (until its tunnel stood), tls, first_byte (request and wait), transfer."`
	Start   cli.Seconds `json:"start" doc:"When it began, from the beginning of the exchange, in seconds."`
	Seconds cli.Seconds `json:"seconds" doc:"How long it took, in seconds."`
	Failed  bool        `json:"failed,omitempty" doc:"The exchange ended in it."`
}

// neighbours notes when the client did not know a MAC address and asked for it.
type neighbours struct {
	asked []question
}

type question struct {
	arp      bool
	from, to int64 // nanoseconds since the Unix epoch; to is 0 while nobody answered
	trace.Neigh
}

// maxQuestions bounds the list; what comes later is not listed.
const maxQuestions = 1000

// Emit implements trace.Sink.
func (n *neighbours) Emit(e *trace.Event) {
	if e.Kind != trace.NeighState || e.Host != "client" {
		return
	}
	switch {
	case neigh.State(e.Neigh.New) == neigh.Incomplete && len(n.asked) < maxQuestions:
		n.asked = append(n.asked, question{arp: e.Neigh.Addr.Is4(), from: e.Time, Neigh: e.Neigh})
	case neigh.State(e.Neigh.Old) == neigh.Incomplete:
		for i := range n.asked {
			if q := &n.asked[i]; q.to == 0 && q.Addr == e.Neigh.Addr {
				q.to = e.Time
			}
		}
	}
}

// phases divides an exchange into its phases, in the order in which they began.
func (r *runner) phases(x *fetch.Exchange) []Phase {
	t := x.Timing
	list := []Phase{}
	at := time.Duration(0)
	open := false // a phase did not come to its end
	add := func(name string, to time.Duration, takesPart bool) {
		if !takesPart || open {
			return
		}
		if open = to == 0; open {
			to = t.Total
		}
		list = append(list, Phase{Name: name, Start: cli.Seconds(at), Seconds: cli.Seconds(max(0, to-at)), Failed: open})
		at = to
	}
	fresh, proxied := !x.Conn.Reused, x.Conn.Proxy != nil
	secure := x.URL.Scheme == "https"
	add("dns", t.NameLookup, fresh)
	add("tcp", t.Connect, fresh)
	add("proxy", t.Tunnel, fresh && (t.Tunnel > 0 || proxied && secure))
	add("tls", t.AppConnect, fresh && secure)
	at = max(at, t.PreTransfer)
	add("first_byte", t.StartTransfer, true)
	add("transfer", t.Total, true)
	if r.neigh == nil {
		return list
	}
	for _, q := range r.neigh.asked {
		name := "nd"
		if q.arp {
			name = "arp"
		}
		from := time.Unix(0, q.from).Sub(t.Start)
		if q.to == 0 || from < 0 || from >= t.Total {
			continue
		}
		i := 0
		for i < len(list) && time.Duration(list[i].Start) <= from {
			i++
		}
		list = append(list[:i], append([]Phase{{Name: name, Start: cli.Seconds(from), Seconds: cli.Seconds(q.to - q.from)}}, list[i:]...)...)
	}
	return list
}

// chart prints the phases of all exchanges on one scale.
func (r *runner) chart(res *fetch.Result) error {
	if len(res.Exchanges) == 0 {
		return nil
	}
	const label = len("first byte  ") + 2*len(" 123456.123 ms")
	first := res.Exchanges[0].Timing.Start
	width := float64(max(10, min(60, r.s.Width()-label-11)))
	var b strings.Builder
	for _, x := range res.Exchanges {
		offset := x.Timing.Start.Sub(first)
		fmt.Fprintf(&b, "%s %s", x.Method, cli.Escape(x.URL.String()))
		if x.Head != nil {
			fmt.Fprintf(&b, "  %d %s", x.Head.Status, cli.Escape(x.Head.Reason))
		}
		switch {
		case x.Conn.Reused:
			b.WriteString("  (connection kept)")
		case x.Conn.Remote.IsValid():
			fmt.Fprintf(&b, "  %s", x.Conn.Remote)
		}
		b.WriteByte('\n')
		for _, p := range r.phases(x) {
			name, start := strings.ReplaceAll(p.Name, "_", " "), offset+time.Duration(p.Start)
			switch name {
			case "dns", "tcp", "tls":
				name = strings.ToUpper(name)
			case "arp", "nd":
				name = " " + strings.ToUpper(name)
			}
			from, length := 0, 1
			if res.Total > 0 {
				from = min(int(width)-1, int(width*start.Seconds()/res.Total.Seconds()))
				length = max(1, int(width*time.Duration(p.Seconds).Seconds()/res.Total.Seconds()+0.5))
			}
			length = min(length, int(width)-from)
			fmt.Fprintf(&b, "  %-10s %s %s  %s%s", name, millis(start), millis(time.Duration(p.Seconds)), strings.Repeat(" ", from), strings.Repeat("█", length))
			if p.Failed {
				b.WriteString(" failed")
			}
			b.WriteByte('\n')
		}
	}
	fmt.Fprintf(&b, "  %-10s %s %s\n", "total", strings.Repeat(" ", len(millis(0))), millis(res.Total))
	if _, err := io.WriteString(r.s.Out, b.String()); err != nil {
		return describe(stdoutError(err))
	}
	return nil
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%10.3f ms", float64(d)/float64(time.Millisecond))
}
