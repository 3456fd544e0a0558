package dissect

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
)

func TestLinkFieldNamesAreWiresharks(t *testing.T) {
	out, err := exec.Command(need.Tool(t, "tshark"), "-G", "fields").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range bytes.Lines(out) {
		if f := strings.Split(string(line), "\t"); len(f) > 2 && (f[0] == "F" || f[0] == "P") {
			known[f[2]] = true
		}
	}
	for _, p := range linkProtos() {
		for _, d := range p.defs() {
			if d.Kind != Group && !known[d.Name] && !slices.Contains(namedHere, d.Name) {
				t.Errorf("%s (%s): Wireshark has no field %s", p.Name, p.Title, d.Name)
			}
		}
	}
}

// namedHere are fields that Wireshark shows without a name, or not at all.
var namedHere = []string{
	"carp.checksum.status", "eigrp.tlv.value", "ieee8021ad.etype", "ieee8021ad.len", "ipcomp.data", "ipv6cp.opt.data",
	"isis.clv.length", "isis.clv.type", "isis.clv.value", "l2tp.avp.value", "mpls.pwcw.flags", "oampdu.data",
	"ospf.checksum.status", "ospf.unknown_data", "pweth.cw.flags", "rsvp.checksum", "rsvp.checksum.status",
	"rsvp.object_data", "sflow.data", "sflow.flow_sample.flow_data_length", "sflow.flow_sample.format", "sflow.sample_length",
	"sll.reserved", "eap.data", "asf.data", "wlan.body", "radiotap.data", "prism.data", "usb.setup_data", "usb.header_rest", "gtp.data", "gtp.ext_hdr.data", "gtp.ext_hdr.next",
}

// defs are all fields of a protocol.
func (p *Proto) defs() (list []*Def) {
	for i := range p.Header {
		list = append(list, &p.Header[i])
	}
	list = append(list, p.Fields...)
	for _, part := range p.Parts {
		for i := range part {
			list = append(list, &part[i])
		}
	}
	return list
}
