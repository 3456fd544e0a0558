package tcp

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// flowOut and flowIn name the connection in the direction of the packet.
func (c *Conn) flowOut() trace.Flow {
	return trace.Flow{Proto: wire.ProtoTCP, Src: c.local, Dst: c.remote}
}

func (c *Conn) flowIn() trace.Flow {
	return trace.Flow{Proto: wire.ProtoTCP, Src: c.remote, Dst: c.local}
}

// describe fills in what an event says about a buffer.
func describe(e *trace.Event, s *skb.SKB) {
	e.Buf, e.Refs = s.Block().ID, s.Block().Refs()
	e.Head, e.Data, e.Tail, e.End = s.Offsets()
}

// describeConn fills in what an event says about the connection.
func (c *Conn) describeConn(e *trace.Event) {
	e.TCP.Conn = c.ID
	e.TCP.Old, e.TCP.New = uint8(c.state), uint8(c.state)
	e.TCP.Cwnd, e.TCP.Ssthresh, e.TCP.InFlight = c.cwnd, c.ssth, c.pipe()
	e.TCP.SRTT, e.TCP.RTO = c.rtt.srtt, c.rtt.rto
	e.TCP.MSS = c.opt.mss
}

// consumed frees a buffer of which nothing is left to keep.
func (c *Conn) consumed(now int64, s *skb.SKB) { consume(c.tr, now, s, c.flowIn(), c.ID) }

// consume reports and frees a buffer (consume_skb).
func consume(tr *trace.Tracer, now int64, s *skb.SKB, f trace.Flow, sock uint64) {
	if tr.On() {
		e := trace.Event{Time: now, Kind: trace.SkbFree, Stage: "consume_skb", Flow: f, Sock: sock, Pkt: s.Pkt, Len: int32(s.Len())}
		describe(&e, s)
		e.Refs--
		tr.Emit(e)
	}
	s.Free()
}

// drop frees a received segment and says why.
func (c *Conn) drop(now int64, s *skb.SKB, why trace.DropReason) {
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.Drop, Stage: "kfree_skb", Flow: c.flowIn(), Sock: c.ID, Pkt: s.Pkt, Len: int32(s.Len()), Drop: why}
		describe(&e, s)
		e.Refs--
		e.TCP.Conn = c.ID
		c.tr.Emit(e)
	}
	s.Free()
}

// timerEvent reports a timer that fired.
func (c *Conn) timerEvent(now int64, which string) {
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.TCPTimer, Flow: c.flowOut(), Text: which}
		c.describeConn(&e)
		c.tr.Emit(e)
	}
}
