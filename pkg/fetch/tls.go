package fetch

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"

	"github.com/netkit-go/netkit/pkg/trace"
)

// handshake starts TLS on nc. It returns nc itself with an error. The deadline of
// nc is its limit: crypto/tls is not given a context, for it would start a
// goroutine to wait for it.
func (x *exchange) handshake(ctx context.Context, nc net.Conn) (net.Conn, error) {
	c, host := x.c, x.step.url.Host
	cfg := x.tlsConfig(host)
	t := tls.Client(nc, cfg)
	if err := t.Handshake(); err != nil {
		return nc, x.tlsError(ctx, host, err)
	}
	st := t.ConnectionState()
	info := &TLS{
		Version:  tls.VersionName(st.Version),
		Cipher:   tls.CipherSuiteName(st.CipherSuite),
		Group:    st.CurveID.String(),
		ALPN:     st.NegotiatedProtocol,
		Resumed:  st.DidResume,
		Verified: !cfg.InsecureSkipVerify,
	}
	for _, c := range st.PeerCertificates {
		info.Chain = append(info.Chain, c.Raw)
	}
	if len(st.PeerCertificates) > 0 {
		leaf := st.PeerCertificates[0]
		info.Certificate = Certificate{
			Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(), Names: leaf.DNSNames,
			NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, SHA256: sha256.Sum256(leaf.Raw),
		}
		for _, ip := range leaf.IPAddresses {
			info.Certificate.Names = append(info.Certificate.Names, ip.String())
		}
	}
	x.ex.Conn.TLS = info
	c.trace(trace.Event{Kind: trace.TLSDone, Text: info.Version + " " + info.Cipher + " " + info.ALPN})
	c.info("SSL connection using %s / %s", info.Version, info.Cipher)
	c.info("ALPN: server accepted %s", orNone(info.ALPN))
	c.info("Server certificate: subject %s; issuer %s; expires %s",
		info.Certificate.Subject, info.Certificate.Issuer, info.Certificate.NotAfter.UTC().Format("2006-01-02 15:04:05 MST"))
	return t, nil
}

func (x *exchange) tlsConfig(host string) *tls.Config {
	cfg := &tls.Config{}
	if x.c.cfg.TLS != nil {
		cfg = x.c.cfg.TLS.Clone()
	}
	cfg.ServerName = host
	cfg.NextProtos = []string{"http/1.1"}
	cfg.Time = x.c.cfg.Clock.Now
	return cfg
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func (x *exchange) tlsError(ctx context.Context, host string, err error) error {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
	)
	if errors.Is(x.ctx.Err(), context.Canceled) {
		return failf(Aborted, LayerTLS, "interrupted").because(x.ctx.Err())
	}
	if timedOut(err) || x.late(ctx) {
		return failf(TimedOut, LayerTLS, "the TLS handshake with %s timed out after %s", host, x.elapsed()).because(err)
	}
	e := failf(TLSConnect, LayerTLS, "the TLS handshake with %s failed: %s", host, plain(err))
	switch {
	case errors.As(err, &unknown):
		e = failf(BadCertificate, LayerTLS, "the certificate of %s is signed by an authority that is not trusted", host).
			hint("give its authority with --cacert FILE, or go on without a check with -k")
	case errors.As(err, &name):
		e = failf(BadCertificate, LayerTLS, "the certificate is not for %s: %v", host, name).
			hint("use a name that it is for, or go on without a check with -k")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e = failf(BadCertificate, LayerTLS, "the certificate of %s has expired or is not yet valid: %s", host, invalid.Detail).
			hint("check the clock, or go on without a check with -k")
	case errors.As(err, &verify):
		e = failf(BadCertificate, LayerTLS, "the certificate of %s cannot be verified: %v", host, verify.Err).
			hint("go on without a check with -k")
	case errors.As(err, &record):
		e.Message = "the TLS handshake with " + host + " failed: the server's answer is not TLS"
		_ = e.hint("does this port speak http?")
	case errors.As(err, &alert):
		e.Message = "the TLS handshake with " + host + " failed: the server says " + alert.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Message = "the TLS handshake with " + host + " failed: the server closed the connection"
	}
	return e.because(err)
}
