package subnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strconv"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// Input goes in pieces of whole lines through a line of workers, which read the
// lines, and comes out in the order in which it went in.
//
//	reader ──piece──> work ──> worker, worker … ──> done ──┐
//	   └──────piece──> order (as read) ──────────────────> use
//
// A few pieces exist and go round, so memory does not grow with the input.

const (
	pieceSize = 128 << 10
	maxLine   = 64 << 10 // a longer line is bad
)

var errLineTooLong = errors.New("the line is longer than " + strconv.Itoa(maxLine) + " bytes")

var errEmptyOperand = errors.New("an operand is empty: it names no address, network or file")

// piece is some whole lines and what became of them.
type piece struct {
	name  string // of the file; "" for an operand that is an item
	first int    // the number of the first line
	size  int64  // of the file, in its first piece; 0 when unknown
	data  []byte
	err   error // why reading ended here
	done  chan struct{}

	lines  int
	items  []subnet.Item
	lineOf []int32 // for each item, its line in the piece, from 0
	bad    []badLine
	out    []byte       // what line and end made
	values []slot       // of a table: where in out each item's value is
	addrs  []netip.Addr // of a lookup
}

type badLine struct {
	line int // in the piece, from 0
	err  error
}

func (x *piece) reset() {
	x.err, x.size, x.lines = nil, 0, 0
	x.items, x.lineOf, x.bad = x.items[:0], x.lineOf[:0], x.bad[:0]
	x.out, x.values, x.addrs = x.out[:0], x.values[:0], x.addrs[:0]
}

// number turns a line of the piece into the number to report: 0 for an operand
// that is an item.
func (x *piece) number(line int) int {
	if x.name == "" {
		return 0
	}
	return x.first + line
}

// job says what to do with lines. line and end run on the workers and touch
// nothing but the piece; use gets the pieces in order on the caller's goroutine.
type job struct {
	line func(p *subnet.Parser, x *piece, line []byte) error
	end  func(x *piece) // may be nil
	use  func(x *piece) error
}

// run takes all operands through a job.
func (in *input) run(args []string, j job) error {
	workers := runtime.GOMAXPROCS(0)
	pieces := 2*workers + 2
	free := make(chan *piece, pieces)
	for range pieces {
		free <- &piece{}
	}
	work := make(chan *piece, pieces)
	order := make(chan *piece, pieces)
	ctx, stop := context.WithCancel(context.Background())
	defer stop() // then the reader finds no piece any more
	for range workers {
		go func() {
			p := newParser()
			for x := range work {
				x.run(p, j, in.o.strict)
				close(x.done)
			}
		}()
	}
	go func() {
		defer close(order)
		defer close(work)
		r := pieceReader{ctx: ctx, free: free, exit: in.o.exit, send: func(x *piece) {
			x.done = make(chan struct{})
			order <- x // never blocks: there are no more pieces than it holds
			work <- x
		}}
		for _, a := range args {
			if !r.operand(in, a) {
				return
			}
		}
	}()
	for x := range order {
		<-x.done
		if err := in.finish(x, j, len(order) == 0); err != nil {
			return err
		}
		x.reset()
		free <- x
	}
	return nil
}

// run reads the lines of a piece. With strict it ends at the first bad one.
func (x *piece) run(p *subnet.Parser, j job, strict bool) {
	for data := x.data; len(data) > 0 && (!strict || len(x.bad) == 0); x.lines++ {
		line := data
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line, data = data[:i], data[i+1:]
		} else {
			data = nil
		}
		err := errLineTooLong
		if len(line) <= maxLine {
			err = j.line(p, x, line)
		}
		if err != nil {
			x.bad = append(x.bad, badLine{x.lines, err})
		}
		for len(x.lineOf) < len(x.items) {
			x.lineOf = append(x.lineOf, int32(x.lines))
		}
	}
	if x.name == "" && x.err == nil && len(x.items)+len(x.addrs)+len(x.bad) == 0 {
		// An empty variable in a script, not an empty list.
		x.lines = max(x.lines, 1)
		x.bad = append(x.bad, badLine{0, errEmptyOperand})
	}
	if j.end != nil {
		j.end(x)
	}
}

// finish hands a piece to its use and reports its bad lines. Nothing waits after
// it when last is true.
func (in *input) finish(x *piece, j job, last bool) error {
	in.seen += x.lines
	if err := j.use(x); err != nil {
		return err
	}
	if in.grow != nil && x.size > 0 && len(x.data) > 0 {
		const most = 1 << 14 // a file's size promises no more than 2 GiB of items
		if times := min(x.size/int64(len(x.data))+1, most); times > 1 {
			in.grow(int(times))
		}
	}
	for _, b := range x.bad {
		if err := in.fail(x.name, x.number(b.line), b.err); err != nil {
			return err
		}
	}
	if x.err != nil {
		return x.err
	}
	if !last {
		return nil
	}
	if err := in.errs.Flush(); err != nil {
		return err
	}
	if in.idle != nil {
		return in.idle()
	}
	return nil
}

// pieceReader cuts operands into pieces.
type pieceReader struct {
	ctx  context.Context
	free chan *piece
	send func(*piece)
	exit int
}

// take returns an empty piece, or nil when nobody wants one any more.
func (r *pieceReader) take() *piece {
	select {
	case x := <-r.free:
		return x
	case <-r.ctx.Done():
		return nil
	}
}

// operand sends the pieces of one operand and reports whether to go on.
func (r *pieceReader) operand(in *input, arg string) bool {
	file, name, size, err := in.open(arg)
	x := r.take()
	switch {
	case x == nil:
		return false
	case err != nil:
		x.data, x.err = x.data[:0], err
		r.send(x)
		return false
	case file == nil: // an item
		x.name, x.first, x.data = "", 1, append(x.data[:0], arg...)
		r.send(x)
		return true
	}
	defer file.Close()
	return r.stream(x, name, size, file)
}

// stream cuts after the last line that a read brought, so that a slow source gets
// its answers at once. Of a line that fills a piece only the beginning is kept,
// and the worker finds it too long.
func (r *pieceReader) stream(x *piece, name string, size int64, src io.Reader) bool {
	line := 1
	rest := make([]byte, 0, pieceSize) // the beginning of a line
	skipping := false                  // the end of a line that was too long
	for {
		if cap(x.data) < pieceSize {
			x.data = make([]byte, 0, pieceSize)
		}
		buf := append(x.data[:0], rest...)
		n, err := src.Read(buf[len(buf):pieceSize])
		buf = buf[:len(buf)+n]
		if skipping {
			i := bytes.IndexByte(buf, '\n') + 1
			if skipping = i == 0; skipping {
				i = len(buf)
			}
			buf = append(buf[:0], buf[i:]...)
		}
		cut := bytes.LastIndexByte(buf, '\n') + 1
		if err != nil {
			cut = len(buf)
		} else if cut == 0 && len(buf) == pieceSize {
			cut, skipping = len(buf), true
		}
		rest = append(rest[:0], buf[cut:]...)
		if cut == 0 && err == nil {
			continue
		}
		x.name, x.first, x.data, x.size = name, line, buf[:cut], size
		size = 0
		if line += bytes.Count(x.data, []byte("\n")); skipping {
			line++
		}
		if err != nil && err != io.EOF {
			x.err = &cli.Error{Code: "read", Exit: r.exit, Message: fmt.Sprintf("cannot read %s: %v", name, err), Err: err}
		}
		r.send(x)
		if err != nil {
			return err == io.EOF
		}
		if x = r.take(); x == nil {
			return false
		}
	}
}
