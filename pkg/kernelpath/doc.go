// Package kernelpath shows how Linux receives and sends packets: it builds a
// machine and the wire before it, sends what a [Scenario] says, and tells what
// happened from the machine's own counters and events.
//
//	Scenario ──> bench: loop, machine under test ("host"), cable, peer
//	               │
//	   wire source │ frames at a rate, from nowhere       a peer with a stack
//	       └───────┴──> cable ──> NIC ──> host ──> netconn ──> application
//	                                │
//	              trace.Sink <──────┤ every event: Ledger, Follow, views, files
//	                                │
//	                      Result <──┘ counters: rates, drops, latency, CPU time
//
// The machine under test is always called [Host]. What is on the other side of
// its cable depends on the scenario: a real stack where a conversation is
// needed (its CPUs cost nothing, so that it is never what limits), else a source
// or a sink of frames that has no stack at all.
//
// Events reach their sinks in order of time, except those to whom the order of
// cause and effect matters more: a unit of CPU work has its effects when it
// begins, and tells of them with the times that its stages reach.
//
// Nothing here decides what the machine does: scenarios only arrange what it
// meets. A run is a pure function of its scenario, seed included.
//
// # Bounds
//
// [Result] is of constant size. [Ledger] and [Follow] keep a bounded number of
// buffers and steps, the first ones, and go on counting beyond. Latencies are
// kept in a histogram. So a run of any length takes the same memory.
package kernelpath
