package dissect

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// RFC 9112 3: the parts of a request, as net/http reads them.
func TestHTTPRequestAgainstNetHTTP(t *testing.T) {
	r, err := http.NewRequest("POST", "http://example.com/a/b?c=d&e=f", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "test/1")
	r.SetBasicAuth("user", "pass word")
	r.AddCookie(&http.Cookie{Name: "k", Value: "v"})
	r.AddCookie(&http.Cookie{Name: "l", Value: "w"})
	var buf bytes.Buffer
	if err := r.Write(&buf); err != nil {
		t.Fatal(err)
	}
	b := buf.Bytes()
	if n := pduHTTP(append(bytes.Clone(b), "GET /"...)); n != len(b) {
		t.Errorf("the unit has %d of %d octets", n, len(b))
	}
	for n := range len(b) {
		if got := pduHTTP(b[:n]); n >= 4 && got != 0 {
			t.Fatalf("%d octets are a unit of %d", n, got)
		}
	}
	p := appDissect(t, dissectHTTP, b, 4000, 80)
	wantSound(t, p)
	wantValues(t, p, "http.request=1", "http.request.method=POST", "http.request.uri=/a/b?c=d&e=f", "http.request.uri.path=/a/b",
		"http.request.uri.query=c=d&e=f", "http.request.uri.query.parameter=c=d|e=f", "http.request.version=HTTP/1.1",
		"http.host=example.com", "http.user_agent=test/1", "http.authbasic=user:pass word", "http.cookie=k=v; l=w",
		"http.cookie_pair=k=v|l=w", "http.content_length=5", "http.content_length_header=5", "http.file_data=68656c6c6f",
		"http.request.full_uri=http://example.com/a/b?c=d&e=f")
	wantInfo(t, p, "HTTP: POST /a/b?c=d&e=f HTTP/1.1")
}

// RFC 9112 7.1: chunks, and a trailer.
func TestHTTPChunks(t *testing.T) {
	r := http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, TransferEncoding: []string{"chunked"}, ContentLength: -1,
		Body: io.NopCloser(io.MultiReader(strings.NewReader("one"), strings.NewReader("four"))), Trailer: http.Header{"X-Sum": {"7"}}}
	var buf bytes.Buffer
	if err := r.Write(&buf); err != nil {
		t.Fatal(err)
	}
	b := buf.Bytes()
	if n := pduHTTP(append(bytes.Clone(b), "HTTP/1.1 200"...)); n != len(b) {
		t.Errorf("the unit has %d of %d octets", n, len(b))
	}
	for n := 1; n < len(b); n++ {
		if got := pduHTTP(b[:n]); got != 0 {
			t.Fatalf("%d octets are a unit of %d", n, got)
		}
	}
	p := appDissect(t, dissectHTTP, b, 80, 4000)
	wantSound(t, p)
	wantValues(t, p, "http.response.code=200", "http.response.phrase=OK", "http.transfer_encoding=chunked", "http.chunk_size=3|4|0",
		"http.chunk_data=6f6e65|666f7572", "http.chunked_trailer_part=X-Sum: 7\r\n")
}

// RFC 9112 6.3: where a body ends.
func TestHTTPUnits(t *testing.T) {
	for _, c := range []struct {
		name, b string
		want    int
	}{
		{"no body", "GET / HTTP/1.1\r\n\r\nrest", 18},
		{"204 has none, whatever it says", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nabcde", 38},
		{"an answer to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nHTTP/1.1 304 N", 40},
		{"length not there yet", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 0},
		{"more than is kept together", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nabc", 45},
		{"chunks win over a length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\nx", 77},
		{"no chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 47},
		{"bare line feeds", "GET / HTTP/1.0\nA: b\n\nrest", 21},
		{"not HTTP", "220 ready\r\n", -1},
		{"a word of a text", "Hello there\r\n", -1},
		{"the first letters", "GE", 0},
		{"the first letters of an answer", "HTT", 0},
	} {
		if got := pduHTTP([]byte(c.b)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestHTTPDamage(t *testing.T) {
	wantBad(t, appDissect(t, dissectHTTP, []byte("GET / HTTP/1.1\r\nHost: x\r\n"), 1, 80), "cut short")
	wantBad(t, appDissect(t, dissectHTTP, []byte("GET / HTTP/1.1\r\nHost x\r\n\r\n"), 1, 80), "header without a colon")
	wantBad(t, appDissect(t, dissectHTTP, []byte("HTTP/1.1 20x OK\r\n\r\n"), 80, 1), "status is no number")
	wantBad(t, appDissect(t, dissectHTTP, []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), 80, 1), "no chunk")
}
