package fetch

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
)

var cookieNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestRFC6265_5_3_WhatIsKept(t *testing.T) {
	for _, tc := range []struct {
		url, set string
		want     string // name=value domain path flags, "" when it is not kept
	}{
		{"http://a.example.com/x/y", "n=v", "n=v a.example.com /x host"},
		{"http://a.example.com/", "n=v; Domain=example.com; Path=/p", "n=v example.com /p"},
		{"http://a.example.com/", "n=v; Domain=.Example.COM", "n=v example.com /"},
		{"http://a.example.com/", "n=v; Domain=b.example.com", ""}, // of a stranger
		{"http://a.example.com/", "n=v; Domain=com", ""},           // a public suffix
		{"http://a.co.uk/", "n=v; Domain=co.uk", ""},               // a public suffix of two labels
		{"http://aexample.com/", "n=v; Domain=example.com", ""},    // not below it
		{"http://192.0.2.1/", "n=v; Domain=2.1", ""},               // addresses have no parents
		{"http://192.0.2.1/", "n=v; Domain=192.0.2.1", "n=v 192.0.2.1 / host"},
		{"http://a.test/", "n=v; Path=relative", "n=v a.test / host"},
		{"http://a.test/", "n=v; Secure", ""}, // a secure cookie from http
		{"https://a.test/", "n=v; secure; HttpOnly", "n=v a.test / host secure httponly"},
		{"http://127.0.0.1/", "n=v; Secure", "n=v 127.0.0.1 / host secure"},
		{"https://a.test/", "__Host-n=v; Secure; Path=/", "__Host-n=v a.test / host secure"},
		{"https://a.test/", "__Host-n=v; Secure; Path=/; Domain=a.test", ""},
		{"https://a.test/", "__Secure-n=v", ""},
		{"http://a.test/", " n = v w ; x=y", "n=v w a.test / host"},
		{"http://a.test/", "novalue", ""},
		{"http://a.test/", "=v", ""},
		{"http://a.test/", "n=" + strings.Repeat("v", maxCookie), ""},
		{"http://a.test/", "n=a\x01b", ""},
		{"http://a.test/", "n=v; Max-Age=0", ""},
		{"http://a.test/", "n=v; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "n=v a.test / host expires"}, // Max-Age wins
		{"http://a.test/", "n=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT", ""},
		{"http://a.test/", "n=v; Expires=nonsense", "n=v a.test / host"},
	} {
		var j Jar
		j.Receive(mustURL(t, tc.url), &Head{Fields: []Field{{"set-cookie", tc.set}}}, cookieNow)
		got := ""
		for _, c := range j.All() {
			got = c.Name + "=" + c.Value + " " + c.Domain + " " + c.Path
			for _, f := range []struct {
				on   bool
				word string
			}{{c.HostOnly, "host"}, {c.Secure, "secure"}, {c.HTTPOnly, "httponly"}, {!c.Expires.IsZero(), "expires"}} {
				if f.on {
					got += " " + f.word
				}
			}
		}
		if got != tc.want {
			t.Errorf("%s sets %.60q: %q, want %q", tc.url, tc.set, got, tc.want)
		}
	}
}

func TestRFC6265_5_4_WhatIsSent(t *testing.T) {
	var j Jar
	for _, s := range []struct{ url, set string }{
		{"http://www.example.com/", "host=1"},
		{"http://www.example.com/", "domain=2; Domain=example.com"},
		{"http://www.example.com/", "path=3; Path=/dir"},
		{"https://www.example.com/", "secure=4; Secure"},
		{"http://www.example.com/", "short=5; Max-Age=10"},
		{"http://www.example.com/", "host=6"}, // replaces the first, in its place
	} {
		j.Receive(mustURL(t, s.url), &Head{Fields: []Field{{"Set-Cookie", s.set}}}, cookieNow)
	}
	for _, tc := range []struct {
		url   string
		after time.Duration
		want  string
	}{
		{"http://www.example.com/", 0, "host=6; domain=2; short=5"},
		{"http://www.example.com/", time.Minute, "host=6; domain=2"},
		{"http://example.com/", 0, "domain=2"},
		{"http://other.example.com/dir/", 0, "domain=2"},
		{"http://www.example.com/dir/x", 0, "path=3; host=6; domain=2; short=5"}, // the longer path first
		{"http://www.example.com/directory", time.Minute, "host=6; domain=2"},    // /dir is no prefix of that
		{"https://www.example.com/", time.Minute, "host=6; domain=2; secure=4"},
		{"http://example.org/", 0, ""},
	} {
		if got := j.Header(mustURL(t, tc.url), cookieNow.Add(tc.after)); got != tc.want {
			t.Errorf("%s after %v: %q, want %q", tc.url, tc.after, got, tc.want)
		}
	}
}

func TestJarIsBounded(t *testing.T) {
	var j Jar
	for i := range MaxCookies + 5 {
		j.Add(Cookie{Name: strconv.Itoa(i), Domain: "a.test", Path: "/"}, cookieNow)
	}
	if all := j.All(); len(all) != MaxCookies || all[0].Name != "5" {
		t.Errorf("%d cookies, the first is %q: the oldest must go", len(all), all[0].Name)
	}
}

func TestRFC6265_5_1_1_Dates(t *testing.T) {
	want := time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)
	for _, s := range []string{"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "6 november 1994 8:49:37"} {
		if got, ok := parseCookieDate(s); !ok || !got.Equal(want) {
			t.Errorf("%q: %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "06 Nov 1994", "06 Nov 1994 24:00:00", "31 Feb 2020 00:00:00", "06 Nov 1600 08:49:37", "06 Foo 1994 08:49:37"} {
		if got, ok := parseCookieDate(s); ok {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// What is written is read as it was.
func TestCookieFile(t *testing.T) {
	var a, b Jar
	a.Add(Cookie{Name: "n", Value: "v", Domain: "a.test", HostOnly: true, Path: "/", HTTPOnly: true}, cookieNow)
	a.Add(Cookie{Name: "m", Value: "", Domain: "example.com", Path: "/p", Secure: true, Expires: cookieNow.Add(time.Hour).Local()}, cookieNow)
	var file bytes.Buffer
	if err := a.Save(&file); err != nil {
		t.Fatal(err)
	}
	text := file.String()
	for _, line := range []string{"#HttpOnly_a.test\tFALSE\t/\tFALSE\t0\tn\tv\n", ".example.com\tTRUE\t/p\tTRUE\t1767229200\tm\t\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not in %q", line, text)
		}
	}
	if err := b.Load(&file, cookieNow); err != nil {
		t.Fatal(err)
	}
	for i, c := range b.All() {
		if want := a.All()[i]; !c.Expires.Equal(want.Expires) || c.Name != want.Name || c.Value != want.Value || c.Domain != want.Domain ||
			c.HostOnly != want.HostOnly || c.Path != want.Path || c.Secure != want.Secure || c.HTTPOnly != want.HTTPOnly {
			t.Errorf("%+v, want %+v", c, want)
		}
	}
}

func FuzzCookie(f *testing.F) {
	f.Add("n=v; Domain=example.com; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=3", "a.test\tTRUE\t/\tFALSE\t9\tn\tv\n")
	f.Fuzz(func(t *testing.T, set, file string) {
		u := &URL{Scheme: "https", Host: "www.example.com", Path: "/a/b"}
		var j Jar
		j.Receive(u, &Head{Fields: []Field{{"Set-Cookie", set}}}, cookieNow)
		for _, c := range j.All() {
			if !domainMatch(u.Host, c.Domain) || hasControl(c.Name+c.Value+c.Path) {
				t.Fatalf("%q gives %+v", set, c)
			}
		}
		_ = j.Load(strings.NewReader(file), cookieNow)
		if h := j.Header(u, cookieNow); hasControl(h) {
			t.Fatalf("a Cookie line of %q", h)
		}
		var b bytes.Buffer
		if err := j.Save(&b); err != nil {
			t.Fatal(err)
		}
		var again Jar
		if err := again.Load(&b, cookieNow); err != nil || len(again.All()) != len(j.All()) {
			t.Fatalf("%d cookies written, %d read: %v\n%q", len(j.All()), len(again.All()), err, b.String())
		}
	})
}
