package capture

import (
	"net/netip"
	"strconv"
)

// MaxRecord is the largest record, header included, that is read or written.
const MaxRecord = 16 << 20

// MaxInterfaces is the largest number of interfaces in one section.
const MaxInterfaces = 1 << 16

// DefaultSnapLen is written when an interface states no snapshot length. It is
// the largest that tcpdump and Wireshark accept for ordinary link types.
const DefaultSnapLen = 262144

// LinkType says what a packet's bytes begin with: a number of the LINKTYPE_
// registry.
type LinkType uint16

// Link types that netkit writes or meets often.
const (
	LinkTypeNull      LinkType = 0 // BSD loopback
	LinkTypeEthernet  LinkType = 1
	LinkTypePPP       LinkType = 9
	LinkTypePPPEther  LinkType = 51
	LinkTypeRaw       LinkType = 101 // an IPv4 or IPv6 packet; its version field tells which
	LinkTypeIEEE80211 LinkType = 105
	LinkTypeLoop      LinkType = 108 // OpenBSD loopback
	LinkTypeLinuxSLL  LinkType = 113
	LinkTypeRadiotap  LinkType = 127
	LinkTypeIPv4      LinkType = 228
	LinkTypeIPv6      LinkType = 229
	LinkTypeLinuxSLL2 LinkType = 276
)

// String returns the registry's name without LINKTYPE_, or the number.
func (t LinkType) String() string {
	switch t {
	case LinkTypeNull:
		return "NULL"
	case LinkTypeEthernet:
		return "ETHERNET"
	case LinkTypePPP:
		return "PPP"
	case LinkTypePPPEther:
		return "PPP_ETHER"
	case LinkTypeRaw:
		return "RAW"
	case LinkTypeIEEE80211:
		return "IEEE802_11"
	case LinkTypeLoop:
		return "LOOP"
	case LinkTypeLinuxSLL:
		return "LINUX_SLL"
	case LinkTypeRadiotap:
		return "IEEE802_11_RADIOTAP"
	case LinkTypeIPv4:
		return "IPV4"
	case LinkTypeIPv6:
		return "IPV6"
	case LinkTypeLinuxSLL2:
		return "LINUX_SLL2"
	}
	return strconv.Itoa(int(t))
}

// SectionInfo says who wrote a section. Empty fields are not written.
type SectionInfo struct {
	Hardware    string // shb_hardware
	OS          string // shb_os
	Application string // shb_userappl
	Comments    []string
}

// Interface describes where packets were captured. When writing, empty fields
// are left out.
type Interface struct {
	LinkType    LinkType
	Name        string // if_name
	Description string // if_description
	Hardware    string // if_hardware
	OS          string // if_os
	Comments    []string
	Addrs       []netip.Prefix // if_IPv4addr, if_IPv6addr
	MAC         []byte         // if_MACaddr, 6 bytes
	Speed       uint64         // if_speed, bits per second

	// SnapLen is the largest number of bytes kept of a packet. When writing,
	// 0 means DefaultSnapLen and longer packets are cut; a file that was read
	// may say 0, which in pcapng means no limit.
	SnapLen uint32

	// FCSLen is the frame check sequence's length in bytes: if_fcslen, or the
	// FCS bits of a pcap header. 0 means not stated.
	FCSLen uint8

	// Resolution and TimeOffset are set by the reader, which has applied
	// them to Packet.Time already. The writer always writes nanoseconds.
	Resolution Resolution
	TimeOffset int64 // if_tsoffset, seconds

	// RawLinkType is the whole 32-bit field of a pcap header, or the 16-bit
	// field of a pcapng interface. Set by the reader.
	RawLinkType uint32
}

// Packet is one captured packet.
type Packet struct {
	// Interface is the index of the packet's interface in its section:
	// what AddInterface returned, or an index into Reader.Interfaces.
	Interface int

	Time     int64    // nanoseconds since the Unix epoch
	Data     []byte   // what was captured
	OrigLen  int      // length on the wire; when writing, less than len(Data) means len(Data)
	Flags    Flags    // epb_flags; 0 is not written
	ID       uint64   // epb_packetid: the same packet seen at several interfaces; 0 is not written
	Drops    uint64   // epb_dropcount: packets lost before this one; 0 is not written
	Comments []string // opt_comment, any number

	// Set by the reader.
	LinkType   LinkType // that of the packet's interface
	Section    int      // which section, from 0
	Offset     int64    // where the record starts in the (uncompressed) file
	NoTime     bool     // the record has no time: a Simple Packet Block
	BadOptions bool     // the record's options run past its end; those before are kept

	// SectionComments are those of the section that begins with this packet.
	SectionComments []string
}

// Flags is the flags word of an Enhanced Packet Block (section 4.3.1).
type Flags uint32

// The bits of Flags.
const (
	Inbound  Flags = 1
	Outbound Flags = 2

	Unicast     Flags = 1 << 2
	Multicast   Flags = 2 << 2
	Broadcast   Flags = 3 << 2
	Promiscuous Flags = 4 << 2

	ChecksumNotReady    Flags = 1 << 9
	ChecksumValid       Flags = 1 << 10
	SegmentationOffload Flags = 1 << 11

	CRCError      Flags = 1 << 24
	TooLong       Flags = 1 << 25
	TooShort      Flags = 1 << 26
	WrongGap      Flags = 1 << 27
	Unaligned     Flags = 1 << 28
	SFDError      Flags = 1 << 29
	PreambleError Flags = 1 << 30
	SymbolError   Flags = 1 << 31
)

// Direction returns Inbound, Outbound or 0 for unknown.
func (f Flags) Direction() Flags { return f & 3 }

// Reception returns Unicast, Multicast, Broadcast, Promiscuous or 0.
func (f Flags) Reception() Flags { return f & (7 << 2) }

// FCSLen returns the FCS's length in bytes, 0 for unknown.
func (f Flags) FCSLen() int { return int(f >> 5 & 15) }

// WithFCSLen returns f saying that n bytes of FCS end the packet's data.
func (f Flags) WithFCSLen(n int) Flags { return f&^(15<<5) | Flags(n&15)<<5 }

// Errors returns the link-layer error bits.
func (f Flags) Errors() Flags { return f & 0xffff0000 }

// Meta is what a pcapng file holds besides packets: [SectionInfo],
// [Interface], [Secrets], [Names] or [Statistics].
type Meta interface{ meta() }

func (SectionInfo) meta() {}
func (Interface) meta()   {}
func (Secrets) meta()     {}
func (Names) meta()       {}
func (Statistics) meta()  {}

// SecretsType names the format of a Decryption Secrets Block's content.
type SecretsType uint32

// TLSKeyLog is the NSS key log format, as SSLKEYLOGFILE has it.
const TLSKeyLog SecretsType = 0x544c534b

// Secrets is a Decryption Secrets Block.
type Secrets struct {
	Type SecretsType
	Data []byte
}

// Names is a Name Resolution Block.
type Names []Name

// Name is an address and what it is called.
type Name struct {
	Addr  netip.Addr
	Names []string
}

// Statistics is an Interface Statistics Block. Times are nanoseconds since the
// Unix epoch. Received and Dropped are always written, the other fields where
// they are not 0; a counter that a file leaves out is read as 0.
type Statistics struct {
	Interface  int
	Time       int64
	Start, End int64  // isb_starttime, isb_endtime
	Received   uint64 // isb_ifrecv
	Dropped    uint64 // isb_ifdrop
	Accepted   uint64 // isb_filteraccept
	OSDropped  uint64 // isb_osdrop
	Delivered  uint64 // isb_usrdeliv
}
