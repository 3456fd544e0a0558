package dissect

import (
	"slices"
	"strings"
	"testing"
)

// appDissect takes b apart with one dissector, as if it came over these ports.
func appDissect(t testing.TB, fn Func, b []byte, src, dst uint16) *Packet {
	t.Helper()
	p := &Packet{Bufs: [][]byte{b}}
	d := D{WantFields: true, WantInfo: true}
	d.DissectAs(p, func(d *D, b []byte) {
		d.SrcPort, d.DstPort = src, dst
		fn(d, b)
	})
	checkPlaces(t, p)
	return p
}

// checkPlaces holds every field to its buffer and to its layer.
func checkPlaces(t testing.TB, p *Packet) {
	t.Helper()
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Off < 0 || l.Len < 0 || l.Off+l.Len > len(p.Bufs[l.Buf]) {
			t.Fatalf("layer %s is at %d+%d of %d octets", l.Proto.Name, l.Off, l.Len, len(p.Bufs[l.Buf]))
		}
		for _, f := range p.Fields[l.First : l.First+l.N] {
			end := (int(f.Bit) + int(f.Bits) + 7) / 8
			if f.Bit < 0 || f.Bits < 0 || end > len(p.Bufs[f.Buf()]) {
				t.Fatalf("field %s is at bit %d+%d of %d octets", f.Def.Name, f.Bit, f.Bits, len(p.Bufs[f.Buf()]))
			}
			p.AppendText(nil, &f)
		}
	}
}

// values are a packet's values of one field, in their order.
func values(p *Packet, name string) []string {
	var all []string
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Def.Name == name {
			all = append(all, string(p.AppendValue(nil, f)))
		}
	}
	return all
}

// wantValues compares fields: each line is a name, an equals sign, and values
// with | between them.
func wantValues(t *testing.T, p *Packet, lines ...string) {
	t.Helper()
	for _, line := range lines {
		name, want, _ := strings.Cut(line, "=")
		if got := strings.Join(values(p, name), "|"); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func wantInfo(t *testing.T, p *Packet, want string) {
	t.Helper()
	if got := string(p.Info); got != want {
		t.Errorf("line = %q, want %q", got, want)
	}
}

// wantSound: nothing in the packet is marked as wrong.
func wantSound(t *testing.T, p *Packet) {
	t.Helper()
	for _, l := range p.Layers {
		if l.Bad != "" {
			t.Errorf("layer %s is marked as wrong at %d: %s", l.Proto.Name, l.BadOff, l.Bad)
		}
	}
}

// wantBad: the first layer is marked so.
func wantBad(t *testing.T, p *Packet, want string) {
	t.Helper()
	if len(p.Layers) == 0 || p.Layers[0].Bad != want {
		t.Errorf("layers = %+v, want the first marked %q", p.Layers, want)
	}
}

// cat joins octets and text.
func cat(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = append(b, byte(p))
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func allApps() []*App {
	return []*App{&appDNS, &appDNSTCP, &appMDNS, &appLLMNR, &appNBNS, &appDHCP, &appDHCPv6, &appNTP, &appHTTP, &appSSDP,
		&appTLS, &appQUIC, &appSSH, &appRADIUS, &appSIP, &appFTP, &appSMTP, &appTelnet, &appPPTP, &appBGP, &appTFTP,
		&appSNMP, &appSyslog, &appISAKMP}
}

// Each App's name is a Proto's that appProtos lists, so that whoever asks for
// all protocols learns of it; each field that a dissector makes belongs to one.
func TestAppsAreListed(t *testing.T) {
	listed := make(map[string]*Proto)
	for _, p := range appProtos() {
		if listed[p.Name] != nil {
			t.Errorf("%s is listed twice", p.Name)
		}
		listed[p.Name] = p
		if p.Title == "" || p.TCPIP != Application {
			t.Errorf("%s has no title or no place", p.Name)
		}
	}
	for _, a := range allApps() {
		if listed[a.Name] == nil {
			t.Errorf("App %s is not a listed Proto", a.Name)
		}
	}
	for port := 1; port < 1<<16; port++ {
		for _, a := range []*App{appOfTCP(uint16(port)), appOfUDP(uint16(port))} {
			if a != nil && !slices.Contains(allApps(), a) {
				t.Errorf("port %d leads to an App that the tests do not know: %s", port, a.Name)
			}
		}
	}
}

// "the lower/well-known port first": a client on port 8080 that asks port 53 is
// a DNS client.
func TestAppByPortAsksTheLowerPortFirst(t *testing.T) {
	if a := appByTCPPort(8080, 53); a != &appDNSTCP {
		t.Errorf("8080 > 53 is %v", a)
	}
	if a := appByUDPPort(123, 5353); a != &appNTP {
		t.Errorf("123 > 5353 is %v", a)
	}
	if a := appByTCPPort(40000, 443); a != &appTLS {
		t.Errorf("40000 > 443 is %v", a)
	}
	if a := appByTCPPort(40000, 40001); a != nil {
		t.Errorf("40000 > 40001 is %s", a.Name)
	}
}

// On unknown ports only what can hardly be anything else is recognized.
func TestAppByContentIsStrict(t *testing.T) {
	for _, c := range []struct {
		tcp  bool
		b    string
		want *App
	}{
		{true, "GET / HTTP/1.1\r\n", &appHTTP},
		{true, "HTTP/1.1 200 OK\r\n", &appHTTP},
		{true, "GET / is what he said\r\n", nil},
		{true, "SSH-2.0-x\r\n", &appSSH},
		{true, "\x16\x03\x01\x00\x30\x01\x00\x00\x2c\x03\x03", &appTLS},
		{true, "\x16\x03\x01\x00\x30\x99\x00\x00\x2c\x03\x03", nil},
		{true, "\x00\x1d\x12\x34\x01\x00\x00\x01", nil}, // a DNS message: too weak a sign
		{false, "\xc0\x00\x00\x00\x01\x08abcdefgh\x00\x00\x41\x00" + strings.Repeat("x", 20), &appQUIC},
		{false, "\xc0\x00\x00\x00\x77\x08abcdefgh\x00\x00\x41\x00" + strings.Repeat("x", 20), nil},
		{false, "GET / HTTP/1.1\r\n", nil},
	} {
		if got := appByContent(c.tcp, []byte(c.b)); got != c.want {
			t.Errorf("%q is %v, want %v", c.b, got, c.want)
		}
	}
}

// Whatever is cut off, every dissector says so or gets along with it, and each
// field stays inside what is left.
func TestAppsTakeEveryPrefix(t *testing.T) {
	for _, seed := range appSeeds() {
		for n := range len(seed.b) + 1 {
			appDissect(t, seed.app.Dissect, seed.b[:n], seed.src, seed.dst)
		}
	}
}
