package wire

// The packet inside an ICMP error: RFC 792 (header and 64 bits of data), RFC 1122
// 3.2.2 and 4.2.3.9, RFC 4443 2.4 (as much as fits). Whom it concerns is found here.

import "net/netip"

// quotedTransportLen is how much of the upper layer RFC 792 promises.
const quotedTransportLen = 8

var (
	errQuoteShort     = &Error{"icmp quotation", "packet", ErrTruncated}
	errQuoteVersion   = &Error{"icmp quotation", "version", ErrVersion}
	errQuoteFragment  = &Error{"icmp quotation", "fragment offset", ErrValue}
	errQuoteTransport = &Error{"icmp quotation", "upper-layer header", ErrTruncated}
)

// Quote is what an ICMP error says of the packet that caused it. It is a claim
// by whoever sent the error: nothing in it is covered by a checksum that was checked.
type Quote struct {
	Src, Dst         netip.Addr
	Proto            uint8
	SrcPort, DstPort uint16 // TCP and UDP
	Seq              uint32 // TCP
	Transport        []byte // from the upper-layer header, at least 8 octets
}

// ParseQuote reads ICMPv4.Quoted or ICMPv6.Quoted. Fragments other than the
// first are refused: no error is sent for one (RFC 1122 3.2.2), and it names no ports.
func ParseQuote(b []byte) (Quote, error) {
	if len(b) == 0 {
		return Quote{}, errQuoteShort
	}
	switch b[0] >> 4 {
	case 4:
		return parseQuote4(b)
	case 6:
		return parseQuote6(b)
	}
	return Quote{}, errQuoteVersion
}

func parseQuote4(b []byte) (Quote, error) {
	p, err := ParseIPv4Header(b)
	if err != nil {
		return Quote{}, err
	}
	if p.FragOffset() != 0 {
		return Quote{}, errQuoteFragment
	}
	return (&Quote{Src: p.Src(), Dst: p.Dst(), Proto: p.Protocol(), Transport: p.Payload()}).transport()
}

func parseQuote6(b []byte) (Quote, error) {
	p, err := ParseIPv6Header(b)
	if err != nil {
		return Quote{}, err
	}
	c, err := WalkIPv6(p)
	if err != nil {
		return Quote{}, err
	}
	if f := c.Fragment(p); f != nil && f.FragOffset() != 0 {
		return Quote{}, errQuoteFragment
	}
	return (&Quote{Src: p.Src(), Dst: p.Dst(), Proto: c.Proto, Transport: p.Payload()[c.Offset-IPv6HeaderLen:]}).transport()
}

// transport reads what the upper layer's first eight octets tell.
func (q *Quote) transport() (Quote, error) {
	if len(q.Transport) < quotedTransportLen {
		return Quote{}, errQuoteTransport
	}
	switch q.Proto {
	case ProtoTCP:
		q.Seq = get32(q.Transport, 4)
		fallthrough
	case ProtoUDP:
		q.SrcPort, q.DstPort = get16(q.Transport, 0), get16(q.Transport, 2)
	}
	return *q, nil
}
