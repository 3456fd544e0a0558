// Package kernelpath draws what a machine did with its packets, from trace events
// alone.
//
//	Timeline   a row for each event: when, which CPU and context, which packet, what
//	Ftrace     the same as text in the form of the kernel's tracing/trace file
//	Lanes      who had each CPU when, as a chart for the terminal or as SVG
//	Folded     CPU time by host, CPU, context, task and stage, for flame graphs
//
// Timeline, Ftrace and Folded are streams: nothing is kept of an event but what a
// summary needs (Folded: one number for each distinct stack, at most [MaxStacks]).
// Lanes keeps at most [MaxSpans] spans; it goes on counting beyond, and says so.
//
// Chart draws figures of several runs, for the terminal or as SVG.
//
// All times are nanoseconds of virtual time. Rows and spans are those of the
// events: an event at time t with duration d says that its CPU worked on it from
// t-d to t.
package kernelpath
