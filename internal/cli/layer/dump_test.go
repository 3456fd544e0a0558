package layer

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// dump runs netkit layer dump and returns what it prints.
func dump(t testing.TB, args ...string) (out, messages string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = dumpTo(context.Background(), &cli.Streams{In: strings.NewReader(""), Out: &o, Err: &e}, args...)
	return o.String(), e.String(), err
}

func dumpTo(ctx context.Context, s *cli.Streams, args ...string) error {
	cmd := newDump(s)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	return cmd.ExecuteContext(ctx)
}

// captures lists the real captures that are of one link type, as tcpdump wants.
func captures(t *testing.T) []string {
	dir := need.Captures(t)
	var files []string
	for _, pattern := range []string{"public/*.pcap", "tcp/*.pcap"} {
		more, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	if len(files) < 50 {
		t.Fatalf("only %d captures in %s", len(files), dir)
	}
	return files
}

// plain is a line that tells of nothing above TCP, UDP, ICMP echo or ARP.
var plain = regexp.MustCompile(`^[0-9:.]+ (IP6? \S+ > \S+: (Flags \[[^]]*\], .*length \d+|UDP, length \d+|ICMP echo re\w+, id \d+, seq \d+, length \d+)|ARP, (Request|Reply) .*)$`)

// differs lists what is written differently on purpose or cannot be the same: the
// first part of the name of the capture, and why.
var differs = map[string]string{
	"any_sll2":         "tcpdump writes the interface's name on the machine that reads the file, which is another one",
	"vxlan":            "tcpdump begins a new line behind a VXLAN header",
	"ieee802.11":       "tcpdump decodes 802.11 frames that are not wanted here",
	"of10":             "OpenFlow has no dissector",
	"ip6_frag_asan":    "the packet is damaged",
	"ipv6-srh":         "the segment routing header is written by tcpdump alone",
	"gre-heapoverflow": "the packets are damaged", "stp-heapoverflow": "the packets are damaged", "radiotap-heapoverflow": "the packets are damaged",
}

// --oneline is tcpdump -nn, line for line: plain lines without exception.
func TestLinesAreTcpdumps(t *testing.T) {
	tcpdump := need.Tool(t, "tcpdump")
	total, same := 0, 0
	for _, file := range captures(t) {
		name := filepath.Base(file)
		ours, _, _ := dump(t, "--oneline", file) // a damaged file says so, after its packets
		text, err := exec.Command(tcpdump, "-nn", "-r", file).Output()
		if err != nil && len(text) == 0 {
			continue // tcpdump cannot read it
		}
		var theirs []string
		for l := range strings.Lines(string(text)) {
			if l[0] >= '0' && l[0] <= '9' { // the others are bytes
				theirs = append(theirs, strings.TrimRight(l, " \n"))
			}
		}
		mine := strings.Split(strings.TrimSuffix(ours, "\n"), "\n")
		if ours == "" {
			mine = nil
		}
		if len(mine) != len(theirs) {
			t.Errorf("%s: %d lines, tcpdump has %d", name, len(mine), len(theirs))
			continue
		}
		why := ""
		for prefix, reason := range differs {
			if strings.HasPrefix(name, prefix) {
				why = reason
			}
		}
		shown := 0
		for i := range mine {
			total++
			if strings.TrimRight(mine[i], " ") == theirs[i] {
				same++
			} else if plain.MatchString(theirs[i]) && why == "" && shown < 3 {
				shown++
				t.Errorf("%s:\n  ours     %s\n  tcpdump  %s", name, mine[i], theirs[i])
			}
		}
	}
	t.Logf("%d of %d lines are tcpdump's (%.1f %%)", same, total, 100*float64(same)/float64(total))
	if float64(same) < 0.9*float64(total) {
		t.Errorf("only %d of %d lines are tcpdump's", same, total)
	}
}

// Columns are tshark -T fields, for the addresses, ports and lengths of everything
// that is not damaged.
func TestColumnsAreTsharks(t *testing.T) {
	tshark := need.Tool(t, "tshark")
	fields := []string{"frame.len", "ip.src", "ip.dst", "ip.ttl", "tcp.srcport", "tcp.dstport", "tcp.len", "udp.srcport", "udp.dstport", "tcp.stream"}
	dir := need.Captures(t)
	for _, name := range []string{"tcp/http_loss.client.pcap", "tcp/zero_window.server.pcap", "public/dns_tcp.pcap", "public/dnssec.pcap", "public/print-flags.pcap", "public/802.1ad_QinQ.pcap"} {
		file := filepath.Join(dir, name)
		ours, _, err := dump(t, "-T", strings.Join(fields, ","), file)
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"-r", file, "-T", "fields", "-E", "separator=;"}
		for _, f := range fields {
			args = append(args, "-e", f)
		}
		text, err := exec.Command(tshark, args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(ours)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		theirs := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if len(rows)-1 != len(theirs) {
			t.Fatalf("%s: %d packets, tshark has %d", name, len(rows)-1, len(theirs))
		}
		for i, row := range rows[1:] {
			if got := strings.Join(row, ";"); got != theirs[i] {
				t.Errorf("%s, packet %d: %s, tshark %s", name, i+1, got, theirs[i])
				break
			}
		}
	}
}

// Every capture, in every form: nothing fails that must not, and nothing reaches a
// terminal raw.
func TestEveryCaptureInEveryForm(t *testing.T) {
	for _, file := range captures(t) {
		for _, form := range [][]string{{}, {"--hex"}, {"--diagram"}, {"--format", "jsonl"}, {"--stats"}, {"--no-reassembly", "--oneline", "-Y", "frame"}} {
			out, _, err := dump(t, append(form, file)...)
			var e *cli.Error
			if err != nil && !(errors.As(err, &e) && (e.Code == "damaged" || e.Code == "format")) {
				t.Errorf("%s %v: %v", filepath.Base(file), form, err)
			}
			if i := strings.IndexFunc(out, func(r rune) bool { return r < 0x20 && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 }); i >= 0 {
				t.Errorf("%s %v: a control character in %q", filepath.Base(file), form, out[max(0, i-40):i+1])
			}
		}
	}
}

// file writes a capture of n packets, each with its number as its data.
func file(t testing.TB, n int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "n.pcap")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := capture.NewPcapWriter(f, capture.LinkTypeEthernet, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		data := append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5}, fmt.Sprintf("%010d", i+1)...)
		if err := w.WritePacket(capture.Packet{Data: data, Time: int64(i) * 1e6}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return name
}

// The output has the order of the input, and -c, --skip and -Y agree on what comes,
// however the packets fall into batches.
func TestOrderAndCounts(t *testing.T) {
	const n = 5*batchPackets + 7
	name := file(t, n)
	for _, c := range []struct {
		args        []string
		first, last int
	}{
		{nil, 1, n},
		{[]string{"-c", "1"}, 1, 1},
		{[]string{"--skip", "3", "-c", fmt.Sprint(batchPackets)}, 4, batchPackets + 3},
		{[]string{"--skip", fmt.Sprint(n)}, 0, 0},
		{[]string{"-Y", "frame.number > 10"}, 11, n},
		{[]string{"-Y", "frame.number > 10", "--skip", "5", "-c", "100"}, 16, 115},
		{[]string{"--after", "0.02", "--before", "0.04"}, 21, 40},
	} {
		out, _, err := dump(t, append([]string{"-T", "frame.number", name}, c.args...)...)
		if err != nil {
			t.Fatal(err)
		}
		want := "frame.number\n"
		for i := c.first; i <= c.last && i > 0; i++ {
			want += fmt.Sprintln(i)
		}
		if out != want {
			t.Errorf("%v: %d lines, want %d to %d", c.args, strings.Count(out, "\n")-1, c.first, c.last)
		}
	}
}

// brokenPipe takes some and then has no reader.
type brokenPipe struct{ left int }

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, syscall.EPIPE
	}
	return len(p), nil
}

// endless is a capture that never ends.
type endless struct{ r io.Reader }

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.r.Read(p); n > 0 || err == nil {
		return n, err
	}
	select {}
}

// A reader that goes away ends the run, quietly, also while the input waits.
func TestAClosedPipeEndsTheRun(t *testing.T) {
	b, err := os.ReadFile(file(t, 1000))
	if err != nil {
		t.Fatal(err)
	}
	var messages bytes.Buffer
	err = dumpTo(context.Background(), &cli.Streams{In: &endless{bytes.NewReader(b)}, Out: &brokenPipe{100}, Err: &messages}, "-")
	if d := cli.Describe(err); d.Exit != cli.ExitPipe || !d.Reported || messages.Len() > 0 {
		t.Errorf("exit %d, reported %v, said %q", d.Exit, d.Reported, messages.String())
	}
}

// What a pipe has brought is shown although more may come; -c ends the wait.
func TestAPipeIsShownPromptly(t *testing.T) {
	b, err := os.ReadFile(file(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	var out, messages bytes.Buffer
	if err := dumpTo(context.Background(), &cli.Streams{In: &endless{bytes.NewReader(b)}, Out: &out, Err: &messages}, "-T", "frame.number", "-c", "3"); err != nil {
		t.Fatal(err)
	}
	if out.String() != "frame.number\n1\n2\n3\n" {
		t.Errorf("%q", out.String())
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- dumpTo(ctx, &cli.Streams{In: &endless{bytes.NewReader(b)}, Out: writer, Err: &messages}, "-T", "frame.number")
	}()
	got := make([]byte, len("frame.number\n1\n2\n3\n"))
	if _, err := io.ReadFull(reader, got); err != nil { // comes although the input stays open
		t.Fatal(err)
	}
	cancel(cli.ErrInterrupted)
	if d := cli.Describe(<-done); d.Exit != cli.ExitInterrupted {
		t.Errorf("exit %d after an interrupt", d.Exit)
	}
}

// All packets before the damage are shown, and then the place is said.
func TestDamage(t *testing.T) {
	whole, err := os.ReadFile(file(t, 1000))
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.pcap")
	if err := os.WriteFile(cut, whole[:len(whole)-5], 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, err := dump(t, "-T", "frame.number", cut)
	if d := cli.Describe(err); d.Code != "damaged" || d.Exit != 1 || !strings.Contains(d.Message, "after 999 packets") {
		t.Errorf("%+v", d)
	}
	if !strings.HasSuffix(out, "\n999\n") {
		t.Errorf("ends in %q", out[max(0, len(out)-20):])
	}
	copied := filepath.Join(t.TempDir(), "copy.pcapng")
	if _, _, err := dump(t, cut, "-w", copied); cli.Describe(err).Code != "damaged" {
		t.Errorf("-w of a damaged file: %v", err)
	}
	if out, _, err := dump(t, "-T", "frame.number", copied); err != nil || !strings.HasSuffix(out, "\n999\n") {
		t.Errorf("the copy: %v", err)
	}
}

// -w keeps what the input says: comments, interfaces, names, secrets, counts.
func TestWriteCarriesEverything(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from.pcapng"), filepath.Join(dir, "to.pcapng")
	f, err := os.Create(from)
	if err != nil {
		t.Fatal(err)
	}
	w, err := capture.NewWriter(f, capture.SectionInfo{Hardware: "hw", OS: "os", Comments: []string{"section"}})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []capture.Interface{{LinkType: capture.LinkTypeEthernet, Name: "eth7"}, {LinkType: capture.LinkTypeRaw, Name: "tun7", Description: "a tunnel"}} {
		_, err := w.AddInterface(i)
		must(err)
	}
	must(w.WriteSecrets(capture.Secrets{Type: capture.TLSKeyLog, Data: []byte("CLIENT_RANDOM 00 11\n")}))
	must(w.WriteNames(capture.Names{{Addr: netipAddr("192.0.2.1"), Names: []string{"host.example"}}}))
	raw := append([]byte{0x45, 0, 0, 20, 0, 0, 0, 0, 64, 59, 0, 0}, 192, 0, 2, 1, 192, 0, 2, 2)
	must(w.WritePacket(capture.Packet{Interface: 1, Time: 5e9, Data: raw, Flags: capture.Outbound, ID: 9, Drops: 2, Comments: []string{"kept"}}))
	must(w.WriteStatistics(capture.Statistics{Interface: 1, Time: 6e9, Received: 10, Dropped: 3}))
	must(w.Flush())
	must(f.Close())
	for _, form := range [][]string{{}, {"--no-reassembly"}} {
		if out, _, _ := dump(t, append(form, from)...); strings.Count(out, "Comment of the section: section\n") != 1 || !strings.Contains(out, "  Comment: kept\n") {
			t.Errorf("%v: the comments are not shown:\n%s", form, out)
		}
	}
	if out, _, _ := dump(t, "--format", "jsonl", from); !strings.Contains(out, `"comments":["kept"],"section_comments":["section"]`) {
		t.Errorf("JSON without the comments: %s", out)
	}
	if _, _, err := dump(t, from, "-w", to); err != nil {
		t.Fatal(err)
	}
	back, err := os.Open(to)
	must(err)
	defer back.Close()
	r, err := capture.Open(back)
	must(err)
	var metas []string
	r.OnMeta = func(m capture.Meta) { metas = append(metas, fmt.Sprintf("%T", m)) }
	p, err := r.Next()
	must(err)
	if i := r.Interfaces()[p.Interface]; i.Name != "tun7" || i.Description != "a tunnel" || i.LinkType != capture.LinkTypeRaw {
		t.Errorf("interface %+v", i)
	}
	if p.Time != 5e9 || !bytes.Equal(p.Data, raw) || p.Flags != capture.Outbound || p.ID != 9 || p.Drops != 2 || len(p.Comments) != 1 || p.Comments[0] != "kept" {
		t.Errorf("packet %+v", p)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("after the packet: %v", err)
	}
	if s := r.Section(); s.Hardware != "hw" || s.OS != "os" || len(s.Comments) != 1 {
		t.Errorf("section %+v", s)
	}
	if got := strings.Join(metas, " "); got != "capture.Interface capture.Interface capture.Secrets capture.Names capture.Statistics" {
		t.Errorf("carried %s", got)
	}
}

// Live: the kernel filters, the capture ends at its count, and the summary has
// tcpdump's three lines.
func TestLive(t *testing.T) {
	need.Root(t)
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	port := server.LocalAddr().(*net.UDPAddr).Port
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		c, err := net.Dial("udp4", server.LocalAddr().String())
		if err != nil {
			return
		}
		defer c.Close()
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				_, _ = c.Write([]byte("hello"))
			}
		}
	}()
	out, messages, err := dump(t, "--dev", "lo", "--oneline", "-c", "3", "udp", "dst", "port", fmt.Sprint(port))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out, fmt.Sprintf("> 127.0.0.1.%d: UDP, length 5\n", port)); n != 3 || strings.Count(out, "\n") != 3 {
		t.Errorf("%d of 3 packets in\n%s", n, out)
	}
	for _, l := range []string{"listening on lo", "3 packets captured", "packets received by filter", "0 packets dropped by kernel"} {
		if !strings.Contains(messages, l) {
			t.Errorf("no %q in\n%s", l, messages)
		}
	}
	// Ctrl-C ends it in order.
	ctx, cancel := context.WithTimeoutCause(context.Background(), 300*time.Millisecond, cli.ErrInterrupted)
	defer cancel()
	var o, e bytes.Buffer
	err = dumpTo(ctx, &cli.Streams{Out: &o, Err: &e}, "--dev", "lo", "--oneline", "udp", "dst", "port", fmt.Sprint(port))
	if d := cli.Describe(err); d.Exit != cli.ExitInterrupted || !d.Reported || !strings.Contains(e.String(), "dropped by kernel") {
		t.Errorf("exit %d, said %s", d.Exit, e.String())
	}
}

// Columns of headers are filled without the applications being looked at. A display
// filter makes that shortcut impossible: both ways must give the same.
func TestColumnsOfHeadersNeedNoApplications(t *testing.T) {
	const fields = "frame.number,eth.src,ip.src,ip.ttl,ipv6.dst,tcp.srcport,tcp.stream,tcp.seq,tcp.len,tcp.window_size,udp.length,icmp.type,vlan.id"
	for _, f := range captures(t) {
		short, _, _ := dump(t, "-T", fields, f)
		long, _, _ := dump(t, "-T", fields, "-Y", "frame", f)
		if short != long {
			t.Errorf("%s: the shortcut gives other columns", f)
		}
	}
	for _, c := range []struct {
		fields             string
		headers, noChecked bool
	}{
		{"ip.src,tcp.len", true, true}, {"ip.src,dns.id", false, true}, {"ip.checksum.status", true, false},
		{"frame.protocols", false, true}, {"data.len", false, true},
	} {
		cols, err := columnsOf(c.fields, false)
		if err != nil {
			t.Fatal(err)
		}
		if h, n := belowApplications(cols); h != c.headers || n != c.noChecked {
			t.Errorf("%s: headers suffice %v, no checksums %v", c.fields, h, n)
		}
	}
}
