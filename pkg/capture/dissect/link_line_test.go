package dissect

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// TestMadePacketsLinesAreTcpdumps: where the innermost layer is a protocol of
// registry_link.go, tcpdump -nn says what the packet's line says.
func TestMadePacketsLinesAreTcpdumps(t *testing.T) {
	tcpdump := need.Tool(t, "tcpdump")
	compared := 0
	for _, m := range madePackets() {
		p := dissectMade(t, m)
		last := p.Layers[len(p.Layers)-1]
		if !slices.Contains(linkProtos(), last.Proto) || len(p.Info) == 0 || last.Bad != "" {
			continue
		}
		file := filepath.Join(t.TempDir(), "made.pcap")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		w, err := capture.NewPcapWriter(f, m.link, 0)
		if err == nil {
			err = errors.Join(w.WritePacket(capture.Packet{Data: m.data}), w.Flush(), f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(tcpdump, "-nn", "-t", "-r", file).Output()
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			continue
		}
		compared++
		if theirs := string(out); !strings.Contains(theirs, string(p.Info)) && !slices.Contains(otherLines, m.name) {
			t.Errorf("%s: the line is %q, tcpdump says %q", m.name, p.Info, theirs)
		}
	}
	if compared < 20 {
		t.Errorf("only %d lines were compared", compared)
	}
}

// otherLines are the packets that tcpdump tells of in other words.
var otherLines = []string{
	"LLC supervisory", // it knows NetBIOS by its SAP
	"VRRPv2",          // it tells the TTL, of another layer
	"RMCP ping",       // unknown to it
}
