package dissect

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netkit-go/netkit/internal/need"
)

// tsharkAppLeftOut are the fields that are not compared, each with its reason.
// All others of the application dissectors are that Wireshark has.
func tsharkAppLeftOut(name string) bool {
	switch name {
	case "http.file_data", // text there, after decompression; octets here
		"dhcp.option.value",                     // there beside every option, hidden; here where there is nothing better
		"dhcp.client_id", "dhcp.client_id.type", // not there for a DUID
		"dhcp.client_id.iaid", "dhcpv6.iaid", "dhcpv6.iata", // there text
		"ssh.kex.reserved",             //
		"ntp.ctrl.data", "ntp.padding", // there taken apart
		"radius.Vendor_Specific", "radius.Unknown_Attribute", // there by the vendors' dictionaries
		"radius.User_Password", "radius.EAP_Message", // there empty, for want of the secret; put together
		"tls.record.content_type",                                 // there tls.record.opaque_type, once it knows of TLS 1.3
		"tls.handshake.random_time", "tls.handshake.random_bytes", // not there in TLS 1.3
		"tls.handshake.client_point", "tls.handshake.epms", // there by the cipher suite of the session, if it is known
		"tls.handshake.client_point_len", "tls.handshake.epms_len",
		"tls.handshake.sig_hash_alg", // there inside certificates too
		"tls.handshake.fragment",
		"quic.payload", "quic.remaining_payload", "quic.dcid", "quic.packet_length", // there by what the connection tells
		"ssh.payload", "ssh.encrypted_packet",
		"snmp.data",        // there a choice of its own count
		"bgp.cap.reserved", //
		"dns.cname":        //
		return true
	}
	return false
}

// tsharkGroup finds what is a heading to Wireshark: its value says nothing.
var tsharkGroup = regexp.MustCompile(`^(1;)*1$`)

// TestAppsAgainstTshark compares every field that the dissectors of applications
// share with tshark, in every packet of every capture.
func TestAppsAgainstTshark(t *testing.T) {
	tshark := need.Tool(t, "tshark")
	if testing.Short() {
		t.Skip("takes tshark a minute")
	}
	known := tsharkNames(t, tshark)
	var names []string
	seen := make(map[string]bool)
	add := func(d *Def) {
		if known[d.Name] && !seen[d.Name] && !tsharkAppLeftOut(d.Name) {
			seen[d.Name] = true
			names = append(names, d.Name)
		}
	}
	for _, p := range appProtos() {
		for i := range p.Header {
			add(&p.Header[i])
		}
		for _, d := range p.Fields {
			add(d)
		}
	}
	if len(names) < 900 {
		t.Fatalf("only %d fields to compare", len(names))
	}
	compared := 0
	files, err := filepath.Glob(filepath.Join(need.Captures(t), "public", "*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	for _, file := range files {
		base := filepath.Base(file)
		args := []string{"-r", file, "-n", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;"}
		for _, n := range names {
			args = append(args, "-e", n)
		}
		out, err := exec.Command(tshark, args...).Output()
		if err != nil {
			t.Logf("%s: tshark: %v", base, err) // of damaged files, after what it could read
		}
		lines := strings.Split(string(out), "\n")
		n := 0
		dissectAll(t, readCapture(t, file), func(p *Packet) {
			if n >= len(lines)-1 {
				return
			}
			compared += compareApps(t, base, p, names, strings.Split(lines[n], "\t"))
			n++
		})
	}
	t.Logf("%d values of %d fields are equal", compared, len(names))
	if compared < 2000 {
		t.Errorf("only %d values compared", compared)
	}
}

// tsharkNames are the fields that this tshark has.
func tsharkNames(t *testing.T, tshark string) map[string]bool {
	t.Helper()
	out, err := exec.Command(tshark, "-G", "fields").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(line, "\t"); len(f) > 3 && f[0] == "F" {
			known[f[2]] = true
		}
	}
	return known
}

func compareApps(t *testing.T, file string, p *Packet, names, want []string) (equal int) {
	t.Helper()
	got := make(map[string]string)
	for i := range p.Fields {
		f := &p.Fields[i]
		v := strings.NewReplacer("\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(string(p.AppendValue(nil, f)))
		if old, ok := got[f.Def.Name]; ok {
			v = old + ";" + v
		}
		got[f.Def.Name] = v
	}
	for i, name := range names {
		w := ""
		if i < len(want) {
			w = want[i]
		}
		g := got[name]
		if tsharkValue(g) == tsharkValue(w) {
			if w != "" {
				equal++
			}
			continue
		}
		if !appExplained(file, p, name, g, w) {
			t.Errorf("%s, packet %d: %s = %q, tshark has %q", file, p.Number, name, g, w)
		}
	}
	return equal
}

// tsharkValue makes equal what differs in writing only.
func tsharkValue(v string) string {
	parts := strings.Split(v, ";")
	for i, s := range parts {
		if at, err := time.Parse("Jan _2, 2006 15:04:05.000000000 MST", s); err == nil {
			parts[i] = fmt.Sprintf("%d.%09d", at.Unix(), at.Nanosecond())
		}
		if hex, ok := strings.CutPrefix(s, "0x"); ok {
			if n, err := strconv.ParseUint(hex, 16, 64); err == nil {
				parts[i] = strconv.FormatUint(n, 10)
			}
		}
		switch s {
		case "True":
			parts[i] = "1"
		case "False":
			parts[i] = "0"
		}
	}
	return strings.Join(parts, ";")
}

// appExplained lists where we differ from tshark on purpose.
func appExplained(file string, p *Packet, name, got, want string) bool {
	switch {
	case tsharkGroup.MatchString(want) && got != "0" && !strings.Contains(name, "flags"):
		return true
	case strings.Contains(want, "<MISSING>"):
		return true // an empty value, which we have no field for
	case name == "dhcp.option.type":
		return strings.TrimSuffix(got, ";255") == strings.TrimSuffix(want, ";0") // the end option's type is 255
	case name == "dns.opt.chain.fqdn": // there the octets of the name
		return file == "edns-opts.pcap"
	case file == "quic_handshake.pcap": // there the server's packets are opened too, by the client's connection ID
		return got == "" || name == "tls.quic.parameter"
	case file == "tftp.pcap": // there the replies are known by the port that asked
		return got == ""
	case file == "telnet-iac-check-oobr.pcap": // suboptions that do not end
		return strings.HasPrefix(name, "telnet.")
	}
	return false
}
