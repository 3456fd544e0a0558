package subnet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// planResult is the outcome of planning.
type planResult struct {
	SchemaVersion int            `json:"schema_version" doc:"Version of this document's form."`
	Parent        netip.Prefix   `json:"parent" doc:"The block that is planned."`
	Networks      []planNetwork  `json:"networks" doc:"One for each need, in the order of the plan."`
	Free          []netip.Prefix `json:"free" doc:"What nobody has."`
	FreeTotal     subnet.Count   `json:"free_total" doc:"How many addresses that is: a number up to 2^53-1, a string of digits above."`
	Total         subnet.Count   `json:"total" doc:"How many addresses the parent has."`
	Written       bool           `json:"written" doc:"Whether the plan's file was rewritten."`
}

type planNetwork struct {
	Name    string        `json:"name" doc:"The need's name."`
	Network netip.Prefix  `json:"network" doc:"Its network."`
	Change  subnet.Change `json:"change" doc:"kept, added, grown (in place) or moved."`
	Was     netip.Prefix  `json:"was,omitzero" doc:"The network before, when that was another."`
	Hosts   uint64        `json:"hosts,omitempty" doc:"Hosts now."`
	Planned *subnet.Count `json:"planned,omitempty" doc:"Hosts with growth."`
	Usable  subnet.Count  `json:"usable" doc:"Hosts that fit."`
}

// Cells implements cli.Doc.
func (r *planResult) Cells() cli.Cells {
	c := cli.Cells{Columns: []string{"name", "network", "hosts", "planned", "usable", "change", "was"}}
	for _, n := range r.Networks {
		row := []string{n.Name, n.Network.String(), "", "", n.Usable.String(), string(n.Change), ""}
		if n.Planned != nil {
			row[2], row[3] = fmt.Sprint(n.Hosts), n.Planned.String()
		}
		if n.Was.IsValid() {
			row[6] = n.Was.String()
		}
		c.Rows = append(c.Rows, row)
	}
	for _, p := range r.Free {
		c.Rows = append(c.Rows, []string{"", p.String(), "", "", subnet.Usable(p).String(), "free", ""})
	}
	return c
}

// Records implements cli.Recorder.
func (r *planResult) Records() []any {
	out := make([]any, len(r.Networks))
	for i := range r.Networks {
		out[i] = r.Networks[i]
	}
	return out
}

type planOptions struct {
	options
	write bool
	drawing
}

func newPlan(s *cli.Streams) *cobra.Command {
	o := &planOptions{options: newOptions(s, cli.Table)}
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Give named needs their networks, and keep them when the needs change",
		Long: `Read a plan in YAML or JSON (- is standard input) and give each need a network:

  parent: 10.20.0.0/16
  growth: 25                  # percent, for all needs
  reserved: [10.20.255.0/24]  # left alone
  needs:
    - name: office
      hosts: 120
    - name: printers
      hosts: 30
      growth: 0
    - name: transit
      prefix: 30              # a length instead of hosts

--write puts the networks into the file, as "network:" beside each need; comments
and order stay. Planning again keeps every network that is still large enough,
enlarges the others in place where their surroundings are free, and moves only the
rest.`,
		Example: `  netkit subnet plan site.yaml
  netkit subnet plan site.yaml --write
  netkit subnet plan site.yaml --draw --svg site.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.begin(cmd)
			if err := o.check(o.out.Format); err != nil {
				return err
			}
			return o.run(args[0])
		},
	}
	o.options.addFlags(cmd)
	cmd.Flags().BoolVarP(&o.write, "write", "w", false, "write the networks into FILE")
	o.drawing.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits(cli.Entry{Term: "0", Text: "success"}, cli.Entry{Term: "1", Text: "the plan is wrong or does not fit; nothing was written"}, cli.Entry{Term: "2", Text: "bad usage"})})
	return cmd
}

// maxPlan bounds a plan's file.
const maxPlan = 16 << 20

// yamlText makes the YAML reader's errors one line that names no Go types.
var yamlText = strings.NewReplacer("\n  ", " ", "\n", " ", " in type subnet.Plan", "", " in type subnet.Need", "",
	" into uint64", " as a count", "unmarshal errors:", "wrong:")

func planFailure(name string, err error) error {
	code := "plan"
	if errors.Is(err, subnet.ErrNoSpace) {
		code = "no-space"
	}
	return &cli.Error{Code: code, Message: name + ": " + yamlText.Replace(err.Error()), Err: err}
}

func (o *planOptions) run(name string) error {
	if name == "-" && o.write {
		return cli.Usagef("--write needs a file, not standard input")
	}
	data, err := o.read(name)
	if err != nil {
		return err
	}
	var doc yaml.Node // JSON is YAML too
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return planFailure(name, err)
	}
	var plan subnet.Plan
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&plan); err != nil && err != io.EOF {
		return planFailure(name, err)
	}
	if len(plan.Needs) == 0 {
		return planFailure(name, fmt.Errorf("%w: it has no needs", subnet.ErrPlan))
	}
	assigned, parent, free, err := plan.Assign()
	if err != nil {
		return planFailure(name, err)
	}
	res := newPlanResult(assigned, parent, free)
	if o.write {
		if err := writePlan(name, data, &doc, assigned); err != nil {
			return err
		}
		res.Written = true
	}
	if o.drawing.wanted() {
		var parts []drawn
		for _, n := range res.Networks {
			parts = append(parts, drawn{n.Network, n.Name, false})
		}
		if done, err := o.drawing.emit(o.s, parent, append(parts, freeParts(free)...)); done || err != nil {
			return err
		}
	}
	return o.out.Write(o.s, res)
}

func (o *planOptions) read(name string) ([]byte, error) {
	r := o.s.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, &cli.Error{Code: "file", Message: err.Error(), Err: err}
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	if err != nil {
		return nil, &cli.Error{Code: "read", Message: err.Error(), Err: err}
	}
	if len(data) > maxPlan {
		return nil, &cli.Error{Code: "too-large", Message: fmt.Sprintf("%s is larger than %d bytes, which no plan is", name, maxPlan)}
	}
	return data, nil
}

func newPlanResult(assigned []subnet.Assignment, parent netip.Prefix, free *subnet.Set) *planResult {
	r := &planResult{SchemaVersion: 1, Parent: parent, Free: []netip.Prefix{}, FreeTotal: free.Count(), Total: subnet.Total(parent)}
	for _, a := range assigned {
		n := planNetwork{Name: a.Need.Name, Network: a.Network, Change: a.Change, Hosts: a.Need.Hosts, Usable: subnet.Usable(a.Network)}
		if a.Was != a.Network {
			n.Was = a.Was
		}
		if a.Need.Hosts > 0 {
			planned := a.Planned
			n.Planned = &planned
		}
		r.Networks = append(r.Networks, n)
	}
	for p := range free.Prefixes() {
		r.Free = append(r.Free, p)
	}
	return r
}

// writePlan sets the networks in the document as it was read, so that comments
// and order stay, and replaces the file in one step.
func writePlan(name string, old []byte, doc *yaml.Node, assigned []subnet.Assignment) error {
	setNetworks(doc, assigned)
	var out []byte
	if isJSON(old) {
		var b bytes.Buffer
		if err := nodeJSON(&b, doc.Content[0]); err != nil {
			return planFailure(name, err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, b.Bytes(), "", "  "); err != nil {
			return planFailure(name, err)
		}
		out = append(pretty.Bytes(), '\n')
	} else {
		var b bytes.Buffer
		enc := yaml.NewEncoder(&b)
		enc.SetIndent(2)
		if err := enc.Encode(doc); err != nil {
			return planFailure(name, err)
		}
		if err := enc.Close(); err != nil {
			return planFailure(name, err)
		}
		out = b.Bytes()
	}
	if bytes.Equal(out, old) {
		return nil
	}
	return replaceFile(name, out)
}

// setNetworks writes each need's network into its mapping.
func setNetworks(doc *yaml.Node, assigned []subnet.Assignment) {
	needs := member(doc.Content[0], "needs")
	if needs == nil || len(needs.Content) != len(assigned) {
		return
	}
	for i, a := range assigned {
		need := resolve(needs.Content[i])
		if v := member(need, "network"); v != nil {
			v.SetString(a.Network.String())
			continue
		}
		var key, value yaml.Node
		key.SetString("network")
		value.SetString(a.Network.String())
		need.Content = append(need.Content, &key, &value)
	}
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// member returns the value of a key of a mapping, or nil.
func member(n *yaml.Node, key string) *yaml.Node {
	n = resolve(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	return nil
}

func isJSON(b []byte) bool {
	b = bytes.TrimSpace(b)
	return len(b) > 0 && b[0] == '{' && json.Valid(b)
}

// nodeJSON writes a node that came from JSON as JSON again, in its own order.
func nodeJSON(b *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(appendJSONString(nil, n.Content[i].Value))
			b.WriteByte(':')
			if err := nodeJSON(b, n.Content[i+1]); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := nodeJSON(b, c); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		if n.Tag == "!!str" {
			b.Write(appendJSONString(nil, n.Value))
			return nil
		}
		b.WriteString(n.Value)
	}
	return nil
}

// replaceFile writes beside the file and renames, so that a reader sees the old
// plan or the new one and never half of it.
func replaceFile(name string, data []byte) error {
	fail := func(err error) error { return &cli.Error{Code: "file", Message: err.Error(), Err: err} }
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	mode := os.FileMode(0o644)
	if st, err := os.Stat(name); err == nil {
		mode = st.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return fail(err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	if _, err = f.Write(data); err == nil {
		err = f.Chmod(mode)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fail(err)
	}
	return nil
}
