package layer

import (
	"encoding/json"
	"io"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture/display"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// form is how packets are drawn.
type form uint8

const (
	formTree form = iota
	formHex
	formLine
	formDiagram
	formJSON
	formJSONL
	formYAML
	formCSV
	formPlain
	formStats
	formSVG  // and nothing else
	formNone // packets go to -w only
)

// drawer is a worker.
type drawer struct {
	form    form
	r       *layers.Renderer
	d       dissect.D
	p       dissect.Packet
	filter  *display.Filter // nil: every packet
	stream  *streamFilter   // nil: every packet
	columns *layers.Columns
	stats   *layers.Stats
	svg     *layers.SVG
	object  []byte // JSON that becomes YAML
	quick   bool   // packets whose headers say it all need no dissection

	// Where what matches is known here only, so is how many there are: then there
	// is one worker.
	counts      bool
	skip, count int64
	prev        int64
	delta       bool
	matched     int64
}

// work implements worker.
func (w *drawer) work(b *batch) error {
	for i := range b.items[:b.n] {
		it := &b.items[i]
		if it.meta != nil {
			continue
		}
		if w.quick {
			if out, ok := w.r.AppendQuickLine(b.out, &it.tracked, it.when, it.base); ok {
				b.out, it.match = out, true
				continue
			}
		}
		if w.dissects() {
			w.p.Meta = it.tracked
			w.d.Dissect(&w.p)
			if w.filter != nil && !w.filter.Match(&w.p) || w.stream != nil && !w.stream.match(&w.p) {
				continue
			}
		}
		if w.counts {
			if w.matched++; w.matched <= w.skip {
				continue
			}
		}
		it.match = true
		when := it.when
		if w.delta {
			if w.prev == 0 {
				w.prev = when.Time
			}
			when.Prev, w.prev = w.prev, when.Time
		}
		w.draw(b, it, when)
		if w.counts && w.count > 0 && w.matched == w.skip+w.count {
			b.stop = true
			b.n = i + 1
			break
		}
	}
	return nil
}

func (w *drawer) dissects() bool {
	return w.form != formNone || w.filter != nil || w.stream != nil || w.svg != nil
}

func (w *drawer) draw(b *batch, it *item, when layers.When) {
	if w.svg != nil {
		w.svg.Add(w.r, &w.p)
	}
	switch w.form {
	case formTree:
		b.out = w.r.AppendTree(b.out, &w.p, when)
	case formHex:
		b.out = w.r.AppendHex(b.out, &w.p, when)
	case formLine:
		b.out = w.r.AppendLine(b.out, &w.p, when, it.base)
	case formDiagram:
		b.out = w.r.AppendDiagram(b.out, &w.p, when)
	case formJSON:
		b.out = w.r.AppendJSON(append(b.out, ",\n    "...), &w.p, when)
	case formJSONL:
		b.out = append(w.r.AppendJSON(b.out, &w.p, when), '\n')
	case formYAML:
		w.object = w.r.AppendJSON(w.object[:0], &w.p, when)
		b.out = appendYAML(b.out, w.object)
	case formCSV, formPlain:
		b.out = w.r.AppendColumns(b.out, &w.p, w.columns)
	case formStats:
		w.stats.Add(&w.p, when)
	}
}

// printer is the sink that writes to standard output.
type printer struct {
	form  form
	w     io.Writer
	began bool
	heads []byte // what comes before the first packet
	files *fileWriter
}

// take implements sink.
func (p *printer) take(b *batch) error {
	if p.files != nil {
		for i := range b.items[:b.n] {
			if err := p.files.item(&b.items[i]); err != nil {
				return err
			}
		}
		if err := p.files.promptly(); err != nil {
			return err
		}
	}
	if len(b.out) == 0 {
		return nil
	}
	out := b.out
	if !p.began && p.form == formJSON {
		out = out[1:] // the comma
	}
	if err := p.begin(); err != nil {
		return err
	}
	_, err := p.w.Write(out)
	return err
}

// begin writes what comes before the first packet.
func (p *printer) begin() error {
	if p.began {
		return nil
	}
	p.began = true
	var err error
	switch p.form {
	case formJSON:
		_, err = io.WriteString(p.w, "{\n  \"schema_version\": 1,\n  \"packets\": [")
	case formYAML:
		_, err = io.WriteString(p.w, "schema_version: 1\npackets:\n")
	case formCSV:
		_, err = p.w.Write(p.heads)
	}
	return err
}

// end writes what comes after the last packet. failed becomes the document's
// "error"; it is returned, marked as reported where the document says it.
func (p *printer) end(failed error) error {
	switch p.form {
	case formJSON, formJSONL, formYAML:
	case formCSV:
		if err := p.begin(); err != nil {
			return err
		}
		return failed
	default:
		return failed
	}
	var body []byte
	if failed != nil {
		d := cli.Describe(failed)
		if d.Reported {
			return failed
		}
		var err error
		if body, err = json.Marshal(d.Body()); err != nil {
			return err
		}
		c := *d
		c.Reported = true
		failed = &c
	}
	var tail []byte
	empty := !p.began
	if p.form != formJSONL {
		if empty && p.form == formYAML {
			tail = append(tail, "schema_version: 1\npackets: []\n"...)
		} else if err := p.begin(); err != nil {
			return err
		}
	}
	switch {
	case p.form == formJSON:
		if !empty {
			tail = append(tail, "\n  "...)
		}
		tail = append(tail, ']')
		if body != nil {
			tail = append(append(tail, ",\n  \"error\": "...), body...)
		}
		tail = append(tail, "\n}\n"...)
	case body == nil:
	case p.form == formYAML:
		tail = append(append(append(tail, "error: "...), body...), '\n')
	default:
		tail = append(append(append(tail, `{"schema_version":1,"error":`...), body...), "}\n"...)
	}
	if _, err := p.w.Write(tail); err != nil {
		return err
	}
	return failed
}
