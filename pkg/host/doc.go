// Package host is the machine between the network card and the protocols: CPUs,
// the interrupt table, softirqs, NAPI, GRO and the queueing discipline. It
// joins a [nic.NIC], which knows no protocols, and a [stack.Stack], which knows
// no devices, and it is where system calls enter.
//
//	          NIC: frame in ring, interrupt line
//	hardirq   vector -> handler: mask, napi_schedule, raise NET_RX
//	softirq   net_rx_action, up to 300 packets or 8 ms, else time_squeeze
//	            poll, weight 64: free what was sent; slot -> skb, refill, GRO
//	            GRO -> stack.Input, in batches of 8
//	            ring empty: napi_complete, unmask
//	process   Enter … Wait … Exit: a system call and where it sleeps
//	          Xmit: qdisc, or past it when it is empty -> TX descriptor, doorbell
//
// # Time
//
// In virtual time a host has CPUs that stages of [stage.Table] cost. Softirqs
// run in units: one packet taken from a ring, one packet handed to the stack.
// The effects of a unit happen when it starts; then its CPU is busy for what
// the stages charged, while devices go on. An interrupt is served at once and
// puts the end of the running unit off. A system call runs when the CPU is free;
// interrupts and softirqs take the CPU from it and give it back.
//
//	cpu  |--irq--|--unit--|--unit--|...........|==call==|--irq--|--unit--|==call==|
//	               softirq           idle        process  softirq          process
//
// What a timer of the stack charges counts with the unit that follows it.
//
// Softirqs that go on for 2 ms, through 10 rounds, or while a task wants the
// CPU, are left to ksoftirqd, which takes turns with tasks.
//
// In real time, or with NoCosts, the same code runs straight through: an
// interrupt raises NET_RX, and the loop runs the softirq as its next step, or
// the system call that raised it on its way out. Softirqs never nest.
//
// CPU of a task: the first that is free. CPU of an interrupt: vectors are dealt
// to the CPUs in turn.
package host
