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

// wakeTasks tells the tasks that wait on q, if there are any, that the socket is
// ready.
func (st *Stack) wakeTasks(q *loop.WaitQueue, fn string, sock uint64, proto uint8, local, remote netip.AddrPort) {
	if q.Empty() {
		return
	}
	st.meter.Charge(stage.SocketReadable)
	e := trace.Event{Kind: trace.SockReady, Stage: fn, Sock: sock, Flow: trace.Flow{Proto: proto, Src: remote, Dst: local}}
	if st.tr.On() {
		st.tr.Emit(e)
	}
	st.wakeUp(q, e)
}

// wakeUp makes the tasks that wait on q runnable: try_to_wake_up in
// kernel/sched/core.c.
func (st *Stack) wakeUp(q *loop.WaitQueue, e trace.Event) {
	st.meter.Charge(stage.TaskWakeup)
	if st.tr.On() {
		e.Kind, e.Stage = trace.TaskWake, "sched_wakeup"
		q.Waiting(func(task string) {
			e.Text = task
			st.tr.Emit(e)
		})
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
