package dissect

// The radiotap header (radiotap.org): a word of 32 bits says which fields follow,
// each aligned to its own size from the start of the header, all least
// significant octet first.

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

var radiotap = Proto{Name: "radiotap", Title: "IEEE 802.11 Radiotap Capture header", TCPIP: Link, OSI: OSIPhysical,
	Header: []Def{
		field("radiotap.version", "Header revision", 0, 8, wire.FieldDec),
		field("radiotap.pad", "Header pad", 8, 8, wire.FieldDec),
	},
	Parts: [][]Def{radiotapFlagBits},
	Fields: []*Def{&radiotapLength, &radiotapWord, &radiotapTime, &radiotapFlags, &radiotapRate, &radiotapFreq, &radiotapChannel,
		&radiotapHop, &radiotapPattern, &radiotapSignal, &radiotapNoise, &radiotapQuality, &radiotapTxAtt, &radiotapTxAttDB,
		&radiotapPower, &radiotapAntenna, &radiotapSignalDB, &radiotapNoiseDB, &radiotapRxFlags, &radiotapTxFlags,
		&radiotapRetries, &radiotapMCSKnown, &radiotapMCSIndex, &radiotapAMPDU, &radiotapAMPDUFlags, &radiotapStamp,
		&radiotapOUI, &radiotapVendor, &radiotapOther}}

var radiotapFlagBits = []Def{
	field("radiotap.flags.shortgi", "Short GI", 0, 1, wire.FieldFlag),
	field("radiotap.flags.badfcs", "Bad FCS", 1, 1, wire.FieldFlag),
	field("radiotap.flags.datapad", "Data Pad", 2, 1, wire.FieldFlag),
	field("radiotap.flags.fcs", "FCS at end", 3, 1, wire.FieldFlag),
	field("radiotap.flags.frag", "Fragmentation", 4, 1, wire.FieldFlag),
	field("radiotap.flags.wep", "WEP", 5, 1, wire.FieldFlag),
	field("radiotap.flags.preamble", "Preamble", 6, 1, wire.FieldFlag),
	field("radiotap.flags.cfp", "CFP", 7, 1, wire.FieldFlag),
}

var (
	radiotapLength     = field("radiotap.length", "Header length", 16, 16, wire.FieldDec)
	radiotapWord       = loose("radiotap.present.word", "Present flags word", wire.FieldHex)
	radiotapTime       = loose("radiotap.mactime", "MAC timestamp", wire.FieldDec)
	radiotapFlags      = loose("radiotap.flags", "Flags", wire.FieldHex)
	radiotapRate       = looseCode("radiotap.datarate", "Data rate", radiotapMegabit)
	radiotapFreq       = loose("radiotap.channel.freq", "Channel frequency", wire.FieldDec)
	radiotapChannel    = loose("radiotap.channel.flags", "Channel flags", wire.FieldHex)
	radiotapHop        = loose("radiotap.fhss.hopset", "FHSS Hop Set", wire.FieldDec)
	radiotapPattern    = loose("radiotap.fhss.pattern", "FHSS Pattern", wire.FieldDec)
	radiotapSignal     = loose("radiotap.dbm_antsignal", "Antenna signal", Signed)
	radiotapNoise      = loose("radiotap.dbm_antnoise", "Antenna noise", Signed)
	radiotapQuality    = loose("radiotap.quality", "Signal Quality", wire.FieldDec)
	radiotapTxAtt      = loose("radiotap.txattenuation", "TX attenuation", wire.FieldDec)
	radiotapTxAttDB    = loose("radiotap.db_txattenuation", "dB TX attenuation", wire.FieldDec)
	radiotapPower      = loose("radiotap.txpower", "TX power", Signed)
	radiotapAntenna    = loose("radiotap.antenna", "Antenna", wire.FieldDec)
	radiotapSignalDB   = loose("radiotap.db_antsignal", "dB antenna signal", wire.FieldDec)
	radiotapNoiseDB    = loose("radiotap.db_antnoise", "dB antenna noise", wire.FieldDec)
	radiotapRxFlags    = loose("radiotap.rxflags", "RX flags", wire.FieldHex)
	radiotapTxFlags    = loose("radiotap.txflags", "TX flags", wire.FieldHex)
	radiotapRetries    = loose("radiotap.data_retries", "data retries", wire.FieldDec)
	radiotapMCSKnown   = loose("radiotap.mcs.known", "Known MCS information", wire.FieldHex)
	radiotapMCSIndex   = loose("radiotap.mcs.index", "MCS index", wire.FieldDec)
	radiotapAMPDU      = loose("radiotap.ampdu.reference", "A-MPDU reference number", wire.FieldDec)
	radiotapAMPDUFlags = loose("radiotap.ampdu.flags", "A-MPDU flags", wire.FieldHex)
	radiotapStamp      = loose("radiotap.timestamp.ts", "timestamp", wire.FieldDec)
	radiotapOUI        = Def{Field: wire.Field{Name: "radiotap.vendor_oui", Label: "Vendor OUI", Kind: wire.FieldHex}, Meaning: ouiName}
	radiotapVendor     = loose("radiotap.vendor_data", "Vendor data", Bytes)
	radiotapOther      = loose("radiotap.data", "Data", Bytes)
)

// radiotapMegabit: in units of 500 kbit/s.
func radiotapMegabit(v uint64) string {
	s := strconv.FormatUint(v/2, 10)
	if v%2 == 1 {
		s += ".5"
	}
	return s + " Mb/s"
}

// radiotapSize is the size and the alignment of the field of a bit.
func radiotapSize(bit int) (size, align int) {
	switch bit {
	case 0:
		return 8, 8
	case 1, 2, 5, 6, 10, 11, 12, 13, 16, 17, 26:
		return 1, 1
	case 4, 7, 8, 9, 14, 15:
		return 2, 2
	case 3, 27:
		return 4, 2
	case 18, 20:
		return 8, 4
	case 19:
		return 3, 1
	case 21, 23, 24:
		return 12, 2
	case 22:
		return 12, 8
	case 25:
		return 6, 2
	}
	return 0, 1
}

// The bits of a present word that are no fields of their own.
const (
	radiotapTLVs      = 28
	radiotapNamespace = 29
	radiotapVendorNS  = 30
	radiotapMore      = 31
)

// maxRadiotapWords is how many present words are followed.
const maxRadiotapWords = 32

func dissectRadiotap(d *D, b []byte) {
	d.Begin(&radiotap)
	if !d.Header() {
		return
	}
	n := int(d.UintLE(&radiotapLength, 2, 2))
	if len(b) < 4 {
		return
	}
	d.info("802.11, length %d", len(b))
	if n < 8 || n > len(b) {
		d.MarkBad()
		d.Wrong("header length does not fit", 2)
		return
	}
	words := 0
	for more := true; more && words < maxRadiotapWords; words++ {
		at := 4 + 4*words
		if at+4 > n {
			d.Wrong("present words run past the header", at)
			return
		}
		more = d.UintLE(&radiotapWord, at, 4)>>radiotapMore&1 == 1
	}
	off, flags := 4+4*words, byte(0)
	standard := true
walk:
	for w := range words {
		word := binary.LittleEndian.Uint32(b[4+4*w:])
		for i := range radiotapTLVs {
			if word>>i&1 == 0 {
				continue
			}
			size, align := radiotapSize(i)
			at := (off + align - 1) / align * align
			if !standard || size == 0 {
				break walk // of a size that is not known
			}
			if at+size > n {
				d.Wrong("fields run past the header", off)
				break walk
			}
			radiotapField(d, i, at)
			if i == 1 {
				flags = b[at]
			}
			off = at + size
		}
		switch {
		case word>>radiotapTLVs&1 == 1:
			break walk
		case word>>radiotapVendorNS&1 == 1:
			at := (off + 1) / 2 * 2
			if at+6 > n {
				d.Wrong("vendor namespace runs past the header", off)
				break walk
			}
			skip := int(binary.LittleEndian.Uint16(b[at+4:]))
			d.Uint(&radiotapOUI, at, 3)
			d.some(&radiotapVendor, at+6, min(at+6+skip, n))
			off = min(at+6+skip, n)
			standard = false
		case word>>radiotapNamespace&1 == 1:
			standard = true
		}
	}
	d.some(&radiotapOther, off, n)
	const fcsAtEnd, dataPad = 0x10, 0x20
	d.Next(dot11Func(flags&fcsAtEnd != 0, flags&dataPad != 0), n, len(b)-n)
}

func radiotapField(d *D, bit, at int) {
	switch bit {
	case 0:
		d.UintLE(&radiotapTime, at, 8)
	case 1:
		d.Uint(&radiotapFlags, at, 1)
		d.depth++
		d.part(radiotapFlagBits, at)
		d.depth--
	case 2:
		d.Uint(&radiotapRate, at, 1)
	case 3:
		d.UintLE(&radiotapFreq, at, 2)
		d.UintLE(&radiotapChannel, at+2, 2)
	case 4:
		d.Uint(&radiotapHop, at, 1)
		d.Uint(&radiotapPattern, at+1, 1)
	case 5:
		d.Uint(&radiotapSignal, at, 1)
	case 6:
		d.Uint(&radiotapNoise, at, 1)
	case 7:
		d.UintLE(&radiotapQuality, at, 2)
	case 8:
		d.UintLE(&radiotapTxAtt, at, 2)
	case 9:
		d.UintLE(&radiotapTxAttDB, at, 2)
	case 10:
		d.Uint(&radiotapPower, at, 1)
	case 11:
		d.Uint(&radiotapAntenna, at, 1)
	case 12:
		d.Uint(&radiotapSignalDB, at, 1)
	case 13:
		d.Uint(&radiotapNoiseDB, at, 1)
	case 14:
		d.UintLE(&radiotapRxFlags, at, 2)
	case 15:
		d.UintLE(&radiotapTxFlags, at, 2)
	case 17:
		d.Uint(&radiotapRetries, at, 1)
	case 19:
		d.Uint(&radiotapMCSKnown, at, 1)
		d.Uint(&radiotapMCSIndex, at+2, 1)
	case 20:
		d.UintLE(&radiotapAMPDU, at, 4)
		d.UintLE(&radiotapAMPDUFlags, at+4, 2)
	case 22:
		d.UintLE(&radiotapStamp, at, 8)
	default:
		size, _ := radiotapSize(bit)
		d.Bytes(&radiotapOther, at, size)
	}
}

// Prism's header, and the one after it that has a length too: both are passed
// over.
var prism = Proto{Name: "prism", Title: "Prism capture header", TCPIP: Link, OSI: OSIPhysical,
	Fields: []*Def{&prismCode, &prismLen, &prismDevice, &prismData}}

var (
	prismCode   = loose("prism.msgcode", "Message Code", wire.FieldDec)
	prismLen    = loose("prism.msglen", "Message Length", wire.FieldDec)
	prismDevice = loose("prism.devname", "Device Name", Text)
	prismData   = loose("prism.data", "Data", Bytes)
)

// dissectPrism reads numbers in the byte order of the machine that captured, which
// is the one that makes the length fit.
func dissectPrism(d *D, b []byte) {
	d.Begin(&prism)
	if len(b) < 24 {
		d.cut(len(b))
		d.some(&prismData, 0, len(b))
		return
	}
	code, n := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	if n > 0xffff {
		code, n = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	}
	d.Num(&prismCode, 0, 4, uint64(code))
	d.Num(&prismLen, 4, 4, uint64(n))
	d.Made(&prismDevice, 8, 16, bytes.TrimRight(b[8:24], "\x00"))
	if n < 24 || int(n) > len(b) {
		d.Wrong("length does not fit", 4)
		return
	}
	d.some(&prismData, 24, int(n))
	d.Next(dissectDot11, int(n), len(b)-int(n))
}
