package layer

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// ModelsDoc is the document of netkit layer models.
type ModelsDoc struct {
	SchemaVersion int     `json:"schema_version" doc:"Version of this document's form."`
	Models        []Model `json:"models" doc:"The TCP/IP model and the OSI model."`
}

// Model is one of the two.
type Model struct {
	Name   string       `json:"name" doc:"What it is called."`
	Source string       `json:"source" doc:"The document that defines it."`
	Note   string       `json:"note" doc:"What is to be kept in mind about it."`
	Layers []ModelLayer `json:"layers" doc:"Its layers, the topmost first."`
}

// ModelLayer is a layer of a model.
type ModelLayer struct {
	Number    int      `json:"number" doc:"Its number, from below."`
	Name      string   `json:"name" doc:"What it is called."`
	Does      string   `json:"does" doc:"What it is for."`
	Unit      string   `json:"unit" doc:"What it calls a piece of data."`
	Address   string   `json:"address,omitempty" doc:"What it tells its peers apart by."`
	OSI       []int    `json:"osi,omitempty" doc:"Of TCP/IP: the OSI layers that it answers to."`
	Protocols []string `json:"protocols" doc:"Some protocols that are shown with this layer."`
}

func newModels(s *cli.Streams) *cobra.Command {
	var out cli.Output
	cmd := &cobra.Command{
		Use:   "models",
		Short: "The four-layer and the seven-layer model side by side",
		Long: `Print the TCP/IP model (RFC 1122) and the OSI model (ISO/IEC 7498-1) side by side:
which layers answer to each other, what each is for, what it calls its data, and
which protocols netkit layer dump shows there.`,
		Example: `  netkit layer models
  netkit layer models --json | jq '.models[1].layers[].name'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return out.Write(s, models()) },
	}
	out.AddFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: []cli.Entry{{Term: "0", Text: "success"}, {Term: "2", Text: "bad usage"}}, SeeAlso: []string{"netkit-layer-dump(1)"}})
	return cmd
}

func models() ModelsDoc {
	d := ModelsDoc{SchemaVersion: 1}
	for _, m := range dissect.Models() {
		out := Model{Name: m.Name, Source: m.Source, Note: m.Note}
		for _, l := range m.Layers {
			out.Layers = append(out.Layers, ModelLayer{l.Number, l.Name, l.Does, l.Unit, l.Address, l.OSI, append([]string{}, l.Examples...)})
		}
		d.Models = append(d.Models, out)
	}
	return d
}

// Cells implements cli.Doc: a row for each layer.
func (d ModelsDoc) Cells() cli.Cells {
	c := cli.Cells{Columns: []string{"model", "number", "name", "does", "unit", "address", "osi", "protocols"}}
	for _, m := range d.Models {
		for _, l := range m.Layers {
			var osi []string
			for _, n := range l.OSI {
				osi = append(osi, strconv.Itoa(n))
			}
			c.Rows = append(c.Rows, []string{m.Name, strconv.Itoa(l.Number), l.Name, l.Does, l.Unit, l.Address, strings.Join(osi, " "), strings.Join(l.Protocols, " ")})
		}
	}
	return c
}

// WriteText implements cli.Texter: the two models as two stacks, then what each
// layer is for.
func (d ModelsDoc) WriteText(w io.Writer, s *cli.Streams) error {
	const left, right = 22, 26
	four, seven := d.Models[0], d.Models[1]
	line := "+" + strings.Repeat("-", left) + "+" + strings.Repeat("-", right) + "+\n"
	var b strings.Builder
	fmt.Fprintf(&b, " %-*s %s\n%s", left, four.Name+", "+strconv.Itoa(len(four.Layers))+" layers", seven.Name+", "+strconv.Itoa(len(seven.Layers))+" layers", line)
	for _, l := range four.Layers {
		for i, n := range l.OSI {
			name := ""
			if i == (len(l.OSI)-1)/2 {
				name = l.Name
			}
			at := slices.IndexFunc(seven.Layers, func(o ModelLayer) bool { return o.Number == n })
			fmt.Fprintf(&b, "| %-*s| %-*s|\n", left-1, name, right-1, strconv.Itoa(n)+"  "+seven.Layers[at].Name)
			if i < len(l.OSI)-1 {
				b.WriteString("|" + strings.Repeat(" ", left) + "+" + strings.Repeat("-", right) + "+\n")
			}
		}
		b.WriteString(line)
	}
	for _, m := range d.Models {
		fmt.Fprintf(&b, "\n%s (%s)\n", m.Name, m.Source)
		fold(&b, m.Note, "  ", s.Width())
		for _, l := range m.Layers {
			fmt.Fprintf(&b, "\n  %d  %s\n", l.Number, l.Name)
			fold(&b, l.Does, "     ", s.Width())
			fold(&b, "unit: "+l.Unit, "     ", s.Width())
			if l.Address != "" {
				fold(&b, "address: "+l.Address, "     ", s.Width())
			}
			if len(l.Protocols) > 0 {
				fold(&b, "protocols: "+strings.Join(l.Protocols, ", "), "     ", s.Width())
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fold writes words in lines that are no longer than width where words allow.
func fold(b *strings.Builder, text, indent string, width int) {
	n := 0
	for _, word := range strings.Fields(text) {
		switch {
		case n == 0:
			b.WriteString(indent)
			n = len(indent)
		case n+1+len(word) > width:
			b.WriteString("\n" + indent)
			n = len(indent)
		default:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += len(word)
	}
	b.WriteByte('\n')
}
