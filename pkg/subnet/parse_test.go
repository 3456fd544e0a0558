package subnet

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestParseForms(t *testing.T) {
	for _, c := range []struct {
		in   string
		want string // Item.String
		form Form
	}{
		{"192.0.2.1", "192.0.2.1", FormAddress},
		{"192.0.2.77/26", "192.0.2.77/26", FormPrefix},
		{"0.0.0.0/0", "0.0.0.0/0", FormPrefix},
		{"192.0.2.77/32", "192.0.2.77", FormPrefix},
		{"192.0.2.77/255.255.255.192", "192.0.2.77/26", FormMask},
		{"192.0.2.77/0.0.0.63", "192.0.2.77/26", FormWildcard},
		{"192.0.2.77/0xffffffc0", "192.0.2.77/26", FormMask},
		{"192.0.2.77/0x3f", "192.0.2.77/26", FormWildcard},
		{"192.0.2.77/4294967232", "192.0.2.77/26", FormMask},
		{"192.0.2.77 255.255.255.192", "192.0.2.77/26", FormMask},
		{"192.0.2.77 0.0.0.63", "192.0.2.77/26", FormWildcard},
		{"192.0.2.77/255.255.255.255", "192.0.2.77", FormMask},
		{"0.0.0.0/0.0.0.0", "0.0.0.0/0", FormMask},
		{"10.0.0.5-10.0.0.9", "10.0.0.5-10.0.0.9", FormRange},
		{"10.0.0.5 - 10.0.0.9", "10.0.0.5-10.0.0.9", FormRange},
		{"10.0.0.5:10.0.0.9", "10.0.0.5-10.0.0.9", FormRange},
		{"10.0.0.5:+4", "10.0.0.5-10.0.0.9", FormOffset}, // as netmask: to address + 4, five addresses
		{"10.0.0.5:+0x4", "10.0.0.5-10.0.0.9", FormOffset},
		{"2001:db8:::+255", "2001:db8::-2001:db8::ff", FormOffset},
		{"::1-::5", "::1-::5", FormRange},
		{"3232238157", "192.168.10.77", FormInteger},
		{"4294967295", "255.255.255.255", FormInteger},
		{"4294967296", "::1:0:0", FormInteger}, // one more than IPv4 has
		{"340282366920938463463374607431768211455", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", FormInteger},
		{"0xc0a80a4d", "192.168.10.77", FormHex},
		{"0xa", "0.0.0.10", FormHex},
		{"0xc0a80a4d/24", "192.168.10.77/24", FormPrefix},
		{"0x20010db8000000000000000000000001", "2001:db8::1", FormHex},
		{"20010db8000000000000000000000001", "2001:db8::1", FormHex}, // as in /proc/net/if_inet6
		{"2001:DB8::1/64", "2001:db8::1/64", FormPrefix},
		{"2001:db8::1/ffff:ffff::", "2001:db8::1/32", FormMask},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1", FormAddress},
		{"64:ff9b::192.0.2.33/96", "64:ff9b::c000:221/96", FormPrefix},
		{"fe80::1%eth0", "fe80::1%eth0", FormAddress},
		{"fe80::1%br-lan", "fe80::1%br-lan", FormAddress},
		{"fe80::1%eth0/64", "fe80::1%eth0/64", FormPrefix},
		{"[2001:db8::1]", "2001:db8::1", FormAddress},
		{"::", "::", FormAddress},
		{"1::", "1::", FormAddress},
		{"::/0", "::/0", FormPrefix},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", FormAddress},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", FormAddress},
		{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", FormAddress},
		{"  192.0.2.1/24  # the office", "192.0.2.1/24", FormPrefix},
		{"192.0.2.1\r", "192.0.2.1", FormAddress},

		{"0", "0.0.0.0", FormInteger}, // the number and the short form are one address
		{"0/0", "0.0.0.0/0", FormPrefix},
		{"\ufeff192.0.2.1", "192.0.2.1", FormAddress}, // as some editors begin a file

		{"default", "0.0.0.0/0", FormRoute}, // its next hops are on the lines below
		{"10.1.0.0/16 nhid 7 via 192.0.2.1 dev eth0", "10.1.0.0/16", FormRoute},
		{"10.1.0.0/16 metric 100", "10.1.0.0/16", FormRoute},
		{"default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.2 metric 100", "0.0.0.0/0", FormRoute},
		{"default via fe80::1 dev eth0 proto ra metric 100 pref medium", "::/0", FormRoute},
		{"default via inet6 fe80::1 dev eth0", "0.0.0.0/0", FormRoute},
		{"default dev wg0 proto static metric 1024 pref medium", "::/0", FormRoute},
		{"10.1.0.0/16 via 192.0.2.1 dev eth0", "10.1.0.0/16", FormRoute},
		{"192.0.2.7 dev eth0 scope link", "192.0.2.7", FormRoute},
		{"blackhole 10.9.0.0/16", "10.9.0.0/16", FormRoute},
		{"local 127.0.0.0/8 dev lo table local proto kernel", "127.0.0.0/8", FormRoute},
		{"    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0", "192.0.2.2/24", FormAddrLine},
		{"    inet6 fe80::1/64 scope link eth0", "fe80::1%eth0/64", FormAddrLine},
		{"2: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0", "192.0.2.2/24", FormAddrLine},
		{"    inet 10.0.0.1 peer 10.0.0.2/32 scope global tun0", "10.0.0.1", FormAddrLine},
		{"        inet 192.0.2.2  netmask 255.255.255.0  broadcast 192.0.2.255", "192.0.2.2/24", FormAddrLine},
		{"        inet 192.0.2.2 netmask 0xffffff00 broadcast 192.0.2.255", "192.0.2.2/24", FormAddrLine},
		{"          inet addr:192.0.2.2  Bcast:192.0.2.255  Mask:255.255.255.0", "192.0.2.2/24", FormAddrLine},
		{"          inet6 addr: fe80::1/64 Scope:Link", "fe80::1/64", FormAddrLine},
		{"        inet6 fe80::1%en0 prefixlen 64 scopeid 0x4", "fe80::1%en0/64", FormAddrLine},
		{"eth0             UP             192.0.2.2/24 ", "192.0.2.2/24", FormAddrLine},
		{"access-list 10 permit 10.0.0.0 0.255.255.255", "10.0.0.0/8", FormACL},
		{"permit 10.1.1.1 0.0.0.0", "10.1.1.1", FormACL}, // in an access list nothing else can be meant
		{"permit ip host 192.0.2.1 log", "192.0.2.1", FormACL},
		{"ip route 10.0.0.0 255.0.0.0 192.0.2.1", "10.0.0.0/8", FormMask},
		{"ip address 192.0.2.1 255.255.255.0", "192.0.2.1/24", FormMask},
		{"network 10.0.0.0 0.255.255.255 area 0", "10.0.0.0/8", FormWildcard},
		{"ipv6 route 2001:db8::/32 fe80::1", "2001:db8::/32", FormPrefix},
	} {
		it, err := Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		if it.String() != c.want || it.Form != c.form {
			t.Errorf("Parse(%q) = %s as %s, want %s as %s", c.in, it, it.Form, c.want, c.form)
		}
	}
}

func TestParseSeveralOnALine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"10.0.0.0/8, 10.1.0.0/16 ::1", "10.0.0.0/8 10.1.0.0/16 ::1"},
		{"10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2"}, // the second is no mask
		{"permit tcp 10.0.0.0 0.0.0.255 any eq 80", "10.0.0.0/24 0.0.0.0/0"},
		{"permit ipv6 2001:db8::/32 any", "2001:db8::/32 ::/0"},
		{"deny ip host 192.0.2.1 10.0.0.0 0.0.3.255", "192.0.2.1 10.0.0.0/22"},
		{"eth0 UP 192.0.2.2/24 fd00::2/64", "192.0.2.2/24 fd00::2/64"},
		{"", ""}, {"# all of it", ""}, {"; zone file", ""}, {"! cisco", ""},
		{"2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000", ""},
		{"    link/ether 02:fc:00:00:00:01 brd ff:ff:ff:ff:ff:ff", ""},
		{"\toptions=1203<RXCSUM,TXCSUM>", ""}, {"\tstatus: active", ""}, {"        device interrupt 20  memory 0xf0000-0xf1000", ""},
		{"eth0      Link encap:Ethernet  HWaddr 02:fc:00:00:00:01", ""}, {"          UP BROADCAST RUNNING  MTU:1500", ""},
		{"    vlan protocol 802.1Q id 5 <REORDER_HDR> numtxqueues 1 numrxqueues 1", ""},
		{"3221225985 3221225986", "192.0.2.1 192.0.2.2"},
		{"    link/gre 0.0.0.0 brd 0.0.0.0", ""}, // the ends of a tunnel, no networks
		{"       valid_lft forever preferred_lft forever", ""},
		{"eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500", ""},
	} {
		items, err := new(Parser).Append(nil, []byte(c.in))
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		var got []string
		for _, it := range items {
			got = append(got, it.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q = %q, want %q", c.in, s, c.want)
		}
	}
}

// What has two readings is refused, and the reason names them.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		in     string
		kind   error
		reason string
	}{
		{"010.0.0.1", ErrAmbiguous, "octal"}, // 8.0.0.1 to inet_aton
		{"192.168.010.1/24", ErrAmbiguous, "octal"},
		{"    3730502789 21116470 0 0 0 0", ErrAmbiguous, "counters"}, // a line of "ip -s addr"
		{"10.1", ErrAmbiguous, "missing zeros"},                       // 10.0.0.1 or 10.1.0.0
		{"10.1/16", ErrAmbiguous, "missing zeros"},
		{"10", ErrAmbiguous, "0.0.0.10"},
		{"10/8", ErrAmbiguous, "0.0.0.10"},
		{"0123456789", ErrAmbiguous, "octal"},
		{"10.0.0.0/08", ErrAmbiguous, "leading zero"},
		{"10.0.0.1-9", ErrAmbiguous, "last octet"},
		{"10.1.2.3/0.0.0.0", ErrAmbiguous, "as a wildcard it is /32"},
		{"10.1.2.3 0.0.0.0", ErrAmbiguous, "as a wildcard it is /32"},
		{"c0a80a4d", ErrAmbiguous, "byte order"},
		{"10141204801825835211973625643007", ErrAmbiguous, "32 digits"},
		{"256.1.1.1", ErrRange, "larger than 255"},
		{"10.0.0.0/33", ErrRange, "larger than 32"},
		{"2001:db8::/129", ErrRange, "larger than 128"},
		{"10.0.0.9-10.0.0.5", ErrRange, "before it begins"},
		{"255.255.255.255:+1", ErrRange, "end of the address space"},
		{"10.0.0.0/0x1ffffffff", ErrRange, "more than 32 bits"},
		{"10.0.0.1-::5", ErrFamily, "families"},
		{"10.0.0.1/ffff::", ErrFamily, "families"},
		{"10.0.0.0/255.0.255.0", ErrSyntax, "not contiguous"},
		{"permit ip 10.0.0.0 0.255.0.255 any", ErrSyntax, "not contiguous"},
		{"10.0.0.1:80", ErrSyntax, "port"},
		{"10.0.0.0/", ErrSyntax, "nothing follows"},
		{"1.2.3.4.5", ErrSyntax, "four octets"},
		{"1..2.3", ErrSyntax, "empty"},
		{"1::2::3", ErrSyntax, "only once"},
		{"1:2:3:4:5:6:7", ErrSyntax, "eight groups"},
		{"1:2:3:4:5:6:7:8:9", ErrSyntax, "at most eight"},
		{"1:2:3:4:5:6:7:8::", ErrSyntax, "at most eight"},
		{"12345::", ErrRange, "four digits"},
		{"::1.2.3", ErrSyntax, "embedded IPv4"},
		{"::ffff:192.0.2.01", ErrSyntax, "embedded IPv4"},
		{"fe80::1%", ErrSyntax, "zone"},
		{"hello", ErrSyntax, "no known form"},
		{"0x", ErrSyntax, "1 to 32"},
		{"340282366920938463463374607431768211456", ErrSyntax, "no known form"}, // 2^128
	} {
		_, err := Parse(c.in)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("Parse(%q) = %v, want %v with %q", c.in, err, c.kind, c.reason)
		}
	}
}

func TestParseInterfaceNames(t *testing.T) {
	p := Parser{Interface: func(name string) ([]netip.Prefix, error) {
		switch name {
		case "br-lan":
			return []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("fe80::1/64")}, nil
		case "dummy0":
			return nil, nil
		}
		return nil, errors.New("there is no interface of that name")
	}}
	items, err := p.Append(nil, []byte("br-lan"))
	if err != nil || len(items) != 2 || items[0].String() != "192.0.2.1/24" || items[1].String() != "fe80::1%br-lan/64" {
		t.Fatalf("br-lan = %v, %v", items, err)
	}
	for _, bad := range []string{"dummy0", "eth9"} {
		if items, err := p.Append(nil, []byte(bad)); err == nil {
			t.Errorf("%s = %v", bad, items)
		}
	}
}

// The strict readers must accept exactly what net/netip accepts.
func FuzzReadersAgreeWithNetip(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "::", "1::", "::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "01.2.3.4", "1::1::1", "12345::", "1.2.3.4.", "::1.2.3.4:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, werr := netip.ParseAddr(s)
		if werr == nil && want.Zone() != "" {
			return
		}
		q, n4 := read4([]byte(s))
		v, n6 := read6([]byte(s))
		switch {
		case n4 == len(s) && n4 > 0:
			if got := fromU128(u128{0, uint64(q)}, 32); werr != nil || got != want {
				t.Fatalf("%q: %v, netip says %v %v", s, got, want, werr)
			}
		case n6 == len(s) && n6 > 0:
			if got := fromU128(v, 128); werr != nil || got != want {
				t.Fatalf("%q: %v, netip says %v %v", s, got, want, werr)
			}
		case werr == nil:
			t.Fatalf("%q is not read, netip says %v", s, want)
		}
	})
}

// Whatever a line holds, its items are sound and can be written and read back.
func FuzzParserAppend(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "permit ip 10.0.0.0 0.0.0.255 any", "default via ::1", "inet 1.2.3.4 netmask 0xff000000", "a:+n", "1.2.3.4:+5", "[::1]/64", "fe80::1%a-b", "ip route", "network", "permit", "inet", "eth0 UP", "2: x inet6", "1.2.3.4 - 1.2.3.5", "-", "/", ":+", "host", "permit host", "::%z-::%y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		items, err := new(Parser).Append(nil, []byte(s))
		if err != nil {
			if len(items) != 0 {
				t.Fatalf("%q: items beside the error %v", s, err)
			}
			if err.Error() == "" {
				t.Fatal("an error without a word")
			}
			return
		}
		for _, it := range items {
			if !it.Range().IsValid() {
				t.Fatalf("%q: %v has no range", s, it)
			}
			again, err := Parse(it.String())
			if err != nil || again.Range() != it.Range() || again.Addr != it.Addr {
				t.Fatalf("%q: %v reads back as %v, %v", s, it, again, err)
			}
			if p, ok := it.Prefix(); ok {
				Describe(p)
			}
		}
	})
}

func TestParseDoesNotAllocate(t *testing.T) {
	p := new(Parser)
	items := make([]Item, 0, 8)
	for _, line := range []string{"192.0.2.1/24", "2001:db8::1/64", "192.0.2.1", "# comment"} {
		b := []byte(line)
		if n := testing.AllocsPerRun(100, func() { items, _ = p.Append(items[:0], b) }); n != 0 {
			t.Errorf("reading %q allocates %v times", line, n)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	p := new(Parser)
	items := make([]Item, 0, 8)
	for _, line := range []string{"192.168.110.77/26", "2001:db8:1234:5678::abcd/64"} {
		in := []byte(line)
		b.Run(line, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				items, _ = p.Append(items[:0], in)
			}
		})
	}
}

// TestParseErrorQuotesTheItem expects the whole of what was written in a message:
// its part alone would not be found in a file.
func TestParseErrorQuotesTheItem(t *testing.T) {
	for in, want := range map[string]string{
		"/24":                     `"/24" is not an address, network or range: the address is missing`,
		"10/8":                    `"10/8" has two readings: "10": the number 10 is 0.0.0.10, the short form is 10.0.0.0`,
		"10.0.0.0/24-10.0.1.0/24": `"10.0.0.0/24-10.0.1.0/24" is not an address, network or range: "10.0.0.0/24": no known form of an address looks like this`,
		"2001:db8::5-9":           `"2001:db8::5-9" has two readings: 9 is the address 0.0.0.9, or short for the last group`,
		"0x7f.0.0.1":              `"0x7f.0.0.1" is not an address, network or range: few programs read octets in hexadecimal`,
	} {
		if _, err := Parse(in); err == nil || err.Error() != want {
			t.Errorf("Parse(%q): %v, want %s", in, err, want)
		}
	}
}
