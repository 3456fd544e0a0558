package subnet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// input reads operands. It reports what it cannot read on Err and goes on, or
// stops when strict.
type input struct {
	o     *options
	seen  int  // lines and operands read
	bad   int  // of them not understood
	usage bool // an operand of the command line was among them
	only  bool
	stdin bool // standard input was read
	errs  *bufio.Writer
	idle  func() error // hands on what is finished when there is nothing to do but wait

	// grow, when set, is told once for each file how many times larger it is than
	// what was delivered so far, so that what collects the items need not be
	// copied again and again.
	grow func(times int)
	line int // of the item that is delivered; 0 for an operand that is an item
}

func (o *options) input() *input {
	return &input{o: o, errs: bufio.NewWriter(o.s.Err)}
}

func newParser() *subnet.Parser { return &subnet.Parser{Interface: interfaceAddrs} }

// orStdin returns the operands, standard input when there are none. It refuses to
// wait for a person who did not ask for that.
func (in *input) orStdin(args []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	if in.o.s.InTerminal {
		return nil, cli.Usagef("nothing to read: give items or files, or pipe them in").WithHint("see %s --help", in.o.name)
	}
	return []string{"-"}, nil
}

// operands delivers the items of all operands in order. The only operand's error,
// when it is an item, is the command's.
func (in *input) operands(args []string, f func(subnet.Item) error) error {
	args, err := in.orStdin(args)
	if err != nil {
		return err
	}
	in.only = len(args) == 1
	return in.run(args, job{line: readItems, use: func(x *piece) error {
		for i, it := range x.items {
			in.line = x.number(int(x.lineOf[i]))
			if err := f(it); err != nil {
				return err
			}
		}
		return nil
	}})
}

// readItems is the common way to read a line.
func readItems(p *subnet.Parser, x *piece, line []byte) error {
	items, err := p.Append(x.items, line)
	x.items = items
	return err
}

// open finds out what an operand is: an item, standard input or a file.
func (in *input) open(arg string) (file io.ReadCloser, name string, size int64, err error) {
	name = arg
	switch {
	case arg == "-" && in.stdin:
		return nil, "stdin", 0, cli.Usagef("standard input can be read only once")
	case arg == "-":
		in.stdin = true
		return io.NopCloser(in.o.s.In), "stdin", 0, nil
	case len(arg) > 1 && arg[0] == '@':
		name = arg[1:]
	default:
		if _, err := newParser().Append(nil, []byte(arg)); err == nil {
			return nil, "", 0, nil
		}
		if _, err := os.Stat(arg); err != nil {
			return nil, "", 0, nil // and a bad one
		}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, name, 0, &cli.Error{Code: "file", Exit: in.o.exit, Message: err.Error(), Err: err}
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = fmt.Errorf("%s is a directory", name)
	}
	if err != nil {
		_ = f.Close() // nothing was read from it
		return nil, name, 0, &cli.Error{Code: "file", Exit: in.o.exit, Message: err.Error(), Err: err}
	}
	if st.Mode().IsRegular() {
		size = st.Size()
	}
	return f, name, size, nil
}

// fail counts a bad line or operand (line 0) and says so; its error is not nil
// when it ends the command.
func (in *input) fail(name string, line int, err error) error {
	in.bad++
	e := inputError(err)
	e.Exit = in.o.exit
	if line == 0 {
		in.usage = true
		e.Exit = cli.ExitUsage
	}
	var pe *subnet.ParseError
	if line == 0 && errors.As(err, &pe) && strings.HasPrefix(pe.Reason, "no known form") {
		e.Hint = "nor is there a file of that name"
	}
	if line > 0 {
		e.Message = fmt.Sprintf("%s:%d: %s", name, line, e.Message)
	}
	if in.only && line == 0 || in.o.strict {
		_ = in.errs.Flush() // nobody is left to tell
		return e
	}
	fmt.Fprintf(in.errs, "%s: %s\n", in.o.name, cli.Escape(e.Message))
	if e.Hint != "" && line == 0 {
		fmt.Fprintf(in.errs, "%s: hint: %s\n", in.o.name, cli.Escape(e.Hint))
	}
	return nil
}

// inputError turns an error of the parser into a command's.
func inputError(err error) *cli.Error {
	e := &cli.Error{Code: "input", Message: err.Error(), Err: err}
	var pe *subnet.ParseError
	if errors.As(err, &pe) {
		e.Hint = pe.Hint
		switch {
		case errors.Is(pe.Err, subnet.ErrAmbiguous):
			e.Code = "ambiguous"
		case errors.Is(pe.Err, subnet.ErrRange):
			e.Code = "range"
		case errors.Is(pe.Err, subnet.ErrFamily):
			e.Code = "family"
		}
	}
	return e
}

// result is the command's error after all input: nil when all was understood.
func (in *input) result() error {
	_ = in.errs.Flush() // nobody is left to tell
	if in.bad == 0 {
		return nil
	}
	exit := in.o.exit
	if in.usage {
		exit = cli.ExitUsage
	}
	return &cli.Error{Code: "input", Exit: exit, Message: fmt.Sprintf("%d of %d items and lines were not understood", in.bad, in.seen)}
}

// end ends a command that wrote text to w: its error is err, that of w, or the
// input's.
func (in *input) end(w *bufio.Writer, err error) error {
	if err != nil {
		_ = w.Flush() // the error is the news
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return in.result()
}

// set reads one operand as a set.
func (in *input) set(arg string) (*subnet.Set, error) {
	var b subnet.SetBuilder
	in.grow = b.Grow
	only := in.only
	err := in.operands([]string{arg}, func(it subnet.Item) error { b.Add(it); return nil })
	in.only = only
	return b.Set(), err
}

// sets reads each operand as a set of its own.
func (in *input) sets(args []string) ([]*subnet.Set, error) {
	out := make([]*subnet.Set, len(args))
	for i, a := range args {
		s, err := in.set(a)
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}
