package fetch

// Cookies: RFC 6265 section 5.1.3 (domain), 5.1.4 (path), 5.2 (Set-Cookie), 5.3
// (storage), 5.4 (Cookie); draft-ietf-httpbis-rfc6265bis section 4.1.3 (prefixes).

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// Bounds of a jar. A cookie that is larger is not kept; the oldest makes room when
// there are too many.
const (
	MaxCookies = 3000
	maxCookie  = 4096 // name and value
)

// Cookie is a cookie with its scope.
type Cookie struct {
	Name, Value string
	Domain      string // without leading dot
	HostOnly    bool   // not for hosts below Domain
	Path        string
	Secure      bool
	HTTPOnly    bool
	Expires     time.Time // zero: with the session
}

// Jar holds cookies, in the order in which they were first set. The zero value is
// empty.
type Jar struct{ list []Cookie }

// All returns the cookies.
func (j *Jar) All() []Cookie { return slices.Clone(j.list) }

// Add stores a cookie in place of one with its name, domain and path; one that has
// expired removes that.
func (j *Jar) Add(c Cookie, now time.Time) {
	i := slices.IndexFunc(j.list, func(o Cookie) bool {
		return o.Name == c.Name && o.Domain == c.Domain && o.Path == c.Path && o.HostOnly == c.HostOnly
	})
	gone := !c.Expires.IsZero() && !c.Expires.After(now)
	switch {
	case i >= 0 && gone:
		j.list = slices.Delete(j.list, i, i+1)
	case i >= 0:
		j.list[i] = c
	case !gone:
		if len(j.list) >= MaxCookies {
			j.list = slices.Delete(j.list, 0, 1)
		}
		j.list = append(j.list, c)
	}
}

// DropSession removes the cookies that end with the session.
func (j *Jar) DropSession() {
	j.list = slices.DeleteFunc(j.list, func(c Cookie) bool { return c.Expires.IsZero() })
}

// Receive stores what a response to u sets.
func (j *Jar) Receive(u *URL, h *Head, now time.Time) {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, "Set-Cookie") {
			if c, ok := ParseCookie(u, f.Value, now); ok {
				j.Add(c, now)
			}
		}
	}
}

// Header returns the value of the Cookie field for a request to u, "" for none:
// longer paths first, then older cookies (5.4).
func (j *Jar) Header(u *URL, now time.Time) string {
	var list []Cookie
	for _, c := range j.list {
		if !c.Expires.IsZero() && !c.Expires.After(now) || c.Secure && !trusted(u) || !pathMatch(u.Path, c.Path) {
			continue
		}
		if u.Host == c.Domain || !c.HostOnly && domainMatch(u.Host, c.Domain) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b Cookie) int { return len(b.Path) - len(a.Path) })
	var b strings.Builder
	for i, c := range list {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.Name + "=" + c.Value)
	}
	return b.String()
}

// trusted reports whether secure cookies may go to u: by https, or on this machine.
func trusted(u *URL) bool {
	a, ok := u.Addr()
	return u.Scheme == "https" || ok && a.IsLoopback() || u.Host == "localhost"
}

// ParseCookie reads the value of a Set-Cookie field that came from u. ok is false
// when the cookie is not to be kept.
func ParseCookie(u *URL, s string, now time.Time) (c Cookie, ok bool) {
	pair, attrs, _ := strings.Cut(s, ";")
	name, value, found := strings.Cut(pair, "=")
	if !found {
		return c, false
	}
	c = Cookie{Name: trimSpace(name), Value: trimSpace(value), Domain: u.Host, HostOnly: true, Path: defaultPath(u.Path)}
	if c.Name == "" || len(c.Name)+len(c.Value) > maxCookie || hasControl(c.Name+c.Value) {
		return c, false
	}
	maxAge, pathGiven := false, false
	for attr := range strings.SplitSeq(attrs, ";") {
		key, value, _ := strings.Cut(attr, "=")
		value = trimSpace(value)
		switch strings.ToLower(trimSpace(key)) {
		case "expires":
			if t, ok := parseCookieDate(value); ok && !maxAge {
				c.Expires = t
			}
		case "max-age": // "If a cookie has both … the Max-Age attribute has precedence"
			n, err := strconv.ParseInt(value, 10, 32)
			switch {
			case err == nil && n > 0:
				c.Expires, maxAge = now.Add(time.Duration(n)*time.Second), true
			case err == nil:
				c.Expires, maxAge = time.Unix(1, 0), true
			}
		case "domain":
			if d := strings.ToLower(strings.TrimPrefix(value, ".")); d != "" {
				c.Domain, c.HostOnly = d, false
			}
		case "path":
			c.Path, pathGiven = defaultPath(u.Path), false
			if strings.HasPrefix(value, "/") && !hasControl(value) {
				c.Path, pathGiven = value, true
			}
		case "secure":
			c.Secure = true
		case "httponly":
			c.HTTPOnly = true
		}
	}
	switch {
	case c.HostOnly:
	case c.Domain == u.Host && (isAddr(u.Host) || isPublic(u.Host)):
		c.HostOnly = true // 5.3 step 5
	case !domainMatch(u.Host, c.Domain) || isPublic(c.Domain):
		return c, false
	}
	switch {
	case c.Secure && !trusted(u),
		strings.HasPrefix(c.Name, "__Secure-") && !c.Secure,
		strings.HasPrefix(c.Name, "__Host-") && !(c.Secure && c.HostOnly && pathGiven && c.Path == "/"):
		return c, false
	}
	return c, true
}

func trimSpace(s string) string { return strings.Trim(s, " \t") }

func hasControl(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0
}

func isAddr(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// isPublic reports whether everybody may have names below a domain: its cookies
// would go to strangers.
func isPublic(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// domainMatch is 5.1.3.
func domainMatch(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) && !isAddr(host)
}

// defaultPath is 5.1.4.
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// pathMatch is 5.1.4.
func pathMatch(path, cookie string) bool {
	return path == cookie || strings.HasPrefix(path, cookie) && (strings.HasSuffix(cookie, "/") || path[len(cookie)] == '/')
}

// parseCookieDate is 5.1.1: the parts of a date in any order.
func parseCookieDate(s string) (time.Time, bool) {
	var hour, minute, second, day, month, year = -1, 0, 0, -1, -1, -1
	delimiter := func(r rune) bool {
		return r == 0x09 || r >= 0x20 && r <= 0x2f || r >= 0x3b && r <= 0x40 || r >= 0x5b && r <= 0x60 || r >= 0x7b && r <= 0x7e
	}
	for _, token := range strings.FieldsFunc(s, delimiter) {
		h, m, sec, isTime := clockTime(token)
		n, digits := leadingNumber(token)
		switch {
		case hour < 0 && isTime:
			hour, minute, second = h, m, sec
		case day < 0 && (digits == 1 || digits == 2):
			day = n
		case month < 0 && monthOf(token) > 0:
			month = monthOf(token)
		case year < 0 && digits >= 2 && digits <= 4:
			switch year = n; {
			case digits == 2 && n >= 70:
				year += 1900
			case digits == 2:
				year += 2000
			}
		}
	}
	if hour < 0 || hour > 23 || minute > 59 || second > 59 || day < 1 || day > 31 || month < 1 || year < 1601 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return t, t.Day() == day
}

func leadingNumber(s string) (n, digits int) {
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' && digits < 5 {
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	return n, digits
}

func clockTime(s string) (h, m, sec int, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	var v [3]int
	for i, p := range parts {
		n, digits := leadingNumber(p)
		if digits < 1 || digits > 2 || i < 2 && digits != len(p) {
			return 0, 0, 0, false
		}
		v[i] = n
	}
	return v[0], v[1], v[2], true
}

func monthOf(s string) int {
	if len(s) < 3 {
		return 0
	}
	i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(s[:3]))
	if i < 0 || i%3 != 0 {
		return 0
	}
	return i/3 + 1
}
