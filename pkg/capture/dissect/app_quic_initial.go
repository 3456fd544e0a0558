package dissect

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
)

// The protection of a client's Initial packets, whose keys follow from its own
// destination connection ID: RFC 9001 section 5.2 to 5.4, RFC 9369 section 3.3.

var (
	quicSaltV1  = [...]byte{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}
	quicSaltD29 = [...]byte{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99} // drafts 29 to 32
	quicSaltD23 = [...]byte{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02} // drafts 23 to 28
	quicSaltV2  = [...]byte{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9}
)

// Bounds on what the CRYPTO frames of one packet can make.
const (
	quicMaxCrypto = 1 << 14 // octets
	quicMaxPasses = 64      // over frames that are out of order
)

// quicOpen removes the protection of the Initial packet b, whose packet number
// is at off, and hands its frames on. It reports whether it could: a server's
// packets, and those of other versions, it cannot.
func quicOpen(d *D, version uint32, dcid, b []byte, off int) bool {
	if !d.WantFields && !d.WantInfo || off+20 > len(b) {
		return false
	}
	salt, label := quicSaltV1[:], "quic "
	switch draft := version & 0xff; {
	case version == quicV1:
	case version == quicV2:
		salt, label = quicSaltV2[:], "quicv2 "
	case version>>8 == 0xff0000 && draft >= 33 && draft <= 34:
	case version>>8 == 0xff0000 && draft >= 29 && draft < 33:
		salt = quicSaltD29[:]
	case version>>8 == 0xff0000 && draft >= 23 && draft < 29:
		salt = quicSaltD23[:]
	default:
		return false
	}
	secret := quicInitialSecret(dcid, salt)
	client := quicExpand(secret, "client in", 32)
	key, iv, hp := quicExpand(client, label+"key", 16), quicExpand(client, label+"iv", 12), quicExpand(client, label+"hp", 16)
	block, err := aes.NewCipher(hp)
	if err != nil {
		return false
	}
	var mask [16]byte
	block.Encrypt(mask[:], b[off+4:off+20])
	first := b[0] ^ mask[0]&0x0f
	pnLen := int(first&3) + 1
	head := make([]byte, off+pnLen)
	copy(head, b)
	head[0] = first
	var pn uint64
	for i := range pnLen {
		head[off+i] ^= mask[1+i]
		pn = pn<<8 | uint64(head[off+i])
	}
	for i := range 8 {
		iv[11-i] ^= byte(pn >> (8 * i))
	}
	if block, err = aes.NewCipher(key); err != nil {
		return false
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return false
	}
	plain, err := aead.Open(nil, iv, b[off+pnLen:], head)
	if err != nil {
		return false
	}
	d.Num(&quicPNLen, 0, 1, uint64(pnLen-1))
	d.Num(&quicPN, off, pnLen, pn)
	d.Bytes(&quicPayload, off+pnLen, len(b)-off-pnLen)
	if len(d.P.Bufs)+2 > maxBufs {
		return true
	}
	d.P.Bufs = append(d.P.Bufs, plain)
	d.nextBuf(dissectQUICFrames, len(d.P.Bufs)-1, 0, len(plain), 0)
	if crypto := quicCrypto(plain); len(crypto) > 0 {
		d.P.Bufs = append(d.P.Bufs, crypto)
		d.nextBuf(dissectQUICCrypto, len(d.P.Bufs)-1, 0, len(crypto), 0)
	}
	return true
}

func quicInitialSecret(dcid, salt []byte) []byte {
	secret, err := hkdf.Extract(sha256.New, dcid, salt)
	if err != nil {
		return nil
	}
	return secret
}

// quicExpand is HKDF-Expand-Label (RFC 8446 section 7.1) without a context.
func quicExpand(secret []byte, label string, n int) []byte {
	info := append([]byte{byte(n >> 8), byte(n), byte(6 + len(label))}, "tls13 "+label...)
	out, err := hkdf.Expand(sha256.New, secret, string(append(info, 0)), n)
	if err != nil {
		return make([]byte, n)
	}
	return out
}

// quicCrypto puts together what the CRYPTO frames of a packet carry from offset
// 0 on: endpoints send them in any order.
func quicCrypto(b []byte) []byte {
	var out []byte
	for range quicMaxPasses {
		have := len(out)
		for off := 0; off < len(b); {
			if b[off] != 6 {
				next := quicSkip(b, off)
				if next <= off {
					break
				}
				off = next
				continue
			}
			at, w := quicVarint(b[off+1:])
			n, z := quicVarint(b[min(len(b), off+1+w):])
			data := off + 1 + w + z
			if w == 0 || z == 0 || n > uint64(len(b)-data) {
				break
			}
			off = data + int(n)
			if at == uint64(len(out)) && n > 0 && len(out)+int(n) <= quicMaxCrypto {
				out = append(out, b[data:off]...)
			}
		}
		if len(out) == have {
			break
		}
	}
	return out
}

// quicSkip is where the frame at off, which is no CRYPTO frame, ends; off if it
// cannot be told.
func quicSkip(b []byte, off int) int {
	switch b[off] {
	case 0, 1:
		return off + 1
	case 2, 3:
		at, more := off+1, 4
		for i := 0; i < more; i++ {
			v, w := quicVarint(b[min(at, len(b)):])
			if w == 0 {
				return off
			}
			if i == 2 {
				if v > uint64(len(b)) {
					return off
				}
				more += 2 * int(v)
				if b[off] == 3 {
					more += 3
				}
			}
			at += w
		}
		return at
	}
	return off
}
