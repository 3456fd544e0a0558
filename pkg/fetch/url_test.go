package fetch

import (
	"strings"
	"testing"
)

func TestParseURLAsCurlDoes(t *testing.T) {
	for in, want := range map[string]string{
		"http://web.lab.test/":             "http://web.lab.test/",
		"web.lab.test":                     "http://web.lab.test/",
		"web.lab.test:8080/x":              "http://web.lab.test:8080/x",
		"localhost/a:/b":                   "http://localhost/a:/b",
		"HTTPS://Example.TEST":             "https://example.test/",
		"http:/one.test/":                  "http://one.test/",
		"http:///three.test/":              "http://three.test/",
		"http://h.test:80/":                "http://h.test/",
		"https://h.test:443/":              "https://h.test/",
		"https://h.test:80/":               "https://h.test:80/",
		"http://h.test:/":                  "http://h.test/",
		"http://h.test?q=1":                "http://h.test/?q=1",
		"http://h.test#f":                  "http://h.test/#f",
		"http://h.test/a/./b/../c":         "http://h.test/a/c",
		"http://h.test/../..":              "http://h.test/",
		"http://h.test/a/..":               "http://h.test/",
		"http://h.test/?a=../b":            "http://h.test/?a=../b",
		"http://u:p%40@h.test/":            "http://h.test/",
		"http://[2001:DB8::0:1]:81/":       "http://[2001:db8::1]:81/",
		"http://127.1/":                    "http://127.0.0.1/",
		"http://0x7f000001/":               "http://127.0.0.1/",
		"http://0177.0.0.1/":               "http://127.0.0.1/",
		"http://2130706433/":               "http://127.0.0.1/",
		"http://1.2.3.4.5/":                "http://1.2.3.4.5/",
		"http://256.1.1.1/":                "http://256.1.1.1/",
		"http://h.test/ä":                  "http://h.test/%C3%A4",
		"http://bücher.test/":              "http://xn--bcher-kva.test/",
		"http://h%2etest/":                 "http://h.test/",
		"http://h.test/%41?%41#%41":        "http://h.test/%41?%41#%41",
		"http://user@name@h.test:1/x@y:z/": "http://h.test:1/x@y:z/",
	} {
		u, err := ParseURL(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if u.String() != want {
			t.Errorf("%q: %s, want %s", in, u, want)
		}
	}
	u := mustURL(t, "http://me:p%40ss@[fe80::1%25eth0]/")
	if u.User != "me" || u.Password != "p@ss" || u.Host != "fe80::1" || u.Zone != "eth0" {
		t.Errorf("%+v: user, password and zone are decoded", u)
	}
}

func TestParseURLRefuses(t *testing.T) {
	for in, want := range map[string]Code{
		"": MalformedURL, "http://": MalformedURL, "http:////h.test/": MalformedURL, "http:///": MalformedURL,
		"http://h.test/a b": MalformedURL, "http://h.test/\x1b[2J": MalformedURL, "http://h.test:99999/": MalformedURL,
		"http://h.test:x/": MalformedURL, "http://h.test:+1/": MalformedURL, "http://[::1/": MalformedURL,
		"http://[1.2.3.4]/": MalformedURL, "http://[::1]x/": MalformedURL, "http://::1/": MalformedURL,
		"http://a%zz/": MalformedURL, "http://a%00b/": MalformedURL, "http://a<b/": MalformedURL,
		"http://u%zz@h/": MalformedURL, "http://" + strings.Repeat("a", MaxURL): MalformedURL,
		"ftp://h.test/": UnsupportedProtocol, "file:///etc/passwd": UnsupportedProtocol, "x://h/": UnsupportedProtocol,
	} {
		_, err := ParseURL(in)
		if code(err) != want {
			if len(in) > 40 {
				in = in[:40]
			}
			t.Errorf("%q: %v (%d), want %d", in, err, code(err), want)
		}
	}
}

// The normal and abnormal examples of the RFC, less those for other schemes and
// for ";" segments, which need nothing of their own.
func TestRFC3986_5_4_References(t *testing.T) {
	base := mustURL(t, "http://a/b/c/d;p?q")
	for ref, want := range map[string]string{
		"g": "http://a/b/c/g", "./g": "http://a/b/c/g", "g/": "http://a/b/c/g/", "/g": "http://a/g", "//g": "http://g/",
		"?y": "http://a/b/c/d;p?y", "g?y": "http://a/b/c/g?y", "#s": "http://a/b/c/d;p?q#s", "g#s": "http://a/b/c/g#s",
		"g?y#s": "http://a/b/c/g?y#s", "": "http://a/b/c/d;p?q", ".": "http://a/b/c/", "./": "http://a/b/c/", "..": "http://a/b/",
		"../": "http://a/b/", "../g": "http://a/b/g", "../..": "http://a/", "../../": "http://a/", "../../g": "http://a/g",
		"../../../g": "http://a/g", "/./g": "http://a/g", "/../g": "http://a/g", "g.": "http://a/b/c/g.", ".g": "http://a/b/c/.g",
		"g..": "http://a/b/c/g..", "./../g": "http://a/b/g", "./g/.": "http://a/b/c/g/", "g/./h": "http://a/b/c/g/h",
		"g/../h": "http://a/b/c/h", "g?y/../x": "http://a/b/c/g?y/../x",
		"https://z:1/x y": "https://z:1/x%20y", " g ": "http://a/b/c/g",
	} {
		u, err := base.Ref(ref)
		if err != nil {
			t.Errorf("%q: %v", ref, err)
		} else if u.String() != want {
			t.Errorf("%q: %s, want %s", ref, u, want)
		}
	}
	for ref, want := range map[string]Code{"mailto:x": UnsupportedProtocol, "ftp://x/": UnsupportedProtocol,
		"http://[x/": MalformedURL, "a\nb": MalformedURL} {
		if _, err := base.Ref(ref); code(err) != want {
			t.Errorf("%q: %v, want %d", ref, err, want)
		}
	}
}

func TestRFC9110_10_2_2_FragmentIsInherited(t *testing.T) {
	u, err := mustURL(t, "http://a/x#f").Ref("/y")
	if err != nil || u.String() != "http://a/y#f" {
		t.Errorf("%v, %v", u, err)
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"http://u:p@h.test:80/a/../b?q#f", "[::1%25x]:1", "0x7f.1", "http://bücher.test", "x://"} {
		f.Add(s, "../g?x")
	}
	f.Fuzz(func(t *testing.T, s, ref string) {
		u, err := ParseURL(s)
		if err != nil {
			return
		}
		for _, c := range []byte(u.Target() + u.Authority()) {
			if c <= ' ' || c >= 0x7f {
				t.Fatalf("%q: byte %#x would stand in a request", s, c)
			}
		}
		if !strings.HasPrefix(u.Path, "/") {
			t.Fatalf("%q: path %q", s, u.Path)
		}
		again, err := ParseURL(u.String())
		if u.Zone == "" && (err != nil || again.String() != u.String()) {
			t.Fatalf("%q: written as %q, which reads as %v, %v", s, u, again, err)
		}
		_, _ = u.Ref(ref) // must not panic
	})
}
