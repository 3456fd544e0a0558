// Package host is the machine between the network card and the protocols: CPUs,
// the interrupt table, softirqs, NAPI, GRO, packet steering, the scheduler and the
// queueing disciplines. It joins a [nic.NIC], which knows no protocols, and a
// [stack.Stack], which knows no devices, and it is where system calls enter.
//
//	          NIC: RSS chooses a queue; frame in its ring, interrupt
//	hardirq   vector -> handler: mask, napi_schedule, raise NET_RX
//	softirq   net_rx_action, up to 300 packets or 8 ms, else time_squeeze
//	            poll, weight 64: free what was sent; slot -> skb, refill, GRO
//	            GRO -> in batches of 8 -> (RPS: another CPU's backlog) -> stack.Input
//	            ring empty: napi_complete, unmask
//	process   Enter … Wait … Exit: a system call and where it sleeps
//	          Xmit: TX queue, qdisc or past it when it is empty -> byte queue
//	          limit, TX descriptor, doorbell
//
// # Time
//
// In virtual time a host has CPUs that stages of [stage.Table] cost. Code runs in
// units: an interrupt handler, one packet taken from a ring, one packet handed to
// the stack, a system call up to where it gives a packet to a device or sleeps.
// The state that a unit changes changes when it starts; then its CPU is busy for
// what the stages charged, while devices go on.
//
//	cpu  |--irq--|--unit--|--unit--|...........|==call==|--irq--|--unit--|==call==|
//	               softirq           idle        process  softirq          process
//
// An event's time is the unit's start and what the unit had spent by then, and its
// Dur what it has spent since its previous event, so that the stages of a packet lie
// one after another. What a unit does to others takes effect no earlier: a device sees
// a descriptor, another CPU an interrupt or a task its wake-up, when the unit has come
// that far. Events are emitted in the order of changes; across CPUs and devices their
// times are not in that order.
//
// An interrupt is served at once, unless another handler is running on its CPU. It puts
// the end of the running unit off, by its own time and, for a system call, by that
// of the softirqs which it leads to. What the interrupted unit has already reported
// keeps its time.
//
// A system call owns the TCP socket that it works on until its time has passed: what
// arrives meanwhile waits in the socket's backlog, and the call processes it before it
// returns. What a timer of the stack does is softirq work of the first CPU.
//
// Softirqs that go on for 2 ms, through 10 rounds, or while a task should have the
// CPU, are left to ksoftirqd, which the scheduler treats as any task (sched.go).
//
// In real time, or with NoCosts, the same code runs straight through: an
// interrupt raises NET_RX, and the loop runs the softirq as its next step, or
// the system call that raised it on its way out. Softirqs never nest.
//
// CPU of a task: the one it ran on last, another that is free, the one with the
// shortest queue. CPU of an interrupt: vectors are dealt to the CPUs in turn.
package host
