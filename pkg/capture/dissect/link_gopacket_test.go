package dissect

import (
	"fmt"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TestMadePacketsAreAsGopacketHasThem asks a second, independent reader about
// the packets that were made by hand.
func TestMadePacketsAreAsGopacketHasThem(t *testing.T) {
	type question struct {
		packet, field string
		layer         gopacket.LayerType
		value         func(gopacket.Layer) any
	}
	made := map[string]madePacket{}
	for _, m := range madePackets() {
		made[m.name] = m
	}
	for _, q := range []question{
		{"SNAP", "llc.dsap", layers.LayerTypeLLC, func(l gopacket.Layer) any { return fmt.Sprintf("0x%02x", l.(*layers.LLC).DSAP) }},
		{"PPPoE session", "pppoe.session_id", layers.LayerTypePPPoE, func(l gopacket.Layer) any { return fmt.Sprintf("0x%04x", l.(*layers.PPPoE).SessionId) }},
		{"MPLS, two labels", "mpls.label", layers.LayerTypeMPLS, func(l gopacket.Layer) any { return fmt.Sprint(l.(*layers.MPLS).Label, " 32") }},
		{"GRE with all", "gre.sequence_number", layers.LayerTypeGRE, func(l gopacket.Layer) any { return l.(*layers.GRE).Seq }},
		{"VXLAN", "vxlan.vni", layers.LayerTypeVXLAN, func(l gopacket.Layer) any { return l.(*layers.VXLAN).VNI }},
		{"IGMPv3 report", "igmp.num_grp_recs", layers.LayerTypeIGMP, func(l gopacket.Layer) any { return l.(*layers.IGMP).NumberOfGroupRecords }},
		{"SCTP init", "sctp.init_initial_tsn", layers.LayerTypeSCTPInit, func(l gopacket.Layer) any { return l.(*layers.SCTPInit).InitialTSN }},
		{"SCTP data and sack", "sctp.sack_cumulative_tsn_ack_raw", layers.LayerTypeSCTPSack, func(l gopacket.Layer) any { return l.(*layers.SCTPSack).CumulativeTSNAck }},
		{"OSPFv2 hello", "ospf.hello.router_dead_interval", layers.LayerTypeOSPF, func(l gopacket.Layer) any { return l.(*layers.OSPFv2).Content.(layers.HelloPkgV2).RouterDeadInterval }},
		{"VRRPv2", "vrrp.prio", layers.LayerTypeVRRP, func(l gopacket.Layer) any { return l.(*layers.VRRPv2).Priority }},
		{"BFD", "bfd.detect_time_multiplier", layers.LayerTypeBFD, func(l gopacket.Layer) any { return l.(*layers.BFD).DetectMultiplier }},
		{"ESP", "esp.sequence", layers.LayerTypeIPSecESP, func(l gopacket.Layer) any { return l.(*layers.IPSecESP).Seq }},
		{"AH", "ah.sequence", layers.LayerTypeIPSecAH, func(l gopacket.Layer) any { return l.(*layers.IPSecAH).Seq }},
		{"EAP identity", "eap.id", layers.LayerTypeEAP, func(l gopacket.Layer) any { return l.(*layers.EAP).Id }},
		{"GTP-U", "gtp.length", layers.LayerTypeGTPv1U, func(l gopacket.Layer) any { return l.(*layers.GTPv1U).MessageLength }},
		{"RMCP ping", "asf.iana", layers.LayerTypeASF, func(l gopacket.Layer) any { return l.(*layers.ASF).Enterprise }},
		{"radiotap with FCS", "radiotap.dbm_antsignal", layers.LayerTypeRadioTap, func(l gopacket.Layer) any { return l.(*layers.RadioTap).DBMAntennaSignal }},
		{"radiotap with FCS", "wlan.ra", layers.LayerTypeDot11, func(l gopacket.Layer) any { return l.(*layers.Dot11).Address1 }},
	} {
		m, ok := made[q.packet]
		if !ok {
			t.Errorf("there is no packet %q", q.packet)
			continue
		}
		l := gopacket.NewPacket(m.data, layers.LinkType(m.link), gopacket.Default).Layer(q.layer)
		if l == nil {
			t.Errorf("%s: gopacket finds no %v", q.packet, q.layer)
			continue
		}
		got := ""
		p := dissectMade(t, m)
		for i := range p.Fields {
			if f := &p.Fields[i]; f.Def.Name == q.field {
				if got != "" {
					got += " "
				}
				got += string(p.AppendValue(nil, f))
			}
		}
		if want := fmt.Sprint(q.value(l)); got != want {
			t.Errorf("%s: %s is %q, gopacket says %q", q.packet, q.field, got, want)
		}
	}
}
