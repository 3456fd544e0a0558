// Package trace is netkit's one record of what happened.
//
// Every layer reports through it: the NIC, the host, the stack, the lab's
// cables and switches, and the applications. Everything that netkit tells
// about a run (a timeline, a story, a ladder, a table) is a query over these
// events and nothing else.
//
// Three rules keep the record true:
//
//   - An event is emitted only by the code that changes the state it reports.
//   - No function emits two stages.
//   - The event types do no formatting. Names come from String methods here;
//     everything else is the renderers' work.
//
// A host owns one [Tracer], which knows the host's name and where its code is
// running at the moment (CPU and context). Machines fill in what they know and
// hand the event over:
//
//	machine ──Event{Kind, Stage, …}──> Tracer ──+host, cpu, ctx, time──> Sink
//
// A Tracer without a sink costs one branch: callers write
//
//	if tr.On() {
//		tr.Emit(trace.Event{Kind: trace.TCPState, …})
//	}
package trace
