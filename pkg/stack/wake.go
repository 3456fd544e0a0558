package stack

// Waking the tasks that wait on a socket: net/core/sock.c (sock_def_readable),
// net/core/stream.c (sk_stream_write_space).

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// wakeTasks makes the tasks that wait on q runnable. The event is there only if
// there is such a task: it is the task that changes state.
func (st *Stack) wakeTasks(q *loop.WaitQueue, fn string, sock uint64, proto uint8, local, remote netip.AddrPort) {
	if q.Empty() {
		return
	}
	st.meter.Charge(stage.SocketReadable)
	st.meter.Charge(stage.TaskWakeup)
	if st.tr.On() {
		st.tr.Emit(trace.Event{Kind: trace.TaskWake, Stage: fn, Sock: sock, Flow: trace.Flow{Proto: proto, Src: remote, Dst: local}})
	}
	if st.cfg.Wake != nil {
		st.cfg.Wake(q)
		return
	}
	q.WakeAll()
}

func (u *UDPSocket) wake() {
	u.st.wakeTasks(&u.RecvQ, "sock_def_readable", u.k.ID, wire.ProtoUDP, u.k.Local, u.k.Remote)
}
