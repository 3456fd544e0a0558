package capture_test

// What other people's tools say about the files: tshark and capinfos read every
// byte of ours, and we read the captures of a folder beside the module as they do.

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// run runs a tool and returns its stdout; the test is skipped where it is not
// installed.
func run(t *testing.T, tool string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	path := need.Tool(t, tool)
	var out, errs bytes.Buffer
	c := exec.Command(path, args...)
	c.Stdout, c.Stderr = &out, &errs
	err = c.Run()
	return out.String(), errs.String(), err
}

func writeTemp(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTsharkReadsOurPcapng(t *testing.T) {
	path := writeTemp(t, "all.pcapng", everything(t))
	out, stderr, err := run(t, "tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=|", "-E", "aggregator=;",
		"-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len", "-e", "frame.encap_type", "-e", "frame.interface_name", "-e", "frame.interface_description",
		"-e", "frame.comment", "-e", "frame.packet_id", "-e", "frame.packet_flags_direction", "-e", "frame.packet_flags_reception_type",
		"-e", "frame.packet_flags_fcs_length", "-e", "frame.packet_flags_crc_error", "-e", "frame.drop_count", "-e", "arp.dst.proto_ipv4", "-e", "ip.proto")
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, stderr)
	}
	want := "1700000000.000000001|60|60|1|client|eth0 of client|who has it?;zweiter — UTF-8|1|2|0|0|0||198.51.100.3|\n" +
		"1700000000.000000002|20|28|7|raw|||2|1|3|0|0|3||253\n" +
		"1700000000.000000003|60|60|1|client|eth0 of client||1|1|0|4|1||198.51.100.3|\n"
	if out = strings.ReplaceAll(out, "0x0000000", ""); out != want {
		t.Errorf("tshark reads\n%s, want\n%s", out, want)
	}
}

func TestTsharkResolvesOurNames(t *testing.T) {
	var b bytes.Buffer
	w, _ := capture.NewWriter(&b, capture.SectionInfo{})
	w.AddInterface(capture.Interface{LinkType: capture.LinkTypeRaw})
	w.WriteNames(capture.Names{{Addr: netip.MustParseAddr("192.0.2.1"), Names: []string{"client.lab.test"}}})
	w.WritePacket(capture.Packet{Data: ipv4Header(20)})
	w.Flush()
	out, stderr, err := run(t, "tshark", "-N", "n", "-r", writeTemp(t, "names.pcapng", b.Bytes()), "-T", "fields", "-e", "ip.src_host")
	if err != nil || out != "client.lab.test\n" {
		t.Errorf("tshark resolves to %q: %v\n%s", out, err, stderr)
	}
}

func TestCapinfosReadsOurPcapng(t *testing.T) {
	path := writeTemp(t, "all.pcapng", everything(t))
	out, stderr, err := run(t, "capinfos", "-M", path)
	if err != nil {
		t.Fatalf("capinfos: %v\n%s", err, stderr)
	}
	for _, want := range []string{
		"pcapng", "Number of packets:   3", "File encapsulation:  per-packet", "Ethernet (2)", "Raw IP (1)",
		"Capture hardware:    simulated", "Capture oper-sys:    netkit", "Capture application: netkit test",
		"Number of interfaces in file: 2", "Name = client", "Description = eth0 of client", "Hardware = netkit NIC",
		"Speed = 10000000000", "Time precision = nanoseconds (9)", "Capture length = 262144", "Capture length = 20",
		"Number of stat entries = 1", "FCS length = 4", "Number of resolved IPv6 addresses in file: 1", "Number of decryption secrets in file: 1", "Strict time order:   True",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("capinfos does not say %q", want)
		}
	}
	if t.Failed() {
		t.Logf("capinfos says\n%s%s", out, stderr)
	}
}

// tcpdump, that is libpcap, reads both formats; pcapng only where all
// interfaces have the same link type and snapshot length.
func TestTcpdumpReadsOurFiles(t *testing.T) {
	var ng, pc bytes.Buffer
	w, _ := capture.NewWriter(&ng, capture.SectionInfo{Application: "netkit"})
	w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet, Name: "a"})
	w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet, Name: "b"})
	pw, _ := capture.NewPcapWriter(&pc, capture.LinkTypeEthernet, 0)
	for i := range 2 {
		p := capture.Packet{Interface: i, Time: 1_700_000_000_000_000_001 + int64(i), Data: arpRequest, Comments: []string{"c"}, ID: 1}
		if err := errors.Join(w.WritePacket(p), pw.WritePacket(p)); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	pw.Flush()
	want := "1700000000.000000001 ARP, Request who-has 198.51.100.3 tell 198.51.100.2, length 46\n" +
		"1700000000.000000002 ARP, Request who-has 198.51.100.3 tell 198.51.100.2, length 46\n"
	for name, b := range map[string][]byte{"a.pcapng": ng.Bytes(), "a.pcap": pc.Bytes()} {
		out, stderr, err := run(t, "tcpdump", "-nn", "-tt", "--nano", "-r", writeTemp(t, name, b))
		if err != nil || out != want || !strings.Contains(stderr, "EN10MB (Ethernet), snapshot length 262144") {
			t.Errorf("%s: tcpdump: %v\n%s%s", name, err, stderr, out)
		}
	}
}

// encapsulations gives the link type for Wireshark's own numbers, for the
// captures that the test below finds.
var encapsulations = map[string]capture.LinkType{
	"1": 1, "4": 9, "7": 101, "15": 0, "23": 127, "25": 113, "124": 226, "130": 229, "210": 276,
}

// TestCapturesAsTsharkReadsThem compares every packet of every capture in the
// folder: how many there are, time, lengths, link type, interface, and the
// data's MD5 sum.
func TestCapturesAsTsharkReadsThem(t *testing.T) {
	dir := need.Captures(t)
	var paths []string
	for _, pattern := range []string{"*/*.pcap", "*/*.pcapng"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	if len(paths) == 0 {
		t.Fatal("the folder is there but holds no capture")
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			out, stderr, peerErr := run(t, "tshark", "-n", "-o", "frame.generate_md5_hash:TRUE", "-r", path, "-T", "fields", "-E", "separator=|", "-e", "frame.time_epoch",
				"-e", "frame.cap_len", "-e", "frame.len", "-e", "frame.encap_type", "-e", "frame.interface_id", "-e", "frame.md5_hash")
			ours, ourErr := describe(path)
			theirs := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			if out == "" {
				theirs = nil
			}
			if len(ours) != len(theirs) {
				t.Fatalf("%d packets (%v), tshark has %d (%v: %s)", len(ours), ourErr, len(theirs), peerErr, stderr)
			}
			if (ourErr == nil) != (peerErr == nil) {
				t.Errorf("the file ends with %v, for tshark with %v: %s", ourErr, peerErr, stderr)
			}
			for i := range ours {
				f := strings.Split(theirs[i], "|")
				link, ok := encapsulations[f[3]]
				if !ok {
					t.Fatalf("packet %d: encapsulation %s is not in the test's table", i+1, f[3])
				}
				f[3] = strconv.Itoa(int(link))
				if want := strings.Join(f, "|"); ours[i] != want {
					t.Fatalf("packet %d: %s, tshark has %s", i+1, ours[i], want)
				}
			}
		})
	}
}

// describe lists a file's packets as the tshark call above does.
func describe(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := capture.Open(f)
	if err != nil {
		return nil, err
	}
	var list []string
	for {
		p, err := r.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		iface := ""
		if r.Format() == "pcapng" {
			iface = strconv.Itoa(p.Interface)
		}
		list = append(list, fmt.Sprintf("%d.%09d|%d|%d|%d|%s|%x", p.Time/1e9, p.Time%1e9, len(p.Data), p.OrigLen, p.LinkType, iface, md5.Sum(p.Data)))
	}
}
