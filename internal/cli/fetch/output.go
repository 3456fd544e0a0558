package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// inlineBody is how much of a body a document holds.
const inlineBody = 1 << 20

// output is where one URL's heads and body go.
type output struct {
	r    *runner
	name string // file, "-" or ""

	target Target

	base   int64 // bytes of the file that were there before: -C
	retry  *retry
	drop   bool // the response is going to be asked for again
	file   *cli.File
	sum    hash.Hash // of the body; only for documents
	inline []byte    // the beginning of the body; only for documents
	size   int64     // of the body
	tty    escaper
}

// toFile reports whether the body goes to a file.
func (o *output) toFile() bool { return o.name != "" && o.name != "-" }

// document reports whether stdout takes a document, and so no body.
func (o *output) document() bool { return o.r.o.Output.Format != Raw }

// Write implements io.Writer for the body.
func (o *output) Write(p []byte) (int, error) {
	if context.Cause(o.r.sig) != nil {
		return 0, context.Canceled
	}
	if o.drop {
		return len(p), nil
	}
	o.size += int64(len(p))
	if o.document() {
		if o.sum == nil {
			o.sum = sha256.New()
		}
		o.sum.Write(p)
		if o.name == "" {
			o.inline = append(o.inline, p[:min(len(p), inlineBody-len(o.inline))]...)
			return len(p), nil
		}
	}
	if (o.r.o.Timing || o.r.o.Explain.On()) && o.name == "" {
		return len(p), nil // stdout has the chart
	}
	return len(p), o.put(p)
}

// put writes bytes of the body.
func (o *output) put(p []byte) error {
	w, err := o.open()
	if err != nil {
		return err
	}
	if o.file == nil && o.name == "" && o.r.s.OutTerminal {
		if !o.tty.checked {
			if o.tty.checked = true; bytes.IndexByte(p[:min(len(p), 2000)], 0) >= 0 {
				return &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "the body is binary, and stdout is a terminal",
					Hint: "write it to a file with -o FILE, or print it all the same with -o -"}
			}
		}
		p = o.tty.escape(p)
	}
	if _, err := w.Write(p); err != nil {
		if o.file == nil {
			return stdoutError(err)
		}
		return &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "cannot write " + o.name + ": " + err.Error(), Err: err}
	}
	return nil
}

func stdoutError(err error) *fetch.Error {
	var e *fetch.Error
	if errors.As(err, &e) {
		return e
	}
	return &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "cannot write to stdout: " + err.Error(), Err: err}
}

func (o *output) open() (io.Writer, error) {
	if o.name == "" || o.name == "-" {
		return o.r.s.Out, nil
	}
	if o.file == nil {
		err := o.r.o.parents(o.name)
		var f *cli.File
		switch {
		case err != nil:
		case o.base > 0:
			f, err = cli.AppendFile(o.name)
		default:
			f, err = cli.CreateFile(o.name)
		}
		if err != nil {
			return nil, &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "cannot write " + err.Error(),
				Hint: "does the folder exist, and may you write there?", Err: err}
		}
		o.file = f
	}
	return o.file, nil
}

// head prints a head for -v, and for -i and -I.
func (o *output) head(h *fetch.Head) error {
	r := o.r
	if r.o.Verbose {
		r.lines(r.s.Err, "< ", h.Raw)
	}
	if r.dump != nil {
		if err := r.dumpHead(h); err != nil {
			return err
		}
	}
	o.drop = o.retry.answer(h, r.net.cfg.Clock.Now())
	if r.o.RemoteHeaderName && o.target.Remote && o.file == nil && !o.drop {
		if err := o.suggested(h); err != nil {
			return err
		}
	}
	if !r.o.Include && !r.o.Head || r.o.Explain.On() && o.name == "" || o.document() || o.drop || o.size > 0 {
		return nil
	}
	w, err := o.open()
	if err != nil {
		return err
	}
	if o.file != nil {
		_, err = w.Write(h.Raw)
		return err
	}
	bold := r.s.Color()
	if _, err := io.WriteString(w, printable(h, bold)); err != nil {
		return stdoutError(err)
	}
	return nil
}

// printable is a head with its control characters escaped.
func printable(h *fetch.Head, bold bool) string {
	var b strings.Builder
	for line := range strings.Lines(string(h.Raw)) {
		text := cli.Escape(strings.TrimRight(line, "\r\n"))
		if name, value, ok := strings.Cut(text, ":"); ok && bold {
			text = "\x1b[1m" + name + "\x1b[0m:" + value
		}
		b.WriteString(text + "\r\n")
	}
	return b.String()
}

// dumpHead writes a head to where -D says.
func (r *runner) dumpHead(h *fetch.Head) error {
	if r.o.DumpHeader == "-" {
		if _, err := io.WriteString(r.s.Out, printable(h, false)); err != nil {
			return stdoutError(err)
		}
		return nil
	}
	if _, err := r.dump.Write(h.Raw); err != nil {
		return &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "cannot write " + r.o.DumpHeader + ": " + err.Error(), Err: err}
	}
	return nil
}

// finish closes the output. A body that is not complete keeps what has arrived;
// when nothing has, a file of that name stays as it was.
func (o *output) finish(failed error) error {
	if o.file == nil && failed == nil && o.toFile() && o.base == 0 {
		if _, err := o.open(); err != nil { // an empty body makes an empty file
			return err
		}
	}
	if o.file == nil {
		if rest := o.tty.rest(); len(rest) > 0 {
			if _, err := o.r.s.Out.Write(rest); err != nil {
				return stdoutError(err)
			}
		}
		return nil
	}
	if err := o.file.Commit(); err != nil {
		return &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "cannot write " + o.name + ": " + err.Error(), Err: err}
	}
	return nil
}

// revocable reports whether what was written can be taken back: it is in a file,
// or stdout has something else than the body.
func (o *output) revocable() bool {
	return o.toFile() || o.name == "" && (o.document() || o.r.o.Timing || o.r.o.Explain.On())
}

// restart takes back what was written.
func (o *output) restart() error {
	if !o.revocable() {
		return errTakenBack
	}
	if o.file != nil {
		if err := o.file.Restart(); err != nil {
			return err
		}
	}
	o.size, o.sum, o.inline = 0, nil, nil
	return nil
}

var errTakenBack = errors.New("what went to stdout cannot be taken back")

// abandon ends a file that finish has not given its name: what has arrived is kept.
func (o *output) abandon() {
	switch {
	case o.file == nil:
	case o.size > 0:
		_ = o.file.Commit() // the run has failed already
	default:
		o.file.Discard()
	}
}

// escaper makes a body safe for a terminal, piece by piece. Line breaks and tabs
// stay.
type escaper struct {
	checked bool
	held    []byte // the beginning of a character that is not complete
}

func (e *escaper) escape(p []byte) []byte {
	p = append(e.held, p...)
	e.held = nil
	for i := max(0, len(p)-utf8.UTFMax+1); i < len(p); i++ {
		if utf8.RuneStart(p[i]) && !utf8.FullRune(p[i:]) {
			e.held = append([]byte(nil), p[i:]...)
			p = p[:i]
			break
		}
	}
	var out []byte
	for len(p) > 0 {
		i := bytes.IndexAny(p, "\n\t")
		if i < 0 {
			return append(out, cli.Escape(string(p))...)
		}
		line := p[:i]
		if p[i] == '\n' {
			line = bytes.TrimSuffix(line, []byte("\r"))
		}
		out = append(append(out, cli.Escape(string(line))...), p[i])
		p = p[i+1:]
	}
	return out
}

func (e *escaper) rest() []byte { return []byte(cli.Escape(string(e.held))) }
