package capture

// Classic pcap reader: draft-ietf-opsawg-pcap sections 4 and 5, and for older
// files what libpcap does (sf-pcap.c), for Ixia's what tshark does.

import "fmt"

// pcapVariant says how the records of a pcap file are laid out.
type pcapVariant struct {
	nano       bool
	headerSize int
	swap       lengthOrder
}

// lengthOrder says which of the two length fields comes first. They changed
// places with version 2.3, and some files say 2.3 but have the old order.
type lengthOrder uint8

const (
	capturedFirst lengthOrder = iota
	originalFirst
	smallerIsCaptured
)

func isPcapMagic(m uint32) bool {
	switch m {
	case pcapMagicMicro, pcapMagicNano, pcapMagicModified, pcapMagicIxiaHW, pcapMagicIxiaSW:
		return true
	}
	return false
}

func (r *Reader) readPcapHeader() error {
	b, err := r.take(24)
	if err != nil {
		return err
	}
	magic := r.u32(b)
	major, minor := r.u16(b[4:]), r.u16(b[6:])
	v := pcapVariant{nano: magic == pcapMagicNano, headerSize: 16}
	if magic == pcapMagicModified {
		v.headerSize = 24 // interface index, protocol and packet type follow the usual fields
	}
	switch {
	case major < 2:
		return r.fail(ErrUnknownVersion, fmt.Sprintf("pcap %d.%d", major, minor))
	case major == 2 && minor < 3, major == 543 && minor == 0: // 543.0 is DG/UX tcpdump
		v.swap = originalFirst
	case major == 2 && minor == 3:
		v.swap = smallerIsCaptured
	}
	// There is no version after 2.4. What claims to be one is read as that, as
	// tshark does: a damaged number is likelier than a new format.
	r.pcap = v
	r.sections = 0
	raw := r.u32(b[20:])
	i := Interface{
		LinkType:    LinkType(raw),
		RawLinkType: raw,
		SnapLen:     r.u32(b[16:]),
		Resolution:  Microseconds,
	}
	if v.nano {
		i.Resolution = Nanoseconds
	}
	if raw&0x04000000 != 0 { // P: the FCS length is present, in units of 16 bits
		i.FCSLen = uint8(raw>>28) * 2
	}
	r.interfaces = []Interface{i}
	if magic == pcapMagicIxiaHW || magic == pcapMagicIxiaSW {
		return r.skip(4) // the length of all records
	}
	return nil
}

func (r *Reader) nextRecord(p *Packet) error {
	if _, err := r.head(r.pcap.headerSize); err != nil {
		return err
	}
	h, err := r.take(r.pcap.headerSize)
	if err != nil {
		return err
	}
	sec, frac := r.u32(h), int64(r.u32(h[4:]))
	captured, orig := r.u32(h[8:]), r.u32(h[12:])
	switch r.pcap.swap {
	case originalFirst:
		captured, orig = orig, captured
	case smallerIsCaptured:
		captured, orig = min(captured, orig), max(captured, orig)
	}
	// A captured length beyond the file's snapshot length is served: writers
	// that state too small a one exist.
	if captured > MaxRecord-uint32(r.pcap.headerSize) {
		return r.fail(ErrTooLong, fmt.Sprintf("captured length %d", captured))
	}
	if !r.pcap.nano {
		frac *= 1000
	}
	p.Time = int64(sec)*1e9 + frac
	p.OrigLen = length(orig)
	p.LinkType = r.interfaces[0].LinkType
	p.Data, err = r.take(int(captured))
	return err
}
