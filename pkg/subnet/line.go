package subnet

import (
	"bytes"
	"net/netip"
)

// Whole lines: what "ip route", "ip addr" and ifconfig print, what access lists
// and router configurations say, and plain lists with comments.

// Append reads one line and appends its items to dst. Blank lines, comments
// ("#" and ";" and a leading "!") and the lines of "ip addr" that hold no
// address give none. On an error dst comes back as it was.
//
// A line is one of
//
//	10.0.0.0/8  10.1.0.0/16, 10.2.0.0/16    any number of items
//	10.0.0.1 - 10.0.0.9                     a range with blanks
//	10.0.0.0 255.255.255.0                  address and mask or wildcard
//	10.0.0.0/8 via 192.0.2.1 dev eth0       a route: its destination
//	    inet 192.0.2.2/24 brd … scope …     an interface address
//	eth0  UP  192.0.2.2/24 fd00::2/64       "ip -br addr"
//	permit ip 10.0.0.0 0.0.0.255 any        an access list: its networks
//	ip route 10.0.0.0 255.0.0.0 192.0.2.1   a router's configuration
func (p *Parser) Append(dst []Item, line []byte) ([]Item, error) {
	line = trim(bytes.TrimPrefix(line, byteOrderMark))
	if len(line) == 0 || line[0] == '#' || line[0] == ';' || line[0] == '!' {
		return dst, nil
	}
	if v, w, bits, ok := parsePlain(line); ok {
		form := FormPrefix
		if bits == w && bytes.IndexByte(line, '/') < 0 {
			form = FormAddress
		}
		return append(dst, Item{Addr: fromU128(v, w), Form: form, bits: uint8(bits)}), nil
	}
	if i := bytes.IndexAny(line, "#;"); i > 0 && (line[i-1] == ' ' || line[i-1] == '\t') {
		line = trim(line[:i])
	}
	var buf [24][]byte
	f := fields(buf[:0], line)
	if len(f) == 0 {
		return dst, nil
	}
	if len(f) == 1 && is(f[0], "default") { // of a route whose next hops follow
		return p.route(dst, line, f)
	}
	if len(f) == 1 {
		return p.token(dst, f[0])
	}
	n := len(dst)
	out, err := p.words(dst, line, f)
	if err != nil {
		return dst[:n], err
	}
	return out, nil
}

// byteOrderMark stands at the head of files that some editors write.
var byteOrderMark = []byte("\ufeff")

func trim(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// fields cuts at blanks and commas.
func fields(dst [][]byte, b []byte) [][]byte {
	start := -1
	for i, c := range b {
		switch blank := c <= ' ' || c == ','; {
		case blank && start >= 0:
			dst = append(dst, b[start:i])
			start = -1
		case !blank && start < 0:
			start = i
		}
	}
	if start >= 0 {
		dst = append(dst, b[start:])
	}
	return dst
}

func is(b []byte, words ...string) bool {
	for _, w := range words {
		if string(b) == w {
			return true
		}
	}
	return false
}

func find(f [][]byte, words ...string) int {
	for i := range f {
		if is(f[i], words...) {
			return i
		}
	}
	return -1
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// words reads a line of two or more words.
func (p *Parser) words(dst []Item, line []byte, f [][]byte) ([]Item, error) {
	if i := find(f, "permit", "deny"); i >= 0 && i < 6 {
		return p.acl(dst, line, f[i+1:])
	}
	if i := find(f, "inet", "inet6"); i >= 0 && i+1 < len(f) && (i == 0 || !is(f[i-1], "via")) {
		return p.addrLine(dst, line, f[i+1:])
	}
	switch {
	case bytes.HasPrefix(f[0], []byte("link/")), is(f[0], "valid_lft", "nexthop", "altname", "ether", "loop", "RX", "TX", "RX:", "TX:"),
		len(f[0]) > 1 && f[0][len(f[0])-1] == ':' && digits(f[0][:len(f[0])-1]), // "2: eth0: <…>"
		len(f[0]) > 1 && f[0][len(f[0])-1] == ':' && bytes.HasPrefix(f[1], []byte("flags=")),
		bytes.HasPrefix(f[0], []byte("options=")), is(f[0], "nd6", "media:", "status:", "device", "UP"),
		is(f[1], "Link") && len(f) > 2 && bytes.HasPrefix(f[2], []byte("encap:")),
		find(f, "numtxqueues") > 0: // "ip -d"
		return dst, nil
	case counters(f):
		return dst, parseError(ErrAmbiguous, line, "write addresses in dotted form, or one number a line",
			"numbers in a row are addresses or the counters of an interface")
	case is(f[1], "UP", "DOWN", "UNKNOWN", "LOWERLAYERDOWN", "DORMANT"): // "ip -br addr"
		return p.each(dst, f[2:], FormAddrLine)
	case is(f[0], "ip", "ipv6") && is(f[1], "address", "route"):
		return p.config(dst, line, f[2:])
	case is(f[0], "network"):
		return p.config(dst, line, f[1:])
	case is(f[0], "unicast", "local", "broadcast", "multicast", "anycast", "unreachable", "blackhole", "prohibit", "throw", "nat"):
		return p.route(dst, line, f[1:])
	case is(f[0], "default"), find(f, "via", "dev", "proto", "scope", "nhid", "metric", "src", "encap") == 1:
		return p.route(dst, line, f)
	case len(f) == 3 && is(f[1], "-"):
		it, err := span(line, f[0], f[2])
		return appendItem(dst, it, err)
	}
	if len(f) == 2 {
		if it, ok, err := pair(line, f[0], f[1]); ok {
			return appendItem(dst, it, err)
		}
	}
	return p.each(dst, f, 0)
}

// counters reports whether a line may be from "ip -s": decimal numbers only, and
// small ones among them, which as addresses would be in 0.0.0.0/24.
func counters(f [][]byte) bool {
	small := false
	for _, w := range f {
		if !digits(w) {
			return false
		}
		v, ok := readUint(w)
		small = small || ok && v.hi == 0 && v.lo < 256
	}
	return small
}

// each reads every word as an item of its own; a form other than 0 is set on all.
func (p *Parser) each(dst []Item, f [][]byte, form Form) ([]Item, error) {
	n := len(dst)
	for _, w := range f {
		if form == FormAddrLine && (is(w, "peer") || bytes.HasPrefix(w, []byte("metric"))) {
			break
		}
		var err error
		if dst, err = p.token(dst, w); err != nil {
			return dst, err
		}
	}
	if form != 0 {
		for i := n; i < len(dst); i++ {
			dst[i].Form = form
		}
	}
	return dst, nil
}

// pair reads an address and a dotted mask or wildcard; ok is false when the
// second word is not one, so that the two are items of their own.
func pair(line, a, m []byte) (it Item, ok bool, err error) {
	q, n := read4(m)
	if n != len(m) || n == 0 {
		return Item{}, false, nil
	}
	if _, n = read4(a); n != len(a) {
		return Item{}, false, nil
	}
	host := fromU128(u128{0, uint64(q)}, 32)
	inverse := fromU128(u128{0, uint64(^q)}, 32)
	_, isMask := BitsFromMask(host)
	_, isWild := BitsFromMask(inverse)
	if !isMask && !isWild {
		return Item{}, false, nil
	}
	addr, _, err := address(a)
	if err != nil {
		return Item{}, true, err
	}
	it, err = maskItem(line, addr, u128{0, uint64(q)})
	return it, true, err
}

// config reads "address mask", "address wildcard" or "prefix" and ignores what follows.
func (p *Parser) config(dst []Item, line []byte, f [][]byte) ([]Item, error) {
	if len(f) == 0 {
		return dst, parseError(ErrSyntax, line, "", "the line ends before an address")
	}
	if len(f) > 1 {
		if it, ok, err := pair(line, f[0], f[1]); ok {
			return appendItem(dst, it, err)
		}
	}
	return p.token(dst, f[0])
}

// route reads the destination of a route.
func (p *Parser) route(dst []Item, line []byte, f [][]byte) ([]Item, error) {
	if len(f) == 0 {
		return dst, parseError(ErrSyntax, line, "", "the route has no destination")
	}
	if is(f[0], "default") {
		// The family of a default route shows only in its gateway ("via inet6"
		// is an IPv4 route with an IPv6 next hop), or in "pref", which only
		// IPv6 routes have.
		any := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		i := find(f, "via")
		if i > 0 && i+1 < len(f) && bytes.IndexByte(f[i+1], ':') >= 0 || i < 0 && find(f, "pref") > 0 {
			any = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
		}
		it := ItemOf(any)
		it.Form = FormRoute
		return append(dst, it), nil
	}
	n := len(dst)
	dst, err := p.token(dst, f[0])
	if err != nil {
		return dst, err
	}
	for i := n; i < len(dst); i++ {
		dst[i].Form = FormRoute
	}
	return dst, nil
}

// addrLine reads what follows inet or inet6: address/length, or an address with
// "netmask" or "prefixlen" further on. With a peer the address is the host's
// own and alone; the length belongs to the peer.
func (p *Parser) addrLine(dst []Item, line []byte, f [][]byte) ([]Item, error) {
	if is(f[0], "addr:") && len(f) > 1 { // "inet6 addr: fe80::1/64 Scope:Link"
		f = f[1:]
	}
	word := bytes.TrimPrefix(f[0], []byte("addr:"))
	n := len(dst)
	dst, err := p.token(dst, word)
	if err != nil {
		return dst, err
	}
	for _, w := range f[1:] { // "inet addr:192.0.2.2  Bcast:192.0.2.255  Mask:255.255.255.0"
		if m, ok := bytes.CutPrefix(w, []byte("Mask:")); ok && len(dst) == n+1 {
			if dst[n], err = masked(line, dst[n].Addr, m); err != nil {
				return dst[:n], err
			}
		}
	}
	if i := find(f, "netmask", "prefixlen"); i > 0 && i+1 < len(f) && len(dst) == n+1 {
		it, err := masked(line, dst[n].Addr, f[i+1])
		if err != nil {
			return dst, err
		}
		dst[n] = it
	}
	dev := f[len(f)-1]
	for i := n; i < len(dst); i++ {
		it := &dst[i]
		it.Form = FormAddrLine
		if find(f, "scope") > 0 && it.Addr.Is6() && it.Addr.IsLinkLocalUnicast() && it.Addr.Zone() == "" && !is(dev, "link", "global", "noprefixroute") {
			it.Addr = it.Addr.WithZone(string(dev))
		}
	}
	return dst, nil
}

// acl reads what follows permit or deny: sources and destinations, each of them
// "any", "host A", "A wildcard" or a prefix. Here all zeros is a wildcard, one
// host, and all ones is any, since nothing else can be meant.
func (p *Parser) acl(dst []Item, line []byte, f [][]byte) ([]Item, error) {
	n := len(dst)
	v6 := false
	for _, w := range f {
		if bytes.IndexByte(w, ':') >= 0 {
			v6 = true
		}
	}
	add := func(it Item, err error) error {
		if err != nil {
			return err
		}
		it.Form = FormACL
		dst = append(dst, it)
		return nil
	}
	for i := 0; i < len(f); i++ {
		w := f[i]
		if is(w, "any", "any4", "any6") {
			all := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
			if v6 && !is(w, "any4") || is(w, "any6") {
				all = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
			}
			if err := add(ItemOf(all), nil); err != nil {
				return dst, err
			}
			continue
		}
		host := is(w, "host")
		if host && i+1 < len(f) {
			i++
			w = f[i]
		}
		if !host && !bytes.ContainsAny(w, ".:") {
			continue // protocol, port, "log", "established"
		}
		q, k := read4(w)
		if k == len(w) && k > 0 && !host && i+1 < len(f) {
			if m, l := read4(f[i+1]); l == len(f[i+1]) && l > 0 {
				i++
				bits, ok := BitsFromMask(fromU128(u128{0, uint64(^m)}, 32))
				if !ok {
					return dst, parseError(ErrSyntax, line, "", "the wildcard %s is not contiguous, so the entry names no single network", f[i])
				}
				if err := add(ItemOf(netip.PrefixFrom(fromU128(u128{0, uint64(q)}, 32), bits)), nil); err != nil {
					return dst, err
				}
				continue
			}
		}
		at := len(dst)
		var err error
		if dst, err = new(Parser).token(dst, w); err != nil {
			return dst, err
		}
		for j := at; j < len(dst); j++ {
			dst[j].Form = FormACL
		}
	}
	if len(dst) == n {
		return dst, parseError(ErrSyntax, line, "", "the access list entry has no address")
	}
	return dst, nil
}
