package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

func repeat(s string, n int) string { return strings.Repeat(s, n) }

// hostile lists what servers do to clients, with the exit code that curl gives and
// the bytes of the body that are kept. TestSideBySideWithCurl asks curl itself.
var hostile = []struct {
	name   string
	server func(net.Conn, string)
	args   []string // of curl; the request below does the same
	code   Code
	body   string
	differ string // why our code or body is another than curl's
	req    func(*Request)
}{
	{name: "length", server: says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), body: "hello"},
	{name: "until close", server: says("HTTP/1.1 200 OK\r\n\r\nhello"), body: "hello"},
	{name: "HTTP/1.0", server: says("HTTP/1.0 200 OK\r\n\r\nhello"), body: "hello"},
	{name: "no reason phrase", server: says("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"), body: "ok"},
	{name: "bare LF", server: says("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), body: "ok"},
	{name: "folded field", server: says("HTTP/1.1 200 OK\r\nX-A: 1\r\n  2\r\nContent-Length: 2\r\n\r\nok"), body: "ok"},
	{name: "chunked", server: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"), body: "hello!"},
	{name: "chunked with trailer", server: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n"), body: "ok"},
	{name: "chunked wins over length", server: says("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"), body: "ok"},
	{name: "1xx before the answer", server: says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), body: "ok"},
	{name: "204 has no body", server: says("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello")},
	{name: "304 has no body", server: says("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")},
	{name: "more than its length", server: says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore"), body: "ok"},
	{name: "same length twice", server: says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"), body: "ok"},

	{name: "closes at once", server: func(net.Conn, string) {}, code: GotNothing},
	{name: "resets at once", server: func(c net.Conn, _ string) { reset(c) }, code: RecvError},
	{name: "closes in the status line", server: says("HTTP/1.1 20"), code: GotNothing},
	{name: "closes in the head", server: says("HTTP/1.1 200 OK\r\nX-A: "), code: RecvError,
		differ: "curl takes a cut head for a whole one"},
	{name: "closes after 100", server: says("HTTP/1.1 100 Continue\r\n\r\n"), code: GotNothing},
	{name: "closes in the body", server: says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), code: PartialFile, body: "hello"},
	{name: "closes in a chunk", server: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhello"), code: PartialFile, body: "hello"},
	{name: "closes before the last chunk", server: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), code: PartialFile, body: "hello"},
	{name: "resets in the body", server: func(c net.Conn, _ string) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
		time.Sleep(50 * time.Millisecond) // lets the client read before the reset discards it
		reset(c)
	}, code: RecvError, body: "hello"},

	{name: "nonsense", server: says("SSH-2.0-OpenSSH_9.2\r\n"), code: UnsupportedProtocol},
	{name: "HTTP/0.9", server: says("<html>hello</html>"), code: UnsupportedProtocol},
	{name: "HTTP/3.0", server: says("HTTP/7.0 200 OK\r\n\r\n"), code: UnsupportedProtocol},
	{name: "status of two digits", server: says("HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok"), code: UnsupportedProtocol},
	{name: "field without colon", server: says("HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nok"), code: WeirdReply},
	{name: "NUL in a field", server: says("HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 2\r\n\r\nok"), code: WeirdReply},
	{name: "length is no number", server: says("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"), code: WeirdReply},
	{name: "length is negative", server: says("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"), code: WeirdReply},
	{name: "length is beyond any", server: says("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello"), body: "hello"},
	{name: "two lengths", server: says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"), code: WeirdReply,
		differ: "curl believes the last one; RFC 9112 6.3 calls it an unrecoverable error"},
	{name: "chunk size is nonsense", server: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n"), code: RecvError},
	{name: "chunk size is beyond any", server: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + repeat("f", 40) + "\r\nhello"), code: RecvError},
	{name: "chunk is longer than it says", server: says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"), code: RecvError, body: "he"},
	{name: "a line of 200 KB", server: says("HTTP/1.1 200 OK\r\nX-A: " + repeat("a", 200<<10) + "\r\n\r\n"), code: RecvError,
		differ: "curl 7.88 says 27 (out of memory)"},
	{name: "a head of 400 KB", server: says("HTTP/1.1 200 OK\r\n" + repeat("X-A: "+repeat("a", 1000)+"\r\n", 400) + "\r\n"), code: RecvError},
	{name: "status line without end", server: says("HTTP/1.1 200 " + repeat("a", 200<<10)), code: RecvError,
		differ: "curl 7.88 says 27 (out of memory)"},

	{name: "-f with 404", server: says("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"), args: []string{"-f"}, code: HTTPError,
		req: func(r *Request) { r.FailHTTP = true }},
	{name: "404", server: says("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"), body: "gone"},
	{name: "HEAD", server: says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"), args: []string{"--head", "-o", "/dev/null"},
		req: func(r *Request) { r.Method = "HEAD" }},
	{name: "redirects in a circle", server: says("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
		args: []string{"-L", "--max-redirs", "5"}, code: TooManyRedirects, req: func(r *Request) { r.Redirects = 5 }},
	{name: "redirect to another protocol", server: says("HTTP/1.1 302 Found\r\nLocation: gopher://x/\r\nContent-Length: 0\r\n\r\n"),
		args: []string{"-L"}, code: UnsupportedProtocol, req: func(r *Request) { r.Redirects = 50 }},
	{name: "redirect without Location", server: says("HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nok"),
		args: []string{"-L"}, body: "ok", req: func(r *Request) { r.Redirects = 50 }},
	{name: "redirect to nonsense", server: says("HTTP/1.1 302 Found\r\nLocation: http://[::x/\r\nContent-Length: 2\r\n\r\nok"),
		args: []string{"-L"}, code: MalformedURL, req: func(r *Request) { r.Redirects = 50 }},
	{name: "redirect not followed", server: says("HTTP/1.1 302 Found\r\nLocation: http://[::x/\r\nContent-Length: 2\r\n\r\nok"), body: "ok"},
	{name: "early answer to a large body", server: func(c net.Conn, _ string) {
		io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
		time.Sleep(100 * time.Millisecond) // the answer must get out before the unread body resets the connection
	}, args: []string{"-H", "Expect:", "-d", repeat("x", 100_000)}, body: "big", req: func(r *Request) { r.Body = BytesBody(make([]byte, 100_000), "") }},
	{name: "silence", server: func(c net.Conn, _ string) { io.Copy(io.Discard, c) }, args: []string{"-m", "0.3"}, code: TimedOut},
	{name: "slow body", server: func(c net.Conn, _ string) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
		io.Copy(io.Discard, c)
	}, args: []string{"-m", "0.3"}, code: TimedOut, body: "hello"},
}

func TestHostileServers(t *testing.T) {
	for _, tc := range hostile {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			req := &Request{URL: mustURL(t, script(t, tc.server))}
			if tc.req != nil {
				tc.req(req)
			}
			ctx := context.Background()
			if tc.code == TimedOut {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
				defer cancel()
			}
			var b bytes.Buffer
			req.Out = &b
			c := New(testConfig())
			defer c.Close()
			res, err := c.Do(ctx, req)
			if code(err) != tc.code {
				t.Errorf("error %v (%d), want %d", err, code(err), tc.code)
			}
			if b.String() != tc.body {
				t.Errorf("body %q, want %q", b.String(), tc.body)
			}
			if res.Last() == nil || res.Last().BodySize < int64(len(tc.body)) {
				t.Errorf("the result does not tell of the %d bytes", len(tc.body))
			}
		})
	}
}

func TestSideBySideWithCurl(t *testing.T) {
	path, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed: nothing to compare with")
	}
	version, err := exec.Command(path, "-q", "--version").Output()
	if err != nil || !bytes.HasPrefix(version, []byte("curl 7.88.")) {
		t.Skipf("the table was made for curl 7.88; this is %q", clip(version))
	}
	for _, tc := range hostile {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			cmd := exec.Command(path, append([]string{"-q", "-s", script(t, tc.server)}, tc.args...)...)
			cmd.Stdout = &out
			cmd.Env = []string{"NO_PROXY=*"}
			err := cmd.Run()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			got := Code(cmd.ProcessState.ExitCode())
			same := got == tc.code && out.String() == tc.body
			switch {
			case tc.differ == "" && !same:
				t.Errorf("curl: exit code %d, body %q; ours %d, %q", got, clip(out.Bytes()), tc.code, tc.body)
			case tc.differ != "":
				t.Logf("curl: exit code %d, body %s; ours %d, %q: %s", got, strconv.Quote(string(clip(out.Bytes()))), tc.code, tc.body, tc.differ)
			}
		})
	}
}
