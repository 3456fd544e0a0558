package tcp

// Initial sequence numbers: RFC 6528; timestamp offsets: RFC 7323 7.1.

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"time"
)

// initialSequence is ISN = M + F(localip, localport, remoteip, remoteport,
// secretkey), RFC 6528 3, with M the 4-microsecond clock of RFC 9293 3.4.1. F is
// SHA-256 over secret and tuple, of which 32 bits are used; 32 others offset the
// timestamps, so that these do not tell when the host started.
func initialSequence(secret *[32]byte, now int64, local, remote netip.AddrPort) (isn, tsOffset uint32) {
	var b [32 + 2*18]byte
	n := copy(b[:], secret[:])
	for _, a := range [2]netip.AddrPort{local, remote} {
		ip := a.Addr().As16()
		n += copy(b[n:], ip[:])
		binary.BigEndian.PutUint16(b[n:], a.Port())
		n += 2
	}
	f := sha256.Sum256(b[:n])
	m := uint32(now / int64(4*time.Microsecond))
	return m + binary.BigEndian.Uint32(f[:]), binary.BigEndian.Uint32(f[4:])
}
