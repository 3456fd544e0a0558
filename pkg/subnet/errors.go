package subnet

import "errors"

// What can be wrong with an input. Errors from this package wrap one of these
// and name the text at fault and the reason.
var (
	ErrSyntax    = errors.New("is not an address, network or range")
	ErrAmbiguous = errors.New("has two readings")
	ErrFamily    = errors.New("mixes IPv4 and IPv6")
	ErrRange     = errors.New("is out of range")
	ErrNoSpace   = errors.New("does not fit")
)
