package layers

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/capture/oui"
	"github.com/netkit-go/netkit/pkg/wire"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", path, firstDifference(string(got), string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}

// draw writes all packets in one form.
func draw(t testing.TB, c Config, f func(r *Renderer, dst []byte, p *dissect.Packet, w When, base Base) []byte) []byte {
	t.Helper()
	if c.Location == nil {
		c.Location = time.UTC
	}
	r := New(c)
	var out []byte
	dissected(t, packets(), func(p *dissect.Packet, w When, base Base) { out = f(r, out, p, w, base) })
	return out
}

func tree(r *Renderer, dst []byte, p *dissect.Packet, w When, _ Base) []byte {
	return r.AppendTree(dst, p, w)
}
func hex(r *Renderer, dst []byte, p *dissect.Packet, w When, _ Base) []byte {
	return r.AppendHex(dst, p, w)
}
func diagram(r *Renderer, dst []byte, p *dissect.Packet, w When, _ Base) []byte {
	return r.AppendDiagram(dst, p, w)
}
func jsonl(r *Renderer, dst []byte, p *dissect.Packet, w When, _ Base) []byte {
	return append(r.AppendJSON(dst, p, w), '\n')
}
func line(r *Renderer, dst []byte, p *dissect.Packet, w When, base Base) []byte {
	return r.AppendLine(dst, p, w, base)
}

func TestGoldens(t *testing.T) {
	golden(t, "tree.txt", draw(t, Config{}, tree))
	golden(t, "hex.txt", draw(t, Config{}, hex))
	golden(t, "hex-color.txt", draw(t, Config{Color: true}, hex))
	golden(t, "diagram.txt", draw(t, Config{}, diagram))
	golden(t, "packets.jsonl", draw(t, Config{}, jsonl))
	golden(t, "lines.txt", draw(t, Config{}, line))
	golden(t, "named.txt", draw(t, Config{Names: &Names{Vendors: oui.Registries()}}, tree))
}

// No octet of a packet that a terminal would obey reaches the output, in any form.
func TestControlCharactersAreEscaped(t *testing.T) {
	stats := NewStats()
	svg := &SVG{}
	forms := map[string][]byte{
		"tree": draw(t, Config{}, tree), "hex": draw(t, Config{}, hex), "diagram": draw(t, Config{}, diagram),
		"json": draw(t, Config{}, jsonl), "line": draw(t, Config{}, line),
		"columns": draw(t, Config{}, func(r *Renderer, dst []byte, p *dissect.Packet, w When, _ Base) []byte {
			stats.Add(p, w)
			svg.Add(r, p)
			return r.AppendColumns(dst, p, NewColumns([]string{"frame.comment", "tcp.payload", "data.data"}, dissect.FieldDefs))
		}),
	}
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	forms["svg"] = b.Bytes()
	for name, out := range forms {
		for i, c := range out {
			if c < 0x20 && c != '\n' || c >= 0x7f {
				t.Errorf("%s: octet %#x at %d, in %q", name, c, i, out[max(0, i-20):min(len(out), i+20)])
				break
			}
		}
	}
	if !strings.Contains(string(forms["tree"]), `first\x07`) {
		t.Error("the comment with a bell is not in the tree")
	}
}

// Each line of AppendJSON is JSON whose members are unique, with numbers as numbers.
func TestJSONIsTypedAndUnique(t *testing.T) {
	n := 0
	for l := range bytes.Lines(draw(t, Config{}, jsonl)) {
		n++
		unique(t, json.NewDecoder(bytes.NewReader(l)))
		var p Packet
		dec := json.NewDecoder(bytes.NewReader(l))
		var loose struct {
			Layers []struct {
				Protocol string
				Fields   []struct {
					Name  string
					Value any
					Width int
				}
			}
		}
		if err := dec.Decode(&loose); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(stripValues(l), &p); err != nil {
			t.Errorf("the documented form does not hold: %v", err)
		}
		for _, y := range loose.Layers {
			for _, f := range y.Fields {
				_, number := f.Value.(float64)
				_, text := f.Value.(string)
				switch f.Name {
				case "ip.ttl", "tcp.srcport", "udp.dstport", "ip.id", "tcp.checksum":
					if !number {
						t.Errorf("packet %d: %s is %T, want a number", n, f.Name, f.Value)
					}
				case "ip.src", "eth.dst":
					if !text {
						t.Errorf("packet %d: %s is %T, want a string", n, f.Name, f.Value)
					}
				}
			}
		}
	}
	if n != len(packets()) {
		t.Errorf("%d lines, want %d", n, len(packets()))
	}
}

// stripValues renames the members that Packet leaves to the schema.
func stripValues(l []byte) []byte {
	return bytes.ReplaceAll(l, []byte(`"value":`), []byte(`"-value":`))
}

// unique fails for an object that has a name twice.
func unique(t *testing.T, dec *json.Decoder) {
	t.Helper()
	var walk func()
	walk = func() {
		tok, err := dec.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return
		}
		d, ok := tok.(json.Delim)
		if !ok {
			return
		}
		names := map[string]bool{}
		for dec.More() {
			if d == '{' {
				name, err := dec.Token()
				if err != nil {
					t.Fatal(err)
				}
				if names[name.(string)] {
					t.Errorf("the member %q is there twice", name)
				}
				names[name.(string)] = true
			}
			walk()
		}
		if _, err := dec.Token(); err != nil {
			t.Fatal(err)
		}
	}
	walk()
}

// RFC 4180 section 2: a cell with a comma or a quote is quoted; several values of a
// field are one cell.
func TestColumns(t *testing.T) {
	c := NewColumns([]string{"frame.number", "ip.addr", "tcp.port", "tcp.flags.syn"}, dissect.FieldDefs)
	out := draw(t, Config{}, func(r *Renderer, dst []byte, p *dissect.Packet, _ When, _ Base) []byte {
		return r.AppendColumns(dst, p, c)
	})
	rows, err := csv.NewReader(bytes.NewReader(append(c.AppendHeading(nil), out...))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]string{
		0: "frame.number|ip.addr|tcp.port|tcp.flags.syn",
		1: "1|||",
		2: "2|198.51.100.2,203.0.113.80|40000,9999|1",
		4: "4|198.51.100.2,203.0.113.80|40000,9999|0",
	} {
		if got := strings.Join(rows[i], "|"); got != want {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
	if got := string(appendCell(nil, []byte(`a"b,c`))); got != `"a""b,c"` {
		t.Errorf("quoted as %s", got)
	}
}

// The quick line is the line that a whole dissection gives.
func TestQuickLineIsTheLine(t *testing.T) {
	r := New(Config{Location: time.UTC})
	quick := 0
	dissected(t, packets(), func(p *dissect.Packet, w When, base Base) {
		want := r.AppendLine(nil, p, w, base)
		got, ok := r.AppendQuickLine([]byte("kept "), &p.Meta, w, base)
		if !ok {
			if string(got) != "kept " {
				t.Errorf("packet %d: refused, but left %q", p.Number, got)
			}
			return
		}
		quick++
		if string(got) != "kept "+string(want) {
			t.Errorf("packet %d:\nquick %swhole %s", p.Number, got[5:], want)
		}
	})
	if quick != 7 { // all but the DNS question
		t.Errorf("%d packets are quick, want 7", quick)
	}
}

// After the first packets no form allocates: what it writes goes into the caller's
// buffer.
func TestNothingIsAllocated(t *testing.T) {
	columns := NewColumns([]string{"ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "frame.len"}, dissect.FieldDefs)
	forms := map[string]func(r *Renderer, dst []byte, p *dissect.Packet, w When, base Base) []byte{
		"tree": tree, "hex": hex, "json": jsonl, "line": line,
		"columns": func(r *Renderer, dst []byte, p *dissect.Packet, _ When, _ Base) []byte {
			return r.AppendColumns(dst, p, columns)
		},
	}
	for name, f := range forms {
		r := New(Config{Location: time.UTC})
		buf := make([]byte, 0, 1<<16)
		dissected(t, packets(), func(p *dissect.Packet, w When, base Base) {
			f(r, buf, p, w, base)
			if n := testing.AllocsPerRun(10, func() { f(r, buf, p, w, base) }); n > 0 {
				t.Errorf("%s, packet %d: %v allocations", name, p.Number, n)
			}
		})
	}
}

// A conversation is counted from its SYN-ACK, which is written as it is; without
// one, from the first segment that is seen.
func TestSequencesAreRelativeAsInTcpdump(t *testing.T) {
	var got []Base
	var s Sequences
	for _, b := range packets()[1:5] {
		got = append(got, s.Base(b, 1, len(b)))
	}
	want := []Base{{}, {}, {1000, 5000}, {1000, 5000}}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("segment %d: %v, want %v", i, got[i], want[i])
		}
	}
	var late Sequences
	if b := packets()[4]; late.Base(b, 1, len(b)) != (Base{}) || late.Base(b, 1, len(b)) != (Base{1001, 5000}) {
		t.Error("the first segment seen must be as it is, and the next be counted from it")
	}
}

// The table of conversations keeps those that are heard, at its bound.
func TestSequencesForgetTheSilent(t *testing.T) {
	var s Sequences
	f := wire.TCPFields{SrcPort: 1, DstPort: 2, Seq: 10, Ack: 20, Flags: wire.ACK}
	heard := tcp(a4, b4, f, "")
	s.Base(heard, 1, len(heard))
	for i := range MaxSequences {
		f.SrcPort, f.DstPort = uint16(i), uint16(i>>16)+10
		b := tcp(a4, b4, f, "")
		s.Base(b, 1, len(b))
		if i%(MaxSequences/8) == 0 && s.Base(heard, 1, len(heard)) == (Base{}) {
			t.Fatalf("forgotten after %d others although it was heard", i)
		}
	}
	if n := len(s.young) + len(s.old); n > MaxSequences {
		t.Errorf("%d conversations are known, bound %d", n, MaxSequences)
	}
}

// RFC 791's header in RFC 791's own drawing.
func TestDiagramIsTheRFCs(t *testing.T) {
	out := string(draw(t, Config{}, diagram))
	for _, row := range []string{
		"|Version|  IHL  |   DSCP    |ECN|         Total Length          |",
		"|   4   |  20   |     0     | 0 |",
		"| Time to Live  |   Protocol    |        Header Checksum        |",
		"|                        Source Address                         |",
		"|                         198.51.100.2                          |",
		"|          Source Port          |       Destination Port        |",
	} {
		if !strings.Contains(out, row) {
			t.Errorf("no row %q", row)
		}
	}
	for l := range strings.Lines(out) {
		l = strings.TrimRight(l, "\n")
		if strings.HasPrefix(l, "   |") && !strings.HasSuffix(l, "|") {
			t.Errorf("an open row: %q", l)
		}
	}
}

func TestSVGIsXMLAndBounded(t *testing.T) {
	svg := &SVG{}
	r := New(Config{})
	for range MaxSVG/len(packets()) + 1 {
		dissected(t, packets(), func(p *dissect.Packet, _ When, _ Base) { svg.Add(r, p) })
	}
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(&b)
	rects := 0
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "rect" {
			rects++
		}
	}
	if rects < 100 || svg.Left() == 0 || len(svg.packets) != MaxSVG {
		t.Errorf("%d rectangles, %d packets, %d left out", rects, len(svg.packets), svg.Left())
	}
}

// Two counts of halves, merged, are one count of the whole.
func TestStatsMerge(t *testing.T) {
	whole, even, odd := NewStats(), NewStats(), NewStats()
	dissected(t, packets(), func(p *dissect.Packet, w When, _ Base) {
		whole.Add(p, w)
		half := even
		if p.Number%2 == 1 {
			half = odd
		}
		half.Add(p, w)
	})
	odd.Merge(even)
	a, err := json.Marshal(whole.Summary(Config{Location: time.UTC}))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(odd.Summary(Config{Location: time.UTC}))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("merged\n%s\nwhole\n%s", b, a)
	}
	s := whole.Summary(Config{})
	if s.Packets != 8 || s.Conversations[0].Kind != "eth" {
		t.Errorf("%d packets, first conversation %+v", s.Packets, s.Conversations[0])
	}
	for _, c := range s.Conversations {
		if c.Kind == "tcp" && (c.A != "198.51.100.2:40000" || c.PacketsAB != 3 || c.PacketsBA != 1) {
			t.Errorf("the TCP conversation is %+v; the client sent first, 3 of 4", c)
		}
	}
}

func TestTimeForms(t *testing.T) {
	w := When{Time: start + 1500*int64(time.Millisecond), First: start, Prev: start + 1400*int64(time.Millisecond)}
	for form, want := range map[TimeForm]string{
		Absolute: "2025-06-15T15:06:41.623456789Z", Relative: "1.500000000", Delta: "0.100000000", Epoch: "1750000001.623456789",
	} {
		r := New(Config{Time: form, Location: time.UTC})
		if got := string(r.appendTime(nil, w, false)); got != want {
			t.Errorf("%s: %s, want %s", TimeForms[form], got, want)
		}
	}
	r := New(Config{Location: time.FixedZone("", 2*3600)})
	if got := string(r.appendTime(nil, w, true)); got != "17:06:41.623456" {
		t.Errorf("time of day %s", got)
	}
	if got := string(r.appendTime(nil, When{None: true}, false)); got != "no time" {
		t.Errorf("%q", got)
	}
}

func TestServicesAreSorted(t *testing.T) {
	for i := 1; i < len(services); i++ {
		if services[i-1].port >= services[i].port {
			t.Errorf("%d stands before %d: the binary search fails", services[i-1].port, services[i].port)
		}
	}
	if ServiceName(false, 80) != "http" || ServiceName(true, 53) != "domain" || ServiceName(false, 4) != "" {
		t.Error("wrong name")
	}
}

func BenchmarkForms(b *testing.B) {
	columns := NewColumns([]string{"ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "frame.len"}, dissect.FieldDefs)
	for _, form := range []struct {
		name string
		f    func(r *Renderer, dst []byte, p *dissect.Packet, w When, base Base) []byte
	}{{"tree", tree}, {"json", jsonl}, {"line", line}, {"columns", func(r *Renderer, dst []byte, p *dissect.Packet, _ When, _ Base) []byte {
		return r.AppendColumns(dst, p, columns)
	}}} {
		b.Run(form.name, func(b *testing.B) {
			r := New(Config{Location: time.UTC})
			buf := make([]byte, 0, 1<<16)
			b.ReportAllocs()
			dissected(b, packets()[4:5], func(p *dissect.Packet, w When, base Base) {
				for b.Loop() {
					form.f(r, buf, p, w, base)
				}
			})
		})
	}
}
