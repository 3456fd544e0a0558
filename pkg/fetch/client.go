package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/netkit-go/netkit/pkg/trace"
)

// DefaultConnectTimeout is curl's.
const DefaultConnectTimeout = 300 * time.Second

// MaxIdle is the number of connections that a client keeps for later requests.
// The one used longest ago makes room for a new one.
const MaxIdle = 5

// readSize is the size of the buffer between a connection and Request.Out.
const readSize = 128 << 10

// Config is what a client runs on. Dial, Resolve and Clock are needed.
type Config struct {
	// Dial connects to an address: network is "tcp", address an IP and a port.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Resolve returns a host's addresses in the order in which to try them. An
	// *Error of its own comes back to the caller of Do as it is.
	Resolve func(ctx context.Context, host string, port uint16) ([]netip.Addr, error)

	Clock Clock

	// TLS is the configuration for https; nil verifies against the system's
	// roots. ServerName, NextProtos and Time are set by the client.
	TLS *tls.Config

	// ConnectTimeout limits name look-up, connecting and the TLS handshake of
	// one connection; 0 means DefaultConnectTimeout.
	ConnectTimeout time.Duration

	// Proxy returns the proxy for a URL, nil for none. nil: none for all.
	Proxy func(u *URL) *Proxy

	// ConnectTo returns where to connect to instead of a host and port. nil
	// changes nothing.
	ConnectTo func(host string, port uint16) (string, uint16)

	// Credentials returns the user name and password for a URL that has none.
	Credentials func(u *URL) (user, password string, ok bool)

	// Cookies keeps cookies and sends them; nil: none.
	Cookies *Jar

	// Go runs fn beside the caller and returns a function that waits for its
	// end. It is used to send large request bodies while the response is read.
	// nil sends every body before the response is read.
	Go func(name string, fn func()) (join func())

	// Trace receives what the client does, when it is not nil.
	Trace func(trace.Event)

	Observer Observer
}

// Clock is the client's time.
type Clock interface {
	Now() time.Time
	WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
	Sleep(ctx context.Context, d time.Duration) error // ends early with the context's error
}

// Observer is told what happens while it happens. Each field may be nil.
type Observer struct {
	Info     func(text string)          // a remark in one line
	Request  func(head []byte)          // a request's head is about to be sent
	Tunnel   func(h *Head)              // a proxy's answer to CONNECT
	Progress func(done, expected int64) // bytes of the last response's body; expected is -1 when not known
}

// Client fetches. It keeps connections between calls until Close. It is not for
// concurrent use.
type Client struct {
	cfg    Config
	idle   []*conn
	nextID int
	buf    []byte
}

// New returns a client.
func New(cfg Config) *Client {
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = DefaultConnectTimeout
	}
	return &Client{cfg: cfg, buf: make([]byte, readSize)}
}

// Close closes the connections that were kept.
func (c *Client) Close() {
	for _, k := range c.idle {
		_ = k.Close() // nothing is lost with a connection that is idle
	}
	c.idle = nil
}

// conn is a connection and what has been read ahead on it.
type conn struct {
	net.Conn
	r    *bufio.Reader
	info Conn
	to   origin
	host string // of the URL that it was made for
}

// origin is what a connection may be used for: the far end, through which proxy.
type origin struct {
	scheme, host, zone string
	port               uint16
	proxy              string // its URL with user name and password, "" for none
}

func originOf(u *URL, p *Proxy) origin {
	switch {
	case p == nil:
		return origin{u.Scheme, u.Host, u.Zone, u.Port, ""}
	case p.tunnels(u):
		return origin{u.Scheme, u.Host, u.Zone, u.Port, p.URL.String() + " " + p.authorization()}
	}
	return origin{proxy: p.URL.String() + " " + p.authorization()} // any host: the proxy takes requests for all
}

// Do fetches req.URL, following redirects. The result is never nil: on an error it
// holds what was done until then.
func (c *Client) Do(ctx context.Context, req *Request) (*Result, error) {
	res := &Result{}
	start := c.cfg.Clock.Now()
	err := c.do(ctx, req, res)
	res.Total = c.cfg.Clock.Now().Sub(start)
	return res, err
}

func (c *Client) do(ctx context.Context, req *Request, res *Result) error {
	s, err := req.firstStep()
	if err != nil {
		return err
	}
	begun := c.cfg.Clock.Now()
	for followed := 0; ; followed++ {
		ex := &Exchange{URL: s.url, Method: s.method, Length: -1}
		res.Exchanges = append(res.Exchanges, ex)
		ex.Timing.Start = c.cfg.Clock.Now()
		c.trace(trace.Event{Kind: trace.URLParsed, Text: s.url.String()})
		c.authorize(&s)
		x := &exchange{c: c, ctx: ctx, req: req, step: s, ex: ex, begun: begun, proxy: c.via(s.url), follow: req.Redirects < 0 || followed < req.Redirects}
		err := x.run()
		ex.Timing.Total = x.since()
		if err != nil {
			return err
		}
		if ex.Redirect == nil || req.Redirects == 0 {
			return nil
		}
		if !x.follow {
			return failf(TooManyRedirects, LayerHTTP, "more than %d redirects; the next would be to %s", req.Redirects, ex.Redirect).
				hint("raise the limit, or look where they lead with -I")
		}
		s = s.next(ex.Head.Status, ex.Redirect, req)
		c.info("Issue another request to this URL: %s", ex.Redirect)
	}
}

// authorize gives a URL without user name the credentials that are known for it.
func (c *Client) authorize(s *step) {
	if s.url.HasUser || c.cfg.Credentials == nil {
		return
	}
	if user, password, ok := c.cfg.Credentials(s.url); ok {
		u := *s.url
		u.User, u.Password, u.HasUser = user, password, true
		s.url = &u
	}
}

// connect returns a connection to u, one that was kept when there is one.
func (x *exchange) connect() (*conn, error) {
	c := x.c
	for i := len(c.idle) - 1; i >= 0; i-- {
		if k := c.idle[i]; k.to == originOf(x.step.url, x.proxy) {
			c.idle = append(c.idle[:i], c.idle[i+1:]...)
			k.info.Reused, k.info.Tried = true, nil
			x.ex.Conn = k.info
			c.info("Re-using existing connection #%d with host %s", k.info.ID, x.step.url.Host)
			return k, nil
		}
	}
	return x.dial()
}

// dial resolves and connects, trying one address after the other.
func (x *exchange) dial() (*conn, error) {
	c := x.c
	ctx, cancel := c.cfg.Clock.WithTimeout(x.ctx, c.cfg.ConnectTimeout)
	defer cancel()
	host, port := x.target()
	if x.proxy != nil {
		host, port = hostWithZone(x.proxy.URL), x.proxy.URL.Port
		x.ex.Conn.Proxy = x.proxy.URL
		c.info("Using the proxy %s", x.proxy.URL)
	}
	addrs, err := c.cfg.Resolve(ctx, host, port)
	if err != nil {
		return nil, x.resolveError(ctx, host, err)
	}
	if len(addrs) == 0 {
		return nil, failf(CannotResolve, LayerDNS, "host %s has no address", host)
	}
	x.ex.Conn.Addrs = addrs
	x.ex.Timing.NameLookup = x.since()
	var first error
	for i, a := range addrs {
		remote := netip.AddrPortFrom(a, port)
		c.info("Trying %s...", remote)
		nc, err := x.dialOne(ctx, remote, len(addrs)-i)
		if err == nil {
			x.ex.Timing.Connect = x.since()
			return x.established(ctx, nc)
		}
		x.ex.Conn.Tried = append(x.ex.Conn.Tried, Attempt{remote, err})
		e := x.dialError(ctx, host, remote, err)
		c.info("%s", e.Message)
		if first == nil {
			first = e
		}
		if ctx.Err() != nil {
			return nil, e
		}
	}
	return nil, first
}

// target is the host and port to connect to, or to ask the proxy for.
func (x *exchange) target() (host string, port uint16) {
	u := x.step.url
	host, port = hostWithZone(u), u.Port
	if x.c.cfg.ConnectTo != nil {
		if h, p := x.c.cfg.ConnectTo(host, port); h != host || p != port {
			x.c.info("Connecting to hostname: %s, port %d", h, p)
			return h, p
		}
	}
	return host, port
}

func hostWithZone(u *URL) string {
	if u.Zone != "" {
		return u.Host + "%" + u.Zone
	}
	return u.Host
}

// lateAddress is how long one address may stay silent while others are left. It
// takes the place of RFC 8305's parallel attempts: connecting is sequential here.
const lateAddress = 10 * time.Second

func (x *exchange) dialOne(ctx context.Context, remote netip.AddrPort, left int) (net.Conn, error) {
	if left > 1 {
		limit := lateAddress
		if d, ok := ctx.Deadline(); ok {
			limit = min(limit, d.Sub(x.c.cfg.Clock.Now())/2)
		}
		var cancel context.CancelFunc
		ctx, cancel = x.c.cfg.Clock.WithTimeout(ctx, limit)
		defer cancel()
	}
	return x.c.cfg.Dial(ctx, "tcp", remote.String())
}

// established finishes a connection: TLS, and what is known about it.
func (x *exchange) established(ctx context.Context, nc net.Conn) (*conn, error) {
	c, u := x.c, x.step.url
	x.ex.Conn.ID = c.nextID
	c.nextID++
	x.ex.Conn.Local, x.ex.Conn.Remote = addrPort(nc.LocalAddr()), addrPort(nc.RemoteAddr())
	to := u
	if x.proxy != nil {
		to = x.proxy.URL
	}
	c.info("Connected to %s (%s) port %d (#%d)", to.Host, x.ex.Conn.Remote.Addr(), x.ex.Conn.Remote.Port(), x.ex.Conn.ID)
	if x.proxy != nil {
		deadline, _ := ctx.Deadline()
		err := nc.SetDeadline(deadline)
		if err == nil {
			nc, err = x.overProxy(ctx, nc, x.proxy)
		}
		if err != nil {
			_ = nc.Close() // the proxy's error is the one that counts
			return nil, err
		}
	}
	if u.Scheme == "https" {
		deadline, _ := ctx.Deadline()
		err := nc.SetDeadline(deadline)
		if err == nil {
			nc, err = x.handshake(ctx, nc)
		}
		if err != nil {
			_ = nc.Close() // the handshake's error is the one that counts
			return nil, err
		}
		x.ex.Timing.AppConnect = x.since()
	}
	return &conn{Conn: nc, r: bufio.NewReaderSize(nc, 16<<10), info: x.ex.Conn, to: originOf(u, x.proxy), host: u.Host}, nil
}

func addrPort(a net.Addr) netip.AddrPort {
	if a == nil {
		return netip.AddrPort{}
	}
	p, _ := netip.ParseAddrPort(a.String()) // the zero value says that it is not known
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}

// keep puts a connection aside for a later request.
func (c *Client) keep(k *conn) {
	if len(c.idle) >= MaxIdle {
		_ = c.idle[0].Close()
		c.idle = append(c.idle[:0], c.idle[1:]...)
	}
	c.idle = append(c.idle, k)
	c.info("Connection #%d to host %s left intact", k.info.ID, k.host)
}

func (c *Client) trace(e trace.Event) {
	if c.cfg.Trace != nil {
		c.cfg.Trace(e)
	}
}

// timedOut reports whether an operation failed because a deadline passed.
func timedOut(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// errWrite marks an error of Request.Out or OnHead.
type errWrite struct{ err error }

func (e errWrite) Error() string { return e.err.Error() }
