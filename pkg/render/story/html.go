package story

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strconv"
)

// WriteHTML writes the story as one page that needs nothing else: no script, no file, no
// network. It is well-formed XML too.
func (s *Story) WriteHTML(w io.Writer) error {
	b := &page{Writer: bufio.NewWriter(w), rows: map[int]bool{}}
	title := "The journey of " + orElse(s.URL, "a run without a URL")
	b.put(`<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><title>%s</title><style>%s</style></head><body><main>
<header><h1>%s</h1><p class="about">%s at the client’s NIC; <span class="pk">#5</span> is packet 5 of that capture. Times count from the moment when the URL was parsed.</p>`,
		esc(title), styles, esc(title), count(s.Packets, "packet"))
	if s.Incomplete != "" {
		b.put(`<p class="told no">The record is not complete: %s.</p>`, esc(s.Incomplete))
	}
	b.put(`<ol class="toc">`)
	for i := range s.Steps {
		st := &s.Steps[i]
		b.put(`<li><a href="#step%d" class="%s">%s</a></li>`, st.N, state(&st.Part), esc(st.Title))
	}
	b.put("</ol></header>\n")
	for _, g := range s.Ladder.sketch(drawnRows) {
		if g.row != nil && g.row.Packet > 0 {
			b.rows[g.row.Packet] = true
		}
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		b.put(`<section id="step%d"><h2><span class="n %s">%d</span> %s%s</h2>`, st.N, state(&st.Part), st.N, esc(st.Title), never(&st.Part))
		b.part(&st.Part)
		for j := range st.Parts {
			p := &st.Parts[j]
			b.put(`<div class="part"><h3>%s%s</h3>`, esc(p.Title), never(p))
			b.part(p)
			b.put("</div>")
		}
		if st.N == 4 && len(s.Ladder.Rows) > 0 {
			b.put(`<div class="part"><h3>Segment by segment</h3><p class="about">As seen at the client’s NIC, downwards in time but not to scale. Sequence numbers count from the initial ones; beside each segment stand the states that it led to.</p>`)
			b.ladder(&s.Ladder)
			b.put("</div>")
		}
		b.put("</section>\n")
	}
	b.put("<footer>Told by netkit from the events of this run. What is marked modelled is a physical fact that the simulation stands for.</footer></main></body></html>\n")
	return b.Flush()
}

type page struct {
	*bufio.Writer
	rows map[int]bool // packets that the ladder draws
}

// put writes markup; what it is given must be escaped.
func (b *page) put(format string, args ...any) { fmt.Fprintf(b, format, args...) }

func esc(s string) string { return html.EscapeString(clean(s)) }

func state(p *Part) string {
	if p.Happened {
		return "yes"
	}
	return "no"
}

func never(p *Part) string {
	if p.Happened {
		return ""
	}
	return ` <span class="never">did not happen</span>`
}

// chip names a packet, with a link to its place in the ladder.
func (b *page) chip(n int) string {
	s := "#" + strconv.Itoa(n)
	if b.rows[n] {
		return fmt.Sprintf(`<a class="pk" href="#p%d">%s</a>`, n, s)
	}
	return `<span class="pk">` + s + `</span>`
}

func (b *page) part(p *Part) {
	b.put(`<p class="about">%s</p><p class="told %s">%s</p>`, esc(p.About), state(p), esc(p.Text))
	if len(p.Facts) > 0 {
		b.put("<table>")
		for i := range p.Facts {
			f := &p.Facts[i]
			v, class := esc(f.value()), ""
			if f.missing() {
				class = ` class="miss"`
			}
			if f.Evidence != "" {
				v += ` <small>` + esc(f.Evidence) + `</small>`
			}
			chip := ""
			if f.Packet > 0 {
				chip = b.chip(f.Packet)
			}
			b.put("<tr><th>%s</th><td%s>%s</td><td>%s</td></tr>", esc(f.Name), class, v, chip)
		}
		b.put("</table>")
	}
	if d := p.Dump; d != nil {
		b.put(`<p class="cap">The bytes, as in packet %s</p><pre>`, b.chip(d.Packet))
		d.lines(func(off int, hex, text string) {
			b.put("<i>%04x</i>  %s <b>%s</b>\n", off, hex, html.EscapeString(text))
		})
		if n := d.Total - len(d.Bytes); n > 0 {
			b.put("and %d bytes more\n", n)
		}
		b.put("</pre>")
	}
	for i := range p.Headers {
		b.header(&p.Headers[i])
	}
	if len(p.Packets) > 0 {
		b.put(`<p class="cap">See %s.</p>`, packets(p.Packets))
	}
}

const styles = `:root{--ink:#1d2430;--soft:#5b6675;--line:#d5dae2;--bg:#f6f7f9;--card:#fff;--blue:#1f5fbf;--tint:#e8f0fc;--ok:#1c7a4a;--bad:#b3261e;--warn:#a15c00;--key:#eef1f5}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#9aa5b4;--line:#353d49;--bg:#12161c;--card:#1a2029;--blue:#7fb0ff;--tint:#1d2b44;--ok:#5fc994;--bad:#ff8a80;--warn:#ffb454;--key:#222a35}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1060px;margin:0 auto;padding:24px 20px 48px}h1{font-size:1.7rem;line-height:1.25;margin:.2em 0;overflow-wrap:anywhere}h2{font-size:1.3rem;margin:0 0 .3em;line-height:1.3}h3{font-size:1.05rem;margin:0 0 .2em}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 24px;margin:18px 0}
.part{border-top:1px solid var(--line);margin-top:20px;padding-top:16px}
.n{display:inline-block;min-width:1.75em;height:1.75em;line-height:1.75em;border-radius:50%;text-align:center;color:var(--card);background:var(--blue);font-size:.85em;margin-right:.25em}.n.no{background:var(--soft)}
.about{color:var(--soft);margin:.2em 0 .6em;max-width:76ch}.told{margin:.3em 0 .8em;font-weight:600;max-width:76ch;overflow-wrap:anywhere}.told.no,.never,.miss{color:var(--soft);font-style:italic}.never{font-size:.75em;font-weight:500;margin-left:.4em}
.toc{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:2px 24px;padding-left:1.4em;margin:14px 0}.toc a{color:var(--blue);text-decoration:none}.toc a.no{color:var(--soft);font-style:italic}
table{border-collapse:collapse;width:100%;font-size:.93rem;margin:.4em 0}th{font-weight:400;text-align:left;color:var(--soft);width:20em;padding:3px 14px 3px 0;vertical-align:top}td{padding:3px 0;vertical-align:top;overflow-wrap:anywhere}td+td{width:4em;text-align:right}tr+tr{border-top:1px solid var(--line)}
small{color:var(--soft)}.pk{font:600 .8rem/1.4 ui-monospace,"DejaVu Sans Mono",monospace;background:var(--tint);color:var(--blue);border-radius:4px;padding:1px 6px;text-decoration:none}
pre{font:.8rem/1.5 ui-monospace,"DejaVu Sans Mono",monospace;background:var(--key);border-radius:6px;padding:10px 14px;overflow-x:auto;margin:.3em 0}pre i{color:var(--soft);font-style:normal}pre b{color:var(--blue);font-weight:500}
.cap{color:var(--soft);font-size:.87rem;margin:.9em 0 .3em}figure{margin:14px 0 6px;overflow-x:auto}figcaption{color:var(--soft);font-size:.87rem;margin-bottom:4px}svg{display:block;width:100%;min-width:760px;height:auto;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
svg text{fill:var(--ink)}svg .s{fill:var(--soft)}svg .b{fill:var(--blue)}svg .r{fill:var(--bad)}svg .w{fill:var(--warn)}svg .m{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
.box{fill:var(--card)}.set{fill:var(--tint)}.edge{stroke:var(--soft);stroke-width:1;fill:none}.life{stroke:var(--soft);stroke-width:2}.seg{stroke:var(--blue);stroke-width:1.6;fill:none}.seg.a{stroke:var(--warn)}.seg.x{stroke:var(--bad);stroke-dasharray:5 4}.tip{fill:var(--blue)}.tip.a{fill:var(--warn)}.pill{fill:var(--tint);stroke:var(--blue);stroke-width:.7}
g:target .pill,g:target .hit{fill:var(--tint)}.hit{fill:none}footer{color:var(--soft);font-size:.87rem;margin-top:24px}
@media print{body{background:#fff}section{break-inside:auto;border:0;padding:0}svg,tr,pre{break-inside:avoid}}`
