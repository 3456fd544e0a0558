package wire

// ARP for IPv4 over Ethernet: RFC 826; conflict detection: RFC 5227.

import "net/netip"

// Sizes and operation codes of ARP.
const (
	ARPLen            = 28
	ARPRequest uint16 = 1
	ARPReply   uint16 = 2
)

const arpHardwareEthernet = 1

// ARP is an Ethernet/IPv4 address resolution packet.
type ARP []byte

var (
	errARPShort = &Error{"arp", "packet", ErrTruncated}
	errARPSpace = &Error{"arp", "address space", ErrValue}
	errARPSize  = &Error{"arp", "address length", ErrLength}
)

// ParseARP accepts Ethernet hardware and IPv4 protocol addresses, and ends the
// view behind them: the rest of b is padding of the frame.
func ParseARP(b []byte) (ARP, error) {
	if len(b) < ARPLen {
		return nil, errARPShort
	}
	if get16(b, 0) != arpHardwareEthernet || get16(b, 2) != EtherTypeIPv4 {
		return nil, errARPSpace
	}
	if b[4] != 6 || b[5] != 4 {
		return nil, errARPSize
	}
	return b[:ARPLen:ARPLen], nil
}

func (a ARP) HardwareType() uint16 { return get16(a, 0) }
func (a ARP) ProtocolType() uint16 { return get16(a, 2) }
func (a ARP) HardwareLen() int     { return int(a[4]) }
func (a ARP) ProtocolLen() int     { return int(a[5]) }

// Op is the operation code: ARPRequest, ARPReply or something else.
func (a ARP) Op() uint16 { return get16(a, 6) }

func (a ARP) SenderMAC() MAC       { return MAC(a[8:14]) }
func (a ARP) SenderIP() netip.Addr { return netip.AddrFrom4([4]byte(a[14:18])) }
func (a ARP) TargetMAC() MAC       { return MAC(a[18:24]) }
func (a ARP) TargetIP() netip.Addr { return netip.AddrFrom4([4]byte(a[24:28])) }

// ARPFields is what an ARP packet holds. The addresses must be IPv4; a probe's
// sender is 0.0.0.0, not the zero netip.Addr.
type ARPFields struct {
	Op        uint16
	SenderMAC MAC
	SenderIP  netip.Addr
	TargetMAC MAC
	TargetIP  netip.Addr
}

// Put writes the packet to b and returns ARPLen.
func (f *ARPFields) Put(b []byte) int {
	b = b[:ARPLen]
	put16(b, 0, arpHardwareEthernet)
	put16(b, 2, EtherTypeIPv4)
	b[4], b[5] = 6, 4
	put16(b, 6, f.Op)
	copy(b[8:14], f.SenderMAC[:])
	putAddr4(b, 14, f.SenderIP)
	copy(b[18:24], f.TargetMAC[:])
	putAddr4(b, 24, f.TargetIP)
	return ARPLen
}

func putAddr4(b []byte, i int, a netip.Addr) {
	v := a.As4()
	copy(b[i:i+4], v[:])
}

func putAddr16(b []byte, i int, a netip.Addr) {
	v := a.As16()
	copy(b[i:i+16], v[:])
}
