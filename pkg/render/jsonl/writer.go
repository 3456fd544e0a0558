package jsonl

import (
	"io"

	"github.com/netkit-go/netkit/pkg/trace"
)

// flushAt is the buffered amount from which a Writer writes on its own.
const flushAt = 64 << 10

// Writer is a [trace.Sink] that writes each event as one line. It does not
// allocate once its buffer has grown.
type Writer struct {
	w   io.Writer
	buf []byte
	err error
}

// NewWriter returns a Writer to w. Flush it at the end.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Emit implements [trace.Sink]. After a failed write it does nothing; Flush
// returns the error.
func (w *Writer) Emit(e *trace.Event) {
	if w.err != nil {
		return
	}
	w.buf = append(AppendEvent(w.buf, e), '\n')
	if len(w.buf) >= flushAt {
		w.Flush()
	}
}

// Flush writes what is buffered, for example after each record of a stream
// that somebody watches. It returns the first error of the underlying writer.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}
