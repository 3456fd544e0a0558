package dissect

// IPsec's and IPComp's headers: RFC 4302 section 2 (AH), RFC 4303 section 2 (ESP),
// RFC 3173 section 3 (IPComp), RFC 3948 section 2 (ESP in UDP).

import (
	"bytes"
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ah = Proto{Name: "ah", Title: "Authentication Header", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("ah.next_header", "Next header", 0, 8, ipProtoName),
		field("ah.length", "Length", 8, 8, wire.FieldDec),
		field("ah.reserved", "Reserved", 16, 16, Bytes),
		field("ah.spi", "AH SPI", 32, 32, wire.FieldHex),
		field("ah.sequence", "AH Sequence", 64, 32, wire.FieldDec),
	},
	Fields: []*Def{&ahICV}}

var ahICV = loose("ah.icv", "AH ICV", Bytes)

func dissectAH(d *D, b []byte) {
	d.Begin(&ah)
	if !d.Header() {
		return
	}
	n := (int(b[1]) + 2) * 4 // RFC 4302 2.2: 32-bit words, minus 2
	if n < 12 {
		d.Wrong("length is too short", 1)
		return
	}
	if n > len(b) {
		d.cut(len(b))
		n = len(b)
	}
	d.some(&ahICV, 12, n)
	if d.WantInfo {
		d.info("AH(spi=0x%08x,seq=0x%x,icv=0x%x)", be32(b, 4), be32(b, 8), b[12:max(n, 12)])
	}
	fn := byIPProto(b[0])
	if d.ip == 6 {
		fn = byIPv6Next(b[0])
	}
	d.Next(fn, n, len(b)-n)
}

var esp = Proto{Name: "esp", Title: "Encapsulating Security Payload", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("esp.spi", "ESP SPI", 0, 32, wire.FieldHex),
		field("esp.sequence", "ESP Sequence", 32, 32, wire.FieldDec),
	},
	Fields: []*Def{&espData}}

var espData = loose("esp.encrypted_data", "ESP Encrypted Data", Bytes)

func dissectESP(d *D, b []byte) {
	d.Begin(&esp)
	if !d.Header() {
		return
	}
	if d.WantInfo {
		line := d.P.Info[:0]
		if bytes.HasPrefix(d.P.Info, []byte(udpEncapWord)) {
			line = d.P.Info[:len(udpEncapWord)]
		}
		d.P.Info = fmt.Appendf(line, "ESP(spi=0x%08x,seq=0x%x), length %d", be32(b, 0), be32(b, 4), len(b))
	}
	d.some(&espData, 8, len(b))
}

var ipcomp = Proto{Name: "ipcomp", Title: "IP Payload Compression", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("ipcomp.next_header", "Next Header", 0, 8, ipProtoName),
		field("ipcomp.flags", "IPComp Flags", 8, 8, wire.FieldHex),
		hexCode("ipcomp.cpi", "IPComp CPI", 16, 16, ipcompCPI),
	},
	Fields: []*Def{&ipcompData}}

var ipcompData = loose("ipcomp.data", "Compressed data", Bytes)

func ipcompCPI(v uint64) string {
	switch v {
	case 1:
		return "OUI"
	case 2:
		return "DEFLATE"
	case 3:
		return "LZS"
	case 4:
		return "LZJH"
	}
	return ""
}

func dissectIPComp(d *D, b []byte) {
	d.Begin(&ipcomp)
	if !d.Header() {
		return
	}
	if d.WantInfo {
		d.info("IPComp(cpi=0x%04x)", be16(b, 2))
	}
	d.some(&ipcompData, 4, len(b))
}

var udpEncap = Proto{Name: "udpencap", Title: "UDP Encapsulation of IPsec Packets", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{&udpEncapKeepalive, &udpEncapMarker}}

var (
	udpEncapKeepalive = loose("udpencap.nat_keepalive", "NAT-keepalive packet", wire.FieldHex)
	udpEncapMarker    = loose("udpencap.non_esp_marker", "Non-ESP Marker", Bytes)
)

// udpEncapWord begins the line of ESP in UDP.
const udpEncapWord = "UDP-encap: "

func dissectUDPEncap(d *D, b []byte) {
	d.Begin(&udpEncap)
	switch {
	case len(b) == 1 && b[0] == 0xff:
		d.Uint(&udpEncapKeepalive, 0, 1)
		d.info("isakmp-nat-keep-alive")
	case len(b) >= 4 && be32(b, 0) == 0:
		d.Bytes(&udpEncapMarker, 0, 4)
		d.info("NONESP-encap: isakmp")
		d.Next(dissectISAKMP, 4, len(b)-4)
	default:
		d.info(udpEncapWord)
		d.Claim(0)
		d.Next(dissectESP, 0, len(b))
	}
}
