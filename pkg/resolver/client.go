package resolver

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/trace"
)

// Bounds of one look-up.
const (
	MaxAliases = 16
	MaxAddrs   = 64
	MaxStray   = 64
)

// Config says whom to ask and how. Dial, Now and Servers are needed.
type Config struct {
	// Dial connects: network is "udp" or "tcp", address an IP and a port.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Now is the time of the clock by which the connections' deadlines go.
	Now func() time.Time

	Servers []netip.AddrPort // asked in this order

	Rand     func() uint64 // gives message ids; nil means crypto/rand
	Timeout  time.Duration // of one try; 0 means 5 s, as resolv.conf(5) has it
	Attempts int           // rounds through the servers; 0 means 2
	UDPSize  uint16        // that is announced with EDNS; 0 means 1232

	// Trace receives queries and answers, when it is not nil.
	Trace func(trace.Event)
}

// Client resolves names.
type Client struct{ cfg Config }

// New returns a client.
func New(cfg Config) *Client {
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = 2
	}
	if cfg.UDPSize == 0 {
		cfg.UDPSize = 1232
	}
	if cfg.Rand == nil {
		cfg.Rand = func() uint64 {
			var b [8]byte
			_, _ = rand.Read(b[:]) // never fails
			return binary.LittleEndian.Uint64(b[:])
		}
	}
	return &Client{cfg: cfg}
}

// Family chooses the addresses that are asked for.
type Family uint8

// The families.
const (
	Any Family = iota // IPv4 and IPv6
	IPv4
	IPv6
)

// Answer is what a name resolves to.
type Answer struct {
	Name    string       // as it was asked, fully qualified
	Aliases []string     // the names that it stands for, in order
	Addrs   []netip.Addr // IPv4 first, each family in the server's order
	TTL     uint32       // the least of the records that led here, in seconds
	Queries []Query      // that were made, in order
}

// Query is one question to one server.
type Query struct {
	Name    string
	Type    string // "A" or "AAAA"
	Server  netip.AddrPort
	Network string // "udp" or "tcp"
	Took    time.Duration
	Outcome string // the answer's RCODE, or why there is none
	Size    int    // of the answer in bytes
	Answers int    // records in its answer section
}

// Addrs resolves name. It returns an *Error when there is no address; the answer is
// not nil then either and lists the queries. A context that ends gives its error.
func (c *Client) Addrs(ctx context.Context, name string, family Family) (*Answer, error) {
	ans := &Answer{Name: dns.Fqdn(name)}
	if err := checkName(name); err != nil {
		return ans, &Error{Name: fmt.Sprintf("%q", name), Err: err}
	}
	if len(c.cfg.Servers) == 0 {
		return ans, &Error{Name: name, Err: ErrNoServers}
	}
	types := []uint16{dns.TypeA, dns.TypeAAAA}
	switch family {
	case IPv4:
		types = types[:1]
	case IPv6:
		types = types[1:]
	}
	l := &lookup{c: c, ans: ans}
	target := ans.Name
	for {
		got, err := l.ask(ctx, target, types)
		if err != nil {
			return ans, err
		}
		next, err := l.collect(target, got)
		if err != nil {
			return ans, err
		}
		if next == "" {
			return ans, nil
		}
		target = next
	}
}

// checkName refuses what cannot be a host's name before anybody is asked.
func checkName(name string) error {
	if name == "" || len(strings.TrimSuffix(name, ".")) > 253 {
		return ErrBadName
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || c == '\\' || c == '"' {
			return ErrBadName
		}
	}
	if _, ok := dns.IsDomainName(name); !ok || strings.Contains(name, "..") || name[0] == '.' {
		return ErrBadName
	}
	return nil
}

// lookup is one call of Addrs.
type lookup struct {
	c   *Client
	ans *Answer
	buf []byte
}

// question is one type that is asked for. It is done when msg or err is set.
type question struct {
	name   string
	typ    uint16
	id     uint16
	noEDNS bool
	msg    *dns.Msg
	err    error // what the latest server had instead of an answer
	from   netip.AddrPort
}

func (q *question) message(size uint16) *dns.Msg {
	m := new(dns.Msg)
	m.Id = q.id
	m.RecursionDesired = true
	m.Question = []dns.Question{{Name: q.name, Qtype: q.typ, Qclass: dns.ClassINET}}
	if !q.noEDNS {
		m.SetEdns0(size, false)
	}
	return m
}

// ask puts the questions to the servers until each has an answer.
func (l *lookup) ask(ctx context.Context, name string, types []uint16) ([]*question, error) {
	var all []*question
	for _, t := range types {
		all = append(all, &question{name: name, typ: t})
	}
	open := append([]*question(nil), all...)
	for range l.c.cfg.Attempts {
		for _, server := range l.c.cfg.Servers {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for _, q := range open {
				q.id, q.from = uint16(l.c.cfg.Rand()), server
			}
			l.askServer(ctx, server, open)
			var left []*question
			for _, q := range open {
				if q.msg == nil {
					left = append(left, q)
				}
			}
			if open = left; len(open) == 0 {
				return all, nil
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d, ok := ctx.Deadline(); ok && !l.c.cfg.Now().Before(d) {
		return nil, context.DeadlineExceeded
	}
	if len(open) < len(all) {
		return all, nil // one family is better than none; collect says what is missing
	}
	return nil, &Error{Name: strings.TrimSuffix(name, "."), Server: open[0].from, Err: open[0].err}
}

// askServer asks one server over UDP, and over TCP where the answer is truncated.
func (l *lookup) askServer(ctx context.Context, server netip.AddrPort, open []*question) {
	if err := l.udp(ctx, server, open); err != nil {
		for _, q := range open {
			if q.msg == nil && q.err == nil {
				q.err = err
			}
		}
		return
	}
	for _, q := range open {
		if q.msg != nil && q.msg.Truncated {
			q.msg = nil
			q.err = l.tcp(ctx, server, q)
		}
	}
}

func (l *lookup) deadline(ctx context.Context) time.Time {
	t := l.c.cfg.Now().Add(l.c.cfg.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(t) {
		return d
	}
	return t
}

// udp sends the open questions and listens until all are answered or time is up.
func (l *lookup) udp(ctx context.Context, server netip.AddrPort, open []*question) error {
	conn, err := l.c.cfg.Dial(ctx, "udp", server.String())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreached, err)
	}
	defer conn.Close() // a datagram socket has nothing left to say
	if err := conn.SetDeadline(l.deadline(ctx)); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreached, err)
	}
	if l.buf == nil {
		l.buf = make([]byte, 65535)
	}
	start := l.c.cfg.Now()
	waiting := 0
	for _, q := range open {
		q.err = nil
		if err := l.send(conn, q, "udp", start); err != nil {
			return err
		}
		waiting++
	}
	for stray := 0; waiting > 0; {
		n, err := conn.Read(l.buf)
		if err != nil {
			err = readError(err)
			for _, q := range open {
				if q.msg == nil && q.err == nil {
					q.err = err
					l.note(q, "udp", start, err.Error(), 0)
				}
			}
			return nil
		}
		q := matching(open, l.buf[:n])
		if q == nil {
			if stray++; stray > MaxStray {
				return fmt.Errorf("%w: more than %d datagrams are no answers to the question", ErrBadAnswer, MaxStray)
			}
			continue
		}
		again, err := l.accept(q, l.buf[:n], "udp", start)
		if again {
			if err := l.send(conn, q, "udp", start); err != nil {
				return err
			}
			continue
		}
		q.err = err
		waiting--
	}
	return nil
}

// tcp asks one question over TCP: RFC 7766, each message after its length.
func (l *lookup) tcp(ctx context.Context, server netip.AddrPort, q *question) error {
	deadline := l.deadline(ctx)
	conn, err := l.c.cfg.Dial(ctx, "tcp", server.String())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreached, err)
	}
	defer conn.Close() // the exchange is over
	if err := conn.SetDeadline(deadline); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreached, err)
	}
	start := l.c.cfg.Now()
	for {
		if err := l.send(conn, q, "tcp", start); err != nil {
			return err
		}
		n, err := readFramed(conn, l.buf)
		if err != nil {
			err = readError(err)
			l.note(q, "tcp", start, err.Error(), 0)
			return err
		}
		if matching([]*question{q}, l.buf[:n]) == nil {
			return fmt.Errorf("%w: it does not belong to the question", ErrBadAnswer)
		}
		again, err := l.accept(q, l.buf[:n], "tcp", start)
		if !again {
			return err
		}
	}
}

func (l *lookup) send(conn net.Conn, q *question, network string, start time.Time) error {
	wire, err := q.message(l.c.cfg.UDPSize).Pack()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadName, err)
	}
	if l.c.cfg.Trace != nil {
		l.c.cfg.Trace(trace.Event{Kind: trace.DNSQuery, Len: int32(len(wire)), Text: q.name + " " + dns.TypeToString[q.typ]})
	}
	if network == "tcp" {
		wire = append(binary.BigEndian.AppendUint16(nil, uint16(len(wire))), wire...)
	}
	if _, err := conn.Write(wire); err != nil {
		err = readError(err)
		l.note(q, network, start, err.Error(), 0)
		return err
	}
	return nil
}

func readFramed(conn net.Conn, buf []byte) (int, error) {
	var size [2]byte
	if err := readFull(conn, size[:]); err != nil {
		return 0, err
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	return n, readFull(conn, buf[:n])
}

func readFull(conn net.Conn, p []byte) error {
	for len(p) > 0 {
		n, err := conn.Read(p)
		p = p[n:]
		if err != nil && len(p) > 0 {
			return err
		}
	}
	return nil
}

func readError(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return ErrTimeout
	}
	return fmt.Errorf("%w: %w", ErrUnreached, err)
}

// note adds what became of a question to the answer's list.
func (l *lookup) note(q *question, network string, start time.Time, outcome string, size int) {
	rec := Query{Name: q.name, Type: dns.TypeToString[q.typ], Server: q.from, Network: network,
		Took: l.c.cfg.Now().Sub(start), Outcome: outcome, Size: size}
	if q.msg != nil {
		rec.Answers = len(q.msg.Answer)
	}
	l.ans.Queries = append(l.ans.Queries, rec)
}
