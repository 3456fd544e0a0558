package main

// Manual pages in the man(7) macros.

import (
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/netkit-go/netkit/internal/cli"
)

// manuals returns a page for each command that a user can call.
func manuals(root *cobra.Command, date string) map[string][]byte {
	pages := map[string][]byte{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			return
		}
		c.InitDefaultHelpFlag()
		c.InitDefaultVersionFlag()
		pages[pageName(c)+".1"] = page(c, date)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	return pages
}

func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

func page(c *cobra.Command, date string) []byte {
	var b strings.Builder
	m := cli.ManualOf(c)
	name := pageName(c)
	fmt.Fprintf(&b, ".TH \"%s\" \"1\" \"%s\" \"netkit\" \"netkit manual\"\n", strings.ToUpper(roff(name)), date)
	b.WriteString(".nh\n.ad l\n")
	section(&b, "NAME")
	fmt.Fprintf(&b, "%s \\- %s\n", roff(name), roff(strings.ToLower(c.Short[:1])+c.Short[1:]))
	section(&b, "SYNOPSIS")
	synopsis(&b, c)
	section(&b, "DESCRIPTION")
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	paragraphs(&b, text)
	if c.HasAvailableSubCommands() {
		section(&b, "COMMANDS")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				entry(&b, "\\fB"+roff(sub.CommandPath())+"\\fR", sub.Short)
			}
		}
	}
	options(&b, "OPTIONS", c.NonInheritedFlags())
	options(&b, "OPTIONS OF ALL COMMANDS", c.InheritedFlags())
	if c.Example != "" {
		section(&b, "EXAMPLES")
		b.WriteString(".nf\n.RS 2\n")
		for line := range strings.Lines(c.Example) {
			b.WriteString(roffLine(strings.TrimPrefix(strings.TrimRight(line, "\n"), "  ")) + "\n")
		}
		b.WriteString(".RE\n.fi\n")
	}
	for _, n := range m.Notes {
		section(&b, n.Term)
		paragraphs(&b, n.Text)
	}
	entries(&b, "EXIT STATUS", m.Exit)
	entries(&b, "ENVIRONMENT", m.Environment)
	entries(&b, "FILES", m.Files)
	if len(m.SeeAlso) > 0 {
		section(&b, "SEE ALSO")
		var list []string
		for _, s := range m.SeeAlso {
			page, number, _ := strings.Cut(s, "(")
			list = append(list, "\\fB"+roff(page)+"\\fR("+roff(number))
		}
		b.WriteString(strings.Join(list, ",\n") + "\n")
	}
	return []byte(b.String())
}

func synopsis(b *strings.Builder, c *cobra.Command) {
	use := strings.TrimPrefix(c.Use, c.Name())
	switch {
	case c.HasAvailableSubCommands():
		use = " COMMAND"
	case c.HasAvailableFlags():
		use = " [OPTION...]" + use
	}
	fmt.Fprintf(b, "\\fB%s\\fR%s\n", roff(c.CommandPath()), roff(use))
}

func section(b *strings.Builder, title string) { fmt.Fprintf(b, ".SH %s\n", roff(title)) }

func paragraphs(b *strings.Builder, text string) {
	for i, p := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		for line := range strings.Lines(p) {
			b.WriteString(roffLine(strings.TrimRight(line, "\n")) + "\n")
		}
	}
}

func entry(b *strings.Builder, term, text string) {
	fmt.Fprintf(b, ".TP\n%s\n%s\n", term, roffLine(text))
}

func entries(b *strings.Builder, title string, list []cli.Entry) {
	if len(list) == 0 {
		return
	}
	section(b, title)
	for _, e := range list {
		entry(b, "\\fB"+roff(e.Term)+"\\fR", e.Text)
	}
}

func options(b *strings.Builder, title string, set *pflag.FlagSet) {
	var list []*pflag.Flag
	set.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			list = append(list, f)
		}
	})
	if len(list) == 0 {
		return
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	section(b, title)
	for _, f := range list {
		value, usage := pflag.UnquoteUsage(f)
		term := "\\fB" + roff("--"+f.Name) + "\\fR"
		if f.Shorthand != "" {
			term = "\\fB" + roff("-"+f.Shorthand) + "\\fR, " + term
		}
		if value != "" && f.NoOptDefVal == "" {
			term += " \\fI" + roff(value) + "\\fR"
		}
		switch f.DefValue {
		case "", "0", "false", "[]":
		default:
			usage += " (default " + f.DefValue + ")"
		}
		entry(b, term, usage)
	}
}

// roff writes text so that it means itself within a line.
func roff(s string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", "\\`", "^", `\(ha`, "~", `\(ti`).Replace(s)
}

// roffLine is roff for a whole line, which must not look like a request.
func roffLine(s string) string {
	s = roff(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}
