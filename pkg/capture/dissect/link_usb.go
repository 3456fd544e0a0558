package dissect

// USB as Linux's usbmon hands it out (Documentation/usb/usbmon.rst: struct
// mon_bin_hdr, in the byte order of the machine that captured), with the header
// of 48 octets or of 64; and FDDI (RFC 1188 and ISO 9314-2).

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"github.com/netkit-go/netkit/pkg/wire"
)

var usb = Proto{Name: "usb", Title: "USB URB", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		hexCode("usb.urb_type", "URB type", 64, 8, usbType),
		hexCode("usb.transfer_type", "URB transfer type", 72, 8, usbTransfer),
		field("usb.endpoint_address", "Endpoint", 80, 8, wire.FieldHex),
		field("usb.device_address", "Device", 88, 8, wire.FieldDec),
	},
	Fields: []*Def{&usbID, &usbBus, &usbSetup, &usbHasData, &usbSeconds, &usbMicros, &usbStatus, &usbLength, &usbDataLen, &usbSetupData, &usbRest, &usbData}}

var (
	usbID        = loose("usb.urb_id", "URB id", wire.FieldHex)
	usbBus       = loose("usb.bus_id", "URB bus id", wire.FieldDec)
	usbSetup     = loose("usb.setup_flag", "Device setup request", wire.FieldHex)
	usbHasData   = loose("usb.data_flag", "Data", wire.FieldHex)
	usbSeconds   = loose("usb.urb_ts_sec", "URB sec", wire.FieldDec)
	usbMicros    = loose("usb.urb_ts_usec", "URB usec", wire.FieldDec)
	usbStatus    = loose("usb.urb_status", "URB status", Signed)
	usbLength    = loose("usb.urb_len", "URB length", wire.FieldDec)
	usbDataLen   = loose("usb.data_len", "Data length", wire.FieldDec)
	usbSetupData = loose("usb.setup_data", "Setup", Bytes)
	usbRest      = loose("usb.header_rest", "Interval and frames", Bytes)
	usbData      = loose("usb.capdata", "Leftover Capture Data", Bytes)
)

func usbType(v uint64) string {
	switch v {
	case 'S':
		return "URB_SUBMIT"
	case 'C':
		return "URB_COMPLETE"
	case 'E':
		return "URB_ERROR"
	}
	return ""
}

func usbTransfer(v uint64) string {
	switch v {
	case 0:
		return "URB_ISOCHRONOUS"
	case 1:
		return "URB_INTERRUPT"
	case 2:
		return "URB_CONTROL"
	case 3:
		return "URB_BULK"
	}
	return ""
}

func dissectUSB(d *D, b []byte)     { usbFrame(d, b, 48) }
func dissectUSBLong(d *D, b []byte) { usbFrame(d, b, 64) }

func usbFrame(d *D, b []byte, head int) {
	d.Begin(&usb)
	if len(b) < 12 {
		d.cut(len(b))
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	if len(b) >= 14 && order.Uint16(b[12:]) > 0xff { // bus numbers are small
		order = binary.BigEndian
	}
	d.Num(&usbID, 0, 8, order.Uint64(b))
	d.Header()
	usbInfo(d, b, order)
	if len(b) < head {
		d.cut(len(b))
		d.some(&usbRest, 12, len(b))
		return
	}
	d.Num(&usbBus, 12, 2, uint64(order.Uint16(b[12:])))
	d.Uint(&usbSetup, 14, 1)
	d.Uint(&usbHasData, 15, 1)
	d.Num(&usbSeconds, 16, 8, order.Uint64(b[16:]))
	d.Num(&usbMicros, 24, 4, uint64(order.Uint32(b[24:])))
	d.Num(&usbStatus, 28, 4, uint64(order.Uint32(b[28:])))
	d.Num(&usbLength, 32, 4, uint64(order.Uint32(b[32:])))
	d.Num(&usbDataLen, 36, 4, uint64(order.Uint32(b[36:])))
	d.Bytes(&usbSetupData, 40, 8)
	d.some(&usbRest, 48, head)
	d.some(&usbData, head, len(b))
}

// usbInfo writes a transfer as tcpdump does.
func usbInfo(d *D, b []byte, order binary.ByteOrder) {
	if !d.WantInfo || len(b) < 14 {
		return
	}
	way := "from"
	if b[8] == 'S' {
		way = "to"
	}
	d.info("USB %s %s %s %d:%d:%d", strings.TrimPrefix(usbTransfer(uint64(b[9])), "URB_"), strings.TrimPrefix(usbType(uint64(b[8])), "URB_"),
		way, order.Uint16(b[12:]), b[11], b[10]&0x7f)
}

var fddi = Proto{Name: "fddi", Title: "Fiber Distributed Data Interface", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{field("fddi.fc", "Frame Control", 0, 8, wire.FieldHex)},
	Fields: []*Def{&fddiDst, &fddiSrc}}

var (
	fddiDst = field("fddi.dst", "Destination", 8, 48, wire.FieldMAC)
	fddiSrc = field("fddi.src", "Source", 56, 48, wire.FieldMAC)
)

// fddiAddr adds an address, whose octets FDDI sends with the most significant bit
// first: the other way round from how they are written.
func fddiAddr(d *D, b []byte, def *Def, off int) {
	var a wire.MAC
	for i := range a {
		a[i] = bits.Reverse8(b[off+i])
	}
	d.Made(def, off, 6, a.AppendTo(nil))
}

func dissectFDDI(d *D, b []byte) {
	d.Begin(&fddi)
	if !d.Header() {
		return
	}
	if len(b) < 13 {
		d.cut(len(b))
		return
	}
	fddiAddr(d, b, &fddiDst, 1)
	fddiAddr(d, b, &fddiSrc, 7)
	if b[0]&0xf0 == 0x50 { // asynchronous LLC frames
		d.Next(dissectLLC, 13, len(b)-13)
		return
	}
	d.Next(nil, 13, len(b)-13)
}
