package nic

import (
	"encoding/binary"
	"net/netip"
	"testing"
)

// The table of "Verifying the RSS hash calculation" in Microsoft's driver
// documentation.
func TestToeplitzVerificationSuite(t *testing.T) {
	for _, v := range []struct {
		src, dst     string
		sport, dport uint16
		addrs, all   uint32
	}{
		{"66.9.149.187", "161.142.100.80", 2794, 1766, 0x323e8fc2, 0x51ccc178},
		{"199.92.111.2", "65.69.140.83", 14230, 4739, 0xd718262a, 0xc626b0ea},
		{"24.19.198.95", "12.22.207.184", 12898, 38024, 0xd2d0a5de, 0x5c2b394a},
		{"38.27.205.30", "209.142.163.6", 48228, 2217, 0x82989176, 0xafc7327f},
		{"153.39.163.191", "202.188.127.2", 44251, 1303, 0x5d1809c5, 0x10e828a2},
		{"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5, 0x40207d3d},
		{"3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461c, 0xdde51bbf},
		{"3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251, 38024, 0x4b61e985, 0x02d1feef},
	} {
		addrs := append(netip.MustParseAddr(v.src).AsSlice(), netip.MustParseAddr(v.dst).AsSlice()...)
		ports := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, v.sport), v.dport)
		if h := Toeplitz([40]byte{}, addrs, nil); h != v.addrs {
			t.Errorf("%s to %s: %08x, want %08x", v.src, v.dst, h, v.addrs)
		}
		if h := Toeplitz(MicrosoftKey, addrs, ports); h != v.all {
			t.Errorf("%s:%d to %s:%d: %08x, want %08x", v.src, v.sport, v.dst, v.dport, h, v.all)
		}
	}
}
