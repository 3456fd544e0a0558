package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/root"
)

// sideBySide lists command lines that curl 7.88 and netkit fetch are given against
// the same servers. {A} and {B} are two of them, {PROXY} a proxy, {CLOSED} a port
// where nobody is, {DIR} a folder with the case's files. Exit code, stdout, the
// folder's files and the requests that arrive must be the same, unless differ says
// why they are not.
var sideBySide = []struct {
	name   string
	args   string
	stdin  string
	files  map[string]string
	code   int    // netkit's exit code
	differ string // why curl does something else
}{
	// What is sent.
	{name: "several data", args: "-d a=1 --data-raw @b --data-binary c=3 {A}/echo"},
	{name: "data of files", args: "-d @{DIR}/f --data-binary @{DIR}/f {A}/echo", files: map[string]string{"f": "x=1\r\ny=2\n"}},
	{name: "data with NUL", args: "-d @{DIR}/f {A}/echo", files: map[string]string{"f": "x=1\x002\n"}, differ: "curl's manual says that NUL bytes are left out; 7.88 leaves out the rest of the line too"},
	{name: "data from stdin", args: "-d @- {A}/echo", stdin: "x=1\n2"},
	{name: "urlencode", args: "--data-urlencode =a&b --data-urlencode n=a+b/c --data-urlencode a~b --data-urlencode n@{DIR}/f {A}/echo", files: map[string]string{"f": "1 2\n"}},
	{name: "get", args: "-G -d a=1 --data-urlencode b=x/y {A}/echo?q=0", differ: "curl 7.88 writes the escapes of a query in lower case; RFC 3986 2.1 wants upper case"},
	{name: "head with get", args: "-I -G -d a=1 {A}/echo -o /dev/null"},
	{name: "data with a type", args: "-H Content-Type:text/x -d a {A}/echo"},
	{name: "form", args: "-F a=b -F f=@{DIR}/p.jpg -F t=x;type=text/plain -F g=<{DIR}/p.jpg {A}/echo", files: map[string]string{"p.jpg": "JPEG"}},
	{name: "form with names", args: `-F f=@{DIR}/p.bin;filename=q"q.txt;type=image/x {A}/echo`, files: map[string]string{"p.bin": "1"}},
	{name: "form string", args: "--form-string a=@b;type=c {A}/echo"},
	{name: "form missing file", args: "-F f=@{DIR}/none {A}/echo", code: 26},
	{name: "form with two files", args: "-F f=@{DIR}/a.txt,{DIR}/b.txt {A}/echo", files: map[string]string{"a.txt": "1", "b.txt": "2"},
		differ: "curl nests multipart/mixed, which RFC 7578 4.3 has done away with"},
	{name: "upload", args: "-T {DIR}/up {A}/put", files: map[string]string{"up": "content"}},
	{name: "upload into a folder", args: "-T {DIR}/up {A}/put/", files: map[string]string{"up": "content"}},
	{name: "upload from stdin", args: "-T - {A}/put -H Expect:", stdin: "streamed"},
	{name: "upload of two", args: "-T {DIR}/a -T {DIR}/b {A}/put/ {B}/put/", files: map[string]string{"a": "1", "b": "2"}},
	{name: "upload missing file", args: "-T {DIR}/none {A}/put", code: 26},
	{name: "referer", args: "-e http://from/;auto -L {A}/to-b"},
	{name: "range", args: "-r 2-5 {A}/ranged"},
	{name: "no user agent", args: "-A x -H X-A:1 -H Accept: {A}/echo"},

	// Where it goes.
	{name: "two names", args: "-o {DIR}/x -o {DIR}/y {A}/one {B}/two"},
	{name: "remote names", args: "-O -O --output-dir {DIR} {A}/one {A}/d/two?q=1"},
	{name: "remote name for two", args: "-O --output-dir {DIR} {A}/one {A}/two", differ: "curl wants an -O for each URL and prints the second body"},
	{name: "no remote name", args: "-O --output-dir {DIR} {A}/", differ: "curl 7.88 fails with 23, later ones write curl_response; ours is named after the host"},
	{name: "name of the server", args: "-OJ --output-dir {DIR} {A}/named"},
	{name: "name of the server exists", args: "-OJ --output-dir {DIR} {A}/named", files: map[string]string{"report.txt": "mine"}, code: 23},
	{name: "name of the server leads elsewhere", args: "-OJ --output-dir {DIR} {A}/named-evil"},
	{name: "name of the server is hidden", args: "-OJ --output-dir {DIR} {A}/named-hidden", differ: "a server may not make a .curlrc or .bashrc: the dot becomes _"},
	{name: "create dirs", args: "--create-dirs -o {DIR}/a/b/c {A}/one"},
	{name: "no dirs", args: "-o {DIR}/a/b/c {A}/one", code: 23},
	{name: "fail", args: "-f {A}/status/404", code: 22},
	{name: "fail with body", args: "--fail-with-body {A}/status/404", code: 22},
	{name: "max-filesize at the head", args: "--max-filesize 3 {A}/ranged", code: 63},
	{name: "max-filesize on the way", args: "--max-filesize 3 {A}/chunked", code: 63, differ: "curl 7.88 looks at the announced length only"},
	{name: "compressed", args: "--compressed {A}/gzip"},
	{name: "compressed bomb", args: "--compressed --max-filesize 1k -o {DIR}/x {A}/bomb", code: 63},
	{name: "compressed damage", args: "--compressed {A}/gzip-bad", code: 61, differ: "curl 7.88 prints the damaged data and succeeds"},
	{name: "two URLs, one fails", args: "{A}/one {CLOSED}/ {A}/two"},
	{name: "two URLs, the last fails", args: "{A}/one {CLOSED}/", code: 7},

	// Continuing.
	{name: "continue", args: "-C - -o {DIR}/f {A}/ranged", files: map[string]string{"f": "0123"}},
	{name: "continue at", args: "-C 4 -o {DIR}/f {A}/ranged", files: map[string]string{"f": "0123"}},
	{name: "continue what is not there", args: "-C - -o {DIR}/f {A}/ranged"},
	{name: "continue what is finished", args: "-C - -o {DIR}/f {A}/ranged", files: map[string]string{"f": "0123456789"}},
	{name: "continue with fail what is finished", args: "-f -C - -o {DIR}/f {A}/ranged", files: map[string]string{"f": "0123456789"},
		differ: "curl takes the 416 for a failure then (22); the file is complete, which is what was asked for"},
	{name: "continue what is longer", args: "-C - -o {DIR}/f {A}/ranged", files: map[string]string{"f": "0123456789more"}, code: 33,
		differ: "curl calls a file that is longer than the server's finished"},
	{name: "continue at another place", args: "-C 2 -o {DIR}/f {A}/ranged", files: map[string]string{"f": "0123"}, code: 2,
		differ: "curl appends the rest from byte 2 to four bytes"},
	{name: "continue without ranges", args: "-C - -o {DIR}/f {A}/one", files: map[string]string{"f": "o"}, code: 33},
	{name: "continue without ranges what is finished", args: "-C - -o {DIR}/f {A}/one", files: map[string]string{"f": "one\n"}},
	{name: "continue with another part", args: "-C - -o {DIR}/f {A}/wrong-part", files: map[string]string{"f": "0123"}, code: 33},

	// Again.
	{name: "retry", args: "--retry 2 -f {A}/flaky/1/503"},
	{name: "retry without fail", args: "--retry 2 {A}/flaky/1/503", differ: "curl prints the body of each try"},
	{name: "retry into a file", args: "--retry 2 -o {DIR}/x {A}/flaky/1/503"},
	{name: "retry gives up", args: "--retry 1 -f {A}/flaky/9/503", code: 22},
	{name: "no retry for 404", args: "--retry 2 -f {A}/flaky/1/404", code: 22},
	{name: "retry all errors for 404", args: "--retry 2 --retry-all-errors -f {A}/flaky/1/404"},
	{name: "Retry-After", args: "--retry 2 {A}/flaky-after/1 -o {DIR}/x"},
	{name: "Retry-After beyond the time", args: "--retry 2 --retry-max-time 1 -f {A}/flaky-long/1", code: 22},
	{name: "no retry for refused", args: "--retry 2 {CLOSED}/", code: 7},
	{name: "no retry for a part", args: "--retry 2 -o {DIR}/x {A}/cut/1", code: 18},
	{name: "retry of a part", args: "--retry 2 --retry-all-errors -o {DIR}/x {A}/cut/1", differ: "curl fetches all again; netkit keeps the part and asks for the rest"},
	{name: "retry of a part to stdout", args: "--retry 2 --retry-all-errors {A}/cut/1", differ: "curl prints the beginning twice"},
	{name: "retry after a time limit", args: "--retry 1 -m 0.4 -o {DIR}/x {A}/hang/1", differ: "curl fetches all again; netkit keeps the part and asks for the rest"},

	// Limits.
	{name: "max-time", args: "-m 0.3 -o {DIR}/x {A}/hang/9", code: 28},
	{name: "connect-timeout is not max-time", args: "--connect-timeout 0.2 {A}/slow"},
	{name: "limit-rate", args: "--limit-rate 40k -w %{size_download} -o {DIR}/x {A}/bytes/20000"},

	// Who asks.
	{name: "user", args: "-u joe:a:b {A}/echo"},
	{name: "user over URL", args: "-u joe:a http://x:y@{HOSTA}/echo"},
	{name: "user of URL", args: "http://x:y%40@{HOSTA}/echo"},
	{name: "user and redirect to another port", args: "-L -u joe:a {A}/to-b"},
	{name: "user and redirect to the same", args: "-L -u joe:a {A}/to-a"},
	{name: "header and redirect to another port", args: "-L -H Authorization:X -H Cookie:c=d {A}/to-b"},
	{name: "netrc", args: "--netrc-file {DIR}/n {A}/echo", files: map[string]string{"n": "# machines\nmachine other login a password b\nmachine 127.0.0.1\n login \"j o\" password \"p\\\"w\"\n"}},
	{name: "netrc of another", args: "--netrc-file {DIR}/n {A}/echo", files: map[string]string{"n": "machine other login a password b"}},
	{name: "netrc default", args: "--netrc-file {DIR}/n {A}/echo", files: map[string]string{"n": "machine other login a password b default login d password e"}},
	{name: "netrc and redirect", args: "-L --netrc-file {DIR}/n {A}/to-b", files: map[string]string{"n": "machine 127.0.0.1 login a password b"}},

	// Cookies.
	{name: "cookies by hand", args: "-b a=1;b=2 {A}/echo"},
	{name: "cookies by hand and redirect", args: "-L -b a=1 {A}/to-b", differ: "curl 7.88 sends -b to every host that a redirect names"},
	{name: "cookie engine", args: "-b {DIR}/none {A}/set {A}/sub/echo {A}/echo", differ: "RFC 6265 5.4: of equal paths the cookie that was set first comes first; curl puts longer names first"},
	{name: "cookie engine and redirect", args: "-L -b {DIR}/none {A}/set-to-a"},
	{name: "no cookie engine", args: "{A}/set {A}/echo"},
	{name: "cookie file", args: "-b {DIR}/c {A}/echo {A}/sub/x", files: map[string]string{"c": "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\ts\t1\n#HttpOnly_127.0.0.1\tFALSE\t/sub\tFALSE\t4000000000\th\t2\n127.0.0.1\tFALSE\t/\tFALSE\t1\told\t3\nother.test\tTRUE\t/\tFALSE\t0\to\t4\nnonsense\n"}},
	{name: "cookie file without session", args: "-j -b {DIR}/c {A}/echo", files: map[string]string{"c": "127.0.0.1\tFALSE\t/\tFALSE\t0\ts\t1\n127.0.0.1\tFALSE\t/\tFALSE\t4000000000\th\t2\n"}},
	{name: "cookie jar", args: "-c {DIR}/jar {A}/set", differ: "the comment at the file's head, and curl's order"},
	{name: "cookie deleted", args: "-b {DIR}/none {A}/set {A}/unset {A}/echo", differ: "RFC 6265 5.4: of equal paths the cookie that was set first comes first; curl puts longer names first"},

	// Proxies.
	{name: "proxy", args: "-x {PROXY} http://example.test/x?y=1"},
	{name: "proxy with user", args: "-x {PROXY} -U joe:pw -u a:b http://example.test/"},
	{name: "proxy with user in its URL", args: "-x http://joe:pw@{HOSTPROXY} http://example.test/"},
	{name: "proxy tunnel", args: "-p -x {PROXY} -U joe:pw {A}/echo"},
	{name: "proxy says no", args: "-p -x {PROXY} http://forbidden.test/", code: 56},
	{name: "proxy is not there", args: "-x {CLOSED} http://example.test/", code: 7},
	{name: "proxy has no address", args: "-x http://nosuch.invalid:1 http://example.test/", code: 5},
	{name: "noproxy", args: "-x {PROXY} --noproxy 127.0.0.1 {A}/echo"},
	{name: "noproxy prefix", args: "-x {PROXY} --noproxy 127.0.0.0/8 {A}/echo"},
	{name: "noproxy all", args: "-x {PROXY} --noproxy * {A}/echo"},
	{name: "noproxy of another", args: "-x {PROXY} --noproxy 10.0.0.0/8,.test {A}/echo"},
	{name: "proxy and redirect", args: "-L -x {PROXY} -U joe:pw http://example.test/to-other"},
	{name: "connect-to", args: "--connect-to example.test:80:{HOSTA} http://example.test/echo"},
	{name: "connect-to any", args: "--connect-to ::{HOSTA} http://example.test:81/echo"},
	{name: "connect-to not this", args: "--connect-to other.test:80:{HOSTA} {B}/echo"},

	// -w.
	{name: "write-out", args: `-s -o {DIR}/x -w %{http_code},%{size_download},%{num_redirects},%{url_effective},%{method},%{scheme},%{exitcode},%{errormsg},%{filename_effective},%{num_headers},%{header_json}%header{x-a}\n {A}/fixed`},
	{name: "write-out on error", args: `-s -w %{onerror}%{exitcode},%{http_code}\n {CLOSED}/`, code: 7},
	{name: "write-out without error", args: `-s -w x%{onerror}%{exitcode}\n {A}/one`},
}

// peer serves one tool: what it answers depends only on what that tool has asked.
type peer struct {
	mu    sync.Mutex
	log   []string
	count map[string]int
	b     string // host:port of the second server
}

var (
	boundaries = regexp.MustCompile(`-{20,}[0-9a-f]{16}`)
	noted      = []string{"Authorization", "Proxy-Authorization", "Range", "If-Range", "Referer", "Cookie", "Content-Type", "Accept", "Accept-Encoding", "X-A", "Transfer-Encoding"}
)

func (p *peer) note(server string, r *http.Request) (times int) {
	body, _ := io.ReadAll(r.Body)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", server, r.Method, r.RequestURI)
	for _, name := range noted {
		if v := r.Header.Values(name); v != nil {
			fmt.Fprintf(&b, " | %s: %s", name, strings.Join(v, ", "))
		}
	}
	for _, te := range r.TransferEncoding {
		b.WriteString(" | " + te)
	}
	if len(body) > 0 {
		fmt.Fprintf(&b, " | %q", body)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, boundaries.ReplaceAllString(b.String(), "BOUNDARY"))
	p.count[r.URL.Path]++
	return p.count[r.URL.Path]
}

const ranged = "0123456789"

func (p *peer) handler(server string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		times := p.note(server, r)
		h := w.Header()
		part := strings.Split(strings.Trim(r.URL.Path, "/")+"//", "/")
		n, _ := strconv.Atoi(part[1])
		switch part[0] {
		case "to-a":
			http.Redirect(w, r, "/echo", http.StatusFound)
		case "to-b":
			http.Redirect(w, r, "http://"+p.b+"/echo", http.StatusFound)
		case "set":
			h.Add("Set-Cookie", "root=1; Path=/")
			h.Add("Set-Cookie", "sub=2; Path=/sub; Max-Age=3600")
			h.Add("Set-Cookie", "foreign=3; Domain=other.test")
			h.Add("Set-Cookie", "secret=4; Path=/; HttpOnly; Expires=Wed, 09 Jun 2100 10:18:14 GMT")
			h.Add("Set-Cookie", "old=5; Expires=Wed, 09 Jun 1999 10:18:14 GMT")
		case "set-to-a":
			h.Add("Set-Cookie", "root=1; Path=/")
			http.Redirect(w, r, "/echo", http.StatusFound)
		case "unset":
			h.Add("Set-Cookie", "root=; Path=/; Max-Age=0")
		case "ranged":
			h.Set("ETag", `"r"`)
			http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader(ranged))
		case "wrong-part":
			h.Set("Content-Range", "bytes 2-9/10")
			w.WriteHeader(http.StatusPartialContent)
			io.WriteString(w, ranged[2:])
		case "chunked":
			for range 5 {
				io.WriteString(w, "xx")
				w.(http.Flusher).Flush()
			}
		case "one", "two":
			io.WriteString(w, part[0]+"\n")
		case "named":
			h.Set("Content-Disposition", `attachment; filename="report.txt"`)
			io.WriteString(w, "report")
		case "named-evil":
			h.Set("Content-Disposition", `attachment; filename="../../evil.txt"`)
			io.WriteString(w, "evil")
		case "named-hidden":
			h.Set("Content-Disposition", `attachment; filename=".bashrc"`)
			io.WriteString(w, "evil")
		case "status":
			w.WriteHeader(n)
			io.WriteString(w, "status\n")
		case "gzip", "gzip-bad", "bomb":
			h.Set("Content-Encoding", "gzip")
			h.Set("Content-Type", "text/plain")
			w.Write(zipped[part[0]])
		case "flaky":
			if times <= n {
				status, _ := strconv.Atoi(part[2])
				w.WriteHeader(status)
			}
			fmt.Fprintf(w, "try %d\n", times)
		case "flaky-after", "flaky-long":
			if times <= n {
				h.Set("Retry-After", map[string]string{"flaky-after": "2", "flaky-long": "100"}[part[0]])
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			fmt.Fprintf(w, "try %d\n", times)
		case "cut", "hang":
			h.Set("ETag", `"r"`)
			if times > n {
				http.ServeContent(w, r, "", time.Unix(1e9, 0), strings.NewReader(ranged))
				return
			}
			h.Set("Content-Length", "10")
			io.WriteString(w, ranged[:4])
			w.(http.Flusher).Flush()
			if part[0] == "hang" {
				<-r.Context().Done()
			}
			panic(http.ErrAbortHandler)
		case "slow":
			time.Sleep(400 * time.Millisecond)
			io.WriteString(w, "late\n")
		case "bytes":
			w.Write(bytes.Repeat([]byte("x"), n))
		case "fixed":
			h["Date"] = nil
			h.Set("X-A", "b")
			io.WriteString(w, "fixed")
		default:
			io.WriteString(w, r.Method+" echo\n")
		}
	}
}

func (p *peer) proxy(w http.ResponseWriter, r *http.Request) {
	p.note("PROXY", r)
	switch {
	case r.Method != http.MethodConnect && strings.HasSuffix(r.RequestURI, "/to-other"):
		http.Redirect(w, r, "http://other.test/", http.StatusFound)
	case r.Method != http.MethodConnect:
		io.WriteString(w, "proxied "+r.RequestURI+"\n")
	case strings.HasPrefix(r.Host, "forbidden"):
		w.WriteHeader(http.StatusForbidden)
	default:
		far, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		near, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(far, near); far.Close() }()
		io.Copy(near, far)
		near.Close()
	}
}

// outcome is all that one tool did.
type outcome struct {
	code   int
	stdout string
	files  []string
	log    []string
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d\nstdout %q\nfiles %q\nrequests\n  %s", o.code, o.stdout, o.files, strings.Join(o.log, "\n  "))
}

// tool runs a command line; it returns its exit code.
type tool func(args []string, stdin io.Reader, stdout io.Writer) int

func ours(args []string, stdin io.Reader, stdout io.Writer) int {
	var errs bytes.Buffer
	s := &cli.Streams{In: stdin, Out: stdout, Err: &errs, LookupEnv: func(string) (string, bool) { return "", false }}
	return root.Main(context.Background(), s, append([]string{"fetch", "--dev", "host", "-s", "-A", "x"}, args...))
}

func theirs(path string) tool {
	return func(args []string, stdin io.Reader, stdout io.Writer) int {
		cmd := exec.Command(path, append([]string{"-q", "-s", "-A", "x"}, args...)...)
		cmd.Stdin, cmd.Stdout, cmd.Env = stdin, stdout, []string{"HOME=/nonexistent"}
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return -1
		}
		return cmd.ProcessState.ExitCode()
	}
}

func side(t *testing.T, args, stdin string, files map[string]string, run tool) outcome {
	t.Helper()
	p := &peer{count: map[string]int{}}
	listen := func(h http.Handler) string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		srv := &http.Server{Handler: h, ErrorLog: nil}
		go srv.Serve(ln)
		t.Cleanup(func() { srv.Close() })
		return ln.Addr().String()
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := ln.Addr().String()
	ln.Close()
	p.b = listen(p.handler("B"))
	a, proxy := listen(p.handler("A")), listen(http.HandlerFunc(p.proxy))
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	names := strings.NewReplacer("{A}", "http://"+a, "{HOSTA}", a, "{B}", "http://"+p.b, "{PROXY}", "http://"+proxy, "{HOSTPROXY}", proxy, "{CLOSED}", "http://"+closed, "{DIR}", dir)
	var list []string
	for _, w := range strings.Fields(args) {
		list = append(list, names.Replace(w))
	}
	var out bytes.Buffer
	o := outcome{code: run(list, strings.NewReader(stdin), &out)}
	hide := strings.NewReplacer(a, "HOSTA", p.b, "HOSTB", proxy, "HOSTPROXY", closed, "CLOSED", dir, "DIR")
	o.stdout = hide.Replace(out.String())
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b, _ := os.ReadFile(path)
			if len(b) > 3000 {
				b = fmt.Appendf(b[:20], "… %d bytes", len(b))
			}
			o.files = append(o.files, hide.Replace(path)+": "+hide.Replace(string(b)))
		}
		return nil
	})
	p.mu.Lock()
	for _, l := range p.log {
		o.log = append(o.log, hide.Replace(l))
	}
	p.mu.Unlock()
	return o
}

func TestSideBySideWithCurl(t *testing.T) {
	path, _ := exec.LookPath("curl")
	if path != "" {
		version, err := exec.Command(path, "-q", "--version").Output()
		if err != nil || !bytes.HasPrefix(version, []byte("curl 7.88.")) {
			t.Logf("the table was made for curl 7.88: only exit codes are checked")
			path = ""
		}
	}
	for _, tc := range sideBySide {
		t.Run(strings.ReplaceAll(tc.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			us := side(t, tc.args, tc.stdin, tc.files, ours)
			if us.code != tc.code {
				t.Errorf("exit code %d, want %d\n%s", us.code, tc.code, us)
			}
			if path == "" {
				return
			}
			them := side(t, tc.args, tc.stdin, tc.files, theirs(path))
			same := us.code == them.code && us.stdout == them.stdout && slices.Equal(us.files, them.files) && slices.Equal(us.log, them.log)
			switch {
			case tc.differ == "" && !same:
				t.Errorf("fetch %s\n--- netkit\n%s\n--- curl\n%s", tc.args, us, them)
			case tc.differ != "" && same:
				t.Errorf("no difference any more: %s", tc.differ)
			}
		})
	}
}
