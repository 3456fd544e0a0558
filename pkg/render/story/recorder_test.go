package story

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/netkit-go/netkit/pkg/trace"
)

func refill(r *record, limit int) *Recorder {
	rec := &Recorder{Limit: limit}
	for i := range r.events {
		rec.Emit(&r.events[i])
	}
	for _, f := range r.frames {
		rec.Frame("client", "eth0", f.Data)
	}
	return rec
}

// What the recorder leaves out is what no step asks for.
func TestRecorderTellsTheSameStory(t *testing.T) {
	for _, sc := range []scene{plain, lossy} {
		r := play(t, sc)
		if got, want := refill(r, 0).Story(), r.tell(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: another story", sc.url)
		}
	}
}

// A run that is too long keeps its beginning and its end, and the packet numbers.
func TestRecorderKeepsBothEnds(t *testing.T) {
	r := play(t, lossy)
	rec := refill(r, 4400)
	got, want := rec.Story(), r.tell()
	if !strings.Contains(got.Incomplete, "in the middle") || len(rec.head) != 4400 || len(rec.tail) != 550 {
		t.Errorf("%q, %d and %d events", got.Incomplete, len(rec.head), len(rec.tail))
	}
	if got.Packets != want.Packets {
		t.Errorf("%d packets, want %d", got.Packets, want.Packets)
	}
	p, _ := find(got, 9, "The close", "FIN of the client")
	q, _ := find(want, 9, "The close", "FIN of the client")
	if !p.Happened || !reflect.DeepEqual(p.Packets, q.Packets) {
		t.Errorf("the close is at %v, want %v: %s", p.Packets, q.Packets, p.Text)
	}
	if p, _ := find(got, 4, "", ""); !p.Happened || !reflect.DeepEqual(p.Facts, want.Steps[3].Facts) {
		t.Error("the handshake is not the same")
	}
}

func TestRecorderBoundsFrames(t *testing.T) {
	rec := &Recorder{}
	for range manyFrames + 10 {
		rec.Frame("client", "eth0", make([]byte, 1514))
		rec.Frame("web", "eth0", make([]byte, 1514))
	}
	f := rec.Options.Frames
	if len(f) != manyFrames || len(f[0].Data) != 1514 || len(f[wholeFrames].Data) != headOfFrame || f[1].Packet != 2 {
		t.Errorf("%d frames, packet %d", len(f), f[1].Packet)
	}
	if size := unsafe.Sizeof(trace.Event{}); size*(1<<17) > 70<<20 {
		t.Errorf("an event has %d bytes: the documented bound is too small", size)
	}
}
