package lab

import "net/netip"

// aliasTable maps loopback addresses of this machine, which mean another thing
// on every host, to addresses that are routed to the gateway. 127.0.0.1 is
// 192.0.2.1, and ::1 is 2001:db8:d::1, which host.lab.test has; other
// addresses of 127.0.0.0/8 get the next free one of 192.0.2.0/24. When none is
// free an address has no alias.
type aliasTable struct {
	used []netip.Addr // used[i] stands behind 192.0.2.(i+2)
}

// maxAliases is what 192.0.2.2 to 192.0.2.254 offer.
const maxAliases = 253

// HostAlias returns the address in the lab under which the gateway reaches a
// loopback address of this machine. An application calls it.
func (lab *Lab) HostAlias(a netip.Addr) (netip.Addr, bool) {
	a = a.Unmap()
	switch {
	case !a.IsLoopback():
		return a, false
	case a.Is6():
		return loopback6, true
	case a == netip.AddrFrom4([4]byte{127, 0, 0, 1}):
		return loopback4, true
	}
	lab.l.Enter()
	defer lab.l.Exit()
	t := &lab.aliases
	for i, u := range t.used {
		if u == a {
			return aliasAt(i), true
		}
	}
	if len(t.used) == maxAliases {
		return a, false
	}
	t.used = append(t.used, a)
	return aliasAt(len(t.used) - 1), true
}

func aliasAt(i int) netip.Addr {
	b := aliases4.Addr().As4()
	b[3] = byte(i + 2)
	return netip.AddrFrom4(b)
}

// real returns what an alias stands for. Inside.
func (t *aliasTable) real(a netip.Addr) (netip.Addr, bool) {
	switch {
	case a == loopback4:
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), true
	case a == loopback6:
		return netip.IPv6Loopback(), true
	case aliases4.Contains(a):
		if i := int(a.As4()[3]) - 2; i >= 0 && i < len(t.used) {
			return t.used[i], true
		}
	}
	return netip.Addr{}, false
}
