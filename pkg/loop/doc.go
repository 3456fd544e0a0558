// Package loop owns time. It is the only package that reads the clock or makes
// timers, and it decides who runs.
//
// A Loop runs timers in order of time, and applications: ordinary goroutines
// started with [Loop.Go] that touch the network only while they hold the
// loop's baton. Two drivers share the code:
//
//   - Virtual. Exactly one of {timer callback, application} runs at any moment
//     and time jumps to the next timer when all applications wait. A run is a
//     pure function of its inputs.
//   - Real. Time is the machine's. The baton is a lock: applications run
//     freely and take it for each call into the stack.
//
// There is no loop goroutine in virtual time. Whoever has to wait drives:
//
//	app: Read ── nothing there ──> Wait
//	                                │ baton still ours
//	                                ├─ another application is runnable: hand it the baton, sleep
//	                                ├─ else run the next timer; it may make us runnable: return
//	                                └─ else nothing can ever happen: Stalled
//
// so a request and its answer cost no goroutine switch at all. In real time one
// driver goroutine waits for the next timer; an application that leaves the
// loop first runs what has become due, as a system call runs its softirqs on
// the way out. A goroutine that reads a socket of the machine does neither: what it
// has for the loop it leaves to whoever holds the baton ([Loop.Later]), and reads
// on.
//
// Ties: timers with the same time run in the order in which they were set.
// Applications that become runnable at the same time run in the order in which
// they were woken.
//
// Calls marked "inside" need the baton: from a timer callback, from an
// application of a virtual loop, or between [Loop.Enter] and [Loop.Exit].
package loop
