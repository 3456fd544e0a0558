package lab

// What web.lab.test serves. Ranges: RFC 9110 14.

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
)

// Bounds of the pages.
const (
	maxBytes  = int64(1) << 40 // /bytes and /range
	maxEcho   = 1 << 20        // a request body that /echo repeats
	maxDelay  = 10 * time.Minute
	maxDrip   = 10_000
	dripEvery = 100 * time.Millisecond
)

// page is one line of the list that / and a 404 show.
type page struct{ path, does string }

var pageList = []page{
	{"/", "this page"},
	{"/bytes/N", "N bytes, always the same ones"},
	{"/range/N", "the same bytes, in ranges if you ask (206, 416, If-Range)"},
	{"/status/N", "answers with status N, 200 to 599"},
	{"/redirect/N", "N redirects, then an answer"},
	{"/echo", "your request, as it arrived: line, headers, body"},
	{"/headers", "your request headers as JSON"},
	{"/gzip", "JSON in Content-Encoding: gzip"},
	{"/digest", "length and SHA-256 of what you send"},
	{"/delay/S", "answers after S seconds"},
	{"/drip/N", "N bytes, one every 100 ms, chunked"},
	{"/short/N", "promises N bytes and sends half"},
}

// Pages returns the handler of web.lab.test.
func Pages(l *loop.Loop) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", home)
	m.HandleFunc("GET /bytes/{n}", bytesPage)
	m.HandleFunc("GET /range/{n}", rangePage)
	m.HandleFunc("/status/{n}", statusPage)
	m.HandleFunc("/redirect/{n}", redirectPage)
	m.HandleFunc("/echo", echoPage)
	m.HandleFunc("/headers", headersPage)
	m.HandleFunc("GET /gzip", gzipPage)
	m.HandleFunc("/digest", digestPage)
	m.HandleFunc("/delay/{s}", func(w http.ResponseWriter, r *http.Request) {
		s, err := strconv.ParseFloat(r.PathValue("s"), 64)
		if err != nil || !(s >= 0 && s <= maxDelay.Seconds()) {
			badNumber(w, "seconds from 0 to 600")
			return
		}
		l.Sleep(time.Duration(s * float64(time.Second)))
		text(w, http.StatusOK, fmt.Sprintf("This took %s s.\n", r.PathValue("s")))
	})
	m.HandleFunc("GET /drip/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, ok := number(w, r, maxDrip)
		if !ok {
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		for range n {
			if _, err := io.WriteString(w, "*"); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			l.Sleep(dripEvery)
		}
	})
	m.HandleFunc("GET /short/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, ok := number(w, r, maxBytes)
		if !ok {
			return
		}
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		writeContent(w, 0, n/2)
	})
	m.HandleFunc("/", notFound)
	return m
}

func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func notFound(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	b.WriteString("There is no such page here. These are:\n\n")
	for _, p := range pageList {
		fmt.Fprintf(&b, "  %-13s %s\n", p.path, p.does)
	}
	text(w, http.StatusNotFound, b.String())
}

func badNumber(w http.ResponseWriter, want string) {
	text(w, http.StatusBadRequest, "The path ends in a number here: "+want+".\n")
}

func number(w http.ResponseWriter, r *http.Request, max int64) (int64, bool) {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 0 || n > max {
		badNumber(w, "0 to "+strconv.FormatInt(max, 10))
		return 0, false
	}
	return n, true
}

// Content fills p with the bytes that /bytes serves from offset off on. Each
// eight bytes are a mix (splitmix64's finalizer) of their own position, so
// that nothing lost, repeated or swapped goes unnoticed.
func Content(p []byte, off int64) {
	for len(p) > 0 {
		z := uint64(off>>3) + 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		if off&7 == 0 && len(p) >= 8 {
			binary.LittleEndian.PutUint64(p, z)
			p, off = p[8:], off+8
			continue
		}
		var w [8]byte
		binary.LittleEndian.PutUint64(w[:], z)
		n := copy(p, w[off&7:])
		p, off = p[n:], off+int64(n)
	}
}

func writeContent(w io.Writer, from, to int64) {
	buf := make([]byte, min(to-from, 256<<10))
	for from < to {
		n := min(to-from, int64(len(buf)))
		Content(buf[:n], from)
		if _, err := w.Write(buf[:n]); err != nil {
			return
		}
		from += n
	}
}

func bytesPage(w http.ResponseWriter, r *http.Request) {
	n, ok := number(w, r, maxBytes)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
	if r.Method == http.MethodHead {
		return
	}
	writeContent(w, 0, n)
}

func rangePage(w http.ResponseWriter, r *http.Request) {
	n, ok := number(w, r, maxBytes)
	if !ok {
		return
	}
	etag := `"content-` + strconv.FormatInt(n, 10) + `"`
	h := w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Type", "application/octet-stream")
	h.Set("ETag", etag)
	h.Set("Last-Modified", time.Unix(0, loop.Epoch).UTC().Format(http.TimeFormat))
	from, to, status := int64(0), n, http.StatusOK
	// RFC 9110 14.2: "A server MUST ignore a Range header field received with a
	// request method that is unrecognized or for which range handling is not defined":
	// only GET has it. 13.1.5: a Range whose If-Range does not match is ignored.
	if rg := r.Header.Get("Range"); rg != "" && r.Method == http.MethodGet {
		if ir := r.Header.Get("If-Range"); ir == "" || ir == etag || ir == h.Get("Last-Modified") {
			first, last, err := parseRange(rg, n)
			switch {
			case errors.Is(err, errRangeUnsatisfiable):
				h.Set("Content-Range", "bytes */"+strconv.FormatInt(n, 10))
				text(w, http.StatusRequestedRangeNotSatisfiable, "None of that range exists.\n")
				return
			case err == nil:
				from, to, status = first, last, http.StatusPartialContent
				h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, n))
			}
		}
	}
	h.Set("Content-Length", strconv.FormatInt(to-from, 10))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	writeContent(w, from, to)
}

var (
	errRange              = errors.New("lab: not a single byte range")
	errRangeUnsatisfiable = errors.New("lab: range not satisfiable")
)

// parseRange reads a Range field with one byte range (RFC 9110 14.1.2) and
// returns what it selects of n bytes, end excluded. Several ranges are errRange
// too: 14.2 lets a server ignore the field.
func parseRange(s string, n int64) (from, to int64, err error) {
	spec, ok := strings.CutPrefix(s, "bytes=")
	if !ok {
		return 0, 0, errRange
	}
	a, b, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok {
		return 0, 0, errRange
	}
	if a == "" { // the last so many
		k, err := position(b)
		if err != nil {
			return 0, 0, errRange
		}
		if k == 0 || n == 0 {
			return 0, 0, errRangeUnsatisfiable
		}
		return max(0, n-k), n, nil
	}
	if from, err = position(a); err != nil {
		return 0, 0, errRange
	}
	to = n
	if b != "" {
		last, err := position(b)
		if err != nil || last < from {
			return 0, 0, errRange
		}
		to = min(n, last+1)
	}
	if from >= n {
		return 0, 0, errRangeUnsatisfiable
	}
	return from, to, nil
}

// position reads digits only, up to a size that no arithmetic here overflows.
func position(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 62)
	return int64(n), err
}

func statusPage(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 200 || n > 599 {
		badNumber(w, "a final status, 200 to 599")
		return
	}
	switch {
	case n == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="lab"`) // RFC 9110 15.5.2 requires a challenge
	case n == http.StatusNoContent || n == http.StatusNotModified:
		w.WriteHeader(n)
		return
	case n > 300 && n < 309 && n != 306:
		w.Header().Set("Location", "/")
	}
	text(w, n, strings.TrimSpace(strconv.Itoa(n)+" "+http.StatusText(n))+"\n")
}

func redirectPage(w http.ResponseWriter, r *http.Request) {
	n, ok := number(w, r, 1000)
	if !ok {
		return
	}
	if n == 0 {
		text(w, http.StatusOK, "Here the redirects end.\n")
		return
	}
	w.Header().Set("Location", "/redirect/"+strconv.FormatInt(n-1, 10))
	text(w, http.StatusFound, "Further on.\n")
}

func sortedHeaders(h http.Header) []string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func echoPage(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxEcho+1))
	switch {
	case err != nil:
		text(w, http.StatusBadRequest, "The body could not be read.\n")
		return
	case len(body) > maxEcho:
		text(w, http.StatusRequestEntityTooLarge, "Bodies of up to 1 MiB are repeated here; /digest takes any.\n")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "%s %s %s\r\n", r.Method, r.RequestURI, r.Proto)
	if r.Host != "" {
		fmt.Fprintf(w, "Host: %s\r\n", r.Host)
	}
	for _, name := range sortedHeaders(r.Header) {
		for _, v := range r.Header[name] {
			fmt.Fprintf(w, "%s: %s\r\n", name, v)
		}
	}
	for _, te := range r.TransferEncoding {
		fmt.Fprintf(w, "Transfer-Encoding: %s\r\n", te)
	}
	io.WriteString(w, "\r\n")
	w.Write(body)
}

func writeJSON(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.Encode(v)
}

func headersPage(w http.ResponseWriter, r *http.Request) {
	h := r.Header.Clone()
	if r.Host != "" {
		h.Set("Host", r.Host)
	}
	w.Header().Set("Content-Type", "application/json")
	writeJSON(w, map[string]any{"headers": h})
}

func gzipPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Vary", "Accept-Encoding")
	z := gzip.NewWriter(w)
	writeJSON(z, map[string]any{"gzipped": true, "method": r.Method, "headers": r.Header})
	z.Close()
}

func digestPage(w http.ResponseWriter, r *http.Request) {
	h := sha256.New()
	n, err := io.Copy(h, r.Body)
	if err != nil {
		text(w, http.StatusBadRequest, "The body could not be read.\n")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	writeJSON(w, map[string]any{"bytes": n, "sha256": hex.EncodeToString(h.Sum(nil))})
}
