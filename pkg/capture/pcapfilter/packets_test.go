package pcapfilter

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// Packets to run filters on: a plain one of each kind that a filter can tell
// apart, wrapped in every encapsulation, cut short, and with bytes changed.

func cat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func be16(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
func be32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func ip4(proto int, src, dst [4]byte, frag, options int, payload []byte) []byte {
	h := cat([]byte{byte(0x45 + options), 0}, be16(20+4*options+len(payload)), be16(7), be16(frag),
		[]byte{64, byte(proto), 0, 0}, src[:], dst[:], make([]byte, 4*options))
	return append(h, payload...)
}

func ip6(next int, src, dst byte, payload []byte) []byte {
	a := func(b byte) []byte { return cat(be16(0x2001), be16(0xdb8), make([]byte, 11), []byte{b}) }
	return cat([]byte{0x60, 0, 0, 0}, be16(len(payload)), []byte{byte(next), 64}, a(src), a(dst), payload)
}

func ports(src, dst int, rest ...byte) []byte { return cat(be16(src), be16(dst), rest) }

func tcp(src, dst int, flags byte) []byte {
	return ports(src, dst, append([]byte{0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 1, 0, 0, 0, 0, 0}, "GET / HTTP/1.1"...)...)
}

func udp(src, dst int, payload ...byte) []byte {
	return cat(be16(src), be16(dst), be16(8+len(payload)), be16(0), payload)
}

var (
	hostA = [4]byte{10, 1, 2, 3}
	hostB = [4]byte{192, 168, 1, 9}
	hostC = [4]byte{224, 0, 0, 5}
	hostD = [4]byte{10, 255, 255, 255}
)

// netPacket is a network-layer packet and the EtherType that names it.
type netPacket struct {
	ethertype int
	data      []byte
}

func eth(ethertype int, payload []byte) []byte {
	return cat([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}, be16(ethertype), payload)
}

func networkPackets() []netPacket {
	mask := cat([]byte{255, 255, 255, 0})
	arp := func(op int) []byte {
		return cat(be16(1), be16(0x800), []byte{6, 4}, be16(op), []byte{2, 0, 0, 0, 0, 1}, hostA[:], make([]byte, 6), hostB[:])
	}
	p4 := func(proto int, b []byte) netPacket { return netPacket{typeIP, ip4(proto, hostA, hostB, 0, 0, b)} }
	p6 := func(next int, b []byte) netPacket { return netPacket{typeIP6, ip6(next, 1, 2, b)} }
	list := []netPacket{
		p4(6, tcp(1025, 80, 2)), p4(6, tcp(80, 1025, 0x12)), p4(6, tcp(443, 443, 0x11)), p4(6, tcp(22, 8080, 0xc4)),
		p4(17, udp(53, 5353, 1, 2, 3)), p4(17, udp(5060, 53)), p4(17, udp(67, 68)), p4(17, udp(123, 123)),
		p4(132, ports(80, 443, 1, 2, 3, 4, 5, 6, 7, 8)), p4(1, []byte{8, 0, 0, 0, 1, 2, 3, 4}), p4(1, []byte{3, 1, 0, 0, 1, 2, 3, 4}),
		p4(2, []byte{0x16, 0, 0, 0, 224, 0, 0, 5}), p4(9, []byte{1, 2, 3}), p4(50, make([]byte, 12)), p4(51, make([]byte, 12)),
		p4(103, []byte{0x20, 0, 0, 0}), p4(112, []byte{0x21, 1, 100, 1}), p4(47, make([]byte, 8)), p4(89, make([]byte, 24)),
		{typeIP, ip4(6, hostB, hostA, 0, 3, tcp(80, 2000, 0x18))}, {typeIP, ip4(17, hostB, hostA, 0, 10, udp(53, 53))},
		{typeIP, ip4(6, hostA, hostB, 0x2000, 0, tcp(80, 81, 0x18))}, {typeIP, ip4(6, hostA, hostB, 0x2005, 0, tcp(80, 81, 0x18))},
		{typeIP, ip4(17, hostA, hostC, 0, 0, udp(1985, 1985))}, {typeIP, ip4(17, hostA, hostD, 0, 0, udp(137, 137))},
		{typeIP, ip4(17, hostA, [4]byte{255, 255, 255, 255}, 0, 0, udp(68, 67))},
		{typeIP, ip4(17, hostA, [4]byte{10, 0, 0, 0}, 0, 0, udp(68, 67))},
		p6(6, tcp(1025, 80, 2)), p6(6, tcp(443, 22, 0x10)), p6(17, udp(53, 53)), p6(132, ports(80, 80)), p6(58, []byte{128, 0, 0, 0, 1, 1, 1, 1}),
		p6(58, []byte{135, 0, 0, 0, 1, 1, 1, 1}), p6(0, cat([]byte{6, 0, 0, 0, 0, 0, 0, 0}, tcp(80, 80, 2))),
		p6(44, cat([]byte{6, 0, 0, 0, 0, 0, 0, 1}, tcp(80, 80, 2))), p6(44, cat([]byte{17, 0, 0, 1, 0, 0, 0, 1}, udp(53, 53))),
		p6(51, cat([]byte{6, 4}, make([]byte, 22), tcp(80, 80, 2))), p6(50, make([]byte, 9)), p6(103, make([]byte, 9)),
		{typeARP, arp(1)}, {typeARP, arp(2)}, {typeRARP, arp(3)},
		{typeATalk, make([]byte, 20)}, {typeAARP, make([]byte, 28)}, {typeLAT, make([]byte, 9)}, {typeSCA, make([]byte, 9)},
		{typeMOPDL, []byte{1, 2}}, {typeMOPRC, []byte{1, 2}}, {typeIPX, make([]byte, 30)}, {typeLoopback, make([]byte, 46)},
		{typeXNS, make([]byte, 30)}, {0x88cc, []byte{2, 7, 4}}, {typePPPoED, []byte{0x11, 9, 0, 0, 0, 0}},
		{0x1234, mask},
	}
	for _, flags := range [][]byte{{0x02}, {0x81, 0x02}, {0x06}, {0x81, 0x06}} {
		list = append(list, netPacket{typeDECnet, cat([]byte{40, 0}, flags, []byte{0x0a, 0x28, 0x0a, 0x28, 0, 0, 0xaa, 0, 4, 0, 0x0a, 0x28, 0, 0, 0, 0xaa, 0, 4, 0, 0x0a, 0x28, 0, 0, 0})})
	}
	inner := list[:len(list):len(list)]
	for _, p := range inner {
		for _, label := range []int{1024, 100000} {
			list = append(list,
				netPacket{typeMPLS, cat(be32(label<<12|1<<8|9), p.data)},
				netPacket{typeMPLS, cat(be32(16<<12|9), be32(label<<12|1<<8|9), p.data)})
		}
		if ppp := pppProto(uint32(p.ethertype)); ppp != uint32(p.ethertype) {
			list = append(list, netPacket{typePPPoES, cat([]byte{0x11, 0}, be16(0x27), be16(2+len(p.data)), be16(int(ppp)), p.data)})
		}
		for _, vlan := range []int{5, 100, 4095} {
			tagged := cat(be16(0x6000|vlan), be16(p.ethertype), p.data)
			list = append(list, netPacket{typeVLAN, tagged},
				netPacket{typeVLANSvc, cat(be16(300), be16(typeVLAN), tagged)},
				netPacket{typeVLANOld, cat(be16(5), be16(typeVLANSvc), be16(5), be16(typeVLAN), tagged)})
		}
		geneve := cat([]byte{0x01, 0}, be16(p.ethertype), []byte{0, 0, 0xb, 0, 0, 0, 0, 0}, p.data)
		bridged := cat([]byte{0x00, 0}, be16(typeBridged), []byte{0, 1, 0, 0}, eth(p.ethertype, p.data))
		list = append(list, p4(17, udp(9999, genevePort, geneve...)), p6(17, udp(9999, genevePort, geneve...)),
			p4(17, udp(9999, genevePort, bridged...)), p6(17, udp(9999, genevePort, bridged...)),
			p4(17, udp(9999, genevePort, append([]byte{0x80}, geneve[1:]...)...)))
	}
	return list
}

// llcFrames are 802.3 frames.
func llcFrames() [][]byte {
	var list [][]byte
	for _, h := range [][]byte{
		{0x42, 0x42, 3, 0, 0, 2, 2}, {0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 15, 1}, {0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 17, 1},
		{0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 18}, {0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 20}, {0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 24},
		{0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 25}, {0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 26}, {0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 27},
		{0xfe, 0xfe, 3, osiISIS, 27, 1, 0, 16}, {0xfe, 0xfe, 3, osiESIS, 27, 1}, {0xfe, 0xfe, 3, osiCLNP, 27, 1},
		{0xf0, 0xf0, 3, 1}, {0xf0, 0xf1, 0x7f, 1}, {0xe0, 0xe0, 3, 0xff}, {0xff, 0xff, 0, 0x22}, {0x06, 0x06, 3, 0x45},
		{0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0x37, 1}, {0xaa, 0xaa, 3, 8, 0, 7, 0x80, 0x9b, 1}, {0xaa, 0xaa, 3, 0, 0, 0, 0x80, 0xf3, 1},
		{0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45}, {0x20, 0x20, 0x01}, {0x20, 0x20, 0x05}, {0x20, 0x20, 0x09}, {0x20, 0x20, 0x63},
		{0x20, 0x20, 0x43}, {0x20, 0x20, 0x6f}, {0x20, 0x20, 0xe3}, {0x20, 0x20, 0xaf}, {0x20, 0x20, 0x87}, {0x20, 0x20, 0x10},
	} {
		list = append(list, cat(h, make([]byte, 12)))
	}
	return list
}

// onLink puts a network packet behind the link type's header, or returns nil.
func onLink(lt capture.LinkType, p netPacket) []byte {
	mac := []byte{2, 0, 0, 0, 0, 2}
	switch lt {
	case capture.LinkTypeEthernet:
		return eth(p.ethertype, p.data)
	case capture.LinkTypeLinuxSLL:
		return cat(be16(len(p.data)%2*4), be16(1), be16(6), mac, make([]byte, 2), be16(p.ethertype), p.data)
	case capture.LinkTypeLinuxSLL2:
		return cat(be16(p.ethertype), be16(0), be32(3), be16(1), []byte{byte(len(p.data) % 2 * 4), 6}, mac, make([]byte, 2), p.data)
	case capture.LinkTypePPP, linkTypePPPHDLC:
		return cat([]byte{0xff, 3}, be16(int(pppProto(uint32(p.ethertype)))), p.data)
	case capture.LinkTypePPPEther:
		return cat([]byte{0x11, 0}, be16(0x27), be16(2+len(p.data)), be16(int(pppProto(uint32(p.ethertype)))), p.data)
	case capture.LinkTypeNull:
		return cat([]byte{map[int]byte{typeIP: 2, typeIP6: 30}[p.ethertype], 0, 0, 0}, p.data)
	case capture.LinkTypeLoop:
		return cat([]byte{0, 0, 0, map[int]byte{typeIP: 2, typeIP6: 24}[p.ethertype]}, p.data)
	}
	if p.ethertype == typeIP || p.ethertype == typeIP6 {
		return p.data
	}
	return nil
}

// corpus is what filters for lt are tried on.
func corpus(t testing.TB, lt capture.LinkType, seed uint64) [][]byte {
	t.Helper()
	var list [][]byte
	for _, p := range networkPackets() {
		if b := onLink(lt, p); b != nil {
			list = append(list, b)
		}
	}
	for _, f := range llcFrames() {
		switch lt {
		case capture.LinkTypeEthernet:
			list = append(list, eth(len(f), f), eth(typeVLAN, cat(be16(5), be16(len(f)), f)))
		case capture.LinkTypeLinuxSLL:
			list = append(list, onLink(lt, netPacket{sllLLC, f}), onLink(lt, netPacket{sllRaw8023, f}))
		}
	}
	if lt == capture.LinkTypeEthernet {
		for i, b := range list[:min(60, len(list))] {
			b = append([]byte(nil), b...)
			b[0] = []byte{0xff, 1}[i%2]
			if b[0] == 0xff {
				copy(b, "\xff\xff\xff\xff\xff\xff")
			}
			list = append(list, b)
		}
	}
	r := rand.New(rand.NewPCG(seed, 1))
	plain := len(list)
	for range 2 * plain {
		b := append([]byte(nil), list[r.IntN(plain)]...)
		for range 1 + r.IntN(3) {
			if len(b) > 0 {
				b[r.IntN(min(len(b), 80))] = byte(r.IntN(256)) & []byte{0xff, 0x0f, 0xf0, 1}[r.IntN(4)]
			}
		}
		list = append(list, b[:r.IntN(len(b)+1)], b)
	}
	return list
}

// captured returns packets of the captures that lie beside the project, at most
// limit from each file.
func captured(t testing.TB, lt capture.LinkType, limit int) [][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(need.Captures(t), "*", "*.pcap*"))
	if err != nil {
		t.Fatal(err)
	}
	var list [][]byte
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := capture.Open(f); err == nil {
			for n := 0; n < limit; n++ {
				p, err := r.Next()
				if err != nil {
					if err != io.EOF {
						t.Logf("%s: %v", filepath.Base(name), err)
					}
					break
				}
				if p.LinkType == lt {
					list = append(list, append([]byte(nil), p.Data...))
				}
			}
		}
		f.Close()
	}
	return list
}
