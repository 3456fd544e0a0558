package pcapfilter

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/net/ipv4"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// TestLinuxAcceptsEveryProgram attaches the live programs to a socket: the
// kernel checks codes, jumps, scratch memory and length (bpf_check_classic in
// net/core/filter.c), and any socket will do for that.
func TestLinuxAcceptsEveryProgram(t *testing.T) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	conn := ipv4.NewPacketConn(c)
	n := 0
	for _, expr := range expressions() {
		p, err := Compile(expr, Config{LinkType: capture.LinkTypeEthernet, Live: true})
		if err != nil {
			continue
		}
		if err := conn.SetBPF(p.Raw()); err != nil {
			t.Errorf("%q: %v\n%s", expr, err, p)
		}
		n++
	}
	if n < 500 {
		t.Errorf("only %d expressions compiled", n)
	}
}

// TestLiveMeaningAgreesWithTcpdump compares programs for a live socket: tcpdump
// makes one when it is given an interface. What the kernel knows beside the
// packet is put into both programs.
func TestLiveMeaningAgreesWithTcpdump(t *testing.T) {
	need.Root(t)
	o := newOracle(t)
	packets := corpus(t, capture.LinkTypeEthernet, 3)
	for i := range packets { // every fifth is enough for seven states
		if i*5 < len(packets) {
			packets[i] = packets[i*5]
		}
	}
	packets = packets[:len(packets)/5]
	for _, expr := range []string{
		"vlan", "vlan 5", "vlan 100", "vlan and ip", "vlan 5 and ip", "vlan 5 and tcp port 80", "not vlan and ip", "not vlan",
		"vlan or ip", "ip or vlan", "(vlan and ip) or ip", "vlan 5 or vlan 100", "vlan and vlan", "vlan 5 and vlan 100",
		"vlan 300 and vlan 5 and ip", "vlan and mpls", "vlan and mpls 1024 and ip", "vlan and pppoes and ip", "vlan and geneve and ip",
		"geneve and vlan and ip", "pppoes and ip", "vlan and arp host 10.1.2.3", "vlan and iso", "vlan and llc", "vlan and ip6 and udp port 53",
		"vlan and tcp[tcpflags] & tcp-syn != 0", "vlan and ip[8] = 64", "vlan and ether host 2:0:0:0:0:1", "vlan and ether[0] = 2",
		"inbound", "outbound", "not outbound and tcp", "ifindex 1", "ifindex 7 or udp", "inbound and vlan 5", "ip", "tcp port 80",
	} {
		theirs, refusal := o.runRaw(t, []string{"-i", "lo", "-ddd", "--", expr})
		ours, err := Compile(expr, Config{LinkType: capture.LinkTypeEthernet, Live: true})
		if (err == nil) != (refusal == "") {
			t.Errorf("%q: tcpdump %q, we %v", expr, refusal, err)
			continue
		}
		for _, state := range []map[uint32]uint32{
			{}, {skfVLANPresent: 1, skfVLANTag: 0x6005}, {skfVLANPresent: 1, skfVLANTag: 100}, {skfVLANTag: 5},
			{skfPacketType: packetOutgoing}, {skfPacketType: 1, skfIfindex: 7}, {skfIfindex: 1},
		} {
			vm, own := machine(t, decode(t, beside(theirs, state))), machine(t, decode(t, beside(ours.Raw(), state)))
			for _, p := range packets {
				if want, got := passes(t, vm, p), passes(t, own, p); want != got {
					t.Errorf("%q with %v: tcpdump %v, we %v on % x\n%s", expr, state, want, got, p, ours)
					break
				}
			}
		}
	}
}

// beside puts what the kernel knows in place of the loads that ask for it.
func beside(raw []bpf.RawInstruction, state map[uint32]uint32) []bpf.RawInstruction {
	out := append([]bpf.RawInstruction(nil), raw...)
	for i, in := range out {
		if in.Op&0xe7 == bpfLD|bpfABS && in.K >= skfOffset {
			out[i] = bpf.RawInstruction{Op: bpfLD | bpfIMM, K: state[in.K-skfOffset]}
		}
	}
	return out
}

// TestLiveProgramsStayBelowTheKernelsLimit: BPF_MAXINSNS.
func TestLiveProgramsStayBelowTheKernelsLimit(t *testing.T) {
	var hosts []string
	for i := range 4000 {
		hosts = append(hosts, fmt.Sprintf("10.0.%d.%d", i>>8, i&255))
	}
	expr := "ip host " + strings.Join(hosts, " or ")
	if _, err := Compile(expr, Config{LinkType: capture.LinkTypeEthernet, Live: true}); err == nil {
		t.Error("8000 comparisons fit into 4096 instructions")
	}
	if _, err := Compile(expr, Config{LinkType: capture.LinkTypeEthernet}); err != nil {
		t.Errorf("the same for a file: %v", err)
	}
	p, err := Compile("ip host "+strings.Join(hosts[:600], " or "), Config{LinkType: capture.LinkTypeEthernet, Live: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Raw()); n > MaxLiveInstructions {
		t.Errorf("%d instructions", n)
	}
}
