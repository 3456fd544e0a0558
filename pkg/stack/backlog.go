package stack

// A socket that a system call owns: include/net/sock.h (sk_add_backlog),
// net/ipv4/tcp_ipv4.c (tcp_add_backlog), net/core/sock.c (release_sock).

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Own locks the socket for a system call, unless another has it: Unlocked is woken
// when that lets go.
func (k *TCPSocket) Own() bool {
	if k.owned {
		return false
	}
	k.owned = true
	return true
}

// Release ends the system call's hold (release_sock): segments that came meanwhile are
// processed in process context. It reports whether there were any: processing them
// takes time, in which more may come, so that the caller calls again.
func (k *TCPSocket) Release() (more bool) {
	st := k.st
	if k.timerDue { // TCP_WRITE_TIMER_DEFERRED
		k.timerDue = false
		st.meter.Charge(stage.TCPTimer)
		k.Conn.OnTimer(st.l.Now())
		return true
	}
	if k.resume {
		k.resume = false
		st.meter.Charge(stage.TCPWriteXmit)
		k.Conn.Resume(st.l.Now())
		return true
	}
	if k.backlog.N == 0 {
		k.owned = false
		k.Unlocked.WakeOne()
		return false
	}
	for n := k.backlog.N; n > 0; n-- {
		s := k.backlog.Pop()
		k.backlogMem -= int(s.CB.User)
		st.meter.Charge(stage.ReleaseSock)
		if st.tr.On() {
			e := packetEvent(trace.BacklogRun, "release_sock", nil, s)
			e.Sock, e.Flow, e.Queue = k.Conn.ID, k.flowIn(), k.backlogFill()
			st.tr.Emit(e)
		}
		st.meter.Charge(stage.TCPEstablished)
		k.Conn.Segment(st.l.Now(), s)
	}
	return true
}

func (k *TCPSocket) flowIn() trace.Flow {
	return trace.Flow{Proto: wire.ProtoTCP, Src: k.Conn.Remote(), Dst: k.Conn.Local()}
}

// backlogLimit bounds the backlog and the receive queue together: twice the receive
// buffer, half the send buffer and 64 KiB (tcp_add_backlog).
func (k *TCPSocket) backlogLimit() int {
	rcv, snd := k.Conn.Buffers()
	return 2*rcv + snd/2 + 64<<10
}

func (k *TCPSocket) backlogFill() trace.Queue {
	return trace.Queue{Len: int32(k.backlog.N), Bytes: int32(k.backlogMem), Limit: int32(k.backlogLimit())}
}

// addBacklog keeps a segment until the socket is free; the newest are dropped.
func (st *Stack) addBacklog(i *Interface, k *TCPSocket, s *skb.SKB) {
	st.meter.Charge(stage.TCPAddBacklog)
	size := s.Truesize()
	s.CB.User = uint32(size)
	if k.backlogMem+k.Conn.ReceiveMem() > k.backlogLimit() {
		st.n.TCP.TCPBacklogDrop++
		st.drop(s, i, trace.SocketBacklog, "tcp_add_backlog", "")
		return
	}
	k.backlog.Push(s)
	k.backlogMem += size
	if st.tr.On() {
		e := packetEvent(trace.BacklogAdd, "tcp_add_backlog", i, s)
		e.Sock, e.Flow, e.Queue = k.Conn.ID, k.flowIn(), k.backlogFill()
		st.tr.Emit(e)
	}
}

// lock tells the host that a system call owns the socket.
func (k *TCPSocket) lock() {
	if own := k.st.cfg.Own; own != nil {
		own(k)
	}
}
