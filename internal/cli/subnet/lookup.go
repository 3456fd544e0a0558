package subnet

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// lookupRecord is one address with its longest match.
type lookupRecord struct {
	Address netip.Addr   `json:"address" doc:"The address that was asked for."`
	Matched bool         `json:"matched" doc:"Whether a prefix of the table contains it."`
	Prefix  netip.Prefix `json:"prefix,omitzero" doc:"The longest that does."`
	Value   string       `json:"value,omitempty" doc:"What the table says beside it."`
	Path    []pathStep   `json:"path,omitempty" doc:"With --path: every prefix that contains the address, the longest first."`
}

type pathStep struct {
	Prefix netip.Prefix `json:"prefix" doc:"A prefix that contains the address."`
	Value  string       `json:"value,omitempty" doc:"What the table says beside it."`
}

// Cells implements cli.Record.
func (r *lookupRecord) Cells() []string {
	cells := []string{r.Address.String(), "", r.Value}
	if r.Matched {
		cells[1] = r.Prefix.String()
	}
	if len(r.Path) > 0 {
		var b []byte
		for i, p := range r.Path {
			if i > 0 {
				b = append(b, " < "...)
			}
			b = p.Prefix.AppendTo(b)
		}
		cells = append(cells, string(b))
	}
	return cells
}

// AppendJSON implements cli.JSONAppender.
func (r *lookupRecord) AppendJSON(b []byte) []byte {
	j := openJSON(b)
	j.addr("address", r.Address)
	j.bool("matched", r.Matched)
	if r.Matched {
		j.prefix("prefix", r.Prefix)
	}
	if r.Value != "" {
		j.text("value", r.Value)
	}
	if len(r.Path) > 0 {
		j.key("path")
		j.b = append(j.b, '[')
		for i, p := range r.Path {
			if i > 0 {
				j.b = append(j.b, ',')
			}
			k := openJSON(j.b)
			k.prefix("prefix", p.Prefix)
			if p.Value != "" {
				k.text("value", p.Value)
			}
			j.b = k.close()
		}
		j.b = append(j.b, ']')
	}
	return j.close()
}

// lookupOptions are the flags of lookup.
type lookupOptions struct {
	options
	path      bool
	matched   bool
	unmatched bool
}

func newLookup(s *cli.Streams) *cobra.Command {
	o := &lookupOptions{options: newOptions(s, cli.Plain)}
	cmd := &cobra.Command{
		Use:   "lookup TABLE [OPERAND...]",
		Short: "The longest matching prefix of a table for many addresses",
		Long: `Print for every address of the operands (standard input when there are none) the
longest prefix of TABLE that contains it, with the value beside it.

A line of TABLE is a prefix, then a blank, comma, semicolon or tab, then the value,
which may be anything; or a line of a BGP table dump in text: "TABLE_DUMP2|…" as
bgpdump -m prints (the value is the AS path), or "*> prefix …" as routers do. Of
two lines with one prefix the later counts. The names of the columns in the first
line, and what routers print around their routes, are passed over.`,
		Example: `  netkit subnet lookup asn.csv 192.0.2.1 2001:db8::1
  netkit subnet lookup --matched blocklist.txt access.txt
  bgpdump -m rib.gz | netkit subnet lookup - @addresses.txt --path`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			if err := exclusive(cmd, "matched", "unmatched"); err != nil {
				return err
			}
			return o.run(args)
		},
	}
	o.addFlags(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.path, "path", false, "show every prefix that contains the address, the longest first")
	f.BoolVar(&o.matched, "matched", false, "print only addresses that match")
	f.BoolVar(&o.unmatched, "unmatched", false, "print only addresses that do not match")
	cli.SetManual(cmd, cli.Manual{Exit: exits()})
	return cmd
}

// arena holds the values of a table as slots of a few large blocks, and numbers
// them from 1; 0 is no value.
type arena struct {
	blocks [][]byte
	slots  []slot
	last   string
}

type slot struct{ block, start, end uint32 }

const arenaBlock = 1 << 20

func (a *arena) put(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	if a.last == string(b) { // tables repeat themselves
		return uint32(len(a.slots))
	}
	n := len(a.blocks)
	if n == 0 || cap(a.blocks[n-1])-len(a.blocks[n-1]) < len(b) {
		a.blocks = append(a.blocks, make([]byte, 0, max(arenaBlock, len(b))))
		n++
	}
	block := &a.blocks[n-1]
	start := len(*block)
	*block = append(*block, b...)
	a.last = string(b)
	a.slots = append(a.slots, slot{uint32(n - 1), uint32(start), uint32(len(*block))})
	return uint32(len(a.slots))
}

func (a *arena) get(id uint32) []byte {
	if id == 0 {
		return nil
	}
	p := a.slots[id-1]
	return a.blocks[p.block][p.start:p.end]
}

func (o *lookupOptions) run(args []string) error {
	if args[0] == "-" && (len(args) == 1 || slices.Contains(args[1:], "-")) {
		return cli.Usagef("standard input cannot be both the table and the addresses")
	}
	in := o.input()
	table, values, err := in.table(args[0])
	if err != nil {
		return err
	}
	if o.out.Format == cli.Plain && !o.path {
		return o.plain(in, table, values, args[1:])
	}
	columns := []string{"address", "prefix", "value"}
	if o.path {
		columns = append(columns, "path")
	}
	rec := o.out.NewRecords(o.s, "lookups", columns...)
	in.idle = rec.Flush
	err = in.addresses(args[1:], func(a netip.Addr) error {
		m, ok := table.Lookup(a)
		if o.matched && !ok || o.unmatched && ok {
			return nil
		}
		r := &lookupRecord{Address: a, Matched: ok}
		if ok {
			r.Prefix, r.Value = m.Prefix, string(values.get(m.Value))
		}
		if o.path {
			for m := range table.Path(a) {
				r.Path = append(r.Path, pathStep{m.Prefix, string(values.get(m.Value))})
			}
		}
		return rec.Write(r)
	})
	if err != nil {
		return rec.Close(err)
	}
	return rec.Close(in.result())
}

// plain is the path for millions: addresses are looked up many at a time, and
// nothing is allocated for one.
func (o *lookupOptions) plain(in *input, table *subnet.Table[uint32], values *arena, args []string) error {
	args, err := in.orStdin(args)
	if err != nil {
		return err
	}
	err = in.run(args, job{
		line: readAddrs,
		end: func(x *piece) {
			out := x.out
			table.LookupAll(x.addrs, func(a netip.Addr, m subnet.Match[uint32], ok bool) {
				if o.matched && !ok || o.unmatched && ok {
					return
				}
				out = append(subnet.AppendAddr(out, a), '\t')
				if ok {
					out = subnet.AppendPrefix(out, m.Prefix)
				} else {
					out = append(out, '-')
				}
				if v := values.get(m.Value); ok && len(v) > 0 {
					out = append(out, '\t')
					out = append(out, cli.Escape(string(v))...)
				}
				out = append(out, '\n')
			})
			x.out = out
		},
		use: o.writePiece,
	})
	if err != nil {
		return err
	}
	return in.result()
}

// writePiece prints what the workers made of a piece.
func (o *options) writePiece(x *piece) error {
	if len(x.out) == 0 {
		return nil
	}
	_, err := o.s.Out.Write(x.out)
	return err
}

// readAddrs reads a line whose items must be single addresses.
func readAddrs(p *subnet.Parser, x *piece, line []byte) error {
	n := len(x.items)
	if err := readItems(p, x, line); err != nil {
		return err
	}
	for _, it := range x.items[n:] {
		if it.IsRange() {
			return fmt.Errorf("%s is a range: lookup takes addresses", it)
		}
		x.addrs = append(x.addrs, it.Addr)
	}
	x.items = x.items[:n]
	return nil
}

// addresses delivers operands that must be single addresses.
func (in *input) addresses(args []string, f func(netip.Addr) error) error {
	args, err := in.orStdin(args)
	if err != nil {
		return err
	}
	return in.run(args, job{line: readAddrs, use: func(x *piece) error {
		for _, a := range x.addrs {
			if err := f(a); err != nil {
				return err
			}
		}
		return nil
	}})
}

// table reads the prefixes and values of one operand.
func (in *input) table(arg string) (*subnet.Table[uint32], *arena, error) {
	if arg != "-" {
		arg = "@" + strings.TrimPrefix(arg, "@") // it is a file, whatever its name looks like
	}
	var b subnet.TableBuilder[uint32]
	in.grow = b.Grow
	values := &arena{}
	err := in.run([]string{arg}, job{line: readEntry, use: func(x *piece) error {
		for i, it := range x.items {
			at := values.put(x.out[x.values[i].start:x.values[i].end])
			if p, ok := it.Prefix(); ok {
				b.Add(p, at)
				continue
			}
			for p := range it.Range().Prefixes() {
				b.Add(p, at)
			}
		}
		return nil
	}})
	in.grow = nil
	var e *cli.Error
	if errors.As(err, &e) && e.Code == "file" {
		e.Hint = "the first operand of lookup is the file that holds the table"
	}
	return b.Table(), values, err
}

// readEntry reads a line of a table.
func readEntry(p *subnet.Parser, x *piece, line []byte) error {
	if preamble(line, x.number(x.lines) == 1) {
		return nil
	}
	key, value, router := cutEntry(line)
	n := len(x.items)
	if err := readItems(p, x, key); err != nil {
		return err
	}
	if router && bytes.IndexByte(key, '/') < 0 {
		// A router leaves out the length of a network that is its class's.
		for i, it := range x.items[n:] {
			length, ok := subnet.ClassBits(it.Addr)
			p := netip.PrefixFrom(it.Addr, length)
			if !ok || p.Masked() != p {
				x.items = x.items[:n]
				return fmt.Errorf("%s has no prefix length and is no class's network", it)
			}
			x.items[n+i] = subnet.ItemOf(p)
		}
	}
	at := slot{start: uint32(len(x.out))}
	x.out = append(x.out, value...)
	at.end = uint32(len(x.out))
	for len(x.values) < len(x.items) {
		x.values = append(x.values, at)
	}
	return nil
}

// What stands above and below the routes in a router's output.
var routerText = [][]byte{
	[]byte("BGP table version"), []byte("Status codes:"), []byte("Nexthop codes:"), []byte("Origin codes:"),
	[]byte("RPKI validation codes:"), []byte("Default local pref"), []byte("Network "), []byte("Displayed "), []byte("Total number of prefixes"),
}

// preamble reports whether a line of a table is no entry: the names of the
// columns of a csv file in its first line, and what routers print around routes.
func preamble(line []byte, first bool) bool {
	text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	if len(text) == 0 || text[0] >= '0' && text[0] <= '9' {
		// A route too long for its line goes on far to the right of the next.
		return len(text) > 0 && len(line) > 15 && len(bytes.TrimSpace(line[:15])) == 0 &&
			bytes.IndexByte(text, ' ') > 0 && bytes.IndexByte([]byte("ie?"), text[len(text)-1]) >= 0
	}
	if first {
		name, _ := cutAt(text)
		switch strings.ToLower(string(bytes.Trim(name, "\""))) {
		case "prefix", "network", "cidr", "subnet", "block", "netblock", "route", "range", "address", "ip":
			return true
		}
	}
	if c := text[0]; c == '*' || c == ':' || c >= 'a' && c <= 'f' {
		return false // the usual case
	}
	for _, t := range routerText {
		if bytes.HasPrefix(text, t) {
			return true
		}
	}
	return bytes.Contains(text, []byte(" RIB-failure,")) || bytes.HasPrefix(text, []byte("x best-external,"))
}

// cutEntry parts a line of a table into its prefix and its value, and says
// whether it is a router's.
func cutEntry(line []byte) (key, value []byte, router bool) {
	line = bytes.TrimSpace(line)
	if bytes.HasPrefix(line, []byte("TABLE_DUMP")) {
		// TABLE_DUMP2|time|B|peer|peer AS|prefix|AS path|origin|…
		f := bytes.SplitN(line, []byte("|"), 8)
		if len(f) > 6 {
			return f[5], f[6], false
		}
	}
	flags := line
	if len(line) > 1 && line[1] == '*' && bytes.IndexByte([]byte("VIN"), line[0]) >= 0 {
		flags = line[1:] // RPKI: valid, invalid, not found
	}
	if len(flags) > 1 && (flags[0] == '*' || flags[0] == 'r' && flags[1] == '>') {
		// "*>i10.0.0.0/8  192.0.2.1 0 100 0 64500 i", of which the status
		// letters touch the prefix in some routers' output.
		flags = bytes.TrimLeft(flags, "*>rsSdhR=")
		rest := bytes.TrimLeft(flags, " \t")
		if len(rest) > 0 && rest[0] == 'i' { // internal, always the last letter
			flags = rest[1:]
			rest = bytes.TrimLeft(flags, " \t")
		}
		if len(flags)-len(rest) > 5 {
			return nil, nil, false // one more path to the prefix above
		}
		key, value = cutAt(rest)
		return key, value, true
	}
	key, value = cutAt(line)
	return key, value, false
}

func cutAt(line []byte) (key, value []byte) {
	for i, c := range line {
		if c <= ' ' || c == ',' || c == ';' {
			return line[:i], bytes.Trim(line[i:], " \t,;\"")
		}
	}
	return bytes.Trim(line, "\""), nil
}
