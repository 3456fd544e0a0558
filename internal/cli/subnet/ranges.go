package subnet

import (
	"bufio"
	"net/netip"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// convertRecord is one item in its other form.
type convertRecord struct {
	Input    string         `json:"input" doc:"The item."`
	First    netip.Addr     `json:"first" doc:"Its first address."`
	Last     netip.Addr     `json:"last" doc:"Its last address."`
	Total    subnet.Count   `json:"total" doc:"How many addresses: a number up to 2^53-1, a string of digits above."`
	Prefixes []netip.Prefix `json:"prefixes" doc:"The fewest prefixes that are exactly the item."`
	Covering netip.Prefix   `json:"covering" doc:"The smallest single prefix that contains it."`
}

// Cells implements cli.Record.
func (r *convertRecord) Cells() []string {
	var b []byte
	for i, p := range r.Prefixes {
		if i > 0 {
			b = append(b, ' ')
		}
		b = p.AppendTo(b)
	}
	return []string{r.Input, r.First.String() + "-" + r.Last.String(), r.Total.String(), string(b), r.Covering.String()}
}

func newRange(s *cli.Streams) *cobra.Command {
	o, to := newOptions(s, cli.Plain), "other"
	cmd := &cobra.Command{
		Use:   "range [OPERAND...]",
		Short: "Ranges to prefixes and back, exactly",
		Long: `Print the other form of every item: a range as the fewest prefixes that are exactly
it, a prefix as first-last. --to prefixes and --to range force one form; --to
covering prints the smallest single prefix that contains the item.`,
		Example: `  netkit subnet range 10.0.0.5-10.0.0.9
  netkit subnet range 10.0.0.0/29
  netkit subnet range 10.0.0.5-10.0.0.9 --to covering`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			switch to {
			case "other", "prefixes", "range", "covering":
			default:
				return cli.Usagef("unknown form %q: one of other, prefixes, range, covering", to)
			}
			in := o.input()
			if o.out.Format == cli.Plain {
				return o.convertPlain(in, args, to)
			}
			rec := o.out.NewRecords(o.s, "ranges", "input", "range", "total", "prefixes", "covering")
			in.idle = rec.Flush
			err := in.operands(args, func(it subnet.Item) error {
				r := it.Range()
				c := &convertRecord{Input: it.String(), First: r.First, Last: r.Last, Total: r.Count(), Covering: r.Covering()}
				for p := range r.Prefixes() {
					c.Prefixes = append(c.Prefixes, p)
				}
				return rec.Write(c)
			})
			if err != nil {
				return rec.Close(err)
			}
			return rec.Close(in.result())
		},
	}
	o.addFlags(cmd)
	cmd.Flags().StringVar(&to, "to", "other", "the form: other, prefixes, range, covering")
	_ = cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions([]string{"other", "prefixes", "range", "covering"}, cobra.ShellCompDirectiveNoFileComp))
	cli.SetManual(cmd, cli.Manual{Exit: exits()})
	return cmd
}

func (o *options) convertPlain(in *input, args []string, to string) error {
	w := bufio.NewWriterSize(o.s.Out, 64<<10)
	in.idle = w.Flush
	var b []byte
	err := in.operands(args, func(it subnet.Item) error {
		r := it.Range()
		b = b[:0]
		switch {
		case to == "covering":
			b = append(subnet.AppendPrefix(b, r.Covering()), '\n')
		case to == "range", to == "other" && !it.IsRange():
			b = append(subnet.AppendAddr(b, r.First), '-')
			b = append(subnet.AppendAddr(b, r.Last), '\n')
		default:
			for p := range r.Prefixes() {
				b = append(subnet.AppendPrefix(b, p), '\n')
			}
		}
		_, err := w.Write(b)
		return err
	})
	return in.end(w, err)
}
