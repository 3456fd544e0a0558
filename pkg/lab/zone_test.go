package lab

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/loop"
)

func labZones(t testing.TB) *zones {
	t.Helper()
	z, err := parseZones(zoneFiles(names(stations(3), func(lan) bool { return false }))...)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func question(name string, qtype uint16) *dns.Msg {
	m := &dns.Msg{}
	m.SetQuestion(name, qtype)
	m.Id = 4711
	return m
}

// asked packs a query, has it answered and unpacks the answer.
func asked(t testing.TB, z *zones, q *dns.Msg, udp bool) (*dns.Msg, int) {
	t.Helper()
	wire, err := q.Pack()
	if err != nil {
		t.Fatal(err)
	}
	answer := z.answer(wire, udp)
	if answer == nil {
		t.Fatalf("%v: no answer", q.Question)
	}
	m := &dns.Msg{}
	if err := m.Unpack(answer); err != nil {
		t.Fatal(err)
	}
	if m.Id != q.Id || !m.Response {
		t.Fatalf("%v: not an answer to the query: %v", q.Question, m)
	}
	return m, len(answer)
}

// rdata joins the records' data, without names and TTLs.
func rdata(rrs []dns.RR) string {
	var out []string
	for _, rr := range rrs {
		out = append(out, strings.TrimPrefix(rr.String(), rr.Header().String()))
	}
	return strings.Join(out, " | ")
}

func TestDNSAnswers(t *testing.T) {
	z := labZones(t)
	for _, c := range []struct {
		name  string
		qtype uint16
		rcode int
		want  string
	}{
		{"web.lab.test.", dns.TypeA, dns.RcodeSuccess, "203.0.113.80"},
		{"web.lab.test.", dns.TypeAAAA, dns.RcodeSuccess, "2001:db8:b::80"},
		{"WeB.LaB.tEsT.", dns.TypeA, dns.RcodeSuccess, "203.0.113.80"},
		{"client.lab.test.", dns.TypeA, dns.RcodeSuccess, "198.51.100.2"},
		{"printer.lab.test.", dns.TypeAAAA, dns.RcodeSuccess, "2001:db8:a::9"},
		{"host12.lab.test.", dns.TypeA, dns.RcodeSuccess, "198.51.100.12"},
		{"host12.lab.test.", dns.TypeAAAA, dns.RcodeSuccess, "2001:db8:a::12"},
		{"r1.lab.test.", dns.TypeA, dns.RcodeSuccess, "198.51.100.1 | 203.0.113.1 | 198.51.100.129"},
		{"gw.lab.test.", dns.TypeA, dns.RcodeSuccess, "198.51.100.130"},
		{"host.lab.test.", dns.TypeA, dns.RcodeSuccess, "192.0.2.1"},
		{"www.lab.test.", dns.TypeA, dns.RcodeSuccess, "web.lab.test. | 203.0.113.80"},
		{"a.lab.test.", dns.TypeA, dns.RcodeSuccess, "web.lab.test. | 203.0.113.80"},
		{"b.lab.test.", dns.TypeAAAA, dns.RcodeSuccess, "web.lab.test. | 2001:db8:b::80"},
		{"www.lab.test.", dns.TypeCNAME, dns.RcodeSuccess, "web.lab.test."},
		{"lab.test.", dns.TypeMX, dns.RcodeSuccess, "10 web.lab.test."},
		{"lab.test.", dns.TypeNS, dns.RcodeSuccess, "dns.lab.test."},
		{"lab.test.", dns.TypeSOA, dns.RcodeSuccess, "dns.lab.test. hostmaster.lab.test. 2026010100 7200 900 1209600 300"},
		{"lab.test.", dns.TypeTXT, dns.RcodeSuccess, `"v=spf1 -all" | "a network that exists only while you look"`},
		{"80.113.0.203.in-addr.arpa.", dns.TypePTR, dns.RcodeSuccess, "web.lab.test."},
		{"2.100.51.198.in-addr.arpa.", dns.TypePTR, dns.RcodeSuccess, "client.lab.test."},
		{"0.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.", dns.TypePTR, dns.RcodeSuccess, "web.lab.test."},
		{"nosuch.lab.test.", dns.TypeA, dns.RcodeNameError, ""},
		{"99.113.0.203.in-addr.arpa.", dns.TypePTR, dns.RcodeNameError, ""},
		{"web.lab.test.", dns.TypeMX, dns.RcodeSuccess, ""}, // NODATA
		{"_tcp.lab.test.", dns.TypeA, dns.RcodeSuccess, ""}, // an empty non-terminal exists
		{"example.com.", dns.TypeA, dns.RcodeRefused, ""},   // another's
		{"lab.test.evil.", dns.TypeA, dns.RcodeRefused, ""}, // a suffix is not enough
		{"xlab.test.", dns.TypeA, dns.RcodeRefused, ""},     // nor are equal letters
		{"lab.test.", dns.TypeAXFR, dns.RcodeRefused, ""},   //
		{"web.lab.test.", dns.TypeANY, dns.RcodeSuccess, "203.0.113.80"},
	} {
		m, _ := asked(t, z, question(c.name, c.qtype), true)
		if m.Rcode != c.rcode || rdata(m.Answer) != c.want {
			t.Errorf("%s %s: %s %q; want %s %q", c.name, dns.TypeToString[c.qtype], dns.RcodeToString[m.Rcode], rdata(m.Answer), dns.RcodeToString[c.rcode], c.want)
		}
		if m.Authoritative != (c.rcode != dns.RcodeRefused) || m.RecursionAvailable {
			t.Errorf("%s: aa %v ra %v", c.name, m.Authoritative, m.RecursionAvailable)
		}
		if len(m.Answer) > 0 && m.Answer[0].Header().Name != c.name {
			t.Errorf("%s: the answer is for %s; it repeats the question's case", c.name, m.Answer[0].Header().Name)
		}
		// RFC 2308 2: a negative answer carries the SOA, with the smaller TTL.
		if c.want == "" && c.rcode != dns.RcodeRefused {
			if len(m.Ns) != 1 || m.Ns[0].Header().Rrtype != dns.TypeSOA || m.Ns[0].Header().Ttl != 300 {
				t.Errorf("%s: authority %v", c.name, m.Ns)
			}
		}
	}
}

func TestDNSAdditionalAddresses(t *testing.T) {
	m, _ := asked(t, labZones(t), question("lab.test.", dns.TypeMX), true)
	if rdata(m.Extra) != "203.0.113.80 | 2001:db8:b::80" {
		t.Errorf("additional: %v", m.Extra)
	}
}

func TestRFC6891_Sizes(t *testing.T) {
	z := labZones(t)
	q := question("big.lab.test.", dns.TypeTXT)
	m, n := asked(t, z, q, true)
	if !m.Truncated || n > 512 {
		t.Errorf("without EDNS: %d bytes, TC %v; want at most 512 and TC", n, m.Truncated)
	}
	for _, size := range []uint16{100, 512, 1232, 4096, 65535} {
		q := question("big.lab.test.", dns.TypeTXT)
		q.SetEdns0(size, false)
		m, n := asked(t, z, q, true)
		limit := min(max(int(size), 512), maxUDPAnswer)
		if n > limit || m.IsEdns0() == nil {
			t.Errorf("EDNS %d: %d bytes, OPT %v", size, n, m.IsEdns0())
		}
		if whole := len(m.Answer) == 12; whole == m.Truncated || whole != (limit == maxUDPAnswer) {
			t.Errorf("EDNS %d: %d records in %d bytes, TC %v", size, len(m.Answer), n, m.Truncated)
		}
	}
	if m, _ := asked(t, z, q, false); m.Truncated || len(m.Answer) != 12 {
		t.Errorf("over TCP: %d records, TC %v", len(m.Answer), m.Truncated)
	}
	q = question("web.lab.test.", dns.TypeA)
	q.SetEdns0(1232, false)
	q.IsEdns0().SetVersion(1)
	if m, _ := asked(t, z, q, true); m.Rcode != dns.RcodeBadVers || len(m.Answer) != 0 {
		t.Errorf("EDNS version 1: %v; RFC 6891 6.1.3 wants BADVERS", m)
	}
}

func TestDNSHostileQueries(t *testing.T) {
	z := labZones(t)
	if z.answer([]byte("short"), true) != nil {
		t.Error("bytes without a header were answered")
	}
	q := question("web.lab.test.", dns.TypeA)
	q.Response = true
	wire, _ := q.Pack()
	if z.answer(wire, true) != nil {
		t.Error("an answer was answered: that would never end")
	}
	q = question("web.lab.test.", dns.TypeA)
	wire, _ = q.Pack()
	m := &dns.Msg{}
	if err := m.Unpack(z.answer(wire[:20], true)); err != nil || m.Rcode != dns.RcodeFormatError || m.Id != q.Id {
		t.Errorf("a cut query: %v %v", m, err)
	}
	q.Question = append(q.Question, q.Question[0])
	if m, _ := asked(t, z, q, true); m.Rcode != dns.RcodeFormatError {
		t.Errorf("two questions: %v", m)
	}
	q = question("web.lab.test.", dns.TypeA)
	q.Opcode = dns.OpcodeUpdate
	if m, _ := asked(t, z, q, true); m.Rcode != dns.RcodeNotImplemented {
		t.Errorf("update: %v", m)
	}
	q = question("web.lab.test.", dns.TypeA)
	q.Question[0].Qclass = dns.ClassCHAOS
	if m, _ := asked(t, z, q, true); m.Rcode != dns.RcodeRefused {
		t.Errorf("class CH: %v", m)
	}
}

func TestDNSOverTCP(t *testing.T) {
	l := loop.New(loop.Config{Watchdog: 10 * time.Second})
	s := &dnsServer{l: l, zones: labZones(t)}
	err := l.Run(func() error {
		ln := newPipeListener(l)
		l.Go("dns", func() { s.serveTCP(ln) })
		c, srv := newPipe(l)
		ln.q.Put(net.Conn(srv))
		for range 3 { // RFC 7766 6.2.1: one connection, several queries
			wire, _ := question("big.lab.test.", dns.TypeTXT).Pack()
			writeDNS(c, wire)
			answer, err := readDNS(c)
			if err != nil {
				return err
			}
			m := &dns.Msg{}
			if err := m.Unpack(answer); err != nil || len(m.Answer) != 12 {
				t.Errorf("%v %v", m, err)
			}
		}
		start := l.Now()
		if _, err := readDNS(c); err != io.EOF || time.Duration(l.Now()-start) != dnsIdle {
			t.Errorf("an idle connection: %v after %v", err, time.Duration(l.Now()-start))
		}
		s.conns.close(l)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAliasesAreOneToOne(t *testing.T) {
	lab := &Lab{l: loop.New(loop.Config{})}
	seen := map[netip.Addr]netip.Addr{}
	for i := range 300 {
		a := netip.AddrFrom4([4]byte{127, 0, byte(i >> 8), byte(i)})
		alias, ok := lab.HostAlias(a)
		if i > 0 && i < maxAliases && !ok || i >= maxAliases+5 && ok {
			t.Fatalf("alias %d: %v", i, ok)
		}
		if !ok {
			continue
		}
		if other, used := seen[alias]; used {
			t.Fatalf("%v and %v have the same alias", other, a)
		}
		seen[alias] = a
		if again, _ := lab.HostAlias(a); again != alias {
			t.Fatalf("%v has two aliases", a)
		}
		if back, ok := lab.aliases.real(alias); !ok || back != a || !aliases4.Contains(alias) {
			t.Fatalf("%v -> %v -> %v", a, alias, back)
		}
	}
	if a, ok := lab.HostAlias(netip.IPv6Loopback()); !ok || a != loopback6 {
		t.Error(a, ok)
	}
	if _, ok := lab.HostAlias(netip.MustParseAddr("192.0.2.1")); ok {
		t.Error("an address that is no loopback has an alias")
	}
	if _, ok := lab.aliases.real(netip.MustParseAddr("192.0.2.255")); ok {
		t.Error("192.0.2.255 stands for something")
	}
}

func FuzzDNSAnswer(f *testing.F) {
	z := labZones(f)
	for _, q := range []*dns.Msg{question("web.lab.test.", dns.TypeA), question("big.lab.test.", dns.TypeTXT), question("x.example.", dns.TypeANY)} {
		q.SetEdns0(1232, true)
		wire, _ := q.Pack()
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, query []byte) {
		answer := z.answer(query, true)
		if answer == nil {
			return
		}
		if len(answer) > maxUDPAnswer || len(answer) < 12 || answer[0] != query[0] || answer[1] != query[1] || answer[2]&0x80 == 0 {
			t.Errorf("%x answered by %x", query, answer)
		}
	})
}
