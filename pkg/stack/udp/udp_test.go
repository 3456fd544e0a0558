package udp

import (
	"net/netip"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
)

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func sock(local, remote string) *Socket {
	k := &Socket{Local: ap(local), RecvBuf: RecvBuf, Ready: func() {}}
	if remote != "" {
		k.Remote = ap(remote)
	}
	return k
}

func TestTable_LookupOrder(t *testing.T) {
	var tab Table
	conn := sock("192.0.2.1:53", "192.0.2.9:1000")
	bound := sock("192.0.2.1:53", "")
	dual := sock("[::]:54", "")
	only4 := sock("0.0.0.0:55", "")
	for _, k := range []*Socket{conn, bound, dual, only4} {
		if err := tab.Add(k); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		local, remote string
		want          *Socket
	}{
		{"192.0.2.1:53", "192.0.2.9:1000", conn},
		{"192.0.2.1:53", "192.0.2.9:1001", bound},
		{"192.0.2.2:53", "192.0.2.9:1000", nil},
		{"192.0.2.2:54", "192.0.2.9:1", dual},
		{"[2001:db8::1]:54", "[2001:db8::2]:1", dual},
		{"192.0.2.2:55", "192.0.2.9:1", only4},
		{"[2001:db8::1]:55", "[2001:db8::2]:1", nil},
	} {
		if got := tab.Lookup(ap(c.local), ap(c.remote)); got != c.want {
			t.Errorf("%s from %s: %p, want %p", c.local, c.remote, got, c.want)
		}
	}
	tab.Remove(conn)
	if got := tab.Lookup(conn.Local, conn.Remote); got != bound {
		t.Error("after removal of the connected socket the bound one is next")
	}
	for _, k := range []*Socket{bound, dual, only4} {
		tab.Remove(k)
	}
	if tab.Len() != 0 || len(tab.byPort) != 0 {
		t.Error("the table is not empty")
	}
}

func TestTable_Conflicts(t *testing.T) {
	for _, c := range []struct {
		a, ar, b, br string
		ok           bool
	}{
		{"192.0.2.1:53", "", "192.0.2.1:53", "", false},
		{"192.0.2.1:53", "", "192.0.2.2:53", "", true},
		{"0.0.0.0:53", "", "192.0.2.1:53", "", false},
		{"192.0.2.1:53", "", "0.0.0.0:53", "", false},
		{"[::]:53", "", "192.0.2.1:53", "", false},
		{"[::]:53", "", "0.0.0.0:53", "", false},
		{"0.0.0.0:53", "", "[2001:db8::1]:53", "", true},
		{"192.0.2.1:53", "", "192.0.2.1:53", "192.0.2.9:1", true},
		{"192.0.2.1:53", "192.0.2.9:1", "192.0.2.1:53", "192.0.2.9:2", true},
		{"192.0.2.1:53", "192.0.2.9:1", "192.0.2.1:53", "192.0.2.9:1", false},
	} {
		var tab Table
		if err := tab.Add(sock(c.a, c.ar)); err != nil {
			t.Fatal(err)
		}
		err := tab.Add(sock(c.b, c.br))
		if c.ok != (err == nil) || err != nil && err != syscall.EADDRINUSE {
			t.Errorf("%s %s beside %s %s: %v", c.b, c.br, c.a, c.ar, err)
		}
	}
}

func TestSocket_QueueBound(t *testing.T) {
	var p skb.Pool
	k := sock("192.0.2.1:53", "")
	k.RecvBuf = 2 * skb.SmallSize
	for i := range 3 {
		s := p.Alloc(0, 10)
		s.Put(10 + i)
		if ok := k.Queue(s); ok != (i < 2) {
			t.Errorf("datagram %d: %v", i, ok)
		} else if !ok {
			s.Free()
		}
	}
	if k.Drops != 1 || k.Queued() != 2 {
		t.Errorf("drops %d queued %d", k.Drops, k.Queued())
	}
	if s := k.Pop(); s.Len() != 10 {
		t.Error("the oldest comes first")
	} else {
		s.Free()
	}
	s := p.Alloc(0, 10)
	if !k.Queue(s) {
		t.Error("there is room again")
	}
	k.Close()
	if p.Live != 0 {
		t.Errorf("%d buffers lost", p.Live)
	}
}
