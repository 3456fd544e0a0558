package display_test

import (
	"errors"
	"fmt"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/display"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// A filter is compiled once and asked for each packet.
func ExampleCompile() {
	f, err := display.Compile(`arp.opcode == 1 and arp.dst.proto_ipv4 == 198.51.100.0/24`)
	if err != nil {
		fmt.Println(err)
		return
	}
	request := []byte("\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x01\x08\x06" +
		"\x00\x01\x08\x00\x06\x04\x00\x01\x02\x00\x00\x00\x00\x01\xc6\x33\x64\x02\x00\x00\x00\x00\x00\x00\xc6\x33\x64\x03")
	d := dissect.D{WantFields: f.Needs().Fields != nil}
	p := dissect.Packet{Meta: dissect.Meta{LinkType: capture.LinkTypeEthernet, Data: request, OrigLen: len(request)}}
	d.Dissect(&p)
	fmt.Println(f.Match(&p))
	// Output: true
}

// An error says where it is, and what was perhaps meant.
func ExampleError() {
	_, err := display.Compile(`tcp.port == 80 and ip.adr == 10.0.0.1`)
	var e *display.Error
	if errors.As(err, &e) {
		fmt.Printf("%d %q: %s\n", e.Offset, e.Part(), e.Msg)
	}
	// Output: 19 "ip.adr": ip.adr is neither a field nor a protocol; did you mean ip.addr?
}
