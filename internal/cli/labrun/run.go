package labrun

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/render/chrome"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Run is a lab with the capture and the trace that its flags ask for.
type Run struct {
	Lab *lab.Lab

	pcap  *pcap
	trace *chrome.Writer
	files []*cli.File

	watched   bool // sinks of the caller's listen too
	writeExit int
}

// Open builds the lab, whose events go to watch too. Close must be called.
func (f *Flags) Open(s *cli.Streams, real bool, watch ...trace.Sink) (*Run, error) {
	r := &Run{watched: len(watch) > 0, writeExit: f.WriteExit}
	cfg := lab.Config{Real: real, Seed: f.Seed, Hosts: f.Hosts, Link: f.Link, MTU: f.MTU, TapHosts: f.Tap}
	sinks := append(trace.Tee(nil), watch...)
	if f.TraceOut != "" {
		w, err := r.create(s, f.TraceOut)
		if err != nil {
			return nil, err
		}
		r.trace = chrome.NewWriter(w)
		sinks = append(sinks, r.trace)
	}
	if f.Pcap != "" {
		w, err := r.create(s, f.Pcap)
		if err != nil {
			r.discard()
			return nil, err
		}
		r.pcap = &pcap{out: w}
		if f.Secrets {
			if r.pcap.secrets, err = newSecrets(w); err != nil {
				r.discard()
				return nil, r.writeError("cannot write ", err)
			}
			r.pcap.out = r.pcap.secrets
		}
		cfg.Tap = r.pcap.frame
		sinks = append(sinks, r.pcap)
	}
	for _, w := range watch {
		if v, ok := w.(frameSink); ok {
			cfg.Tap = both(cfg.Tap, v)
		}
	}
	switch len(sinks) {
	case 0:
	case 1:
		cfg.Trace = sinks[0]
	default:
		cfg.Trace = sinks
	}
	l, err := lab.New(cfg)
	if err == nil && r.pcap != nil {
		if err = r.pcap.start(l); err != nil {
			l.Close()
		}
	}
	if err != nil {
		r.discard()
		if errors.Is(err, lab.ErrConfig) || errors.Is(err, lab.ErrImpairment) {
			return nil, cli.Usagef("%v", err)
		}
		return nil, err
	}
	r.Lab = l
	return r, nil
}

// frameSink is a sink that wants the frames of the taps too.
type frameSink interface {
	Frame(host, dev string, data []byte)
}

func both(tap func(lab.TapPoint, nic.Tap), v frameSink) func(lab.TapPoint, nic.Tap) {
	return func(at lab.TapPoint, t nic.Tap) {
		if tap != nil {
			tap(at, t)
		}
		v.Frame(at.Host, at.Dev, t.Frame.Bytes())
	}
}

// create opens an output of the run; "-" is stdout.
func (r *Run) create(s *cli.Streams, name string) (io.Writer, error) {
	if name == "-" {
		return s.Out, nil
	}
	f, err := cli.CreateFile(name)
	if err != nil {
		return nil, r.writeError("cannot write ", err)
	}
	r.files = append(r.files, f)
	return f, nil
}

func (r *Run) writeError(what string, err error) error {
	return &cli.Error{Code: "write", Exit: r.writeExit, Message: what + err.Error(), Err: err}
}

func (r *Run) discard() {
	for _, f := range r.files {
		f.Discard()
	}
	if r.pcap != nil {
		r.pcap.discard()
	}
}

// Do runs fn as the lab's main application. When packets or events are recorded,
// it waits afterwards until the connections have closed.
func (r *Run) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	return r.Lab.Run(ctx, func(c context.Context) error {
		err := fn(c)
		if r.Traced() && context.Cause(ctx) == nil {
			r.Lab.Settle()
		}
		return err
	})
}

// Close ends the lab and finishes the files.
func (r *Run) Close() error {
	r.Lab.Close()
	var first error
	note := func(err error) {
		if err != nil && first == nil {
			first = err
		}
	}
	if r.pcap != nil {
		note(r.pcap.close())
	}
	if r.trace != nil {
		note(r.trace.Close())
	}
	for _, f := range r.files {
		note(f.Commit())
	}
	if first != nil && !errors.Is(first, os.ErrClosed) {
		return r.writeError("cannot write the capture or trace: ", first)
	}
	return nil
}

// Traced reports whether anybody listens to events.
func (r *Run) Traced() bool { return r.pcap != nil || r.trace != nil || r.watched }
