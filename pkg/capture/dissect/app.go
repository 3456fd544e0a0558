package dissect

import (
	"net/netip"
	"strconv"
)

// What the dissectors of applications share.

// openHere adds a heading at off whose length closeAt tells.
func (d *D) openHere(def *Def, off int) int {
	i := len(d.P.Fields)
	d.Open(def, off, 0)
	return i
}

// closeAt ends the heading that openHere returned as i before octet end.
func (d *D) closeAt(i, end int) {
	if i < len(d.P.Fields) {
		f := &d.P.Fields[i]
		f.Bits = max(0, int32((d.off+min(end, d.end-d.off))*8)-f.Bit)
	}
	d.Close()
}

// head adds the field of the fixed header that has this index.
func (d *D) head(i int) uint64 {
	def := &d.P.Layers[d.layer].Proto.Header[i]
	return d.Bits(def, def.Bit, def.Width)
}

// say appends text to the packet's line, if one is asked for.
func (d *D) say(text string) {
	if d.WantInfo {
		d.P.Info = append(d.P.Info, text...)
	}
}

// sayBytes is say.
func (d *D) sayBytes(text []byte) {
	if d.WantInfo {
		d.P.Info = append(d.P.Info, text...)
	}
}

// sayUint appends a decimal number.
func (d *D) sayUint(v uint64) {
	if d.WantInfo {
		d.P.Info = strconv.AppendUint(d.P.Info, v, 10)
	}
}

// sayAddr appends an IPv4 or IPv6 address, by its length.
func (d *D) sayAddr(b []byte) {
	if d.WantInfo {
		d.P.Info = appendAddr(d.P.Info, b)
	}
}

// newInfo begins the packet's line anew: the innermost layer has the word.
func (d *D) newInfo() {
	if d.WantInfo {
		d.P.Info = d.P.Info[:0]
	}
}

// flag is a truth as the value of a field.
func flag(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// be16, be24 and be32 read a number at off, and 0 where b ends before it.
func be16(b []byte, off int) int {
	if off < 0 || off+2 > len(b) {
		return 0
	}
	return int(b[off])<<8 | int(b[off+1])
}

func be24(b []byte, off int) int {
	if off < 0 || off+3 > len(b) {
		return 0
	}
	return int(b[off])<<16 | int(b[off+1])<<8 | int(b[off+2])
}

func be32(b []byte, off int) uint32 {
	if off < 0 || off+4 > len(b) {
		return 0
	}
	return uint32(b[off])<<24 | uint32(b[off+1])<<16 | uint32(b[off+2])<<8 | uint32(b[off+3])
}

// appendAddr writes an address of 4 or 16 octets, the latter by RFC 5952.
func appendAddr(dst, b []byte) []byte {
	switch len(b) {
	case 4:
		return netip.AddrFrom4([4]byte(b)).AppendTo(dst)
	case 16:
		return netip.AddrFrom16([16]byte(b)).AppendTo(dst)
	}
	return dst
}

// addrFamily names address families (IANA Address Family Numbers).
func addrFamily(v uint64) string {
	switch v {
	case 1:
		return "IPv4"
	case 2:
		return "IPv6"
	case 6:
		return "802"
	case 25:
		return "L2VPN"
	case 16388:
		return "BGP-LS"
	}
	return ""
}

// named is an entry of a table of names, which is sorted by number.
type named struct {
	v    uint32
	name string
}

// nameIn looks a number up in a sorted table; "" if it is not there.
func nameIn(t []named, v uint64) string {
	lo, hi := 0, len(t)
	for lo < hi {
		mid := (lo + hi) / 2
		if uint64(t[mid].v) < v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(t) && uint64(t[lo].v) == v {
		return t[lo].name
	}
	return ""
}

// enterprise names some private enterprise numbers (IANA): those that are met in
// RADIUS and DHCP.
func enterprise(v uint64) string {
	switch v {
	case 9:
		return "Cisco"
	case 11:
		return "Hewlett-Packard"
	case 14:
		return "BBN"
	case 43:
		return "3Com"
	case 171:
		return "D-Link"
	case 207:
		return "Allied Telesis"
	case 211:
		return "Fujitsu"
	case 311:
		return "Microsoft"
	case 429:
		return "US Robotics"
	case 529:
		return "Ascend"
	case 1991:
		return "Foundry"
	case 2011:
		return "Huawei"
	case 2636:
		return "Juniper"
	case 3561:
		return "Broadband Forum"
	case 4491:
		return "CableLabs"
	case 4874:
		return "Unisphere"
	case 10415:
		return "3GPP"
	case 12356:
		return "Fortinet"
	case 14122:
		return "WISPr"
	case 14179:
		return "Airespace"
	case 14823:
		return "Aruba"
	case 14988:
		return "MikroTik"
	case 25053:
		return "Ruckus"
	case 25461:
		return "Palo Alto Networks"
	case 25506:
		return "H3C"
	}
	return ""
}
