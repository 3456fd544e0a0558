package layer

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/labrun"
	"github.com/netkit-go/netkit/pkg/wire"
)

// SizesDoc is the document of netkit layer sizes. All lengths are octets.
type SizesDoc struct {
	SchemaVersion int      `json:"schema_version" doc:"Version of this document's form."`
	MTU           int      `json:"mtu" doc:"Largest IP packet of the link."`
	VLANTags      int      `json:"vlan_tags" doc:"802.1Q tags on each frame."`
	Rate          int64    `json:"rate" doc:"Rate of the link in bit/s."`
	Sizes         []Size   `json:"sizes" doc:"Largest lengths on the link."`
	Tunnels       []Tunnel `json:"tunnels" doc:"What is left inside tunnels on the link."`
	Cut           *Cut     `json:"cut,omitempty" doc:"How the data of --data travel."`
}

// Size is one length.
type Size struct {
	Name   string `json:"name" doc:"What is measured."`
	IPv4   int    `json:"ipv4" doc:"Octets with IPv4."`
	IPv6   int    `json:"ipv6" doc:"Octets with IPv6; 0 where the link's MTU is too small for it."`
	How    string `json:"how" doc:"What it is made of."`
	Source string `json:"source" doc:"Where that is defined."`
}

// Tunnel is a row of the tunnels.
type Tunnel struct {
	Name      string `json:"name"`
	Adds      int    `json:"adds" doc:"Octets added to each packet with IPv4 outside."`
	AddsIPv6  int    `json:"adds_ipv6" doc:"Octets added to each packet with IPv6 outside."`
	Inner     int    `json:"inner_mtu" doc:"Largest inner packet with IPv4 outside."`
	InnerIPv6 int    `json:"inner_mtu_ipv6" doc:"Largest inner packet with IPv6 outside."`
	MSS       int    `json:"mss" doc:"TCP MSS option inside, IPv4 in IPv4."`
	MSSIPv6   int    `json:"mss_ipv6" doc:"TCP MSS option inside, IPv6 in IPv6."`
	Parts     string `json:"parts" doc:"What the added octets are."`
	Source    string `json:"source" doc:"Where that is defined."`
}

// Cut says how some data travel.
type Cut struct {
	Data       int64   `json:"data" doc:"Octets of data."`
	Proto      string  `json:"proto" doc:"tcp or udp."`
	Family     string  `json:"family" doc:"ipv4 or ipv6."`
	Pieces     []Piece `json:"pieces" doc:"Runs of equal packets, in order."`
	Packets    int64   `json:"packets" doc:"How many there are."`
	OnWire     int64   `json:"on_wire" doc:"Octets for which they occupy the medium."`
	Nanosecond int64   `json:"ns" doc:"How long that takes at the link's rate, in nanoseconds."`
	Share      float64 `json:"share" doc:"Share of the medium's octets that are data."`
}

// Piece is a run of equal packets.
type Piece struct {
	Packets int64 `json:"packets"`
	Data    int   `json:"data" doc:"Octets of the data in each; with UDP, its header counts as data of the first fragment."`
	IP      int   `json:"ip" doc:"Length of each IP packet."`
	Frame   int   `json:"frame" doc:"Length of each frame with its FCS."`
	OnWire  int   `json:"on_wire" doc:"Octets for which each occupies the medium."`
	First   int64 `json:"first_offset" doc:"Where the first packet's data begin."`
	Last    int64 `json:"last_offset" doc:"Where the last packet's data begin."`
}

type sizesOptions struct {
	mtu, tags    int
	rate         int64
	data         string
	proto        string
	v6           bool
	noTimestamps bool
	out          cli.Output
}

func newSizes(s *cli.Streams) *cobra.Command {
	o := &sizesOptions{rate: 10e9}
	cmd := &cobra.Command{
		Use:   "sizes",
		Short: "The maximum lengths on a link, and how data are cut",
		Long: `Print the largest frame, packet, datagram and segment of an Ethernet link, what is
left inside tunnels, and with --data how that much data is cut into packets:
TCP segments, or UDP datagrams and their IP fragments, with the time that they
take on the wire.`,
		Example: `  netkit layer sizes
  netkit layer sizes --mtu 9000 --vlan 1
  netkit layer sizes --data 1MB
  netkit layer sizes --data 4000 --proto udp -6`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			d, err := o.compute()
			if err != nil {
				return err
			}
			return o.out.Write(s, d)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.mtu, "mtu", wire.EthernetMTU, "MTU of the link in `BYTES`, 68 to 65535")
	f.IntVar(&o.tags, "vlan", 0, "`NUMBER` of 802.1Q tags on each frame, 0 to 2")
	f.Var(labrun.RateFlag(&o.rate), "rate", "`RATE` of the link, as 1gbit")
	f.StringVar(&o.data, "data", "", "cut this much data: `BYTES`, or with kB, MB, GB, KiB, MiB, GiB")
	f.StringVar(&o.proto, "proto", "tcp", "`PROTOCOL` that carries the data: tcp or udp")
	f.BoolVarP(&o.v6, "ipv6", "6", false, "cut for IPv6")
	f.BoolVar(&o.noTimestamps, "no-timestamps", false, "segments carry no timestamps option")
	o.out.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("proto", cobra.FixedCompletions([]string{"tcp", "udp"}, cobra.ShellCompDirectiveNoFileComp))
	cli.SetManual(cmd, cli.Manual{Exit: []cli.Entry{{Term: "0", Text: "success"}, {Term: "2", Text: "bad usage"}}})
	return cmd
}

// minimum MTUs: RFC 791 3.2, RFC 8200 5.
const (
	minMTU4 = 68
	minMTU6 = 1280
)

func (o *sizesOptions) compute() (*SizesDoc, error) {
	switch {
	case o.mtu < minMTU4 || o.mtu > wire.IPv4MaxTotalLen:
		return nil, cli.Usagef("--mtu %d: an MTU is from %d (RFC 791) to %d bytes", o.mtu, minMTU4, wire.IPv4MaxTotalLen)
	case o.tags < 0 || o.tags > 2:
		return nil, cli.Usagef("--vlan %d: a frame has 0, 1 or 2 tags", o.tags)
	case o.proto != "tcp" && o.proto != "udp":
		return nil, cli.Usagef("--proto %s: tcp or udp", o.proto)
	}
	d := &SizesDoc{SchemaVersion: 1, MTU: o.mtu, VLANTags: o.tags, Rate: o.rate, Sizes: o.sizes()}
	for _, e := range wire.Encapsulations {
		t := Tunnel{Name: e.Name, Adds: e.Adds4, AddsIPv6: e.Adds6, Inner: e.Inner(o.mtu, false), InnerIPv6: e.Inner(o.mtu, true), Parts: e.Parts, Source: e.Source}
		t.MSS = mss(t.Inner, false)
		t.MSSIPv6 = mss(t.InnerIPv6, true)
		d.Tunnels = append(d.Tunnels, t)
	}
	if o.data == "" {
		return d, nil
	}
	n, err := parseBytes(o.data)
	if err != nil {
		return nil, err
	}
	d.Cut, err = o.cut(n)
	return d, err
}

// mss is what the option of a SYN says on such a link (RFC 9293 3.7.1): the
// headers without options come off, options of a segment do not.
func mss(mtu int, v6 bool) int { return max(0, mtu-wire.IPHeaderLen(v6)-wire.TCPMinHeaderLen) }

func (o *sizesOptions) sizes() []Size {
	frame, onWire := wire.FrameLen(o.mtu, o.tags), wire.OnWireLen(o.mtu, o.tags)
	tags := ""
	if o.tags > 0 {
		tags = fmt.Sprintf(" + %d tags", o.tags*wire.VLANTagLen)
	}
	row := func(name string, v4, v6 int, how, source string) Size {
		if o.mtu < minMTU6 {
			v6 = 0
		}
		return Size{name, max(0, v4), max(0, v6), how, source}
	}
	least := wire.FrameLen(0, o.tags)
	return []Size{
		row("on the wire", onWire, onWire, "preamble 7 + SFD 1 + frame + gap 12", "IEEE 802.3 3.1, 4.4.2"),
		row("frame", frame, frame, "header 14"+tags+" + MTU + FCS 4", "IEEE 802.3 3.1.1"),
		row("least frame", least, least, "shorter payloads are padded", "IEEE 802.3 4.4.2"),
		row("IP packet (MTU)", o.mtu, o.mtu, "IP header + payload", "RFC 894, RFC 2464"),
		row("IP payload", o.mtu-wire.IPHeaderLen(false), o.mtu-wire.IPHeaderLen(true), "MTU - 20, - 40", "RFC 791 3.1, RFC 8200 3"),
		row("ICMP echo data", o.mtu-wire.IPHeaderLen(false)-wire.ICMPHeaderLen, o.mtu-wire.IPHeaderLen(true)-wire.ICMPHeaderLen, "IP payload - 8", "RFC 792, RFC 4443 4.1"),
		row("UDP data, unfragmented", o.mtu-wire.IPHeaderLen(false)-wire.UDPHeaderLen, o.mtu-wire.IPHeaderLen(true)-wire.UDPHeaderLen, "IP payload - 8", "RFC 768"),
		row("UDP data, fragmented", wire.MaxUDPPayload(false), wire.MaxUDPPayload(true), "what the 16-bit lengths allow", "RFC 768, RFC 791, RFC 8200"),
		row("TCP MSS option", mss(o.mtu, false), mss(o.mtu, true), "IP payload - 20", "RFC 9293 3.7.1"),
		row("TCP data with timestamps", mss(o.mtu, false)-wire.TCPTimestampsLen, mss(o.mtu, true)-wire.TCPTimestampsLen, "MSS - 12", "RFC 7323 appendix A"),
		row("TCP data, all options", mss(o.mtu, false)-wire.TCPMaxOptionsLen, mss(o.mtu, true)-wire.TCPMaxOptionsLen, "MSS - 40", "RFC 9293 3.1"),
		{"least MTU allowed", minMTU4, minMTU6, "every link must carry it", "RFC 791 3.2, RFC 8200 5"},
		row("largest packet at all", wire.IPv4MaxTotalLen, wire.IPv6HeaderLen+wire.IPv6MaxPayloadLen, "without jumbograms (RFC 2675)", "RFC 791 3.1, RFC 8200 3"),
	}
}

func (o *sizesOptions) cut(n int64) (*Cut, error) {
	c := &Cut{Data: n, Proto: o.proto, Family: "ipv4"}
	if o.v6 {
		c.Family = "ipv6"
		if o.mtu < minMTU6 {
			return nil, cli.Usagef("--mtu %d: IPv6 needs %d (RFC 8200 section 5)", o.mtu, minMTU6)
		}
	}
	var pieces []wire.Piece
	if o.proto == "udp" {
		if most := wire.MaxUDPPayload(o.v6); n > int64(most) {
			return nil, cli.Usagef("--data %s: a UDP datagram holds at most %d bytes", o.data, most).WithHint("an application cuts more into datagrams of its own: ask for one of them")
		}
		pieces = wire.CutUDP(n, o.mtu, o.tags, o.v6)
	} else {
		if n == 0 {
			return nil, cli.Usagef("--data 0: no segment carries no data")
		}
		options := wire.TCPTimestampsLen
		if o.noTimestamps {
			options = 0
		}
		pieces = wire.CutTCP(n, o.mtu, options, o.tags, o.v6)
	}
	for _, p := range pieces {
		c.Pieces = append(c.Pieces, Piece{p.Count, p.Data, p.IP, p.Frame, p.OnWire, p.Offsets[0], p.Offsets[1]})
		c.Packets += p.Count
		c.OnWire += p.Count * int64(p.OnWire)
	}
	c.Nanosecond = int64(min(math.Ceil(float64(c.OnWire)*8*1e9/float64(o.rate)), math.MaxInt64-1024)) // the largest float64 below 2^63
	c.Share = math.Round(float64(n)/float64(c.OnWire)*1e4) / 1e4
	return c, nil
}

// parseBytes reads a number of bytes: powers of 1000 with kB, MB, GB, of 1024
// with KiB, MiB, GiB.
func parseBytes(s string) (int64, error) {
	unit, num := int64(1), s
	for _, u := range []struct {
		suffix string
		unit   int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}} {
		if head, ok := strings.CutSuffix(s, u.suffix); ok {
			unit, num = u.unit, head
			break
		}
	}
	n, err := strconv.ParseInt(num, 10, 64)
	if err != nil || n < 0 || n > 1<<50/unit {
		return 0, cli.Usagef("--data %q is no number of bytes up to 2^50, or one with kB, MB, GB, KiB, MiB or GiB", s)
	}
	return n * unit, nil
}

// Cells implements cli.Doc.
func (d *SizesDoc) Cells() cli.Cells {
	c := cli.Cells{Columns: []string{"length", "ipv4", "ipv6", "made of", "source"}}
	for _, r := range d.Sizes {
		c.Rows = append(c.Rows, []string{r.Name, length(r.IPv4), length(r.IPv6), r.How, r.Source})
	}
	return c
}

// length writes a number of octets; 0 is what does not exist on this link.
func length(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

// WriteText implements cli.Texter.
func (d *SizesDoc) WriteText(w io.Writer, _ *cli.Streams) error {
	if err := cli.WriteTable(w, d.Cells()); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nInside tunnels: octets added, MTU and MSS with IPv4 (IPv6) outside and inside\n\n")
	c := cli.Cells{Columns: []string{"tunnel", "adds", "(6)", "mtu", "(6)", "mss", "(6)", "made of", "source"}}
	for _, t := range d.Tunnels {
		n := length
		c.Rows = append(c.Rows, []string{t.Name, n(t.Adds), n(t.AddsIPv6), n(t.Inner), n(t.InnerIPv6), n(t.MSS), n(t.MSSIPv6), t.Parts, t.Source})
	}
	if err := cli.WriteTable(w, c); err != nil {
		return err
	}
	if d.Cut == nil {
		return nil
	}
	return d.Cut.write(w, d.Rate)
}

func (c *Cut) write(w io.Writer, rate int64) error {
	family := "IPv4"
	if c.Family == "ipv6" {
		family = "IPv6"
	}
	fmt.Fprintf(w, "\n%d bytes over %s and %s\n\n", c.Data, strings.ToUpper(c.Proto), family)
	t := cli.Cells{Columns: []string{"packets", "data", "ip", "frame", "on the wire", "offset", "to"}}
	for _, p := range c.Pieces {
		last := ""
		if p.Packets > 1 {
			last = strconv.FormatInt(p.Last, 10)
		}
		t.Rows = append(t.Rows, []string{strconv.FormatInt(p.Packets, 10), strconv.Itoa(p.Data), strconv.Itoa(p.IP), strconv.Itoa(p.Frame), strconv.Itoa(p.OnWire), strconv.FormatInt(p.First, 10), last})
	}
	if err := cli.WriteTable(w, t); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d packets, %d octets of wire time, %s at %s, %.1f %% of them data\n",
		c.Packets, c.OnWire, time.Duration(c.Nanosecond), bitRate(rate), 100*c.Share)
	return err
}

func bitRate(r int64) string {
	for _, u := range []struct {
		unit int64
		name string
	}{{1e9, "Gbit/s"}, {1e6, "Mbit/s"}, {1e3, "kbit/s"}} {
		if r >= u.unit {
			return strconv.FormatFloat(float64(r)/float64(u.unit), 'g', -1, 64) + " " + u.name
		}
	}
	return strconv.FormatInt(r, 10) + " bit/s"
}
