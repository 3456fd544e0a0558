package tcp

import (
	"encoding/binary"
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// FuzzConn feeds a connection whatever the bytes say: segments near to its sequence
// numbers or arbitrary, user calls, time. Nothing may panic, the invariants hold
// after each step, and when it is over no buffer is left.
func FuzzConn(f *testing.F) {
	f.Add([]byte{0, 0x12, 0, 1, 0, 0, 200, 50, 1, 1, 1, 0, 0, 2, 2, 9, 9, 9, 9, 9, 9, 9, 9})
	f.Add([]byte{1, 0x10, 0, 0, 3, 3, 3, 0x11, 1, 1, 0, 5, 5, 5, 4, 4, 4, 2, 2, 2, 2})
	f.Add([]byte{0x44, 0x12, 0, 1, 0, 2, 250, 10, 2, 250, 0x10, 0, 1, 0, 12, 6, 200, 7, 7, 3, 3, 3})
	f.Add([]byte("\x05\x12\x00\x01\x00\x02\xff\x02\xff\x0d\x10\x00\x00\x00\x0c\x30\x05\x00\x0c\x50\x02\x00\x06\x0d\x10\x01\x00\x04"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) == 0 {
			return
		}
		mode := in[0]
		in = in[1:]
		next := func() byte {
			if len(in) == 0 {
				return 0
			}
			b := in[0]
			in = in[1:]
			return b
		}
		cfg := Config{
			NoTimestamps: mode&1 != 0, NoSACK: mode&2 != 0, NoWindowScale: mode&4 != 0,
			RecvBuf: 16384, SendBuf: 30000, Retries: 4,
			KeepAlive: KeepAlive{On: mode&8 != 0, Idle: 5e9, Interval: 1e9, Count: 2},
		}
		if mode&16 != 0 {
			cfg.CongestionControl = "reno"
		}
		if mode&32 != 0 {
			cfg.GSOMax = 65536
		}
		var s *script
		if mode&64 != 0 {
			s = newListenScript(t, cfg, 2)
		} else {
			s = newScript(t, cfg)
			if err := s.c.Connect(s.now); err != nil {
				t.Fatal(err)
			}
		}
		s.maxSeg = 0
		s.iss, s.irs = ^uint32(0)-uint32(mode), uint32(mode)<<20
		buf := make([]byte, 4096)
		for len(in) > 0 {
			s.out = s.out[:0]
			s.rec.Events = s.rec.Events[:0]
			s.now += int64(next()) * ms / 8
			c := s.c
			switch op := next() % 16; {
			case op < 9 || c == nil:
				fuzzSegment(s, op, next)
			case op == 9:
				c.Write(s.now, pattern(int(next())*100))
			case op == 10:
				c.Read(s.now, buf[:int(next())*16])
			case op == 11:
				s.run(int64(next()) * 50 * ms)
			case op == 12:
				c.CloseWrite(s.now)
			case op == 13:
				if next() < 40 {
					c.Close(s.now)
				}
			case op == 14:
				c.SetMTU(s.now, 60+int(next())*8)
				s.c.SetNoDelay(s.now, next()&1 != 0)
			case op == 15:
				if s.l != nil {
					s.l.Accept()
				}
				c.ICMPError(s.now, ErrClosed, next()&1 != 0)
			}
			if s.c != nil {
				check(t, s.c)
			}
		}
		s.out = nil
		s.done()
	})
}

// fuzzSegment builds a segment out of the input, with numbers near to those that
// matter, or raw bytes.
func fuzzSegment(s *script, op byte, next func() byte) {
	if op == 8 {
		n := int(next())
		b := s.pool.Alloc(skb.Headroom, n)
		p := b.Put(n)
		for i := range p {
			p[i] = next()
		}
		if s.c != nil {
			s.c.Segment(s.now, b)
		} else if rst := s.l.Segment(s.now, addrA, addrB, b); rst != nil {
			rst.Free()
		}
		return
	}
	x := seg{flags: wire.TCPFlags(next()), wnd: 1}
	seq, ack := s.irs, s.iss
	if c := s.c; c != nil {
		seq, ack = c.rcvNxt, c.sndUna
		switch next() % 4 {
		case 1:
			ack = c.sndNxt
		case 2:
			ack += (c.sndNxt - c.sndUna) / 2
		case 3:
			seq = c.rcvAdv
		}
		if c.opt.ts && op != 7 {
			x.opt.HasTS, x.opt.TSVal, x.opt.TSEcr = true, c.opt.tsRecent+uint32(int8(next())), c.tsNow(s.now)-uint32(next())
		}
		for range next() % 4 {
			left := c.sndUna + uint32(next())*64
			x.opt.SACK[x.opt.NSACK] = wire.SACKBlock{Left: left, Right: left + uint32(next())*64}
			x.opt.NSACK++
		}
	}
	x.seq = seq + uint32(int32(int8(next()))*100)
	x.ack = ack + uint32(int32(int8(next()))/32)
	x.wnd = binary.BigEndian.Uint16([]byte{next(), next()})
	if x.flags&wire.SYN != 0 {
		x.opt.HasMSS, x.opt.MSS = true, uint16(next())*16
		x.opt.SACKPermitted = next()&1 == 0
		x.opt.HasWScale, x.opt.WScale = true, next()%15
		x.opt.HasTS, x.opt.TSVal = true, 77
	}
	x.data = pattern(int(next()) * int(op))
	b := x.build(&s.pool, addrB, addrA)
	switch {
	case s.c != nil && (s.c.state != StateClosed || s.l == nil):
		s.c.Segment(s.now, b)
	default:
		if rst := s.l.Segment(s.now, addrA, addrB, b); rst != nil {
			rst.Free()
		}
	}
}
