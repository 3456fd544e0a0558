package tcp

// Counters are those of /proc/net/snmp (Tcp) and /proc/net/netstat (TcpExt),
// under the same names. They belong to one stack.
type Counters struct {
	// Tcp.
	ActiveOpens, PassiveOpens, AttemptFails, EstabResets uint64
	InSegs, OutSegs, RetransSegs, InErrs, OutRsts        uint64

	// TcpExt.
	ListenOverflows, ListenDrops                              uint64
	TW                                                        uint64
	PAWSEstab                                                 uint64
	DelayedACKs                                               uint64
	TCPHPHits                                                 uint64
	TCPRenoRecovery, TCPSackRecovery, TCPSACKReneging         uint64
	TCPTimeouts, TCPFastRetrans                               uint64
	TCPSlowStartRetrans                                       uint64
	TCPDSACKOldSent, TCPDSACKOfoSent, TCPDSACKRecv            uint64
	TCPAbortOnData, TCPAbortOnClose, TCPAbortOnTimeout        uint64
	TCPOFOQueue, TCPOFODrop, OfoPruned                        uint64
	TCPRcvCoalesce, TCPRcvQDrop, TCPBacklogDrop               uint64
	TCPZeroWindowDrop                                         uint64
	TCPChallengeACK, TCPSYNChallenge                          uint64
	TCPACKSkippedSynRecv, TCPACKSkippedSeq, TCPACKSkippedPAWS uint64
	TCPACKSkippedChallenge                                    uint64
	TCPKeepAlive, TCPWinProbe, TCPToZeroWindowAdv             uint64

	// Of our own: how often small queues held a connection back.
	TSQThrottles uint64
}
