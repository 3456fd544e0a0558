package display

import (
	"strings"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// Filter is a compiled display filter. It serves one goroutine at a time: others
// compile the same text for themselves.
type Filter struct {
	text  string
	test  tester
	needs Needs
	m     machine
}

// Needs says what a filter looks at. A packet without any of it is decided by
// absence alone.
type Needs struct {
	Protos []*dissect.Proto // whose presence or octets are asked for
	Fields []*dissect.Def   // whose values or presence are asked for
}

// Compile makes a filter from its text; an empty one takes every packet. An error is
// an [*Error].
func Compile(text string) (f *Filter, err error) {
	if len(text) > MaxLen {
		return nil, &Error{Filter: text, Offset: MaxLen, Len: len(text) - MaxLen, Msg: "the filter is too long"}
	}
	defer func() {
		switch x := recover().(type) {
		case nil:
		case failure:
			x.err.Filter = text
			f, err = nil, x.err
		default:
			panic(x)
		}
	}()
	c := &checker{}
	var test tester = always{}
	if strings.TrimSpace(text) != "" {
		test = c.test(parse(text))
	}
	return &Filter{text: text, test: test, needs: c.needs}, nil
}

// String is the filter's text.
func (f *Filter) String() string { return f.text }

// Needs says what the filter looks at.
func (f *Filter) Needs() Needs { return f.needs }

// Match reports whether the filter takes the packet, which must have been
// dissected with its fields unless the filter needs none.
func (f *Filter) Match(p *dissect.Packet) bool {
	f.m.p, f.m.stack, f.m.scratch = p, f.m.stack[:0], f.m.scratch[:0]
	ok := f.test.match(&f.m)
	f.m.p = nil
	return ok
}
