package fetch

// Proxies: RFC 9112 section 3.2.2 (absolute form), RFC 9110 section 9.3.6
// (CONNECT), 11.7 (Proxy-Authorization).

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/netip"
	"strings"
)

// Proxy is an HTTP proxy.
type Proxy struct {
	URL    *URL // scheme, host, port; user name and password for Basic
	Tunnel bool // CONNECT also for http
}

// ParseProxy reads a proxy as curl's -x does: a missing scheme means http, a
// missing port 1080.
func ParseProxy(s string) (*Proxy, error) {
	if scheme, _, ok := strings.Cut(s, "://"); ok && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return nil, failf(CannotConnect, LayerURL, "a proxy of the kind %q is not supported", scheme).hint("http and https proxies are")
	}
	u, err := ParseURL(s)
	if err != nil {
		return nil, failf(CannotResolveProxy, LayerURL, "the proxy's address: %v", err).because(err)
	}
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		rest = s
	}
	authority, _, _ := strings.Cut(rest, "/")
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	if i := strings.LastIndexByte(host, ':'); i < 0 || strings.HasSuffix(host, "]") || i == len(host)-1 {
		if u.Scheme == "http" {
			u.Port = 1080
		}
	}
	u.Path, u.Query, u.Fragment = "/", "", ""
	return &Proxy{URL: u}, nil
}

// NoProxy reports whether a host is in a NO_PROXY list: names separated by commas
// or spaces that match the host and what is below it, addresses, address prefixes,
// or a single * for everything.
func NoProxy(list, host string) bool {
	list = strings.TrimSpace(list)
	if list == "*" {
		return true
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	addr, aerr := netip.ParseAddr(host)
	for _, e := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		e = strings.ToLower(strings.Trim(e, "[]"))
		if aerr == nil {
			if a, err := netip.ParseAddr(e); err == nil && a == addr {
				return true
			}
			if p, err := netip.ParsePrefix(e); err == nil && p.Contains(addr) {
				return true
			}
			continue
		}
		e = strings.TrimSuffix(strings.TrimPrefix(e, "."), ".")
		if e != "" && (host == e || strings.HasSuffix(host, "."+e)) {
			return true
		}
	}
	return false
}

// via returns the proxy for a URL, nil for none.
func (c *Client) via(u *URL) *Proxy {
	if c.cfg.Proxy == nil {
		return nil
	}
	return c.cfg.Proxy(u)
}

// tunnels reports whether requests for u go through a CONNECT.
func (p *Proxy) tunnels(u *URL) bool { return p != nil && (p.Tunnel || u.Scheme == "https") }

func (p *Proxy) authorization() string {
	if !p.URL.HasUser {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(p.URL.User+":"+p.URL.Password))
}

// overProxy prepares a connection to a proxy: TLS to the proxy itself, and the
// tunnel.
func (x *exchange) overProxy(ctx context.Context, nc net.Conn, p *Proxy) (net.Conn, error) {
	if p.URL.Scheme == "https" {
		cfg := x.tlsConfig(p.URL.Host)
		cfg.Certificates = nil // they are for the host behind it
		t := tls.Client(nc, cfg)
		if err := t.Handshake(); err != nil {
			return nc, x.tlsError(ctx, p.URL.Host, err)
		}
		nc = t
	}
	if !p.tunnels(x.step.url) {
		return nc, nil
	}
	return nc, x.tunnel(ctx, nc, p)
}

// oneByte keeps a buffered reader from reading past what it is asked for: after the
// head the connection is the tunnel's.
type oneByte struct{ r io.Reader }

func newHeadReader(r io.Reader) *bufio.Reader { return bufio.NewReader(oneByte{r}) }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

// maxTunnelHead bounds what a proxy may say before the tunnel stands.
const maxTunnelHead = 64 << 10

// tunnel asks the proxy for a connection to the host.
func (x *exchange) tunnel(ctx context.Context, nc net.Conn, p *Proxy) error {
	host, port := x.target()
	to := (&URL{Scheme: "tunnel", Host: host, Port: port}).Authority()
	head := "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n"
	if a := p.authorization(); a != "" {
		head += "Proxy-Authorization: " + a + "\r\n"
	}
	if x.req.UserAgent != "" {
		head += "User-Agent: " + x.req.UserAgent + "\r\n"
	}
	head += "Proxy-Connection: Keep-Alive\r\n\r\n"
	x.c.info("Establish HTTP proxy tunnel to %s", to)
	if x.c.cfg.Observer.Request != nil {
		x.c.cfg.Observer.Request([]byte(head))
	}
	if _, err := nc.Write([]byte(head)); err != nil {
		return failf(SendError, LayerTCP, "cannot send to the proxy: %s", plain(err)).because(err)
	}
	lines := lineReader{newHeadReader(nc), maxTunnelHead}
	for {
		h, _, err := lines.readHead()
		if err != nil {
			if timedOut(err) || x.late(ctx) {
				return failf(TimedOut, LayerHTTP, "the proxy's answer timed out after %s", x.elapsed()).because(err)
			}
			return failf(RecvError, LayerHTTP, "the proxy %s gave no answer to CONNECT: %s", p.URL.Authority(), plain(err)).because(err)
		}
		if x.c.cfg.Observer.Tunnel != nil {
			x.c.cfg.Observer.Tunnel(h)
		}
		x.ex.Conn.Tunnel = h
		switch {
		case h.Status/100 == 1:
		case h.Status/100 == 2:
			x.ex.Timing.Tunnel = x.since()
			x.c.info("CONNECT phase completed")
			return nil
		case h.Status == 407:
			return failf(RecvError, LayerHTTP, "the proxy %s wants a user name and password: it answers CONNECT with 407", p.URL.Authority()).
				hint("give them with -U USER, or in the proxy's URL")
		default:
			return failf(RecvError, LayerHTTP, "the proxy %s answers CONNECT %s with %d %s", p.URL.Authority(), to, h.Status, h.Reason)
		}
	}
}
