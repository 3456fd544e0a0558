package capture

// pcapng writer: draft-ietf-opsawg-pcapng sections 3.5 (options) and 4.1-4.7.

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	blockSection    = 0x0a0d0d0a
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockNames      = 4
	blockStatistics = 5
	blockEnhanced   = 6
	blockSecrets    = 10

	byteOrderMagic = 0x1a2b3c4d

	optEnd     = 0
	optComment = 1

	optSHBHardware = 2
	optSHBOS       = 3
	optSHBUserAppl = 4

	optIfName        = 2
	optIfDescription = 3
	optIfIPv4        = 4
	optIfIPv6        = 5
	optIfMAC         = 6
	optIfSpeed       = 8
	optIfTSResol     = 9
	optIfOS          = 12
	optIfFCSLen      = 13
	optIfTSOffset    = 14
	optIfHardware    = 15

	optEPBFlags     = 2
	optEPBDropCount = 4
	optEPBPacketID  = 5

	optISBStart     = 2
	optISBEnd       = 3
	optISBReceived  = 4
	optISBDropped   = 5
	optISBAccepted  = 6
	optISBOSDropped = 7
	optISBDelivered = 8

	nrbEnd  = 0
	nrbIPv4 = 1
	nrbIPv6 = 2
)

// flushAt is the buffered amount from which a writer writes on its own.
const flushAt = 64 << 10

var le = binary.LittleEndian

// Writer writes a pcapng file of one section, little-endian, with nanosecond
// times. It buffers; call Flush at the end, and whenever a reader at the other
// end of a pipe shall see what was written so far. Once the buffer has grown to
// its working size, WritePacket does not allocate.
//
// When the underlying writer fails, that error is returned by all later calls.
// Any other error leaves the file as it was before the call.
type Writer struct {
	w     io.Writer
	buf   []byte
	start int   // of the block being built
	opts  bool  // it has options
	bad   error // why it cannot be written
	snap  []uint32
	err   error // of w, for good
}

// NewWriter starts a file on w.
func NewWriter(w io.Writer, info SectionInfo) (*Writer, error) {
	x := &Writer{w: w}
	x.begin(blockSection)
	x.u32(byteOrderMagic)
	x.u16(1) // "MUST NOT write SHBs with a Major Version other than 1 or a Minor Version other than 0"
	x.u16(0)
	x.u64(math.MaxUint64) // section length: not specified, as nothing is known yet
	x.comments(info.Comments)
	x.text(optSHBHardware, info.Hardware)
	x.text(optSHBOS, info.OS)
	x.text(optSHBUserAppl, info.Application)
	if err := x.end(); err != nil {
		return nil, err
	}
	return x, nil
}

// AddInterface adds an interface, at any time before its first packet, and
// returns its id.
func (w *Writer) AddInterface(i Interface) (int, error) {
	if i.SnapLen == 0 {
		i.SnapLen = DefaultSnapLen
	}
	if i.SnapLen > MaxRecord/2 {
		return 0, fmt.Errorf("capture: snapshot length %d: %w", i.SnapLen, ErrTooLong)
	}
	if len(w.snap) >= MaxInterfaces {
		return 0, fmt.Errorf("capture: more than %d interfaces: %w", MaxInterfaces, ErrTooLong)
	}
	w.begin(blockInterface)
	w.u16(uint16(i.LinkType))
	w.u16(0)
	w.u32(i.SnapLen)
	w.comments(i.Comments)
	w.text(optIfName, i.Name)
	w.text(optIfDescription, i.Description)
	for _, p := range i.Addrs {
		if p.Addr().Is4() {
			w.option(optIfIPv4, 8)
			a := p.Addr().As4()
			w.buf = append(w.buf, a[:]...)
			w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(uint64(0xffffffff)<<(32-p.Bits())))
		} else if p.IsValid() {
			w.option(optIfIPv6, 17)
			a := p.Addr().As16()
			w.buf = append(w.buf, a[:]...)
			w.buf = append(w.buf, byte(p.Bits()))
			w.pad()
		}
	}
	if len(i.MAC) == 6 {
		w.option(optIfMAC, 6)
		w.buf = append(w.buf, i.MAC...)
		w.pad()
	}
	if i.Speed != 0 {
		w.option(optIfSpeed, 8)
		w.u64(i.Speed)
	}
	w.option(optIfTSResol, 1)
	w.buf = append(w.buf, byte(Nanoseconds))
	w.pad()
	w.text(optIfOS, i.OS)
	if i.FCSLen != 0 {
		w.option(optIfFCSLen, 1)
		w.buf = append(w.buf, i.FCSLen)
		w.pad()
	}
	w.text(optIfHardware, i.Hardware)
	if err := w.end(); err != nil {
		return 0, err
	}
	w.snap = append(w.snap, i.SnapLen)
	return len(w.snap) - 1, nil
}

// WritePacket writes one Enhanced Packet Block. p's slices are not kept.
func (w *Writer) WritePacket(p Packet) error {
	if p.Interface < 0 || p.Interface >= len(w.snap) {
		return fmt.Errorf("%w: %d", ErrInterface, p.Interface)
	}
	if p.Time < 0 {
		return fmt.Errorf("%w: %d ns before 1970", ErrTime, -p.Time)
	}
	data, orig := cut(p, w.snap[p.Interface])
	w.begin(blockEnhanced)
	w.u32(uint32(p.Interface))
	w.time(p.Time)
	w.u32(uint32(len(data)))
	w.u32(orig)
	w.buf = append(w.buf, data...)
	w.pad()
	w.comments(p.Comments)
	if p.Flags != 0 {
		w.option(optEPBFlags, 4)
		w.u32(uint32(p.Flags))
	}
	if p.Drops != 0 {
		w.option(optEPBDropCount, 8)
		w.u64(p.Drops)
	}
	if p.ID != 0 {
		w.option(optEPBPacketID, 8)
		w.u64(p.ID)
	}
	return w.end()
}

// cut applies the snapshot length and returns the lengths to write. A writer
// "MUST write an Original Packet Length that is greater than or equal to the
// Captured Packet Length".
func cut(p Packet, snap uint32) (data []byte, orig uint32) {
	n := min(max(int64(p.OrigLen), int64(len(p.Data))), math.MaxUint32)
	data = p.Data
	if uint64(len(data)) > uint64(snap) {
		data = data[:snap]
	}
	return data, uint32(n)
}

// WriteSecrets writes a Decryption Secrets Block. Readers may use only secrets
// that come before the packets they decrypt.
func (w *Writer) WriteSecrets(s Secrets) error {
	if len(s.Data) > MaxRecord/2 {
		return fmt.Errorf("capture: %d bytes of secrets: %w", len(s.Data), ErrTooLong)
	}
	w.begin(blockSecrets)
	w.u32(uint32(s.Type))
	w.u32(uint32(len(s.Data)))
	w.buf = append(w.buf, s.Data...)
	w.pad()
	return w.end()
}

// WriteNames writes a Name Resolution Block.
func (w *Writer) WriteNames(names Names) error {
	w.begin(blockNames)
	for _, n := range names {
		code, size := uint16(nrbIPv4), 4
		if !n.Addr.Is4() {
			code, size = nrbIPv6, 16
		}
		if !n.Addr.IsValid() || len(n.Names) == 0 {
			continue // a record holds one address and one name at least
		}
		for _, s := range n.Names {
			size += len(s) + 1
			if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
				w.bad = fmt.Errorf("capture: name %q cannot be written in a Name Resolution Block", s)
			}
		}
		w.tlv(code, size)
		if n.Addr.Is4() {
			a := n.Addr.As4()
			w.buf = append(w.buf, a[:]...)
		} else {
			a := n.Addr.As16()
			w.buf = append(w.buf, a[:]...)
		}
		for _, s := range n.Names {
			w.buf = append(append(w.buf, s...), 0)
		}
		w.pad()
	}
	w.tlv(nrbEnd, 0)
	return w.end()
}

// WriteStatistics writes an Interface Statistics Block.
func (w *Writer) WriteStatistics(s Statistics) error {
	if s.Interface < 0 || s.Interface >= len(w.snap) {
		return fmt.Errorf("%w: %d", ErrInterface, s.Interface)
	}
	if s.Time < 0 || s.Start < 0 || s.End < 0 {
		return fmt.Errorf("%w: before 1970", ErrTime)
	}
	w.begin(blockStatistics)
	w.u32(uint32(s.Interface))
	w.time(s.Time)
	if s.Start != 0 {
		w.option(optISBStart, 8)
		w.time(s.Start)
	}
	if s.End != 0 {
		w.option(optISBEnd, 8)
		w.time(s.End)
	}
	w.option(optISBReceived, 8)
	w.u64(s.Received)
	w.option(optISBDropped, 8)
	w.u64(s.Dropped)
	for _, c := range [...]struct {
		code  uint16
		value uint64
	}{{optISBAccepted, s.Accepted}, {optISBOSDropped, s.OSDropped}, {optISBDelivered, s.Delivered}} {
		if c.value != 0 {
			w.option(c.code, 8)
			w.u64(c.value)
		}
	}
	return w.end()
}

// Flush hands everything written so far to the underlying writer.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}

func (w *Writer) begin(kind uint32) {
	w.start, w.opts, w.bad = len(w.buf), false, nil
	w.u32(kind)
	w.u32(0) // length, set by end
}

// end completes the block, or takes it back where it cannot be written.
func (w *Writer) end() error {
	if w.opts {
		w.tlv(optEnd, 0)
	}
	n := len(w.buf) - w.start + 4
	if n > MaxRecord {
		w.bad = fmt.Errorf("capture: block of %d bytes: %w", n, ErrTooLong)
	}
	if w.bad != nil || w.err != nil {
		w.buf = w.buf[:w.start]
		if w.err != nil {
			return w.err
		}
		return w.bad
	}
	le.PutUint32(w.buf[w.start+4:], uint32(n))
	w.u32(uint32(n))
	if len(w.buf) >= flushAt {
		return w.Flush()
	}
	return nil
}

func (w *Writer) u16(v uint16) { w.buf = le.AppendUint16(w.buf, v) }
func (w *Writer) u32(v uint32) { w.buf = le.AppendUint32(w.buf, v) }
func (w *Writer) u64(v uint64) { w.buf = le.AppendUint64(w.buf, v) }

// time writes a timestamp: two 32-bit words, the upper one first.
func (w *Writer) time(ns int64) {
	w.u32(uint32(uint64(ns) >> 32))
	w.u32(uint32(ns))
}

func (w *Writer) pad() {
	for (len(w.buf)-w.start)&3 != 0 {
		w.buf = append(w.buf, 0)
	}
}

func (w *Writer) tlv(code uint16, size int) {
	if size > math.MaxUint16 {
		w.bad = fmt.Errorf("capture: option or record of %d bytes: %w", size, ErrTooLong)
	}
	w.u16(code)
	w.u16(uint16(size))
}

func (w *Writer) option(code uint16, size int) {
	w.opts = true
	w.tlv(code, size)
}

func (w *Writer) text(code uint16, s string) {
	if s != "" {
		w.string(code, s)
	}
}

func (w *Writer) comments(list []string) {
	for _, s := range list {
		w.string(optComment, s)
	}
}

// string writes a text option. "Implementations that write string fields MUST
// write only valid UTF-8 strings."
func (w *Writer) string(code uint16, s string) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	w.option(code, len(s))
	w.buf = append(w.buf, s...)
	w.pad()
}
