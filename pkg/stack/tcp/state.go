package tcp

import "github.com/netkit-go/netkit/pkg/trace"

// States: RFC 9293 3.3.2.

// State is a connection's state. The numbers are those of trace events.
type State uint8

// The eleven states.
const (
	StateClosed State = iota
	StateListen
	StateSynSent
	StateSynReceived
	StateEstablished
	StateFinWait1
	StateFinWait2
	StateCloseWait
	StateClosing
	StateLastAck
	StateTimeWait
)

var stateNames = [...]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
	"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// synchronized reports the states after the handshake.
func (s State) synchronized() bool { return s >= StateEstablished }

// mayReceive reports the states in which the peer's data are still to come.
func (s State) mayReceive() bool {
	return s == StateEstablished || s == StateFinWait1 || s == StateFinWait2
}

func (c *Conn) setState(now int64, s State) {
	old := c.state
	if old == s {
		return
	}
	c.state = s
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.SockState, Stage: "inet_sock_set_state", Flow: c.flowOut()}
		e.TCP = trace.TCP{Conn: c.ID, Old: uint8(old), New: uint8(s)}
		c.tr.Emit(e)
	}
}
