package subnet

import (
	"io"
	"iter"
	"math/bits"
	"net/netip"
	"sort"
)

// Walking the addresses of a set, in order or in random order, without ever
// holding them.

// Hosts returns the set without the addresses that no host of p may have, for
// each of the prefixes: IPv4 network and broadcast addresses, IPv6
// subnet-router anycast addresses.
func Hosts(prefixes ...netip.Prefix) *Set {
	var b SetBuilder
	for _, p := range prefixes {
		first, last := HostRange(p)
		b.AddRange(Range{first, last})
	}
	return b.Set()
}

// Addrs yields every step-th address of s in order, beginning with the first.
// The steps count over the set, not over the gaps. A step of 0 is 1.
func (s *Set) Addrs(step uint64) iter.Seq[netip.Addr] { return s.AddrsFrom(0, step) }

// AddrsFrom yields what Addrs does without the first n, which costs nothing for
// each of them.
func (s *Set) AddrsFrom(n, step uint64) iter.Seq[netip.Addr] {
	step = max(step, 1)
	return func(yield func(netip.Addr) bool) {
		hi, lo := bits.Mul64(n, step)
		skip := u128{hi, lo} // addresses to pass over at the start of the next range
		walk := func(first, last u128, w int) bool {
			left, _ := last.sub(first) // one less than there are
			if left.less(skip) {
				skip, _ = skip.sub(left.inc())
				return true
			}
			n, _ := first.add(skip)
			for {
				if !yield(fromU128(n, w)) {
					return false
				}
				rest, _ := last.sub(n)
				if rest.less(u128{0, step}) {
					skip, _ = u128{0, step}.sub(rest.inc())
					return true
				}
				n, _ = n.add(u128{0, step})
			}
		}
		for _, x := range s.v4 {
			if !walk(x.first.wide(), x.last.wide(), 32) {
				return
			}
		}
		for _, x := range s.v6 {
			if !walk(x.first, x.last, 128) {
				return
			}
		}
	}
}

// Index numbers the addresses of a set in order. It holds the set and one count
// for each range.
type Index struct {
	set  *Set
	upTo []Count // addresses in the ranges before and including each
}

// NewIndex returns the index of s.
func NewIndex(s *Set) *Index {
	x := &Index{set: s, upTo: make([]Count, 0, s.NumRanges())}
	var sum Count
	for r := range s.Ranges() {
		sum = sum.Add(r.Count())
		x.upTo = append(x.upTo, sum)
	}
	return x
}

// Count returns how many addresses there are.
func (x *Index) Count() Count {
	if len(x.upTo) == 0 {
		return Count{}
	}
	return x.upTo[len(x.upTo)-1]
}

// At returns the i-th address, counted from 0, and false beyond the last.
func (x *Index) At(i Count) (netip.Addr, bool) {
	at := sort.Search(len(x.upTo), func(k int) bool { return i.Cmp(x.upTo[k]) < 0 })
	if at == len(x.upTo) {
		return netip.Addr{}, false
	}
	if at > 0 {
		i = i.Sub(x.upTo[at-1])
	}
	if at < len(x.set.v4) {
		return fromU128(u128{0, uint64(x.set.v4[at].first) + i.lo}, 32), true
	}
	n, _ := x.set.v6[at-len(x.set.v4)].first.add(u128{i.hi, i.lo})
	return fromU128(n, 128), true
}

// Permutation is a random order of the numbers below a count, in which each
// occurs exactly once. It holds no numbers: position i is computed, so a walk can
// be cut, shared among machines and resumed.
//
// The order is a Feistel network over the smallest domain of an even number of
// bits that holds the count, whose output is fed back until it falls inside
// (cycle walking). It is a shuffle for spreading load, not a cipher.
type Permutation struct {
	count Count
	half  uint // bits of each half
	keys  [6]uint64
}

// NewPermutation returns the order of the numbers below count that belongs to
// the seed.
func NewPermutation(count Count, seed uint64) *Permutation {
	p := &Permutation{count: count}
	if !count.IsZero() {
		most := count.Sub(CountOf(1))
		n := 128
		if most.top == 0 {
			n -= u128{most.hi, most.lo}.leadingZeros()
		}
		p.half = uint(max(1, (n+1)/2))
	}
	for i := range p.keys {
		seed += 0x9e3779b97f4a7c15
		p.keys[i] = mix(seed)
	}
	return p
}

// mix is the finalizer of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// At returns the number at position i, and false when i is not below the count.
// Of more than 2^128 numbers, which only a set of both families can have, those
// from 2^128 on stay in their place.
func (p *Permutation) At(i Count) (Count, bool) {
	if i.Cmp(p.count) >= 0 {
		return Count{}, false
	}
	if i.top != 0 {
		return i, true
	}
	for {
		n := p.shuffle(u128{i.hi, i.lo})
		if i = (Count{0, n.hi, n.lo}); i.Cmp(p.count) < 0 {
			return i, true
		}
	}
}

func (p *Permutation) shuffle(n u128) u128 {
	mask := ones(p.half).lo
	l, r := n.shr(p.half).lo&mask, n.lo&mask
	for _, k := range p.keys {
		l, r = r, (l^mix(r^k))&mask
	}
	return u128{0, l}.shl(p.half).or(u128{0, r})
}

// Nth returns the i-th network of the given length in p, counted from 0, and
// false when there is none.
func Nth(p netip.Prefix, length int, i Count) (netip.Prefix, bool) {
	if i.Cmp(SplitCount(p, length)) >= 0 {
		return netip.Prefix{}, false
	}
	w := p.Addr().BitLen()
	n := u128{i.hi, i.lo}.shl(uint(w - length)).or(toU128(Network(p)))
	return netip.PrefixFrom(fromU128(n, w), length), true
}

// WriteAddrs writes every address of r on a line of its own.
func WriteAddrs(w io.Writer, r Range) error {
	if !r.IsValid() {
		return nil
	}
	const flushAt = 64 << 10
	buf := make([]byte, 0, flushAt+256*len("255.255.255.255\n"))
	width := r.First.BitLen()
	n, last := toU128(r.First), toU128(r.Last)
	for {
		if width == 32 {
			end := min(n.lo|0xff, last.lo)
			buf = appendRun4(buf, uint32(n.lo), uint32(end))
			n.lo = end
		} else {
			buf = append(append6(buf, n), '\n')
		}
		if n == last || len(buf) >= flushAt {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
			if n == last {
				return nil
			}
		}
		n = n.inc()
	}
}

// appendRun4 appends the lines of first..last, which differ in the last octet only.
func appendRun4(b []byte, first, last uint32) []byte {
	var head [15]byte
	h := append4(head[:0], first)
	h = h[:len(h)-int(octets[byte(first)][3])]
	for o := first & 0xff; o <= last&0xff; o++ {
		b = append(appendOctet(append(b, h...), byte(o)), '\n')
	}
	return b
}
