package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
)

// readAhead is the size of the buffer that records are served from in place.
const readAhead = 64 << 10

// Reader reads a pcap or pcapng file as a stream, of either byte order, plain or
// compressed with gzip or Zstandard.
type Reader struct {
	// OnMeta, when set, is called from Next for every block that is not a
	// packet and that the package knows. What it is given is valid during
	// the call; the first section's header is not among it: Section has it.
	OnMeta func(Meta)

	br        *bufio.Reader
	long      []byte // holds records longer than readAhead
	off       int64  // bytes consumed
	record    int64  // where the current record starts
	count     int64
	err       error
	damage    error // the first that was passed over
	damaged   int64 // how many blocks were
	bigEndian bool
	format    string

	section    SectionInfo
	sections   int
	noted      int // sections whose comments a packet has brought
	interfaces []Interface
	described  int // bytes of interface descriptions in this section
	skipped    int64
	comments   []string

	pcap pcapVariant
}

// Open reads the beginning of a capture file, enough to know its format. For
// pcap its one interface is known then, for pcapng its first section header.
//
// The reader reads ahead. It does not close r.
func Open(r io.Reader) (*Reader, error) {
	x := &Reader{br: bufio.NewReaderSize(r, readAhead), sections: -1}
	magic, err := x.decompress()
	if err != nil {
		return nil, err
	}
	if len(magic) < 4 {
		return nil, x.fail(ErrUnknownFormat, fmt.Sprintf("only %d bytes", len(magic)))
	}
	switch le, be := binary.LittleEndian.Uint32(magic), binary.BigEndian.Uint32(magic); {
	case be == blockSection:
		x.format = "pcapng"
		if err := x.readSection(); err != nil {
			return nil, err
		}
		return x, nil
	case isPcapMagic(le):
		x.bigEndian = false
	case isPcapMagic(be):
		x.bigEndian = true
	default:
		return nil, x.fail(ErrUnknownFormat, describeMagic(be))
	}
	x.format = "pcap"
	if err := x.readPcapHeader(); err != nil {
		return nil, err
	}
	return x, nil
}

// describeMagic names compressed files that are not read.
func describeMagic(m uint32) string {
	switch {
	case m == 0xfd377a58:
		return "it is compressed with xz; decompress it first (xz -dc)"
	case m == 0x04224d18:
		return "it is compressed with lz4; decompress it first (lz4 -dc)"
	case m>>8 == 0x425a68:
		return "it is compressed with bzip2; decompress it first (bzip2 -dc)"
	}
	return fmt.Sprintf("begins with %08x", m)
}

// Format returns "pcap" or "pcapng".
func (r *Reader) Format() string { return r.format }

// Section returns the current section's header; for pcap it is empty.
func (r *Reader) Section() SectionInfo { return r.section }

// Interfaces returns the interfaces of the current section that have been
// described so far. The slice must not be changed.
func (r *Reader) Interfaces() []Interface { return r.interfaces }

// Skipped returns how many blocks of unknown type were skipped.
func (r *Reader) Skipped() int64 { return r.skipped }

// Next returns the next packet. Its Data and Comments are valid until the next
// call. At the end of the file the error is io.EOF, unless damage was passed over
// on the way; any other is an [*Error], and all calls after it return it again.
func (r *Reader) Next() (p Packet, err error) {
	if r.err != nil {
		return p, r.err
	}
	if r.format == "pcap" {
		err = r.nextRecord(&p)
	} else {
		err = r.nextBlock(&p)
	}
	if err == io.EOF {
		err = r.end()
	}
	if err != nil {
		r.err = err
		return Packet{}, err
	}
	p.Offset = r.record
	p.Section = r.sections
	if p.Section >= r.noted {
		p.SectionComments, r.noted = r.section.Comments, p.Section+1
	}
	r.count++
	return p, nil
}

// head starts a record: it looks at the record's first n bytes without
// consuming them. The error is io.EOF where the file ends between two records.
func (r *Reader) head(n int) ([]byte, error) {
	r.record = r.off
	b, err := r.br.Peek(n)
	switch {
	case err == nil:
		return b, nil
	case err == io.EOF && len(b) == 0:
		return nil, io.EOF
	default:
		return nil, r.short(n, len(b), err)
	}
}

// take consumes n bytes and returns them, valid until the next take or skip.
// Memory for more than readAhead bytes grows only as they arrive.
func (r *Reader) take(n int) ([]byte, error) {
	if n <= readAhead {
		b, err := r.br.Peek(n)
		if err != nil {
			return nil, r.short(n, len(b), err)
		}
		r.br.Discard(n) // cannot fail: the bytes are buffered
		r.off += int64(n)
		return b, nil
	}
	r.long = r.long[:0]
	for len(r.long) < n {
		have := len(r.long)
		step := min(n-have, max(readAhead, have))
		r.long = slices.Grow(r.long, step)[:have+step]
		m, err := io.ReadFull(r.br, r.long[have:])
		if err != nil {
			return nil, r.short(n, have+m, err)
		}
	}
	r.off += int64(n)
	return r.long, nil
}

// skip consumes n bytes without keeping them.
func (r *Reader) skip(n int64) error {
	for left := n; left > 0; {
		m, err := r.br.Discard(int(min(left, 1<<30)))
		left -= int64(m)
		r.off += int64(m)
		if err != nil {
			return r.short(int(n), int(n-left), err)
		}
	}
	return nil
}

func (r *Reader) short(want, have int, err error) error {
	return r.fail(truncated(err), fmt.Sprintf("%d bytes wanted, %d there", want, have))
}

// truncated turns the ways in which a stream ends early into ErrTruncated.
func truncated(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}

func (r *Reader) fail(err error, detail string) error {
	return &Error{Offset: r.record, Packets: r.count, Detail: detail, Err: err}
}

func (r *Reader) malformed(format string, args ...any) error {
	return r.fail(ErrMalformed, fmt.Sprintf(format, args...))
}

// length is an original length as an int, which has 32 bits on some machines.
func length(v uint32) int { return int(min(uint64(v), math.MaxInt)) }

func (r *Reader) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if r.bigEndian {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (r *Reader) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if r.bigEndian {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (r *Reader) u64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if r.bigEndian {
		v = bits.ReverseBytes64(v)
	}
	return v
}
