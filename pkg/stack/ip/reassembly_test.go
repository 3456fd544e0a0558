package ip

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

var testKey = FragKey{Src: netip.MustParseAddr("192.0.2.1"), Dst: netip.MustParseAddr("192.0.2.2"), ID: 7, Proto: 17}

// text is what the datagrams of the tests consist of.
func text(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*31 + i>>8)
	}
	return b
}

// piece is a fragment of data.
func piece(p *skb.Pool, data []byte, off, n int) *skb.SKB {
	s := p.Alloc(64, n)
	copy(s.Put(n), data[off:off+n])
	s.L3 = s.Data()
	return s
}

type frag struct {
	off, n int
	more   bool
}

// play adds fragments of data and returns the reassembled datagram.
func play(t *testing.T, r *Reassembler, p *skb.Pool, data []byte, frags []frag) []byte {
	t.Helper()
	var out []byte
	for i, f := range frags {
		s := r.Add(0, testKey, f.off, f.more, piece(p, data, f.off, f.n))
		if s == nil {
			continue
		}
		if i != len(frags)-1 {
			t.Errorf("the datagram was whole after fragment %d of %d", i, len(frags))
		}
		out = make([]byte, s.Len())
		s.CopyTo(out, 0)
		s.Free()
	}
	return out
}

func newReasm(v6 bool) (*Reassembler, *trace.Recorder) {
	rec := &trace.Recorder{}
	return NewReassembler(trace.New(&trace.Run{Sink: rec, Now: func() int64 { return 0 }}, "h"), v6), rec
}

func TestRFC791_3_2_Reassembly(t *testing.T) {
	data := text(4000)
	for name, frags := range map[string][]frag{
		"in order":                   {{0, 1480, true}, {1480, 1480, true}, {2960, 1040, false}},
		"last first":                 {{2960, 1040, false}, {1480, 1480, true}, {0, 1480, true}},
		"middle last":                {{0, 1480, true}, {2960, 1040, false}, {1480, 1480, true}},
		"one fragment that is whole": {{0, 4000, false}},
		"duplicate in the middle":    {{0, 1480, true}, {0, 1480, true}, {1480, 1480, true}, {2960, 1040, false}},
		"duplicate of the last":      {{2960, 1040, false}, {2960, 1040, false}, {0, 1480, true}, {1480, 1480, true}},
		"smaller one inside another": {{0, 1480, true}, {8, 800, true}, {1480, 1480, true}, {2960, 1040, false}},
		"across two that adjoin":     {{0, 800, true}, {800, 680, true}, {400, 800, true}, {1480, 2520, false}},
	} {
		for _, v6 := range []bool{false, true} {
			t.Run(fmt.Sprint(name, v6), func(t *testing.T) {
				var p skb.Pool
				r, _ := newReasm(v6)
				if got := play(t, r, &p, data, frags); !bytes.Equal(got, data) {
					t.Errorf("got %d bytes", len(got))
				}
				if r.Len() != 0 || r.Mem() != 0 || r.Next() != 0 || p.Live != 0 {
					t.Errorf("left: %d datagrams, %d bytes, %d buffers", r.Len(), r.Mem(), p.Live)
				}
			})
		}
	}
}

// RFC 5722 3 and Linux for IPv4: an overlap discards the whole datagram.
func TestRFC5722_OverlapDiscardsTheDatagram(t *testing.T) {
	data := text(4000)
	for name, frags := range map[string][]frag{
		"tail over head (teardrop)": {{0, 1480, true}, {1472, 800, true}},
		"head over tail":            {{1480, 1480, true}, {0, 1488, true}},
		"around another":            {{800, 80, true}, {0, 1480, true}},
		"over a gap":                {{0, 80, true}, {160, 80, true}, {40, 160, true}},
		"last over head":            {{0, 1480, true}, {1472, 100, false}},
		"data beyond the end":       {{1480, 520, false}, {2000, 80, true}},
		"end before the data":       {{1480, 1480, true}, {800, 80, false}},
		"two different ends":        {{1480, 520, false}, {1480, 600, false}},
		"an empty one":              {{0, 1480, true}, {1480, 0, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var p skb.Pool
			r, rec := newReasm(false)
			if got := play(t, r, &p, data, frags); got != nil {
				t.Errorf("got a datagram of %d bytes", len(got))
			}
			if r.Len() != 0 || r.Mem() != 0 || p.Live != 0 || r.Stats.Fails != 1 {
				t.Errorf("left: %d datagrams, %d bytes, %d buffers, fails %d", r.Len(), r.Mem(), p.Live, r.Stats.Fails)
			}
			if n := len(rec.OfKind(trace.Drop)); n != len(frags) {
				t.Errorf("%d drops told, %d fragments dropped", n, len(frags))
			}
		})
	}
}

func TestRFC791_FragmentsBeyondTheLargestDatagram(t *testing.T) {
	var p skb.Pool
	r, _ := newReasm(false)
	if s := r.Add(0, testKey, 65528, false, piece(&p, text(100), 0, 100)); s != nil || p.Live != 0 || r.Len() != 0 {
		t.Error("ping of death")
	}
}

func TestRFC1122_3_3_2_Timeout(t *testing.T) {
	for _, c := range []struct {
		v6    bool
		after time.Duration
	}{{false, 30 * time.Second}, {true, 60 * time.Second}} {
		for _, first := range []bool{true, false} {
			var p skb.Pool
			r, rec := newReasm(c.v6)
			off := 8
			if first {
				off = 0
			}
			r.Add(1000, testKey, off, true, piece(&p, text(100), 0, 80))
			r.Add(int64(c.after), testKey, 200, true, piece(&p, text(100), 0, 80)) // does not prolong it
			if r.Next() != 1000+int64(c.after) {
				t.Errorf("expires at %d", r.Next())
			}
			told := 0
			r.OnTimer(1000+int64(c.after)-1, func(*skb.SKB) { told++ })
			if r.Len() != 1 {
				t.Error("too early")
			}
			r.OnTimer(1000+int64(c.after), func(*skb.SKB) { told++ })
			if first && told != 1 || !first && told != 0 {
				t.Errorf("fragment zero seen %v: time exceeded %d times", first, told)
			}
			if r.Len() != 0 || p.Live != 0 || r.Next() != 0 {
				t.Error("something is left")
			}
			for _, e := range rec.OfKind(trace.Drop) {
				if e.Drop != trace.FragReasmTimeout {
					t.Errorf("reason %v", e.Drop)
				}
			}
		}
	}
}

func TestBound_Memory(t *testing.T) {
	var p skb.Pool
	r, _ := newReasm(false)
	r.Memory = 10 * (skb.SmallSize + skb.DescSize)
	for i := range 50 {
		k := testKey
		k.ID = uint32(i)
		r.Add(0, k, 0, true, piece(&p, text(100), 0, 80))
	}
	if r.Mem() > r.Memory || r.Len() != 10 || p.Live != 10 || r.Stats.Fails != 40 {
		t.Errorf("%d bytes, %d datagrams, %d buffers, %d refused", r.Mem(), r.Len(), p.Live, r.Stats.Fails)
	}
	r.OnTimer(int64(FragTimeout4), func(*skb.SKB) {})
	if p.Live != 0 || r.Mem() != 0 {
		t.Error("not all was freed")
	}
}

// Fragments that ip.Fragment4 and Fragment6 make go together again.
func TestFragmentAndReassemble(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 551, 552, 1480, 1481, 4000, 65515} {
		for _, mtu := range []int{68, 576, 1500} {
			t.Run(fmt.Sprint(n, mtu), func(t *testing.T) {
				if n > 4000 && mtu < 500 {
					t.Skip("offsets of many small pieces are covered by the others")
				}
				var p skb.Pool
				data := text(n)
				h := wire.IPv4Fields{TTL: 64, Protocol: 17, ID: 9, Src: testKey.Src, Dst: testKey.Dst, PayloadLen: n, Options: []byte{7, 3, 4, 0x82, 3, 0}}
				if n+h.Len() > 65535 {
					h.Options = nil
				}
				s := p.Alloc(skb.Headroom, h.Len()+n)
				b := s.Put(h.Len() + n)
				copy(b[h.Put(b):], data)
				r, _ := newReasm(false)
				var got []byte
				pieces := 0
				Fragment4(s, mtu, func(f *skb.SKB) {
					pieces++
					ip, err := wire.ParseIPv4(f.Bytes())
					if err != nil || !ip.VerifyChecksum() || f.Len() > mtu {
						t.Fatalf("fragment: %v, %d bytes for MTU %d", err, f.Len(), mtu)
					}
					if o := ip.Options(); len(o) > 0 && ip.FragOffset() > 0 && !bytes.Equal(o[:6], []byte{1, 1, 1, 0x82, 3, 0}) {
						t.Errorf("options of a later fragment are % x: record route is not copied, security is (RFC 791 3.1)", o)
					}
					off, more := ip.FragOffset(), ip.MF()
					f.Pull(ip.HeaderLen())
					if w := r.Add(0, testKey, off, more, f); w != nil {
						got = make([]byte, w.Len())
						w.CopyTo(got, 0)
						w.Free()
					}
				})
				s.Free()
				if n > 0 && !bytes.Equal(got, data) || p.Live != 0 {
					t.Errorf("%d bytes back from %d pieces, %d buffers lost", len(got), pieces, p.Live)
				}
			})
		}
	}
}

// model is reassembly as a bitmap, with the policy of the package: a fragment
// inside what is there is ignored, an overlap ends the datagram.
type model struct {
	have  [70000]bool
	data  [70000]byte
	last  bool
	limit int
}

func (m *model) add(off int, b []byte, more bool) (whole []byte, dead bool) {
	if more {
		b = b[:len(b)&^7]
	}
	end := off + len(b)
	if len(b) == 0 || end > maxDatagram {
		return nil, true
	}
	if !more {
		if end < m.limit || m.last && end != m.limit {
			return nil, true
		}
		m.last, m.limit = true, end
	} else if end > m.limit {
		if m.last {
			return nil, true
		}
		m.limit = end
	}
	n := 0
	for i := off; i < end; i++ {
		if m.have[i] {
			n++
		}
	}
	switch {
	case n == len(b):
		return nil, false
	case n > 0:
		return nil, true
	}
	for i, c := range b {
		m.have[off+i], m.data[off+i] = true, c
	}
	if !m.last {
		return nil, false
	}
	for i := range m.limit {
		if !m.have[i] {
			return nil, false
		}
	}
	return m.data[:m.limit], false
}

func FuzzReassemblyAgainstModel(f *testing.F) {
	f.Add([]byte{0, 10, 1, 10, 10, 0})
	f.Add([]byte{5, 10, 0, 0, 5, 1, 3, 4, 1})
	f.Add([]byte{0, 200, 1, 10, 20, 1, 200, 1, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		var p skb.Pool
		r, _ := newReasm(false)
		m := &model{}
		for i := 0; i+2 < len(script); i += 3 {
			off, n, more := int(script[i])*8, int(script[i+1]), script[i+2]&1 == 1
			if script[i+2]&2 != 0 {
				off += 65000 &^ 7
			}
			data := bytes.Repeat([]byte{byte(i)}, n)
			s := p.Alloc(64, n)
			copy(s.Put(n), data)
			s.L3 = s.Data()
			whole := r.Add(0, testKey, off, more, s)
			want, dead := m.add(off, data, more)
			if (whole != nil) != (want != nil) {
				t.Fatalf("step %d: whole %v, the model says %v", i/3, whole != nil, want != nil)
			}
			if whole != nil {
				got := make([]byte, whole.Len())
				whole.CopyTo(got, 0)
				whole.Free()
				if !bytes.Equal(got, want) {
					t.Fatalf("step %d: other bytes than the model", i/3)
				}
			}
			if dead || whole != nil {
				m = &model{}
				if r.Len() != 0 {
					t.Fatalf("step %d: the datagram should be gone", i/3)
				}
			}
		}
		r.OnTimer(1<<62, func(*skb.SKB) {})
		if p.Live != 0 || r.Mem() != 0 {
			t.Fatalf("%d buffers, %d bytes are lost", p.Live, r.Mem())
		}
	})
}
