package kernelpath_test

import (
	"context"
	"fmt"

	"github.com/netkit-go/netkit/pkg/kernelpath"
)

// What becomes of the bytes of a request and its answer.
func ExampleRun() {
	ledger := &kernelpath.Ledger{}
	r, err := kernelpath.Run(context.Background(), kernelpath.Scenario{Kind: kernelpath.Request, Size: 1000}, ledger)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Packets, "request of", r.Bytes, "bytes")
	fmt.Println(ledger.Summary())
	// Output:
	// 1 request of 1000 bytes
	// 1 copy on send (1000 bytes), 1 clone, 0 fragment copies; 1 copy on receive (1000 bytes)
}

// The same flood with rings of different sizes.
func ExampleVariation() {
	v, err := kernelpath.ParseVariation("ring=64,4096")
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := v.Run(context.Background(), kernelpath.Scenario{Kind: kernelpath.Storm, PPS: 10_000_000}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("a larger ring loses less:", rows[1].Result.Dropped() < rows[0].Result.Dropped())
	// Output: a larger ring loses less: true
}
