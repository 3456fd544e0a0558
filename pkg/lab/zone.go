package lab

// Authoritative data and answers: RFC 1034 4.3.2 (algorithm), RFC 2181, RFC 2308 (negative answers),
// RFC 6891 (EDNS), RFC 8482 (ANY), RFC 4592 2.2.2 (empty non-terminals).

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// maxUDPAnswer is the largest answer over UDP whatever the client allows.
// RFC 6891 6.2.5 suggests 4096 to start with; it makes fragments, which this
// lab wants to be seen.
const maxUDPAnswer = 4096

// maxChain bounds the aliases followed for one question.
const maxChain = 8

// zones is what an authoritative server knows.
type zones struct {
	origins []string // lower case, with the final dot
	soa     map[string]*dns.SOA
	nodes   map[string]*node
}

// node is one name of the tree; one without records is an empty non-terminal.
type node struct{ sets []rrset }

type rrset struct {
	rrtype uint16
	rrs    []dns.RR
}

func (n *node) set(rrtype uint16) []dns.RR {
	for _, s := range n.sets {
		if s.rrtype == rrtype {
			return s.rrs
		}
	}
	return nil
}

// parseZones reads zone files (RFC 1035 5), each with its own origin.
func parseZones(files ...string) (*zones, error) {
	z := &zones{soa: map[string]*dns.SOA{}, nodes: map[string]*node{}}
	for _, file := range files {
		p := dns.NewZoneParser(strings.NewReader(file), ".", "")
		origin := ""
		for rr, ok := p.Next(); ok; rr, ok = p.Next() {
			name := strings.ToLower(rr.Header().Name)
			if soa, is := rr.(*dns.SOA); is && origin == "" {
				origin = name
				z.origins = append(z.origins, origin)
				z.soa[origin] = soa
			}
			if origin == "" || !dns.IsSubDomain(origin, name) {
				return nil, fmt.Errorf("lab: zone record outside its zone: %s", rr)
			}
			z.add(origin, name, rr)
		}
		if err := p.Err(); err != nil {
			return nil, fmt.Errorf("lab: zone: %w", err)
		}
	}
	return z, nil
}

func (z *zones) add(origin, name string, rr dns.RR) {
	n := z.nodes[name]
	if n == nil {
		n = &node{}
		z.nodes[name] = n
		for at := name; at != origin; {
			off, end := dns.NextLabel(at, 0)
			if end {
				break
			}
			at = at[off:]
			if z.nodes[at] == nil {
				z.nodes[at] = &node{}
			}
		}
	}
	t := rr.Header().Rrtype
	for i := range n.sets {
		if n.sets[i].rrtype == t {
			n.sets[i].rrs = append(n.sets[i].rrs, rr)
			return
		}
	}
	n.sets = append(n.sets, rrset{t, []dns.RR{rr}})
}

// zone returns the origin of the zone that holds the name.
func (z *zones) zone(name string) (origin string, ok bool) {
	for _, o := range z.origins {
		if len(o) > len(origin) && dns.IsSubDomain(o, name) {
			origin, ok = o, true
		}
	}
	return origin, ok
}

// answer makes the answer to a query that came in wire form, ready to send in
// at most limit bytes (0: over TCP). A nil answer means that the bytes deserve
// none.
func (z *zones) answer(query []byte, udp bool) []byte {
	var q dns.Msg
	if err := q.Unpack(query); err != nil {
		// RFC 1035 4.1.1: FORMERR, if the header at least can be read and is a query.
		if len(query) < 12 || query[2]&0x80 != 0 {
			return nil
		}
		return append([]byte{query[0], query[1], 0x80 | query[2]&0x79, dns.RcodeFormatError}, make([]byte, 8)...)
	}
	if q.Response {
		return nil // an answer to an answer would go on for ever
	}
	r := &dns.Msg{}
	r.Id, r.Response, r.Opcode, r.RecursionDesired = q.Id, true, q.Opcode, q.RecursionDesired
	r.Question = q.Question
	size := dns.MaxMsgSize
	if udp {
		size = dns.MinMsgSize
	}
	opt := q.IsEdns0()
	if opt != nil {
		r.SetEdns0(maxUDPAnswer, false)
		if udp {
			size = min(max(size, int(opt.UDPSize())), maxUDPAnswer)
		}
	}
	switch {
	case opt != nil && opt.Version() != 0:
		r.IsEdns0().SetExtendedRcode(dns.RcodeBadVers)
		r.Rcode = dns.RcodeBadVers
	case q.Opcode != dns.OpcodeQuery:
		r.Rcode = dns.RcodeNotImplemented
	case len(q.Question) != 1:
		r.Rcode = dns.RcodeFormatError
	default:
		z.resolve(r, q.Question[0])
	}
	r.Compress = true
	r.Truncate(size)
	r.Compress = true
	wire, err := r.Pack()
	if err != nil {
		return nil
	}
	return wire
}

func (z *zones) resolve(r *dns.Msg, q dns.Question) {
	name := strings.ToLower(q.Name)
	origin, ok := z.zone(name)
	if !ok || q.Qclass != dns.ClassINET || q.Qtype == dns.TypeAXFR || q.Qtype == dns.TypeIXFR {
		r.Rcode = dns.RcodeRefused
		return
	}
	r.Authoritative = true
	owner := q.Name // the answer repeats the question's case
	for range maxChain {
		n := z.nodes[name]
		if n == nil {
			r.Rcode = dns.RcodeNameError
			r.Ns = []dns.RR{z.negative(origin)}
			return
		}
		rrs := n.set(q.Qtype)
		if q.Qtype == dns.TypeANY && len(n.sets) > 0 {
			rrs = n.sets[0].rrs // RFC 8482 4.1: any one of the sets will do
		}
		cname := n.set(dns.TypeCNAME)
		switch {
		case len(rrs) > 0:
			r.Answer = append(r.Answer, withOwner(rrs, owner)...)
			z.additional(r, rrs)
			return
		case len(cname) == 0:
			r.Ns = []dns.RR{z.negative(origin)}
			return
		}
		r.Answer = append(r.Answer, withOwner(cname, owner)...)
		owner = cname[0].(*dns.CNAME).Target
		name = strings.ToLower(owner)
		if origin, ok = z.zone(name); !ok {
			return // the rest is another server's to tell
		}
	}
}

func withOwner(rrs []dns.RR, owner string) []dns.RR {
	out := make([]dns.RR, len(rrs))
	for i, rr := range rrs {
		out[i] = dns.Copy(rr)
		out[i].Header().Name = owner
	}
	return out
}

// negative is the SOA of a negative answer. RFC 2308 3: its TTL is "the
// minimum of the MINIMUM field of the SOA record and the TTL of the SOA itself".
func (z *zones) negative(origin string) dns.RR {
	soa := dns.Copy(z.soa[origin]).(*dns.SOA)
	soa.Hdr.Ttl = min(soa.Hdr.Ttl, soa.Minttl)
	return soa
}

// additional adds the addresses of the hosts that an answer names.
func (z *zones) additional(r *dns.Msg, rrs []dns.RR) {
	var extra []dns.RR
	for _, rr := range rrs {
		var target string
		switch rr := rr.(type) {
		case *dns.NS:
			target = rr.Ns
		case *dns.MX:
			target = rr.Mx
		default:
			return
		}
		if n := z.nodes[strings.ToLower(target)]; n != nil {
			extra = append(extra, n.set(dns.TypeA)...)
			extra = append(extra, n.set(dns.TypeAAAA)...)
		}
	}
	r.Extra = append(extra, r.Extra...)
}
