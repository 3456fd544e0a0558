package lab

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
)

// browser is a raw client of a server under test.
type browser struct {
	t    *testing.T
	l    *loop.Loop
	conn *pipe
	br   *bufio.Reader
	dial func() *pipe
}

// browse runs fn as a client of a server with the given handler (nil: the lab's
// pages), on a virtual loop.
func browse(t *testing.T, h func(l *loop.Loop) http.Handler, fn func(b *browser)) {
	t.Helper()
	l := loop.New(loop.Config{Watchdog: 20 * time.Second})
	err := l.Run(func() error {
		ln := newPipeListener(l)
		if h == nil {
			h = Pages
		}
		s := &HTTPServer{Loop: l, Handler: h(l)}
		l.Go("serve", func() { s.Serve(ln) })
		b := &browser{t: t, l: l, dial: func() *pipe {
			c, srv := newPipe(l)
			ln.q.Put(srv)
			return c
		}}
		b.open()
		fn(b)
		s.Close()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *browser) open() {
	b.conn = b.dial()
	b.br = bufio.NewReader(b.conn)
}

func (b *browser) write(s string) {
	if _, err := io.WriteString(b.conn, s); err != nil {
		b.t.Logf("client write: %v", err)
	}
}

// answer reads one response with its body.
func (b *browser) answer(method string) (*http.Response, string) {
	b.t.Helper()
	r, err := http.ReadResponse(b.br, &http.Request{Method: method})
	if err != nil {
		b.t.Fatalf("no response: %v", err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatalf("body: %v", err)
	}
	return r, string(body)
}

func (b *browser) get(path string, headers ...string) (*http.Response, string) {
	b.t.Helper()
	b.write("GET " + path + " HTTP/1.1\r\nHost: web.lab.test\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n")
	return b.answer("GET")
}

// closed fails unless the server has closed its side.
func (b *browser) closed(why string) {
	b.t.Helper()
	if rest, err := io.ReadAll(b.br); err != nil || len(rest) > 0 {
		b.t.Errorf("%s: the connection should end here; %d bytes, %v", why, len(rest), err)
	}
}

func TestHTTPPages(t *testing.T) {
	browse(t, nil, func(b *browser) {
		r, body := b.get("/")
		if r.StatusCode != 200 || !strings.Contains(body, "<title>web.lab.test</title>") || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			t.Errorf("/: %s %q", r.Status, body)
		}
		if d := r.Header.Get("Date"); d != "Thu, 01 Jan 2026 00:00:00 GMT" {
			t.Errorf("Date %q: it comes from the loop's clock, whose epoch is fixed", d)
		}
		r, body = b.get("/bytes/100000")
		want := make([]byte, 100000)
		Content(want, 0)
		if r.ContentLength != 100000 || body != string(want) {
			t.Errorf("/bytes/100000: length %d, content equal: %v", r.ContentLength, body == string(want))
		}
		if r, body = b.get("/bytes/0"); r.ContentLength != 0 || body != "" {
			t.Errorf("/bytes/0: %d bytes", len(body))
		}
		if r, _ = b.get("/status/418"); r.StatusCode != 418 {
			t.Errorf("/status/418: %s", r.Status)
		}
		if r, _ = b.get("/status/204"); r.StatusCode != 204 || r.Header.Get("Content-Length") != "" {
			t.Errorf("/status/204: %s %v; RFC 9110 8.6 forbids the length", r.Status, r.Header)
		}
		if r, _ = b.get("/status/100"); r.StatusCode != 400 {
			t.Errorf("/status/100: %s; 1xx is not a final status", r.Status)
		}
		for n := 3; n > 0; n-- {
			if r, _ = b.get("/redirect/" + strconv.Itoa(n)); r.StatusCode != 302 || r.Header.Get("Location") != "/redirect/"+strconv.Itoa(n-1) {
				t.Errorf("/redirect/%d: %s %s", n, r.Status, r.Header.Get("Location"))
			}
		}
		if r, _ = b.get("/redirect/0"); r.StatusCode != 200 {
			t.Errorf("/redirect/0: %s", r.Status)
		}
		r, body = b.get("/headers", "X-One: 1", "X-One: 2")
		var h struct{ Headers map[string][]string }
		if err := json.Unmarshal([]byte(body), &h); err != nil || fmt.Sprint(h.Headers["X-One"]) != "[1 2]" || h.Headers["Host"][0] != "web.lab.test" {
			t.Errorf("/headers: %s %v %v", r.Status, h, err)
		}
		r, body = b.get("/gzip")
		z, err := gzip.NewReader(strings.NewReader(body))
		if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("/gzip: %v %v", r.Header, err)
		}
		if plain, err := io.ReadAll(z); err != nil || !json.Valid(plain) {
			t.Errorf("/gzip: %q %v", plain, err)
		}
		if r, body = b.get("/nothing"); r.StatusCode != 404 || !strings.Contains(body, "/bytes/N") {
			t.Errorf("404 does not list the pages: %s", body)
		}
		for _, bad := range []string{"/bytes/x", "/bytes/-1", "/bytes/99999999999999999999", "/status/", "/redirect/9999"} {
			if r, _ = b.get(bad); r.StatusCode != 400 && r.StatusCode != 404 {
				t.Errorf("%s: %s", bad, r.Status)
			}
		}
	})
}

func TestHTTPEcho(t *testing.T) {
	browse(t, nil, func(b *browser) {
		b.write("POST /echo?q=1 HTTP/1.1\r\nHost: h\r\nX-B: 2\r\nX-A: 1\r\nContent-Length: 3\r\n\r\na=1")
		_, body := b.answer("POST")
		if want := "POST /echo?q=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nX-A: 1\r\nX-B: 2\r\n\r\na=1"; body != want {
			t.Errorf("got %q, want %q", body, want)
		}
		b.write("PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n")
		if _, body = b.answer("PUT"); !strings.HasSuffix(body, "Transfer-Encoding: chunked\r\n\r\nabcde") {
			t.Errorf("chunked: %q", body)
		}
		b.write("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n")
		b.l.Go("upload", func() { b.write(strings.Repeat("x", 2000000)) })
		if r, _ := b.answer("POST"); r.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("2 MB: %s; the body is bounded", r.Status)
		}
	})
}

func TestHTTPDigest(t *testing.T) {
	browse(t, nil, func(b *browser) {
		data := bytes.Repeat([]byte("netkit"), 500000)
		b.l.Go("upload", func() {
			b.write("PUT /digest HTTP/1.1\r\nHost: h\r\nContent-Length: " + strconv.Itoa(len(data)) + "\r\n\r\n")
			b.conn.Write(data)
		})
		_, body := b.answer("PUT")
		sum := sha256.Sum256(data)
		if !strings.Contains(body, hex.EncodeToString(sum[:])) || !strings.Contains(body, strconv.Itoa(len(data))) {
			t.Error(body)
		}
	})
}

func TestRFC9110_14_Ranges(t *testing.T) {
	browse(t, nil, func(b *browser) {
		all := make([]byte, 1000)
		Content(all, 0)
		for _, c := range []struct {
			rng    string
			status int
			crange string
			from   int
			to     int
		}{
			{"bytes=0-99", 206, "bytes 0-99/1000", 0, 100},
			{"bytes=901-", 206, "bytes 901-999/1000", 901, 1000},
			{"bytes=-17", 206, "bytes 983-999/1000", 983, 1000},
			{"bytes=-5000", 206, "bytes 0-999/1000", 0, 1000},
			{"bytes=990-5000", 206, "bytes 990-999/1000", 990, 1000},
			{"bytes=1000-", 416, "bytes */1000", 0, 0},
			{"bytes=-0", 416, "bytes */1000", 0, 0},
			{"bytes=5-2", 200, "", 0, 1000},                  // not a valid range: ignored
			{"bytes=0-1,4-5", 200, "", 0, 1000},              // several: may be ignored
			{"lines=0-1", 200, "", 0, 1000},                  // unknown unit: ignored
			{"bytes=+1-2", 200, "", 0, 1000},                 // digits only
			{"bytes=9999999999999999999-", 200, "", 0, 1000}, // beyond what is read as a number
		} {
			r, body := b.get("/range/1000", "Range: "+c.rng)
			if r.StatusCode != c.status || r.Header.Get("Content-Range") != c.crange {
				t.Errorf("%s: %s, %q", c.rng, r.Status, r.Header.Get("Content-Range"))
			}
			if c.status != 416 && body != string(all[c.from:c.to]) {
				t.Errorf("%s: wrong bytes (%d)", c.rng, len(body))
			}
		}
		r, _ := b.get("/range/1000")
		etag := r.Header.Get("ETag")
		if r.Header.Get("Accept-Ranges") != "bytes" || etag == "" {
			t.Errorf("headers: %v", r.Header)
		}
		if r, _ := b.get("/range/1000", "Range: bytes=0-0", "If-Range: "+etag); r.StatusCode != 206 {
			t.Errorf("If-Range that matches: %s", r.Status)
		}
		if r, _ := b.get("/range/1000", "Range: bytes=0-0", `If-Range: "other"`); r.StatusCode != 200 {
			t.Errorf("If-Range that does not match: %s; the range is ignored then", r.Status)
		}
	})
}

func TestHTTPHead(t *testing.T) {
	browse(t, nil, func(b *browser) {
		for path, want := range map[string]int64{"/bytes/123456": 123456, "/redirect/1": 12, "/range/5": 5} {
			b.write("HEAD " + path + " HTTP/1.1\r\nHost: h\r\n\r\n")
			r, body := b.answer("HEAD")
			if r.ContentLength != want || body != "" {
				t.Errorf("HEAD %s: length %d, want %d; %d bytes of body", path, r.ContentLength, want, len(body))
			}
		}
		if r, _ := b.get("/bytes/1"); r.StatusCode != 200 {
			t.Error("the connection is not usable after HEAD")
		}
	})
}

func TestRFC9112_9_3_Persistence(t *testing.T) {
	for _, c := range []struct {
		request string
		stays   bool
	}{
		{"GET /bytes/5 HTTP/1.1\r\nHost: h\r\n\r\n", true},
		{"GET /bytes/5 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
		{"GET /bytes/5 HTTP/1.0\r\n\r\n", false},
		{"GET /bytes/5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
		{"GET /drip/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false}, // no length: the body ends with the connection
	} {
		browse(t, nil, func(b *browser) {
			b.write(c.request)
			r, _ := b.answer("GET")
			if c.stays {
				if r, _ := b.get("/bytes/5"); r.StatusCode != 200 {
					t.Errorf("%q: the connection should stay", c.request)
				}
			} else {
				if !r.Close {
					t.Errorf("%q: the answer does not say close", c.request)
				}
				b.closed(c.request)
			}
		})
	}
}

func TestHTTPPipelining(t *testing.T) {
	browse(t, nil, func(b *browser) {
		b.write("GET /bytes/3 HTTP/1.1\r\nHost: h\r\n\r\nPOST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nokGET /status/404 HTTP/1.1\r\nHost: h\r\n\r\n")
		if _, body := b.answer("GET"); len(body) != 3 {
			t.Errorf("first: %q", body)
		}
		if _, body := b.answer("POST"); !strings.HasSuffix(body, "\r\n\r\nok") {
			t.Errorf("second: %q", body)
		}
		if r, _ := b.answer("GET"); r.StatusCode != 404 {
			t.Errorf("third: %s", r.Status)
		}
	})
}

func TestRFC9110_10_1_1_Expect(t *testing.T) {
	browse(t, nil, func(b *browser) {
		b.write("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
		line, _ := b.br.ReadString('\n')
		if line != "HTTP/1.1 100 Continue\r\n" {
			t.Fatalf("got %q before the body", line)
		}
		b.br.ReadString('\n')
		b.write("body")
		if _, body := b.answer("POST"); !strings.HasSuffix(body, "\r\n\r\nbody") {
			t.Errorf("%q", body)
		}
		// A handler that does not want the body: a final status at once, and
		// the connection cannot be used on.
		b.write("POST /status/403 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
		if r, _ := b.answer("POST"); r.StatusCode != 403 || !r.Close {
			t.Errorf("%s, close %v", r.Status, r.Close)
		}
		b.closed("after a body that was not asked for")
		b.open()
		b.write("GET / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n")
		if r, _ := b.answer("GET"); r.StatusCode != 417 {
			t.Errorf("an unknown expectation: %s", r.Status)
		}
	})
}

func TestHTTPHostileInput(t *testing.T) {
	for _, c := range []struct {
		name, send string
		status     int
	}{
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello TLS\r\n\r\n", 400},
		{"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
		{"HTTP/3", "GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505},
		{"space in name", "GET / HTTP/1.1\r\nHost: h\r\nBad Name: 1\r\n\r\n", 400},
		{"two lengths", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
		{"bad length", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\n", 400},
		{"unknown coding", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: zip\r\n\r\n", 400},
		{"huge header", "GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", httpMaxHeader+10) + "\r\n\r\n", 431},
		{"many headers", "GET / HTTP/1.1\r\nHost: h\r\n" + strings.Repeat("A: b\r\n", httpMaxHeader/6) + "\r\n", 431},
		{"endless line", strings.Repeat("G", httpMaxHeader+10), 431},
		{"bad chunk size", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 400},
		{"bad chunk end", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", 400},
		{"huge chunk size", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			browse(t, nil, func(b *browser) {
				b.l.Go("send", func() { b.write(c.send) })
				r, _ := b.answer("GET")
				if r.StatusCode != c.status || !r.Close {
					t.Errorf("%s, close %v; want %d and close", r.Status, r.Close, c.status)
				}
				b.closed(c.name)
				b.open()
				if r, _ := b.get("/bytes/1"); r.StatusCode != 200 {
					t.Error("the server does not serve others afterwards")
				}
			})
		})
	}
}

func TestHTTPSlowHeadTimesOut(t *testing.T) {
	browse(t, nil, func(b *browser) {
		start := b.l.Now()
		b.l.Go("slow", func() {
			for range 100 {
				if _, err := b.conn.Write([]byte("G")); err != nil {
					return
				}
				b.l.Sleep(time.Second)
			}
		})
		if r, _ := b.answer("GET"); r.StatusCode != 408 {
			t.Errorf("%s", r.Status)
		}
		// A byte a second keeps nobody waiting for longer than the limit.
		if took := time.Duration(b.l.Now() - start); took != httpHeadTimeout {
			t.Errorf("after %v, want %v", took, httpHeadTimeout)
		}
	})
}

func TestHTTPIdleConnectionIsClosed(t *testing.T) {
	browse(t, nil, func(b *browser) {
		b.get("/bytes/1")
		start := b.l.Now()
		b.closed("idle")
		if took := time.Duration(b.l.Now() - start); took != httpIdleTimeout {
			t.Errorf("after %v, want %v", took, httpIdleTimeout)
		}
	})
}

func TestHTTPStalledReaderIsGivenUp(t *testing.T) {
	browse(t, nil, func(b *browser) {
		b.write("GET /bytes/1000000000000 HTTP/1.1\r\nHost: h\r\n\r\n")
		b.l.Sleep(httpStallTimeout + time.Second)
		n, _ := io.Copy(io.Discard, b.br)
		if n > 4*pipeRoom {
			t.Errorf("%d bytes came after a minute without reading; the server should have given up", n)
		}
	})
}

func TestHTTPTimedPages(t *testing.T) {
	browse(t, nil, func(b *browser) {
		start := b.l.Now()
		if _, body := b.get("/delay/2.5"); body != "This took 2.5 s.\n" || b.l.Now()-start != int64(2500*time.Millisecond) {
			t.Errorf("/delay/2.5: %q after %v", body, time.Duration(b.l.Now()-start))
		}
		start = b.l.Now()
		r, body := b.get("/drip/5")
		if body != "*****" || len(r.TransferEncoding) != 1 || b.l.Now()-start != int64(5*dripEvery) {
			t.Errorf("/drip/5: %q %v after %v", body, r.TransferEncoding, time.Duration(b.l.Now()-start))
		}
		for _, bad := range []string{"/delay/NaN", "/delay/1e9", "/delay/-1"} {
			if r, _ := b.get(bad); r.StatusCode != 400 {
				t.Errorf("%s: %s", bad, r.Status)
			}
		}
	})
}

func TestHTTPShortBodyEndsTheConnection(t *testing.T) {
	browse(t, nil, func(b *browser) {
		b.write("GET /short/1000 HTTP/1.1\r\nHost: h\r\n\r\n")
		r, err := http.ReadResponse(b.br, nil)
		if err != nil || r.ContentLength != 1000 {
			t.Fatal(r, err)
		}
		if n, err := io.Copy(io.Discard, r.Body); n != 500 || err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes, %v; want half of them and an early end", n, err)
		}
	})
}

func TestHTTPHandlerContract(t *testing.T) {
	handler := func(l *loop.Loop) http.Handler {
		m := http.NewServeMux()
		m.HandleFunc("/early", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</a>")
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
			w.WriteHeader(http.StatusOK) // too late
		})
		m.HandleFunc("/abort", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
		m.HandleFunc("/toolong", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "3")
			if _, err := w.Write([]byte("abcd")); err != http.ErrContentLength {
				t.Errorf("writing more than the length: %v", err)
			}
			w.Write([]byte("abc"))
		})
		m.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) {
			for range 100 {
				w.Write(bytes.Repeat([]byte("z"), 1000))
			}
		})
		m.HandleFunc("/ignore", func(w http.ResponseWriter, r *http.Request) {})
		m.HandleFunc("/inject", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", "a\r\nInjected: yes")
		})
		return m
	}
	browse(t, handler, func(b *browser) {
		b.write("GET /early HTTP/1.1\r\nHost: h\r\n\r\n")
		if r, _ := b.answer("GET"); r.StatusCode != 103 || r.Header.Get("Link") == "" {
			t.Errorf("early: %s", r.Status)
		}
		if r, _ := b.answer("GET"); r.StatusCode != 418 {
			t.Errorf("final: %s", r.Status)
		}
		if _, body := b.get("/toolong"); body != "abc" {
			t.Errorf("%q", body)
		}
		r, body := b.get("/big")
		if len(body) != 100000 || len(r.TransferEncoding) != 1 {
			t.Errorf("%d bytes, %v: no length was given, so it is chunked", len(body), r.TransferEncoding)
		}
		if r, _ := b.get("/inject"); r.Header.Get("Injected") != "" {
			t.Error("a header value started another header")
		}
		// A small body that nobody read is read away.
		b.write("POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde")
		if r, _ := b.answer("POST"); r.StatusCode != 200 || r.Close {
			t.Errorf("%s, close %v", r.Status, r.Close)
		}
		if _, body := b.get("/toolong"); body != "abc" {
			t.Error("the unread body was taken for a request")
		}
		// A large one is not.
		b.l.Go("upload", func() {
			b.write("POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n" + strings.Repeat("x", 2*httpMaxDrain))
		})
		if r, _ := b.answer("POST"); r.StatusCode != 200 || !r.Close {
			t.Errorf("%s, close %v", r.Status, r.Close)
		}
		b.open()
		b.write("GET /abort HTTP/1.1\r\nHost: h\r\n\r\n")
		b.closed("ErrAbortHandler")
	})
}

func TestHTTPConnectionsAreBounded(t *testing.T) {
	browse(t, nil, func(b *browser) {
		var held []*pipe
		for range httpMaxConns - 1 {
			held = append(held, b.dial())
			b.l.Sleep(time.Microsecond)
		}
		b.l.Sleep(time.Second)
		late := b.dial()
		io.WriteString(late, "GET /bytes/1 HTTP/1.1\r\nHost: h\r\n\r\n")
		b.l.Sleep(time.Second)
		if len(late.in.buf) != 0 {
			t.Error("one more than the bound was served")
		}
		held[0].Close()
		b.l.Sleep(time.Second)
		if len(late.in.buf) == 0 {
			t.Error("a place became free and nobody took it")
		}
	})
}

func FuzzHTTPExchange(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	f.Add("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	f.Add("GET /range/10 HTTP/1.1\r\nHost: h\r\nRange: bytes=1-2\r\nConnection: close\r\n\r\n")
	f.Add("PUT /digest HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
	f.Fuzz(func(t *testing.T, in string) {
		if strings.Contains(in, "bytes/") || strings.Contains(in, "range/") || strings.Contains(in, "short/") {
			in = in[:min(len(in), 100)] // not terabytes
		}
		l := loop.New(loop.Config{})
		err := l.Run(func() error {
			c, srv := newPipe(l)
			s := &HTTPServer{Loop: l, Handler: Pages(l)}
			task := l.Go("serve", func() { s.serveConn(srv); srv.Close() })
			l.Go("send", func() { io.WriteString(c, in); c.CloseWrite() })
			io.CopyN(io.Discard, c, 1<<20)
			c.Close()
			task.Join() // whatever came in, the server ends the connection
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParseRange(f *testing.F) {
	f.Add("bytes=0-1", int64(10))
	f.Add("bytes=-5", int64(3))
	f.Fuzz(func(t *testing.T, s string, n int64) {
		n &= 1<<40 - 1
		from, to, err := parseRange(s, n)
		if err == nil && !(0 <= from && from < to && to <= n) {
			t.Errorf("%q of %d: [%d,%d)", s, n, from, to)
		}
	})
}
