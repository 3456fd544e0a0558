package capture

// Compressed files: RFC 1952 (gzip), RFC 8878 (Zstandard), told apart by their
// magic numbers. Both formats may be several members on end.

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
)

// MaxZstdWindow is the largest window, and so about the most memory, that a
// Zstandard file is granted: what the zstd program itself grants without --long.
const MaxZstdWindow = 128 << 20

// decompress replaces the reader's source where that is compressed, and returns
// the first bytes of the capture file.
func (r *Reader) decompress() ([]byte, error) {
	magic, err := r.br.Peek(4)
	var z io.Reader
	switch {
	case len(magic) >= 2 && magic[0] == 0x1f && magic[1] == 0x8b:
		if z, err = gzip.NewReader(r.br); err != nil {
			return nil, r.fail(truncated(err), "gzip header")
		}
	case len(magic) == 4 && isZstd(binary.LittleEndian.Uint32(magic)):
		// One goroutine, the caller's: a reader that is not read to its end
		// leaves nothing running.
		if z, err = zstd.NewReader(r.br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(MaxZstdWindow)); err != nil {
			return nil, r.fail(truncated(err), "zstd header")
		}
	default:
		if err != nil && err != io.EOF {
			return nil, r.fail(err, "")
		}
		return magic, nil
	}
	r.br = bufio.NewReaderSize(z, readAhead)
	magic, err = r.br.Peek(4)
	if err != nil && err != io.EOF {
		return nil, r.fail(truncated(err), "")
	}
	return magic, nil
}

// isZstd knows a frame of data, and the frames to be skipped that some programs
// (pzstd) begin with.
func isZstd(m uint32) bool { return m == 0xfd2fb528 || m&^15 == 0x184d2a50 }
