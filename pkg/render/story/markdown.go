package story

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the story as CommonMark with tables (GitHub's).
func (s *Story) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# The journey of %s\n\n", mdText(orElse(s.URL, "a run without a URL")))
	fmt.Fprintf(b, "%s at the client's NIC; #N is packet N of that capture. Times count from the moment when the URL was parsed.\n", count(s.Packets, "packet"))
	if s.Incomplete != "" {
		fmt.Fprintf(b, "\n**The record is not complete:** %s.\n", mdText(s.Incomplete))
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		fmt.Fprintf(b, "\n## %d. %s\n", st.N, mdTitle(&st.Part))
		st.Part.markdown(b)
		for j := range st.Parts {
			p := &st.Parts[j]
			fmt.Fprintf(b, "\n### %s\n", mdTitle(p))
			p.markdown(b)
		}
		if st.N == 4 && len(s.Ladder.Rows) > 0 {
			s.Ladder.markdown(b)
		}
	}
	return b.Flush()
}

func mdTitle(p *Part) string {
	if p.Happened {
		return mdText(p.Title)
	}
	return mdText(p.Title) + " (did not happen)"
}

func (p *Part) markdown(b *bufio.Writer) {
	fmt.Fprintf(b, "\n%s\n\n**%s**\n", mdText(p.About), mdText(p.Text))
	if len(p.Facts) > 0 {
		b.WriteString("\n| what | in this run | packet |\n| --- | --- | ---: |\n")
	}
	for i := range p.Facts {
		f := &p.Facts[i]
		v := mdText(f.value())
		if f.Evidence != "" {
			v += " *(" + mdText(f.Evidence) + ")*"
		}
		n := ""
		if f.Packet > 0 {
			n = fmt.Sprintf("#%d", f.Packet)
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", mdText(f.Name), v, n)
	}
	if d := p.Dump; d != nil {
		fmt.Fprintf(b, "\nThe bytes, as in packet #%d:\n\n```text\n", d.Packet)
		d.lines(func(off int, hex, text string) {
			fmt.Fprintf(b, "%04x  %s %s\n", off, hex, text) // the offset before it keeps a fence from ending here
		})
		b.WriteString("```\n")
		if n := d.Total - len(d.Bytes); n > 0 {
			fmt.Fprintf(b, "\nand %d bytes more.\n", n)
		}
	}
	if len(p.Packets) > 0 {
		fmt.Fprintf(b, "\nSee %s.\n", packets(p.Packets))
	}
}

func (l *Ladder) markdown(b *bufio.Writer) {
	b.WriteString("\n### Segment by segment\n\nAs seen at the client's NIC. Sequence numbers count from the initial ones.\n\n")
	fmt.Fprintf(b, "| packet | time | %s | | %s |\n| ---: | ---: | --- | --- | --- |\n", mdText(l.Client), mdText(l.Server))
	for _, g := range l.sketch(ladderRows) {
		if g.row == nil {
			fmt.Fprintf(b, "| | | | … %s … | |\n", count(g.hide, "segment"))
			continue
		}
		r := g.row
		n := ""
		if r.Packet > 0 {
			n = fmt.Sprintf("#%d", r.Packet)
		}
		s := r.segmentText()
		if r.Out {
			s += " →"
		} else {
			s = "← " + s
		}
		if r.Lost != "" {
			s += " ✗ " + r.Lost
		}
		if r.Note != "" {
			s += " (" + r.Note + ")"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", n, duration(r.Time), r.ClientState, mdText(s), r.ServerState)
	}
}

// mdText escapes what would be markup.
func mdText(s string) string {
	var b strings.Builder
	for _, c := range clean(s) {
		switch c {
		case '\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '#', '|', '~', '!', '&':
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
