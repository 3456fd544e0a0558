package cli

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
)

// Record is one of many results that are printed as they come.
type Record interface {
	Cells() []string // in the order of the columns
}

// JSONAppender is a Record that writes its own compact JSON, where many are
// printed and reflection would cost too much.
type JSONAppender interface {
	AppendJSON(dst []byte) []byte
}

// Records prints records one by one. In the formats jsonl, plain and csv each
// leaves when it is written (see Flush); json and yaml are one document
//
//	{"schema_version": 1, NAME: [record, …], "error": {…}}
//
// of which json is written as it comes. table and yaml need all records first.
type Records struct {
	s       *Streams
	o       Output
	name    string
	columns []string
	w       *bufio.Writer
	csv     *csv.Writer
	n       int
	cells   Cells
	kept    []any
	buf     []byte
}

// NewRecords starts a list of that name in documents.
func (o Output) NewRecords(s *Streams, name string, columns ...string) *Records {
	r := &Records{s: s, o: o, name: name, columns: columns, w: bufio.NewWriterSize(s.Out, 64<<10)}
	if o.Format == CSV {
		r.csv = csv.NewWriter(r.w)
	}
	return r
}

// Write prints one record.
func (r *Records) Write(rec Record) error {
	r.n++
	switch r.o.Format {
	case JSON:
		lead := ",\n    "
		if r.n == 1 {
			lead = "{\n  \"schema_version\": 1,\n  \"" + r.name + "\": [\n    "
		}
		_, _ = r.w.WriteString(lead) // a bufio.Writer keeps its first error
		return r.json(rec, "")
	case JSONL:
		return r.json(rec, "\n")
	case YAML:
		r.kept = append(r.kept, rec)
		return nil
	case CSV:
		if r.n == 1 {
			if err := r.csv.Write(r.columns); err != nil {
				return err
			}
		}
		if err := r.csv.Write(escapeAll(rec.Cells())); err != nil {
			return err
		}
		r.csv.Flush()
		return r.csv.Error()
	case Plain:
		return writePlain(r.w, rec.Cells())
	}
	r.cells.Rows = append(r.cells.Rows, rec.Cells())
	return nil
}

func (r *Records) json(rec any, end string) error {
	if a, ok := rec.(JSONAppender); ok {
		r.buf = append(a.AppendJSON(r.buf[:0]), end...)
		_, err := r.w.Write(r.buf)
		return err
	}
	b, err := marshal(rec)
	if err != nil {
		return err
	}
	_, err = r.w.Write(append(b, end...))
	return err
}

func marshal(v any) ([]byte, error) {
	b := new(jsonBuffer)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return (*b)[:len(*b)-1], nil // without Encode's line break
}

type jsonBuffer []byte

func (b *jsonBuffer) Write(p []byte) (int, error) { *b = append(*b, p...); return len(p), nil }

// Flush hands the records so far to the reader: call it after each record of a
// source that takes its time.
func (r *Records) Flush() error { return r.w.Flush() }

// Close ends the list. failed, when not nil, becomes the document's "error", so
// that partial results keep their reason; Close returns failed, marked as reported
// where the document says it, or an error of its own.
func (r *Records) Close(failed error) error {
	var body *ErrorBody
	if failed != nil {
		if d := Describe(failed); !d.Reported {
			b := d.Body()
			body = &b
		}
	}
	if err := r.end(body); err != nil {
		return err
	}
	if err := r.w.Flush(); err != nil {
		return err
	}
	if body != nil && r.o.Format.Machine() {
		d := *Describe(failed)
		d.Reported = true
		return &d
	}
	return failed
}

func (r *Records) end(body *ErrorBody) error {
	switch r.o.Format {
	case JSON:
		if r.n == 0 {
			_, _ = r.w.WriteString("{\n  \"schema_version\": 1,\n  \"" + r.name + "\": [")
		} else {
			_, _ = r.w.WriteString("\n  ")
		}
		_, _ = r.w.WriteString("]")
		if body != nil {
			b, err := marshal(body)
			if err != nil {
				return err
			}
			_, _ = r.w.WriteString(",\n  \"error\": ")
			_, _ = r.w.Write(b)
		}
		_, err := r.w.WriteString("\n}\n")
		return err
	case JSONL:
		if body != nil {
			return r.json(ErrorDocument{1, *body}, "\n")
		}
	case YAML:
		return r.yaml(body)
	case CSV:
		if r.n == 0 {
			if err := r.csv.Write(r.columns); err != nil {
				return err
			}
			r.csv.Flush()
			return r.csv.Error()
		}
	case Table:
		r.cells.Columns = r.columns
		if r.n > 0 {
			return WriteTable(r.w, r.cells)
		}
	}
	return nil
}

func (r *Records) yaml(body *ErrorBody) error {
	list, err := marshal(r.kept)
	if err != nil {
		return err
	}
	if r.n == 0 {
		list = []byte("[]")
	}
	doc := []byte(`{"schema_version":1,"` + r.name + `":`)
	doc = append(doc, list...)
	if body != nil {
		b, err := marshal(body)
		if err != nil {
			return err
		}
		doc = append(append(doc, `,"error":`...), b...)
	}
	return writeYAML(r.w, json.RawMessage(append(doc, '}')))
}

var _ io.Writer = (*jsonBuffer)(nil)
