package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/labrun"
	"github.com/netkit-go/netkit/pkg/fetch"
	"github.com/netkit-go/netkit/pkg/lab"
)

func TestWhatIsInTheLab(t *testing.T) {
	for url, want := range map[string]bool{
		"http://web.lab.test/": true, "http://lab.test/": true, "http://203.0.113.80/": true, "http://[2001:db8:b::80]/": true,
		"http://198.51.100.130/": true, "http://web.lab.test./": true,
		"http://host.lab.test/": false, "http://127.0.0.1/": false, "http://192.0.2.1/": false, "http://[2001:db8:d::1]/": false,
		"http://[::1]/": false, "http://example.test/": false, "http://xlab.test/": false, "http://localhost/": false,
	} {
		u, err := fetch.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		if got := inLab(u); got != want {
			t.Errorf("%s: %v, want %v", url, got, want)
		}
	}
}

// A redirect from a virtual run to the outside says so: there is no uplink.
func TestRedirectFromTheLabToTheOutside(t *testing.T) {
	for _, to := range []string{"http://example.test/", "http://192.0.2.77/", "http://127.0.0.1:8080/"} {
		l, err := lab.New(lab.Config{Web: http.RedirectHandler(to, http.StatusFound)})
		if err != nil {
			t.Fatal(err)
		}
		o := &Options{}
		err = l.Run(context.Background(), func(ctx context.Context) error {
			c := fetch.New(o.labNetwork(&labrun.Run{Lab: l}, nil).cfg)
			defer c.Close()
			u, _ := fetch.ParseURL("http://web.lab.test/")
			_, err := c.Do(ctx, &fetch.Request{URL: u, Redirects: 5})
			return err
		})
		var e *fetch.Error
		if !errors.As(err, &e) || e.Code != fetch.CannotResolve || !strings.Contains(e.Message, "outside the lab") || e.Hint == "" {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestParseResolve(t *testing.T) {
	p, err := parseResolve([]string{"A.test:80:192.0.2.1,[2001:db8::1]", "*:443:192.0.2.2", "[2001:db8::2]:80:192.0.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]int{"a.test 80": 2, "a.test 81": 0, "any.test 443": 1, "2001:db8::2 80": 1} {
		var host string
		var port uint16
		fmt.Sscan(key, &host, &port)
		if got := p.lookup(host, port); len(got) != want {
			t.Errorf("%s: %v", key, got)
		}
	}
	for _, bad := range []string{"", "a", "a:80", "a:x:1.2.3.4", "a:80:b", "a:80:", ":80:1.2.3.4", "a:99999:1.2.3.4"} {
		if _, err := parseResolve([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestFamily(t *testing.T) {
	both := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
	if a, err := (&Options{IPv6: true}).family("h", both); err != nil || len(a) != 1 || !a[0].Is6() {
		t.Errorf("%v, %v", a, err)
	}
	if _, err := (&Options{IPv4: true}).family("h", both[1:]); err == nil {
		t.Error("an IPv6 address with -4")
	}
}

// What a server sends cannot steer the terminal, wherever the pieces are cut.
func TestBodiesOnATerminalAreEscaped(t *testing.T) {
	text := "line\r\n\ttab ü 日本 \x1b[31m \xff end\u202e"
	want := "line\n\ttab ü 日本 \\x1b[31m \\xff end\\u{202e}"
	for cut := range len(text) {
		var e escaper
		got := string(e.escape([]byte(text[:cut]))) + string(e.escape([]byte(text[cut:]))) + string(e.rest())
		if cut == len("line\r") {
			want := strings.Replace(want, "line", "line\\r", 1) // a line break that is cut is two characters
			if got != want {
				t.Errorf("cut at %d: %q", cut, got)
			}
			continue
		}
		if got != want {
			t.Errorf("cut at %d: %q, want %q", cut, got, want)
		}
	}
}

func TestBinaryBodyIsNotForATerminal(t *testing.T) {
	var out, errs bytes.Buffer
	s := &cli.Streams{Out: &out, Err: &errs, OutTerminal: true}
	o := &Options{URLs: []string{"http://web.lab.test/bytes/1000"}, Output: cli.Output{Format: Raw}, Net: labrun.Flags{Dev: "lab"}}
	err := o.Run(context.Background(), s)
	if cli.Describe(err).Exit != int(fetch.WriteError) || out.Len() != 0 || !strings.Contains(errs.String(), "-o -") {
		t.Errorf("%v, %d bytes on the terminal, %q", err, out.Len(), errs.String())
	}
	o = &Options{URLs: o.URLs, Targets: []Target{{File: "-"}}, Output: o.Output, Net: o.Net}
	if err := o.Run(context.Background(), s); err != nil || out.Len() != 1000 {
		t.Errorf("%v, %d bytes with -o -", err, out.Len())
	}
}

func TestHeadsOnATerminalAreBold(t *testing.T) {
	var out bytes.Buffer
	s := &cli.Streams{Out: &out, Err: &out, OutTerminal: true}
	o := &Options{URLs: []string{"http://web.lab.test/status/200"}, Head: true, Output: cli.Output{Format: Raw}, Net: labrun.Flags{Dev: "lab"}}
	if err := o.Run(context.Background(), s); err != nil || !strings.Contains(out.String(), "\x1b[1mContent-Type\x1b[0m: ") {
		t.Errorf("%v %q", err, out.String())
	}
}
