package wire

import (
	"encoding/binary"
	"errors"
)

// What can be wrong with bytes from outside. Every error of a Parse function
// wraps one of these.
var (
	ErrTruncated = errors.New("truncated")         // fewer octets than the header needs
	ErrLength    = errors.New("bad length")        // a length field contradicts the bytes or the format
	ErrVersion   = errors.New("bad version")       // not the IP version of this view
	ErrValue     = errors.New("unsupported value") // a value that this view does not stand for
)

// Error says which part of which header is wrong. Values are fixed, so that
// a flood of malformed packets costs no allocation.
type Error struct {
	Layer string // "ipv4"
	Field string // "total length"
	Err   error  // one of the sentinels of this package
}

func (e *Error) Error() string { return "wire: " + e.Layer + ": " + e.Field + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// EtherTypes.
const (
	EtherTypeIPv4 uint16 = 0x0800
	EtherTypeARP  uint16 = 0x0806
	EtherTypeVLAN uint16 = 0x8100 // IEEE 802.1Q customer tag
	EtherTypeIPv6 uint16 = 0x86dd
)

// Internet protocol numbers, which are also IPv6 Next Header values.
const (
	ProtoHopByHop uint8 = 0
	ProtoICMP     uint8 = 1
	ProtoTCP      uint8 = 6
	ProtoUDP      uint8 = 17
	ProtoRouting  uint8 = 43
	ProtoFragment uint8 = 44
	ProtoESP      uint8 = 50
	ProtoAH       uint8 = 51
	ProtoICMPv6   uint8 = 58
	ProtoNoNext   uint8 = 59
	ProtoDestOpts uint8 = 60
)

func get16(b []byte, i int) uint16    { return binary.BigEndian.Uint16(b[i:]) }
func get32(b []byte, i int) uint32    { return binary.BigEndian.Uint32(b[i:]) }
func put16(b []byte, i int, v uint16) { binary.BigEndian.PutUint16(b[i:], v) }
func put32(b []byte, i int, v uint32) { binary.BigEndian.PutUint32(b[i:], v) }
