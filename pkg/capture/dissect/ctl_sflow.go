package dissect

// sFlow version 5 (sflow.org, sFlow Version 5, July 2004): the datagram and the
// frames of its samples and records, with the header of a sampled packet.

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var sflow = Proto{Name: "sflow", Title: "InMon sFlow", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("sflow_245.version", "Datagram version", 0, 32, wire.FieldDec),
		code("sflow_245.agenttype", "Agent address type", 32, 32, addrFamily),
	},
	Parts:  [][]Def{sflowHead, sflowSampleHead, sflowFlow, sflowRecordHead, sflowRaw},
	Fields: []*Def{&sflowAgent, &sflowAgent6, &sflowSample, &sflowRecord, &sflowData, &sflowHeader}}

// What follows the agent's address.
var sflowHead = []Def{
	field("sflow_245.sub_agent_id", "Sub-agent ID", 0, 32, wire.FieldDec),
	field("sflow_245.sequence_number", "Sequence number", 32, 32, wire.FieldDec),
	field("sflow_245.sysuptime", "SysUptime", 64, 32, wire.FieldDec),
	field("sflow_245.numsamples", "NumSamples", 96, 32, wire.FieldDec),
}

var sflowSampleHead = []Def{
	field("sflow.enterprise", "Enterprise", 0, 20, wire.FieldDec),
	code("sflow_245.sampletype", "sFlow sample type", 20, 12, sflowSampleName),
	field("sflow.sample_length", "Sample length", 32, 32, wire.FieldDec),
}

// A flow sample's head; an expanded one keeps class and index apart.
var sflowFlow = []Def{
	field("sflow.flow_sample.sequence_number", "Sequence number", 0, 32, wire.FieldDec),
	field("sflow.flow_sample.source_id_class", "Source ID class", 32, 8, wire.FieldDec),
	field("sflow.flow_sample.index", "Index", 40, 24, wire.FieldDec),
	field("sflow.flow_sample.sampling_rate", "Sampling rate", 64, 32, wire.FieldDec),
	field("sflow.flow_sample.sample_pool", "Sample pool", 96, 32, wire.FieldDec),
	field("sflow.flow_sample.dropped_packets", "Dropped packets", 128, 32, wire.FieldDec),
	field("sflow.flow_sample.input_interface", "Input interface", 160, 32, wire.FieldHex),
	field("sflow.flow_sample.output_interface", "Output interface", 192, 32, wire.FieldHex),
	field("sflow.flow_sample.flow_record", "Flow record", 224, 32, wire.FieldDec),
}

var sflowRecordHead = []Def{
	field("sflow.enterprise", "Enterprise", 0, 20, wire.FieldDec),
	field("sflow.flow_sample.format", "Format", 20, 12, wire.FieldDec),
	field("sflow.flow_sample.flow_data_length", "Flow data length", 32, 32, wire.FieldDec),
}

var sflowRaw = []Def{
	code("sflow_245.header_protocol", "Header protocol", 0, 32, sflowProtocol),
	field("sflow_245.header.frame_length", "Frame Length", 32, 32, wire.FieldDec),
	field("sflow_245.header.payload_stripped", "Payload stripped", 64, 32, wire.FieldDec),
	field("sflow_245.header.sampled_header_length", "Sampled header length", 96, 32, wire.FieldDec),
}

var (
	sflowAgent  = loose("sflow_245.agent", "Agent address", wire.FieldIPv4)
	sflowAgent6 = loose("sflow_245.agent.v6", "Agent address", wire.FieldIPv6)
	sflowSample = loose("sflow.sample", "Sample", Group)
	sflowRecord = loose("sflow.record", "Record", Group)
	sflowData   = loose("sflow.data", "Data", Bytes)
	sflowHeader = loose("sflow_245.header", "Header of sampled packet", Bytes)
)

func sflowSampleName(v uint64) string {
	switch v {
	case 1:
		return "Flow sample"
	case 2:
		return "Counters sample"
	case 3:
		return "Expanded flow sample"
	case 4:
		return "Expanded counters sample"
	}
	return ""
}

func sflowProtocol(v uint64) string {
	switch v {
	case 1:
		return "Ethernet"
	case 7:
		return "PPP"
	case 11:
		return "IPv4"
	case 12:
		return "IPv6"
	case 13:
		return "MPLS"
	}
	return ""
}

func dissectSFlow(d *D, b []byte) {
	d.Begin(&sflow)
	if !d.Header() {
		return
	}
	version := be32(b, 0)
	d.info("sFlowv%d, length %d", version, len(b))
	if version != 5 {
		d.some(&sflowData, 8, len(b))
		return
	}
	off := 12
	switch be32(b, 4) {
	case 1:
		d.Uint(&sflowAgent, 8, 4)
	case 2:
		d.Bytes(&sflowAgent6, 8, 16)
		off = 24
	default:
		d.Wrong("unknown address type", 4)
		return
	}
	if !d.part(sflowHead, off) {
		return
	}
	n := be32(b, off+12)
	if d.WantInfo {
		d.P.Info = fmt.Appendf(d.P.Info[:0], "sFlowv5, %s agent %s, agent-id %d, length %d", addrFamily(uint64(be32(b, 4))),
			appendAddr(nil, b[8:off]), be32(b, off), len(b))
	}
	for off += 16; n > 0 && off < len(b); n-- {
		if off+8 > len(b) {
			d.cut(off)
			return
		}
		kind, size := be32(b, off), be32(b, off+4)
		if size > uint32(len(b)-off-8) {
			d.part(sflowSampleHead, off)
			d.MarkBad()
			d.Wrong("sample's length does not fit", off+4)
			return
		}
		end := off + 8 + int(size)
		d.openName(&sflowSample, off, end-off, sflowSampleName(uint64(kind&0xfff)))
		d.part(sflowSampleHead, off)
		if kind == 1 && size >= 32 {
			d.part(sflowFlow, off+8)
			sflowRecords(d, b, off+40, end, be32(b, off+36))
		} else {
			d.some(&sflowData, off+8, end)
		}
		d.Close()
		off = end
	}
}

func sflowRecords(d *D, b []byte, off, end int, n uint32) {
	for ; n > 0 && off+8 <= end; n-- {
		kind, size := be32(b, off), be32(b, off+4)
		if size > uint32(end-off-8) {
			d.part(sflowRecordHead, off)
			d.MarkBad()
			d.Wrong("record's length does not fit", off+4)
			return
		}
		stop := off + 8 + int(size)
		d.Open(&sflowRecord, off, stop-off)
		d.part(sflowRecordHead, off)
		if kind == 1 && size >= 16 {
			d.part(sflowRaw, off+8)
			d.some(&sflowHeader, off+24, min(stop, off+24+int(min(be32(b, off+20), size))))
		} else {
			d.some(&sflowData, off+8, stop)
		}
		d.Close()
		off = stop
	}
	d.some(&sflowData, off, end)
}
