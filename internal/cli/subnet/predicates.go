package subnet

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// The predicates exit as grep does: 0 yes, 1 no, 2 trouble, which wins.

func predicateExits(yes, no string) []cli.Entry {
	return exits(cli.Entry{Term: "0", Text: yes}, cli.Entry{Term: "1", Text: no}, cli.Entry{Term: "2", Text: "bad usage, or input that was not understood"})
}

// predicate is what the four verbs share.
type predicate struct {
	options
	quiet bool
}

func newPredicate(s *cli.Streams) *predicate {
	p := &predicate{options: newOptions(s, cli.Plain)}
	p.exit = cli.ExitUsage
	return p
}

func (p *predicate) addFlags(cmd *cobra.Command) {
	p.options.addFlags(cmd)
	cmd.Flags().BoolVarP(&p.quiet, "quiet", "q", false, "print nothing: the answer is the exit code")
}

// answer ends a predicate.
func (p *predicate) answer(yes bool, rec *cli.Records, in *input) error {
	err := in.result()
	if rec != nil {
		err = rec.Close(err)
	}
	if err != nil {
		return err
	}
	if !yes {
		return cli.Exit(1)
	}
	return nil
}

// answerRecord is one item's answer.
type answerRecord struct {
	Item string `json:"item" doc:"The item that was asked about."`
	Yes  bool   `json:"answer" doc:"Whether the predicate holds for it."`
	By   string `json:"by,omitempty" doc:"The block that decided it."`
}

// Cells implements cli.Record.
func (r *answerRecord) Cells() []string {
	yes := "no"
	if r.Yes {
		yes = "yes"
	}
	return []string{r.Item, yes, r.By}
}

// eachItem asks about every item and answers whether it held for all.
func (p *predicate) eachItem(cmd *cobra.Command, in *input, args []string, ask func(it subnet.Item) (bool, string)) error {
	var rec *cli.Records
	if !p.quiet {
		rec = p.out.NewRecords(p.s, "answers", "item", "answer", "by")
		in.idle = rec.Flush
	}
	all, n := true, 0
	err := in.operands(args, func(it subnet.Item) error {
		yes, by := ask(it)
		all = all && yes
		n++
		if rec == nil {
			return nil
		}
		return rec.Write(&answerRecord{it.String(), yes, by})
	})
	if err != nil && rec != nil {
		return rec.Close(err)
	} else if err != nil {
		return err
	}
	return p.answer(all && n > 0, rec, in)
}

func newContains(s *cli.Streams) *cobra.Command {
	p := newPredicate(s)
	cmd := &cobra.Command{
		Use:   "contains OPERAND [OPERAND...]",
		Short: "Whether the first operand contains all the others",
		Long: `Say of every item of the other operands (standard input when there are none)
whether the first operand holds all of it, and by which block. Exit with 0 when all
are inside, 1 when one is not, 2 on trouble.`,
		Example: `  netkit subnet contains 10.0.0.0/8 10.1.2.3 && echo inside
  netkit subnet contains -q allowed.txt 192.0.2.7`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p.begin(cmd)
			in := p.input()
			outer, err := in.set(args[0])
			if err != nil {
				return err
			}
			blocks := slices.Collect(outer.Ranges())
			return p.eachItem(cmd, in, args[1:], func(it subnet.Item) (bool, string) {
				r := it.Range()
				if !outer.ContainsRange(r) {
					return false, ""
				}
				i, _ := slices.BinarySearchFunc(blocks, r, func(b, r subnet.Range) int {
					switch {
					case b.Last.Less(r.First):
						return -1
					case r.First.Less(b.First):
						return 1
					}
					return 0
				})
				return true, rangeText(blocks[i])
			})
		},
	}
	p.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: predicateExits("all are inside", "one is not")})
	return cmd
}

// rangeText writes a range as a prefix when it is one.
func rangeText(r subnet.Range) string {
	if q, ok := r.Prefix(); ok {
		return q.String()
	}
	return r.String()
}

func newPrivate(s *cli.Streams) *cobra.Command {
	p := newPredicate(s)
	cmd := &cobra.Command{
		Use:   "private [OPERAND...]",
		Short: "Whether everything is private-use space (RFC 1918, RFC 4193)",
		Long: `Say of every item whether all of it is private-use space: 10.0.0.0/8,
172.16.0.0/12, 192.168.0.0/16 or fc00::/7. Exit with 0 when all is, 1 when
something is not, 2 on trouble. For loopback, link-local, shared and other
special space ask calc, whose fields scope and block name them.`,
		Example: `  netkit subnet private 192.168.1.1 && echo private`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.begin(cmd)
			return p.eachItem(cmd, p.input(), args, func(it subnet.Item) (bool, string) {
				r := it.Range()
				if !subnet.IsPrivate(r) {
					return false, ""
				}
				b, ok := subnet.BlockOf(r.First)
				if !ok {
					return true, ""
				}
				return true, b.Prefix.String()
			})
		},
	}
	p.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: predicateExits("all is private", "something is not")})
	return cmd
}

func newEqual(s *cli.Streams) *cobra.Command {
	p := newPredicate(s)
	cmd := &cobra.Command{
		Use:   "equal OPERAND OPERAND...",
		Short: "Whether all operands hold the same addresses",
		Long: `Compare the addresses, not the way in which they are cut into blocks. Nothing is
printed. Exit with 0 when all operands are equal, 1 when they are not, 2 on trouble.`,
		Example: `  netkit subnet equal 10.0.0.0/24 10.0.0.0-10.0.0.255 && echo same`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			p.begin(cmd)
			in := p.input()
			sets, err := in.sets(args)
			if err != nil {
				return err
			}
			same := true
			for _, other := range sets[1:] {
				same = same && sets[0].Equal(other)
			}
			return p.answer(same, nil, in)
		},
	}
	p.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: predicateExits("they are equal", "they are not")})
	return cmd
}

// overlapRecord is a pair of items that share addresses.
type overlapRecord struct {
	A        string       `json:"a" doc:"The item that begins first."`
	ASource  string       `json:"a_source,omitempty" doc:"Where it stands: FILE:LINE, or nothing for an argument."`
	Relation string       `json:"relation" doc:"equal; contains: a contains b; inside: a is inside b; overlaps: neither."`
	B        string       `json:"b" doc:"The other item."`
	BSource  string       `json:"b_source,omitempty" doc:"Where it stands."`
	First    string       `json:"first" doc:"The first address that they share."`
	Last     string       `json:"last" doc:"The last address that they share."`
	Total    subnet.Count `json:"total" doc:"How many they share: a number up to 2^53-1, a string of digits above."`
}

// Cells implements cli.Record.
func (r *overlapRecord) Cells() []string {
	return []string{r.A, r.Relation, r.B, r.First, r.Last, r.Total.String(), r.ASource, r.BSource}
}

// placed is an item with the place where it was read.
type placed struct {
	r       subnet.Range
	item    subnet.Item
	operand int
	line    int
}

func newOverlaps(s *cli.Streams) *cobra.Command {
	p := newPredicate(s)
	across := false
	cmd := &cobra.Command{
		Use:   "overlaps [OPERAND...]",
		Short: "Whether any two items overlap, and which",
		Long: `Report every pair of items that share an address, with how they relate. --across
leaves out pairs within one operand. Exit with 0 when some overlap, 1 when none do,
2 on trouble.`,
		Example: `  netkit subnet overlaps 10.0.0.0/8 10.1.0.0/16
  netkit subnet overlaps --across ours.txt theirs.txt`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p.begin(cmd)
			in := p.input()
			args, err := in.orStdin(args)
			if err != nil {
				return err
			}
			var all []placed
			for i, a := range args {
				err := in.operands([]string{a}, func(it subnet.Item) error {
					all = append(all, placed{it.Range(), it, i, in.line})
					return nil
				})
				if err != nil {
					return err
				}
			}
			var rec *cli.Records
			if !p.quiet {
				rec = p.out.NewRecords(p.s, "overlaps", "a", "relation", "b", "first", "last", "total", "a_source", "b_source")
			}
			found, err := p.pairs(all, args, across, rec)
			if err != nil {
				return err
			}
			return p.answer(found, rec, in)
		},
	}
	p.addFlags(cmd)
	cmd.Flags().BoolVar(&across, "across", false, "only pairs from different operands")
	cli.SetManual(cmd, cli.Manual{Exit: predicateExits("some overlap", "none do")})
	return cmd
}

// pairs sweeps over the items in order of their first address and keeps those
// that are still open: each new one overlaps exactly these.
func (p *predicate) pairs(all []placed, args []string, across bool, rec *cli.Records) (bool, error) {
	slices.SortStableFunc(all, func(a, b placed) int {
		if c := a.r.First.Compare(b.r.First); c != 0 {
			return c
		}
		return b.r.Last.Compare(a.r.Last)
	})
	source := func(x placed) string {
		if x.line == 0 {
			return ""
		}
		name := strings.TrimPrefix(args[x.operand], "@")
		if name == "-" {
			name = "stdin"
		}
		return name + ":" + itoa(x.line)
	}
	found := false
	var open []placed
	for _, x := range all {
		open = slices.DeleteFunc(open, func(o placed) bool { return !o.r.Overlaps(x.r) })
		for _, o := range open {
			if across && o.operand == x.operand {
				continue
			}
			found = true
			if rec == nil {
				return true, nil
			}
			shared, _ := o.r.Intersect(x.r)
			relation := "overlaps"
			switch {
			case o.r == x.r:
				relation = "equal"
			case o.r.ContainsRange(x.r):
				relation = "contains"
			case x.r.ContainsRange(o.r):
				relation = "inside"
			}
			err := rec.Write(&overlapRecord{o.item.String(), source(o), relation, x.item.String(), source(x),
				shared.First.String(), shared.Last.String(), shared.Count()})
			if err != nil {
				return found, err
			}
		}
		open = append(open, x)
	}
	return found, nil
}
