package icmp

import (
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/wire"
)

var (
	src4 = netip.MustParseAddr("192.0.2.1")
	dst4 = netip.MustParseAddr("192.0.2.2")
	src6 = netip.MustParseAddr("2001:db8::1")
	dst6 = netip.MustParseAddr("2001:db8::2")
)

func packet4(src, dst string, proto uint8, off int, payload ...byte) wire.IPv4 {
	h := wire.IPv4Fields{TTL: 64, Protocol: proto, FragOffset: off, Src: netip.MustParseAddr(src), Dst: netip.MustParseAddr(dst), PayloadLen: len(payload)}
	b := make([]byte, h.Len())
	h.Put(b)
	return append(b, payload...)
}

func TestRFC1122_3_2_2_NoErrorAbout(t *testing.T) {
	const ok = "192.0.2.1"
	echo := []byte{8, 0, 0, 0, 0, 1, 0, 1}
	unreachable := []byte{3, 1, 0, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		name       string
		p          wire.IPv4
		group, brd bool
		may        bool
	}{
		{"a datagram", packet4(ok, "192.0.2.2", 17, 0, 1), false, false, true},
		{"an echo request", packet4(ok, "192.0.2.2", 1, 0, echo...), false, false, true},
		{"an ICMP error", packet4(ok, "192.0.2.2", 1, 0, unreachable...), false, false, false},
		{"ICMP of an unknown type", packet4(ok, "192.0.2.2", 1, 0, 99, 0, 0, 0, 0, 0, 0, 0), false, false, false},
		{"ICMP too short to tell", packet4(ok, "192.0.2.2", 1, 0, 8), false, false, false},
		{"an IP broadcast", packet4(ok, "192.0.2.255", 17, 0, 1), false, true, false},
		{"an IP multicast", packet4(ok, "224.0.0.5", 17, 0, 1), false, false, false},
		{"a link-layer broadcast", packet4(ok, "192.0.2.2", 17, 0, 1), true, false, false},
		{"a non-initial fragment", packet4(ok, "192.0.2.2", 17, 8, 1), false, false, false},
		{"no single source: zero", packet4("0.0.0.0", "192.0.2.2", 17, 0, 1), false, false, false},
		{"no single source: multicast", packet4("224.0.0.1", "192.0.2.2", 17, 0, 1), false, false, false},
		{"no single source: class E", packet4("240.0.0.1", "192.0.2.2", 17, 0, 1), false, false, false},
		{"no single source: broadcast", packet4("255.255.255.255", "192.0.2.2", 17, 0, 1), false, false, false},
	} {
		if got := May4(c.p, c.group, c.brd); got != c.may {
			t.Errorf("about %s: %v, want %v", c.name, got, c.may)
		}
	}
}

func TestRFC4443_2_4_NoErrorAbout(t *testing.T) {
	mk := func(src, dst string, proto uint8, payload ...byte) wire.IPv6 {
		h := wire.IPv6Fields{HopLimit: 64, NextHeader: proto, Src: netip.MustParseAddr(src), Dst: netip.MustParseAddr(dst), PayloadLen: len(payload)}
		b := make([]byte, h.Len())
		h.Put(b)
		return append(b, payload...)
	}
	msg := func(typ byte) []byte { return []byte{typ, 0, 0, 0, 0, 0, 0, 0} }
	const ok, to = "2001:db8::1", "2001:db8::2"
	for _, c := range []struct {
		name  string
		p     wire.IPv6
		group bool
		typ   uint8
		may   bool
	}{
		{"a datagram", mk(ok, to, 17, 1), false, wire.ICMPv6Unreachable, true},
		{"an echo request", mk(ok, to, 58, msg(128)...), false, wire.ICMPv6Unreachable, true},
		{"(e.1) an ICMPv6 error", mk(ok, to, 58, msg(1)...), false, wire.ICMPv6Unreachable, false},
		{"(e.1) an unknown ICMPv6 error", mk(ok, to, 58, msg(127)...), false, wire.ICMPv6Unreachable, false},
		{"(e.2) a redirect", mk(ok, to, 58, msg(137)...), false, wire.ICMPv6Unreachable, false},
		{"(e.3) a multicast", mk(ok, "ff02::1", 17, 1), false, wire.ICMPv6Unreachable, false},
		{"(e.3) a multicast that is too big", mk(ok, "ff02::1", 17, 1), true, wire.ICMPv6PacketTooBig, true},
		{"(e.4) a link-layer multicast", mk(ok, to, 17, 1), true, wire.ICMPv6Unreachable, false},
		{"(e.6) no single source", mk("::", to, 17, 1), false, wire.ICMPv6Unreachable, false},
		{"(e.6) a multicast source", mk("ff02::1", to, 17, 1), false, wire.ICMPv6Unreachable, false},
		{"a non-initial fragment that is wrong itself", mk(ok, to, 44, 17, 0, 0, 8, 0, 0, 0, 1, 1, 2, 3), false, wire.ICMPv6ParamProblem, true},
		{"a non-initial fragment", mk(ok, to, 44, 17, 0, 0, 8, 0, 0, 0, 1, 1, 2, 3), false, wire.ICMPv6Unreachable, false},
	} {
		chain, err := wire.WalkIPv6(c.p)
		if err != nil {
			t.Fatal(c.name, err)
		}
		if got := May6(c.p, &chain, c.group, c.typ, 0); got != c.may {
			t.Errorf("about %s: %v, want %v", c.name, got, c.may)
		}
	}
}

func TestRFC4443_2_4_f_TokenBucket(t *testing.T) {
	var l Limiter
	now := int64(time.Hour)
	for i := range PeerBurst {
		if !l.Allow(now, src4) {
			t.Fatalf("error %d of a burst of %d was refused", i, PeerBurst)
		}
	}
	if l.Allow(now, src4) {
		t.Error("one more than the burst was allowed")
	}
	if !l.Allow(now, dst4) {
		t.Error("another destination has a bucket of its own")
	}
	now += int64(PeerGap) - 1
	if l.Allow(now, src4) {
		t.Error("the gap is not over")
	}
	if now++; !l.Allow(now, src4) {
		t.Error("after the gap there is a token")
	}
	// All destinations together.
	n := 0
	for i := range 1000 {
		if l.Allow(now, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})) {
			n++
		}
	}
	if n >= Burst+1 || n < Burst-1 {
		t.Errorf("%d errors at once to many destinations, the burst is %d", n, Burst)
	}
	for i := range 3 * MaxPeers {
		now += int64(time.Second)
		l.Allow(now, netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}))
	}
	if len(l.peers) > MaxPeers || len(l.ring) > MaxPeers {
		t.Errorf("%d destinations remembered, the bound is %d", len(l.peers), MaxPeers)
	}
}

func TestRFC1812_4_3_2_3_QuoteLength(t *testing.T) {
	if n := Quote4Len(65535); 20+8+n != 576 {
		t.Errorf("an ICMP error of %d bytes", 28+n)
	}
	if n := Quote6Len(65535); 40+8+n != 1280 {
		t.Errorf("an ICMPv6 error of %d bytes", 48+n)
	}
	if Quote4Len(30) != 30 || Quote6Len(50) != 50 {
		t.Error("a short packet is quoted whole")
	}
}

func TestParse_WhatAnErrorMeans(t *testing.T) {
	udp := []byte{0x10, 0, 0, 53, 0, 8, 0, 0}
	quote4 := packet4("192.0.2.1", "192.0.2.2", 17, 0, udp...)
	mk4 := func(typ, code uint8, rest uint32, q []byte) wire.ICMPv4 {
		f := wire.ICMPv4Fields{Type: typ, Code: code, Rest: rest, Payload: q}
		b := make([]byte, f.Len())
		f.Put(b)
		return b
	}
	h6 := wire.IPv6Fields{NextHeader: 17, Src: src6, Dst: dst6, PayloadLen: 8}
	quote6 := make([]byte, 40)
	h6.Put(quote6)
	quote6 = append(quote6, udp...)
	mk6 := func(typ, code uint8, rest uint32, q []byte) wire.ICMPv6 {
		f := wire.ICMPv6Fields{Type: typ, Code: code, Rest: rest, Payload: q, Src: dst6, Dst: src6}
		b := make([]byte, f.Len())
		f.Put(b)
		return b
	}
	for _, c := range []struct {
		m      any
		errno  syscall.Errno
		hard   bool
		tooBig bool
		mtu    int
		ok     bool
	}{
		{mk4(3, 0, 0, quote4), syscall.ENETUNREACH, false, false, 0, true},
		{mk4(3, 1, 0, quote4), syscall.EHOSTUNREACH, false, false, 0, true},
		{mk4(3, 2, 0, quote4), syscall.ENOPROTOOPT, true, false, 0, true},
		{mk4(3, 3, 0, quote4), syscall.ECONNREFUSED, true, false, 0, true},
		{mk4(3, 4, wire.FragNeededRest(1400), quote4), syscall.EMSGSIZE, false, true, 1400, true},
		{mk4(3, 13, 0, quote4), syscall.EHOSTUNREACH, true, false, 0, true},
		{mk4(3, 16, 0, quote4), 0, false, false, 0, false},
		{mk4(11, 0, 0, quote4), syscall.EHOSTUNREACH, false, false, 0, true},
		{mk4(12, 0, 0, quote4), syscall.EPROTO, true, false, 0, true},
		{mk4(4, 0, 0, quote4), 0, false, false, 0, false}, // RFC 6633: source quench
		{mk4(5, 0, 0, quote4), 0, false, false, 0, false}, // redirects are not believed
		{mk4(3, 3, 0, quote4[:24]), syscall.ECONNREFUSED, true, false, 0, false},
		{mk4(3, 3, 0, quote6), syscall.ECONNREFUSED, true, false, 0, false},
		{mk6(1, 0, 0, quote6), syscall.ENETUNREACH, false, false, 0, true},
		{mk6(1, 1, 0, quote6), syscall.EACCES, true, false, 0, true},
		{mk6(1, 3, 0, quote6), syscall.EHOSTUNREACH, false, false, 0, true},
		{mk6(1, 4, 0, quote6), syscall.ECONNREFUSED, true, false, 0, true},
		{mk6(2, 0, 1300, quote6), syscall.EMSGSIZE, false, true, 1300, true},
		{mk6(3, 0, 0, quote6), syscall.EHOSTUNREACH, false, false, 0, true},
		{mk6(4, 1, 0, quote6), syscall.EPROTO, true, false, 0, true},
		{mk6(128, 0, 0, quote6), syscall.EPROTO, false, false, 0, false},
		{mk6(1, 4, 0, quote4), syscall.ECONNREFUSED, true, false, 0, false},
	} {
		var e Error
		var ok bool
		switch m := c.m.(type) {
		case wire.ICMPv4:
			e, ok = Parse4(m)
		case wire.ICMPv6:
			e, ok = Parse6(m)
		}
		if ok != c.ok || e.Errno != c.errno || e.Hard != c.hard || e.TooBig != c.tooBig || e.MTU != c.mtu {
			t.Errorf("type %d code %d: %v %v hard %v too big %v MTU %d, want %+v", e.Type, e.Code, ok, e.Errno, e.Hard, e.TooBig, e.MTU, c)
		}
		if ok && (e.SrcPort != 0x1000 || e.DstPort != 53) {
			t.Errorf("type %d code %d: ports %d %d", e.Type, e.Code, e.SrcPort, e.DstPort)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{3, 3, 0, 0, 0, 0, 0, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0, 1, 0, 2, 0, 8, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := wire.ParseICMPv4(b); err == nil {
			if e, ok := Parse4(m); ok && (!e.Src.Is4() || len(e.Transport) < 8) {
				t.Fatal("accepted without a flow")
			}
			Parse6(wire.ICMPv6(m))
		}
	})
}
