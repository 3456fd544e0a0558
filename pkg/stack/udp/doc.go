// Package udp is the receiving side of UDP: which socket a datagram belongs to,
// and the bounded queue in which it waits there.
//
//	datagram ── Table.Lookup: exact four-tuple, bound address, bound port ── Socket.Queue ── Recv
//
// A socket's queue takes datagrams while it holds no more than RecvBuf bytes of
// buffers; what comes then is dropped, the newest first to suffer, and counted as
// UdpRcvbufErrors, as in Linux. A table holds at most MaxSockets sockets.
package udp
