package dissect

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

func TestMain(m *testing.M) {
	guard = false // a panic in a dissector is a failure
	os.Exit(m.Run())
}

// captured is a packet and where it was captured.
type captured struct {
	capture.Packet
	ifc capture.Interface
}

// readCapture reads the packets of a file, as far as it can be read.
func readCapture(t testing.TB, name string) []captured {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := capture.Open(f)
	if err != nil {
		return nil // the reader's tests judge that
	}
	var all []captured
	for {
		p, err := r.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Logf("%s: %v", filepath.Base(name), err)
			}
			return all
		}
		p.Data = slices.Clone(p.Data)
		p.Comments = slices.Clone(p.Comments)
		all = append(all, captured{p, r.Interfaces()[p.Interface]})
	}
}

// captureFiles lists the real captures.
func captureFiles(t testing.TB) []string {
	t.Helper()
	dir := need.Captures(t)
	var files []string
	for _, pattern := range []string{"*/*.pcap", "*/*.pcapng"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatal("no captures in " + dir)
	}
	return files
}

// dissectAll runs a file through a session and hands each dissected packet to see.
func dissectAll(t testing.TB, packets []captured, see func(p *Packet)) {
	t.Helper()
	s := NewSession(Config{})
	d := D{WantFields: true, WantInfo: true}
	var p Packet
	for i := range packets {
		s.Track(&packets[i].Packet, &packets[i].ifc, &p.Meta)
		d.Dissect(&p)
		checkCover(t, &p)
		see(&p)
	}
}

// TestEveryFieldIsFoundByItsName holds what display filters and column lists rest
// on: whatever a packet shows can be asked for.
func TestEveryFieldIsFoundByItsName(t *testing.T) {
	found := make(map[*Def]bool)
	protos := make(map[*Proto]bool)
	check := func(p *Packet) {
		for i := range p.Layers {
			l := &p.Layers[i]
			if !protos[l.Proto] {
				protos[l.Proto] = true
				if !slices.Contains(Protos(), l.Proto) || !slices.Contains(ProtoByName(l.Proto.Name), l.Proto) {
					t.Errorf("protocol %s (%s) is not listed", l.Proto.Name, l.Proto.Title)
				}
			}
			for j := l.First; j < l.First+l.N; j++ {
				def := p.Fields[j].Def
				if !found[def] {
					found[def] = true
					if !slices.Contains(FieldDefs(def.Name), def) {
						t.Errorf("field %s of %s is not found by its name", def.Name, l.Proto.Name)
					}
				}
			}
		}
	}
	for _, b := range craftedPackets() {
		check(dissected(t, b))
	}
	for _, file := range captureFiles(t) {
		dissectAll(t, readCapture(t, file), check)
	}
	if len(found) < 300 {
		t.Errorf("only %d fields were met", len(found))
	}
}

// TestEveryDefinitionHasANameAndALabel: renderers print both.
func TestEveryDefinitionHasANameAndALabel(t *testing.T) {
	for name, defs := range index().fields {
		for _, d := range defs {
			if d.Name == "" || d.Label == "" {
				t.Errorf("field %q (%q) lacks a name or a label", name, d.Label)
			}
		}
	}
	for _, p := range Protos() {
		if p.Name == "" || p.Title == "" || p.TCPIP < Link || p.TCPIP > Application || p.OSI < OSIPhysical || p.OSI > OSIApplication {
			t.Errorf("protocol %q lacks a title or its place in the models", p.Name)
		}
	}
}

// TestEitherDirectionHasOneName: ip.addr and its like ask for both ends.
func TestEitherDirectionHasOneName(t *testing.T) {
	for name, want := range map[string]string{"ip.addr": "ip.src", "ipv6.addr": "ipv6.dst", "tcp.port": "tcp.dstport", "udp.port": "udp.srcport", "eth.addr": "eth.src"} {
		if d := FieldDefs(want); len(d) == 0 || !slices.Contains(FieldDefs(name), d[0]) {
			t.Errorf("%s does not ask for %s", name, want)
		}
	}
}

// TestDissectDoesNotAllocate: nothing is made anew for a packet once the slices
// have grown.
func TestDissectDoesNotAllocate(t *testing.T) {
	packets := benchPackets()
	s := NewSession(Config{})
	d := D{WantFields: true, WantInfo: true}
	var p Packet
	var text []byte
	run := func() {
		for _, b := range packets {
			cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b)}
			s.Track(&cp, nil, &p.Meta)
			d.Dissect(&p)
			text = text[:0]
			for i := range p.Fields {
				f := &p.Fields[i]
				text = append(p.AppendValue(text, f), f.Meaning()...)
				text = p.AppendText(text, f)
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations for %d packets, want none", n, len(packets))
	}
}

// TestHeadersAreThoseOfPackageWire: what the stack writes and what is shown come
// from tables of the same fields, at the same places.
func TestHeadersAreThoseOfPackageWire(t *testing.T) {
	for _, c := range []struct {
		proto *Proto
		table []wire.Field
	}{
		{&ethernet, wire.EthernetFieldTable[:2]}, {&ipv4, wire.IPv4FieldTable}, {&ipv6, wire.IPv6FieldTable}, {&udp, wire.UDPFieldTable},
		{&tcp, wire.TCPFieldTable}, {&arp, wire.ARPFieldTable[:5]}, {&fragmentHeader, wire.IPv6FragmentFieldTable},
		{&icmp, wire.ICMPv4FieldTable(8)[:3]}, {&icmpv6, wire.ICMPv6FieldTable(128)[:3]},
	} {
		for _, f := range c.table {
			i := slices.IndexFunc(c.proto.Header, func(d Def) bool { return d.Name == f.Name })
			if i < 0 {
				t.Errorf("%s is missing from %s", f.Name, c.proto.Name)
				continue
			}
			if f.Name == "ip.frag_offset" || f.Name == "ipv6.fraghdr.offset" {
				f.Unit = 0 // Wireshark's value is the field itself; where it leads to is its meaning
			}
			if d := c.proto.Header[i]; d.Bit != f.Bit || d.Width != f.Width || d.Unit != f.Unit {
				t.Errorf("%s is at bit %d+%d unit %d, in package wire at %d+%d unit %d", f.Name, d.Bit, d.Width, d.Unit, f.Bit, f.Width, f.Unit)
			}
		}
	}
}
