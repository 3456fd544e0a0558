package cli

import (
	"bytes"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// WriteTable writes c with aligned columns, a heading, and no lines. Columns
// whose cells all are numbers stand to the right.
func WriteTable(w io.Writer, c Cells) error {
	align := make([]tw.Align, len(c.Columns))
	for i := range c.Columns {
		align[i] = tw.AlignRight
		for _, row := range c.Rows {
			if i < len(row) && row[i] != "" && !numeric(row[i]) {
				align[i] = tw.AlignLeft
				break
			}
		}
		if len(c.Rows) == 0 {
			align[i] = tw.AlignLeft
		}
	}
	var b bytes.Buffer
	padding := tw.CellPadding{Global: tw.Padding{Right: "  ", Overwrite: true}}
	t := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{
				Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off, ShowHeader: tw.Off},
				Lines:      tw.Lines{ShowHeaderLine: tw.Off, ShowTop: tw.Off, ShowBottom: tw.Off},
			},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Header: tw.CellConfig{
				Padding:    padding,
				Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
				Alignment:  tw.CellAlignment{PerColumn: align},
			},
			Row: tw.CellConfig{
				Padding:    padding,
				Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone},
				Alignment:  tw.CellAlignment{PerColumn: align},
			},
			Behavior: tw.Behavior{TrimSpace: tw.Off},
		}))
	head := make([]any, len(c.Columns))
	for i, name := range c.Columns {
		head[i] = strings.ToUpper(name)
	}
	t.Header(head...)
	for _, row := range c.Rows {
		if err := t.Append(escapeAll(row)); err != nil {
			return err
		}
	}
	if err := t.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func numeric(s string) bool {
	dot := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '-' && i == 0 && len(s) > 1:
		case c == '.' && !dot && i > 0:
			dot = true
		default:
			return false
		}
	}
	return true
}
