package subnet

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// RFC 4632 section 3.1 (prefix notation), RFC 4291 sections 2.2 and 2.3 (IPv6
// addresses and prefixes), RFC 4007 section 11 (zones), RFC 6943 section 3.1.1
// (IPv4 text forms that mean different things to different programs).

// Form says how an item was written.
type Form uint8

const (
	FormAddress   Form = iota // 192.0.2.1, 2001:db8::1, fe80::1%eth0
	FormPrefix                // 192.0.2.1/24
	FormMask                  // 192.0.2.1/255.255.255.0, /0xffffff00, /4294967040; 192.0.2.1 255.255.255.0
	FormWildcard              // 192.0.2.1/0.0.0.255; 192.0.2.1 0.0.0.255
	FormRange                 // 192.0.2.1-192.0.2.9
	FormOffset                // 192.0.2.1:+8
	FormInteger               // 3221225985
	FormHex                   // 0xc0000201
	FormInterface             // eth0
	FormRoute                 // a line of "ip route"
	FormAddrLine              // a line of "ip addr" or ifconfig
	FormACL                   // a line of a router's access list
)

var formNames = [...]string{"address", "prefix", "mask", "wildcard", "range", "offset", "integer", "hex", "interface", "route", "addr-line", "acl"}

// String returns a word for the form, as used in JSON output.
func (f Form) String() string {
	if int(f) < len(formNames) {
		return formNames[f]
	}
	return "unknown"
}

// Item is what one input denotes: an address, a network with the address that
// was written, or a range.
type Item struct {
	Addr netip.Addr // as written, zone included; of a range, its first address
	Form Form
	bits uint8
	last netip.Addr // set for a range
}

// ItemOf makes an Item of a prefix.
func ItemOf(p netip.Prefix) Item {
	return Item{Addr: p.Addr(), Form: FormPrefix, bits: uint8(p.Bits())}
}

// Prefix returns the address as written with its prefix length (32 or 128 for a
// bare address). A range gives its prefix when it is exactly one, else false.
// The zone is not part of it.
func (it Item) Prefix() (netip.Prefix, bool) {
	if it.last.IsValid() {
		return Range{it.Addr, it.last}.Prefix()
	}
	return netip.PrefixFrom(it.Addr, int(it.bits)), it.Addr.IsValid()
}

// Range returns all addresses of the item's network or range.
func (it Item) Range() Range {
	if it.last.IsValid() {
		return Range{it.Addr, it.last}
	}
	return RangeOf(netip.PrefixFrom(it.Addr, int(it.bits)))
}

// IsRange reports whether the item was written as a range.
func (it Item) IsRange() bool { return it.last.IsValid() }

// IsAddress reports whether the item is one address without a network.
func (it Item) IsAddress() bool {
	return !it.IsRange() && it.Addr.IsValid() && int(it.bits) == it.Addr.BitLen()
}

// String writes the item in the plainest form that Parse reads back.
func (it Item) String() string {
	switch {
	case it.last.IsValid():
		return it.Addr.String() + "-" + it.last.String()
	case it.IsAddress():
		return it.Addr.String()
	}
	return it.Addr.String() + "/" + strconv.Itoa(int(it.bits))
}

// ParseError says what is wrong with an input and, where it can be known, what
// to write instead.
type ParseError struct {
	Text   string // the input, shortened when long
	Reason string
	Hint   string
	Err    error // ErrSyntax, ErrAmbiguous, ErrFamily or ErrRange
}

func (e *ParseError) Error() string {
	return strconv.Quote(e.Text) + " " + e.Err.Error() + ": " + e.Reason
}

// Unwrap returns the sentinel.
func (e *ParseError) Unwrap() error { return e.Err }

const maxErrorText = 80

func errorText(text []byte) string {
	s := string(text[:min(len(text), maxErrorText)])
	if len(text) > maxErrorText {
		s += "…"
	}
	return s
}

// inWhole makes the error of a part of an item quote the item, and the reason
// the part where the item alone would not tell.
func inWhole(whole []byte, err error) error {
	var pe *ParseError
	if !errors.As(err, &pe) {
		return err
	}
	out := *pe
	out.Text = errorText(whole)
	switch {
	case pe.Text == "":
		out.Reason = "the address is missing"
	case pe.Text != out.Text:
		out.Reason = strconv.Quote(pe.Text) + ": " + pe.Reason
	}
	return &out
}

func parseError(kind error, text []byte, hint, reason string, args ...any) error {
	return &ParseError{Text: errorText(text), Reason: fmt.Sprintf(reason, args...), Hint: hint, Err: kind}
}

// Parser reads items. Its zero value knows no interfaces.
type Parser struct {
	// Interface returns the addresses of a network interface by its name; nil
	// means that interface names are not accepted.
	Interface func(name string) ([]netip.Prefix, error)
}

// Parse reads one item in any form but interface names and whole lines.
func Parse(s string) (Item, error) {
	items, err := new(Parser).Append(nil, []byte(s))
	if err != nil {
		return Item{}, err
	}
	if len(items) != 1 {
		return Item{}, parseError(ErrSyntax, []byte(s), "", "one item is wanted here, not %d", len(items))
	}
	return items[0], nil
}

// MustParse is Parse for constants: it panics on an error.
func MustParse(s string) Item {
	it, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return it
}

// parsePlain reads the two commonest forms, an address and address/length,
// without a zone. It is the only path that a bulk file takes.
func parsePlain(b []byte) (v u128, width, bits int, ok bool) {
	var n int
	if q, m := read4(b); m > 0 {
		v, width, n = u128{0, uint64(q)}, 32, m
	} else if v, n = read6(b); n > 0 {
		width = 128
	} else {
		return u128{}, 0, 0, false
	}
	if n == len(b) {
		return v, width, width, true
	}
	if b[n] != '/' {
		return u128{}, 0, 0, false
	}
	l := b[n+1:]
	if len(l) == 0 || len(l) > 3 || len(l) > 1 && l[0] == '0' {
		return u128{}, 0, 0, false
	}
	for _, c := range l {
		if c < '0' || c > '9' {
			return u128{}, 0, 0, false
		}
		bits = bits*10 + int(c-'0')
	}
	return v, width, bits, bits <= width
}

// token reads one item that has no blanks in it.
func (p *Parser) token(dst []Item, b []byte) ([]Item, error) {
	if v, w, bits, ok := parsePlain(b); ok {
		form := FormPrefix
		if bits == w && bytes.IndexByte(b, '/') < 0 {
			form = FormAddress
		}
		return append(dst, Item{Addr: fromU128(v, w), Form: form, bits: uint8(bits)}), nil
	}
	if i := bytes.Index(b, []byte(":+")); i >= 0 {
		it, err := offset(b, b[:i], b[i+2:])
		return appendItem(dst, it, err)
	}
	if i := bytes.IndexByte(b, '-'); i > 0 && p.ifaceLike(b[:i]) == "" && !zoneHasDash(b, i) {
		it, err := span(b, b[:i], b[i+1:])
		return appendItem(dst, it, err)
	}
	if i := bytes.IndexByte(b, ':'); i > 0 && bytes.Count(b, []byte(":")) == 1 {
		if _, n := read4(b); n == i {
			if _, m := read4(b[i+1:]); m > 0 {
				it, err := span(b, b[:i], b[i+1:])
				return appendItem(dst, it, err)
			}
			return dst, parseError(ErrSyntax, b, "leave the port out", "an address with a port is not a network")
		}
	}
	if name := p.ifaceLike(b); name != "" {
		return p.iface(dst, b, name)
	}
	addr, mask, hasMask := bytes.Cut(b, []byte("/"))
	a, form, err := address(addr)
	if err != nil {
		return dst, inWhole(b, err)
	}
	if !hasMask {
		return append(dst, Item{Addr: a, Form: form, bits: uint8(a.BitLen())}), nil
	}
	it, err := masked(b, a, mask)
	return appendItem(dst, it, err)
}

// zoneHasDash reports whether the dash at b[i] is in a zone (fe80::1%br-lan)
// and not between the ends of a range.
func zoneHasDash(b []byte, i int) bool {
	if bytes.IndexByte(b[:i], '%') < 0 {
		return false
	}
	addr, _, _ := bytes.Cut(b, []byte("/"))
	_, _, err := address(addr)
	return err == nil
}

func appendItem(dst []Item, it Item, err error) ([]Item, error) {
	if err != nil {
		return dst, err
	}
	return append(dst, it), nil
}

// address reads one address in any form: dotted, IPv6 with zone or brackets,
// integer, hexadecimal.
func address(b []byte) (netip.Addr, Form, error) {
	if q, n := read4(b); n > 0 && n == len(b) {
		return fromU128(u128{0, uint64(q)}, 32), FormAddress, nil
	}
	in := b
	if len(in) > 2 && in[0] == '[' && in[len(in)-1] == ']' {
		in = in[1 : len(in)-1]
	}
	if v, n := read6(in); n > 0 {
		a := fromU128(v, 128)
		switch {
		case n == len(in):
			return a, FormAddress, nil
		case in[n] == '%':
			zone := in[n+1:]
			if len(zone) == 0 || bytes.ContainsAny(zone, "%:/[] \t") {
				return netip.Addr{}, 0, parseError(ErrSyntax, b, "", "the zone after %% is empty or has a character that no zone has")
			}
			for _, c := range zone {
				if c < 0x20 || c == 0x7f {
					return netip.Addr{}, 0, parseError(ErrSyntax, b, "", "the zone has a control character")
				}
			}
			return a.WithZone(string(zone)), FormAddress, nil
		}
	}
	if len(b) >= 2 && b[0] == '0' && b[1]|0x20 == 'x' {
		v, ok := readHex(b[2:])
		if !ok && bytes.IndexByte(b, '.') > 0 {
			return netip.Addr{}, 0, parseError(ErrSyntax, b, "write the octets in decimal", "few programs read octets in hexadecimal")
		}
		if !ok {
			return netip.Addr{}, 0, parseError(ErrSyntax, b, "", "after 0x come 1 to 32 hexadecimal digits")
		}
		if len(b) <= 10 {
			return fromU128(v, 32), FormHex, nil
		}
		return fromU128(v, 128), FormHex, nil
	}
	if len(b) == 32 {
		if v, ok := readHex(b); ok && digits(b) {
			return netip.Addr{}, 0, parseError(ErrAmbiguous, b, "write 0x before hexadecimal digits, or the address with colons",
				"32 digits without a letter are a decimal number or a hexadecimal address")
		} else if ok {
			return fromU128(v, 128), FormHex, nil
		}
	}
	if v, ok := readUint(b); ok {
		switch {
		case b[0] == '0' && len(b) > 1:
			return netip.Addr{}, 0, parseError(ErrAmbiguous, b, "write it without the leading zero, or as 0x…", "a leading zero means octal to some programs and nothing to others")
		case v.hi == 0 && v.lo > 0 && v.lo < 256: // 0 is 0.0.0.0 either way
			return netip.Addr{}, 0, parseError(ErrAmbiguous, b, fmt.Sprintf("write 0.0.0.%d, %d.0.0.0 or 0x%02x", v.lo, v.lo, v.lo),
				"the number %d is 0.0.0.%d, the short form is %d.0.0.0", v.lo, v.lo, v.lo)
		case v.hi == 0 && v.lo>>32 == 0:
			return fromU128(v, 32), FormInteger, nil
		}
		return fromU128(v, 128), FormInteger, nil
	}
	return netip.Addr{}, 0, diagnose(b)
}

// masked joins an address with what follows its slash.
func masked(whole []byte, a netip.Addr, m []byte) (Item, error) {
	w := a.BitLen()
	fail := func(kind error, hint, reason string, args ...any) (Item, error) {
		return Item{}, parseError(kind, whole, hint, reason, args...)
	}
	if len(m) == 0 {
		return fail(ErrSyntax, "", "nothing follows the slash")
	}
	if v, ok := readUint(m); ok {
		if len(m) > 1 && m[0] == '0' {
			return fail(ErrAmbiguous, "", "the length %s has a leading zero, which means octal to some programs", m)
		}
		if v.hi == 0 && v.lo <= uint64(w) {
			return Item{Addr: a, Form: FormPrefix, bits: uint8(v.lo)}, nil
		}
		if v.hi == 0 && v.lo <= 255 {
			return fail(ErrRange, "", "the prefix length %d is larger than %d", v.lo, w)
		}
		return maskItem(whole, a, v)
	}
	if len(m) > 2 && m[0] == '0' && m[1]|0x20 == 'x' {
		v, ok := readHex(m[2:])
		if !ok {
			return fail(ErrSyntax, "", "%s is not a hexadecimal mask", m)
		}
		return maskItem(whole, a, v)
	}
	mask, _, err := address(m)
	if err != nil {
		var pe *ParseError
		if errors.As(err, &pe) {
			return fail(pe.Err, "", "the mask %q: %s", pe.Text, pe.Reason)
		}
		return Item{}, err
	}
	if mask.BitLen() != w {
		return fail(ErrFamily, "", "the address and the mask are of different families")
	}
	return maskItem(whole, a, toU128(mask))
}

// maskItem joins an address with a mask or wildcard given as a number. A
// contiguous mask begins with ones, a contiguous wildcard with zeros, so only
// the two that are all equal can be both; all ones is read as a mask, as every
// program does, and all zeros only where it cannot mislead.
func maskItem(whole []byte, a netip.Addr, m u128) (Item, error) {
	w := a.BitLen()
	all := ones(uint(w))
	if all.less(m) {
		return Item{}, parseError(ErrRange, whole, "", "the mask has more than %d bits", w)
	}
	if m.isZero() && !toU128(a).isZero() {
		return Item{}, parseError(ErrAmbiguous, whole, fmt.Sprintf("write /0 or /%d", w),
			"as a mask all zeros is /0, as a wildcard it is /%d", w)
	}
	if n, ok := BitsFromMask(fromU128(m, w)); ok {
		return Item{Addr: a, Form: FormMask, bits: uint8(n)}, nil
	}
	if n, ok := BitsFromMask(fromU128(m.not().and(all), w)); ok {
		return Item{Addr: a, Form: FormWildcard, bits: uint8(n)}, nil
	}
	return Item{}, parseError(ErrSyntax, whole, "", "the bits of the mask %s are not contiguous, so it names no single network", fromU128(m, w))
}

// span reads first-last.
func span(whole, first, last []byte) (Item, error) {
	a, _, err := address(first)
	if err != nil {
		return Item{}, inWhole(whole, err)
	}
	if v, ok := readUint(last); ok && v.hi == 0 && v.lo < 256 {
		part := "octet"
		if a.Is6() {
			part = "group"
		}
		return Item{}, parseError(ErrAmbiguous, whole, "write both addresses of the range in full",
			"%d is the address 0.0.0.%d, or short for the last %s", v.lo, v.lo, part)
	}
	b, _, err := address(last)
	if err != nil {
		return Item{}, inWhole(whole, err)
	}
	return rangeItem(whole, a, b, FormRange)
}

// offset reads first:+n, which is first..first+n, n+1 addresses, as the
// netmask program has it.
func offset(whole, first, n []byte) (Item, error) {
	a, _, err := address(first)
	if err != nil {
		return Item{}, inWhole(whole, err)
	}
	v, ok := readUint(n)
	if !ok && len(n) > 2 && n[0] == '0' && n[1]|0x20 == 'x' {
		v, ok = readHex(n[2:])
	}
	if !ok {
		return Item{}, parseError(ErrSyntax, whole, "", "after :+ comes a number")
	}
	sum, carry := toU128(a).add(v)
	if carry != 0 || ones(uint(a.BitLen())).less(sum) {
		return Item{}, parseError(ErrRange, whole, "", "the range passes the end of the address space")
	}
	return rangeItem(whole, a, fromU128(sum, a.BitLen()), FormOffset)
}

func rangeItem(whole []byte, a, b netip.Addr, form Form) (Item, error) {
	a, b = a.WithZone(""), b.WithZone("")
	if a.BitLen() != b.BitLen() {
		return Item{}, parseError(ErrFamily, whole, "", "the ends of the range are of different families")
	}
	if b.Less(a) {
		return Item{}, parseError(ErrRange, whole, fmt.Sprintf("write %s-%s", b, a), "the range ends before it begins")
	}
	return Item{Addr: a, Form: form, last: b}, nil
}

// ifaceLike returns b as a name when it could be one of an interface and the
// parser knows interfaces: no address begins with a letter beyond f, but
// "eth0", "br-lan" and "cafe" need a look.
func (p *Parser) ifaceLike(b []byte) string {
	if p.Interface == nil || len(b) == 0 || len(b) > 15 || bytes.ContainsAny(b, "/:[]%") {
		return ""
	}
	if b[0] >= '0' && b[0] <= '9' {
		return ""
	}
	return string(b)
}

func (p *Parser) iface(dst []Item, b []byte, name string) ([]Item, error) {
	prefixes, err := p.Interface(name)
	if err != nil {
		var pe *ParseError
		if _, _, aerr := address(b); errors.As(aerr, &pe) && errors.Is(pe.Err, ErrAmbiguous) {
			return dst, aerr
		}
		return dst, parseError(ErrSyntax, b, "", "no known form of an address looks like this, and %v", err)
	}
	if len(prefixes) == 0 {
		return dst, parseError(ErrSyntax, b, "", "the interface has no address")
	}
	for _, q := range prefixes {
		it := ItemOf(q)
		it.Form = FormInterface
		if q.Addr().IsLinkLocalUnicast() && q.Addr().Is6() {
			it.Addr = it.Addr.WithZone(name)
		}
		dst = append(dst, it)
	}
	return dst, nil
}

// diagnose says why b is not an address.
func diagnose(b []byte) error {
	s := string(b[:min(len(b), maxErrorText)])
	if s == "" {
		return parseError(ErrSyntax, b, "", "it is empty")
	}
	if strings.Trim(s, "0123456789.") == "" && strings.Contains(s, ".") {
		parts := strings.Split(s, ".")
		for _, o := range parts {
			if len(o) > 1 && o[0] == '0' {
				return parseError(ErrAmbiguous, b, "write the octets in decimal without leading zeros",
					"the octet %s is octal to some programs and decimal to others", o)
			}
		}
		switch {
		case len(parts) < 4 && parts[len(parts)-1] != "" && parts[0] != "":
			return parseError(ErrAmbiguous, b, "write all four octets",
				"with %d octets, some programs put the missing zeros before the last octet and others after it", len(parts))
		case len(parts) != 4:
			return parseError(ErrSyntax, b, "", "an IPv4 address has four octets")
		}
		for _, o := range parts {
			if o == "" {
				return parseError(ErrSyntax, b, "", "an octet is empty")
			}
			if n, err := strconv.Atoi(o); err != nil || n > 255 {
				return parseError(ErrRange, b, "", "the octet %s is larger than 255", o)
			}
		}
	}
	if strings.Contains(s, ":") {
		if i := strings.LastIndexByte(s, ':'); strings.Contains(s[i:], ".") {
			if _, n := read4([]byte(s[i+1:])); n == 0 {
				return parseError(ErrSyntax, b, "", "the embedded IPv4 address is malformed")
			}
		}
		if strings.Count(s, "::") > 1 || strings.Contains(s, ":::") {
			return parseError(ErrSyntax, b, "", "\"::\" may stand in an address only once")
		}
		groups := strings.FieldsFunc(s, func(r rune) bool { return r == ':' })
		for _, g := range groups {
			if strings.Trim(g, "0123456789abcdefABCDEF") == "" && len(g) > 4 {
				return parseError(ErrRange, b, "", "the group %s has more than four digits", g)
			}
		}
		if strings.Trim(s, "0123456789abcdefABCDEF:.") == "" {
			if len(groups) < 8 {
				return parseError(ErrSyntax, b, "", "an IPv6 address without \"::\" has eight groups, this has %d", len(groups))
			}
			return parseError(ErrSyntax, b, "", "an IPv6 address has at most eight groups")
		}
	}
	if len(s) == 8 && strings.Trim(s, "0123456789abcdefABCDEF") == "" {
		return parseError(ErrAmbiguous, b, "write 0x before it if the first byte comes first",
			"eight hexadecimal digits are an address in either byte order")
	}
	return parseError(ErrSyntax, b, "", "no known form of an address looks like this")
}
