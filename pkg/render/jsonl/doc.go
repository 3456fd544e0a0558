// Package jsonl writes trace events as JSON lines: one flat record for each
// event, in the order of emission.
//
//	{"v":1,"src":"sim","seq":7,"ts_ns":1700000000000001200,"host":"web","cpu":0,"ctx":"softirq",
//	 "dev":"eth0","stage":"tcp_v4_rcv","ev":"tcp_recv","evidence":"observed","pkt":5,"buf":9,
//	 "sk":3,"tuple":{"proto":6,"src":"198.51.100.2:49152","dst":"203.0.113.80:80"},"len":32,"refs":1,
//	 "args":{"tcp":{"state":"ESTABLISHED","flags":16,"seq":1,"ack":1,"win":65535}}}
//
// (one line in the file). The members, in this order; those that do not apply
// are left out, except where said:
//
//	v         version of the record's form: 1. Always there
//	src       sim or live. Always there
//	seq       number of the event in its run, from 1. Always there
//	ts_ns     nanoseconds since the Unix epoch. Always there
//	dur_ns    CPU time spent since the unit's event before: the work that led to this one
//	host      host, switch, cable or uplink that changed state; each is one network namespace
//	cpu       CPU it ran on; not for ctx hardware
//	ctx       process, softirq, hardirq or hardware. Always there
//	task      whose process context it is
//	dev       device or port
//	stage     Linux's function or tracepoint
//	ev        what happened: the name of a trace.Kind. Always there
//	evidence  observed, modelled or inferred. Always there
//	pkt, buf  packet id and data block id: two, because clones share a block
//	head, data, tail, end   sk_buff offsets into the block; all four or none
//	parents   [{"id","op"}]: packets this one was made from, and how
//	sk        socket id within its host
//	tuple     {"proto","src","dst"} in the direction of the packet
//	len, refs, copied       bytes concerned, references to the block, bytes copied
//	drop      why it was dropped: enum skb_drop_reason's names where Linux has one
//	args      text, and the sections nic, queue, tcp, neigh and route
//
// Nothing is formatted by reflection: every event is appended to one buffer by
// hand, without allocation.
package jsonl
