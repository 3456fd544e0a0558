package lab

// The DNS forwarder on the gateway's own address: RFC 5625 (3: be transparent; 4.4.1: forward TCP too).
// This file runs goroutines and blocks on sockets of this machine; it enters the
// loop for everything that is the lab's.

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/netconn"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Bounds of the forwarder.
const (
	maxForwards    = 128             // UDP queries on their way; more are dropped
	maxForwardTCP  = 32              // TCP clients
	forwardTimeout = 2 * time.Second // for one resolver to answer once
	forwardRounds  = 2               // through all resolvers
)

// dnsForwarder passes messages on unchanged, to the resolvers of this machine.
type dnsForwarder struct {
	u       *uplink
	servers []netip.AddrPort
	hosts   *hostsFile
	udp     *netconn.PacketConn
	conns   tracked
	pending int
	ctx     context.Context
	cancel  context.CancelFunc
}

// start opens the forwarder's sockets.
func (u *uplink) start() error {
	d := &u.dns
	d.u = u
	d.servers = u.cfg.Resolvers
	if d.servers == nil {
		openNames(orElse(u.cfg.ResolvConf, resolvConfPath()), func(r io.Reader) { d.servers = parseResolvConf(r) })
	}
	d.hosts = parseHosts(strings.NewReader(""))
	openNames(orElse(u.cfg.HostsFile, hostsPath()), func(r io.Reader) { d.hosts = parseHosts(r) })
	d.ctx, d.cancel = context.WithCancel(context.Background())
	n := u.lab.Dialer("gw")
	tcp, err := n.Listen("tcp", ":53")
	if err != nil {
		return err
	}
	if d.udp, err = n.ListenPacket("udp", ":53"); err != nil {
		return err
	}
	u.l.Enter()
	defer u.l.Exit()
	u.task("uplink dns udp", d.serveUDP)
	u.task("uplink dns tcp", func() { d.conns.serve(u.l, tcp, "uplink dns", maxForwardTCP, d.serveTCP) })
	return nil
}

func orElse(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

func (d *dnsForwarder) close() {
	if d.cancel == nil {
		return // never started
	}
	d.cancel()
	d.udp.Close()
	d.conns.close(d.u.l)
}

func (d *dnsForwarder) serveUDP() {
	buf := make([]byte, dns.MaxMsgSize)
	u := d.u
	for {
		n, from, err := d.udp.ReadFromAddrPort(buf)
		if err != nil {
			if closedError(err) {
				return
			}
			continue // an ICMP error for an earlier answer
		}
		query := append([]byte(nil), buf[:n]...)
		u.l.Enter()
		if d.pending < maxForwards {
			d.pending++
			u.task("uplink dns", func() {
				if answer := d.answer(query, "udp"); answer != nil {
					d.udp.WriteToAddrPort(answer, from)
				}
				u.l.Enter()
				d.pending--
				u.l.Exit()
			})
		}
		u.l.Exit()
	}
}

func (d *dnsForwarder) serveTCP(c net.Conn) {
	for {
		d.u.l.Enter()
		now := d.u.l.Now()
		d.u.l.Exit()
		c.SetDeadline(time.Unix(0, now+int64(dnsIdle)))
		query, err := readDNS(c)
		if err != nil {
			return
		}
		c.SetDeadline(time.Time{})
		answer := d.answer(query, "tcp")
		if answer == nil || writeDNS(c, answer) != nil {
			return
		}
	}
}

// answer answers from the hosts file, else has a resolver answer. nil: the bytes
// are no query.
func (d *dnsForwarder) answer(query []byte, network string) []byte {
	if len(query) < 12 || query[2]&0x80 != 0 {
		return nil
	}
	if a := d.fromHosts(query); a != nil {
		return a
	}
	if len(d.servers) == 0 {
		return d.fromSystem(query)
	}
	var poor []byte
	for range forwardRounds {
		for _, s := range d.servers {
			a, err := d.exchange(query, network, s)
			if err != nil {
				if d.ctx.Err() != nil {
					return nil
				}
				continue
			}
			// Another resolver may do better, as with res_send(3).
			switch a[3] & 0xf {
			case dns.RcodeServerFailure, dns.RcodeRefused, dns.RcodeNotImplemented:
				if poor == nil {
					poor = a
				}
				continue
			}
			return a
		}
		if poor != nil {
			return poor
		}
	}
	return failure(query)
}

// failure is SERVFAIL for a query, with its question if that can be read.
func failure(query []byte) []byte {
	var q dns.Msg
	if q.Unpack(query) != nil {
		return append([]byte{query[0], query[1], 0x80 | query[2]&0x79, dns.RcodeServerFailure}, make([]byte, 8)...)
	}
	r := new(dns.Msg).SetRcode(&q, dns.RcodeServerFailure)
	b, _ := r.Pack()
	return b
}

// exchange sends the query to a resolver as it is and waits for its answer.
func (d *dnsForwarder) exchange(query []byte, network string, server netip.AddrPort) (answer []byte, err error) {
	flow := trace.Flow{Proto: wire.ProtoUDP, Dst: server}
	if network == "tcp" {
		flow.Proto = wire.ProtoTCP
	}
	d.note(trace.UplinkDial, flow, "dns forwarder")
	defer func() {
		if err != nil {
			d.note(trace.UplinkRefused, flow, err.Error())
		} else {
			d.note(trace.UplinkClose, flow, "dns forwarder")
		}
	}()
	ctx, cancel := d.u.l.WithTimeout(d.ctx, forwardTimeout)
	defer cancel()
	var nd net.Dialer
	c, err := nd.DialContext(ctx, network, server.String())
	if err != nil {
		return nil, err
	}
	defer c.Close()
	// The end of the time is a deadline long past.
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "tcp" {
		if err := writeDNS(c, query); err != nil {
			return nil, err
		}
		answer, err := readDNS(c)
		if err == nil && len(answer) < 12 {
			err = io.ErrUnexpectedEOF
		}
		return answer, err
	}
	if _, err := c.Write(query); err != nil {
		return nil, err
	}
	buf := make([]byte, dns.MaxMsgSize)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return nil, err
		}
		// Anything else is late, or forged by somebody who guesses ports.
		if n >= 12 && buf[0] == query[0] && buf[1] == query[1] && buf[2]&0x80 != 0 {
			return buf[:n:n], nil
		}
	}
}

func (d *dnsForwarder) note(k trace.Kind, flow trace.Flow, text string) {
	d.u.l.Enter()
	d.u.event(k, flow, text)
	d.u.l.Exit()
}

// question reads a query for one name of class IN.
func questionOf(query []byte) (q dns.Msg, ok bool) {
	ok = q.Unpack(query) == nil && q.Opcode == dns.OpcodeQuery && len(q.Question) == 1 && q.Question[0].Qclass == dns.ClassINET
	return q, ok
}

const hostsTTL = 0 // what a file says may change at any time

// fromHosts answers what the hosts file knows. A name that it has is not asked
// for elsewhere, also for a type that it does not have.
func (d *dnsForwarder) fromHosts(query []byte) []byte {
	q, ok := questionOf(query)
	if !ok {
		return nil
	}
	qn := q.Question[0]
	switch qn.Qtype {
	case dns.TypeA, dns.TypeAAAA:
		if addrs, ok := d.hosts.lookup(qn.Name); ok {
			return addressAnswer(&q, addrs)
		}
	case dns.TypePTR:
		if name := d.hosts.names[strings.ToLower(qn.Name)]; name != "" {
			r := new(dns.Msg).SetReply(&q)
			r.RecursionAvailable = true
			r.Answer = []dns.RR{&dns.PTR{Hdr: dns.RR_Header{Name: qn.Name, Rrtype: dns.TypePTR, Class: dns.ClassINET, Ttl: hostsTTL}, Ptr: dns.Fqdn(name)}}
			b, _ := r.Pack()
			return b
		}
	}
	return nil
}

func addressAnswer(q *dns.Msg, addrs []netip.Addr) []byte {
	r := new(dns.Msg).SetReply(q)
	r.RecursionAvailable = true
	qn := q.Question[0]
	h := dns.RR_Header{Name: qn.Name, Rrtype: qn.Qtype, Class: dns.ClassINET, Ttl: hostsTTL}
	for _, a := range addrs {
		switch {
		case a.Is4() && qn.Qtype == dns.TypeA:
			r.Answer = append(r.Answer, &dns.A{Hdr: h, A: a.AsSlice()})
		case a.Is6() && qn.Qtype == dns.TypeAAAA:
			r.Answer = append(r.Answer, &dns.AAAA{Hdr: h, AAAA: a.AsSlice()})
		}
	}
	r.Truncate(dns.MinMsgSize)
	b, _ := r.Pack()
	return b
}

// fromSystem answers on machines whose resolvers cannot be read from a file:
// addresses only, from the system's own lookup.
func (d *dnsForwarder) fromSystem(query []byte) []byte {
	q, ok := questionOf(query)
	if !ok || q.Question[0].Qtype != dns.TypeA && q.Question[0].Qtype != dns.TypeAAAA {
		return failure(query)
	}
	network := "ip4"
	if q.Question[0].Qtype == dns.TypeAAAA {
		network = "ip6"
	}
	ctx, cancel := d.u.l.WithTimeout(d.ctx, forwardTimeout*forwardRounds)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, network, q.Question[0].Name)
	if err != nil {
		if e, ok := err.(*net.DNSError); ok && e.IsNotFound {
			b, _ := new(dns.Msg).SetRcode(&q, dns.RcodeNameError).Pack()
			return b
		}
		return failure(query)
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addressAnswer(&q, addrs)
}
