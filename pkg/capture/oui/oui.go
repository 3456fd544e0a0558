package oui

// IEEE 802-2014 section 8.2: the individual/group and the universal/local bit.

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed" // the registries
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/netkit-go/netkit/pkg/wire"
)

// Bounds on a user's file.
const (
	MaxEntries = 1 << 20
	MaxFile    = 64 << 20
)

// ErrFile is wrapped by the errors of Read.
var ErrFile = errors.New("not a list of MAC address prefixes")

//go:embed registry.gz
var registry []byte

// lengths are the lengths of assignments that are looked for, longest first.
var lengths = [...]int{48, 36, 28, 24}

// Table holds assignments. It is not changed after it was made.
type Table struct {
	byLength [len(lengths)]assignments
	next     *Table
}

// assignments of one length, in the order of their prefixes.
type assignments struct {
	prefix []uint64
	name   []string
}

// Entry is one assignment: the first Bits bits of Prefix, which is an address as
// a number.
type Entry struct {
	Prefix uint64
	Bits   int
	Name   string
}

// Registries returns the IEEE's assignments.
var Registries = sync.OnceValue(func() *Table {
	t, err := unpack(registry)
	if err != nil {
		panic("oui: the embedded registries: " + err.Error()) // a test reads them
	}
	return t
})

// New returns a table of the entries. Of two with the same prefix the last
// counts; a length that is not 24, 28, 36 or 48 is left out.
func New(entries []Entry) *Table {
	t := &Table{}
	for i, bits := range lengths {
		var list []Entry
		for _, e := range entries {
			if e.Bits == bits {
				e.Prefix >>= 48 - bits
				list = append(list, e)
			}
		}
		slices.SortStableFunc(list, func(a, b Entry) int { return cmp.Compare(a.Prefix, b.Prefix) })
		for j, e := range list {
			if j+1 < len(list) && list[j+1].Prefix == e.Prefix {
				continue
			}
			t.byLength[i].prefix = append(t.byLength[i].prefix, e.Prefix)
			t.byLength[i].name = append(t.byLength[i].name, e.Name)
		}
	}
	return t
}

// Before returns a table that asks t first, and then other.
func (t *Table) Before(other *Table) *Table {
	c := *t
	c.next = other
	return &c
}

// Len is how many assignments there are.
func (t *Table) Len() int {
	n := 0
	for _, a := range t.byLength {
		n += len(a.prefix)
	}
	if t.next != nil {
		n += t.next.Len()
	}
	return n
}

// Lookup returns the name of the longest assignment that holds m, "" for none.
func (t *Table) Lookup(m wire.MAC) string {
	v := number(m)
	for ; t != nil; t = t.next {
		for i, bits := range lengths {
			a := &t.byLength[i]
			if j, ok := slices.BinarySearch(a.prefix, v>>(48-bits)); ok {
				return a.name[j]
			}
		}
	}
	return ""
}

// Describe returns Lookup's name, or what m says of itself: that it is everyone's,
// a group's, or given by whoever set the device up. "" says that nobody is known.
func (t *Table) Describe(m wire.MAC) string {
	if name := t.Lookup(m); name != "" {
		return name
	}
	switch {
	case m == wire.Broadcast:
		return "broadcast"
	case m[0] == 0x01 && m[1] == 0 && m[2] == 0x5e:
		return "IPv4 multicast"
	case m[0] == 0x33 && m[1] == 0x33:
		return "IPv6 multicast"
	case m[0]&1 != 0:
		return "group"
	case m[0]&2 != 0:
		return "locally administered"
	}
	return ""
}

func number(m wire.MAC) uint64 {
	return uint64(m[0])<<40 | uint64(m[1])<<32 | uint64(binary.BigEndian.Uint32(m[2:]))
}

// Read reads a list in any of the usual forms, a line for each prefix: the IEEE's
// CSV, Wireshark's manuf (prefix, short name, long name, apart by tabs) and
// arp-scan's (digits, a tab, the name). Lines that begin with # are comments.
func Read(r io.Reader) (*Table, error) {
	lr := &io.LimitedReader{R: r, N: MaxFile + 1}
	sc := bufio.NewScanner(lr)
	sc.Buffer(make([]byte, 0, 4096), 1<<16)
	var list []Entry
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\ufeff"))
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "Registry,") {
			continue
		}
		e, ok := entry(line)
		if !ok {
			return nil, fmt.Errorf("%w: line %d", ErrFile, n)
		}
		if len(list) == MaxEntries {
			return nil, fmt.Errorf("%w: more than %d lines", ErrFile, MaxEntries)
		}
		list = append(list, e)
	}
	switch {
	case sc.Err() != nil:
		return nil, sc.Err()
	case lr.N == 0:
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrFile, MaxFile)
	case len(list) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrFile)
	}
	return New(list), nil
}

func entry(line string) (Entry, bool) {
	var prefix, name string
	if tabs := strings.Split(line, "\t"); len(tabs) > 1 {
		prefix, name = tabs[0], strings.TrimSpace(tabs[len(tabs)-1])
	} else if rec, err := csv.NewReader(strings.NewReader(line)).Read(); err == nil && len(rec) >= 3 {
		prefix, name = rec[1], strings.TrimSpace(rec[2])
	} else if p, rest, ok := strings.Cut(line, " "); ok {
		prefix, name = p, strings.TrimSpace(rest)
	}
	e, ok := ParsePrefix(prefix)
	e.Name = name
	return e, ok && name != ""
}

// ParsePrefix reads the beginning of a MAC address: hexadecimal digits, apart by
// ":", "-" or "." or by nothing, and a length in bits after a slash where it is not
// four for each digit. The length must be 24, 28, 36 or 48.
func ParsePrefix(s string) (Entry, bool) {
	digits, length, given := strings.Cut(strings.TrimSpace(s), "/")
	e := Entry{}
	n := 0
	for _, c := range []byte(digits) {
		if c == ':' || c == '-' || c == '.' {
			continue
		}
		v, err := strconv.ParseUint(string(c), 16, 8)
		if err != nil || n == 12 {
			return e, false
		}
		e.Prefix = e.Prefix<<4 | v
		n++
	}
	e.Prefix <<= 4 * (12 - n)
	e.Bits = 4 * n
	if given {
		bits, err := strconv.Atoi(length)
		if err != nil {
			return e, false
		}
		e.Bits = bits
	}
	return e, slices.Contains(lengths[:], e.Bits)
}

// Pack writes entries as the embedded file has them: gzip of the names, each on a
// line, and then for each length the number of prefixes and for each the
// difference to the one before and the number of its name, all as varints.
func Pack(w io.Writer, entries []Entry) error {
	t := New(entries)
	index := map[string]int{}
	var names []string
	for _, a := range t.byLength {
		for _, n := range a.name {
			if _, ok := index[n]; !ok {
				index[n] = 0
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	b := binary.AppendUvarint(nil, uint64(len(names)))
	for i, n := range names {
		index[n] = i
		b = append(append(b, n...), '\n')
	}
	for _, a := range t.byLength {
		b = binary.AppendUvarint(b, uint64(len(a.prefix)))
		last := uint64(0)
		for i, p := range a.prefix {
			b = binary.AppendUvarint(b, p-last)
			b = binary.AppendUvarint(b, uint64(index[a.name[i]]))
			last = p
		}
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(b); err != nil {
		return err
	}
	return z.Close()
}

var errPacked = errors.New("damaged")

func unpack(packed []byte) (*Table, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(z, MaxFile))
	if err != nil {
		return nil, err
	}
	ok := true
	uvarint := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			ok = false
			return 0
		}
		b = b[n:]
		return v
	}
	count := uvarint()
	if count > MaxEntries {
		return nil, errPacked
	}
	names := make([]string, 0, count)
	for range count {
		line, rest, found := bytes.Cut(b, []byte{'\n'})
		if !found {
			return nil, errPacked
		}
		names = append(names, string(line))
		b = rest
	}
	t := &Table{}
	for i := range t.byLength {
		n := uvarint()
		if n > MaxEntries {
			return nil, errPacked
		}
		a := assignments{prefix: make([]uint64, n), name: make([]string, n)}
		last := uint64(0)
		for j := range a.prefix {
			last += uvarint()
			name := uvarint()
			if !ok || name >= uint64(len(names)) {
				return nil, errPacked
			}
			a.prefix[j], a.name[j] = last, names[name]
		}
		t.byLength[i] = a
	}
	if !ok || len(b) > 0 {
		return nil, errPacked
	}
	return t, nil
}
