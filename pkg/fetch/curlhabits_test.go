package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func TestRFC9110_14_4_ContentRange(t *testing.T) {
	for s, want := range map[string][3]int64{
		"bytes 2-9/10": {2, 9, 10}, "bytes 2-9/*": {2, 9, -1}, "bytes */10": {-1, -1, 10}, "bytes: 2-9/10": {2, 9, 10},
	} {
		if a, b, c, ok := contentRange(s); !ok || [3]int64{a, b, c} != want {
			t.Errorf("%q: %d %d %d %v", s, a, b, c, ok)
		}
	}
	for _, s := range []string{"", "bytes", "bytes 2-9", "bytes 9-2/10", "bytes -/10", "bytes x-9/10", "bytes 2-9/x", "items 2-9/10", "bytes -2-9/10", "bytes 2-99999999999999999999/*"} {
		if a, b, c, ok := contentRange(s); ok {
			t.Errorf("%q: %d %d %d", s, a, b, c)
		}
	}
}

func TestRFC9110_13_1_5_WeakTagsAreNoValidators(t *testing.T) {
	for tag, want := range map[string]string{`"a"`: `"a"`, `W/"a"`: "", "a": "", `"`: "", "": ""} {
		if got := (&Head{Fields: []Field{{"ETag", tag}}}).Validator(); got != want {
			t.Errorf("%s: %q", tag, got)
		}
	}
}

// A file that has changed between two tries is fetched anew, when that can be.
func TestRFC9110_13_1_5_ChangedFileStartsOver(t *testing.T) {
	url := script(t, says("HTTP/1.1 200 OK\r\nETag: \"new\"\r\nContent-Length: 4\r\n\r\nnew!"))
	restarted := false
	body, _, err := get(t, New(testConfig()), &Request{URL: mustURL(t, url), Resume: &Resume{Offset: 4, Validator: `"old"`, Restart: func() error {
		restarted = true
		return nil
	}}})
	if err != nil || body != "new!" || !restarted {
		t.Errorf("%q, %v, restarted %v: with another tag the same length says nothing", body, err, restarted)
	}
	if _, _, err := get(t, New(testConfig()), &Request{URL: mustURL(t, url), Resume: &Resume{Offset: 4, Validator: `"old"`}}); code(err) != RangeError {
		t.Errorf("%v, want a range error when nothing can be taken back", err)
	}
}

func TestNoProxy(t *testing.T) {
	for _, tc := range []struct {
		list, host string
		want       bool
	}{
		{"*", "a.test", true}, {"a.test", "a.test", true}, {"a.test", "b.a.test", true}, {".a.test", "a.test", true}, {"a.test", "xa.test", false},
		{"b.test a.test", "A.test.", true}, {"b.test,a.test", "a.test", true}, {"", "a.test", false}, {"*.a.test", "b.a.test", false},
		{"192.0.2.0/24", "192.0.2.7", true}, {"192.0.2.0/24", "192.0.3.7", false}, {"192.0.2.7", "192.0.2.7", true}, {"2.7", "192.0.2.7", false},
		{"[2001:db8::1]", "2001:db8::1", true}, {"2001:db8::/32", "2001:db8::1", true}, {"a.test,*", "b.test", false},
	} {
		if got := NoProxy(tc.list, tc.host); got != tc.want {
			t.Errorf("%q, %q: %v", tc.list, tc.host, got)
		}
	}
}

func TestParseProxy(t *testing.T) {
	for s, want := range map[string]string{
		"p.test": "http://p.test:1080/", "p.test:80": "http://p.test/", "http://p.test": "http://p.test:1080/", "https://p.test": "https://p.test/",
		"http://u:p@p.test:3128/x": "http://p.test:3128/", "[2001:db8::1]": "http://[2001:db8::1]:1080/", "[2001:db8::1]:80": "http://[2001:db8::1]/",
	} {
		if p, err := ParseProxy(s); err != nil || p.URL.String() != want {
			t.Errorf("%q: %v, %v", s, p, err)
		}
	}
	for s, want := range map[string]Code{"socks5://p.test": CannotConnect, "http://": CannotResolveProxy, "p.test:99999": CannotResolveProxy} {
		if _, err := ParseProxy(s); code(err) != want {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestNetrc(t *testing.T) {
	list := ParseNetrc("machine a.test login l password p\nmacdef init\nmachine evil login x\n\nmachine A2.test\n\tlogin \"l 2\" # comment\n\tpassword \"p\\\"\\\\\\n2\"\ndefault login d password e\nmachine late")
	for host, want := range map[string]Netrc{"a.test": {"a.test", "l", "p"}, "a2.test": {"a2.test", "l 2", "p\"\\\n2"}, "other.test": {"", "d", "e"}, "evil": {"", "d", "e"}} {
		if got, ok := LookupNetrc(list, host, ""); !ok || got != want {
			t.Errorf("%s: %+v, %v", host, got, ok)
		}
	}
	if _, ok := LookupNetrc(list, "a.test", "other"); ok {
		t.Error("the entry of another user was taken")
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("machine a login \"b\\\"\" password c\nmacdef x\n\ndefault", "a")
	f.Fuzz(func(t *testing.T, text, host string) {
		LookupNetrc(ParseNetrc(text), host, "")
	})
}

func encoded(t *testing.T, coding string, p []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "raw":
		w, _ = flate.NewWriter(&b, 1)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	}
	w.Write(p)
	w.Close()
	return b.Bytes()
}

func TestRFC9110_8_4_ContentCodings(t *testing.T) {
	text := []byte(strings.Repeat("content ", 1000))
	z := encoded(t, "gzip", text)
	for _, tc := range []struct {
		name, header string
		body         []byte
		want         string
		code         Code
	}{
		{"none", "", text, string(text), 0},
		{"identity", "identity", text, string(text), 0},
		{"gzip", "gzip", z, string(text), 0},
		{"x-gzip in capitals", "X-GZIP", z, string(text), 0},
		{"deflate", "deflate", encoded(t, "zlib", text), string(text), 0},
		{"deflate without zlib", "deflate", encoded(t, "raw", text), string(text), 0},
		{"two", "deflate, gzip", encoded(t, "gzip", encoded(t, "zlib", text)), string(text), 0},
		{"empty", "gzip", nil, "", 0},
		{"two members", "gzip", slices.Concat(z, z), string(text) + string(text), 0},
		{"br", "br", encoded(t, "br", text), string(text), 0},
		{"zstd", "zstd", encoded(t, "zstd", text), string(text), 0},
		{"unknown", "compress", text, "", BadEncoding},
		{"no br at all", "br", []byte("\xff\xff\xff"), "", BadEncoding},
		{"no zstd at all", "zstd", text, "", BadEncoding},
		{"zstd with a window beyond 8 MB", "zstd", []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x78, 1, 0, 0}, "", BadEncoding}, // 2^(10+15) octets
		{"br cut short", "br", encoded(t, "br", text)[:8], "", BadEncoding},
		{"no gzip at all", "gzip", text, "", BadEncoding},
		{"cut short", "gzip", z[:len(z)-10], string(text), BadEncoding},
		{"too many", "gzip,gzip,gzip,gzip,gzip,gzip", z, "", BadEncoding},
	} {
		head := "HTTP/1.1 200 OK\r\nConnection: close\r\n"
		if tc.header != "" {
			head += "Content-Encoding: " + tc.header + "\r\n"
		}
		url := script(t, says(head+"\r\n"+string(tc.body)))
		body, res, err := get(t, New(testConfig()), &Request{URL: mustURL(t, url), Compressed: true})
		if body != tc.want || code(err) != tc.code {
			t.Errorf("%s: %d bytes, %v", tc.name, len(body), err)
		}
		if tc.code == 0 && (res.Last().BodySize != int64(len(tc.body)) || res.Last().Written != int64(len(tc.want))) {
			t.Errorf("%s: %d bytes arrived and %d were written, by the result", tc.name, res.Last().BodySize, res.Last().Written)
		}
	}
}

// A body that unfolds to more than is allowed stops there, and no more is held.
func TestBombStopsAtMaxSize(t *testing.T) {
	url := script(t, says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"+string(encoded(t, "gzip", make([]byte, 10<<20)))))
	body, _, err := get(t, New(testConfig()), &Request{URL: mustURL(t, url), Compressed: true, MaxSize: 1000})
	if len(body) != 1000 || code(err) != TooLarge {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestRFC7578_FormWithUnknownLengthIsChunked(t *testing.T) {
	var r recorder
	url := r.serve(t, func(string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" })
	parts := []Part{{Name: "a\"\r\n", Content: BytesBody([]byte("1"), "")}, {Name: "f", FileName: "x", Type: "text/plain", Content: &Body{Length: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("stream")), nil
	}}}}
	b := FormBody(parts, "BB")
	if b.Length != -1 {
		t.Errorf("length %d", b.Length)
	}
	rc, err := b.Open()
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(rc)
	want := "--BB\r\nContent-Disposition: form-data; name=\"a%22%0D%0A\"\r\n\r\n1\r\n" +
		"--BB\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\nContent-Type: text/plain\r\n\r\nstream\r\n--BB--\r\n"
	if string(got) != want {
		t.Errorf("%q", got)
	}
	if _, _, err := get(t, New(testConfig()), &Request{URL: mustURL(t, url), Body: b}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.heads[0], "Transfer-Encoding: chunked\r\n") || strings.Contains(r.heads[0], "Content-Length") {
		t.Errorf("%q", r.heads[0])
	}
}

// A file that is shorter than it was must not become a shorter form.
func TestFormPartThatShrank(t *testing.T) {
	b := FormBody([]Part{{Name: "f", Content: &Body{Length: 10, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("short")), nil }}}}, "B")
	rc, _ := b.Open()
	if _, err := io.ReadAll(rc); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}

func TestAttachmentName(t *testing.T) {
	for value, want := range map[string]string{
		`attachment; filename="a.txt"`: "a.txt", `attachment; filename=../../etc/passwd`: "passwd", `attachment; filename="..\\x.txt"`: "x.txt",
		`attachment; filename=".bashrc"`: "_bashrc", `attachment; filename=".."`: "_.", "attachment; filename*=UTF-8''na%C3%AFve%0A.txt": "naïve_.txt",
		"attachment": "", "": "", `attachment; filename="dir/"`: "",
	} {
		if got := (&Head{Fields: []Field{{"Content-Disposition", value}}}).AttachmentName(); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

func TestRFC9110_10_2_3_RetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{"120": 2 * time.Minute, "Thu, 01 Jan 2026 00:01:00 GMT": time.Minute, "Wed, 31 Dec 2025 00:00:00 GMT": 0, "soon": 0, "-5": 0, "": 0} {
		if got := (&Head{Fields: []Field{{"Retry-After", value}}}).RetryAfter(now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

// The head of a proxy's answer ends where it ends: what follows is the tunnel's.
func TestRFC9110_9_3_6_NothingOfTheTunnelIsLost(t *testing.T) {
	r := &lineReader{r: newHeadReader(strings.NewReader("HTTP/1.1 200 OK\r\n\r\nREST")), budget: maxTunnelHead}
	if _, _, err := r.readHead(); err != nil || r.r.Buffered() != 0 {
		t.Errorf("%v, %d bytes were read past the head", err, r.r.Buffered())
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("gzip", []byte("\x1f\x8b\x08"))
	f.Add("deflate, gzip", []byte("x\x9c"))
	f.Fuzz(func(t *testing.T, codings string, p []byte) {
		r, _, err := decode(&Head{Fields: []Field{{"Content-Encoding", codings}}}, bytes.NewReader(p))
		if err == nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
		}
	})
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 0-1/2")
	f.Fuzz(func(t *testing.T, s string) {
		if first, last, _, ok := contentRange(s); ok && (first >= 0) != (last >= 0) {
			t.Fatalf("%q: %d-%d", s, first, last)
		}
	})
}

// An answer that comes early does not wait for content that never does.
func TestEarlyAnswerToBodyThatBlocks(t *testing.T) {
	url := script(t, says("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"))
	r, w := io.Pipe()
	defer w.Close()
	body, _, err := get(t, New(testConfig()), &Request{URL: mustURL(t, url), Method: "PUT", Body: &Body{Length: -1, MayBlock: true, Open: func() (io.ReadCloser, error) { return r, nil }}})
	if err != nil || body != "no" {
		t.Errorf("%q, %v", body, err)
	}
}
