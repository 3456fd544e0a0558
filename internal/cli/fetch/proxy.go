package fetch

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// proxies returns which proxy a URL is fetched through. Names and addresses of the
// lab are reached directly unless -x says otherwise: a proxy of the environment
// knows nothing of them.
func (o *Options) proxies(s *cli.Streams, proxySet bool) (func(*fetch.URL) *fetch.Proxy, error) {
	var user, password string
	if o.ProxyUser != "" {
		var given bool
		if user, password, given = strings.Cut(o.ProxyUser, ":"); !given {
			var err error
			if password, err = askPassword(s, "proxy", user); err != nil {
				return nil, err
			}
		}
	}
	parse := func(text string) (*fetch.Proxy, error) {
		if text == "" {
			return nil, nil
		}
		p, err := fetch.ParseProxy(text)
		if err != nil {
			return nil, err
		}
		if o.ProxyUser != "" {
			p.URL.User, p.URL.Password, p.URL.HasUser = user, password, true
		}
		p.Tunnel = o.ProxyTunnel
		return p, nil
	}
	env := func(names ...string) string {
		for _, n := range names {
			if v := s.Env(n); v != "" {
				return v
			}
		}
		return ""
	}
	direct := o.NoProxy
	if direct == "" {
		direct = env("no_proxy", "NO_PROXY")
	}
	if proxySet {
		p, err := parse(o.Proxy)
		if p == nil || err != nil {
			return nil, err
		}
		return func(u *fetch.URL) *fetch.Proxy {
			if fetch.NoProxy(direct, u.Host) {
				return nil
			}
			return p
		}, nil
	}
	// Only in lower case: HTTP_PROXY is what a CGI program gets from a Proxy: header.
	plain, err := parse(env("http_proxy", "all_proxy", "ALL_PROXY"))
	if err != nil {
		return nil, err
	}
	secure, err := parse(env("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"))
	if err != nil || plain == nil && secure == nil {
		return nil, err
	}
	return func(u *fetch.URL) *fetch.Proxy {
		switch {
		case inLab(u) || fetch.NoProxy(direct, u.Host):
			return nil
		case u.Scheme == "https":
			return secure
		}
		return plain
	}, nil
}

// redirection is one --connect-to.
type redirection struct {
	host   string // "": any
	port   uint16 // 0: any
	toHost string // "": the same
	toPort uint16 // 0: the same
}

type redirections []redirection

func parseConnectTo(list []string) (redirections, error) {
	var out redirections
	for _, s := range list {
		parts, ok := splitHosts(s)
		r := redirection{}
		if ok {
			r.host, r.toHost = strings.ToLower(parts[0]), strings.ToLower(parts[2])
			for i, port := range []*uint16{1: &r.port, 3: &r.toPort} {
				if port == nil || parts[i] == "" {
					continue
				}
				n, err := strconv.ParseUint(parts[i], 10, 16)
				ok = ok && err == nil
				*port = uint16(n)
			}
		}
		if !ok {
			return nil, cli.Usagef("--connect-to %q is not HOST1:PORT1:HOST2:PORT2", s)
		}
		out = append(out, r)
	}
	return out, nil
}

// splitHosts cuts HOST:PORT:HOST:PORT, where IPv6 addresses stand in brackets.
func splitHosts(s string) (parts []string, ok bool) {
	for len(parts) < 4 {
		word, rest, more := strings.Cut(s, ":")
		if strings.HasPrefix(s, "[") {
			end := strings.IndexByte(s, ']')
			if end < 0 {
				return nil, false
			}
			word, rest = s[1:end], s[end+1:]
			if _, err := netip.ParseAddr(word); err != nil {
				return nil, false
			}
			rest, more = strings.CutPrefix(rest, ":")
			if !more && rest != "" {
				return nil, false
			}
		}
		parts = append(parts, word)
		if s = rest; !more {
			break
		}
	}
	return parts, len(parts) == 4 && s == ""
}

func (r redirections) to(host string, port uint16) (string, uint16) {
	for _, e := range r {
		if e.host != "" && e.host != host || e.port != 0 && e.port != port {
			continue
		}
		if e.toHost != "" {
			host = e.toHost
		}
		if e.toPort != 0 {
			port = e.toPort
		}
		break
	}
	return host, port
}
