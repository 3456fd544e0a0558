package resolver

import (
	"errors"
	"fmt"
	"net/netip"
)

// Why a name has no addresses, inside an [*Error].
var (
	ErrBadName    = errors.New("not a domain name")
	ErrNotFound   = errors.New("no such name")              // NXDOMAIN
	ErrNoData     = errors.New("the name has no address")   // NOERROR without one
	ErrServer     = errors.New("the server failed")         // SERVFAIL and its like
	ErrRefused    = errors.New("the server refused")        // REFUSED
	ErrTimeout    = errors.New("no answer")                 // silence
	ErrUnreached  = errors.New("the server is not reached") // the socket's error says why
	ErrBadAnswer  = errors.New("the answer makes no sense")
	ErrAliases    = errors.New("too many aliases, or they go in a circle")
	ErrNoServers  = errors.New("no name server is known")
	ErrBadMessage = errors.New("malformed message")
)

// Error says which name could not be resolved, whom was asked last, and why.
type Error struct {
	Name   string // in presentation format: control characters are escaped
	Server netip.AddrPort
	Err    error // wraps one of the errors above
}

func (e *Error) Error() string {
	if e.Server.IsValid() {
		return fmt.Sprintf("%s: %v (asked %s)", e.Name, e.Err, e.Server)
	}
	return fmt.Sprintf("%s: %v", e.Name, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
