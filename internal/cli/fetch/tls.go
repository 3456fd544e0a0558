package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// tlsConfig is what the flags say of TLS.
func (o *Options) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{InsecureSkipVerify: o.Insecure}
	if o.CACert != "" {
		pem, err := os.ReadFile(o.CACert)
		bad := &fetch.Error{Code: fetch.BadCAFile, Layer: fetch.LayerTLS, Hint: "--cacert wants certificates in PEM form"}
		if err != nil {
			bad.Message, bad.Err = "cannot read the certificate authorities: "+err.Error(), err
			return nil, bad
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			bad.Message = o.CACert + " holds no certificate"
			return nil, bad
		}
	}
	if o.Cert == "" && o.Key != "" {
		return nil, cli.Usagef("--key is the key of a certificate: name that with --cert")
	}
	if o.Cert != "" {
		cert, err := clientCert(o.Cert, o.Key)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{cert}
	}
	switch {
	case o.TLS13:
		c.MinVersion = tls.VersionTLS13
	case o.TLS12:
		c.MinVersion = tls.VersionTLS12
	}
	switch o.TLSMax {
	case "", "default":
	case "1.2":
		c.MaxVersion = tls.VersionTLS12
	case "1.3":
		c.MaxVersion = tls.VersionTLS13
	default:
		return nil, cli.Usagef("--tls-max %q: 1.2 or 1.3", o.TLSMax)
	}
	if c.MaxVersion != 0 && c.MinVersion > c.MaxVersion {
		return nil, cli.Usagef("--tlsv1.3 and --tls-max 1.2 together leave no version")
	}
	return c, nil
}

func clientCert(cert, key string) (tls.Certificate, error) {
	if key == "" {
		key = cert
	}
	bad := &fetch.Error{Code: fetch.BadClientCert, Layer: fetch.LayerTLS}
	c, err := os.ReadFile(cert)
	var k []byte
	if err == nil {
		k, err = os.ReadFile(key)
	}
	if err != nil {
		bad.Message, bad.Err = "cannot read the client certificate: "+err.Error(), err
		return tls.Certificate{}, bad
	}
	pair, err := tls.X509KeyPair(c, k)
	if err != nil {
		bad.Message, bad.Err = "the client certificate cannot be used: "+strings.TrimPrefix(err.Error(), "tls: "), err
		bad.Hint = "--cert and --key want PEM form, and a key without a passphrase"
		return tls.Certificate{}, bad
	}
	return pair, nil
}
