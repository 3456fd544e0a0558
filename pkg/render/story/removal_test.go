package story

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/trace"
)

// removal says which place of the story reports that an event class is not there.
type removal struct {
	kind  trace.Kind
	from  func(t testing.TB) *record
	step  int
	part  string // title of the part, "" for the step's own
	fact  string // that then did not happen; "" when the part did not
	other string // fact that is gone, where absence is not a statement of its own
}

func inPlain(t testing.TB) *record { return play(t, plain) }
func inSix(t testing.TB) *record   { return play(t, six) }
func inLossy(t testing.TB) *record { return play(t, lossy) }
func inImpaired(t testing.TB) *record {
	return play(t, bad)
}
func inThrough(t testing.TB) *record { return through(play(t, plain)) }

// inCached is a run whose name was in the cache.
func inCached(t testing.TB) *record {
	r := play(t, plain)
	out := &record{frames: r.frames}
	for _, e := range r.events {
		switch e.Kind {
		case trace.DNSQuery:
			e.Kind = trace.DNSCacheHit
		case trace.DNSAnswer:
			continue
		}
		out.events = append(out.events, e)
	}
	return out
}

// inOdd is a run with events that a healthy lab does not have.
func inOdd(t testing.TB) *record {
	r := play(t, plain)
	flow := trace.Flow{Proto: 6}
	for i := range r.events {
		if e := &r.events[i]; e.Kind == trace.TCPSend && e.Host == "client" {
			flow = e.Flow
			break
		}
	}
	last := r.events[len(r.events)-1]
	for _, e := range []trace.Event{
		{Kind: trace.IPFragment, Host: "r1", Flow: flow}, {Kind: trace.IPReassemble, Host: "web", Flow: flow},
		{Kind: trace.ICMPRecv, Host: "client", Text: "fragmentation needed"}, {Kind: trace.TimeSqueeze, Host: "client"},
		{Kind: trace.UplinkDial, Host: "gw", Flow: flow, Text: "127.0.0.1:80"}, {Kind: trace.UplinkRefused, Host: "gw", Flow: flow, Text: "connection refused"},
	} {
		last.Seq++
		e.Seq, e.Time = last.Seq, last.Time
		r.events = append(r.events, e)
	}
	return r
}

var removals = []removal{
	{kind: trace.URLParsed, from: inPlain, step: 1},
	{kind: trace.HTTPRequest, from: inPlain, step: 2},
	{kind: trace.CopyFromUser, from: inPlain, step: 2, fact: "copied from the application"},
	{kind: trace.DNSQuery, from: inPlain, step: 3},
	{kind: trace.DNSAnswer, from: inPlain, step: 3, fact: "answer"},
	{kind: trace.DNSCacheHit, from: inCached, step: 3},
	{kind: trace.UDPSend, from: inPlain, step: 3, fact: "datagrams sent"},
	{kind: trace.UDPRecv, from: inPlain, step: 3, fact: "datagrams received"},
	{kind: trace.TCPSend, from: inPlain, step: 4},
	{kind: trace.TCPRecv, from: inPlain, step: 4},
	{kind: trace.SockState, from: inPlain, step: 4},
	{kind: trace.TLSDone, from: inThrough, step: 4, part: "TLS"},
	{kind: trace.TSOCut, from: inPlain, step: 4, part: "How the data", other: "server: NIC cut"},
	{kind: trace.TCPCwnd, from: inLossy, step: 4, part: "How much", fact: "server: a change of it"},
	{kind: trace.TCPRetransmit, from: inLossy, step: 4, part: "What was lost", fact: "decisions to retransmit"},
	{kind: trace.TCPTimer, from: inLossy, step: 4, part: "What was lost", fact: "time-outs"},
	{kind: trace.Drop, from: inLossy, step: 4, part: "What was lost", other: "lost"},
	{kind: trace.WireImpair, from: inImpaired, step: 4, part: "What was lost", other: "on the cable: duplicated"},
	{kind: trace.IPSend, from: inPlain, step: 5},
	{kind: trace.RouteLookup, from: inPlain, step: 5, fact: "route look-up"},
	{kind: trace.IPRecv, from: inPlain, step: 5, fact: "TTL of the answer"},
	{kind: trace.IPFragment, from: inOdd, step: 5, fact: "fragmentation"},
	{kind: trace.IPReassemble, from: inOdd, step: 5, other: "reassembled"},
	{kind: trace.ICMPRecv, from: inOdd, step: 5, other: "ICMP received"},
	{kind: trace.NeighState, from: inPlain, step: 6},
	{kind: trace.NeighQueue, from: inPlain, step: 6, fact: "a packet that waited"},
	{kind: trace.ARPSend, from: inPlain, step: 6, fact: "ARP request"},
	{kind: trace.ARPRecv, from: inPlain, step: 6, fact: "ARP reply"},
	{kind: trace.NDSend, from: inSix, step: 6, fact: "Neighbor Solicitation"},
	{kind: trace.NDRecv, from: inSix, step: 6, fact: "Neighbor Advertisement"},
	{kind: trace.TxDMA, from: inPlain, step: 7},
	{kind: trace.TxDesc, from: inPlain, step: 7, fact: "descriptor filled"},
	{kind: trace.Doorbell, from: inPlain, step: 7, fact: "doorbell"},
	{kind: trace.DevXmit, from: inPlain, step: 7, fact: "net_dev_xmit"},
	{kind: trace.TxDone, from: inPlain, step: 7, fact: "descriptor done"},
	{kind: trace.TxComplete, from: inPlain, step: 7, fact: "buffer freed"},
	{kind: trace.RxDMA, from: inPlain, step: 7, part: "The way in"},
	{kind: trace.IRQ, from: inPlain, step: 7, part: "The way in", fact: "interrupt taken"},
	{kind: trace.IRQMask, from: inPlain, step: 7, part: "The way in", fact: "interrupt masked"},
	{kind: trace.IRQUnmask, from: inPlain, step: 7, part: "The way in", fact: "interrupt unmasked"},
	{kind: trace.NAPISchedule, from: inPlain, step: 7, part: "The way in", fact: "NAPI scheduled"},
	{kind: trace.SoftIRQRaise, from: inPlain, step: 7, part: "The way in", fact: "softirq raised"},
	{kind: trace.SoftIRQEntry, from: inPlain, step: 7, part: "The way in", fact: "softirq begins"},
	{kind: trace.SoftIRQExit, from: inPlain, step: 7, part: "The way in", fact: "softirq ends"},
	{kind: trace.SkbBuild, from: inPlain, step: 7, part: "The way in", fact: "sk_buff built"},
	{kind: trace.RxPost, from: inPlain, step: 7, part: "The way in", fact: "ring refilled"},
	{kind: trace.GROReceive, from: inPlain, step: 7, part: "The way in", fact: "GRO"},
	{kind: trace.NetifReceive, from: inPlain, step: 7, part: "The way in", fact: "up the stack"},
	{kind: trace.NAPIPoll, from: inPlain, step: 7, part: "The way in", fact: "NAPI poll ended"},
	{kind: trace.NAPIComplete, from: inPlain, step: 7, part: "The way in", fact: "NAPI complete"},
	{kind: trace.TimeSqueeze, from: inOdd, step: 7, part: "The card", other: "polls that ran out"},
	{kind: trace.SwitchLearn, from: inPlain, step: 8, fact: "learned"},
	{kind: trace.SwitchFlood, from: inPlain, step: 8, fact: "flooded"},
	{kind: trace.SwitchForward, from: inPlain, step: 8, fact: "the SYN, forwarded"},
	{kind: trace.IPForward, from: inPlain, step: 8, part: "The router"},
	{kind: trace.UplinkDial, from: inThrough, step: 8, part: "The uplink", fact: "dialled"},
	{kind: trace.UplinkOpen, from: inThrough, step: 8, part: "The uplink", fact: "open"},
	{kind: trace.UplinkClose, from: inThrough, step: 8, part: "The uplink", fact: "ended"},
	{kind: trace.UplinkRefused, from: inOdd, step: 8, part: "The uplink", fact: "open"},
	{kind: trace.HTTPStatus, from: inPlain, step: 9},
	{kind: trace.HTTPBody, from: inPlain, step: 9, fact: "complete body"},
	{kind: trace.SockQueue, from: inPlain, step: 9, fact: "put on the receive queue"},
	{kind: trace.TaskWake, from: inPlain, step: 9, fact: "reader or writer woken"},
	{kind: trace.CopyToUser, from: inPlain, step: 9, fact: "copied to the application"},
}

func without(events []trace.Event, k trace.Kind) []trace.Event {
	var out []trace.Event
	for _, e := range events {
		if e.Kind != k {
			out = append(out, e)
		}
	}
	return out
}

// Take an event class away, and the step says that it did not happen.
func TestWhatHasNoEventDidNotHappen(t *testing.T) {
	cache := map[uintptr]*record{}
	for _, x := range removals {
		t.Run(x.kind.String(), func(t *testing.T) {
			key := reflect.ValueOf(x.from).Pointer()
			if cache[key] == nil {
				cache[key] = x.from(t)
			}
			r := cache[key]
			before := r.tell()
			after := Tell(without(r.events, x.kind), Options{Frames: r.frames})
			p, f := find(before, x.step, x.part, x.fact)
			q, g := find(after, x.step, x.part, x.fact)
			switch {
			case x.other != "":
				_, f = find(before, x.step, x.part, x.other)
				_, g = find(after, x.step, x.part, x.other)
				if f == nil || g != nil && g.value() == f.value() {
					t.Errorf("%q stays in the story", x.other)
				}
			case x.fact != "":
				if x.kind != trace.UplinkRefused && f != nil && f.missing() {
					t.Errorf("%q did not happen before either", x.fact)
				}
				if g == nil || !g.missing() {
					t.Errorf("%q happens without its event: %+v", x.fact, g)
				}
			default:
				if !p.Happened {
					t.Errorf("%q did not happen before either: %s", p.Title, p.Text)
				}
				if q.Happened || !strings.HasPrefix(q.Text, "This did not happen") {
					t.Errorf("%q happens without its event: %s", q.Title, q.Text)
				}
			}
		})
	}
}

// No event class that the steps ask for may be missing above.
func TestEveryEventClassIsTakenAwayOnce(t *testing.T) {
	kinds := map[string]trace.Kind{}
	for _, f := range parse(t, "../../trace/*.go") {
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST && g.Specs[0].(*ast.ValueSpec).Names[0].Name == "None" {
				for i, s := range g.Specs {
					kinds[s.(*ast.ValueSpec).Names[0].Name] = trace.Kind(i)
				}
			}
		}
	}
	if kinds["Drop"] != trace.Drop || kinds["IRQ"] != trace.IRQ {
		t.Fatal("the list of kinds was not found")
	}
	taken := map[trace.Kind]int{}
	for _, x := range removals {
		if taken[x.kind]++; taken[x.kind] > 1 {
			t.Errorf("%s is taken away twice", x.kind)
		}
	}
	used := map[trace.Kind]bool{}
	for _, f := range parse(t, "*.go") {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "trace" {
					if k, ok := kinds[s.Sel.Name]; ok && !used[k] {
						used[k] = true
						if taken[k] == 0 {
							t.Errorf("the steps ask for %s, which no test takes away", k)
						}
					}
				}
			}
			return true
		})
	}
	for k := range unused {
		if used[k] {
			t.Errorf("a step asks for %s, and the recorder leaves it out", k)
		}
	}
	if len(used) < 50 {
		t.Errorf("only %d kinds are used", len(used))
	}
}

func parse(t *testing.T, pattern string) (out []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if strings.HasSuffix(n, "_test.go") || n == "recorder.go" { // which says what no step asks for
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), n, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// A record with holes has a story with holes.
func TestAnyRecordHasAStory(t *testing.T) {
	for _, from := range []func(testing.TB) *record{inSix, inLossy, inThrough} {
		r := from(t)
		for seed := range uint64(20) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			var some []trace.Event
			keep := rnd.Float64()
			for _, e := range r.events[rnd.IntN(len(r.events)):] {
				if rnd.Float64() < keep {
					some = append(some, e)
				}
			}
			s := Tell(some, Options{Frames: r.frames, Lost: 1})
			var page bytes.Buffer
			if err := s.WriteHTML(&page); err != nil || len(s.Steps) != 9 {
				t.Fatal(err, len(s.Steps))
			}
			wellFormed(t, page.Bytes())
			if err := s.WriteText(&page, TextOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
