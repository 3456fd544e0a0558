package capture

// Classic pcap writer: draft-ietf-opsawg-pcap sections 4 and 5.

import (
	"fmt"
	"io"
	"math"
)

const (
	pcapMagicMicro    = 0xa1b2c3d4
	pcapMagicNano     = 0xa1b23c4d
	pcapMagicModified = 0xa1b2cd34 // Alexey Kuznetzov's libpcap patch: longer record headers
	pcapMagicIxiaHW   = 0x1c0001ac // Ixia's IxVeriWave, hardware and software captures: a longer file header
	pcapMagicIxiaSW   = 0x1c0001ab
)

// PcapWriter writes a classic pcap file, little-endian, with nanosecond times.
// It keeps time, data and original length of a packet; pcap has no place for
// the rest. It buffers and fails as [Writer] does.
type PcapWriter struct {
	w    io.Writer
	buf  []byte
	snap uint32
	err  error
}

// NewPcapWriter starts a file on w. A snapLen of 0 means DefaultSnapLen; longer
// packets are cut.
func NewPcapWriter(w io.Writer, link LinkType, snapLen uint32) (*PcapWriter, error) {
	if snapLen == 0 {
		snapLen = DefaultSnapLen
	}
	if snapLen > MaxRecord/2 {
		return nil, fmt.Errorf("capture: snapshot length %d: %w", snapLen, ErrTooLong)
	}
	x := &PcapWriter{w: w, snap: snapLen}
	b := le.AppendUint32(nil, pcapMagicNano)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = le.AppendUint64(b, 0) // reserved: once a time zone and an accuracy
	b = le.AppendUint32(b, snapLen)
	x.buf = le.AppendUint32(b, uint32(link))
	return x, nil
}

// WritePacket writes one record. p.Interface is not looked at.
func (w *PcapWriter) WritePacket(p Packet) error {
	if w.err != nil {
		return w.err
	}
	if p.Time < 0 || p.Time/1e9 > math.MaxUint32 {
		return fmt.Errorf("%w: pcap counts seconds from 1970 in 32 bits", ErrTime)
	}
	data, orig := cut(p, w.snap)
	b := le.AppendUint32(w.buf, uint32(p.Time/1e9))
	b = le.AppendUint32(b, uint32(p.Time%1e9))
	b = le.AppendUint32(b, uint32(len(data)))
	b = le.AppendUint32(b, orig)
	w.buf = append(b, data...)
	if len(w.buf) >= flushAt {
		return w.Flush()
	}
	return nil
}

// Flush hands everything written so far to the underlying writer.
func (w *PcapWriter) Flush() error {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.err
}
