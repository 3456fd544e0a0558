package capture_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
)

// copied copies the packets that keep takes, and reads the copy.
func copied(t *testing.T, b []byte, keep func(capture.Packet) bool) ([]packet, []capture.Meta, capture.SectionInfo) {
	t.Helper()
	r, err := capture.Open(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c, err := capture.NewCopier(r, &out)
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if keep(p) {
			if err := c.WritePacket(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if r, err = capture.Open(&out); err != nil {
		t.Fatal(err)
	}
	var metas []capture.Meta
	r.OnMeta = func(m capture.Meta) {
		if s, ok := m.(capture.Secrets); ok {
			s.Data = bytes.Clone(s.Data)
			m = s
		}
		metas = append(metas, m)
	}
	list, err := drain(r)
	if err != nil {
		t.Fatal(err)
	}
	return list, metas, r.Section()
}

func all(capture.Packet) bool { return true }

// Comments, names, secrets, statistics and what is known of interfaces go through,
// for both byte orders, whichever packets are chosen.
func TestCopyCarriesAllThrough(t *testing.T) {
	for _, o := range orders {
		b, want := ngSample(o)
		list, metas, section := copied(t, b, all)
		for i := range want { // one section, its interfaces on end; no packet without a time
			want[i].iface += 2 * want[i].section
			want[i].section, want[i].noTime = 0, false
		}
		equal(t, list, want)
		if section.Hardware != "hw" || section.OS != "os" || section.Application != "app" || len(section.Comments) != 2 {
			t.Errorf("section %+v", section)
		}
		kinds := map[string]int{}
		for _, m := range metas {
			kinds[reflect.TypeOf(m).Name()]++
			switch m := m.(type) {
			case capture.Secrets:
				if m.Type != capture.TLSKeyLog || string(m.Data) != "key \n" {
					t.Errorf("secrets %+v", m)
				}
			case capture.Names:
				if len(m) != 2 || m[0].Names[0] != "client" || m[1].Names[0] != "w" {
					t.Errorf("names %+v", m)
				}
			case capture.Statistics:
				if m.Interface != 1 || m.Received != 1 || m.Delivered != 5 || m.End != 2e9 {
					t.Errorf("statistics %+v", m)
				}
			case capture.Interface:
				if m.LinkType == capture.LinkTypeEthernet && (m.Name != "eth0" || m.Comments[0] != "note" || m.Speed != 1e10 || len(m.Addrs) != 2 || m.SnapLen != 96) {
					t.Errorf("interface %+v", m)
				}
			}
		}
		if want := map[string]int{"Interface": 3, "Secrets": 1, "Names": 1, "Statistics": 1}; !reflect.DeepEqual(kinds, want) {
			t.Errorf("%v, want %v", kinds, want)
		}

		list, _, _ = copied(t, b, func(p capture.Packet) bool { return p.LinkType == capture.LinkTypeLinuxSLL2 })
		if len(list) != 2 || list[0].link != capture.LinkTypeLinuxSLL2 || list[1].data != "pb" {
			t.Errorf("chosen: %+v", list)
		}
	}
}

// What is longer than its interface said is not cut.
func TestCopyKeepsPacketsLongerThanTheirSnapLen(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	f := (&file{order: binary.BigEndian}).pcap(0xa1b2c3d4, 2, 4, 4, 276).
		put(uint32(1), uint32(0), uint32(3), uint32(3), "abc").
		put(uint32(2), uint32(0), uint32(5), uint32(5), "abcde").
		put(uint32(3), uint32(0), uint32(len(long)), uint32(len(long)), long).
		put(uint32(4), uint32(0), uint32(3), uint32(3), "abc")
	list, _, _ := copied(t, f.b, all)
	want := mustReadAll(t, f.b)
	for i := range want[1:] {
		want[i+1].iface = 1 // a second entry, which says more
	}
	equal(t, list, want)
}

// The comments of a later section are kept with its interfaces.
func TestCopyKeepsCommentsOfLaterSections(t *testing.T) {
	f := (&file{order: binary.LittleEndian})
	f.shb().idb(1, 0).epb(0, 1, "a", 1)
	f.shb(f.opt(1, "second")).idb(1, 0, f.opt(1, "own")).epb(0, 2, "b", 1)
	_, metas, _ := copied(t, f.b, all)
	if i, ok := metas[1].(capture.Interface); !ok || !reflect.DeepEqual(i.Comments, []string{"own", "second"}) {
		t.Errorf("%+v", metas)
	}
}
