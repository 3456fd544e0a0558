package lab

// DNS transport: RFC 1035 4.2, RFC 7766 (6.2.3: idle time-outs are the server's to choose; 8: length and message together).

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/loop"
)

// Bounds of DNS over TCP.
const (
	dnsMaxConns = 128
	dnsIdle     = 10 * time.Second
)

// packetConn is what the UDP side needs of a socket.
type packetConn interface {
	ReadFromAddrPort(p []byte) (int, netip.AddrPort, error)
	WriteToAddrPort(p []byte, to netip.AddrPort) (int, error)
	Close() error
}

// dnsServer answers from its zones.
type dnsServer struct {
	l     *loop.Loop
	zones *zones
	conns tracked
}

// serveUDP answers datagrams until the socket is closed. An application of the loop.
func (s *dnsServer) serveUDP(c packetConn) {
	buf := make([]byte, dns.MaxMsgSize)
	for {
		n, from, err := c.ReadFromAddrPort(buf)
		if err != nil {
			if closedError(err) {
				return
			}
			continue // an ICMP error for an earlier answer
		}
		if answer := s.zones.answer(buf[:n], true); answer != nil {
			c.WriteToAddrPort(answer, from)
		}
	}
}

// serveTCP accepts connections until the listener is closed. An application of the loop.
func (s *dnsServer) serveTCP(ln net.Listener) {
	s.conns.serve(s.l, ln, "dns", dnsMaxConns, func(c net.Conn) {
		for {
			s.l.Enter()
			now := s.l.Now()
			s.l.Exit()
			c.SetDeadline(time.Unix(0, now+int64(dnsIdle)))
			query, err := readDNS(c)
			if err != nil {
				return
			}
			answer := s.zones.answer(query, false)
			if answer == nil {
				return
			}
			if writeDNS(c, answer) != nil {
				return
			}
		}
	})
}

// readDNS reads one message with its two octets of length.
func readDNS(r io.Reader) ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	m := make([]byte, binary.BigEndian.Uint16(head[:]))
	_, err := io.ReadFull(r, m)
	return m, err
}

func writeDNS(w io.Writer, m []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(m)), uint16(len(m))), m...))
	return err
}
