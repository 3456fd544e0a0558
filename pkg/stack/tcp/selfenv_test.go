package tcp

import (
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
)

// selfEnv delivers at once what is sent, as a loopback device without a queue would.
type selfEnv struct {
	t    *testing.T
	pool skb.Pool
}

func (e *selfEnv) Output(now int64, c *Conn, s *skb.SKB) { c.Segment(now, s) }
func (e *selfEnv) Free(s *skb.SKB)                       { s.Free() }
func (e *selfEnv) SetTimer(*Conn, int64)                 {}
func (e *selfEnv) Notify(*Conn, Event)                   {}
