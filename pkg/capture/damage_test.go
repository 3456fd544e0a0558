package capture_test

// Damaged files: every public capture, changed at random in a thousand ways. No
// panic, no hang, little memory; and every packet that tcpdump or tshark can still
// read.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// damage changes a copy of a file: bits flipped, bytes and lengths overwritten, a
// part cut out, doubled or moved, the end cut off, another file's part put in.
func damage(rnd *rand.Rand, b, other []byte) []byte {
	b = bytes.Clone(b)
	for range 1 + rnd.IntN(4) {
		if len(b) < 8 {
			return b
		}
		at := rnd.IntN(len(b))
		to := at + rnd.IntN(min(len(b)-at, 200)+1)
		switch rnd.IntN(8) {
		case 0:
			b[at] ^= 1 << rnd.IntN(8)
		case 1:
			b[at] = byte(rnd.Uint32())
		case 2:
			v := []uint32{0, 1, 4, 12, 16, 0x7fffffff, 0x80000000, 0xffffffff, 262144, 65535, 16 << 20}[rnd.IntN(11)]
			binary.LittleEndian.PutUint32(b[min(at&^3, len(b)-4):], v)
		case 3:
			b = b[:at]
		case 4:
			b = append(b[:at], b[to:]...)
		case 5:
			b = append(bytes.Clone(b[:to]), b[at:]...)
		case 6:
			if len(other) > 0 {
				from := rnd.IntN(len(other))
				b = append(append(bytes.Clone(b[:at]), other[from:min(len(other), from+rnd.IntN(300))]...), b[at:]...)
			}
		case 7: // only near the head, where all depends on it
			b[rnd.IntN(min(len(b), 64))] ^= 1 << rnd.IntN(8)
		}
	}
	return b
}

// originals are the public captures that are not large, each as it is, and some
// turned into pcapng.
func originals(t *testing.T) (names []string, files [][]byte) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(need.Captures(t), "*", "*.pcap*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 1<<16 {
			continue
		}
		names, files = append(names, filepath.Base(path)), append(files, b)
		if ng := asPcapng(b); len(names)%3 == 0 && ng != nil {
			names, files = append(names, filepath.Base(path)+" as pcapng"), append(files, ng)
		}
	}
	return names, files
}

// asPcapng writes a capture file's packets as pcapng, with options.
func asPcapng(b []byte) []byte {
	r, err := capture.Open(bytes.NewReader(b))
	if err != nil || r.Format() == "pcapng" {
		return nil
	}
	var out bytes.Buffer
	w, _ := capture.NewWriter(&out, capture.SectionInfo{Application: "netkit"})
	w.AddInterface(r.Interfaces()[0])
	for i := uint64(1); ; i++ {
		p, err := r.Next()
		if err != nil {
			w.Flush()
			return out.Bytes()
		}
		p.ID, p.Comments = i, []string{"a comment"}
		if w.WritePacket(p) != nil {
			return nil
		}
	}
}

func TestDamagedFilesByTheThousand(t *testing.T) {
	names, files := originals(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	for i, b := range files {
		for n := range 100 {
			d := damage(rnd, b, files[rnd.IntN(len(files))])
			var before, after runtime.MemStats
			if n%20 == 0 { // reading the statistics stops the world
				runtime.ReadMemStats(&before)
			}
			r, err := capture.Open(bytes.NewReader(d))
			if err == nil {
				r.OnMeta = func(capture.Meta) {}
				for size := 0; err == nil; {
					var p capture.Packet
					p, err = r.Next()
					if size += len(p.Data); size > len(d) {
						t.Fatalf("%s, damage %d: %d bytes of packets in a file of %d", names[i], n, size, len(d))
					}
				}
			}
			if n%20 == 0 {
				runtime.ReadMemStats(&after)
				if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20+16*uint64(len(d)) {
					t.Fatalf("%s, damage %d: %d bytes allocated for a file of %d", names[i], n, got, len(d))
				}
			}
			if err != io.EOF {
				wantPlaced(t, err, len(d))
			}
		}
	}
}

// byTcpdump and byTshark list the lengths of the packets that the tools read. Both write what
// they can before they complain.
func byTcpdump(t *testing.T, path string) (list []string) {
	out, _ := exec.Command(need.Tool(t, "tcpdump"), "-r", path, "-w", "-").Output()
	packets, _ := readAll(out)
	return lengths(packets)
}

func byTshark(t *testing.T, path string) []string {
	out, _ := exec.Command(need.Tool(t, "tshark"), "-n", "-r", path, "-T", "fields", "-E", "separator=/", "-e", "frame.cap_len", "-e", "frame.len").Output()
	return strings.Fields(string(out))
}

func lengths(packets []packet) (list []string) {
	for _, p := range packets {
		list = append(list, fmt.Sprint(len(p.data), "/", p.orig))
	}
	return list
}

// otherFormat says that tshark took the file for something else, which it does
// readily: a picture, JSON, or a variant of pcap with longer records, whose
// packets are then not the ones that stand there.
func otherFormat(t *testing.T, path string, ours, theirs []string) bool {
	out, _ := exec.Command(need.Tool(t, "capinfos"), "-t", path).Output()
	if kind := string(out); strings.Contains(kind, "File type:") && !strings.Contains(kind, "Wireshark/") {
		return true
	}
	n := min(len(ours), len(theirs))
	return n > 0 && !slices.Equal(ours[:n], theirs[:n])
}

func TestNoPacketIsLostThatOthersRead(t *testing.T) {
	if testing.Short() {
		t.Skip("runs tcpdump and tshark some hundred times")
	}
	names, files := originals(t)
	rnd := rand.New(rand.NewPCG(5, 6))
	dir := t.TempDir()
	for n := range 50 {
		i := n % len(files)
		d := damage(rnd, files[i], files[rnd.IntN(len(files))])
		path := filepath.Join(dir, fmt.Sprint(n))
		if err := os.WriteFile(path, d, 0o600); err != nil {
			t.Fatal(err)
		}
		packets, err := readAll(d)
		ours, tcpdump, tshark := lengths(packets), byTcpdump(t, path), byTshark(t, path)
		if len(ours) < len(tcpdump) || len(ours) < len(tshark) && !otherFormat(t, path, ours, tshark) {
			t.Errorf("%s, damage %d: %d packets (%v), tcpdump reads %d, tshark %d", names[i], n, len(ours), err, len(tcpdump), len(tshark))
		}
	}
}
