package icmp

// What a received error means: RFC 1122 3.2.2 and 4.2.3.9, RFC 4443 2.4 (d) and 3;
// the errnos are those of Linux's icmp_err_convert and icmpv6_err_convert.

import (
	"syscall"

	"github.com/netkit-go/netkit/pkg/wire"
)

// Error is a received ICMP or ICMPv6 error.
type Error struct {
	wire.Quote
	Type, Code uint8
	Errno      syscall.Errno
	// Hard says that trying again will not help (RFC 1122 4.2.3.9). TCP
	// decides whether it believes that (RFC 5927 4).
	Hard   bool
	TooBig bool // fragmentation needed, or packet too big
	MTU    int  // with TooBig: of the next hop; 0 from an old router
}

// Parse4 reads an error message. ok is false for what is no error to act on:
// queries, redirects, source quench (deprecated by RFC 6633), and quotations that
// name no flow.
func Parse4(m wire.ICMPv4) (e Error, ok bool) {
	e.Type, e.Code = m.Type(), m.Code()
	switch e.Type {
	case wire.ICMPv4Unreachable:
		if int(e.Code) >= len(unreachable4) {
			return e, false
		}
		u := unreachable4[e.Code]
		e.Errno, e.Hard = u.errno, u.hard
		if e.Code == wire.ICMPv4FragNeeded {
			e.TooBig, e.MTU = true, int(m.NextHopMTU())
		}
	case wire.ICMPv4TimeExceeded:
		e.Errno = syscall.EHOSTUNREACH
	case wire.ICMPv4ParamProblem:
		e.Errno, e.Hard = syscall.EPROTO, true
	default:
		return e, false
	}
	q, err := wire.ParseQuote(m.Quoted())
	e.Quote = q
	return e, err == nil && q.Src.Is4()
}

type meaning struct {
	errno syscall.Errno
	hard  bool
}

// unreachable4 is indexed by code.
var unreachable4 = [...]meaning{
	wire.ICMPv4NetUnreachable:      {syscall.ENETUNREACH, false},
	wire.ICMPv4HostUnreachable:     {syscall.EHOSTUNREACH, false},
	wire.ICMPv4ProtoUnreachable:    {syscall.ENOPROTOOPT, true},
	wire.ICMPv4PortUnreachable:     {syscall.ECONNREFUSED, true},
	wire.ICMPv4FragNeeded:          {syscall.EMSGSIZE, false},
	wire.ICMPv4SourceRouteFailed:   {syscall.EOPNOTSUPP, false},
	wire.ICMPv4NetUnknown:          {syscall.ENETUNREACH, true},
	wire.ICMPv4HostUnknown:         {syscall.EHOSTDOWN, true},
	wire.ICMPv4SourceIsolated:      {syscall.EHOSTUNREACH, true}, // Linux: ENONET, which other systems do not have
	wire.ICMPv4NetProhibited:       {syscall.ENETUNREACH, true},
	wire.ICMPv4HostProhibited:      {syscall.EHOSTUNREACH, true},
	wire.ICMPv4NetUnreachableTOS:   {syscall.ENETUNREACH, false},
	wire.ICMPv4HostUnreachableTOS:  {syscall.EHOSTUNREACH, false},
	wire.ICMPv4CommProhibited:      {syscall.EHOSTUNREACH, true},
	wire.ICMPv4PrecedenceViolation: {syscall.EHOSTUNREACH, true},
	wire.ICMPv4PrecedenceCutoff:    {syscall.EHOSTUNREACH, true},
}

// Parse6 is Parse4 for ICMPv6.
func Parse6(m wire.ICMPv6) (e Error, ok bool) {
	e.Type, e.Code = m.Type(), m.Code()
	e.Errno = syscall.EPROTO
	switch e.Type {
	case wire.ICMPv6Unreachable:
		e.Hard = true
		if int(e.Code) < len(unreachable6) {
			e.Errno, e.Hard = unreachable6[e.Code].errno, unreachable6[e.Code].hard
		}
	case wire.ICMPv6PacketTooBig:
		e.Errno, e.TooBig, e.MTU = syscall.EMSGSIZE, true, int(m.MTU())
	case wire.ICMPv6TimeExceeded:
		e.Errno = syscall.EHOSTUNREACH
	case wire.ICMPv6ParamProblem:
		e.Hard = true
	default:
		return e, false
	}
	q, err := wire.ParseQuote(m.Quoted())
	e.Quote = q
	return e, err == nil && !q.Src.Is4()
}

// unreachable6 is indexed by code.
var unreachable6 = [...]meaning{
	wire.ICMPv6NoRoute:         {syscall.ENETUNREACH, false},
	wire.ICMPv6AdminProhibited: {syscall.EACCES, true},
	wire.ICMPv6BeyondScope:     {syscall.EHOSTUNREACH, false},
	wire.ICMPv6AddrUnreachable: {syscall.EHOSTUNREACH, false},
	wire.ICMPv6PortUnreachable: {syscall.ECONNREFUSED, true},
	wire.ICMPv6SourcePolicy:    {syscall.EACCES, true},
	wire.ICMPv6RejectRoute:     {syscall.EACCES, true},
}
