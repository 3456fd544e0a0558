package subnet

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"iter"
	"net/netip"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

func itoa(n int) string { return strconv.Itoa(n) }

// addrRecord is one listed address.
type addrRecord struct {
	Address string `json:"address" doc:"The address in the chosen form."`
}

// Cells implements cli.Record.
func (r *addrRecord) Cells() []string { return []string{r.Address} }

// listOptions are the flags of list.
type listOptions struct {
	options
	hosts     bool
	step      uint64
	exclude   []string
	random    bool
	seed      uint64
	seeded    bool
	form      string
	limit     int64 // below 0 for none
	limited   bool
	skip      uint64
	separator string
}

var addrForms = map[string]func([]byte, netip.Addr) []byte{
	"text":     subnet.AppendAddr,
	"hex":      subnet.AppendHex,
	"int":      subnet.AppendInteger,
	"expanded": subnet.AppendExpanded,
	"reverse":  subnet.AppendReverseName,
}

func newList(s *cli.Streams) *cobra.Command {
	o := &listOptions{options: newOptions(s, cli.Plain)}
	cmd := &cobra.Command{
		Use:   "list [OPERAND...]",
		Short: "The addresses of blocks and ranges, one by one",
		Long: `Print every address of the operands once, in order, or with --random in an order
in which each comes exactly once. Nothing is held in memory but the blocks, so
the size does not matter. With one --seed the random order is always the same;
--skip and --limit then cut it into shares.`,
		Example: `  netkit subnet list 10.0.0.0/29 --hosts
  netkit subnet list 10.0.0.0/8 --step 256 --exclude 10.5.0.0/16
  netkit subnet list 2001:db8::/64 --random --limit 5`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			o.seeded, o.limited = cmd.Flags().Changed("seed"), cmd.Flags().Changed("limit")
			return o.run(args)
		},
	}
	o.addFlags(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.hosts, "hosts", false, "leave out the network and broadcast (IPv6: subnet-router anycast) addresses of each operand")
	f.Uint64Var(&o.step, "step", 1, "print every `N`th address, beginning with the first")
	f.StringArrayVarP(&o.exclude, "exclude", "e", nil, "leave out this `OPERAND`; may be repeated")
	f.BoolVarP(&o.random, "random", "r", false, "random order, each address once")
	f.Uint64Var(&o.seed, "seed", 0, "make the random order that belongs to this `NUMBER`")
	f.StringVar(&o.form, "form", "text", "how to write an address: text, hex, int, expanded, reverse")
	f.Int64VarP(&o.limit, "limit", "n", -1, "print at most `N` addresses")
	f.Uint64Var(&o.skip, "skip", 0, "leave out the first `N` addresses of the order")
	f.StringVar(&o.separator, "separator", "\n", "put `TEXT` between the addresses of the plain format")
	_ = cmd.RegisterFlagCompletionFunc("form", cobra.FixedCompletions([]string{"text", "hex", "int", "expanded", "reverse"}, cobra.ShellCompDirectiveNoFileComp))
	cli.SetManual(cmd, cli.Manual{Exit: exits()})
	return cmd
}

func (o *listOptions) run(args []string) error {
	form, ok := addrForms[o.form]
	switch {
	case !ok:
		return cli.Usagef("unknown form %q: one of text, hex, int, expanded, reverse", o.form)
	case o.step == 0:
		return cli.Usagef("--step must be at least 1")
	case o.limited && o.limit < 0:
		return cli.Usagef("--limit must be at least 0")
	case o.random && o.step > 1:
		return cli.Usagef("--step and --random do not go together")
	case o.seeded && !o.random:
		return cli.Usagef("--seed needs --random")
	}
	in := o.input()
	var b subnet.SetBuilder
	err := in.operands(args, func(it subnet.Item) error {
		if p, ok := it.Prefix(); ok && o.hosts {
			first, last := subnet.HostRange(p)
			b.AddRange(subnet.Range{First: first, Last: last})
			return nil
		}
		b.Add(it)
		return nil
	})
	if err != nil {
		return err
	}
	set := b.Set()
	for _, e := range o.exclude {
		out, err := in.set(e)
		if err != nil {
			return err
		}
		set = set.Minus(out)
	}
	if o.out.Format == cli.Plain && o.form == "text" && !o.random && o.step <= 1 && o.limit < 0 && o.skip == 0 && o.separator == "\n" {
		if err := o.writeAll(set); err != nil {
			return err
		}
		return in.result()
	}
	return o.write(o.order(set), form, in.result())
}

// writeAll prints a whole set in order.
func (o *listOptions) writeAll(set *subnet.Set) error {
	w := bufio.NewWriterSize(o.s.Out, 256<<10)
	for r := range set.Ranges() {
		if err := subnet.WriteAddrs(w, r); err != nil {
			return err
		}
	}
	return w.Flush()
}

// order is the addresses that are to be printed.
func (o *listOptions) order(set *subnet.Set) iter.Seq[netip.Addr] {
	if o.random {
		seed := o.seed
		if !o.seeded {
			seed = randomSeed()
		}
		index := subnet.NewIndex(set)
		perm := subnet.NewPermutation(index.Count(), seed)
		return func(yield func(netip.Addr) bool) {
			for i, n := subnet.CountOf(o.skip), int64(0); n != o.limit; n++ {
				at, ok := perm.At(i)
				if !ok {
					return
				}
				if a, _ := index.At(at); !yield(a) {
					return
				}
				i = i.Add(subnet.CountOf(1))
			}
		}
	}
	return func(yield func(netip.Addr) bool) {
		if o.limit == 0 {
			return
		}
		n := int64(0)
		for a := range set.AddrsFrom(o.skip, o.step) {
			n++
			if !yield(a) || n == o.limit {
				return
			}
		}
	}
}

func (o *listOptions) write(seq iter.Seq[netip.Addr], form func([]byte, netip.Addr) []byte, failed error) error {
	if o.out.Format == cli.Plain {
		w := bufio.NewWriterSize(o.s.Out, 256<<10)
		err := writeJoined(w, o.separator, func(yield func([]byte) bool) {
			var b []byte
			for a := range seq {
				b = form(b[:0], a)
				if !yield(b) {
					return
				}
			}
		})
		if err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return failed
	}
	rec := o.out.NewRecords(o.s, "addresses", "address")
	for a := range seq {
		if err := rec.Write(&addrRecord{string(form(nil, a))}); err != nil {
			return err
		}
	}
	return rec.Close(failed)
}

// randomSeed draws from the system's source; crypto/rand.Read cannot fail.
func randomSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func newRandom(s *cli.Streams) *cobra.Command {
	o, so := newOptions(s, cli.Plain), &setOutput{}
	length, count, seed, ula := -1, 1, uint64(0), false
	cmd := &cobra.Command{
		Use:   "random [BLOCK]",
		Short: "Random networks or addresses of a block, none twice",
		Long: `Print random networks of a length inside BLOCK (10.0.0.0/8 when none is given; of
length 24 there, else single addresses), each at most once. --ula prints a
unique-local /48 whose 40-bit global ID is random, as RFC 4193 asks.`,
		Example: `  netkit subnet random
  netkit subnet random 192.168.0.0/16 --prefix 28 --count 3
  netkit subnet random --ula`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			block := netip.MustParsePrefix("10.0.0.0/8")
			switch {
			case ula:
				if len(args) > 0 || length >= 0 {
					return cli.Usagef("--ula takes neither a block nor --prefix")
				}
				block, length = netip.MustParsePrefix("fd00::/8"), 48
			case len(args) == 1:
				p, err := o.one("BLOCK", args[0])
				if err != nil {
					return err
				}
				block = p.Masked()
				if length < 0 {
					length = block.Addr().BitLen()
				}
			case length < 0:
				length = 24
			}
			if err := prefixLengthFlag("prefix", length, block.Bits(), block.Addr().BitLen()); err != nil {
				return err
			}
			if count < 1 {
				return cli.Usagef("--count must be at least 1")
			}
			if !cmd.Flags().Changed("seed") {
				seed = randomSeed()
			}
			seq, err := randomPrefixes(block, length, count, seed)
			if err != nil {
				return err
			}
			if o.out.Format != cli.Plain {
				return o.writePrefixRecords(seq, nil)
			}
			w := bufio.NewWriter(o.s.Out)
			err = writeJoined(w, so.separator, func(yield func([]byte) bool) {
				var b []byte
				for p := range seq {
					if b = subnet.AppendPrefix(b[:0], p); p.IsSingleIP() {
						b = subnet.AppendAddr(b[:0], p.Addr())
					}
					if !yield(b) {
						return
					}
				}
			})
			if err != nil {
				return err
			}
			return w.Flush()
		},
	}
	o.addFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&so.separator, "separator", "\n", "put `TEXT` between the blocks of the plain format")
	f.IntVarP(&length, "prefix", "p", -1, "prefix `LENGTH` of the networks")
	f.IntVarP(&count, "count", "n", 1, "how many")
	f.Uint64Var(&seed, "seed", 0, "make the choice that belongs to this `NUMBER`")
	f.BoolVar(&ula, "ula", false, "a unique-local IPv6 /48 (RFC 4193)")
	cli.SetManual(cmd, cli.Manual{Exit: exits()})
	return cmd
}

// randomPrefixes yields count networks of a length inside block, none twice: the
// networks are numbered, and the numbers permuted.
func randomPrefixes(block netip.Prefix, length, count int, seed uint64) (iter.Seq[netip.Prefix], error) {
	have := subnet.SplitCount(block, length)
	if have.Cmp(subnet.CountOf(uint64(count))) < 0 {
		return nil, &cli.Error{Code: "no-space", Message: fmt.Sprintf("%s has only %s networks of length %d", block, have, length)}
	}
	perm := subnet.NewPermutation(have, seed)
	return func(yield func(netip.Prefix) bool) {
		for i := range count {
			n, _ := perm.At(subnet.CountOf(uint64(i)))
			if p, _ := subnet.Nth(block, length, n); !yield(p) {
				return
			}
		}
	}, nil
}
