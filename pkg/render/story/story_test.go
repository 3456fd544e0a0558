package story

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/resolver"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

var update = flag.Bool("update", false, "write the golden files")

// times are what a change of a stage's cost moves; the goldens are about the rest.
var times = regexp.MustCompile(`-?\d+(\.\d+)? (ns|µs|ms|s)\b`)

func TestGoldenStories(t *testing.T) {
	for name, sc := range map[string]scene{"plain": plain, "ipv6": six, "mtu576": small, "loss": lossy} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := play(t, sc).tell().WriteMarkdown(&b); err != nil {
				t.Fatal(err)
			}
			got := times.ReplaceAll(b.Bytes(), []byte("TIME"))
			file := filepath.Join("testdata", name+".md")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the story changed; go test ./pkg/render/story -update writes %s\n%s", file, firstDifference(want, got))
			}
		})
	}
}

func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, x[i], strings.Join(y[min(i, len(y)):min(i+1, len(y))], ""))
		}
	}
	return "it goes on after the end of the file"
}

// find returns the part of a step with a title, "" being the step itself, and the first
// fact in it whose name begins with fact.
func find(s *Story, n int, title, fact string) (*Part, *Fact) {
	st := &s.Steps[n-1]
	p := &st.Part
	for i := range st.Parts {
		if title != "" && strings.HasPrefix(st.Parts[i].Title, title) {
			p = &st.Parts[i]
		}
	}
	for i := range p.Facts {
		if fact != "" && strings.HasPrefix(p.Facts[i].Name, fact) {
			return p, &p.Facts[i]
		}
	}
	return p, nil
}

func value(t *testing.T, s *Story, n int, title, fact string) string {
	t.Helper()
	_, f := find(s, n, title, fact)
	if f == nil {
		t.Fatalf("step %d %s has no fact %q", n, title, fact)
	}
	return f.value()
}

func TestNineStepsHappenInAPlainRun(t *testing.T) {
	for _, sc := range []scene{plain, six, small, lossy} {
		s := play(t, sc).tell()
		if len(s.Steps) != 9 {
			t.Fatalf("%d steps", len(s.Steps))
		}
		for i, st := range s.Steps {
			if st.N != i+1 || !st.Happened {
				t.Errorf("%s: step %d, %s: %s", sc.url, st.N, st.Title, st.Text)
			}
			if i > 0 && len(st.Packets) == 0 {
				t.Errorf("%s: step %d points to no packet", sc.url, st.N)
			}
		}
		if p, _ := find(s, 9, "The close", ""); !p.Happened {
			t.Errorf("%s: the close: %s", sc.url, p.Text)
		}
	}
}

// The story is the run's: another MTU cuts the data otherwise.
func TestTheMTUIsInTheStory(t *testing.T) {
	big := small
	big.cfg.MTU = 1500
	for _, tc := range []struct {
		sc  scene
		mtu int
	}{{small, 576}, {big, 1500}} {
		s := play(t, tc.sc).tell()
		if v := value(t, s, 4, "How the data", "server: largest packet"); !strings.HasPrefix(v, strconv.Itoa(tc.mtu)+" bytes") {
			t.Errorf("MTU %d: largest packet %s", tc.mtu, v)
		}
		// RFC 9293 3.7.1: the MTU less the fixed headers of IP and TCP.
		if v := value(t, s, 4, "", "client offers"); !strings.HasPrefix(v, fmt.Sprintf("MSS %d,", tc.mtu-40)) {
			t.Errorf("MTU %d: %s", tc.mtu, v)
		}
	}
}

// Packet numbers are those of the capture that the same run writes: each row of the
// ladder is compared with the bytes of the frame that it points to.
func TestPacketNumbersAreThoseOfTheCapture(t *testing.T) {
	all := plain
	all.cfg.TapHosts = []string{"all"}
	for name, sc := range map[string]scene{"plain": plain, "ipv6": six, "small": small, "loss": lossy, "bad": bad, "all": all} {
		t.Run(name, func(t *testing.T) {
			r := play(t, sc)
			s := Tell(r.events, Options{Frames: r.frames, Taps: sc.cfg.TapHosts})
			if s.Packets != len(r.frames) {
				t.Fatalf("%d frames are numbered, %d were captured", s.Packets, len(r.frames))
			}
			bytesOf := map[int][]byte{}
			for _, f := range r.frames {
				bytesOf[f.Packet] = f.Data
			}
			iss := map[bool]uint32{}
			checked := 0
			for _, row := range s.Ladder.Rows {
				if row.Packet == 0 {
					continue
				}
				if strings.HasPrefix(row.Lost, "damaged") {
					continue // a bit of it is another
				}
				h := wire.TCP(dissect(bytesOf[row.Packet]).tcp)
				if h == nil {
					t.Fatalf("packet %d is no TCP", row.Packet)
				}
				if h.Flags().Has(wire.SYN) {
					iss[row.Out] = h.Seq()
				}
				if h.Seq()-iss[row.Out] != row.Seq || uint32(len(h.Payload())) != row.Len || flagNames(uint16(h.Flags())) != row.Flags ||
					h.Flags().Has(wire.ACK) && h.Ack()-iss[!row.Out] != row.Ack {
					t.Errorf("packet %d is seq %d ack %d len %d %s, the story says %+v", row.Packet, h.Seq()-iss[row.Out], h.Ack()-iss[!row.Out], len(h.Payload()), h.Flags(), row)
				}
				checked++
			}
			if checked < 10 {
				t.Errorf("only %d rows", checked)
			}
		})
	}
}

// The same, as a packet analyser numbers the frames of the file.
func TestPacketNumbersInTshark(t *testing.T) {
	tool := need.Tool(t, "tshark")
	r := play(t, lossy)
	file := filepath.Join(t.TempDir(), "x.pcapng")
	if err := os.WriteFile(file, r.pcap, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-r", file, "-Y", "tcp", "-o", "tcp.relative_sequence_numbers:TRUE", "-T", "fields", "-e", "frame.number", "-e", "tcp.seq", "-e", "tcp.len").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, row := range r.tell().Ladder.Rows {
		if row.Packet > 0 {
			want = append(want, fmt.Sprintf("%d\t%d\t%d", row.Packet, row.Seq, row.Len))
		}
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("tshark %d lines, story %d rows; %s", len(got), len(want), firstDifference([]byte(strings.Join(want, "\n")), out))
	}
}

// Each retransmission names a segment that was sent before, and the packet that
// brought it carries those bytes.
func TestRetransmissionsAreInTheStory(t *testing.T) {
	r := play(t, lossy)
	s := r.tell()
	sent := 0
	for i := range r.events {
		if e := &r.events[i]; e.Kind == trace.TCPSend && e.TCP.Retrans != 0 && (e.Host == "client" || e.Host == "web") {
			sent++
		}
	}
	if sent < 3 || len(s.Retransmissions) != sent {
		t.Fatalf("%d retransmissions in the story, %d in the events", len(s.Retransmissions), sent)
	}
	rows := map[int]Row{}
	for _, row := range s.Ladder.Rows {
		rows[row.Packet] = row
	}
	brought := 0
	for _, x := range s.Retransmissions {
		if x.Cost <= 0 || x.Again-x.First != x.Cost {
			t.Errorf("%+v: what did it cost?", x)
		}
		if x.Cause == "rto" && x.Cost < 200_000_000 {
			t.Errorf("%+v: a time-out takes at least 200 ms (the minimum RTO)", x)
		}
		if x.Packet > 0 {
			brought++
			if row := rows[x.Packet]; row.Again != x.Cause || int32(row.Seq-x.Seq) < 0 || row.Seq+row.Len > x.Seq+x.Len {
				t.Errorf("%+v: packet is %+v", x, row)
			}
		}
	}
	if brought == 0 {
		t.Error("no retransmission was seen at the client")
	}
	lost := 0
	for _, row := range s.Ladder.Rows {
		if row.Lost != "" {
			lost++
		}
	}
	drops := 0
	for i := range r.events {
		if e := &r.events[i]; e.Kind == trace.Drop && e.Drop == trace.WireLoss {
			drops++
		}
	}
	if lost != drops { // all traffic on that cable was this connection's, or DNS before it
		t.Logf("%d of %d lost frames are the connection's", lost, drops)
	}
	if lost == 0 || lost > drops {
		t.Errorf("%d lost rows, %d frames were lost", lost, drops)
	}
}

func TestWithoutFramesOnlyTheBytesAreMissing(t *testing.T) {
	r := play(t, plain)
	with, without := r.tell(), Tell(r.events, Options{})
	if !reflect.DeepEqual(with.Ladder, without.Ladder) || with.Packets != without.Packets {
		t.Error("the ladder comes from events")
	}
	for i := range without.Steps {
		if !without.Steps[i].Happened || without.Steps[i].Headers != nil || without.Steps[i].Dump != nil {
			t.Errorf("step %d", i+1)
		}
	}
	if s := with.Steps[1].Dump; s == nil || !bytes.HasPrefix(s.Bytes, []byte("GET / HTTP/1.1\r\n")) || len(s.Bytes) != s.Total {
		t.Errorf("the request's bytes: %+v", s)
	}
}

func TestHeadersAreFilledFromThePacket(t *testing.T) {
	s := play(t, plain).tell()
	for _, tc := range []struct {
		step               int
		name, field, value string
	}{
		{3, "UDP", "udp.dstport", "53"},
		{4, "TCP", "tcp.flags.syn", "1"},
		{4, "TCP", "tcp.dstport", "80"},
		{5, "IPv4", "ip.proto", "6"},
		{5, "IPv4", "ip.ttl", "64"},
		{5, "IPv4", "ip.dst", "203.0.113.80"},
		{6, "Ethernet", "eth.type", "0x0800"},
		{6, "Ethernet", "eth.dst", value(t, s, 6, "", "its MAC address")},
		{6, "ARP", "arp.opcode", "1"},
		{6, "ARP", "arp.dst.proto_ipv4", "198.51.100.1"},
	} {
		got := ""
		for _, h := range s.Steps[tc.step-1].Headers {
			for _, f := range h.Fields {
				if h.Name == tc.name && f.Name == tc.field {
					got = f.Value
				}
			}
		}
		if got != tc.value {
			t.Errorf("step %d, %s: %s is %q, want %q", tc.step, tc.name, tc.field, got, tc.value)
		}
	}
}

func TestIPv6IsToldInItsOwnTerms(t *testing.T) {
	s := play(t, six).tell()
	if !strings.Contains(s.Steps[5].Title, "Neighbour Discovery") {
		t.Error(s.Steps[5].Title)
	}
	if v := value(t, s, 5, "", "hop limit"); v != "64" {
		t.Errorf("hop limit %s", v)
	}
	// RFC 2464 7: 33:33 and the last four octets of the solicited-node group ff02::1:ff00:1.
	if v := value(t, s, 6, "", "Neighbor Solicitation"); !strings.Contains(v, "33:33:ff:00:00:01") {
		t.Error(v)
	}
	var b bytes.Buffer
	if err := s.WriteText(&b, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"ARP", "TTL"} {
		for line := range strings.Lines(b.String()) {
			if strings.Contains(line, word) && !strings.Contains(line, "TTL or hop limit") {
				t.Errorf("%s in the story of IPv6: %s", word, line)
			}
		}
	}
}

func TestOnTheOwnLinkThereIsNoRouter(t *testing.T) {
	s := play(t, scene{url: "http://198.51.100.9/"}).tell() // printer, where nothing listens
	if v := value(t, s, 5, "", "so it is"); !strings.HasPrefix(v, "the same network") {
		t.Error(v)
	}
	if p, _ := find(s, 8, "The router", ""); p.Happened || !strings.Contains(p.Text, "own link") {
		t.Error(p.Text)
	}
	if s.Steps[3].Happened || !strings.Contains(s.Steps[3].Text, "RST") {
		t.Error(s.Steps[3].Text)
	}
	if s.Steps[2].Happened || !strings.Contains(s.Steps[2].Text, "no name to ask for") {
		t.Error(s.Steps[2].Text)
	}
}

func TestRunsThatFailHaveAStory(t *testing.T) {
	silent := play(t, scene{url: "http://web.lab.test/", cfg: lab.Config{Link: lab.Impairments{Loss: 1}}}).tell()
	for _, n := range []int{2, 4, 5, 6, 9} {
		if silent.Steps[n-1].Happened {
			t.Errorf("nothing answers, and step %d happened: %s", n, silent.Steps[n-1].Text)
		}
	}
	if empty := Tell(nil, Options{}); len(empty.Steps) != 9 {
		t.Error("a run without events has nine steps that did not happen")
	} else {
		for _, st := range empty.Steps {
			if st.Happened {
				t.Errorf("step %d happened", st.N)
			}
		}
	}
}

func TestRedirectsAndTheCache(t *testing.T) {
	s := play(t, scene{url: "http://web.lab.test/redirect/1", hops: 3, more: []string{"http://u:secret@web.lab.test/"}}).tell()
	if p, _ := find(s, 1, "Further URLs", ""); !p.Happened || len(p.Facts) != 4 {
		t.Errorf("%+v", p)
	}
	if p, _ := find(s, 2, "Further requests", ""); !p.Happened {
		t.Errorf("%+v", p)
	}
	var b bytes.Buffer
	if err := s.WriteJSON(&b); err != nil || strings.Contains(b.String(), "secret") {
		t.Errorf("a password is in the story, %v", err)
	}
}

func TestJSONRoundTrip(t *testing.T) {
	for _, sc := range []scene{plain, six, lossy} {
		s := play(t, sc).tell()
		var b bytes.Buffer
		if err := s.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		var back Story
		d := json.NewDecoder(&b)
		d.DisallowUnknownFields()
		if err := d.Decode(&back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*s, back) {
			t.Error("the document does not give the story back")
		}
	}
	var v Value
	for _, bad := range []string{"1.5", "true", "[]"} {
		if err := json.Unmarshal([]byte(bad), &v); !errors.Is(err, ErrValue) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// wellFormed parses a page as XML and says what its elements are.
func wellFormed(t *testing.T, page []byte) map[string]int {
	t.Helper()
	names := map[string]int{}
	d := xml.NewDecoder(bytes.NewReader(page))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok {
			names[e.Name.Local]++
			for _, a := range e.Attr {
				if a.Name.Local == "src" || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") {
					t.Errorf("%s %s=%q: the page needs something else", e.Name.Local, a.Name.Local, a.Value)
				}
			}
		}
	}
}

func TestHTMLIsOneWellFormedPage(t *testing.T) {
	for _, sc := range []scene{plain, six, small, lossy} {
		s := play(t, sc).tell()
		var b bytes.Buffer
		if err := s.WriteHTML(&b); err != nil {
			t.Fatal(err)
		}
		names := wellFormed(t, b.Bytes())
		if names["section"] != 9 || names["svg"] < 6 || names["script"] != 0 || names["link"] != 0 {
			t.Errorf("%v", names)
		}
		for _, m := range regexp.MustCompile(`href="#(\w+)"`).FindAllStringSubmatch(b.String(), -1) {
			if !strings.Contains(b.String(), `id="`+m[1]+`"`) {
				t.Errorf("a link to %s leads nowhere", m[1])
			}
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="(\w+)"`).FindAllStringSubmatch(b.String(), -1) {
			if ids[m[1]] {
				t.Errorf("two elements are %s", m[1])
			}
			ids[m[1]] = true
		}
	}
}

func TestWhatComesFromOutsideIsEscaped(t *testing.T) {
	evil := "<script>alert(1)</script>\x1b[31m\u202e&|`*\r\nX-Y: 1\xff"
	r := play(t, plain)
	for i := range r.events {
		if e := &r.events[i]; e.Text != "" && e.Kind < trace.SysEnter {
			e.Text += evil
		}
	}
	for i := range r.frames {
		if f := r.frames[i].Data; bytes.Contains(f, []byte("GET /")) {
			copy(f[66:], "<b>\x1b[31m")
		}
	}
	s := r.tell()
	s.Incomplete = evil
	var text, md, page bytes.Buffer
	for _, err := range []error{s.WriteText(&text, TextOptions{}), s.WriteMarkdown(&md), s.WriteHTML(&page)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, b := range map[string]string{"text": text.String(), "markdown": md.String(), "html": page.String()} {
		for _, bad := range []string{"\x1b", "\u202e", "\r", "\xff", "\nX-Y"} {
			if strings.Contains(b, bad) {
				t.Errorf("%s has %q", name, bad)
			}
		}
	}
	if strings.Contains(page.String(), "<script") || wellFormed(t, page.Bytes())["script"] > 0 {
		t.Error("markup gets into the page")
	}
	if strings.Contains(strings.ReplaceAll(md.String(), `\<`, ""), "<script") {
		t.Error("markup gets into Markdown")
	}
}

func TestTextKeepsToTheWidth(t *testing.T) {
	s := play(t, plain).tell()
	for _, width := range []int{0, 60, 80, 132} {
		var b, c bytes.Buffer
		if err := s.WriteText(&b, TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		inLadder := false
		for line := range strings.Lines(b.String()) {
			inLadder = inLadder || strings.Contains(line, "Segment by segment")
			inLadder = inLadder && !strings.HasPrefix(line, "5  ")
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > max(width, 80) && !inLadder {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Error("colour was not asked for")
		}
		if err := s.WriteText(&c, TextOptions{Width: width, Color: true}); err != nil {
			t.Fatal(err)
		}
		plain := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(c.String(), "")
		if plain = regexp.MustCompile(" +\n").ReplaceAllString(plain, "\n"); plain != b.String() {
			t.Error("colour changes more than the colour")
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteErrorsAreReported(t *testing.T) {
	s := play(t, plain).tell()
	for i, err := range []error{s.WriteText(fullDisk{}, TextOptions{}), s.WriteMarkdown(fullDisk{}), s.WriteJSON(fullDisk{}), s.WriteHTML(fullDisk{})} {
		if err == nil {
			t.Errorf("view %d says nothing", i)
		}
	}
}

// through makes a run inside the lab into one that the uplink ended, with TLS.
func through(r *record) *record {
	out := &record{frames: r.frames}
	flow := trace.Flow{Proto: wire.ProtoTCP}
	var seq uint64
	add := func(e trace.Event) {
		seq++
		e.Seq = seq
		out.events = append(out.events, e)
	}
	for _, e := range r.events {
		if e.Host == "web" {
			e.Host = "gw"
		}
		if e.Kind == trace.URLParsed {
			e.Text = "https://web.lab.test:80/"
		}
		if e.Kind == trace.TCPSend && e.Flow.Dst.Port() == 80 {
			flow = e.Flow
		}
		if e.Kind == trace.HTTPRequest {
			add(trace.Event{Kind: trace.TLSDone, Host: "client", Time: e.Time, Text: "TLS 1.3 TLS_AES_128_GCM_SHA256 http/1.1"})
		}
		add(e)
		switch {
		case e.Kind == trace.IPRecv && e.Host == "gw" && len(out.events) > 0 && out.ends(trace.UplinkDial) == 0 && flow.Dst.IsValid():
			add(trace.Event{Kind: trace.UplinkDial, Host: "gw", Time: e.Time, Flow: flow, Text: "127.0.0.1:80"})
			add(trace.Event{Kind: trace.UplinkOpen, Host: "gw", Time: e.Time, Flow: flow, Text: "127.0.0.1:80"})
		case e.Kind == trace.SockState && e.Host == "gw" && tcp.State(e.TCP.New) == tcp.StateClosed:
			add(trace.Event{Kind: trace.UplinkClose, Host: "gw", Time: e.Time, Flow: flow, Text: "closed"})
		}
	}
	return out
}

func (r *record) ends(k trace.Kind) (n int) {
	for i := range r.events {
		if r.events[i].Kind == k {
			n++
		}
	}
	return n
}

func TestTheUplinkSaysThatItEndedTheConnection(t *testing.T) {
	s := through(play(t, plain)).tell()
	if s.TerminatedBy != "uplink" {
		t.Error("terminated_by is missing")
	}
	p, _ := find(s, 8, "The uplink", "")
	if !p.Happened || !strings.Contains(p.Text, "gateway's, not the far server's") {
		t.Error(p.Text)
	}
	if v := value(t, s, 8, "The uplink", "NAT"); !strings.Contains(v, "127.0.0.1") || !strings.Contains(v, "203.0.113.80") {
		t.Error(v)
	}
	if v := value(t, s, 4, "TLS", "version"); v != "TLS 1.3" {
		t.Error(v)
	}
	if in := play(t, plain).tell(); in.TerminatedBy != "" {
		t.Error("inside the lab nothing is ended by the uplink")
	}
}

func FuzzFrames(f *testing.F) {
	r := play(f, plain)
	for _, x := range r.frames {
		f.Add(x.Data)
	}
	packets := []int{}
	for _, x := range r.frames {
		packets = append(packets, x.Packet)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var frames []Frame
		for _, n := range packets {
			frames = append(frames, Frame{n, b})
		}
		s := Tell(r.events, Options{Frames: frames})
		var page bytes.Buffer
		if err := s.WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, page.Bytes())
	})
}

func BenchmarkTell(b *testing.B) {
	r := play(b, scene{url: "http://web.lab.test/bytes/1000000", fam: resolver.IPv4, cfg: lab.Config{Link: lab.Impairments{Loss: 0.01}}})
	for b.Loop() {
		r.tell()
	}
	b.ReportMetric(float64(len(r.events)), "events")
}

func TestPacketLists(t *testing.T) {
	long := []int{}
	for i := range 40 {
		long = append(long, 2*i+1)
	}
	for _, tc := range []struct {
		list []int
		want string
	}{{[]int{7}, "packet 7"}, {[]int{1, 3, 4, 5}, "packets 1, 3-5"}, {long, "packets 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, … 79 (40 in all)"}} {
		if got := packets(tc.list); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}

func TestMask(t *testing.T) {
	for _, tc := range []struct{ prefix, mask string }{{"198.51.100.2/25", "255.255.255.128"}, {"10.0.0.1/8", "255.0.0.0"}, {"2001:db8::1/64", "ffff:ffff:ffff:ffff::"}} {
		if got := maskOf(netip.MustParsePrefix(tc.prefix)).String(); got != tc.mask {
			t.Errorf("%s: %s", tc.prefix, got)
		}
	}
}
