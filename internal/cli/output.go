package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// Format is an output format.
type Format string

// The formats.
const (
	Table Format = "table"
	Plain Format = "plain"
	JSON  Format = "json"
	JSONL Format = "jsonl"
	YAML  Format = "yaml"
	CSV   Format = "csv"
)

// Formats lists them in the order of the help texts.
func Formats() []string {
	return []string{string(Table), string(Plain), string(JSON), string(JSONL), string(YAML), string(CSV)}
}

// Machine reports whether the format carries a document, and therefore errors too.
func (f Format) Machine() bool { return f == JSON || f == JSONL || f == YAML }

// Output is the part of a command's options that chooses the format.
type Output struct {
	Format Format
}

// AddFlags gives cmd the flags --format and --json. The format that o holds
// already, or table, is the default.
func (o *Output) AddFlags(cmd *cobra.Command) {
	if o.Format == "" {
		o.Format = Table
	}
	f := cmd.Flags()
	f.Var(formatFlag{&o.Format, o.Format}, "format", "output `FORMAT`: "+strings.Join(Formats(), ", "))
	f.Var(jsonFlag{&o.Format, o.Format}, "json", "same as --format json")
	f.Lookup("json").NoOptDefVal = "true"
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(Formats(), cobra.ShellCompDirectiveNoFileComp))
}

// formatFlag takes the formats, and the command's own if that is another.
type formatFlag struct {
	f   *Format
	own Format
}

func (v formatFlag) String() string { return string(*v.f) }
func (v formatFlag) Type() string   { return "FORMAT" }
func (v formatFlag) Set(s string) error {
	for _, f := range append(Formats(), string(v.own)) {
		if s == f {
			*v.f = Format(s)
			return nil
		}
	}
	return Usagef("unknown format %q: one of %s", s, strings.Join(Formats(), ", "))
}

type jsonFlag struct {
	f   *Format
	own Format
}

func (v jsonFlag) String() string   { return strconv.FormatBool(*v.f == JSON) }
func (v jsonFlag) Type() string     { return "bool" }
func (v jsonFlag) IsBoolFlag() bool { return true }
func (v jsonFlag) Set(s string) error {
	on, err := strconv.ParseBool(s)
	if err != nil {
		return err
	}
	if on {
		*v.f = JSON
	} else if *v.f == JSON {
		*v.f = v.own
	}
	return nil
}

// WantsMachine reports whether a command line asks for a document. It is for
// errors that come before the command line is understood.
func WantsMachine(args []string) bool {
	for i, a := range args {
		switch {
		case a == "--":
			return false
		case a == "--json", a == "--json=true":
			return true
		case a == "--format" && i+1 < len(args):
			return Format(args[i+1]).Machine()
		case strings.HasPrefix(a, "--format="):
			return Format(a[len("--format="):]).Machine()
		}
	}
	return false
}

// Cells is the tabular view of a result: what the formats table, plain and csv
// print. Cells need no escaping; the writers do that.
type Cells struct {
	Columns []string
	Rows    [][]string
}

// Doc is a command's result. Its exported fields with their json tags are the
// document of the formats json, jsonl and yaml; the first field is
// `SchemaVersion int` with the tag `json:"schema_version"`.
type Doc interface {
	Cells() Cells
}

// Texter is a Doc that draws itself for people in the format table.
type Texter interface {
	WriteText(w io.Writer, s *Streams) error
}

// Recorder is a Doc that is a list: its records are the lines of the format jsonl.
type Recorder interface {
	Records() []any
}

// Write prints doc on s.Out in the chosen format.
func (o Output) Write(s *Streams, doc Doc) error {
	w := bufio.NewWriterSize(s.Out, 16<<10)
	if err := o.write(w, s, doc); err != nil {
		return err
	}
	return w.Flush()
}

func (o Output) write(w io.Writer, s *Streams, doc Doc) error {
	switch o.Format {
	case JSON:
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(doc)
	case JSONL:
		records := []any{doc}
		if r, ok := doc.(Recorder); ok {
			records = r.Records()
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, r := range records {
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
		return nil
	case YAML:
		return writeYAML(w, doc)
	case CSV:
		c := doc.Cells()
		return writeCSV(w, c)
	case Plain:
		for _, row := range doc.Cells().Rows {
			if err := writePlain(w, row); err != nil {
				return err
			}
		}
		return nil
	}
	if t, ok := doc.(Texter); ok {
		return t.WriteText(w, s)
	}
	return WriteTable(w, doc.Cells())
}

// writePlain writes one record: fields apart by a tab, an empty one as "-".
func writePlain(w io.Writer, row []string) error {
	for i, cell := range row {
		sep := "\t"
		if i == len(row)-1 {
			sep = "\n"
		}
		if cell == "" {
			cell = "-"
		}
		if _, err := io.WriteString(w, Escape(cell)+sep); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(w io.Writer, c Cells) error {
	cw := csv.NewWriter(w)
	if err := cw.Write(c.Columns); err != nil {
		return err
	}
	for _, row := range c.Rows {
		if err := cw.Write(escapeAll(row)); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}

func escapeAll(row []string) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = Escape(c)
	}
	return out
}

// writeYAML goes through the JSON text, which is YAML too, so that names, order
// and numbers are the same in both.
func writeYAML(w io.Writer, doc any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(b.Bytes(), &node); err != nil {
		return err
	}
	blockStyle(&node)
	ye := yaml.NewEncoder(w)
	ye.SetIndent(2)
	if err := ye.Encode(&node); err != nil {
		return err
	}
	return ye.Close()
}

// blockStyle undoes JSON's braces, and the quotes that YAML does not need.
func blockStyle(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		blockStyle(c)
	}
}
