package subnet

import (
	"bufio"
	"bytes"
	"net/netip"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// factsRecord is one block with its facts, seen through the chosen fields.
type factsRecord struct {
	facts  subnet.Facts
	fields []field
}

// Cells implements cli.Record.
func (r *factsRecord) Cells() []string {
	cells := make([]string, len(r.fields))
	for i := range r.fields {
		cells[i] = string(r.fields[i].append(nil, &r.facts))
	}
	return cells
}

// AppendJSON implements cli.JSONAppender.
func (r *factsRecord) AppendJSON(b []byte) []byte { return appendFieldsJSON(b, r.fields, &r.facts) }

// MarshalJSON implements json.Marshaler.
func (r *factsRecord) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

type calcOptions struct {
	options
	fields   []string
	template string
	explain  bool
	to       string
}

func newCalc(s *cli.Streams) *cobra.Command {
	o := &calcOptions{options: newOptions(s, cli.Table)}
	cmd := &cobra.Command{
		Use:     "calc [OPERAND...]",
		Aliases: []string{"info"},
		Short:   "Everything about addresses and their networks",
		Long: `Print the facts of every item: network, broadcast, hosts, counts, mask, scope and
the RFC behind it, DNS names, multicast and embedded addresses. A range is described
block by block.

--explain draws the address, the mask and their bitwise AND bit by bit, and with
--to ADDRESS the decision that a host with this address makes for that destination.`,
		Example: `  netkit subnet calc 192.168.10.77/26
  netkit subnet calc --explain 192.168.10.77/26 --to 192.168.10.200
  netkit subnet calc --field network,first,last eth0
  netkit subnet calc --format jsonl < networks.txt
  netkit subnet calc --template '{{.network}} has {{.usable}} hosts' 10.0.0.0/22`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			if err := exclusive(cmd, "field", "template", "explain"); err != nil {
				return err
			}
			if len(o.fields) > 0 && !cmd.Flags().Changed("format") && !cmd.Flags().Changed("json") {
				o.out.Format = cli.Plain
			}
			return o.run(joinMasks(args))
		},
	}
	o.addFlags(cmd)
	f := cmd.Flags()
	f.StringSliceVarP(&o.fields, "field", "F", nil, "print only these `FIELDS`, apart by commas")
	f.StringVarP(&o.template, "template", "t", "", "print this Go `TEMPLATE` for every item; fields are {{.network}} and so on")
	f.BoolVarP(&o.explain, "explain", "e", false, "draw the arithmetic bit by bit")
	f.StringVar(&o.to, "to", "", "with --explain: how a datagram to this `ADDRESS` leaves")
	_ = cmd.RegisterFlagCompletionFunc("field", cobra.FixedCompletions(fieldNames(), cobra.ShellCompDirectiveNoFileComp))
	cli.SetManual(cmd, cli.Manual{Exit: exits(), Notes: fieldNotes()})
	return cmd
}

func fieldNotes() []cli.Entry {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f.name + ": " + f.doc + " ")
	}
	return []cli.Entry{{Term: "Fields", Text: strings.TrimSpace(b.String())}}
}

func (o *calcOptions) run(args []string) error {
	chosen, err := chooseFields(o.fields, o.explain)
	if err != nil {
		return err
	}
	var to netip.Addr
	if o.to != "" {
		it, err := subnet.Parse(o.to)
		if err != nil {
			e := inputError(err)
			e.Exit, e.Message = cli.ExitUsage, "--to: "+e.Message
			return e
		}
		if !it.IsAddress() {
			return cli.Usagef("--to takes one address, which %s is not", o.to)
		}
		if !o.explain {
			return cli.Usagef("--to needs --explain")
		}
		if o.out.Format != cli.Table {
			return cli.Usagef("--to is part of the drawing, which --format %s has not", o.out.Format)
		}
		to = it.Addr
	}
	in := o.input()
	switch {
	case o.template != "":
		return o.templated(in, args, chosen)
	case o.out.Format == cli.Table:
		return o.tables(in, args, chosen, to)
	}
	names := make([]string, len(chosen))
	for i, f := range chosen {
		names[i] = f.name
	}
	if o.out.Format == cli.JSONL || o.out.Format == cli.Plain {
		return o.lines(in, args, chosen)
	}
	rec := o.out.NewRecords(o.s, "networks", names...)
	in.idle = rec.Flush
	err = in.operands(args, func(it subnet.Item) error {
		var f subnet.Facts
		return eachFacts(it, &f, func() error { return rec.Write(&factsRecord{f, chosen}) })
	})
	if err != nil {
		return rec.Close(err)
	}
	return rec.Close(in.result())
}

// joinMasks makes one operand of an address and a mask or wildcard that stands
// beside it, as ipcalc and sipcalc are called. Masks that could be addresses
// (128.0.0.0) are left alone.
func joinMasks(args []string) []string {
	var out []string
	for _, a := range args {
		if n := len(out); n > 0 && (strings.HasPrefix(a, "255.") || strings.HasPrefix(a, "0.")) {
			before, err := netip.ParseAddr(out[n-1])
			if it, perr := subnet.Parse(out[n-1] + " " + a); err == nil && before.Is4() && perr == nil &&
				(it.Form == subnet.FormMask || it.Form == subnet.FormWildcard) {
				out[n-1] += " " + a
				continue
			}
		}
		out = append(out, a)
	}
	return out
}

// eachFacts describes an item, a range block by block, in facts.
func eachFacts(it subnet.Item, facts *subnet.Facts, f func() error) error {
	var ok bool
	if *facts, ok = subnet.DescribeItem(it); ok {
		return f()
	}
	for p := range it.Range().Prefixes() {
		*facts = subnet.Describe(p)
		facts.Item = it
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// lines is the path for millions: one record a line, nothing allocated for it.
func (o *calcOptions) lines(in *input, args []string, chosen []field) error {
	appendRecord := appendFieldsPlain
	if o.out.Format == cli.JSONL {
		appendRecord = func(b []byte, chosen []field, f *subnet.Facts) []byte {
			return append(appendFieldsJSON(b, chosen, f), '\n')
		}
	}
	args, err := in.orStdin(args)
	if err != nil {
		return err
	}
	in.only = len(args) == 1
	err = in.run(args, job{
		line: readItems,
		end: func(x *piece) {
			var f subnet.Facts
			add := func() error {
				x.out = appendRecord(x.out, chosen, &f)
				return nil
			}
			for _, it := range x.items {
				_ = eachFacts(it, &f, add) // which returns what add returns
			}
		},
		use: o.writePiece,
	})
	if err != nil {
		return err
	}
	return in.result()
}

func appendFieldsPlain(b []byte, chosen []field, f *subnet.Facts) []byte {
	for i := range chosen {
		at := len(b)
		b = chosen[i].append(b, f)
		if len(b) == at {
			b = append(b, '-')
		}
		b = append(b, '\t')
	}
	b[len(b)-1] = '\n'
	return b
}

// tables prints the facts for people, one below the other.
func (o *calcOptions) tables(in *input, args []string, chosen []field, to netip.Addr) error {
	w := bufio.NewWriterSize(o.s.Out, 64<<10)
	in.idle = w.Flush
	n := 0
	err := in.operands(args, func(it subnet.Item) error {
		var f subnet.Facts
		return eachFacts(it, &f, func() error {
			if n++; n > 1 {
				_ = w.WriteByte('\n') // a bufio.Writer keeps its first error
			}
			if o.explain {
				return explain(w, o.s, &f, to)
			}
			return writeFacts(w, chosen, &f)
		})
	})
	return in.end(w, err)
}

// writeFacts prints the fields that apply as two columns.
func writeFacts(w *bufio.Writer, chosen []field, f *subnet.Facts) error {
	var c cli.Cells
	c.Columns = []string{"fact", "value"}
	for i := range chosen {
		v := string(chosen[i].append(nil, f))
		switch chosen[i].name {
		case "form", "family", "prefix_length", "block_rfc", "reverse_zone_last", "no_broadcast":
			continue // they stand beside another
		case "reverse_zones":
			if v == "1" {
				continue
			}
		case "broadcast":
			if v == "" {
				v = "none: " + f.NoBroadcast()
			}
		case "block_name":
			if f.Block != nil {
				v += " (" + f.Block.RFC + ")"
			}
		case "block_holds_network":
			if v == "true" {
				continue
			}
			v = "no, it reaches beyond the block"
			if f.Block == nil {
				continue
			}
		case "reverse_zone":
			if f.Reverse.Count > 1 {
				v += " to " + string(f.Reverse.AppendLast(nil))
			}
		case "class":
			if bits, ok := subnet.ClassBits(f.Prefix.Addr()); ok {
				v += " (/" + itoa(bits) + " before 1993)"
			}
		}
		if v != "" {
			c.Rows = append(c.Rows, []string{chosen[i].title, v})
		}
	}
	return cli.WriteTable(w, c)
}

// templated prints a template for every item.
func (o *calcOptions) templated(in *input, args []string, chosen []field) error {
	t, err := template.New("template").Option("missingkey=error").Parse(o.template)
	if err != nil {
		return cli.Usagef("%v", err)
	}
	w := bufio.NewWriterSize(o.s.Out, 64<<10)
	in.idle = w.Flush
	var line bytes.Buffer
	err = in.operands(args, func(it subnet.Item) error {
		var f subnet.Facts
		return eachFacts(it, &f, func() error {
			values := make(map[string]string, len(fields))
			for i := range chosen {
				values[chosen[i].name] = string(chosen[i].append(nil, &f))
			}
			line.Reset()
			if err := t.Execute(&line, values); err != nil {
				return cli.Usagef("%v", err).WithHint("the fields are %s", strings.Join(fieldNames(), ", "))
			}
			line.WriteByte('\n')
			_, err := w.Write(line.Bytes())
			return err
		})
	})
	return in.end(w, err)
}
