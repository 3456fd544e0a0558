package trace

// Kind says what happened. The list is grouped by who emits it.
type Kind uint16

// The kinds of event.
const (
	None Kind = iota

	// Applications.
	URLParsed   // Text: the URL
	HTTPRequest // Len: bytes of the request head; Text: request line
	HTTPStatus  // the status line has arrived; Text: status line
	HTTPBody    // body complete; Len
	TLSDone     // handshake complete; Text: version, cipher, ALPN
	DNSQuery    // Text: name and type
	DNSAnswer   // Text: result
	DNSCacheHit // Text: name and type

	// System calls and scheduling (host).
	SysEnter // Text: call; Len: bytes asked
	SysExit  // Text: call; Len: bytes done
	CopyFromUser
	CopyToUser
	SockReady   // the socket tells those who wait on it: data to read, or space to write
	TaskWake    // a task that waited becomes runnable; Text: its name
	TaskBlock   // the task waits
	TaskRun     // sched_switch: the task gets the CPU; Text: its name
	TaskPreempt // sched_switch: it loses the CPU, still runnable; Text: its name

	// Sockets and TCP.
	SockState // TCP.Old -> TCP.New
	TCPSend   // a segment leaves the transport layer
	TCPRecv   // a segment enters the transport layer
	TCPRetransmit
	TCPCwnd      // the congestion window changed
	TCPTimer     // a TCP timer fired; Text: which
	SockQueue    // data joins a socket's receive queue
	SockAccept   // a connection joins the accept queue
	BacklogAdd   // tcp_add_backlog: the socket is owned by a caller; Queue
	BacklogRun   // release_sock processes one segment of the backlog; Queue
	TSQThrottle  // tcp_small_queue_check: enough of the connection is queued below TCP; Queue
	TSQWake      // a completion lets it send again
	ZeroCopyDone // MSG_ZEROCOPY: the kernel is done with the caller's memory; Len
	UDPSend
	UDPRecv
	ICMPSend
	ICMPRecv

	// IP.
	RouteLookup
	IPSend
	IPRecv
	IPForward
	IPFragment
	IPReassemble

	// Neighbours.
	NeighState
	NeighQueue // a packet waits for an address
	ARPSend
	ARPRecv
	NDSend
	NDRecv

	// Buffers.
	SkbAlloc
	SkbClone
	SkbFree
	SkbCopy  // bytes copied between buffers: headers, fragments, a linearised packet; Copied
	SkbDefer // skb_attempt_defer_free: left to the CPU that allocated it

	// Host: interrupts, softirq, queues.
	IRQ          // a hard interrupt is taken; NIC.Vector
	IRQExit      // its handler is done; NIC.Vector
	IRQMask      // the device's interrupt is masked
	IRQUnmask    // and unmasked
	SoftIRQRaise // Text: NET_RX or NET_TX
	SoftIRQEntry
	SoftIRQExit
	NAPISchedule
	NAPIPoll // after the poll; NIC.Work, NIC.Budget
	NAPIComplete
	TimeSqueeze   // the softirq ran out of budget
	KsoftirqdWake // softirqs went on too long: the thread takes over
	RPSEnqueue    // enqueue_to_backlog: to a CPU's backlog; NIC.Queue: that CPU; Queue
	IPI           // an interrupt for another CPU; NIC.Queue: that CPU
	SkbBuild      // an sk_buff is built around a received buffer
	GROReceive    // ParentOp GRO: merged into Parent; else held or passed
	GROComplete   // a held packet goes up; Len: with what was merged
	NetifReceive
	QdiscEnqueue
	QdiscDequeue
	GSOSegment // software cut a packet from a super-segment
	DevXmit
	TxStop      // the driver or byte queue limits stop the queue; Text: ring or bql
	TxWake      // and start it again
	TxComplete  // the transmitted clone is freed
	CoalesceSet // adaptive moderation chose other values; NIC.Work: usecs, NIC.Budget: frames

	// NIC hardware.
	RxDMA  // a frame was written into a posted buffer
	RxPost // buffers were posted
	TxDesc // a descriptor was filled by the host
	Doorbell
	TxDMA  // a frame was read from memory and put on the wire
	TxDone // a descriptor is done
	TSOCut // a frame was cut from a super-segment

	// Cable, switch, router, uplink.
	WireSend
	WireRecv
	WireImpair // duplicated, reordered, corrupted; Text: which
	SwitchLearn
	SwitchForward
	SwitchFlood
	SwitchAge
	UplinkDial
	UplinkOpen
	UplinkRefused
	UplinkClose

	// Anything dropped, by anyone; Drop says why.
	Drop

	kindEnd
)

var kindNames = [kindEnd]string{
	None: "none", URLParsed: "url_parsed", HTTPRequest: "http_request",
	HTTPStatus: "http_status", HTTPBody: "http_body", TLSDone: "tls_done", DNSQuery: "dns_query", DNSAnswer: "dns_answer",
	DNSCacheHit: "dns_cache_hit", SysEnter: "sys_enter", SysExit: "sys_exit", CopyFromUser: "copy_from_user",
	CopyToUser: "copy_to_user", SockReady: "sock_ready", TaskWake: "task_wake", TaskBlock: "task_block", SockState: "sock_state",
	TCPSend: "tcp_send", TCPRecv: "tcp_recv", TCPRetransmit: "tcp_retransmit", TCPCwnd: "tcp_cwnd", TCPTimer: "tcp_timer",
	SockQueue: "sock_queue", SockAccept: "sock_accept", UDPSend: "udp_send", UDPRecv: "udp_recv", ICMPSend: "icmp_send",
	ICMPRecv: "icmp_recv", RouteLookup: "route_lookup", IPSend: "ip_send", IPRecv: "ip_recv", IPForward: "ip_forward",
	IPFragment: "ip_fragment", IPReassemble: "ip_reassemble", NeighState: "neigh_state", NeighQueue: "neigh_queue",
	ARPSend: "arp_send", ARPRecv: "arp_recv", NDSend: "nd_send", NDRecv: "nd_recv", SkbAlloc: "skb_alloc",
	SkbClone: "skb_clone", SkbFree: "skb_free", IRQ: "irq", IRQExit: "irq_exit", IRQMask: "irq_mask", IRQUnmask: "irq_unmask",
	SoftIRQRaise: "softirq_raise", SoftIRQEntry: "softirq_entry", SoftIRQExit: "softirq_exit", NAPISchedule: "napi_schedule",
	NAPIPoll: "napi_poll", NAPIComplete: "napi_complete", TimeSqueeze: "time_squeeze", SkbBuild: "skb_build", GROReceive: "gro",
	NetifReceive: "netif_receive_skb", QdiscEnqueue: "qdisc_enqueue", QdiscDequeue: "qdisc_dequeue", DevXmit: "net_dev_xmit",
	TxComplete: "tx_complete", RxDMA: "rx_dma", RxPost: "rx_post", TxDesc: "tx_desc", Doorbell: "doorbell", TxDMA: "tx_dma",
	TxDone: "tx_done", TSOCut: "tso_cut", WireSend: "wire_send", WireRecv: "wire_recv", WireImpair: "wire_impair",
	SwitchLearn: "switch_learn", SwitchForward: "switch_forward", SwitchFlood: "switch_flood", SwitchAge: "switch_age",
	UplinkDial: "uplink_dial", UplinkOpen: "uplink_open", UplinkRefused: "uplink_refused", UplinkClose: "uplink_close",
	Drop: "drop", TaskRun: "task_run", TaskPreempt: "task_preempt", BacklogAdd: "backlog_add", BacklogRun: "backlog_run",
	TSQThrottle: "tsq_throttle", TSQWake: "tsq_wake", ZeroCopyDone: "zerocopy_done", SkbCopy: "skb_copy",
	SkbDefer: "skb_defer_free", KsoftirqdWake: "ksoftirqd_wake", RPSEnqueue: "rps_enqueue", IPI: "ipi",
	GROComplete: "gro_complete", GSOSegment: "gso_segment", TxStop: "tx_stop", TxWake: "tx_wake", CoalesceSet: "coalesce_set",
}

func (k Kind) String() string {
	if k < kindEnd {
		return kindNames[k]
	}
	return "unknown"
}

// DropReason says why a packet was dropped. Where Linux has the reason, the
// name is that of enum skb_drop_reason (include/net/dropreason-core.h) without
// its prefix; the rest are facts of the device and the wire.
type DropReason uint8

// The reasons.
const (
	NotDropped DropReason = iota

	// enum skb_drop_reason.
	NoSocket
	PktTooSmall
	TCPCSum
	UDPCSum
	ICMPCSum
	IPCSum
	IPInHdr
	SocketRcvbuff
	SocketBacklog
	TCPFlags
	TCPOldData
	TCPOverwindow
	TCPOfoMerge
	TCPRFC7323PAWS
	TCPOldSequence
	TCPInvalidSequence
	TCPInvalidAckSequence
	TCPReset
	TCPInvalidSyn
	TCPClose
	TCPOldAck
	TCPTooOldAck
	TCPAckUnsentData
	TCPListenOverflow
	IPOutNoRoutes
	IPInNoRoutes
	UnicastInL2Multicast
	NeighCreateFail
	NeighFailed
	NeighQueueFull
	NeighDead
	QdiscDrop
	CPUBacklog
	FullRing
	NoMem
	HdrTrunc
	DevReady
	NotSpecified
	UnhandledProto
	PktTooBig
	DupFrag
	FragReasmTimeout
	FragTooFar
	TTLExpired
	OtherHost
	ICMPRatelimit

	// The device and the wire.
	RxMissed // no posted buffer: rx_missed_errors
	BadFCS   // rx_crc_errors
	RxLength // rx_length_errors
	LinkDown
	WireLoss  // lost on the cable
	WireQueue // the cable's or a port's queue was full

	dropEnd
)

var dropNames = [dropEnd]string{
	NotDropped: "", NoSocket: "NO_SOCKET", PktTooSmall: "PKT_TOO_SMALL", TCPCSum: "TCP_CSUM", UDPCSum: "UDP_CSUM",
	ICMPCSum: "ICMP_CSUM", IPCSum: "IP_CSUM", IPInHdr: "IP_INHDR", SocketRcvbuff: "SOCKET_RCVBUFF",
	SocketBacklog: "SOCKET_BACKLOG", TCPFlags: "TCP_FLAGS", TCPOldData: "TCP_OLD_DATA", TCPOverwindow: "TCP_OVERWINDOW",
	TCPOfoMerge: "TCP_OFOMERGE", TCPRFC7323PAWS: "TCP_RFC7323_PAWS", TCPOldSequence: "TCP_OLD_SEQUENCE",
	TCPInvalidSequence: "TCP_INVALID_SEQUENCE", TCPInvalidAckSequence: "TCP_INVALID_ACK_SEQUENCE", TCPReset: "TCP_RESET",
	TCPInvalidSyn: "TCP_INVALID_SYN", TCPClose: "TCP_CLOSE", TCPOldAck: "TCP_OLD_ACK", TCPTooOldAck: "TCP_TOO_OLD_ACK",
	TCPAckUnsentData: "TCP_ACK_UNSENT_DATA", TCPListenOverflow: "TCP_LISTEN_OVERFLOW", IPOutNoRoutes: "IP_OUTNOROUTES",
	IPInNoRoutes: "IP_INNOROUTES", UnicastInL2Multicast: "UNICAST_IN_L2_MULTICAST", NeighCreateFail: "NEIGH_CREATEFAIL",
	NeighFailed: "NEIGH_FAILED", NeighQueueFull: "NEIGH_QUEUEFULL", NeighDead: "NEIGH_DEAD", QdiscDrop: "QDISC_DROP",
	CPUBacklog: "CPU_BACKLOG", FullRing: "FULL_RING", NoMem: "NOMEM", HdrTrunc: "HDR_TRUNC", DevReady: "DEV_READY",
	NotSpecified: "NOT_SPECIFIED", UnhandledProto: "UNHANDLED_PROTO", PktTooBig: "PKT_TOO_BIG", DupFrag: "DUP_FRAG",
	FragReasmTimeout: "FRAG_REASM_TIMEOUT", FragTooFar: "FRAG_TOO_FAR", TTLExpired: "TTL_EXPIRED", OtherHost: "OTHERHOST",
	ICMPRatelimit: "ICMP_RATELIMIT", RxMissed: "RX_MISSED", BadFCS: "BAD_FCS", RxLength: "RX_LENGTH", LinkDown: "LINK_DOWN",
	WireLoss: "WIRE_LOSS", WireQueue: "WIRE_QUEUE",
}

func (d DropReason) String() string {
	if d < dropEnd {
		return dropNames[d]
	}
	return "unknown"
}

func (c Context) String() string {
	return [...]string{"process", "softirq", "hardirq", "hardware"}[c&3]
}

func (e Evidence) String() string {
	if e > Inferred {
		return "unknown"
	}
	return [...]string{"observed", "modelled", "inferred"}[e]
}

func (s Source) String() string {
	if s == Live {
		return "live"
	}
	return "sim"
}

func (o ParentOp) String() string {
	if o > Retrans {
		return "unknown"
	}
	return [...]string{"", "clone", "gso", "gro", "frag", "reasm", "retrans"}[o]
}

func (r RetransCause) String() string {
	if r > RetransZWP {
		return "unknown"
	}
	return [...]string{"", "rto", "fast", "tlp", "syn", "zwp"}[r]
}
