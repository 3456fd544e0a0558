package dissect

// tshark is the oracle for the protocols of registry_link.go: on every packet of
// the captures, the layers and what the fields say.

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// pdml is what tshark -T pdml says of a packet.
type pdml struct {
	Protos []struct {
		Name   string      `xml:"name,attr"`
		Fields []pdmlField `xml:"field"`
	} `xml:"proto"`
}

type pdmlField struct {
	Name   string      `xml:"name,attr"`
	Show   string      `xml:"show,attr"`
	Fields []pdmlField `xml:"field"`
	Protos []struct {
		Fields []pdmlField `xml:"field"`
	} `xml:"proto"`
}

func (p *pdml) values() (stack string, values map[string][]string) {
	values = map[string][]string{}
	var walk func(list []pdmlField)
	walk = func(list []pdmlField) {
		for _, f := range list {
			if f.Name != "" {
				values[f.Name] = append(values[f.Name], f.Show)
			}
			walk(f.Fields)
			for _, sub := range f.Protos {
				walk(sub.Fields)
			}
		}
	}
	for _, l := range p.Protos {
		walk(l.Fields)
	}
	if s := values["frame.protocols"]; len(s) > 0 {
		stack = s[0]
	}
	return stack, values
}

// tsharkPackets is how many packets of each capture are compared.
const tsharkPackets = 300

func pdmlOf(t *testing.T, file string, each func(number int, p *pdml)) {
	cmd := exec.Command(need.Tool(t, "tshark"), "-n", "-r", file, "-c", strconv.Itoa(tsharkPackets), "-T", "pdml")
	out, err := cmd.Output() // tshark exits with an error at the end of a damaged file, having said all it knows
	if len(out) == 0 {
		t.Fatalf("%s: %v", cmd, err)
	}
	dec := xml.NewDecoder(bytes.NewReader(out))
	for n := 0; ; {
		tok, err := dec.Token()
		if err != nil {
			return
		}
		if s, ok := tok.(xml.StartElement); ok && s.Name.Local == "packet" {
			var p pdml
			if err := dec.DecodeElement(&p, &s); err != nil {
				return
			}
			n++
			each(n, &p)
		}
	}
}

// linkPackets reads a capture, as far as it can be read.
func linkPackets(t *testing.T, file string) (list []capture.Packet) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := capture.Open(f)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			t.Logf("%s: %v", file, err)
		}
		return nil
	}
	for {
		p, err := r.Next()
		if err != nil {
			return list
		}
		p.Data = bytes.Clone(p.Data)
		list = append(list, p)
	}
}

// linkShown is a field's value as PDML shows it, as far as that can be compared.
func linkShown(p *Packet, f *Field) string {
	switch f.Def.Kind {
	case wire.FieldDec, wire.FieldHex, wire.FieldFlag:
		if _, made := p.Text(f); !made {
			return strconv.FormatUint(f.Num, 10)
		}
	}
	return string(p.AppendValue(nil, f))
}

// linkNormal makes one form of the ways in which tshark writes a value.
func linkNormal(s string, def *Def) string {
	switch def.Kind {
	case Dur:
		if !strings.Contains(s, ".") {
			s += "."
		}
		whole, part, _ := strings.Cut(s, ".")
		return whole + "." + (part + "000000000")[:9]
	case wire.FieldDec, wire.FieldHex, wire.FieldFlag:
		switch s {
		case "True":
			return "1"
		case "False":
			return "0"
		}
		if v, err := strconv.ParseUint(s, 0, 64); err == nil {
			return strconv.FormatUint(v, 10)
		}
		if v, err := strconv.ParseUint(strings.TrimLeft(s, "0"), 10, 64); err == nil {
			return strconv.FormatUint(v, 10)
		}
		if a, err := netip.ParseAddr(s); err == nil && a.Is4() {
			b := a.As4()
			return strconv.FormatUint(uint64(be32(b[:], 0)), 10)
		}
	case Bytes:
		return strings.ReplaceAll(s, ":", "")
	}
	return s
}

// sameAsTshark compares a capture's packets with tshark, as far as protocols of
// registry_link.go go: their order in each packet, and their fields. left says
// which differences are meant, by the text of the complaint.
func sameAsTshark(t *testing.T, file string, left func(complaint string) bool) (checked int) {
	own := map[string]bool{"eth": true, "ip": true, "ipv6": true, "udp": true, "tcp": true, "icmp": true, "arp": true}
	for _, p := range linkProtos() {
		own[p.Name] = true
	}
	var d D
	d.WantFields, d.WantInfo = true, true
	var p Packet
	session := NewSession(Config{})
	type view struct {
		stack  []string
		values map[string][]string
		defs   map[string]*Def
	}
	var ours []view
	spoken := false
	for _, c := range linkPackets(t, file) {
		session.Track(&c, nil, &p.Meta)
		d.Dissect(&p)
		v := view{values: map[string][]string{}, defs: map[string]*Def{}}
		for _, l := range p.Layers {
			if !own[l.Proto.Name] {
				continue
			}
			v.stack = append(v.stack, l.Proto.Name)
			if !slices.Contains(linkProtos(), l.Proto) {
				continue
			}
			spoken = true
			for j := l.First; j < l.First+l.N; j++ {
				if f := &p.Fields[j]; f.Def.Kind != Group {
					v.values[f.Def.Name] = append(v.values[f.Def.Name], linkShown(&p, f))
					v.defs[f.Def.Name] = f.Def
				}
			}
		}
		if ours = append(ours, v); len(ours) == tsharkPackets {
			break
		}
	}
	if !spoken {
		return 0 // the engine's own test holds it against tshark
	}
	wrong := map[string]int{}
	pdmlOf(t, file, func(n int, theirs *pdml) {
		if n > len(ours) {
			return
		}
		v := ours[n-1]
		stack, values := theirs.values()
		want := slices.DeleteFunc(strings.Split(stack, ":"), func(s string) bool { return !own[s] || s == "osi" })
		got := slices.DeleteFunc(v.stack, func(s string) bool { return s == "osi" })
		if !slices.Equal(got, want) {
			wrong[fmt.Sprintf("layers %v, tshark %v", got, want)]++
		}
		for name, mine := range v.values {
			list, ok := values[name]
			if !ok {
				continue // tshark leaves out, hides or names by the sender; TestLinkFieldNamesAreWiresharks guards the names
			}
			checked++
			for i := range list {
				list[i] = linkNormal(list[i], v.defs[name])
			}
			if !slices.Equal(mine, list) {
				wrong[fmt.Sprintf("%s: %.150q, tshark %.150q", name, mine, list)]++
			}
		}
	})
	for k, n := range wrong {
		if !left(k) {
			t.Errorf("%s: %s (%d times)", filepath.Base(file), k, n)
		}
	}
	return checked
}

func TestCapturesAreAsTsharkHasThem(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(need.Captures(t), "public", "*.pcap*"))
	checked := 0
	for _, file := range files {
		checked += sameAsTshark(t, file, func(c string) bool {
			switch filepath.Base(file) {
			case "IGMP_V2.pcap": // tshark counts each version's dissector as a layer
				return strings.HasPrefix(c, "layers [eth ip igmp]")
			case "arp-oobr.pcap": // one packet's trailer is ARP to tshark
				return strings.HasPrefix(c, "layers [eth arp]")
			case "of10_s4810.pcap": // the frames in OpenFlow's messages
				return strings.HasPrefix(c, "layers [eth ip tcp]")
			case "LLDP_and_CDP.pcap": // tshark cuts the text into its lines
				return strings.HasPrefix(c, "cdp.software_version")
			case "OSPFv3_broadcast_adjacency.pcap": // we show what is reserved once
				return strings.HasPrefix(c, "ospf.reserved")
			case "ieee802.11_htc.pcap": // tshark shows the vendor's data below
				return strings.HasPrefix(c, "radiotap.vendor_data")
			case "radiotap-heapoverflow.pcap": // tshark adds a layer without octets
				return strings.HasPrefix(c, "layers [radiotap]")
			case "PIM-SM_join_prune.pcap": // tshark shows a group's address twice
				return strings.HasPrefix(c, "pim.group:") || strings.HasPrefix(c, "pim.res_bytes")
			}
			return false
		})
	}
	if checked == 0 {
		t.Error("nothing was compared")
	}
	t.Logf("%d fields compared", checked)
}

func TestMadePacketsAreAsTsharkHasThem(t *testing.T) {
	need.Tool(t, "tshark")
	byLink := map[capture.LinkType][]madePacket{}
	for _, m := range madePackets() {
		byLink[m.link] = append(byLink[m.link], m)
	}
	for link, list := range byLink {
		file := filepath.Join(t.TempDir(), link.String()+".pcap")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := capture.NewPcapWriter(f, link, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			err = errors.Join(err, w.WritePacket(capture.Packet{Data: m.data}))
		}
		if err := errors.Join(err, w.Flush(), f.Close()); err != nil {
			t.Fatal(err)
		}
		sameAsTshark(t, file, func(c string) bool {
			for _, meant := range madeDifferences {
				if strings.HasPrefix(c, meant) {
					return true
				}
			}
			return false
		})
	}
}

// madeDifferences are where the made packets differ from tshark on purpose.
var madeDifferences = []string{
	"layers [eth ip igmp]",                    // tshark counts each version's dissector as a layer
	"layers [eth mpls pwethcw",                // tshark guesses by the vendors of the addresses
	"layers [pppoed]",                         // tshark takes all of this link type for session data
	"layers [isl eth",                         // tshark takes the outer addresses for a header of their own
	"layers [eth ip udp hsrp]",                // tshark wants HSRP's multicast address
	"layers [eth ip udp vxlan_gpe",            // and hides the name
	"layers [eth eapol eap]",                  // and here
	"sctp.checksum.status", "wlan.fcs.status", // tshark leaves it unverified
	"pim.group:", "pim.res_bytes:", // tshark shows them twice
	"isis.hello.source_id", "isis.hello.lan_id", // system ids are octets here
	"wlan.ssid", "usb.urb_type", "usb.setup_flag", "usb.data_flag", // tshark writes octets or characters
	"fddi.src", "fddi.dst", // tshark shows each twice
	"stp.flags.", // tshark has those of the instances among them
}
