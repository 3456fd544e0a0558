package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// kernelClock is machine time, for tests over the kernel's loopback.
type kernelClock struct{}

func (kernelClock) Now() time.Time { return time.Now() }
func (kernelClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

func (kernelClock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func loopback(_ context.Context, host string, _ uint16) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if host == "localhost" || strings.HasSuffix(host, ".test") {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	return nil, errors.New("no such host")
}

func testConfig() Config {
	var d net.Dialer
	return Config{Dial: d.DialContext, Resolve: loopback, Clock: kernelClock{}, Go: func(_ string, fn func()) func() {
		done := make(chan struct{})
		go func() { defer close(done); fn() }()
		return func() { <-done }
	}}
}

func mustURL(t testing.TB, s string) *URL {
	t.Helper()
	u, err := ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// get fetches into memory.
func get(t testing.TB, c *Client, req *Request) (body string, res *Result, err error) {
	t.Helper()
	var b bytes.Buffer
	req.Out = &b
	res, err = c.Do(context.Background(), req)
	return b.String(), res, err
}

func code(err error) Code {
	var e *Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.Code
	}
	return -1
}

// script is a server that reads a request's head and body from each connection and
// then does what its function says; the connection is closed after that.
func script(t testing.TB, fn func(c net.Conn, head string)) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
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
				if head, err := readRequest(c); err == nil {
					fn(c, head)
				}
			}()
		}
	}()
	return "http://" + ln.Addr().String() + "/"
}

// readRequest returns a request's head, byte by byte so that nothing after it is
// read.
func readRequest(c net.Conn) (string, error) {
	var head []byte
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		var b [1]byte
		if _, err := io.ReadFull(c, b[:]); err != nil {
			return "", err
		}
		head = append(head, b[0])
	}
	return string(head), nil
}

// says is a server that always sends the same bytes.
func says(answer string) func(net.Conn, string) {
	return func(c net.Conn, _ string) { io.WriteString(c, answer) }
}

func reset(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }

// keepAlive serves several requests on one connection.
func keepAlive(answer func(head string) string) func(net.Conn, string) {
	return func(c net.Conn, head string) {
		for err := error(nil); err == nil; head, err = readRequest(c) {
			io.WriteString(c, answer(head))
		}
	}
}
