package display

import "fmt"

// Error says what is wrong with a filter, and where.
type Error struct {
	Filter      string
	Offset, Len int // of the part at fault, in octets
	Msg         string
}

func (e *Error) Error() string {
	return fmt.Sprintf("display filter, at offset %d: %s", e.Offset, e.Msg)
}

// Part is the part at fault; empty at the filter's end.
func (e *Error) Part() string { return e.Filter[e.Offset : e.Offset+e.Len] }

// failure carries an Error up through the parser and the checker.
type failure struct{ err *Error }

func fail(at span, format string, args ...any) {
	panic(failure{&Error{Offset: at.off, Len: at.len, Msg: fmt.Sprintf(format, args...)}})
}

// span is a part of the filter.
type span struct{ off, len int }

func (s span) to(e span) span { return span{s.off, e.off + e.len - s.off} }
