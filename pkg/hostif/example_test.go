package hostif_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/hostif"
)

// A capture into a file, until Ctrl-C.
func ExampleOpen() {
	live, err := hostif.Open(hostif.Config{Interface: "lo"})
	if err != nil {
		log.Fatal(err) // says what to do where the permission is missing
	}
	defer live.Close()

	w, err := capture.NewWriter(os.Stdout, capture.SectionInfo{Application: "example"})
	if err != nil {
		log.Fatal(err)
	}
	id, _ := w.AddInterface(live.Interface())

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	for {
		p, err := live.Next(ctx)
		if errors.Is(err, context.Canceled) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		p.Interface = id
		if err := w.WritePacket(p); err != nil {
			log.Fatal(err)
		}
	}
	w.Flush()
	fmt.Fprintf(os.Stderr, "%+v\n", live.Stats())
}
