package fetch

// URLs: RFC 3986, read as leniently as curl reads its command line.

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// URL is an http or https URL in parts.
type URL struct {
	Scheme   string // "http" or "https"
	User     string // decoded
	Password string // decoded
	HasUser  bool
	Host     string // lower case, ASCII; an IPv6 address without its brackets
	Zone     string // of a link-local IPv6 address
	Port     uint16 // the scheme's when the URL has none
	Path     string // begins with "/", dot segments removed
	Query    string // with its "?", or empty
	Fragment string // with its "#", or empty
}

// MaxURL is the longest URL that is read.
const MaxURL = 8 << 20

// ParseURL reads a URL as curl does: a missing scheme means http, one or three
// slashes after the scheme do for two, IPv4 addresses may have fewer than four parts
// and octal or hexadecimal ones. Bytes outside ASCII in path and query are
// percent-encoded.
func ParseURL(s string) (*URL, error) {
	if i := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return nil, badURL(s, "it contains a space or a control character").hint("write it as %%%02X", s[i])
	}
	return parseURL(s)
}

func badURL(s, why string) *Error {
	if len(s) > 100 {
		s = s[:100] + "…"
	}
	return failf(MalformedURL, LayerURL, "bad URL %q: %s", s, why)
}

func parseURL(s string) (*URL, error) {
	if s == "" {
		return nil, badURL(s, "it is empty")
	}
	if len(s) > MaxURL {
		return nil, badURL(s, "it is longer than 8 MiB")
	}
	u := &URL{Scheme: "http"}
	rest := s
	if scheme, after, ok := cutScheme(s); ok {
		u.Scheme = strings.ToLower(scheme)
		slashes := len(after) - len(strings.TrimLeft(after, "/"))
		if slashes < 1 || slashes > 3 {
			return nil, badURL(s, "the scheme is not followed by two slashes")
		}
		rest = after[slashes:]
	}
	switch u.Scheme {
	case "http":
		u.Port = 80
	case "https":
		u.Port = 443
	default:
		return nil, failf(UnsupportedProtocol, LayerURL, "protocol %q is not supported", u.Scheme).
			hint("netkit fetch speaks http and https")
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if err := u.authority(s, rest[:end]); err != nil {
		return nil, err
	}
	u.target(rest[end:])
	return u, nil
}

// cutScheme finds "scheme:/"; "host:80" and "host/path" have no scheme.
func cutScheme(s string) (scheme, after string, ok bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':' && strings.HasPrefix(s[i+1:], "/"):
			return s[:i], s[i+1:], true
		default:
			return "", "", false
		}
	}
	return "", "", false
}

// authority reads [user[:password]@]host[:port].
func (u *URL) authority(whole, s string) error {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		user, password, _ := strings.Cut(s[:at], ":")
		var ok1, ok2 bool
		if u.User, ok1 = unescape(user); !ok1 {
			return badURL(whole, "its user name has a bad %-escape")
		}
		if u.Password, ok2 = unescape(password); !ok2 {
			return badURL(whole, "its password has a bad %-escape")
		}
		u.HasUser = true
		s = s[at+1:]
	}
	host, port := s, ""
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return badURL(whole, "the bracket around its IPv6 address is not closed")
		}
		host = s[1:end]
		if after := s[end+1:]; after != "" {
			if after[0] != ':' {
				return badURL(whole, "something other than a port follows its IPv6 address")
			}
			port = after[1:]
		}
		host = strings.Replace(host, "%25", "%", 1)
		a, err := netip.ParseAddr(host)
		if err != nil || !a.Is6() {
			return badURL(whole, "what stands in brackets is no IPv6 address")
		}
		u.Zone = a.Zone()
		u.Host = a.WithZone("").String()
	} else {
		if c := strings.LastIndexByte(s, ':'); c >= 0 {
			host, port = s[:c], s[c+1:]
			if strings.IndexByte(host, ':') >= 0 {
				return badURL(whole, "an IPv6 address stands in brackets in a URL").hint("http://[%s]/", s)
			}
		}
		if err := u.host(whole, host); err != nil {
			return err
		}
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || strings.HasPrefix(port, "+") {
			return badURL(whole, "its port is not a number from 0 to 65535")
		}
		u.Port = uint16(n)
	}
	return nil
}

func (u *URL) host(whole, host string) error {
	host, ok := unescape(host)
	if !ok {
		return badURL(whole, "its host has a bad %-escape")
	}
	if host == "" {
		return badURL(whole, "it has no host")
	}
	if strings.IndexFunc(host, func(r rune) bool { return r >= 0x80 }) >= 0 {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return badURL(whole, "its host is no valid international name: "+err.Error()).because(err)
		}
		if host = ascii; host == "" {
			return badURL(whole, "it has no host")
		}
	}
	for i := range len(host) {
		if c := host[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"#%/:<>?@[\]^`+"`{|}", c) >= 0 {
			return badURL(whole, "its host has a character that no host name has")
		}
	}
	if a, ok := looseIPv4(host); ok {
		u.Host = a.String()
		return nil
	}
	u.Host = strings.ToLower(host)
	return nil
}

// looseIPv4 reads an IPv4 address as inet_aton does: one to four parts, each
// decimal, octal (0…) or hexadecimal (0x…), the last filling the rest.
func looseIPv4(s string) (netip.Addr, bool) {
	parts := strings.Split(strings.TrimSuffix(s, "."), ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var v uint64
	for i, p := range parts {
		if p == "" || p[0] < '0' || p[0] > '9' || strings.IndexByte(p, '_') >= 0 {
			return netip.Addr{}, false
		}
		base := 10
		switch {
		case strings.HasPrefix(p, "0x"), strings.HasPrefix(p, "0X"):
			base, p = 16, p[2:]
		case p[0] == '0' && len(p) > 1:
			base, p = 8, p[1:]
		}
		n, err := strconv.ParseUint(p, base, 32)
		if err != nil {
			return netip.Addr{}, false
		}
		if i < len(parts)-1 {
			if n > 255 {
				return netip.Addr{}, false
			}
			v = v<<8 | n
			continue
		}
		room := 8 * (4 - i)
		if n >= 1<<room {
			return netip.Addr{}, false
		}
		v = v<<room | n
	}
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), true
}

// target reads path, query and fragment.
func (u *URL) target(s string) {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		u.Fragment = encode(s[i:])
		s = s[:i]
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		u.Query = encode(s[i:])
		s = s[:i]
	}
	u.Path = removeDots(encode(s))
}

// encode percent-encodes what may not stand in a request line.
func encode(s string) string {
	n := 0
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			n++
		}
	}
	if n == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 2*n)
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil || n == 0 {
			return "", false
		}
		b = append(b, byte(n))
		i += 2
	}
	return string(b), true
}

// removeDots is RFC 3986 5.2.4, for paths that begin with a slash.
func removeDots(path string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if !strings.Contains(path, "/.") {
		return path
	}
	var out []string
	segments := strings.Split(path[1:], "/")
	for i, seg := range segments {
		last := i == len(segments)-1
		switch seg {
		case ".":
			if last {
				out = append(out, "")
			}
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, seg)
		}
	}
	return "/" + strings.Join(out, "/")
}

// Target is the request's target in origin form (RFC 9112 3.2.1).
func (u *URL) Target() string { return u.Path + u.Query }

// AddQuery adds text to the query, after an & when there is one.
func (u *URL) AddQuery(text string) {
	if u.Query = strings.TrimSuffix(u.Query, "&"); len(u.Query) > 1 {
		u.Query += "&" + encode(text)
		return
	}
	u.Query = "?" + encode(text)
}

// Authority is the value of the Host field: the host, and the port unless it is
// the scheme's own.
func (u *URL) Authority() string {
	host := u.Host
	if strings.IndexByte(host, ':') >= 0 {
		host = "[" + host + "]"
	}
	if u.Scheme == "http" && u.Port == 80 || u.Scheme == "https" && u.Port == 443 {
		return host
	}
	return host + ":" + strconv.Itoa(int(u.Port))
}

// String returns the URL without user name and password.
func (u *URL) String() string {
	return u.Scheme + "://" + u.Authority() + u.Path + u.Query + u.Fragment
}

// Addr returns the host when it is an address.
func (u *URL) Addr() (netip.Addr, bool) {
	a, err := netip.ParseAddr(u.Host)
	if err != nil {
		return a, false
	}
	return a.WithZone(u.Zone), true
}

// sameOrigin reports whether credentials for a may be sent to b.
func sameOrigin(a, b *URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host && a.Zone == b.Zone && a.Port == b.Port
}

// Ref resolves a Location against u (RFC 3986 5.2). Spaces, which servers send,
// are encoded; other control characters are refused.
func (u *URL) Ref(location string) (*URL, error) {
	s := strings.Trim(location, " \t")
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		return nil, badURL(s, "the server's Location contains a control character")
	}
	s = encode(s)
	base := u.Scheme + "://" + u.Authority()
	var next *URL
	var err error
	switch {
	case hasScheme(s):
		if _, _, ok := cutScheme(s); !ok {
			return nil, failf(UnsupportedProtocol, LayerURL, "the server redirects to %q, whose protocol is not supported", s)
		}
		next, err = parseURL(s)
	case strings.HasPrefix(s, "//"):
		next, err = parseURL(u.Scheme + ":" + s)
	case strings.HasPrefix(s, "/"):
		next, err = parseURL(base + s)
	case strings.HasPrefix(s, "?"):
		next, err = parseURL(base + u.Path + s)
	case strings.HasPrefix(s, "#"), s == "":
		next, err = parseURL(base + u.Path + u.Query + s)
	default:
		next, err = parseURL(base + u.Path[:strings.LastIndexByte(u.Path, '/')+1] + s)
	}
	if err != nil {
		return nil, err
	}
	if next.Fragment == "" {
		next.Fragment = u.Fragment // RFC 9110 10.2.2
	}
	if !next.HasUser && sameOrigin(u, next) {
		next.User, next.Password, next.HasUser = u.User, u.Password, u.HasUser
	}
	return next, nil
}

// hasScheme reports whether a reference begins with a scheme (RFC 3986 4.1).
func hasScheme(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return i > 0 && c == ':'
		}
	}
	return false
}
