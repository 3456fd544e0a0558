package wire

// Maximum lengths on a link, and how data are cut to fit: IEEE 802.3-2018 3.1-3.2
// (frame), RFC 791 3.1 and RFC 8200 3 (packet), RFC 768, RFC 9293 3.7.1 and RFC 6691 (MSS),
// RFC 791 3.2 and RFC 8200 4.5 (fragments).

// TCPTimestampsLen is what the Timestamps option takes of each segment, with the
// two octets of padding that align it (RFC 7323 appendix A).
const TCPTimestampsLen = 12

// IPHeaderLen is the length of an IP header without options or extension
// headers.
func IPHeaderLen(v6 bool) int {
	if v6 {
		return IPv6HeaderLen
	}
	return IPv4MinHeaderLen
}

// FrameLen is the length of the frame that carries an IP packet of n octets
// behind that many VLAN tags: header, padding and FCS included.
func FrameLen(n, tags int) int {
	return max(EthernetHeaderLen+tags*VLANTagLen+n, EthernetMinFrame) + EthernetFCSLen
}

// OnWireLen is for how many octets such a frame occupies the medium.
func OnWireLen(n, tags int) int {
	return FrameLen(n, tags) - EthernetFCSLen + EthernetOverhead
}

// MaxUDPPayload is the most data that a UDP datagram holds: as much as the
// length fields of IP and UDP allow.
func MaxUDPPayload(v6 bool) int {
	if v6 {
		return IPv6MaxPayloadLen - UDPHeaderLen
	}
	return IPv4MaxTotalLen - IPv4MinHeaderLen - UDPHeaderLen
}

// Encapsulation is what a tag or a tunnel adds to each packet between the link
// and the inner IP header.
type Encapsulation struct {
	Name   string
	Adds4  int // octets with IPv4 outside
	Adds6  int // octets with IPv6 outside
	Parts  string
	Source string
}

// Encapsulations lists common ones, each in its shortest form. Where there is no
// outer IP header both lengths are the same.
var Encapsulations = []Encapsulation{
	{"pppoe", 8, 8, "PPPoE 6, PPP protocol 2", "RFC 2516 section 4"},
	{"mpls", 4, 4, "one label", "RFC 3032 section 2.1"},
	{"ipip", 20, 40, "outer IP", "RFC 2003; RFC 2473"},
	{"gre", 24, 44, "outer IP, GRE 4", "RFC 2784 section 2.1"},
	{"gre-key", 28, 48, "outer IP, GRE 4, key 4", "RFC 2890 section 2"},
	{"vxlan", 50, 70, "outer IP, UDP 8, VXLAN 8, inner Ethernet 14", "RFC 7348 section 5"},
	{"geneve", 50, 70, "outer IP, UDP 8, Geneve 8, inner Ethernet 14; options come on top", "RFC 8926 section 3"},
	{"l2tp", 38, 58, "outer IP, UDP 8, L2TP 6, PPP address, control and protocol 4", "RFC 2661 section 3.1"},
	{"gtp-u", 36, 56, "outer IP, UDP 8, GTP 8", "3GPP TS 29.281 section 5.1"},
	{"wireguard", 60, 80, "outer IP, UDP 8, header 16, authentication tag 16; padded to 16", "the WireGuard protocol paper, section 5.4.6"},
	{"esp-tunnel", 54, 74, "outer IP, SPI and sequence number 8, IV 8, trailer 2, ICV 16 (AES-GCM); padded to 4", "RFC 4303 section 2; RFC 4106"},
}

// Inner is the MTU inside the tunnel on a link with that MTU; 0 when nothing
// fits.
func (e Encapsulation) Inner(mtu int, outer6 bool) int {
	adds := e.Adds4
	if outer6 {
		adds = e.Adds6
	}
	n := mtu - adds
	if e.Name == "esp-tunnel" {
		// RFC 4303 2.4: payload, pad length and next header end on a multiple of 4.
		n = (n+2)/4*4 - 2
	}
	return max(0, n)
}

// Piece is a run of equal packets that carry a part of some data.
type Piece struct {
	Count   int64
	Data    int // octets of the data in each
	IP      int // length of each IP packet
	Frame   int // of each frame, with FCS
	OnWire  int // with preamble, start delimiter and gap
	More    bool
	Offsets [2]int64 // of the first and of the last packet's data; for fragments within the datagram
}

// CutTCP says how n octets are cut into segments on a link: all but the last are
// full (RFC 9293 3.7.1: the MSS less the options that a segment carries).
func CutTCP(n int64, mtu, options, tags int, v6 bool) []Piece {
	headers := IPHeaderLen(v6) + TCPMinHeaderLen + options
	return cut(n, mtu-headers, headers, tags)
}

// CutUDP says how a datagram with n octets of data travels: whole, or as
// fragments, of which all but the last carry a multiple of 8 octets. The first
// fragment's data include the UDP header.
func CutUDP(n int64, mtu, tags int, v6 bool) []Piece {
	n += UDPHeaderLen
	if ip := n + int64(IPHeaderLen(v6)); ip <= int64(mtu) {
		return cut(n, int(n), IPHeaderLen(v6), tags)
	}
	headers := IPHeaderLen(v6)
	if v6 {
		headers += IPv6FragHeaderLen
	}
	return cut(n, (mtu-headers)&^7, headers, tags)
}

func cut(n int64, each, headers, tags int) []Piece {
	if each <= 0 || n < 0 {
		return nil
	}
	piece := func(count int64, data int, at int64) Piece {
		ip := headers + data
		return Piece{Count: count, Data: data, IP: ip, Frame: FrameLen(ip, tags), OnWire: OnWireLen(ip, tags),
			Offsets: [2]int64{at, at + (count-1)*int64(data)}}
	}
	full, rest := n/int64(each), int(n%int64(each))
	var out []Piece
	if full > 0 {
		out = append(out, piece(full, each, 0))
		out[0].More = rest > 0
	}
	if rest > 0 || full == 0 {
		out = append(out, piece(1, rest, full*int64(each)))
	}
	return out
}
