package capture

// pcapng reader: draft-ietf-opsawg-pcapng sections 3.1 (blocks), 3.5 (options),
// 4.1-4.7, and appendix A for the obsolete Packet Block.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

// bodyMin is the fixed part of each known block between its two lengths.
func bodyMin(kind uint32) int {
	switch kind {
	case blockInterface:
		return 8
	case blockPacket, blockEnhanced:
		return 20
	case blockSimple, blockNames:
		return 4
	case blockStatistics:
		return 12
	case blockSecrets:
		return 8
	}
	return 0
}

// nextBlock reads blocks until one holds a packet.
func (r *Reader) nextBlock(p *Packet) error {
	for {
		b, err := r.head(8)
		if err != nil {
			return err
		}
		kind := r.u32(b)
		if kind == blockSection {
			if err := r.readSection(); err != nil {
				return err
			}
			if r.OnMeta != nil {
				r.OnMeta(r.section)
			}
			continue
		}
		size := r.u32(b[4:])
		if size < 12 || size&3 != 0 {
			return r.malformed("block type %#x says it is %d bytes long", kind, size)
		}
		known := false
		switch kind {
		case blockInterface, blockPacket, blockSimple, blockEnhanced:
			known = true
		case blockNames, blockStatistics, blockSecrets:
			known = r.OnMeta != nil
		default:
			r.skipped++
		}
		if !known {
			if err := r.skipBlock(size); err != nil {
				return err
			}
			continue
		}
		if size > MaxRecord {
			return r.fail(ErrTooLong, fmt.Sprintf("block type %#x of %d bytes", kind, size))
		}
		if int(size)-12 < bodyMin(kind) {
			return r.malformed("block type %#x of only %d bytes", kind, size)
		}
		block, err := r.take(int(size))
		if err != nil {
			return err
		}
		if err := r.checkTrailer(block); err != nil {
			return err
		}
		body := block[8 : size-4]
		switch kind {
		case blockEnhanced:
			err = r.enhanced(p, body)
		case blockSimple:
			err = r.simple(p, body)
		case blockPacket:
			err = r.obsolete(p, body)
		case blockInterface:
			if err = r.describe(body); err != nil {
				return err // later packets depend on it
			}
			continue
		case blockSecrets:
			err = r.secrets(body)
		case blockNames:
			err = r.names(body)
		case blockStatistics:
			err = r.statistics(body)
		}
		if err != nil {
			r.passOver(err)
			*p = Packet{}
			continue
		}
		if kind == blockEnhanced || kind == blockSimple || kind == blockPacket {
			return nil
		}
	}
}

// passOver notes damage inside a block whose two lengths agree: what follows it
// can be read. The end of the file will tell.
func (r *Reader) passOver(err error) {
	if r.damage == nil {
		r.damage = err
	}
	r.damaged++
}

// end is what Next returns at the end of the file.
func (r *Reader) end() error {
	var e *Error
	if !errors.As(r.damage, &e) {
		return io.EOF
	}
	if r.damaged > 1 {
		e.Detail += fmt.Sprintf("; and %d more damaged blocks, all passed over", r.damaged-1)
	} else {
		e.Detail += "; passed over"
	}
	return e
}

func (r *Reader) checkTrailer(block []byte) error {
	n := len(block)
	if first, last := r.u32(block[4:]), r.u32(block[n-4:]); first != last {
		return r.malformed("block length is %d before and %d after it", first, last)
	}
	return nil
}

func (r *Reader) skipBlock(size uint32) error {
	if err := r.skip(int64(size) - 4); err != nil {
		return err
	}
	b, err := r.take(4)
	if err != nil {
		return err
	}
	if last := r.u32(b); last != size {
		return r.malformed("block length is %d before and %d after it", size, last)
	}
	return nil
}

// readSection reads a Section Header Block; all interfaces before it are gone.
func (r *Reader) readSection() error {
	b, err := r.br.Peek(12)
	if err != nil {
		return r.short(12, len(b), err)
	}
	switch {
	case binary.LittleEndian.Uint32(b[8:]) == byteOrderMagic:
		r.bigEndian = false
	case binary.BigEndian.Uint32(b[8:]) == byteOrderMagic:
		r.bigEndian = true
	default:
		return r.malformed("section header without byte-order magic: % x", b[8:12])
	}
	size := r.u32(b[4:])
	switch {
	case size < 28 || size&3 != 0:
		return r.malformed("section header says it is %d bytes long", size)
	case size > MaxRecord:
		return r.fail(ErrTooLong, fmt.Sprintf("section header of %d bytes", size))
	}
	block, err := r.take(int(size))
	if err != nil {
		return err
	}
	if err := r.checkTrailer(block); err != nil {
		r.passOver(err) // libpcap reads on, too
	}
	// "Readers of pcapng files MUST treat a Minor Version of 2 as equivalent
	// to a Minor Version of 0".
	if major, minor := r.u16(block[12:]), r.u16(block[14:]); major != 1 || minor != 0 && minor != 2 {
		return r.fail(ErrUnknownVersion, fmt.Sprintf("pcapng %d.%d", major, minor))
	}
	s := SectionInfo{}
	ok := r.options(block[24:size-4], func(code uint16, v []byte) {
		switch code {
		case optComment:
			s.Comments = append(s.Comments, string(v))
		case optSHBHardware:
			s.Hardware = string(v)
		case optSHBOS:
			s.OS = string(v)
		case optSHBUserAppl:
			s.Application = string(v)
		}
	})
	if !ok {
		r.passOver(r.malformed("options of the section header run past its end"))
	}
	r.section = s
	r.sections++
	r.interfaces = nil
	r.described = 0
	return nil
}

// describe reads an Interface Description Block. Damaged options are an error
// here: the unit of time may be among what was lost.
func (r *Reader) describe(body []byte) error {
	r.described += len(body)
	if len(r.interfaces) >= MaxInterfaces || r.described > MaxRecord {
		return r.fail(ErrTooLong, fmt.Sprintf("the section describes more than %d interfaces or %d bytes of them", MaxInterfaces, MaxRecord))
	}
	i := Interface{
		LinkType:    LinkType(r.u16(body)),
		RawLinkType: uint32(r.u16(body)),
		SnapLen:     r.u32(body[4:]),
		Resolution:  Microseconds,
	}
	ok := r.options(body[8:], func(code uint16, v []byte) {
		switch n := len(v); {
		case code == optComment:
			i.Comments = append(i.Comments, string(v))
		case code == optIfName:
			i.Name = string(v)
		case code == optIfDescription:
			i.Description = string(v)
		case code == optIfOS:
			i.OS = string(v)
		case code == optIfHardware:
			i.Hardware = string(v)
		case code == optIfIPv4 && n == 8:
			mask := binary.BigEndian.Uint32(v[4:])
			bits := 0
			for mask<<bits&0x80000000 != 0 {
				bits++
			}
			i.Addrs = append(i.Addrs, netip.PrefixFrom(netip.AddrFrom4([4]byte(v)), bits))
		case code == optIfIPv6 && n == 17 && v[16] <= 128:
			i.Addrs = append(i.Addrs, netip.PrefixFrom(netip.AddrFrom16([16]byte(v)), int(v[16])))
		case code == optIfMAC && n == 6:
			i.MAC = append([]byte(nil), v...)
		case code == optIfSpeed && n == 8:
			i.Speed = r.u64(v)
		case code == optIfTSResol && n == 1:
			i.Resolution = Resolution(v[0])
		case code == optIfFCSLen && n == 1:
			i.FCSLen = v[0]
		case code == optIfTSOffset && n == 8:
			i.TimeOffset = int64(r.u64(v))
		}
	})
	if !ok {
		return r.malformed("options of interface %d run past the end of its block", len(r.interfaces))
	}
	r.interfaces = append(r.interfaces, i)
	if r.OnMeta != nil {
		r.OnMeta(i)
	}
	return nil
}

// options calls f for each option, and reports whether the list was whole.
// "Code that reads pcapng files MUST NOT assume an option list will have an
// opt_endofopt option at the end".
func (r *Reader) options(b []byte, f func(code uint16, value []byte)) bool {
	for len(b) >= 4 {
		code, n := r.u16(b), int(r.u16(b[2:]))
		if code == optEnd {
			return true
		}
		b = b[4:]
		if n > len(b) {
			return false
		}
		f(code, b[:n])
		b = b[min((n+3)&^3, len(b)):]
	}
	return len(b) == 0
}

// packet fills p with a packet of interface id. rest is the data with its
// padding and the options.
func (r *Reader) packet(p *Packet, id uint32, units uint64, captured, orig uint32, rest []byte) error {
	if uint64(id) >= uint64(len(r.interfaces)) {
		return r.malformed("packet of interface %d; the section has described %d", id, len(r.interfaces))
	}
	if uint64(captured) > uint64(len(rest)) {
		return r.malformed("captured length %d in a block that has room for %d", captured, len(rest))
	}
	i := &r.interfaces[id]
	p.Interface = int(id)
	p.LinkType = i.LinkType
	p.Time = i.time(units)
	p.Data = rest[:captured:captured]
	p.OrigLen = length(orig)
	opts := rest[min((int(captured)+3)&^3, len(rest)):]
	if len(opts) == 0 {
		return nil
	}
	r.comments = r.comments[:0]
	p.BadOptions = !r.options(opts, func(code uint16, v []byte) {
		switch n := len(v); {
		case code == optComment:
			r.comments = append(r.comments, string(v))
		case code == optEPBFlags && n == 4: // pack_flags in the obsolete block: the same
			p.Flags = Flags(r.u32(v))
		case code == optEPBDropCount && n == 8:
			p.Drops = r.u64(v)
		case code == optEPBPacketID && n == 8:
			p.ID = r.u64(v)
		}
	})
	if len(r.comments) > 0 {
		p.Comments = r.comments
	}
	return nil
}

func (i *Interface) time(units uint64) int64 {
	ns := i.Resolution.Nanoseconds(units)
	if i.TimeOffset != 0 {
		ns = addSeconds(ns, i.TimeOffset)
	}
	return ns
}

// timestamp reads two 32-bit words, the upper one first.
func (r *Reader) timestamp(b []byte) uint64 {
	return uint64(r.u32(b))<<32 | uint64(r.u32(b[4:]))
}

func (r *Reader) enhanced(p *Packet, b []byte) error {
	return r.packet(p, r.u32(b), r.timestamp(b[4:]), r.u32(b[12:]), r.u32(b[16:]), b[20:])
}

// obsolete reads a Packet Block, which has a 16-bit interface id and the drop
// count in its fixed part.
func (r *Reader) obsolete(p *Packet, b []byte) error {
	// "The value xFFFF (in hexadecimal) is reserved for those systems in which
	// this information is not available."
	if drops := r.u16(b[2:]); drops != 0xffff {
		p.Drops = uint64(drops)
	}
	return r.packet(p, uint32(r.u16(b)), r.timestamp(b[4:]), r.u32(b[12:]), r.u32(b[16:]), b[20:])
}

// simple reads a Simple Packet Block. Its data's length "is the minimum value
// among the SnapLen (present in the Interface Description Block) and the
// Original Packet Length".
func (r *Reader) simple(p *Packet, b []byte) error {
	if len(r.interfaces) == 0 {
		return r.malformed("simple packet before any interface")
	}
	orig := r.u32(b)
	captured := orig
	if s := r.interfaces[0].SnapLen; s != 0 {
		captured = min(captured, s)
	}
	if uint64(captured) > uint64(len(b)-4) {
		return r.malformed("captured length %d in a block that has room for %d", captured, len(b)-4)
	}
	p.Data = b[4 : 4+captured : 4+captured]
	p.OrigLen = length(orig)
	p.LinkType = r.interfaces[0].LinkType
	p.NoTime = true
	return nil
}

func (r *Reader) secrets(b []byte) error {
	n := r.u32(b[4:])
	if uint64(n) > uint64(len(b)-8) {
		return r.malformed("%d bytes of secrets in a block that has room for %d", n, len(b)-8)
	}
	r.OnMeta(Secrets{Type: SecretsType(r.u32(b)), Data: b[8 : 8+n]})
	return nil
}

func (r *Reader) names(b []byte) error {
	var list Names
	for len(b) >= 4 {
		kind, n := r.u16(b), int(r.u16(b[2:]))
		b = b[4:]
		if kind == nrbEnd {
			break
		}
		if n > len(b) {
			return r.malformed("name record of %d bytes runs past the end of its block", n)
		}
		v := b[:n]
		b = b[min((n+3)&^3, len(b)):]
		var name Name
		switch {
		case kind == nrbIPv4 && n >= 4:
			name.Addr, v = netip.AddrFrom4([4]byte(v)), v[4:]
		case kind == nrbIPv6 && n >= 16:
			name.Addr, v = netip.AddrFrom16([16]byte(v)), v[16:]
		default: // "MUST be ignored and skipped past"
			continue
		}
		for len(v) > 0 {
			s, rest, _ := bytes.Cut(v, []byte{0})
			name.Names = append(name.Names, string(s))
			v = rest
		}
		list = append(list, name)
	}
	r.OnMeta(list)
	return nil
}

func (r *Reader) statistics(b []byte) error {
	id := r.u32(b)
	if uint64(id) >= uint64(len(r.interfaces)) {
		return r.malformed("statistics of interface %d; the section has described %d", id, len(r.interfaces))
	}
	i := &r.interfaces[id]
	s := Statistics{Interface: int(id), Time: i.time(r.timestamp(b[4:]))}
	ok := r.options(b[12:], func(code uint16, v []byte) {
		if len(v) != 8 {
			return
		}
		switch code {
		case optISBStart:
			s.Start = i.time(r.timestamp(v))
		case optISBEnd:
			s.End = i.time(r.timestamp(v))
		case optISBReceived:
			s.Received = r.u64(v)
		case optISBDropped:
			s.Dropped = r.u64(v)
		case optISBAccepted:
			s.Accepted = r.u64(v)
		case optISBOSDropped:
			s.OSDropped = r.u64(v)
		case optISBDelivered:
			s.Delivered = r.u64(v)
		}
	})
	if !ok {
		return r.malformed("options of the statistics block run past its end")
	}
	r.OnMeta(s)
	return nil
}
