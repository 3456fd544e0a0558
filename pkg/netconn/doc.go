// Package netconn gives a host's sockets the interfaces of package net.
//
// A [Net] belongs to one host. Its connections are ordinary net.Conn,
// net.Listener and net.PacketConn values: they block, have deadlines, and
// return *net.OpError around the errors that package net would give
// (os.ErrDeadlineExceeded, net.ErrClosed, syscall.ECONNREFUSED and so on), so
// that code written for the kernel's sockets runs on netkit's stack unchanged.
//
//	Read:  Enter ─> try ─> data, EOF or error ───────────────> Exit
//	                 │ would block                    ▲
//	                 └─> Wait on the socket's queue ──┘  (or the deadline, or Close)
//
// Enter and Exit are the host's system call: they take the loop's baton and, in
// virtual time, the CPU. Deadlines are moments of the loop's clock.
//
// All methods may be called by several goroutines at once on a real loop. On a
// virtual loop only its applications may call them.
package netconn
