package subnet

import (
	"bufio"
	"iter"
	"net/netip"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// prefixRecord is one block of a result.
type prefixRecord struct {
	Prefix netip.Prefix `json:"prefix" doc:"The block."`
	First  netip.Addr   `json:"first" doc:"Its first address."`
	Last   netip.Addr   `json:"last" doc:"Its last address."`
	Total  subnet.Count `json:"total" doc:"How many addresses: a number up to 2^53-1, a string of digits above."`
}

func newPrefixRecord(p netip.Prefix) prefixRecord {
	return prefixRecord{p, subnet.Network(p), subnet.Last(p), subnet.Total(p)}
}

var prefixColumns = []string{"prefix", "first", "last", "total"}

// Cells implements cli.Record.
func (r *prefixRecord) Cells() []string {
	return []string{r.Prefix.String(), r.First.String(), r.Last.String(), r.Total.String()}
}

// AppendJSON implements cli.JSONAppender.
func (r *prefixRecord) AppendJSON(b []byte) []byte {
	j := openJSON(b)
	j.prefix("prefix", r.Prefix)
	j.addr("first", r.First)
	j.addr("last", r.Last)
	j.count("total", r.Total)
	return j.close()
}

// rangeRecord is one range of a result.
type rangeRecord struct {
	First netip.Addr   `json:"first" doc:"Its first address."`
	Last  netip.Addr   `json:"last" doc:"Its last address."`
	Total subnet.Count `json:"total" doc:"How many addresses: a number up to 2^53-1, a string of digits above."`
}

// Cells implements cli.Record.
func (r *rangeRecord) Cells() []string {
	return []string{r.First.String(), r.Last.String(), r.Total.String()}
}

// setOutput is how the verbs that make a set print it.
type setOutput struct {
	separator string
	ranges    bool
	only4     bool
	only6     bool
}

func (so *setOutput) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&so.separator, "separator", "\n", "put `TEXT` between the blocks of the plain format, as ', ' for AllowedIPs")
	f.BoolVar(&so.ranges, "ranges", false, "print ranges instead of prefixes")
	f.BoolVarP(&so.only4, "ipv4", "4", false, "print only the IPv4 part")
	f.BoolVarP(&so.only6, "ipv6", "6", false, "print only the IPv6 part")
}

var allV4, allV6 = subnet.SetOf(netip.PrefixFrom(netip.IPv4Unspecified(), 0)), subnet.SetOf(netip.PrefixFrom(netip.IPv6Unspecified(), 0))

// part is what of a set is to be printed.
func (so *setOutput) part(set *subnet.Set) *subnet.Set {
	switch {
	case so.only4 && !so.only6: // both are all of it
		return set.Intersect(allV4)
	case so.only6 && !so.only4:
		return set.Intersect(allV6)
	}
	return set
}

// write prints a set and ends the command's output with failed, if any.
func (so *setOutput) write(o *options, set *subnet.Set, failed error) error {
	set = so.part(set)
	if o.out.Format == cli.Plain {
		w := bufio.NewWriterSize(o.s.Out, 256<<10)
		var err error
		if so.ranges {
			err = writeJoined(w, so.separator, func(yield func([]byte) bool) {
				var b []byte
				for r := range set.Ranges() {
					b = append(subnet.AppendAddr(b[:0], r.First), '-')
					b = subnet.AppendAddr(b, r.Last)
					if !yield(b) {
						return
					}
				}
			})
		} else {
			err = writePrefixes(w, so.separator, set.Prefixes())
		}
		if err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return failed
	}
	if so.ranges {
		rec := o.out.NewRecords(o.s, "ranges", "first", "last", "total")
		for r := range set.Ranges() {
			if err := rec.Write(&rangeRecord{r.First, r.Last, r.Count()}); err != nil {
				return err
			}
		}
		return rec.Close(failed)
	}
	return o.writePrefixRecords(set.Prefixes(), failed)
}

func (o *options) writePrefixRecords(seq iter.Seq[netip.Prefix], failed error) error {
	rec := o.out.NewRecords(o.s, "prefixes", prefixColumns...)
	for p := range seq {
		r := newPrefixRecord(p)
		if err := rec.Write(&r); err != nil {
			return err
		}
	}
	return rec.Close(failed)
}

func writePrefixes(w *bufio.Writer, sep string, seq iter.Seq[netip.Prefix]) error {
	return writeJoined(w, sep, func(yield func([]byte) bool) {
		var b []byte
		for p := range seq {
			b = subnet.AppendPrefix(b[:0], p)
			if !yield(b) {
				return
			}
		}
	})
}

// writeJoined writes texts with sep between them and a line's end after the last.
func writeJoined(w *bufio.Writer, sep string, seq iter.Seq[[]byte]) error {
	first := true
	for b := range seq {
		if !first {
			_, _ = w.WriteString(sep) // a bufio.Writer keeps its first error
		}
		first = false
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	if first {
		return nil
	}
	return w.WriteByte('\n')
}

func newMerge(s *cli.Streams) *cobra.Command {
	o, so := newOptions(s, cli.Plain), &setOutput{}
	cmd := &cobra.Command{
		Use:   "merge [OPERAND...]",
		Short: "The fewest prefixes that cover exactly the same addresses",
		Example: `  netkit subnet merge 10.0.0.0/25 10.0.0.128/25
  netkit subnet merge blocklist.txt more.txt
  ip route | netkit subnet merge`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			in := o.input()
			var b subnet.SetBuilder
			in.grow = b.Grow
			if err := in.operands(args, func(it subnet.Item) error { b.Add(it); return nil }); err != nil {
				return err
			}
			return so.write(&o, b.Set(), in.result())
		},
	}
	o.addFlags(cmd)
	so.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits()})
	return cmd
}

// newFold makes a verb that combines the first operand with each of the others.
func newFold(s *cli.Streams, use, short, example string, op func(a, b *subnet.Set) *subnet.Set) *cobra.Command {
	o, so := newOptions(s, cli.Plain), &setOutput{}
	cmd := &cobra.Command{
		Use: use, Short: short, Example: example,
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			in := o.input()
			sets, err := in.sets(args)
			if err != nil {
				return err
			}
			set := sets[0]
			for _, other := range sets[1:] {
				set = op(set, other)
			}
			return so.write(&o, set, in.result())
		},
	}
	o.addFlags(cmd)
	so.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits()})
	return cmd
}

func newExclude(s *cli.Streams) *cobra.Command {
	return newFold(s, "exclude OPERAND OPERAND...", "The first operand without all the others",
		`  netkit subnet exclude 0.0.0.0/0,::/0 192.168.0.0/16 fc00::/7 --separator ', '
  netkit subnet exclude all.txt holes.txt`, (*subnet.Set).Minus)
}

func newIntersect(s *cli.Streams) *cobra.Command {
	return newFold(s, "intersect OPERAND OPERAND...", "What all operands have in common",
		`  netkit subnet intersect a.txt b.txt
  netkit subnet intersect 10.0.0.0/8 10.1.0.0-10.2.3.4`, (*subnet.Set).Intersect)
}

// diffRecord is one block that only one side has.
type diffRecord struct {
	Side   string       `json:"side" doc:"- for the first operand only, + for the second only."`
	Prefix netip.Prefix `json:"prefix" doc:"The block."`
	Total  subnet.Count `json:"total" doc:"How many addresses: a number up to 2^53-1, a string of digits above."`
}

// Cells implements cli.Record.
func (r *diffRecord) Cells() []string {
	return []string{r.Side, r.Prefix.String(), r.Total.String()}
}

func newDiff(s *cli.Streams) *cobra.Command {
	o := newOptions(s, cli.Plain)
	o.exit = cli.ExitUsage
	cmd := &cobra.Command{
		Use:   "diff OPERAND OPERAND",
		Short: "The addresses that only one of two operands has",
		Long: `Print the symmetric difference: blocks that only the first operand has with "-",
blocks that only the second has with "+". As diff, exit with 0 when the operands
hold the same addresses, 1 when they differ, 2 on trouble.`,
		Example: `  netkit subnet diff yesterday.txt today.txt
  netkit subnet diff --json 10.0.0.0/24 10.0.0.64/26`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			in := o.input()
			sets, err := in.sets(args)
			if err != nil {
				return err
			}
			a, b := sets[0].Minus(sets[1]), sets[1].Minus(sets[0])
			rec := o.out.NewRecords(o.s, "differences", "side", "prefix", "total")
			for i, set := range []*subnet.Set{a, b} {
				for p := range set.Prefixes() {
					if err := rec.Write(&diffRecord{"-+"[i : i+1], p, subnet.Total(p)}); err != nil {
						return err
					}
				}
			}
			if err := rec.Close(in.result()); err != nil {
				return err
			}
			if !a.IsEmpty() || !b.IsEmpty() {
				return cli.Exit(1)
			}
			return nil
		},
	}
	o.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits(cli.Entry{Term: "0", Text: "the same addresses"}, cli.Entry{Term: "1", Text: "they differ"}, cli.Entry{Term: "2", Text: "bad usage, or input that was not understood"})})
	return cmd
}

func newFree(s *cli.Streams) *cobra.Command {
	o, so := newOptions(s, cli.Plain), &setOutput{}
	next, count := -1, 1
	cmd := &cobra.Command{
		Use:   "free PARENT [OPERAND...]",
		Short: "The free blocks of a parent, or the next free one of a size",
		Long: `Print what PARENT has left when all operands (standard input when there are none)
are taken from it. --next prints the first free block of a length instead, and
exits with 1 when there is none.`,
		Example: `  netkit subnet free 10.0.0.0/16 used.txt
  netkit subnet free 10.0.0.0/16 10.0.0.0/24 10.0.2.0/23 --next 24`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			switch asked := cmd.Flags().Changed("next"); {
			case asked && next < 0:
				return cli.Usagef("--next %d is not a prefix length", next)
			case !asked && cmd.Flags().Changed("count"):
				return cli.Usagef("--count needs --next")
			}
			in := o.input()
			parent, err := in.set(args[0])
			if err != nil {
				return err
			}
			if parent.IsEmpty() {
				return &cli.Error{Code: "input", Message: args[0] + " holds no network"}
			}
			var used subnet.SetBuilder
			in.grow = used.Grow
			if err := in.operands(args[1:], func(it subnet.Item) error { used.Add(it); return nil }); err != nil {
				return err
			}
			parent = so.part(parent)
			free := parent.Minus(used.Set())
			if next < 0 {
				return so.write(&o, free, in.result())
			}
			return o.nextFree(parent, free, next, count, so, in)
		},
	}
	o.addFlags(cmd)
	so.addFlags(cmd)
	cmd.Flags().IntVar(&next, "next", -1, "print the next free block with this prefix `LENGTH`")
	cmd.Flags().IntVar(&count, "count", 1, "with --next, print this many")
	cli.SetManual(cmd, cli.Manual{Exit: exits(
		cli.Entry{Term: "0", Text: "success"}, cli.Entry{Term: "1", Text: "no free block of that size, or input that was not understood"}, cli.Entry{Term: "2", Text: "bad usage"})})
	return cmd
}

// nextFree prints the first free blocks of a length.
func (o *options) nextFree(parent, free *subnet.Set, length, count int, so *setOutput, in *input) error {
	width := 128
	for p := range parent.Prefixes() {
		width = p.Addr().BitLen()
		break
	}
	if err := prefixLengthFlag("next", length, 0, width); err != nil {
		return err
	}
	const most = 4096 // each one is a pass over the free space
	if count < 1 || count > most {
		return cli.Usagef("--count %d is outside 1 to %d", count, most)
	}
	var found []netip.Prefix
	var short error
	for range count {
		p, ok := free.NextFree(length, width)
		if !ok {
			short = &cli.Error{Code: "no-space", Message: "no free block of that size is left"}
			break
		}
		found = append(found, p)
		free = free.Minus(subnet.SetOf(p))
	}
	if err := in.result(); err != nil {
		short = err
	}
	seq := func(yield func(netip.Prefix) bool) {
		for _, p := range found {
			if !yield(p) {
				return
			}
		}
	}
	if o.out.Format != cli.Plain {
		return o.writePrefixRecords(seq, short)
	}
	w := bufio.NewWriter(o.s.Out)
	if err := writePrefixes(w, so.separator, seq); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return short
}
