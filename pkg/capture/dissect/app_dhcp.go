package dissect

import (
	"bytes"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

// DHCPv4 and BOOTP: RFC 2131 section 2 and section 4.1 (overloading), RFC 951.

var appDHCP = App{Name: "dhcp", Dissect: dissectDHCP}

const (
	dhcpFixedLen  = 236
	dhcpMagic     = 0x63825363 // RFC 2131 section 3: 99, 130, 83, 99
	dhcpOptPad    = 0
	dhcpOptEnd    = 255
	dhcpMaxOption = 1 << 10 // options in a message
)

func dissectDHCP(d *D, b []byte) {
	if len(b) < 4 || b[0] != 1 && b[0] != 2 {
		return
	}
	d.Begin(&dhcp)
	if d.WantInfo {
		dhcpInfo(d, b)
	}
	if !d.Header() || len(b) < 44 {
		d.cut(len(b))
		return
	}
	n := int(b[2])
	switch {
	case b[1] == 1 && n == 6:
		d.Bytes(&dhcpMAC, 28, 6)
	case n > 0 && n <= 16:
		d.Bytes(&dhcpHWAddr, 28, n)
	}
	if n < 16 {
		d.Bytes(&dhcpHWPad, 28+n, 16-n)
	}
	if len(b) < dhcpFixedLen {
		d.cut(len(b))
		return
	}
	overload := byte(0)
	if be32(b, dhcpFixedLen) == dhcpMagic {
		overload = dhcpOverloads(b[dhcpFixedLen+4:])
	}
	// "The 'sname' and 'file' fields … may also be overloaded with DHCP options."
	if overload&2 != 0 {
		dhcpOptionsIn(d, b, 44, 108)
	} else {
		dhcpZeroText(d, b, &dhcpServerName, 44, 64)
	}
	if overload&1 != 0 {
		dhcpOptionsIn(d, b, 108, dhcpFixedLen)
	} else {
		dhcpZeroText(d, b, &dhcpFile, 108, 128)
	}
	if len(b) < dhcpFixedLen+4 {
		return
	}
	if be32(b, dhcpFixedLen) != dhcpMagic {
		d.Bytes(&dhcpBootpVendor, dhcpFixedLen, len(b)-dhcpFixedLen)
		return
	}
	d.Uint(&dhcpCookie, dhcpFixedLen, 4)
	dhcpOptionsIn(d, b, dhcpFixedLen+4, len(b))
}

// dhcpZeroText adds text that ends with the first zero of its n octets.
func dhcpZeroText(d *D, b []byte, def *Def, off, n int) {
	text := b[off : off+n]
	if i := bytes.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	d.Made(def, off, n, text)
}

// dhcpOverloads finds the overload option: 1 file, 2 sname, 3 both.
func dhcpOverloads(b []byte) byte {
	for off := 0; off+2 < len(b) && b[off] != dhcpOptEnd; {
		if b[off] == dhcpOptPad {
			off++
			continue
		}
		if b[off] == 52 && b[off+1] == 1 {
			return b[off+2] & 3
		}
		off += 2 + int(b[off+1])
	}
	return 0
}

// dhcpOptionsIn adds the options between off and end: RFC 2132 section 2.
func dhcpOptionsIn(d *D, b []byte, off, end int) {
	for range dhcpMaxOption {
		if off >= end {
			return
		}
		code := int(b[off])
		if code == dhcpOptEnd {
			d.OpenBits(&dhcpOption, off*8, 8)
			d.Uint(&dhcpEnd, off, 1)
			d.Close()
			if off++; off < end {
				d.Bytes(&dhcpPad, off, end-off)
			}
			return
		}
		if code == dhcpOptPad {
			z := off + 1
			for z < end && b[z] == dhcpOptPad {
				z++
			}
			d.OpenBits(&dhcpOption, off*8, 8)
			d.Bytes(&dhcpPad, off, z-off)
			d.Close()
			off = z
			continue
		}
		if off+2 > end {
			d.cut(off)
			return
		}
		n := int(b[off+1])
		d.OpenBits(&dhcpOption, off*8, 8)
		d.Uint(&dhcpOptLen, off+1, 1)
		if off += 2; off+n > end {
			d.cut(off)
			n = end - off
		}
		if n > 0 {
			dhcpValue(d, b, code, off, off+n)
		}
		d.Close()
		off += n
	}
	d.Wrong("more options than are shown", off)
}

func dhcpValue(d *D, b []byte, code, off, end int) {
	n := end - off
	each := func(def *Def, size int) {
		for off+size <= end {
			d.Uint(def, off, size)
			off += size
		}
	}
	o := &dhcpOptionDefs[code]
	switch o.form {
	case dhcp1:
		each(o.def, min(n, 1))
	case dhcp2:
		each(o.def, 2)
	case dhcp4, dhcpAddr, dhcpAddrs:
		each(o.def, 4)
	case dhcp1s:
		each(o.def, 1)
	case dhcp2s:
		each(o.def, 2)
	case dhcpString:
		d.Bytes(o.def, off, n)
		off = end
	default:
		off = dhcpSpecial(d, b, code, off, end)
	}
	if off < end {
		d.Bytes(&dhcpOptValue, off, end-off)
		if o.form != dhcpOther {
			d.Wrong("option of impossible length", off)
		}
	}
}

// dhcpSpecial adds the options that no form fits, and returns where it stopped.
func dhcpSpecial(d *D, b []byte, code, off, end int) int {
	n := end - off
	switch code {
	case 21, 33:
		first, second := &dhcpPolicyIP, &dhcpPolicyMask
		if code == 33 {
			first, second = &dhcpStaticIP, &dhcpStaticRouter
		}
		for ; off+8 <= end; off += 8 {
			d.Uint(first, off, 4)
			d.Uint(second, off+4, 4)
		}
	case 61:
		return dhcpClient(d, b, off, end)
	case 81:
		return dhcpName(d, b, off, end)
	case 82:
		for off+2 <= end {
			z := off + 2 + int(b[off+1])
			d.OpenBits(&dhcpSubOption, off*8, 8)
			d.Uint(&dhcpSubLen, off+1, 1)
			if z > end {
				d.cut(off)
				z = end
			}
			dhcpAgent(d, b[off], off+2, z-off-2)
			d.Close()
			off = z
		}
	case 94:
		if n == 3 {
			d.Uint(&dhcpNetMajor, off+1, 1)
			d.Uint(&dhcpNetMinor, off+2, 1)
			return end
		}
	case 97:
		if n == 17 && b[off] == 0 {
			d.Bytes(&dhcpUUID, off+1, 16)
			return end
		}
	case 119:
		for off < end {
			var name [dnsMaxName]byte
			text, next, _, why := dnsReadName(name[:0], b[:end], end-n, off)
			if next < 0 || why != "" {
				d.Wrong("name that cannot be read", off)
				return off
			}
			d.Made(&dhcpSearch, off, next-off, dnsShown(text))
			off = next
		}
	case 121, 249:
		return dhcpRoutes(d, b, off, end)
	case 124:
		for off+5 <= end {
			d.Uint(&dhcpVIClassEnterprise, off, 4)
			size := min(int(b[off+4]), end-off-5)
			d.Uint(&dhcpVIClassLen, off+4, 1)
			if size > 0 {
				d.Bytes(&dhcpVIClassData, off+5, size)
			}
			off += 5 + size
		}
	case 125:
		if n >= 4 {
			d.Uint(&dhcpVIEnterprise, off, 4)
			return off + 4
		}
	}
	return off
}

// dhcpClient: a hardware type and address, text, or since RFC 4361 type 255
// with an IAID and a DUID.
func dhcpClient(d *D, b []byte, off, end int) int {
	n := end - off
	switch {
	case n == 7 && b[off] == 1:
		d.Bits(&dhcp.Header[dhcpHHType], off*8, 8)
		d.Bytes(&dhcpMAC, off+1, 6)
	case n >= 7 && b[off] == 255:
		d.Uint(&dhcpClientType, off, 1)
		d.Uint(&dhcpIAID, off+1, 4)
		d.Uint(&dhcpDUIDType, off+5, 2)
		if n > 7 {
			d.Bytes(&dhcpClientID, off+7, n-7)
		}
	case n == 17 && b[off] == 0:
		d.Bytes(&dhcpUUID, off+1, 16)
	default:
		d.Uint(&dhcpClientType, off, 1)
		if n > 1 {
			d.Bytes(&dhcpClientID, off+1, n-1)
		}
	}
	return end
}

// dhcpName is RFC 4702.
func dhcpName(d *D, b []byte, off, end int) int {
	if end-off < 3 {
		return off
	}
	d.OpenBits(&dhcpFQDNFlags, off*8, 8)
	d.Bits(&dhcpFQDNmbz, off*8, 4)
	d.Bits(&dhcpFQDNn, off*8+4, 1)
	d.Bits(&dhcpFQDNe, off*8+5, 1)
	d.Bits(&dhcpFQDNo, off*8+6, 1)
	d.Bits(&dhcpFQDNs, off*8+7, 1)
	d.Close()
	d.Uint(&dhcpFQDNr1, off+1, 1)
	d.Uint(&dhcpFQDNr2, off+2, 1)
	wire := b[off]&4 != 0
	if off += 3; off == end {
		return end
	}
	if !wire {
		d.Bytes(&dhcpFQDN, off, end-off)
		return end
	}
	var name [dnsMaxName]byte
	text, _, _, _ := dnsReadName(name[:0], b[:end], off, off)
	d.Made(&dhcpFQDN, off, end-off, text)
	return end
}

// dhcpAgent is RFC 3046 and the suboptions that came later.
func dhcpAgent(d *D, code byte, off, n int) {
	if n <= 0 {
		return
	}
	switch {
	case code == 1:
		d.Bytes(&dhcpCircuit, off, n)
	case code == 2:
		d.Bytes(&dhcpRemote, off, n)
	case code == 5 && n == 4:
		d.Uint(&dhcpLinkSelect, off, 4)
	case code == 6:
		d.Bytes(&dhcpSubscriber, off, n)
	case code == 11 && n == 4:
		d.Uint(&dhcpServerOverride, off, 4)
	default:
		d.Bytes(&dhcpSubValue, off, n)
	}
}

// dhcpRoutes is RFC 3442: a prefix length, the octets that it covers, a router.
func dhcpRoutes(d *D, b []byte, off, end int) int {
	for off < end {
		width := int(b[off])
		n := (width + 7) / 8
		if width > 32 || off+1+n+4 > end {
			break
		}
		var dst [4]byte
		copy(dst[:], b[off+1:off+1+n])
		var text [48]byte
		t := append(appendAddr(text[:0], dst[:]), '/')
		t = append(strconv.AppendUint(t, uint64(width), 10), '-')
		t = appendAddr(t, b[off+1+n:off+5+n])
		d.Made(&dhcpClassless, off, 5+n, t)
		off += 5 + n
	}
	return off
}

// dhcpInfo is tcpdump's line.
func dhcpInfo(d *D, b []byte) {
	d.newInfo()
	d.say("BOOTP/DHCP, ")
	if b[0] == 2 {
		d.say("Reply")
	} else {
		d.say("Request")
		if b[1] == 1 && b[2] == 6 && len(b) >= 34 {
			d.say(" from ")
			d.P.Info = wire.MAC(b[28:34]).AppendTo(d.P.Info)
		}
	}
	d.say(", length ")
	d.sayUint(uint64(len(b) + d.Missing))
}

func dhcpOp(v uint64) string {
	switch v {
	case 1:
		return "Boot request"
	case 2:
		return "Boot reply"
	}
	return ""
}

// dhcpHardware names ARP hardware types (IANA).
func dhcpHardware(v uint64) string {
	switch v {
	case 1:
		return "Ethernet"
	case 6:
		return "IEEE 802"
	case 7:
		return "ARCNET"
	case 15:
		return "Frame relay"
	case 16, 19, 21:
		return "ATM"
	case 18:
		return "Fibre channel"
	case 24:
		return "IEEE 1394"
	case 32:
		return "InfiniBand"
	}
	return ""
}

func dhcpMessageName(v uint64) string {
	switch v {
	case 1:
		return "Discover"
	case 2:
		return "Offer"
	case 3:
		return "Request"
	case 4:
		return "Decline"
	case 5:
		return "ACK"
	case 6:
		return "NAK"
	case 7:
		return "Release"
	case 8:
		return "Inform"
	case 9:
		return "Force renew"
	case 10:
		return "Lease query"
	case 11:
		return "Lease unassigned"
	case 12:
		return "Lease unknown"
	case 13:
		return "Lease active"
	case 14:
		return "Bulk lease query"
	case 15:
		return "Lease query done"
	case 16:
		return "Active lease query"
	case 17:
		return "Lease query status"
	case 18:
		return "TLS"
	}
	return ""
}

func dhcpForever(v uint64) string {
	if v == 0xffffffff {
		return "infinity"
	}
	return ""
}

func dhcpOverloadName(v uint64) string {
	switch v {
	case 1:
		return "file holds options"
	case 2:
		return "sname holds options"
	case 3:
		return "file and sname hold options"
	}
	return ""
}

func dhcpNodeType(v uint64) string {
	switch v {
	case 1:
		return "B-node"
	case 2:
		return "P-node"
	case 4:
		return "M-node"
	case 8:
		return "H-node"
	}
	return ""
}

func dhcpAgentName(v uint64) string {
	switch v {
	case 1:
		return "Circuit ID"
	case 2:
		return "Remote ID"
	case 4:
		return "DOCSIS device class"
	case 5:
		return "Link selection"
	case 6:
		return "Subscriber ID"
	case 7:
		return "RADIUS attributes"
	case 8:
		return "Authentication"
	case 9:
		return "Vendor-specific information"
	case 10:
		return "Relay agent flags"
	case 11:
		return "Server identifier override"
	case 12:
		return "Relay agent identifier"
	case 19:
		return "Relay source port"
	case 151:
		return "Virtual subnet selection"
	case 152:
		return "Virtual subnet selection control"
	}
	return ""
}

// dhcpArchitecture is RFC 4578 and its IANA registry.
func dhcpArchitecture(v uint64) string {
	switch v {
	case 0:
		return "x86 BIOS"
	case 2:
		return "EFI Itanium"
	case 6:
		return "x86 UEFI"
	case 7:
		return "x64 UEFI"
	case 9:
		return "EBC"
	case 10:
		return "ARM 32-bit UEFI"
	case 11:
		return "ARM 64-bit UEFI"
	case 15:
		return "x86 UEFI over HTTP"
	case 16:
		return "x64 UEFI over HTTP"
	case 19:
		return "ARM 64-bit UEFI over HTTP"
	}
	return ""
}

// duidType is RFC 8415 section 11.
func duidType(v uint64) string {
	switch v {
	case 1:
		return "link-layer address plus time"
	case 2:
		return "vendor-assigned"
	case 3:
		return "link-layer address"
	case 4:
		return "UUID"
	}
	return ""
}
