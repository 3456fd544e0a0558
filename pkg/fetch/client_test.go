package fetch

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/trace"
)

func TestConnectionIsKept(t *testing.T) {
	var conns atomic.Int32
	url := script(t, func(c net.Conn, head string) {
		conns.Add(1)
		keepAlive(func(head string) string {
			if strings.HasPrefix(head, "GET /a ") {
				return "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 4\r\n\r\nmove"
			}
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
		})(c, head)
	})
	c := New(testConfig())
	defer c.Close()
	body, res, err := get(t, c, &Request{URL: mustURL(t, url+"a"), Redirects: -1})
	if err != nil || body != "x" {
		t.Fatalf("body %q, %v: the redirect's body must not be in it", body, err)
	}
	if _, _, err := get(t, c, &Request{URL: mustURL(t, url)}); err != nil {
		t.Fatal(err)
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for three exchanges with one server, want 1", n)
	}
	if len(res.Exchanges) != 2 || !res.Exchanges[1].Conn.Reused || res.Exchanges[1].Timing.Connect != 0 {
		t.Errorf("the second exchange must be on the kept connection: %+v", res.Exchanges[1])
	}
}

// RFC 9112 9.3.1: a client that finds a kept connection closed may send a request
// again on a new one.
func TestRFC9112_9_3_1_StaleConnection(t *testing.T) {
	var conns atomic.Int32
	url := script(t, func(c net.Conn, _ string) {
		conns.Add(1)
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") // and closes, without having said so
	})
	c := New(testConfig())
	defer c.Close()
	for i := range 3 {
		if body, _, err := get(t, c, &Request{URL: mustURL(t, url)}); err != nil || body != "ok" {
			t.Fatalf("fetch %d: %q, %v", i, body, err)
		}
		time.Sleep(20 * time.Millisecond) // the server's FIN arrives
	}
	if n := conns.Load(); n != 3 {
		t.Errorf("%d connections, want 3", n)
	}
}

func TestIdleConnectionsAreBounded(t *testing.T) {
	c := New(testConfig())
	defer c.Close()
	for range MaxIdle + 3 {
		url := script(t, keepAlive(func(string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }))
		if _, _, err := get(t, c, &Request{URL: mustURL(t, url)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.idle) != MaxIdle {
		t.Errorf("%d kept, want %d", len(c.idle), MaxIdle)
	}
}

// recorder notes request heads and bodies and answers from a table by path.
type recorder struct {
	mu    sync.Mutex
	heads []string
}

func (r *recorder) serve(t *testing.T, answers func(path string) string) string {
	return script(t, func(c net.Conn, head string) {
		r.mu.Lock()
		r.heads = append(r.heads, head)
		r.mu.Unlock()
		path := strings.Fields(head)[1]
		if i := strings.Index(strings.ToLower(head), "content-length: "); i >= 0 {
			var n int64
			fmt.Sscan(head[i+16:], &n)
			io.CopyN(io.Discard, c, n)
		}
		io.WriteString(c, answers(path))
	})
}

func (r *recorder) methods() (out []string) {
	for _, h := range r.heads {
		out = append(out, strings.Fields(h)[0])
	}
	return out
}

func TestRFC9110_15_4_MethodAfterRedirect(t *testing.T) {
	for _, tc := range []struct {
		status int
		method string
		fixed  bool
		body   bool
		want   string
	}{
		{301, "", false, true, "GET"}, {302, "", false, true, "GET"}, {303, "", false, true, "GET"},
		{307, "", false, true, "POST"}, {308, "", false, true, "POST"},
		{301, "HEAD", false, false, "HEAD"}, {303, "HEAD", false, false, "HEAD"},
		{302, "PUT", true, true, "PUT"}, // -X holds
		{303, "DELETE", true, false, "DELETE"},
	} {
		var r recorder
		url := r.serve(t, func(path string) string {
			if path == "/" {
				return fmt.Sprintf("HTTP/1.1 %d Go\r\nLocation: /next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", tc.status)
			}
			return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
		})
		req := &Request{URL: mustURL(t, url), Method: tc.method, FixedMethod: tc.fixed, Redirects: 5}
		if tc.body {
			req.Body = BytesBody([]byte("a=1"), "text/plain")
		}
		if _, _, err := get(t, New(testConfig()), req); err != nil {
			t.Fatal(err)
		}
		if got := r.methods(); len(got) != 2 || got[1] != tc.want {
			t.Errorf("%d after %q (-X %v): %v, want %s", tc.status, tc.method, tc.fixed, got, tc.want)
		}
		again := strings.Contains(r.heads[1], "Content-Length: 3")
		if want := tc.body && tc.status >= 307; again != want {
			t.Errorf("%d: the body was sent again: %v", tc.status, again)
		}
	}
}

// Credentials that the user gave for one server are not for another.
func TestCredentialsStayWithTheirHost(t *testing.T) {
	var a, b recorder
	urlB := b.serve(t, func(string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" })
	urlA := a.serve(t, func(path string) string {
		to := "/2"
		if path == "/2" {
			to = urlB
		}
		return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	})
	req := &Request{URL: mustURL(t, strings.Replace(urlA, "http://", "http://me:secret@", 1)), Redirects: 5,
		Header: []Line{{Name: "Cookie", Value: "c=1"}, {Name: "X-A", Value: "b"}, {Name: "Host", Value: "virtual.test"}}}
	if _, _, err := get(t, New(testConfig()), req); err != nil {
		t.Fatal(err)
	}
	for i, h := range a.heads {
		if !strings.Contains(h, "Authorization: Basic bWU6c2VjcmV0\r\n") || !strings.Contains(h, "Cookie: c=1\r\n") || !strings.Contains(h, "Host: virtual.test\r\n") {
			t.Errorf("request %d to the same host misses something:\n%s", i, h)
		}
	}
	if h := b.heads[0]; strings.Contains(h, "Authorization") || strings.Contains(h, "Cookie") || strings.Contains(h, "virtual.test") || !strings.Contains(h, "X-A: b\r\n") {
		t.Errorf("request to another host:\n%s", h)
	}
}

// The same options give the same request as curl's, but for the User-Agent.
func TestRequestHeadIsCurls(t *testing.T) {
	path, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed: nothing to compare with")
	}
	line := func(s string) Line {
		l, err := ParseLine(s)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	form := "application/x-www-form-urlencoded"
	for _, tc := range []struct {
		args []string
		req  Request
	}{
		{nil, Request{}},
		{[]string{"-I"}, Request{Method: "HEAD"}},
		{[]string{"-d", "a=1", "-H", "X-A: b"}, Request{Body: BytesBody([]byte("a=1"), form), Header: []Line{line("X-A: b")}}},
		{[]string{"-X", "PUT", "-d", "a=1", "-H", "Content-Type: text/plain"},
			Request{Method: "PUT", Body: BytesBody([]byte("a=1"), form), Header: []Line{line("Content-Type: text/plain")}}},
		{[]string{"-H", "Accept:", "-H", "X-Empty;"}, Request{Header: []Line{line("Accept:"), line("X-Empty;")}}},
		{[]string{"-H", "Host: other.test", "-H", "Accept: text/html"}, Request{Header: []Line{line("Host: other.test"), line("Accept: text/html")}}},
		{[]string{"-u", "me:secret"}, Request{}},
	} {
		var r recorder
		url := r.serve(t, func(string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" })
		cmd := exec.Command(path, append([]string{"-q", "-s", "-A", "x/1", url + "p?q=1"}, tc.args...)...)
		cmd.Env = []string{"NO_PROXY=*"}
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		req := tc.req
		req.UserAgent = "x/1"
		if slices.Contains(tc.args, "-u") {
			url = strings.Replace(url, "http://", "http://me:secret@", 1)
		}
		req.URL = mustURL(t, url+"p?q=1")
		if _, _, err := get(t, New(testConfig()), &req); err != nil {
			t.Fatal(err)
		}
		if r.heads[0] != r.heads[1] {
			t.Errorf("curl %v:\n%s\nours:\n%s", tc.args, r.heads[0], r.heads[1])
		}
	}
}

func TestParseLine(t *testing.T) {
	for in, want := range map[string]Line{
		"A: b": {Name: "A", Value: "b"}, "A:b": {Name: "A", Value: "b"}, "A:": {Name: "A", Remove: true},
		"A;": {Name: "A"}, "A: b:c;": {Name: "A", Value: "b:c;"},
	} {
		if l, err := ParseLine(in); err != nil || l != want {
			t.Errorf("%q: %+v, %v", in, l, err)
		}
	}
	for _, in := range []string{"", "A", ":b", "A b: c", "A: b\r\nEvil: c", "A: \x00", "é: x"} {
		if l, err := ParseLine(in); err == nil {
			t.Errorf("%q: %+v, want an error", in, l)
		}
	}
}

func TestNextAddressAfterOneThatRefuses(t *testing.T) {
	url := script(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	cfg := testConfig()
	cfg.Resolve = func(context.Context, string, uint16) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("::1"), netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1")}, nil
	}
	body, res, err := get(t, New(cfg), &Request{URL: mustURL(t, strings.Replace(url, "127.0.0.1", "h.test", 1))})
	if err != nil || body != "ok" {
		t.Fatalf("%q, %v", body, err)
	}
	if tried := res.Last().Conn.Tried; len(tried) != 2 || tried[1].Remote.Addr().String() != "127.0.0.2" {
		t.Errorf("tried %v: both failures are told", tried)
	}
}

func TestConnectErrors(t *testing.T) {
	cfg := testConfig()
	silent := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	for _, tc := range []struct {
		url    string
		dial   func(ctx context.Context, network, address string) (net.Conn, error)
		expect string
		code   Code
		layer  Layer
	}{
		{"http://127.0.0.1:1/", cfg.Dial, "refused", CannotConnect, LayerTCP},
		{"http://nosuch/", cfg.Dial, "cannot resolve", CannotResolve, LayerDNS},
		{"http://127.0.0.1:1/", silent, "timed out", TimedOut, LayerTCP},
	} {
		c := cfg
		c.Dial, c.ConnectTimeout = tc.dial, 50*time.Millisecond
		_, res, err := get(t, New(c), &Request{URL: mustURL(t, tc.url)})
		var e *Error
		if !errors.As(err, &e) || e.Code != tc.code || e.Layer != tc.layer || !strings.Contains(e.Message, tc.expect) {
			t.Errorf("%s: %v", tc.url, err)
		}
		if res == nil || res.Last() == nil {
			t.Errorf("%s: no result", tc.url)
		}
	}
}

func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	url := script(t, func(c net.Conn, _ string) { cancel(); io.Copy(io.Discard, c) })
	cfg := testConfig()
	inner := cfg.Dial
	conns := make(chan net.Conn, 1)
	cfg.Dial = func(c context.Context, network, address string) (net.Conn, error) {
		nc, err := inner(c, network, address)
		if err == nil {
			conns <- nc
		}
		return nc, err
	}
	go func() {
		nc := <-conns
		<-ctx.Done()
		nc.SetDeadline(time.Unix(1, 0)) // what the owner of the sockets does on a signal
	}()
	_, err := New(cfg).Do(ctx, &Request{URL: mustURL(t, url)})
	if code(err) != Aborted || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want Aborted", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestOutputThatFails(t *testing.T) {
	url := script(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	_, err := New(testConfig()).Do(context.Background(), &Request{URL: mustURL(t, url), Out: failing{}})
	if code(err) != WriteError {
		t.Errorf("%v, want WriteError", err)
	}
	_, err = New(testConfig()).Do(context.Background(), &Request{URL: mustURL(t, url), OnHead: func(*Head) error { return errors.New("full") }})
	if code(err) != WriteError {
		t.Errorf("%v, want WriteError", err)
	}
}

func TestLargeBodyIsSentWhileTheAnswerIsRead(t *testing.T) {
	const size = 8 << 20
	// Echoes at once: a client that only sends would fill all buffers and stop.
	url := script(t, func(c net.Conn, _ string) {
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size)
		io.CopyN(c, c, size)
	})
	data := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	body, res, err := get(t, New(testConfig()), &Request{URL: mustURL(t, url), Body: BytesBody(data, "")})
	if err != nil || body != string(data) || res.Last().Uploaded != size {
		t.Errorf("%d bytes back, %d sent, %v", len(body), res.Last().Uploaded, err)
	}
}

func TestTrace(t *testing.T) {
	url := script(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
	cfg := testConfig()
	var kinds []trace.Kind
	cfg.Trace = func(e trace.Event) { kinds = append(kinds, e.Kind) }
	if _, _, err := get(t, New(cfg), &Request{URL: mustURL(t, url)}); err != nil {
		t.Fatal(err)
	}
	if want := []trace.Kind{trace.URLParsed, trace.HTTPRequest, trace.HTTPStatus, trace.HTTPBody}; !slices.Equal(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

// authority makes a certificate authority and certificates signed by it.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, pool: x509.NewCertPool()}
	a.cert, _ = x509.ParseCertificate(der)
	a.pool.AddCert(a.cert)
	return a
}

func (a *authority) issue(t *testing.T, name string, until time.Time) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	serve := func(cert tls.Certificate, fn func(net.Conn)) string {
		ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
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
				go func() {
					defer c.Close()
					if _, err := readRequest(c); err == nil {
						fn(c)
					}
				}()
			}
		}()
		_, port, _ := net.SplitHostPort(ln.Addr().String())
		return "https://localhost:" + port + "/"
	}
	ok := func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nok") }
	good := serve(ca.issue(t, "localhost", time.Now().Add(time.Hour)), ok)
	garbage, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { garbage.Close() })
	go func() {
		for {
			c, err := garbage.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, "this is not TLS at all\r\n")
			c.Close()
		}
	}()
	trusted := &tls.Config{RootCAs: ca.pool}
	for name, tc := range map[string]struct {
		url  string
		tls  *tls.Config
		code Code
	}{
		"good":       {good, trusted, 0},
		"untrusted":  {good, nil, BadCertificate},
		"-k":         {good, &tls.Config{InsecureSkipVerify: true}, 0},
		"wrong name": {serve(ca.issue(t, "other.test", time.Now().Add(time.Hour)), ok), trusted, BadCertificate},
		"expired":    {serve(ca.issue(t, "localhost", time.Now().Add(-time.Hour)), ok), trusted, BadCertificate},
		"not TLS":    {"https://" + garbage.Addr().String() + "/", trusted, TLSConnect},
		"old TLS":    {good, &tls.Config{RootCAs: ca.pool, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, TLSConnect},
	} {
		body, res, err := get(t, New(func() Config { c := testConfig(); c.TLS = tc.tls; return c }()), &Request{URL: mustURL(t, tc.url)})
		if code(err) != tc.code {
			t.Errorf("%s: %v (%d), want %d", name, err, code(err), tc.code)
			continue
		}
		if tc.code != 0 {
			continue
		}
		ex := res.Last()
		if body != "ok" || ex.Conn.TLS == nil || ex.Conn.TLS.Version != "TLS 1.3" || ex.Conn.TLS.Verified != (name == "good") || ex.Timing.AppConnect <= ex.Timing.Connect {
			t.Errorf("%s: %q %+v", name, body, ex.Conn.TLS)
		}
	}
}

func TestTLSHandshakeTimesOut(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close() // the kernel accepts, nobody answers
	cfg := testConfig()
	cfg.ConnectTimeout = 50 * time.Millisecond
	_, _, err = get(t, New(cfg), &Request{URL: mustURL(t, "https://"+ln.Addr().String()+"/")})
	var e *Error
	if !errors.As(err, &e) || e.Code != TimedOut || e.Layer != LayerTLS {
		t.Errorf("%v", err)
	}
}

// FuzzResponse feeds what a server may send to the whole exchange.
func FuzzResponse(f *testing.F) {
	for _, tc := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404\r\nX: a\r\n b\r\n\r\nrest",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\nT: 1\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: ../x?y#z\r\nContent-Length: 0\r\n\r\n",
	} {
		f.Add([]byte(tc), false)
	}
	f.Fuzz(func(t *testing.T, answer []byte, head bool) {
		cfg := testConfig()
		cfg.Dial = func(context.Context, string, string) (net.Conn, error) {
			return &canned{r: bytes.NewReader(answer)}, nil
		}
		req := &Request{URL: mustURL(t, "http://127.0.0.1/"), Redirects: 3}
		if head {
			req.Method = "HEAD"
		}
		body, res, err := get(t, New(cfg), req)
		if int64(len(body)) > res.Last().BodySize || len(body) > len(answer) {
			t.Errorf("%d bytes of body from %d", len(body), len(answer))
		}
		if err == nil && res.Last().Head == nil {
			t.Error("no error and no head")
		}
		if code(err) == -1 {
			t.Errorf("%v has no code", err)
		}
	})
}

// canned is a connection that reads from memory and writes nowhere.
type canned struct {
	net.Conn
	r *bytes.Reader
}

func (c *canned) Read(p []byte) (int, error)  { return c.r.Read(p) }
func (c *canned) Write(p []byte) (int, error) { return len(p), nil }
func (*canned) Close() error                  { return nil }
func (*canned) SetDeadline(time.Time) error   { return nil }
func (*canned) LocalAddr() net.Addr           { return &net.TCPAddr{} }
func (*canned) RemoteAddr() net.Addr          { return &net.TCPAddr{} }

func BenchmarkBody(b *testing.B) {
	const size = 64 << 20
	answer := append([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size)), make([]byte, size)...)
	cfg := testConfig()
	cfg.Dial = func(context.Context, string, string) (net.Conn, error) {
		return &canned{r: bytes.NewReader(answer)}, nil
	}
	b.SetBytes(size)
	for b.Loop() {
		if _, err := New(cfg).Do(context.Background(), &Request{URL: mustURL(b, "http://127.0.0.1/"), Out: io.Discard}); err != nil {
			b.Fatal(err)
		}
	}
}
