package pcapfilter

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// TestKernelFiltersStrippedVLANTags sends tagged and plain frames through a pair
// of veth devices in a network namespace of its own. On receipt Linux moves the
// outer tag to the socket buffer, so that the frame has it no more, and only a
// live program finds it.
func TestKernelFiltersStrippedVLANTags(t *testing.T) {
	ip := need.Tool(t, "ip")
	need.Namespace(t)
	if err := inNamespace(ip, t); err != nil {
		t.Fatal(err)
	}
}

func inNamespace(ip string, t *testing.T) error {
	// IPv6 would announce itself on the new devices, in the middle of the test.
	// Where there is no such file there is no IPv6.
	_ = os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0)
	for _, args := range [][]string{
		{"link", "add", "va", "type", "veth", "peer", "name", "vb"}, {"link", "set", "va", "up"}, {"link", "set", "vb", "up"},
	} {
		if out, err := exec.Command(ip, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %v: %w: %s", args, err, out)
		}
	}
	out, err := packetSocket("va")
	if err != nil {
		return err
	}
	defer unix.Close(out)

	udp4 := ip4(protoUDP, hostA, hostB, 0, 0, udp(4000, 5000, make([]byte, 20)...))
	plain := eth(typeIP, udp4)
	tagged := eth(typeVLAN, cat(be16(5), be16(typeIP), udp4))
	double := eth(typeVLANSvc, cat(be16(300), be16(typeVLAN), be16(5), be16(typeIP), udp4))
	for _, c := range []struct {
		expr                  string
		plain, tagged, double bool
	}{
		{"udp port 5000", true, true, false},
		{"vlan", false, true, true},
		{"vlan 5 and udp port 5000", false, true, false},
		{"vlan 6", false, false, false},
		{"vlan 300 and vlan 5 and udp port 5000", false, false, true},
		{"inbound and udp", true, true, false},
		{"outbound", false, false, false},
	} {
		p, err := Compile(c.expr, Config{LinkType: capture.LinkTypeEthernet, Live: true})
		if err != nil {
			return err
		}
		in, err := packetSocket("vb")
		if err != nil {
			return err
		}
		raw := p.Raw()
		prog := unix.SockFprog{Len: uint16(len(raw)), Filter: (*unix.SockFilter)(unsafe.Pointer(&raw[0]))}
		if err := unix.SetsockoptSockFprog(in, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
			return fmt.Errorf("%q: SO_ATTACH_FILTER: %w", c.expr, err)
		}
		for _, f := range []struct {
			name  string
			frame []byte
			want  bool
		}{{"plain", plain, c.plain}, {"tagged", tagged, c.tagged}, {"double-tagged", double, c.double}} {
			if _, err := unix.Write(out, f.frame); err != nil {
				return err
			}
			// veth hands frames over before the write returns or right after.
			fds := []unix.PollFd{{Fd: int32(in), Events: unix.POLLIN}}
			timeout := 20
			if f.want {
				timeout = 5000
			}
			n, err := unix.Poll(fds, timeout)
			if err != nil {
				return err
			}
			if got := n > 0; got != f.want {
				t.Errorf("%q: a %s frame passed: %v", c.expr, f.name, got)
			}
			if n > 0 {
				if _, err := unix.Read(in, make([]byte, 2000)); err != nil {
					return err
				}
			}
		}
		unix.Close(in)
	}
	return nil
}

// packetSocket opens a socket that sees the frames of one device.
func packetSocket(dev string) (int, error) {
	ifr, err := unix.NewIfreq(dev)
	if err != nil {
		return 0, err
	}
	all := binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL})
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return 0, fmt.Errorf("AF_PACKET: %w", err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr); err != nil {
		return 0, err
	}
	err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: int(ifr.Uint32())})
	return fd, err
}
