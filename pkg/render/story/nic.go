package story

// Step 7: the network card. IEEE 802.3 clauses 3 and 4; the stages of the kernel are
// Linux's.

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

func (r *run) nicStep(s *Step) {
	s.Title = "The network card"
	s.About = "The host and its card share two rings of descriptors in memory. To send, the host fills a descriptor and rings the doorbell; the card fetches the frame by DMA and puts it on the wire. An interrupt tells when it is done. Between memory and wire the CPU moves no byte."
	f := r.leaving()
	if f == nil {
		s.never("no frame of the connection left the card.")
	} else {
		r.transmission(s, f)
	}
	r.reception(s)
	r.totals(s)
}

// leaving is the frame whose way out is told: the request's first, else the
// connection's first.
func (r *run) leaving() *frame {
	if q := r.request(); len(q.packets) > 0 {
		for i := range r.frames {
			if r.frames[i].number == q.packets[0] {
				return &r.frames[i]
			}
		}
	}
	for _, f := range r.stream() {
		if f.out && f.number > 0 {
			return f
		}
	}
	if r.conn != nil { // a record without segments has frames all the same
		if e := r.opening(); e != nil {
			return r.frameOf(e.Pkt)
		}
	}
	return nil
}

// onWire tells what a frame is on the wire.
func (s *Part) onWire(e *trace.Event, n int) {
	s.number("frame", int64(e.Len), "bytes", n)
	s.modelled(e)
	if int(e.NIC.Wire-e.Len) == wire.EthernetOverhead {
		s.textf(n, "on the wire", "%d bytes: preamble %d, start frame delimiter %d, frame %d, FCS %d, gap %d",
			e.NIC.Wire, wire.EthernetPreambleLen, wire.EthernetSFDLen, e.Len, wire.EthernetFCSLen, wire.EthernetIFG)
	} else {
		s.number("on the wire", int64(e.NIC.Wire), "bytes", n)
	}
	s.modelled(e)
	s.textf(n, "FCS", "0x%08x", e.NIC.FCS)
	s.modelled(e)
}

func (r *run) transmission(s *Step, f *frame) {
	e, n := f.ev, f.number
	pkt := e.Pkt
	if cut := r.first(trace.TSOCut, func(x *trace.Event) bool { return x.Pkt == e.Pkt }); cut != nil {
		pkt = cut.Parent
		s.textf(n, "cut by the card", "from a super-segment: TSO")
		s.modelled(cut)
	}
	s.told("Packet %d left through slot %d of the transmit ring.", n, e.NIC.Slot)
	mine := func(x *trace.Event) bool { return x.Pkt == pkt && x.Dev == r.o.Dev }
	if d := r.prev(trace.TxDesc, r.o.Client, e.Seq, mine); d != nil {
		s.textf(n, "descriptor filled", "slot %d; the card then owned %d", d.NIC.Slot, d.NIC.Fill)
		if bell := r.next(trace.Doorbell, r.o.Client, d.Seq, func(x *trace.Event) bool { return x.Dev == r.o.Dev }); bell != nil {
			s.number("doorbell rung at", r.at(bell), "ns", n)
		} else {
			s.missing("doorbell")
		}
		if x := r.prev(trace.DevXmit, r.o.Client, e.Seq, mine); x != nil {
			s.text("context of net_dev_xmit", x.Ctx.String(), n)
		} else {
			s.missing("net_dev_xmit")
		}
	} else {
		s.missing("descriptor filled")
	}
	s.number("last bit on the wire at", r.at(e), "ns", n)
	s.modelled(e)
	s.onWire(e, n)
	if d := r.next(trace.TxDone, r.o.Client, e.Seq, mine); d != nil {
		s.textf(n, "descriptor done", "slot %d", d.NIC.Slot)
		s.modelled(d)
		if c := r.next(trace.TxComplete, r.o.Client, d.Seq, mine); c != nil {
			s.textf(n, "buffer freed", "in %s, %s later, by the NAPI poll", c.Ctx, duration(c.Time-d.Time))
		} else {
			s.text("buffer freed", Missing, 0)
		}
	} else {
		s.missing("descriptor done")
	}
}

// arriving is the frame whose way in is told: the server's first on the connection.
func (r *run) arriving() *frame {
	for _, f := range r.stream() {
		if !f.out && f.number > 0 && f.lost == "" {
			return f
		}
	}
	return nil
}

func (r *run) reception(s *Step) {
	p := s.add("The way in", "The card checks the FCS and the MAC address, writes the frame into the next posted buffer and raises its interrupt. The handler only masks it and schedules NAPI; the work is done in the softirq, which polls until the ring is empty or its budget is used up, and then unmasks the interrupt.")
	f := r.arriving()
	if f == nil {
		p.never("no frame of the server was taken in.")
		return
	}
	e, n, c := f.ev, f.number, r.o.Client
	p.told("Packet %d came in through slot %d of the receive ring.", n, e.NIC.Slot)
	p.textf(n, "written by DMA", "slot %d; %d posted buffers were left", e.NIC.Slot, e.NIC.Fill)
	p.modelled(e)
	p.onWire(e, n)
	dev := func(x *trace.Event) bool { return x.Dev == r.o.Dev }
	mask, unmask := r.prev(trace.IRQMask, c, e.Seq, dev), r.prev(trace.IRQUnmask, c, e.Seq, dev)
	from := e.Seq
	if mask != nil && (unmask == nil || unmask.Seq < mask.Seq) {
		p.text("interrupt", "none for this frame: it was masked, and NAPI was polling already", 0)
		from = mask.Seq - 2 // the interrupt that began this round
		if irq := r.prev(trace.IRQ, c, mask.Seq, dev); irq != nil {
			from = irq.Seq - 1
		}
	}
	step := func(name string, k trace.Kind, stage string, keep func(*trace.Event) bool) *trace.Event {
		x := r.next(k, c, from, keep)
		if x == nil {
			p.missing(name)
			return nil
		}
		p.textf(0, name, "%s after the DMA, in %s%s", duration(x.Time-e.Time), x.Ctx, stage)
		p.modelled(x)
		return x
	}
	irq := step("interrupt taken", trace.IRQ, "", dev)
	if irq != nil {
		p.number("its vector", int64(irq.NIC.Vector), "", 0)
	}
	step("interrupt masked", trace.IRQMask, "", dev)
	step("NAPI scheduled", trace.NAPISchedule, "", dev)
	net := func(x *trace.Event) bool { return x.Text == "NET_RX" }
	step("softirq raised", trace.SoftIRQRaise, ": NET_RX", net)
	step("softirq begins", trace.SoftIRQEntry, ": net_rx_action", net)
	from = e.Seq
	mine := func(x *trace.Event) bool { return x.Pkt == e.Pkt && x.Dev == r.o.Dev }
	skb := step("sk_buff built around the buffer", trace.SkbBuild, "", mine)
	if skb != nil {
		from = skb.Seq
	}
	step("ring refilled", trace.RxPost, "", dev)
	if g := step("GRO", trace.GROReceive, "", mine); g != nil {
		p.Facts[len(p.Facts)-1].Value.Text += ": " + orElse(g.Text, "normal")
	}
	step("up the stack (netif_receive_skb)", trace.NetifReceive, "", mine)
	if x := step("NAPI poll ended", trace.NAPIPoll, "", dev); x != nil {
		p.Facts[len(p.Facts)-1].Value.Text += fmt.Sprintf(": %s of %d allowed", count(int(x.NIC.Work), "packet"), x.NIC.Budget)
	}
	step("NAPI complete", trace.NAPIComplete, "", dev)
	step("interrupt unmasked", trace.IRQUnmask, "", dev)
	step("softirq ends", trace.SoftIRQExit, "", net)
}

func (r *run) totals(s *Step) {
	p := s.add("The card in the whole run", "While NAPI polls, the interrupt stays masked: under load one interrupt serves many packets.")
	c := r.o.Client
	dev := func(x *trace.Event) bool { return x.Dev == r.o.Dev }
	out, in := r.of(trace.TxDMA, c, dev), r.of(trace.RxDMA, c, dev)
	if len(out)+len(in) == 0 {
		p.never("no frame passed the card.")
		return
	}
	p.told("%s out, %s in.", count(len(out), "frame"), count(len(in), "frame"))
	p.number("frames out", int64(len(out)), "packets", 0)
	p.number("frames in", int64(len(in)), "packets", 0)
	p.number("interrupts", int64(len(r.of(trace.IRQ, c, dev))), "times", 0)
	polls := r.of(trace.NAPIPoll, c, dev)
	most, low := int32(0), int32(-1)
	for _, e := range polls {
		most = max(most, e.NIC.Work)
	}
	p.number("NAPI polls", int64(len(polls)), "times", 0)
	p.number("most packets in one poll", int64(most), "packets", 0)
	for _, e := range in {
		if low < 0 || e.NIC.Fill < low {
			low = e.NIC.Fill
		}
	}
	if low >= 0 {
		p.number("fewest posted buffers", int64(low), "buffers", 0)
	}
	merged := r.of(trace.GROReceive, c, func(x *trace.Event) bool { return dev(x) && x.ParentOp == trace.GRO })
	p.number("merged by GRO", int64(len(merged)), "packets", 0)
	if n := len(r.of(trace.TimeSqueeze, c, nil)); n > 0 {
		p.number("polls that ran out of budget", int64(n), "times", 0)
	}
	dropped := 0
	for i := range r.frames {
		f := &r.frames[i]
		if f.ev.Kind != trace.Drop || f.number == 0 {
			continue
		}
		if dropped++; dropped <= maxListed {
			p.text("dropped by the card", f.ev.Drop.String(), f.number)
			p.modelled(f.ev)
		}
	}
	if dropped > maxListed {
		p.number("further drops by the card", int64(dropped-maxListed), "packets", 0)
	}
}
