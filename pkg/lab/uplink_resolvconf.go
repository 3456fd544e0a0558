package lab

// What this machine knows about names: resolv.conf(5), hosts(5).

import (
	"bufio"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Bounds of the files.
const (
	maxNameservers = 3       // MAXNS of resolv.conf(5)
	maxNamesFile   = 4 << 20 // bytes read of either file
	maxHostsNames  = 100_000
)

func resolvConfPath() string { return "/etc/resolv.conf" }

func hostsPath() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv("SystemRoot"), `System32\drivers\etc\hosts`)
	}
	return "/etc/hosts"
}

// openNames opens a file of names; one that is not there is empty.
func openNames(path string, parse func(io.Reader)) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	parse(io.LimitReader(f, maxNamesFile))
}

// fieldsOf yields the words of each line before a comment.
func fieldsOf(r io.Reader, comments string, yield func([]string)) {
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		line := sc.Text()
		if i := strings.IndexAny(line, comments); i >= 0 {
			line = line[:i]
		}
		if f := strings.Fields(line); len(f) > 1 {
			yield(f)
		}
	}
}

// parseResolvConf reads the nameservers.
func parseResolvConf(r io.Reader) (servers []netip.AddrPort) {
	fieldsOf(r, "#;", func(f []string) {
		if f[0] != "nameserver" || len(servers) == maxNameservers {
			return
		}
		if a, err := netip.ParseAddr(f[1]); err == nil {
			servers = append(servers, netip.AddrPortFrom(a, 53))
		}
	})
	return servers
}

// hostsFile maps names to addresses, and back.
type hostsFile struct {
	addrs map[string][]netip.Addr
	names map[string]string // by the reverse name; the first, canonical one
}

func parseHosts(r io.Reader) *hostsFile {
	h := &hostsFile{map[string][]netip.Addr{}, map[string]string{}}
	n := 0
	fieldsOf(r, "#", func(f []string) {
		a, err := netip.ParseAddr(f[0])
		if err != nil || a.Zone() != "" {
			return
		}
		a = a.Unmap()
		for _, name := range f[1:] {
			if n++; n > maxHostsNames {
				return
			}
			name = hostKey(name)
			if name == "" {
				continue
			}
			if !slices.Contains(h.addrs[name], a) {
				h.addrs[name] = append(h.addrs[name], a)
			}
			if rev, err := dns.ReverseAddr(a.String()); err == nil && h.names[rev] == "" {
				h.names[rev] = name
			}
		}
	})
	return h
}

// hostKey is a name as the table holds it, or "" for what is no host name: the
// root, or one with an empty label (RFC 1034 3.1 leaves that to the root).
func hostKey(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if strings.HasSuffix(name, ".") || strings.HasPrefix(name, ".") || strings.Contains(name, "..") {
		return ""
	}
	return name
}

// lookup returns the addresses of a name. RFC 6761 6.3: localhost and the names
// below it are always loopback, whatever the file says.
func (h *hostsFile) lookup(name string) ([]netip.Addr, bool) {
	name = hostKey(name)
	if a, ok := h.addrs[name]; ok {
		return a, true
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, true
	}
	return nil, false
}
