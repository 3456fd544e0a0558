package capture_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/netkit-go/netkit/pkg/capture"
)

// One interface per place where packets are seen; the same packet has the same
// id at all of them.
func ExampleWriter() {
	var file bytes.Buffer // or os.Stdout, or a file
	w, err := capture.NewWriter(&file, capture.SectionInfo{Application: "netkit"})
	if err != nil {
		log.Fatal(err)
	}
	client, _ := w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet, Name: "client/eth0"})
	server, _ := w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet, Name: "web/eth0"})

	frame := make([]byte, 60)
	err = errors.Join(
		w.WritePacket(capture.Packet{Interface: client, Time: 1_000_000_000, Data: frame, ID: 1, Flags: capture.Outbound}),
		w.WritePacket(capture.Packet{Interface: server, Time: 1_000_001_200, Data: frame, ID: 1, Flags: capture.Inbound, Comments: []string{"arrived"}}),
		w.Flush(),
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Len(), "bytes")
	// Output: 380 bytes
}

func ExampleReader() {
	file := sample()
	r, err := capture.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err) // everything before the damage has been seen
		}
		fmt.Printf("%d ns  %s  %v  %d bytes  packet %d  %q\n", p.Time, r.Interfaces()[p.Interface].Name, p.LinkType, len(p.Data), p.ID, p.Comments)
	}
	// Output:
	// 1000000000 ns  client/eth0  ETHERNET  60 bytes  packet 1  []
	// 1000001200 ns  web/eth0  ETHERNET  60 bytes  packet 1  ["arrived"]
}

// A copy keeps what the file says about the packets that are chosen.
func ExampleCopier() {
	r, err := capture.Open(sample())
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	c, err := capture.NewCopier(r, &out)
	if err != nil {
		log.Fatal(err)
	}
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		if len(p.Comments) > 0 {
			if err := c.WritePacket(p); err != nil {
				log.Fatal(err)
			}
		}
	}
	if err := c.Flush(); err != nil {
		log.Fatal(err)
	}
	if r, err = capture.Open(&out); err != nil {
		log.Fatal(err)
	}
	p, err := r.Next()
	fmt.Println(r.Section().Application, r.Interfaces()[p.Interface].Name, p.Comments, err)
	// Output: netkit web/eth0 [arrived] <nil>
}

// A damaged file gives what is whole, and then says what is wrong and where.
func ExampleError() {
	file := sample()
	file.Truncate(file.Len() - 10)
	r, err := capture.Open(file)
	n := 0
	for ; err == nil; n++ {
		_, err = r.Next()
	}
	var e *capture.Error
	if errors.As(err, &e) {
		fmt.Println(e.Packets, "packet;", errors.Is(err, capture.ErrTruncated), e.Offset)
	}
	// Output: 1 packet; true 244
}

func sample() *bytes.Buffer {
	var file bytes.Buffer
	w, _ := capture.NewWriter(&file, capture.SectionInfo{Application: "netkit"})
	for _, name := range []string{"client/eth0", "web/eth0"} {
		w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet, Name: name})
	}
	w.WritePacket(capture.Packet{Interface: 0, Time: 1_000_000_000, Data: make([]byte, 60), ID: 1})
	w.WritePacket(capture.Packet{Interface: 1, Time: 1_000_001_200, Data: make([]byte, 60), ID: 1, Comments: []string{"arrived"}})
	w.Flush()
	return &file
}
