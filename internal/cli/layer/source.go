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

// openFile opens a capture file, "-" being standard input. meta is called from next
// for what is no packet.
func openFile(s *cli.Streams, name string, meta func(capture.Meta)) (*fileSource, error) {
	f := &fileSource{name: name}
	in := s.In
	if name == "-" {
		f.name = "standard input"
	} else {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		if info, err := file.Stat(); err == nil && info.IsDir() {
			file.Close()
			return nil, fmt.Errorf("%s: is a directory", name)
		}
		in, f.c = file, file
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
