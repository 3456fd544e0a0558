package stage

// What each stage is for, told to somebody who learns it.

// Side says to which half of the path a stage belongs.
type Side string

// The sides.
const (
	Receive Side = "rx"
	Send    Side = "tx"
	Both    Side = "both"
)

// Side returns the half of the path that a stage belongs to.
func (id ID) Side() Side {
	switch {
	case id < TCPSendmsg:
		return Receive
	case id < SyscallEntry:
		return Send
	}
	return Both
}

// Explain says what happens at a stage, why, and what the kernel calls it. It
// knows the stages' names and those of the tracepoints that events carry; ""
// for others.
func Explain(name string) string {
	for id := range stages {
		if stages[id].Name == name {
			return explained[id]
		}
	}
	if text, ok := tracepoints[name]; ok {
		return text
	}
	if id, ok := alias[name]; ok {
		return explained[id]
	}
	return ""
}

var explained = [Count]string{
	RxDMA: "The card writes the frame into a buffer that the driver posted beforehand, without the CPU (direct memory access), and marks the descriptor done. " +
		"The ring of descriptors is the only queue here: when no buffer is posted, the frame is lost and counted as rx_missed_errors before the kernel knows of it.",
	IRQDelivery: "The card's interrupt is a message that it writes over PCI Express (MSI-X). It takes a moment to reach the CPU, which then saves what it was doing.",
	IRQHandler: "The card's interrupt stops whatever the CPU was doing. The handler that the driver registered does as little as it can, because nothing else on this CPU goes on meanwhile. " +
		"It copies and frees nothing.",
	NAPISchedule: "The handler masks the card's interrupt and puts the device on the CPU's poll list (softnet_data.poll_list). From here on the kernel polls: under load one interrupt stands for many packets. " +
		"The interrupt stays masked until the polling is over.",
	SoftIRQEntry: "The work that the interrupt left runs now, at the exit of the interrupt, with interrupts enabled. It is limited: after 2 ms or ten rounds the rest is left to the thread ksoftirqd, " +
		"which competes with programs for the CPU.",
	NetRxAction: "The handler of the softirq NET_RX goes round the poll list. It may process netdev_budget packets (300) or take netdev_budget_usecs; what is left then waits for the next round, and softnet_stat counts a time_squeeze.",
	NAPIPoll: "The driver's poll function takes packets off its ring, up to its weight of 64, after freeing what was transmitted. Fewer than 64 mean that the ring is empty: polling ends and the interrupt is unmasked. " +
		"The tracepoint napi_poll comes after the poll, with what it did.",
	NAPIComplete: "The poll found the ring empty: the device leaves the poll list and its interrupt is unmasked. Only now can it interrupt again. A frame that came in between is noticed, and the polling starts over.",
	EnqueueToBacklog: "The packet joins the input queue of a CPU, another one with RPS, this one for the loopback and for drivers without NAPI. The queue holds netdev_max_backlog packets (1000); " +
		"what finds no room is softnet_stat's dropped.",
	SendIPI:     "Another CPU has been given packets and may be asleep: it gets an interrupt of the kernel's own (an inter-processor interrupt), one for as many packets as were queued meanwhile.",
	IPIDelivery: "The interrupt travels from one CPU to the other, which leaves what it was doing.",
	IPIHandler:  "On the other CPU the handler puts the backlog on the poll list and raises NET_RX: from there its packets are polled as a device's are (process_backlog).",
	BuildSkb:    "A descriptor, the sk_buff, is put around the buffer in which the card left the frame. The bytes stay where they are; head, data, tail and end say where in the buffer they lie.",
	RxRefill:    "The driver posts an empty buffer for the one that it took. A driver that fails to do so in time starves its own card.",
	GROReceive: "Generic receive offload looks whether the packet continues one that it holds: the same flow, the next sequence number, the same headers. If so the two become one sk_buff, without a copy, " +
		"and the rest of the path is paid once for both.",
	GROComplete: "A packet that was held goes up, with its header lengths corrected for what was merged into it. Packets go up in batches of 8 (gro_normal_batch).",
	NetifReceive: "The packet enters the protocol-independent part of receiving. Taps (tcpdump) get a clone each, tc rules see it, and its EtherType decides who is next: IP, ARP, or nobody. " +
		"ARP is beside IP here, not inside it.",
	ARPReceive:   "Address Resolution Protocol: who has this IPv4 address? A request for an own address is answered, and what the packet says of its sender updates the neighbour cache.",
	NDReceive:    "Neighbour Discovery does for IPv6 what ARP does for IPv4, as messages of ICMPv6.",
	IPReceive:    "The IPv4 header is checked: version, lengths, checksum. What does not fit is dropped and counted as IpInHdrErrors. Netfilter's PRE_ROUTING sees the packet here.",
	IPv6Receive:  "The IPv6 header is checked. It has no checksum of its own: TCP's and UDP's cover the addresses.",
	RouteInput:   "The routing decision for a packet that came in: for this host, to be forwarded, or for nobody. Established sockets may have it cached.",
	Reassemble:   "A fragment waits for the others of its packet, up to 30 seconds. The last one makes the packet whole: the fragments become a list under one sk_buff, and nothing is copied.",
	LocalDeliver: "The packet is for this host: netfilter's LOCAL_IN sees it, the IP header is pulled off (data moves up), and its protocol number decides: TCP, UDP, ICMP.",
	Forward:      "The packet is for somebody else and this host is a router: the TTL goes down by one, the checksum is corrected, and the packet goes out by the path on which everything is sent.",
	ICMPReceive:  "ICMP is above IP, protocol 1: it answers echo requests and tells a socket that something it sent could not be delivered.",
	UDPReceive: "The socket is looked up: first one that is connected to exactly this peer, then one that is bound to the port. The datagram joins its queue if its memory, counted as truesize, fits into SO_RCVBUF; " +
		"else it is dropped and counted as UdpRcvbufErrors. Without a socket the sender gets an ICMP port unreachable.",
	TCPReceive:   "The TCP header is checked, and the checksum, unless the card has verified it already.",
	SocketLookup: "The four-tuple of addresses and ports is looked up in the hash table of established connections, and only then among the listeners.",
	TCPEstablished: "The state machine of RFC 9293: is the segment within the window, in order, does it acknowledge something? For the usual case, the next data in order, there is a short path. " +
		"When a program has the socket at this moment, the segment waits in the socket's backlog instead.",
	TCPAddBacklog: "A program is inside a system call on this very socket and owns it. The segment waits in the socket's backlog, which is bounded (TCPBacklogDrop), and is processed when the call lets go.",
	ReleaseSock:   "The system call lets go of the socket, and first processes the segments that came meanwhile, in process context: not all of TCP's receiving is softirq work.",
	TCPAck:        "An acknowledgement frees what was kept for retransmission, measures the round trip, and lets the congestion window grow: it may send new data at once, in this very softirq.",
	TCPQueue: "The data are appended to the socket's receive queue, in the buffer in which they came; short data may be copied into the buffer before (coalesced). " +
		"They have reached the socket, not the program.",
	SocketReadable: "Whoever waits on the socket is told that there is something to read. The reader is woken before its data are copied: the copy is its own work.",
	TaskWakeup:     "The scheduler puts the waiting task on a run queue. It runs when a CPU takes it, not now.",
	TCPRecvmsg:     "The reader walks the receive queue in its own context. What it reads makes room: the window that the peer is told of can open.",
	UDPRecvmsg:     "The reader takes one datagram off the socket's queue. What does not fit into its buffer is lost.",
	CopyToUser:     "The one copy of receiving: from the sk_buff, in the kernel, to the program's memory. Until here the bytes lay where the card's DMA had put them.",

	TCPSendmsg:   "The program has called send: room is found or made in the socket's send queue. The call returns when the bytes are in the queue, which is not when they are sent, and much less when they have arrived.",
	UDPSendmsg:   "One datagram is built for one call. If it is larger than the MTU it is built in pieces of the right size from the start, so that fragmentation needs no copy of its own.",
	CopyFromUser: "The one copy of sending: from the program's memory to the kernel's buffers. With MSG_ZEROCOPY the program's own pages are sent instead, and it must not change them until the kernel says so.",
	ZeroCopyPin:  "With MSG_ZEROCOPY the program's pages are pinned and referred to instead of copied. They must not change until the kernel reports that it is done with them, which it does after the acknowledgement.",
	TCPWriteXmit: "How much may be sent now: the smaller of what the congestion window and the receiver's window allow, and not too much of it below TCP (small queues). The rest waits for acknowledgements.",
	TCPTransmit: "The original stays in the retransmit queue; a clone, which shares its bytes, gets the TCP header and goes down. Two descriptors, one buffer, a reference count of 2: no copy. " +
		"Pure acknowledgements are not kept, and so not cloned.",
	RouteOutput:   "The longest matching prefix decides the interface, the source address and the next hop. A connection keeps the answer.",
	IPQueueXmit:   "The IP header is pushed in front: data moves down into the headroom, which was left for that. Netfilter's LOCAL_OUT sees the packet.",
	IPOutput:      "Netfilter's POST_ROUTING sees the packet, and its length is compared with the MTU of the way out.",
	Fragment:      "A packet larger than the MTU whose sender allows it is cut. Here new buffers are made and bytes are copied. TCP avoids it: its segments fit, and they forbid it (DF).",
	NeighOutput:   "The next hop's MAC address is pushed in front from the neighbour cache. If it is not known the packet waits in the neighbour's queue while ARP or Neighbour Discovery asks.",
	DevQueueXmit:  "The packet reaches the interface: its queueing discipline decides when it goes to the driver. All of this still runs in the context of whoever sends; no thread and no softirq takes over.",
	QdiscEnqueue:  "The packet joins the queue of the discipline. pfifo_fast is passed by when it is empty; fq_codel gives each flow a queue of its own.",
	QdiscDequeue:  "The next packet leaves the queue for the driver, while the card has room for it.",
	ValidateXmit:  "What the card cannot do is done in software now: cutting super-segments, computing checksums.",
	GSOSegment:    "A super-segment is cut for a card that cannot do it. Each piece gets a copy of the headers; the data are shared, not copied.",
	HardStartXmit: "The driver writes address and length of the packet into a free descriptor of the TX ring. From now on the card owns both, and the buffer must stay as it is.",
	Doorbell:      "A write to a register of the card says that descriptors are waiting. It is slow, so with several packets in a row only the last one rings.",
	TxDMA:         "The card reads the frame from memory, completes checksums, cuts super-segments into frames, and puts them on the wire with preamble and FCS. When all of it is out the descriptor is done, and the card interrupts.",
	NetTxAction:   "The softirq NET_TX runs queueing disciplines that could not send all they had. Completions are not its work: they ride on NET_RX.",
	TxComplete:    "The card is done with a packet: its poll function frees the clone and gives the descriptor back. This is NET_RX's work, the same poll that receives. TCP's original goes on waiting for its acknowledgement.",

	SyscallEntry:  "The program calls the kernel: the CPU changes to kernel mode and goes on in process context, on behalf of this task.",
	SyscallExit:   "The call is over and the CPU returns to the program. Softirqs that were raised meanwhile have run before.",
	ContextSwitch: "The CPU changes from one task to another. A reader that finds nothing gives up its CPU this way and gets one again when it was woken.",
	TCPTimer:      "A timer of the connection has run out: something was not acknowledged in time and is sent again, a zero window is probed, a silent peer is asked whether it is still there.",
	SkbClone:      "A second descriptor for the same bytes: the reference count of the data goes up, and whoever wants to write must have it to himself. Cheap, and no copy.",
	SkbCopy:       "Bytes are copied from buffer to buffer, because somebody needs a copy of his own: headers that are still shared, fragments, a packet that must lie in one piece.",
	SkbFree:       "A descriptor is given back, and with the last one that holds it the buffer too. consume_skb is the good end of a packet, kfree_skb the bad one: it carries a drop reason.",
}

// tracepoints are the names of events that are no stage of their own.
var tracepoints = map[string]string{
	"softirq_raise":                 "A bit is set that says that a softirq is to run: at the exit of this interrupt, or soon.",
	"softirq_exit":                  "The softirq's handler is done. When others are pending they run next.",
	"kfree_skb":                     "The packet is dropped. The reason is one of enum skb_drop_reason, and some counter has gone up with it.",
	"sched_switch":                  "The CPU changes from one task to another.",
	"tcp_rtx_queue_unlink_and_free": "The acknowledgement has come: the original leaves the retransmit queue and its buffer is free at last.",
	"tcp_stream_alloc_skb":          "A buffer is made for the send queue, with headroom for all headers that will be pushed in front.",
	"fib_table_lookup":              "The routing table is asked: the longest prefix that matches the destination wins.",
	"inet_sock_set_state":           "The connection changes its state (RFC 9293, figure 5).",
	"irq_handler_exit":              "The handler is done. On its way out the CPU looks whether softirqs were raised, and runs them (__irq_exit_rcu).",
	"irq_mask":                      "The driver tells the card not to interrupt any more. It is the first thing that the handler does, and it lasts until the polling is over.",
	"irq_unmask":                    "The driver lets the card interrupt again: the polling is over, and only now. What arrived since the last look at the ring interrupts at once.",
	"alloc_skb":                     "A descriptor and a buffer are made for a packet of the kernel's own, such as a pure acknowledgement.",
	"sock_alloc_send_pskb":          "A buffer is made for a datagram and counted against the sender's SO_SNDBUF, with headroom for all headers that will be pushed in front.",
	"skb_zerocopy_iter_stream":      "The pages of the program are attached to the sk_buff: it points to the bytes where they are.",
	"msg_zerocopy_complete":         "The last reference to the program's pages is gone: a note in the socket's error queue tells the program that it may write to them again.",
	"netdev_tx_sent_queue":          "Byte queue limits count what the card holds. More than it needs to stay busy would only wait in its ring, where no discipline can reorder it: the queue stops.",
	"netif_tx_wake_queue":           "The completion gave descriptors back to a queue that had none left: it starts again, and NET_TX runs its discipline.",
	"netif_tx_stop_queue":           "No descriptor of the TX ring is free: packets wait in the queueing discipline from here on.",
	"netif_schedule_queue":          "The completion brought the card's bytes below the byte queue limit: the queue starts again, and NET_TX runs its discipline.",
	"tcp_small_queue_check":         "Enough of this connection waits below TCP already (TCP small queues): the rest stays in the socket, where it can still be cancelled, merged or reordered.",
	"tcp_tsq_handler":               "A completion freed enough of what the connection had below TCP: it sends on.",
	"sk_stream_write_space":         "Acknowledged data have left the send queue: a writer that waits for room is told.",
	"sock_def_error_report":         "An error has reached the socket: whoever waits on it is told.",
	"tcp_retransmit_skb":            "A segment that is thought to be lost is sent again: another clone of the same bytes, which were kept for that.",
	"tcp_cwnd":                      "The congestion window has changed: how much may be under way at once.",
	"tcp_conn_request":              "A SYN has reached a listener: what is known of the connection so far is kept as a request, and answered with a SYN-ACK.",
	"tcp_send_active_reset":         "The connection is ended with a reset: its program closed it with data unread, or gave it up.",
	"inet_csk_complete_hashdance":   "The handshake is complete: the connection leaves the table of requests and joins the listener's accept queue.",
	"neigh_update":                  "The neighbour cache changes an entry's state: what it knows of an address, and for how long.",
	"net_dim":                       "Adaptive moderation looks at the packets of the last interrupts and chooses how long the card shall collect before the next.",
	"tso_cut":                       "The card cuts one frame from a super-segment: own headers, its part of the data.",
	"drop":                          "The device or the wire loses the frame before the kernel knows of it: there is no sk_buff yet, and no kfree_skb.",
}

// alias are other names for a stage: tracepoints and version-specific functions.
var alias = map[string]ID{
	"irq_handler_entry":          IRQHandler,
	"softirq_entry":              SoftIRQEntry,
	"napi_poll":                  NAPIPoll,
	"netif_receive_skb":          NetifReceive,
	"tcp_v6_rcv":                 TCPReceive,
	"udpv6_rcv":                  UDPReceive,
	"__udp4_lib_rcv":             UDPReceive,
	"__udp_enqueue_schedule_skb": UDPReceive,
	"ip6_forward":                Forward,
	"sched_wakeup":               TaskWakeup,
	"sk_data_ready":              SocketReadable,
	"sys_enter":                  SyscallEntry,
	"sys_exit":                   SyscallExit,
	"ip_generic_getfrag":         CopyFromUser,
	"ip6_output":                 IPOutput,
	"ip6_fragment":               Fragment,
	"qdisc_enqueue":              QdiscEnqueue,
	"qdisc_dequeue":              QdiscDequeue,
	"net_dev_xmit":               HardStartXmit,
	"skb_attempt_defer_free":     SkbFree,
	"kfree_skb_partial":          SkbFree,
	"rx_dma":                     RxDMA,
	"rx_post":                    RxRefill,
	"tx_desc":                    HardStartXmit,
	"doorbell":                   Doorbell,
	"tx_dma":                     TxDMA,
	"tx_done":                    TxDMA,
	"arp_process":                ARPReceive,
	"arp_send":                   NeighOutput,
	"neigh_event_send":           NeighOutput,
	"__neigh_event_send":         NeighOutput,
	"ip_rcv_core":                IPReceive,
	"skb_defer_free_flush":       SkbFree,
	"icmpv6_rcv":                 ICMPReceive,
	"icmp6_send":                 ICMPReceive,
	"icmp_send":                  ICMPReceive,
	"__pskb_copy_fclone":         SkbClone,
	"wakeup_softirqd":            SoftIRQEntry,

	"smp_call_function_single_async": SendIPI,
}
