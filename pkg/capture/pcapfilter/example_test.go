package pcapfilter_test

import (
	"errors"
	"fmt"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/pcapfilter"
)

func ExampleCompile() {
	p, err := pcapfilter.Compile("arp or vlan 5", pcapfilter.Config{LinkType: capture.LinkTypeEthernet})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(p)

	frame := make([]byte, 60)
	frame[12], frame[13] = 0x08, 0x06 // the EtherType of ARP
	fmt.Println(p.Match(frame, len(frame)))
	// Output:
	// (000) ldh      [12]
	// (001) jeq      #0x806           jt 8	jf 2
	// (002) jeq      #0x9100          jt 5	jf 3
	// (003) jeq      #0x8100          jt 5	jf 4
	// (004) jeq      #0x88a8          jt 5	jf 9
	// (005) ldh      [14]
	// (006) and      #0xfff
	// (007) jeq      #0x5             jt 8	jf 9
	// (008) ret      #262144
	// (009) ret      #0
	// true
}

func ExampleSyntaxError() {
	_, err := pcapfilter.Compile("tcp port 80 and host", pcapfilter.Config{LinkType: capture.LinkTypeEthernet})
	var e *pcapfilter.SyntaxError
	if errors.As(err, &e) {
		fmt.Println(e.Expr)
		fmt.Printf("%*s %s\n", e.Offset+1, "^", e.What)
		fmt.Println("expected", e.Expected)
	}
	// Output:
	// tcp port 80 and host
	//                     ^ unexpected the end
	// expected an address, a name or a number
}
