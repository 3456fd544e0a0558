package resolver

// Judging answers: RFC 1034 3.6.2 (aliases), RFC 1035 4.1 (messages), RFC 5452 9.1
// (which answers may be believed).

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/trace"
)

// headerSize is that of RFC 1035 4.1.1.
const headerSize = 12

// matching returns the open question that a message belongs to: a response with
// its id. What follows the header is judged by accept.
func matching(open []*question, b []byte) *question {
	if len(b) < headerSize || b[2]&0x80 == 0 {
		return nil
	}
	id := uint16(b[0])<<8 | uint16(b[1])
	for _, q := range open {
		if q.msg == nil && q.err == nil && q.id == id && repeats(q, b) {
			return q
		}
	}
	return nil
}

// repeats reports whether the message's question is q. A server that could not
// read the question (FORMERR) may leave it out.
func repeats(q *question, b []byte) bool {
	count := int(b[4])<<8 | int(b[5])
	if count == 0 {
		return b[3]&15 == dns.RcodeFormatError
	}
	if count != 1 {
		return false
	}
	name, off, err := dns.UnpackDomainName(b, headerSize)
	if err != nil || off+4 > len(b) {
		return false
	}
	typ := uint16(b[off])<<8 | uint16(b[off+1])
	class := uint16(b[off+2])<<8 | uint16(b[off+3])
	return typ == q.typ && class == dns.ClassINET && strings.EqualFold(name, q.name)
}

// accept takes an answer that belongs to q. again means that q is to be sent once
// more, without EDNS.
func (l *lookup) accept(q *question, b []byte, network string, start time.Time) (again bool, err error) {
	m := new(dns.Msg)
	if uerr := m.Unpack(b); uerr != nil && (!m.Truncated || network == "tcp") {
		err = fmt.Errorf("%w: %w: %w", ErrBadAnswer, ErrBadMessage, uerr)
		l.note(q, network, start, err.Error(), len(b))
		return false, err
	}
	if m.Rcode == dns.RcodeFormatError && !q.noEDNS {
		q.noEDNS = true
		l.note(q, network, start, dns.RcodeToString[m.Rcode], len(b))
		return true, nil
	}
	switch m.Rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
		q.msg = m
	case dns.RcodeRefused:
		err = ErrRefused
	default:
		err = fmt.Errorf("%w: %s", ErrServer, rcode(m.Rcode))
	}
	if l.c.cfg.Trace != nil {
		l.c.cfg.Trace(trace.Event{Kind: trace.DNSAnswer, Len: int32(len(b)),
			Text: fmt.Sprintf("%s %s %s, %d records", q.name, dns.TypeToString[q.typ], rcode(m.Rcode), len(m.Answer))})
	}
	l.note(q, network, start, rcode(m.Rcode), len(b))
	return false, err
}

func rcode(n int) string {
	if s, ok := dns.RcodeToString[n]; ok {
		return s
	}
	return fmt.Sprintf("RCODE%d", n)
}

// collect adds what the answers say to l.ans. It returns the name to ask for next
// when the aliases lead out of the answers, and an error when there is no address.
func (l *lookup) collect(name string, got []*question) (next string, err error) {
	fail := func(q *question, err error) error {
		return &Error{Name: strings.TrimSuffix(l.ans.Name, "."), Server: q.from, Err: err}
	}
	exists := false
	var failed *question
	end := ""
	for _, q := range got {
		if q.msg == nil {
			failed = q
			continue
		}
		last, chain, ttl, err := follow(name, q.msg.Answer)
		if err != nil {
			return "", fail(q, err)
		}
		if len(chain) > 0 && end == "" { // both answers give the same chain; the first counts
			l.ans.Aliases = append(l.ans.Aliases, chain...)
			if len(l.ans.Aliases) > MaxAliases {
				return "", fail(q, ErrAliases)
			}
			end = last
		}
		exists = exists || q.msg.Rcode == dns.RcodeSuccess
		for _, rr := range q.msg.Answer {
			if !strings.EqualFold(rr.Header().Name, last) || rr.Header().Class != dns.ClassINET {
				continue
			}
			a, ok := address(rr, q.typ)
			if !ok || len(l.ans.Addrs) >= MaxAddrs {
				continue
			}
			if ttl = min(ttl, rr.Header().Ttl); len(l.ans.Addrs) == 0 || ttl < l.ans.TTL {
				l.ans.TTL = ttl
			}
			l.ans.Addrs = append(l.ans.Addrs, a)
		}
	}
	switch {
	case len(l.ans.Addrs) > 0:
		return "", nil
	case end != "" && exists && failed == nil:
		for _, seen := range l.ans.Aliases[:len(l.ans.Aliases)-1] {
			if strings.EqualFold(seen, end) {
				return "", fail(got[0], ErrAliases)
			}
		}
		if strings.EqualFold(end, l.ans.Name) {
			return "", fail(got[0], ErrAliases)
		}
		return end, nil
	case failed != nil:
		return "", fail(failed, failed.err)
	case exists:
		return "", fail(got[0], ErrNoData)
	}
	return "", fail(got[0], ErrNotFound)
}

func address(rr dns.RR, typ uint16) (netip.Addr, bool) {
	switch rr := rr.(type) {
	case *dns.A:
		a, ok := netip.AddrFromSlice(rr.A.To4())
		return a, ok && typ == dns.TypeA
	case *dns.AAAA:
		a, ok := netip.AddrFromSlice(rr.AAAA.To16())
		return a, ok && typ == dns.TypeAAAA
	}
	return netip.Addr{}, false
}

// follow walks the aliases in an answer section from name to their end.
func follow(name string, records []dns.RR) (end string, chain []string, ttl uint32, err error) {
	end, ttl = name, 1<<32-1
	for {
		found := false
		for _, rr := range records {
			c, ok := rr.(*dns.CNAME)
			if !ok || !strings.EqualFold(c.Hdr.Name, end) {
				continue
			}
			if len(chain) >= MaxAliases {
				return "", nil, 0, ErrAliases
			}
			end = c.Target
			chain = append(chain, end)
			ttl = min(ttl, c.Hdr.Ttl)
			found = true
			break
		}
		if !found {
			return end, chain, ttl, nil
		}
	}
}
