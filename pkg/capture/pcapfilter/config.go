package pcapfilter

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/netkit-go/netkit/pkg/capture"
)

// Bounds of what is compiled.
const (
	// MaxExpression is the largest expression, in bytes.
	MaxExpression = 1 << 18

	// MaxInstructions is the longest program that is not for a live socket.
	MaxInstructions = 1 << 17

	// MaxLiveInstructions is the longest program that Linux attaches to a
	// socket: BPF_MAXINSNS in linux/bpf_common.h.
	MaxLiveInstructions = 4096

	// maxArithmetic bounds one arithmetic expression, by the length of
	// value.key: what remains of it when constants are folded.
	maxArithmetic = 4096

	// maxDepth bounds how deep parentheses, not and unary minus nest.
	maxDepth = 1000
)

// Config says what a filter will look at. Its zero value is for BSD loopback
// captures (link type 0), so LinkType is nearly always set.
type Config struct {
	LinkType capture.LinkType

	// SnapLen is what the program returns for a packet that matches, which is
	// how many bytes of it a live socket keeps. 0 means
	// [capture.DefaultSnapLen].
	SnapLen int

	// Netmask is the IPv4 network that "ip broadcast" is about; only its
	// length counts. With the zero Prefix only 255.255.255.255 and 0.0.0.0 are
	// broadcast addresses, as for tcpdump -r.
	Netmask netip.Prefix

	// Live makes a program for SO_ATTACH_FILTER on a packet socket: a VLAN
	// tag that the kernel took out of the frame is looked for beside it, and
	// inbound, outbound and ifindex ask the kernel.
	Live bool

	// BigEndian says that a LinkTypeNull capture comes from a big-endian
	// machine: its header is in the byte order of the machine that captured.
	BigEndian bool

	// Resolve turns names into numbers. Without it no name but those of
	// protocols and common services is known: nothing is looked up.
	Resolve Resolve
}

// Resolve has one function for each kind of name. Each may be nil. An error of
// Host, Net or Ether refuses the expression and is inside the [*SyntaxError];
// where Port or Protocol fails, the package's own table is asked.
type Resolve struct {
	Host  func(name string) ([]netip.Addr, error)
	Net   func(name string) (netip.Prefix, error)
	Ether func(name string) ([6]byte, error)

	// Port returns a service's port and its IP protocol number, or 0 for
	// TCP, UDP and SCTP alike.
	Port func(name string) (port uint16, proto uint8, err error)

	// Protocol returns an IP protocol number.
	Protocol func(name string) (uint8, error)
}

// Reasons for a refusal, inside a [*SyntaxError].
var (
	ErrSyntax      = errors.New("syntax error")
	ErrUnsupported = errors.New("not supported")
	ErrUnknownName = errors.New("unknown name")
	ErrValue       = errors.New("value out of range")
	ErrTooLong     = errors.New("too long")

	// ErrRejectsAll: no packet of this link type can match, as with "arp" on
	// raw IPv4. A caller with several link types may take it for a filter
	// that is never true.
	ErrRejectsAll = errors.New("expression rejects all packets")
)

// SyntaxError says why an expression was refused, and where.
type SyntaxError struct {
	Expr     string
	Offset   int    // in Expr, in bytes
	What     string // what is wrong
	Expected string // what could stand there; may be empty
	Err      error  // one of the reasons above, or what a Resolve function returned
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("filter, at offset %d: %s", e.Offset, e.What)
	if e.Expected != "" {
		s += ", expected " + e.Expected
	}
	return s
}

func (e *SyntaxError) Unwrap() error { return e.Err }

// Compile translates expr. An empty expression matches every packet. The error
// is always a [*SyntaxError].
func Compile(expr string, cfg Config) (*Program, error) {
	if cfg.SnapLen <= 0 {
		cfg.SnapLen = capture.DefaultSnapLen
	}
	p, err := compile(expr, &cfg)
	if err != nil {
		err.Expr = expr
		return nil, err
	}
	return p, nil
}

func compile(expr string, cfg *Config) (*Program, *SyntaxError) {
	if len(expr) > MaxExpression {
		return nil, &SyntaxError{Offset: MaxExpression, What: fmt.Sprintf("the expression is longer than %d bytes", MaxExpression), Err: ErrTooLong}
	}
	tree, err := parse(expr)
	if err != nil {
		return nil, err
	}
	g, err := newGenerator(cfg, tree)
	if err != nil {
		return nil, err
	}
	c, err := g.expression(tree)
	if err != nil {
		return nil, err
	}
	graph := optimize(lower(c))
	if graph.root == graph.reject {
		return nil, &SyntaxError{What: "no packet of this link type can match", Err: ErrRejectsAll}
	}
	raw, ok := emit(graph, g.slots, uint32(cfg.SnapLen))
	if !ok {
		return nil, &SyntaxError{What: "an arithmetic expression needs more than the 16 words of scratch memory", Err: ErrTooLong}
	}
	limit := MaxInstructions
	if cfg.Live {
		limit = MaxLiveInstructions
	}
	if len(raw) > limit {
		return nil, &SyntaxError{What: fmt.Sprintf("the program has %d instructions, more than %d", len(raw), limit), Err: ErrTooLong}
	}
	return newProgram(raw, cfg), nil
}
