package capture

import (
	"errors"
	"fmt"
	"io"
)

// Kinds of damage, inside an [*Error].
var (
	ErrTruncated      = error(truncatedError{}) // is io.ErrUnexpectedEOF, too
	ErrMalformed      = errors.New("malformed capture file")
	ErrTooLong        = errors.New("longer than allowed")
	ErrUnknownFormat  = errors.New("not a pcap or pcapng file")
	ErrUnknownVersion = errors.New("unsupported capture file version")
)

type truncatedError struct{}

func (truncatedError) Error() string { return "capture file ends inside a record" }
func (truncatedError) Unwrap() error { return io.ErrUnexpectedEOF }

// Mistakes of the caller of a writer.
var (
	ErrInterface = errors.New("capture: no such interface")
	ErrTime      = errors.New("capture: time cannot be written in this format")
)

// Error says where a capture file could not be read further, and why.
type Error struct {
	Offset  int64  // start of the record at fault, in the uncompressed stream
	Packets int64  // packets delivered before it
	Detail  string // what is wrong there; may be empty
	Err     error  // one of the errors above, or the underlying reader's
}

func (e *Error) Error() string {
	s := fmt.Sprintf("capture: at offset %d, after %d packets: %v", e.Offset, e.Packets, e.Err)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
