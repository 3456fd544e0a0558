package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// server answers on one loopback port over UDP and TCP with what its functions
// say; each returned message is sent, nil sends nothing.
type server struct {
	addr    netip.AddrPort
	queries atomic.Int32
}

func serve(t *testing.T, udp, tcp func(q *dns.Msg) [][]byte) *server {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	s := &server{addr: netip.MustParseAddrPort(pc.LocalAddr().String())}
	go func() {
		buf := make([]byte, 65535)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			s.queries.Add(1)
			q := new(dns.Msg)
			if q.Unpack(buf[:n]) != nil {
				continue
			}
			for _, b := range udp(q) {
				pc.WriteTo(b, from)
			}
		}
	}()
	if tcp == nil {
		return s
	}
	ln, err := net.Listen("tcp", s.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			var size [2]byte
			io.ReadFull(c, size[:])
			b := make([]byte, binary.BigEndian.Uint16(size[:]))
			io.ReadFull(c, b)
			q := new(dns.Msg)
			if q.Unpack(b) == nil {
				for _, b := range tcp(q) {
					c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
				}
			}
			c.Close()
		}
	}()
	return s
}

func client(s ...*server) *Client {
	var list []netip.AddrPort
	for _, x := range s {
		list = append(list, x.addr)
	}
	var d net.Dialer
	return New(Config{Dial: d.DialContext, Now: time.Now, Servers: list, Timeout: 200 * time.Millisecond})
}

// reply answers q with records in zone-file form.
func reply(t *testing.T, q *dns.Msg, rcode int, records ...string) *dns.Msg {
	m := new(dns.Msg)
	m.SetRcode(q, rcode)
	for _, r := range records {
		rr, err := dns.NewRR(r)
		if err != nil {
			t.Error(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	return m
}

func pack(m *dns.Msg) []byte {
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

// only keeps the records that answer q, as a server does, aliases included.
func only(q *dns.Msg, m *dns.Msg) [][]byte {
	m.Answer = slices.DeleteFunc(m.Answer, func(rr dns.RR) bool {
		t := rr.Header().Rrtype
		return t != q.Question[0].Qtype && t != dns.TypeCNAME
	})
	return [][]byte{pack(m)}
}

func addrs(s ...string) []netip.Addr {
	var out []netip.Addr
	for _, x := range s {
		out = append(out, netip.MustParseAddr(x))
	}
	return out
}

func TestAddrsOfBothFamiliesIPv4First(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		return only(q, reply(t, q, 0, "www.test. 60 IN A 192.0.2.1", "www.test. 30 IN AAAA 2001:db8::1", "other.test. 9 IN A 192.0.2.9"))
	}, nil)
	ans, err := client(s).Addrs(context.Background(), "www.test", Any)
	if err != nil || !slices.Equal(ans.Addrs, addrs("192.0.2.1", "2001:db8::1")) || ans.TTL != 30 {
		t.Errorf("got %v, %v: the record of another name must not count, and the least TTL is 30", ans, err)
	}
	if len(ans.Queries) != 2 || ans.Queries[0].Network != "udp" {
		t.Errorf("queries %v, want one for each family", ans.Queries)
	}
	ans, err = client(s).Addrs(context.Background(), "WWW.Test.", IPv6)
	if err != nil || !slices.Equal(ans.Addrs, addrs("2001:db8::1")) {
		t.Errorf("got %v, %v: names are compared without case (RFC 4343)", ans, err)
	}
}

func TestRFC1034_3_6_2_Aliases(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		switch q.Question[0].Name {
		case "a.test.":
			return only(q, reply(t, q, 0, "b.test. 60 IN CNAME c.test.", "a.test. 60 IN CNAME b.test.", "c.test. 60 IN A 192.0.2.3"))
		case "out.test.": // the answer ends at a name that it does not resolve
			return only(q, reply(t, q, 0, "out.test. 60 IN CNAME a.test."))
		case "self.test.":
			return only(q, reply(t, q, 0, "self.test. 60 IN CNAME self.test."))
		case "ping.test.":
			return only(q, reply(t, q, 0, "ping.test. 60 IN CNAME pong.test."))
		case "pong.test.":
			return only(q, reply(t, q, 0, "pong.test. 60 IN CNAME ping.test."))
		}
		return only(q, reply(t, q, 0))
	}, nil)
	c := client(s)
	ans, err := c.Addrs(context.Background(), "a.test", IPv4)
	if err != nil || !slices.Equal(ans.Addrs, addrs("192.0.2.3")) || !slices.Equal(ans.Aliases, []string{"b.test.", "c.test."}) {
		t.Errorf("got %+v, %v: a chain counts in whatever order its records stand", ans, err)
	}
	ans, err = c.Addrs(context.Background(), "out.test", IPv4)
	if err != nil || !slices.Equal(ans.Addrs, addrs("192.0.2.3")) || len(ans.Aliases) != 3 {
		t.Errorf("got %+v, %v: the last name of a chain is asked for", ans, err)
	}
	for _, name := range []string{"self.test", "ping.test"} {
		if _, err := c.Addrs(context.Background(), name, Any); !errors.Is(err, ErrAliases) {
			t.Errorf("%s: %v, want ErrAliases", name, err)
		}
	}
}

func TestWhyThereIsNoAddress(t *testing.T) {
	rcodes := map[string]int{"nx.test.": dns.RcodeNameError, "fail.test.": dns.RcodeServerFailure,
		"ref.test.": dns.RcodeRefused, "no.test.": 0}
	s := serve(t, func(q *dns.Msg) [][]byte {
		code, ok := rcodes[q.Question[0].Name]
		if !ok {
			return nil
		}
		return [][]byte{pack(reply(t, q, code))}
	}, nil)
	for name, want := range map[string]error{"nx.test": ErrNotFound, "fail.test": ErrServer, "ref.test": ErrRefused,
		"no.test": ErrNoData, "silent.test": ErrTimeout, "bad name": ErrBadName, "": ErrBadName, "a..b": ErrBadName,
		strings.Repeat("x", 64) + ".test": ErrBadName, "a\x1b[31m": ErrBadName} {
		ans, err := client(s).Addrs(context.Background(), name, Any)
		var e *Error
		if !errors.Is(err, want) || !errors.As(err, &e) || ans == nil {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
		if err != nil && strings.ContainsRune(err.Error(), 0x1b) {
			t.Errorf("%q: the error has a control character in it", err)
		}
	}
	if n := s.queries.Load(); n < 4 {
		t.Errorf("%d queries", n)
	}
}

func TestOneFamilyIsEnough(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		if q.Question[0].Qtype == dns.TypeAAAA {
			return [][]byte{pack(reply(t, q, dns.RcodeServerFailure))}
		}
		return only(q, reply(t, q, 0, "h.test. 60 IN A 192.0.2.1"))
	}, nil)
	ans, err := client(s).Addrs(context.Background(), "h.test", Any)
	if err != nil || !slices.Equal(ans.Addrs, addrs("192.0.2.1")) {
		t.Errorf("got %v, %v: a server that fails on AAAA must not hide A", ans, err)
	}
}

func TestNextServer(t *testing.T) {
	refusing := serve(t, func(q *dns.Msg) [][]byte { return [][]byte{pack(reply(t, q, dns.RcodeRefused))} }, nil)
	silent := serve(t, func(*dns.Msg) [][]byte { return nil }, nil)
	closed := &server{addr: netip.MustParseAddrPort("127.0.0.1:1")}
	good := serve(t, func(q *dns.Msg) [][]byte { return only(q, reply(t, q, 0, "h.test. 60 IN A 192.0.2.1")) }, nil)
	ans, err := client(refusing, closed, silent, good).Addrs(context.Background(), "h.test", IPv4)
	if err != nil || len(ans.Addrs) != 1 {
		t.Errorf("got %v, %v", ans, err)
	}
	if len(ans.Queries) != 4 {
		t.Errorf("queries %+v: one for each server", ans.Queries)
	}
}

func TestRFC5452_9_1_ForgedAnswersDoNotCount(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		forged := func(change func(m *dns.Msg)) []byte {
			m := reply(t, q, 0, "h.test. 60 IN A 192.0.2.66")
			change(m)
			return pack(m)
		}
		return append([][]byte{
			forged(func(m *dns.Msg) { m.Id++ }),
			forged(func(m *dns.Msg) { m.Response = false }),
			forged(func(m *dns.Msg) { m.Question[0].Name = "x.test." }),
			forged(func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeTXT }),
			forged(func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }),
			forged(func(m *dns.Msg) { m.Question = nil }),
			forged(func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }),
			{1, 2, 3},
		}, only(q, reply(t, q, 0, "h.test. 60 IN A 192.0.2.1"))...)
	}, nil)
	ans, err := client(s).Addrs(context.Background(), "h.test", IPv4)
	if err != nil || !slices.Equal(ans.Addrs, addrs("192.0.2.1")) {
		t.Errorf("got %v, %v", ans, err)
	}
}

func TestStrayDatagramsAreBounded(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte { return slices.Repeat([][]byte{{1, 2, 3}}, MaxStray+1) }, nil)
	if _, err := client(s).Addrs(context.Background(), "h.test", IPv4); !errors.Is(err, ErrBadAnswer) {
		t.Errorf("%v, want ErrBadAnswer", err)
	}
}

func TestRFC7766_TruncatedAnswerIsAskedForOverTCP(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		m := reply(t, q, 0)
		m.Truncated = true
		return [][]byte{pack(m)}
	}, func(q *dns.Msg) [][]byte {
		return only(q, reply(t, q, 0, "h.test. 60 IN A 192.0.2.1"))
	})
	ans, err := client(s).Addrs(context.Background(), "h.test", IPv4)
	if err != nil || len(ans.Addrs) != 1 || len(ans.Queries) != 2 || ans.Queries[1].Network != "tcp" {
		t.Errorf("got %+v, %v", ans, err)
	}
}

func TestRFC6891_7_FormatErrorIsAskedAgainWithoutEDNS(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		if q.IsEdns0() != nil {
			m := reply(t, q, dns.RcodeFormatError)
			m.Question = nil // a server that old may not repeat the question
			return [][]byte{pack(m)}
		}
		return only(q, reply(t, q, 0, "h.test. 60 IN A 192.0.2.1"))
	}, nil)
	ans, err := client(s).Addrs(context.Background(), "h.test", Any)
	if err != nil || len(ans.Addrs) != 1 {
		t.Errorf("got %+v, %v", ans, err)
	}
}

func TestDeadlineOfTheContext(t *testing.T) {
	s := serve(t, func(*dns.Msg) [][]byte { return nil }, nil)
	var d net.Dialer
	c := New(Config{Dial: d.DialContext, Now: time.Now, Servers: []netip.AddrPort{s.addr}, Timeout: time.Hour})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Addrs(ctx, "h.test", Any); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the context's error", err)
	}
}

// A datagram that says anything must neither panic nor be believed for more
// addresses than allowed.
func FuzzAnswer(f *testing.F) {
	q := new(dns.Msg)
	q.SetQuestion("h.test.", dns.TypeA)
	q.Id = 7
	m := new(dns.Msg)
	m.SetReply(q)
	for _, s := range []string{"h.test. 60 IN CNAME x.test.", "x.test. 60 IN A 192.0.2.1"} {
		rr, err := dns.NewRR(s)
		if err != nil {
			f.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	f.Add(pack(m))
	m.Compress = true
	f.Add(pack(m))
	f.Add(pack(q))
	f.Add([]byte{0, 7, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		l := &lookup{c: New(Config{Now: func() time.Time { return time.Time{} }}), ans: &Answer{Name: "h.test."}}
		open := []*question{{name: "h.test.", typ: dns.TypeA, id: 7}, {name: "h.test.", typ: dns.TypeAAAA, id: 8}}
		for _, id := range []byte{7, 8} {
			if len(b) > 2 {
				b = slices.Clone(b)
				b[0], b[1] = 0, id
			}
			if q := matching(open, b); q != nil {
				_, q.err = l.accept(q, b, "udp", time.Time{})
			}
		}
		next, err := l.collect("h.test.", open)
		if len(l.ans.Addrs) > MaxAddrs || len(l.ans.Aliases) > 2*MaxAliases {
			t.Errorf("%d addresses, %d aliases", len(l.ans.Addrs), len(l.ans.Aliases))
		}
		if err == nil && next == "" && len(l.ans.Addrs) == 0 {
			t.Error("no address and no reason")
		}
		if err != nil {
			for _, c := range []byte(err.Error()) {
				if c < 0x20 || c == 0x7f {
					t.Errorf("control character in %q", err)
				}
			}
		}
	})
}
