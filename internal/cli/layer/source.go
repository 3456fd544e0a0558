package layer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/hostif"
)

// source is where packets come from: a file at a time, or an interface.
type source interface {
	// next returns a packet, valid until the next call, and its interface.
	// io.EOF ends the source.
	next(ctx context.Context) (capture.Packet, *capture.Interface, error)
	close() error
}

// fileSource reads one capture file.
type fileSource struct {
	name string
	r    *capture.Reader
	c    io.Closer
}

// mayWait says whether an input is a pipe or a device, whose reader may have to wait.
func mayWait(s *cli.Streams, name string) bool {
	var info os.FileInfo
	var err error
	if name != "-" {
		info, err = os.Stat(name)
		return err == nil && !info.Mode().IsRegular() && !info.IsDir()
	}
	file, ok := s.In.(*os.File)
	if !ok {
		return true
	}
	info, err = file.Stat()
	return err != nil || !info.Mode().IsRegular()
}

// openFile opens a capture file, "-" being standard input. meta is called from next
// for what is no packet. The end of ctx ends the wait for a pipe.
func openFile(ctx context.Context, s *cli.Streams, name string, meta func(capture.Meta)) (*fileSource, error) {
	f := &fileSource{name: name}
	in, waits := s.In, mayWait(s, name)
	if name == "-" {
		f.name = "standard input"
	} else {
		var file *os.File
		var err error
		if waits { // a named pipe opens when somebody writes to it
			file, err = await(ctx, func() (*os.File, error) { return os.Open(name) })
		} else {
			file, err = os.Open(name)
		}
		if err != nil {
			return nil, err
		}
		if info, err := file.Stat(); err == nil && info.IsDir() {
			file.Close()
			return nil, fmt.Errorf("%s: is a directory", name)
		}
		in, f.c = file, file
	}
	if waits {
		in = &interruptible{ctx: ctx, r: in}
	}
	counted := &counter{r: in}
	r, err := capture.Open(counted)
	if err != nil {
		f.close()
		if counted.n == 0 && errors.Is(err, capture.ErrUnknownFormat) {
			err = &capture.Error{Err: errNothing}
		}
		return nil, f.damaged(err)
	}
	r.OnMeta = meta
	f.r = r
	return f, nil
}

func (f *fileSource) next(context.Context) (capture.Packet, *capture.Interface, error) {
	p, err := f.r.Next()
	if err != nil {
		if err != io.EOF {
			err = f.damaged(err)
		}
		return p, nil, err
	}
	return p, &f.r.Interfaces()[p.Interface], nil
}

func (f *fileSource) close() error {
	if f.c == nil {
		return nil
	}
	return f.c.Close()
}

// damaged says where a file could not be read further, and what that means.
func (f *fileSource) damaged(err error) error {
	var e *capture.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	out := &cli.Error{Code: "damaged", Message: f.name + ": " + strings.TrimPrefix(e.Error(), "capture: "), Err: err}
	switch {
	case errors.Is(err, errNothing):
		out.Code, out.Message, out.Hint = "empty", f.name+" is empty: not even a capture file's header is there", ""
	case errors.Is(err, capture.ErrUnknownFormat):
		out.Code, out.Hint = "format", "pcap and pcapng files are read, also compressed with gzip or zstd"
	case e.Packets > 0:
		out.Hint = "the packets before that place have been read"
	}
	return out
}

var errNothing = errors.New("the input is empty")

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// liveSource captures from an interface.
type liveSource struct {
	l    *hostif.Live
	desc capture.Interface
}

func (l *liveSource) next(ctx context.Context) (capture.Packet, *capture.Interface, error) {
	p, err := l.l.Next(ctx)
	return p, &l.desc, err
}

func (l *liveSource) close() error { return l.l.Close() }

// await returns what f returns, or the cause of ctx's end if that comes first; then f
// is left behind.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	if err := context.Cause(ctx); err != nil {
		return *new(T), err
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		return *new(T), context.Cause(ctx)
	}
}

// interruptible ends a read that waits when its context ends. A read that is left
// behind keeps its buffer until it returns, so it has one of its own.
type interruptible struct {
	ctx context.Context
	r   io.Reader
	buf []byte
}

// Read implements io.Reader.
func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.buf) < len(p) {
		i.buf = make([]byte, len(p))
	}
	n, err := await(i.ctx, func() (int, error) { return i.r.Read(i.buf[:len(p)]) })
	return copy(p, i.buf[:n]), err // nothing is read behind a context's end
}
