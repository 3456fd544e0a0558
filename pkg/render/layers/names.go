package layers

import (
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/capture/oui"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Names says what addresses and ports are called. It may be shared by renderers.
type Names struct {
	Vendors *oui.Table // nil: hardware addresses have no names
	Hosts   *Hosts     // nil: IP addresses have no names
}

// MaxHosts bounds the names that Hosts keeps; at the bound all are forgotten.
const MaxHosts = 4096

// Hosts asks a resolver for the names of addresses, each once.
type Hosts struct {
	Lookup func(netip.Addr) string // "" for none

	mu    sync.Mutex
	known map[netip.Addr]string
}

func (h *Hosts) name(a netip.Addr) string {
	h.mu.Lock()
	name, ok := h.known[a]
	h.mu.Unlock()
	if ok {
		return name
	}
	name = h.Lookup(a)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil || len(h.known) >= MaxHosts {
		h.known = map[netip.Addr]string{}
	}
	h.known[a] = name
	return name
}

// Set notes a name that is known without asking, as capture files hold them.
func (h *Hosts) Set(a netip.Addr, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil {
		h.known = map[netip.Addr]string{}
	}
	if len(h.known) < MaxHosts {
		h.known[a] = name
	}
}

// appendNote is appendName in brackets behind a blank.
func (n *Names) appendNote(dst []byte, p *dissect.Packet, l *dissect.Layer, f *dissect.Field, t *defText) []byte {
	at := len(dst)
	dst = n.appendName(append(dst, " ("...), p, l, f, t)
	if len(dst) == at+2 {
		return dst[:at]
	}
	return append(dst, ')')
}

// appendName writes what a field's value is called, fit for every form; nothing
// where it has no name.
func (n *Names) appendName(dst []byte, p *dissect.Packet, l *dissect.Layer, f *dissect.Field, t *defText) []byte {
	name := ""
	switch {
	case t.port && f.Num <= 0xffff:
		name = ServiceName(l.Proto.Name == "udp", uint16(f.Num))
	case t.kind == wire.FieldMAC && n.Vendors != nil:
		if b := fieldBytes(p, l, f); len(b) == 6 {
			name = n.Vendors.Describe(wire.MAC(b))
		}
	case t.kind == wire.FieldIPv4 || t.kind == wire.FieldIPv6:
		name = n.host(fieldBytes(p, l, f))
	}
	if strings.ContainsAny(name, "\"\\") {
		name = strings.NewReplacer(`"`, `'`, `\`, `/`).Replace(name)
	}
	return appendText(dst, []byte(name))
}

// host is what an address is called, "" where nobody knows.
func (n *Names) host(b []byte) string {
	a, ok := netip.AddrFromSlice(b)
	if !ok || n.Hosts == nil {
		return ""
	}
	return n.Hosts.name(a)
}

func portField(name string) bool {
	switch name {
	case "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "sctp.srcport", "sctp.dstport":
		return true
	}
	return false
}

type service struct {
	port uint16
	tcp  string
	udp  string
}

// ServiceName is what the IANA registry of service names calls a port, of those
// that are met often; "" for others.
func ServiceName(udp bool, port uint16) string {
	i, ok := slices.BinarySearchFunc(services, port, func(s service, p uint16) int { return int(s.port) - int(p) })
	switch {
	case !ok:
		return ""
	case udp:
		return services[i].udp
	}
	return services[i].tcp
}

// services in the order of their ports (RFC 6335, IANA's Service Name and
// Transport Protocol Port Number Registry).
var services = []service{
	{7, "echo", "echo"},
	{9, "discard", "discard"},
	{13, "daytime", "daytime"},
	{19, "chargen", "chargen"},
	{20, "ftp-data", ""},
	{21, "ftp", ""},
	{22, "ssh", ""},
	{23, "telnet", ""},
	{25, "smtp", ""},
	{37, "time", "time"},
	{43, "nicname", ""},
	{49, "tacacs", "tacacs"},
	{53, "domain", "domain"},
	{67, "", "bootps"},
	{68, "", "bootpc"},
	{69, "", "tftp"},
	{70, "gopher", ""},
	{79, "finger", ""},
	{80, "http", "http"},
	{88, "kerberos", "kerberos"},
	{110, "pop3", ""},
	{111, "sunrpc", "sunrpc"},
	{113, "ident", ""},
	{119, "nntp", ""},
	{123, "", "ntp"},
	{135, "epmap", "epmap"},
	{137, "netbios-ns", "netbios-ns"},
	{138, "netbios-dgm", "netbios-dgm"},
	{139, "netbios-ssn", "netbios-ssn"},
	{143, "imap", ""},
	{161, "snmp", "snmp"},
	{162, "snmptrap", "snmptrap"},
	{179, "bgp", ""},
	{194, "irc", ""},
	{319, "", "ptp-event"},
	{320, "", "ptp-general"},
	{389, "ldap", "ldap"},
	{443, "https", "https"},
	{445, "microsoft-ds", "microsoft-ds"},
	{464, "kpasswd", "kpasswd"},
	{465, "submissions", ""},
	{500, "", "isakmp"},
	{514, "shell", "syslog"},
	{515, "printer", ""},
	{520, "", "router"},
	{521, "", "ripng"},
	{546, "", "dhcpv6-client"},
	{547, "", "dhcpv6-server"},
	{548, "afpovertcp", ""},
	{554, "rtsp", "rtsp"},
	{587, "submission", ""},
	{623, "", "asf-rmcp"},
	{631, "ipp", "ipp"},
	{636, "ldaps", ""},
	{646, "ldp", "ldp"},
	{853, "domain-s", "domain-s"},
	{873, "rsync", ""},
	{989, "ftps-data", ""},
	{990, "ftps", ""},
	{993, "imaps", ""},
	{995, "pop3s", ""},
	{1080, "socks", ""},
	{1194, "openvpn", "openvpn"},
	{1433, "ms-sql-s", "ms-sql-s"},
	{1701, "", "l2tp"},
	{1723, "pptp", ""},
	{1812, "", "radius"},
	{1813, "", "radius-acct"},
	{1883, "mqtt", ""},
	{1900, "", "ssdp"},
	{2049, "nfs", "nfs"},
	{3128, "ndl-aas", ""},
	{3260, "iscsi-target", ""},
	{3306, "mysql", ""},
	{3389, "ms-wbt-server", "ms-wbt-server"},
	{3478, "stun", "stun"},
	{3784, "", "bfd-control"},
	{4500, "", "ipsec-nat-t"},
	{4789, "", "vxlan"},
	{5060, "sip", "sip"},
	{5061, "sips", "sips"},
	{5222, "xmpp-client", ""},
	{5353, "", "mdns"},
	{5355, "", "llmnr"},
	{5432, "postgresql", ""},
	{5672, "amqp", ""},
	{5683, "coap", "coap"},
	{6081, "", "geneve"},
	{6343, "", "sflow"},
	{6379, "redis", ""},
	{6653, "openflow", ""},
	{8080, "http-alt", ""},
	{8883, "secure-mqtt", ""},
	{9100, "pdl-datastream", ""},
	{11211, "memcache", "memcache"},
	{27017, "mongodb", ""},
}
