package fetch

import (
	"fmt"
	"testing"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

func TestFormWord(t *testing.T) {
	for _, tc := range []struct {
		in    string
		files bool
		want  string // word, type, filename, rest
	}{
		{`a`, false, "a|||"},
		{`a;b`, false, "a;b|||"}, // a semicolon of the text's own
		{`a;type=text/plain`, false, "a|text/plain||"},
		{`a;type=text/plain;charset=utf-8;filename=x`, false, "a|text/plain;charset=utf-8|x|"},
		{`"a;b";type=t/x`, false, "a;b|t/x||"},
		{`"a\"\\b"`, false, `a"\b|||`},
		{`"a`, false, `"a|||`},
		{`f.txt;filename="x;y,z"`, true, "f.txt||x;y,z|"},
		{`f.txt,g.txt`, true, "f.txt|||g.txt"},
		{`f.txt;type=a/b,g.txt`, true, "f.txt|a/b||g.txt"},
		{`"f,1.txt"`, true, "f,1.txt|||"},
	} {
		word, params, rest, more, err := formWord(tc.in, tc.files)
		if got := word + "|" + params["type"] + "|" + params["filename"] + "|" + rest; err != nil || got != tc.want || more != (rest != "") {
			t.Errorf("%s: %s, %v", tc.in, got, err)
		}
	}
	if _, _, _, _, err := formWord("f.txt;encoder=base64", true); err == nil {
		t.Error("an option that is not known was taken")
	}
}

func FuzzFormWord(f *testing.F) {
	f.Add(`"a\"b";type=t/x;q=1;filename=x,"y`, true)
	f.Fuzz(func(t *testing.T, s string, files bool) {
		for n := 0; s != "" && n <= len(s)+1; n++ {
			_, _, rest, more, err := formWord(s, files)
			if err != nil || !more {
				return
			}
			if len(rest) >= len(s) {
				t.Fatalf("%q does not get shorter", s)
			}
			s = rest
		}
	})
}

func TestParseConnectTo(t *testing.T) {
	r, err := parseConnectTo([]string{"A.test:80:b.test:81", "[2001:db8::1]:80:[2001:db8::2]:", "::c.test:"})
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{"a.test 80": "b.test 81", "a.test 81": "c.test 81", "2001:db8::1 80": "2001:db8::2 80", "x 1": "c.test 1"} {
		var host string
		var port uint16
		fmt.Sscan(in, &host, &port)
		h, p := r.to(host, port)
		if got := fmt.Sprint(h, " ", p); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for _, bad := range []string{"", "a", "a:80", "a:80:b", "a:80:b:81:c", "a:x:b:81", "[::1:80:b:81", "[::1]x:80:b:81", "a:99999:b:1"} {
		if _, err := parseConnectTo([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestSizes(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "500": 500, "500B": 500, "1k": 1024, "2K": 2048, "3M": 3 << 20, "1g": 1 << 30} {
		var v int64
		if err := (sizeFlag{&v}).Set(in); err != nil || v != want {
			t.Errorf("%s: %d, %v", in, v, err)
		}
	}
	for _, bad := range []string{"", "k", "-1", "1.5M", "1x", "9999999999g", "+1"} {
		var v int64
		if err := (sizeFlag{&v}).Set(bad); err == nil {
			t.Errorf("%q was taken: %d", bad, v)
		}
	}
}

// The waits double up to ten minutes, unless the user or the server says more.
func TestWaitsBetweenTries(t *testing.T) {
	now := time.Unix(0, 0)
	o := &Options{Retry: 100}
	again := o.newRetry(now)
	want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600}
	for i, w := range want {
		if wait, _, ok := again.next(unavailable(""), nil, now); !ok || wait != w*time.Second {
			t.Errorf("try %d: %v, %v", i, wait, ok)
		}
	}
	o = &Options{Retry: 9, RetryDelay: 3 * time.Second, RetryMaxTime: 10 * time.Second}
	again = o.newRetry(now)
	for _, tc := range []struct {
		after string
		at    time.Duration
		wait  time.Duration
		ok    bool
	}{{"", 0, 3, true}, {"1", 0, 3, true}, {"5", 0, 5, true}, {"11", 0, 0, false}, {"", 7, 3, true}, {"", 8, 0, false}} {
		wait, _, ok := again.next(unavailable(tc.after), nil, now.Add(tc.at*time.Second))
		if wait != tc.wait*time.Second || ok != tc.ok {
			t.Errorf("Retry-After %q at %d s: %v, %v", tc.after, tc.at, wait, ok)
		}
	}
}

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{
		"authorization: Basic c2VjcmV0": "authorization: Basic [redacted]", "Proxy-Authorization: Bearer x": "Proxy-Authorization: Bearer [redacted]",
		"Cookie: a=1": "Cookie: a=1", "GET / HTTP/1.1": "GET / HTTP/1.1",
	} {
		if got := masked(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// An empty password that is written is not asked for.
func TestEmptyPassword(t *testing.T) {
	c, err := (&Options{User: "joe:"}).credentials(&cli.Streams{}, nil)
	if err != nil || !c.has || c.user != "joe" || c.password != "" {
		t.Errorf("%+v, %v", c, err)
	}
}

func unavailable(after string) *fetch.Result {
	h := &fetch.Head{Status: 503}
	if after != "" {
		h.Fields = []fetch.Field{{Name: "Retry-After", Value: after}}
	}
	return &fetch.Result{Exchanges: []*fetch.Exchange{{Head: h}}}
}

func TestWithoutPassword(t *testing.T) {
	for in, want := range map[string]string{
		"http://joe:a:b@c@h/p@q:r": "http://joe:***@h/p@q:r", "joe:x@h": "joe:***@h", "http://joe@h/": "http://joe@h/", "http://h:80/a@b": "http://h:80/a@b",
	} {
		if got := withoutPassword(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
