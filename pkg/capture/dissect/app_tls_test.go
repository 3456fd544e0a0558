package dissect

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	gotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// tlsTaped is a connection that keeps what it was given to write.
type tlsTaped struct {
	net.Conn
	wrote bytes.Buffer
}

func (c *tlsTaped) Write(b []byte) (int, error) {
	c.wrote.Write(b)
	return c.Conn.Write(b)
}

// tlsTape is what both sides of a TLS 1.2 handshake of crypto/tls send.
var tlsTape = sync.OnceValues(func() (client, server []byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(0x2a), Subject: pkix.Name{CommonName: "www.example.com", Organization: []string{"Example"}},
		NotBefore: time.Unix(1700000000, 0), NotAfter: time.Unix(1800000000, 0), DNSNames: []string{"www.example.com", "example.com"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	a, b := net.Pipe()
	ca, cb := &tlsTaped{Conn: a}, &tlsTaped{Conn: b}
	var wg sync.WaitGroup
	wg.Go(func() {
		s := gotls.Server(cb, &gotls.Config{Certificates: []gotls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
			NextProtos: []string{"h2", "http/1.1"}, MaxVersion: gotls.VersionTLS12})
		if err := s.Handshake(); err != nil {
			panic(err)
		}
	})
	c := gotls.Client(ca, &gotls.Config{ServerName: "www.example.com", InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}, MaxVersion: gotls.VersionTLS12})
	if err := c.Handshake(); err != nil {
		panic(err)
	}
	wg.Wait()
	return ca.wrote.Bytes(), cb.wrote.Bytes()
})

func tlsTestHello() []byte {
	client, _ := tlsTape()
	return client[:pduTLS(client)]
}

// tlsTestSplit is the message of one record in two.
func tlsTestSplit(record []byte) []byte {
	const at = 70
	rest := len(record) - tlsHeaderLen - at
	return cat(record[:3], 0, at, record[tlsHeaderLen:tlsHeaderLen+at], record[:3], rest>>8, rest&255, record[tlsHeaderLen+at:])
}

// RFC 5246 7.4 as crypto/tls speaks it: both flights, record for record.
func TestTLSHandshakeAgainstCryptoTLS(t *testing.T) {
	client, server := tlsTape()
	units := func(b []byte, src, dst uint16) (all []*Packet) {
		for len(b) > 0 {
			n := pduTLS(b)
			if n <= 0 || n > len(b) {
				t.Fatalf("a unit of %d octets in %d", n, len(b))
			}
			p := appDissect(t, dissectTLS, b[:n], src, dst)
			wantSound(t, p)
			all = append(all, p)
			b = b[n:]
		}
		return all
	}
	c, s := units(client, 4000, 443), units(server, 443, 4000)
	wantValues(t, c[0], "tls.record.content_type=22", "tls.handshake.type=1", "tls.handshake.version=0x0303",
		"tls.handshake.extensions_server_name=www.example.com", "tls.handshake.extensions_alpn_str=h2|http/1.1")
	if got := values(c[0], "tls.handshake.extensions.supported_version"); len(got) == 0 || got[0] != "0x0303" {
		t.Errorf("versions offered: %v", got)
	}
	if !strings.HasPrefix(string(c[0].Info), "TLS 1.0, ClientHello www.example.com") {
		t.Errorf("line = %q", c[0].Info)
	}
	seen := make(map[string]bool)
	for _, p := range s {
		for _, v := range values(p, "tls.handshake.type") {
			seen[v] = true
		}
		if len(values(p, "tls.certificate.subject")) > 0 {
			wantValues(t, p, "tls.certificate.subject=CN=www.example.com,O=Example", "tls.certificate.issuer=CN=www.example.com,O=Example",
				"tls.certificate.serial=2a", "tls.certificate.not_before=1700000000.000000000", "tls.certificate.not_after=1800000000.000000000",
				"tls.certificate.dns_name=www.example.com|example.com")
			seen["certificate"] = true
		}
		if v := values(p, "tls.handshake.server_named_curve"); len(v) == 1 {
			seen["curve"] = true
			if n := values(p, "tls.handshake.sig_len"); len(n) != 1 {
				t.Errorf("signature lengths: %v", n)
			}
		}
		if v := values(p, "tls.handshake.extensions_alpn_str"); len(v) == 1 && v[0] == "h2" {
			seen["alpn"] = true
		}
	}
	for _, v := range []string{"2", "11", "12", "14", "certificate", "curve", "alpn"} {
		if !seen[v] {
			t.Errorf("the server's flight lacks %s", v)
		}
	}
	last := c[len(c)-1]
	if len(values(last, "tls.encrypted")) != 1 {
		t.Errorf("the client's Finished is encrypted, and shown as %v", last.Fields)
	}
}

// RFC 8446 5.1: "Handshake messages MAY be … fragmented across several records."
func TestTLSMessageSpansRecords(t *testing.T) {
	hello := tlsTestHello()
	split := tlsTestSplit(hello)
	if n := pduTLS(cat(split, "\x17\x03\x03\x00\x01x")); n != len(split) {
		t.Fatalf("the unit has %d of %d octets", n, len(split))
	}
	if n := pduTLS(split[:80]); n != 0 {
		t.Errorf("the first record alone is a unit of %d", n)
	}
	p, whole := appDissect(t, dissectTLS, split, 4000, 443), appDissect(t, dissectTLS, hello, 4000, 443)
	wantSound(t, p)
	for _, name := range []string{"tls.handshake.extensions_server_name", "tls.handshake.ciphersuite", "tls.handshake.ja3", "tls.handshake.random"} {
		if got, want := strings.Join(values(p, name), "|"), strings.Join(values(whole, name), "|"); got != want || got == "" {
			t.Errorf("%s = %q in two records, %q in one", name, got, want)
		}
	}
	if len(p.Layers) != 2 || p.Layers[1].Buf == 0 {
		t.Errorf("layers %v", layerNames(p))
	}
}

// JA3 leaves out what RFC 8701 reserves, and joins with commas and hyphens.
func TestTLSJA3LeavesOutGREASE(t *testing.T) {
	hello := cat("\x03\x03", strings.Repeat("r", 32), "\x00", "\x00\x06\x0a\x0a\x13\x01\xc0\x2f", "\x01\x00",
		"\x00\x1c", "\x2a\x2a\x00\x00", "\x00\x0a\x00\x06\x00\x04\x3a\x3a\x00\x1d", "\x00\x0b\x00\x02\x01\x00", "\x00\x17\x00\x00", "\x7a\x7a\x00\x00")
	b := cat("\x16\x03\x01", 0, 4+len(hello), "\x01\x00", 0, len(hello), hello)
	p := appDissect(t, dissectTLS, b, 4000, 443)
	wantSound(t, p)
	wantValues(t, p, "tls.handshake.ja3_full=771,4865-49199,10-11-23,29,0", "tls.handshake.ciphersuite=0x0a0a|0x1301|0xc02f")
}

func TestTLSOtherRecords(t *testing.T) {
	p := appDissect(t, dissectTLS, []byte("\x15\x03\x03\x00\x02\x02\x28"), 4000, 443)
	wantValues(t, p, "tls.alert_message.level=2", "tls.alert_message.desc=40")
	wantInfo(t, p, "TLS 1.2, alert handshake_failure")
	p = appDissect(t, dissectTLS, []byte("\x17\x03\x03\x00\x03abc"), 4000, 443)
	wantValues(t, p, "tls.app_data=616263")
	// RFC 6520 4: a payload longer than its record is what Heartbleed sent.
	p = appDissect(t, dissectTLS, []byte("\x18\x03\x02\x00\x03\x01\x40\x00"), 4000, 443)
	wantBad(t, p, "heartbeat payload longer than its record")
	// A record that does not all come.
	wantBad(t, appDissect(t, dissectTLS, []byte("\x17\x03\x03\x00\x09abc"), 4000, 443), "cut short")
	// A list that does not fit into its message.
	wantBad(t, appDissect(t, dissectTLS, cat("\x16\x03\x01\x00\x2a\x01\x00\x00\x26\x03\x03", strings.Repeat("r", 32), "\xff\x00\x00\x00"), 4000, 443), "a vector ends too early")
	for _, s := range []string{"\x16\x04\x00", "\x13\x03", "GET /"} {
		if n := pduTLS([]byte(s)); n != -1 {
			t.Errorf("%q is a unit of %d", s, n)
		}
	}
}

// RFC 9001 appendix A.1 gives the keys that follow from 0x8394c8f03e515708.
func TestQUICInitialKeys(t *testing.T) {
	client := quicTestSecret()
	for _, c := range []struct {
		label string
		n     int
		want  string
	}{
		{"quic key", 16, "1f369613dd76d5467730efcbe3b1a22d"},
		{"quic iv", 12, "fa044b2f42a3fd3b46fb255c"},
		{"quic hp", 16, "9f50449e04a0e810283a1e9933adedd2"},
	} {
		if got := hex.EncodeToString(quicExpand(client, c.label, c.n)); got != c.want {
			t.Errorf("%s = %s, want %s", c.label, got, c.want)
		}
	}
}

const quicTestDCID = "\x83\x94\xc8\xf0\x3e\x51\x57\x08"

func quicTestSecret() []byte {
	secret := quicInitialSecret([]byte(quicTestDCID), quicSaltV1[:])
	return quicExpand(secret, "client in", 32)
}

// quicTestInitial is a protected Initial packet whose ClientHello comes in two
// frames, the later first.
func quicTestInitial() []byte {
	hello := tlsTestHello()[tlsHeaderLen:]
	rest := len(hello) - 40
	frames := cat("\x06\x28", 0x40|rest>>8, rest&255, hello[40:], "\x01", "\x06\x00\x28", hello[:40], strings.Repeat("\x00", 64))
	head := cat("\xc1\x00\x00\x00\x01\x08", quicTestDCID, "\x00\x00", 0x40|(len(frames)+18)>>8, (len(frames)+18)&255, "\x00\x02")
	client := quicTestSecret()
	block, err := aes.NewCipher(quicExpand(client, "quic key", 16))
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	iv := quicExpand(client, "quic iv", 12)
	iv[11] ^= 2
	b := aead.Seal(bytes.Clone(head), iv, frames, head)
	hp, err := aes.NewCipher(quicExpand(client, "quic hp", 16))
	if err != nil {
		panic(err)
	}
	var mask [16]byte
	pn := len(head) - 2
	hp.Encrypt(mask[:], b[pn+4:pn+20])
	b[0] ^= mask[0] & 0x0f
	b[pn] ^= mask[1]
	b[pn+1] ^= mask[2]
	return b
}

// RFC 9000 17.2 and 19, RFC 9001 5: a client's first flight is read.
func TestQUICInitial(t *testing.T) {
	p := appDissect(t, dissectQUIC, quicTestInitial(), 4000, 443)
	wantSound(t, p)
	wantValues(t, p, "quic.version=0x00000001", "quic.long.packet_type=0", "quic.dcil=8", "quic.dcid=8394c8f03e515708", "quic.scil=0",
		"quic.token_length=0", "quic.packet_number=2", "quic.frame_type=6|1|6|0", "quic.crypto.offset=40|0", "quic.padding_length=64",
		"tls.handshake.type=1", "tls.handshake.extensions_server_name=www.example.com")
	b := quicTestInitial()
	b[len(b)-1] ^= 1
	p = appDissect(t, dissectQUIC, b, 4000, 443)
	wantValues(t, p, "quic.dcid=8394c8f03e515708", "quic.frame_type=")
	if len(values(p, "quic.payload")) != 1 {
		t.Error("a packet that does not authenticate is not shown as it came")
	}
}

func TestQUICOtherPackets(t *testing.T) {
	p := appDissect(t, dissectQUIC, []byte("\x80\x00\x00\x00\x00\x01a\x01b\x00\x00\x00\x01\x6b\x33\x43\xcf"), 443, 4000)
	wantSound(t, p)
	wantValues(t, p, "quic.supported_version=0x00000001|0x6b3343cf")
	p = appDissect(t, dissectQUIC, cat("\xf0\x00\x00\x00\x01\x00\x01btoken", strings.Repeat("T", 16)), 443, 4000)
	wantValues(t, p, "quic.long.packet_type=3", "quic.retry_token=746f6b656e", "quic.retry_integrity_tag="+strings.Repeat("54", 16))
	// RFC 9369 3.2: version 2 numbers its packets anew.
	p = appDissect(t, dissectQUIC, cat("\xc0\x6b\x33\x43\xcf\x00\x00token", strings.Repeat("T", 16)), 443, 4000)
	wantValues(t, p, "quic.long.packet_type_v2=0", "quic.retry_token=746f6b656e")
	wantInfo(t, p, "quic, retry")
	// RFC 9000 12.2: several packets in a datagram.
	one := cat("\xe0\x00\x00\x00\x01\x01a\x01b\x04data")
	p = appDissect(t, dissectQUIC, cat(one, one), 443, 4000)
	if got := strings.Join(layerNames(p), " "); got != "quic quic" {
		t.Errorf("layers %s", got)
	}
}
