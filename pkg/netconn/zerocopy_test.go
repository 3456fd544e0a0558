package netconn

import (
	"bytes"
	"io"
	"testing"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/trace"
)

// MSG_ZEROCOPY: the data arrive, no byte is copied from the writer, and the
// completion comes when they are acknowledged, not before.
func TestZeroCopyWriteCopiesNothingAndCompletesAfterTheAck(t *testing.T) {
	for _, n := range []int{100, 1448, 300_000} {
		p := newPair(t, loop.Config{})
		rec := &trace.Recorder{}
		data := bytes.Repeat([]byte("netkit"), n/6+1)[:n]
		var got []byte
		_ = p.l.Run(func() error {
			c, s := p.connect(t, false)
			reader := p.l.Go("read", func() {
				buf := make([]byte, 64<<10)
				for {
					k, err := s.Read(buf)
					got = append(got, buf[:k]...)
					if err == io.EOF {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
			conn := c.(*Conn)
			p.run.Sink = rec
			if err := conn.SetZeroCopy(true); err != nil {
				t.Error(err)
			}
			if k, err := conn.Write(data); k != n || err != nil {
				t.Errorf("wrote %d: %v", k, err)
			}
			if conn.s.ZeroCopyPending() == 0 {
				t.Error("nothing is pinned right after the write, though nothing can be acknowledged yet")
			}
			if err := conn.WaitZeroCopy(); err != nil {
				t.Error(err)
			}
			if conn.s.ZeroCopyPending() != 0 {
				t.Error("memory is still pinned")
			}
			c.Close()
			reader.Join()
			return nil
		})
		if !bytes.Equal(got, data) {
			t.Errorf("%d bytes: %d arrived, or others", n, len(got))
		}
		copied, freed := 0, 0
		for _, e := range rec.Events {
			switch e.Kind {
			case trace.CopyFromUser, trace.SkbCopy:
				copied += int(e.Copied)
			case trace.ZeroCopyDone:
				freed += int(e.Len)
			}
		}
		if copied != 0 || freed != n {
			t.Errorf("%d bytes: %d were copied, completions for %d; want 0 and all", n, copied, freed)
		}
	}
}
