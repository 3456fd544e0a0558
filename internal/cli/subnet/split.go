package subnet

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// partRecord is one part of a split.
type partRecord struct {
	Network   netip.Prefix  `json:"network" doc:"The part."`
	First     netip.Addr    `json:"first" doc:"Its first host."`
	Last      netip.Addr    `json:"last" doc:"Its last host."`
	Broadcast netip.Addr    `json:"broadcast,omitzero" doc:"Its broadcast address, where it has one."`
	Usable    subnet.Count  `json:"usable" doc:"How many hosts fit: a number up to 2^53-1, a string of digits above."`
	Hosts     *subnet.Count `json:"hosts,omitempty" doc:"How many were asked for."`
	Spare     *subnet.Count `json:"spare,omitempty" doc:"How many more fit."`
	Free      bool          `json:"free" doc:"Whether nobody asked for it: it is left over."`
}

var partColumns = []string{"network", "first", "last", "broadcast", "usable", "hosts", "spare", "state"}

func newPart(p netip.Prefix) partRecord {
	first, last := subnet.HostRange(p)
	r := partRecord{Network: p, First: first, Last: last, Usable: subnet.Usable(p)}
	r.Broadcast, _ = subnet.Broadcast(p)
	return r
}

// Cells implements cli.Record.
func (r *partRecord) Cells() []string {
	c := []string{r.Network.String(), r.First.String(), r.Last.String(), "", r.Usable.String(), "", "", "used"}
	if r.Broadcast.IsValid() {
		c[3] = r.Broadcast.String()
	}
	if r.Hosts != nil {
		c[5], c[6] = r.Hosts.String(), r.Spare.String()
	}
	if r.Free {
		c[7] = "free"
	}
	return c
}

// AppendJSON implements cli.JSONAppender.
func (r *partRecord) AppendJSON(b []byte) []byte {
	j := openJSON(b)
	j.prefix("network", r.Network)
	j.addr("first", r.First)
	j.addr("last", r.Last)
	if r.Broadcast.IsValid() {
		j.addr("broadcast", r.Broadcast)
	}
	j.count("usable", r.Usable)
	if r.Hosts != nil {
		j.count("hosts", *r.Hosts)
		j.count("spare", *r.Spare)
	}
	j.bool("free", r.Free)
	return j.close()
}

type splitOptions struct {
	options
	hosts        []string
	prefix       int
	count        uint64
	order        string
	pointToPoint bool
	drawing
}

// drawing is the flags of the verbs that can draw their result.
type drawing struct {
	draw bool
	svg  string
}

func (d *drawing) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&d.draw, "draw", false, "draw the block and its parts instead of the table")
	cmd.Flags().StringVar(&d.svg, "svg", "", "also write the drawing as SVG to this `FILE` (- is standard output, then without the table)")
}

func newSplit(s *cli.Streams) *cobra.Command {
	o := &splitOptions{options: newOptions(s, cli.Table)}
	cmd := &cobra.Command{
		Use:   "split BLOCK",
		Short: "Cut a block into equal parts, or into networks for numbers of hosts",
		Long: `Cut BLOCK into networks: equal ones of a prefix length (--prefix), a number of equal
ones (--count), or one for each number of hosts (--hosts, VLSM). Without any of
them, show which equal splits there are.

--hosts places the largest need first, each in the smallest free block that holds
it, and prints in the order asked; --order given places them one after the other.
What is left over is shown as free.`,
		Example: `  netkit subnet split 10.0.0.0/8 --hosts 500,100,50,10
  netkit subnet split 192.0.2.0/24 --count 6
  netkit subnet split 2001:db8::/48 --prefix 52 --format csv
  netkit subnet split 192.0.2.0/24`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			if err := exclusive(cmd, "hosts", "prefix", "count"); err != nil {
				return err
			}
			if err := o.check(o.out.Format); err != nil {
				return err
			}
			f := cmd.Flags()
			for _, name := range []string{"order", "point-to-point"} {
				if f.Changed(name) && !f.Changed("hosts") {
					return cli.Usagef("--%s needs --hosts", name)
				}
			}
			if f.Changed("count") && o.count == 0 {
				return cli.Usagef("--count must be at least 1")
			}
			block, err := o.one("BLOCK", args[0])
			if err != nil {
				return err
			}
			block = block.Masked()
			switch {
			case f.Changed("hosts"):
				return o.byHosts(block)
			case f.Changed("prefix"):
				if err := prefixLengthFlag("prefix", o.prefix, block.Bits(), block.Addr().BitLen()); err != nil {
					return err
				}
				return o.equal(block, o.prefix, subnet.SplitCount(block, o.prefix))
			case f.Changed("count"):
				length, err := subnet.SplitBits(block, o.count)
				if err != nil {
					return &cli.Error{Code: "no-space", Message: err.Error(), Err: err}
				}
				return o.equal(block, length, subnet.CountOf(o.count))
			}
			return o.possible(block)
		},
	}
	o.options.addFlags(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&o.hosts, "hosts", nil, "a network for each of these `NUMBERS` of hosts; 100x8 means eight times 100")
	f.IntVarP(&o.prefix, "prefix", "p", 0, "equal networks of this prefix `LENGTH`")
	f.Uint64VarP(&o.count, "count", "c", 0, "this many equal networks")
	f.StringVar(&o.order, "order", "size", "how --hosts places: size (the largest first) or given")
	f.BoolVar(&o.pointToPoint, "point-to-point", false, "let --hosts use /31 for two hosts and /32 for one (RFC 3021)")
	o.drawing.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits(cli.Entry{Term: "0", Text: "success"}, cli.Entry{Term: "1", Text: "the needs do not fit, or the block was not understood"}, cli.Entry{Term: "2", Text: "bad usage"})})
	return cmd
}

// equal prints the first n networks of a length, and the rest as free blocks.
func (o *splitOptions) equal(block netip.Prefix, length int, n subnet.Count) error {
	var used subnet.SetBuilder
	if n.Cmp(subnet.SplitCount(block, length)) < 0 {
		last, _ := subnet.Nth(block, length, n.Sub(subnet.CountOf(1)))
		used.AddRange(subnet.Range{First: block.Addr(), Last: subnet.Last(last)})
	} else {
		used.AddPrefix(block)
	}
	free := subnet.SetOf(block).Minus(used.Set())
	if o.drawing.wanted() {
		var parts []drawn
		for p := range subnet.Split(block, length) {
			if subnet.CountOf(uint64(len(parts))).Cmp(n) >= 0 {
				break
			}
			if len(parts) == maxDrawn {
				return tooManyParts()
			}
			parts = append(parts, drawn{p, "", false})
		}
		if done, err := o.drawing.emit(o.s, block, append(parts, freeParts(free)...)); done || err != nil {
			return err
		}
	}
	if o.out.Format == cli.Table && n.Cmp(subnet.CountOf(maxTable)) > 0 {
		o.out.Format = cli.Plain // a table of this size would have to be held in memory
	}
	rec := o.out.NewRecords(o.s, "networks", partColumns...)
	left := n
	for p := range subnet.Split(block, length) {
		if left.IsZero() {
			break
		}
		left = left.Sub(subnet.CountOf(1))
		r := newPart(p)
		if err := rec.Write(&r); err != nil {
			return err
		}
	}
	return writeFree(rec, free)
}

// maxTable is how many rows are aligned before they are printed.
const maxTable = 1 << 16

// maxNeeds bounds the networks of one --hosts list.
const maxNeeds = subnet.MaxNeeds

// needs reads --hosts.
func (o *splitOptions) needs() ([]uint64, error) {
	var out []uint64
	for _, h := range o.hosts {
		number, times, repeated := strings.Cut(strings.TrimSpace(h), "x")
		n, err := strconv.ParseUint(number, 10, 64)
		k := uint64(1)
		if err == nil && repeated {
			k, err = strconv.ParseUint(times, 10, 32)
		}
		if err != nil || n == 0 || k == 0 {
			return nil, cli.Usagef("--hosts: %q is not a number of hosts", h).WithHint("write 500,100,50 or 100x8")
		}
		if uint64(len(out))+k > maxNeeds {
			return nil, cli.Usagef("--hosts asks for more than %d networks", maxNeeds)
		}
		for range k {
			out = append(out, n)
		}
	}
	return out, nil
}

func (o *splitOptions) byHosts(block netip.Prefix) error {
	needs, err := o.needs()
	if err != nil {
		return err
	}
	order := subnet.LargestFirst
	switch o.order {
	case "size":
	case "given":
		order = subnet.AsGiven
	default:
		return cli.Usagef("unknown order %q: size or given", o.order)
	}
	width := block.Addr().BitLen()
	lengths := make([]int, len(needs))
	for i, n := range needs {
		length, ok := subnet.BitsForHosts(subnet.CountOf(n), width, o.pointToPoint)
		if !ok {
			return &cli.Error{Code: "no-space", Message: fmt.Sprintf("no IPv4 network has room for %d hosts", n)}
		}
		lengths[i] = length
	}
	got, free, err := subnet.Allocate(subnet.SetOf(block), lengths, width, order)
	if err != nil {
		return &cli.Error{Code: "no-space", Message: err.Error(), Err: err}
	}
	if o.drawing.wanted() {
		var parts []drawn
		for i, p := range got {
			parts = append(parts, drawn{p, strconv.FormatUint(needs[i], 10) + " hosts", false})
		}
		if done, err := o.drawing.emit(o.s, block, append(parts, freeParts(free)...)); done || err != nil {
			return err
		}
	}
	rec := o.out.NewRecords(o.s, "networks", partColumns...)
	for i, p := range got {
		r := newPart(p)
		hosts := subnet.CountOf(needs[i])
		spare := r.Usable.Sub(hosts)
		r.Hosts, r.Spare = &hosts, &spare
		if err := rec.Write(&r); err != nil {
			return err
		}
	}
	return writeFree(rec, free)
}

// writeFree ends a split with what is left of the block.
func writeFree(rec *cli.Records, free *subnet.Set) error {
	for p := range free.Prefixes() {
		r := newPart(p)
		r.Free = true
		if err := rec.Write(&r); err != nil {
			return err
		}
	}
	return rec.Close(nil)
}

// possibleRecord is one way to cut a block into equal parts.
type possibleRecord struct {
	Length   int          `json:"prefix_length" doc:"The length of the parts."`
	Mask     netip.Addr   `json:"mask" doc:"Their mask."`
	Networks subnet.Count `json:"networks" doc:"How many parts: a number up to 2^53-1, a string of digits above."`
	Usable   subnet.Count `json:"usable" doc:"How many hosts fit in each: a number up to 2^53-1, a string of digits above."`
}

// Cells implements cli.Record.
func (r *possibleRecord) Cells() []string {
	return []string{"/" + itoa(r.Length), r.Mask.String(), r.Networks.String(), r.Usable.String()}
}

// possible prints the equal splits that there are.
func (o *splitOptions) possible(block netip.Prefix) error {
	rec := o.out.NewRecords(o.s, "splits", "length", "mask", "networks", "usable")
	w := block.Addr().BitLen()
	for n := block.Bits(); n <= w; n++ {
		p := netip.PrefixFrom(block.Addr(), n)
		if err := rec.Write(&possibleRecord{n, subnet.Mask(p), subnet.SplitCount(block, n), subnet.Usable(p)}); err != nil {
			return err
		}
	}
	return rec.Close(nil)
}

// wanted reports whether a drawing was asked for.
func (d *drawing) wanted() bool { return d.draw || d.svg != "" }

// check refuses two documents on standard output.
func (d *drawing) check(format cli.Format) error {
	switch {
	case !format.Machine():
		return nil
	case d.draw:
		return cli.Usagef("--draw and --format %s do not go together", format)
	case d.svg == "-":
		return cli.Usagef("--svg - and --format %s do not go together", format)
	}
	return nil
}

// emit draws a block and its parts where the flags say. With done standard output
// has the drawing, and wants no table.
func (d *drawing) emit(s *cli.Streams, block netip.Prefix, parts []drawn) (done bool, err error) {
	if d.svg != "" && d.svg != "-" {
		f, err := os.Create(d.svg)
		if err != nil {
			return false, &cli.Error{Code: "file", Message: err.Error(), Err: err}
		}
		if err := writeSVG(f, block, parts); err != nil {
			_ = f.Close() // the write's error is the news
			return false, &cli.Error{Code: "file", Message: err.Error(), Err: err}
		}
		if err := f.Close(); err != nil {
			return false, &cli.Error{Code: "file", Message: err.Error(), Err: err}
		}
	}
	w := bufio.NewWriter(s.Out)
	switch {
	case d.svg == "-":
		err = writeSVG(w, block, parts)
	case d.draw:
		err = drawText(w, s, block, parts)
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	return true, w.Flush()
}
