package tcp

// Resets: RFC 9293 3.5.2 and 3.10.7.1.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// ResetFor makes the RST that answers a segment for which there is no connection,
// or nil if it is one itself: "If the ACK bit is off, sequence number zero is used,
// <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>. If the ACK bit is on,
// <SEQ=SEG.ACK><CTL=RST>." payloadLen is that of the whole segment, with what GRO
// has merged. local is where the segment went.
func ResetFor(pool *skb.Pool, local, remote netip.AddrPort, seg wire.TCP, payloadLen int) *skb.SKB {
	f := seg.Flags()
	n := uint32(payloadLen) + uint32(f&wire.FIN) + uint32(f&wire.SYN>>1)
	return resetFor(pool, local, remote, f, seg.Seq()+n, seg.Ack())
}

func resetFor(pool *skb.Pool, local, remote netip.AddrPort, flags wire.TCPFlags, end, ack uint32) *skb.SKB {
	if flags&wire.RST != 0 {
		return nil
	}
	if flags&wire.ACK != 0 {
		return makeReset(pool, local, remote, wire.TCPFields{Seq: ack, Flags: wire.RST})
	}
	return makeReset(pool, local, remote, wire.TCPFields{Ack: end, Flags: wire.RST | wire.ACK})
}

func makeReset(pool *skb.Pool, local, remote netip.AddrPort, f wire.TCPFields) *skb.SKB {
	f.SrcPort, f.DstPort = local.Port(), remote.Port()
	s := pool.Alloc(skb.Headroom, 0)
	f.Put(s.Push(f.Len()))
	prepare(s, local, remote)
	return s
}

// refuse answers a segment with the RST of 3.5.2.
func (c *Conn) refuse(now int64, seg *segment) {
	if s := resetFor(c.pool, c.local, c.remote, seg.flags, seg.end, seg.ack); s != nil {
		c.outputReset(now, s)
	}
}

// sendReset ends a connection that the peer knows of: <SEQ=SND.NXT><CTL=RST>, with ACK
// as Linux sends it.
func (c *Conn) sendReset(now int64) {
	c.outputReset(now, makeReset(c.pool, c.local, c.remote, wire.TCPFields{Seq: c.sndNxt, Ack: c.rcvNxt, Flags: wire.RST | wire.ACK}))
}

func (c *Conn) outputReset(now int64, s *skb.SKB) {
	c.n.OutRsts++
	c.n.OutSegs++
	s.Pkt = c.tr.NextPkt()
	if c.tr.On() {
		t := wire.TCP(s.Bytes())
		e := trace.Event{Time: now, Kind: trace.TCPSend, Stage: "tcp_send_active_reset", Flow: c.flowOut(), Pkt: s.Pkt, Len: int32(s.Len())}
		describe(&e, s)
		c.describeConn(&e)
		e.TCP.Flags, e.TCP.Seq, e.TCP.Ack = uint16(t.Flags()), t.Seq(), t.Ack()
		c.tr.Emit(e)
	}
	c.env.Output(now, c, s)
}
