package fetch

import (
	"net/netip"
	"time"
)

// Result is what a fetch did, complete or not.
type Result struct {
	Exchanges []*Exchange   // in order; all but the last are redirects
	Total     time.Duration // of the whole call
}

// Last returns the last exchange, nil when there was none.
func (r *Result) Last() *Exchange {
	if len(r.Exchanges) == 0 {
		return nil
	}
	return r.Exchanges[len(r.Exchanges)-1]
}

// Exchange is one request and its response.
type Exchange struct {
	URL         *URL
	Method      string
	RequestHead []byte
	Conn        Conn
	Interim     []*Head // 1xx responses
	Head        *Head   // nil when none arrived
	Trailer     []Field
	Redirect    *URL // where a redirect leads, followed or not; nil: none

	Length   int64    // of the body as announced; -1: not
	BodySize int64    // bytes of the body that arrived, without chunk framing
	Written  int64    // bytes handed to Request.Out: more than arrived when content codings were undone
	Codings  []string // content codings that were undone
	Offset   int64    // where the body begins in the whole, when a transfer is continued
	Complete int64    // length of the whole then; -1: not known
	Finished bool     // nothing was left to fetch
	HeadSize int64    // bytes of all its heads
	SentSize int64    // bytes of the request's head
	Uploaded int64    // bytes of the request's body

	Timing Timing
}

// Conn is the connection of an exchange.
type Conn struct {
	ID            int // numbers the client's connections from 0
	Reused        bool
	Addrs         []netip.Addr // what the name resolved to
	Tried         []Attempt    // connections that failed before this one
	Local, Remote netip.AddrPort
	Proxy         *URL  // nil without
	Tunnel        *Head // a proxy's last answer to CONNECT
	TLS           *TLS  // nil without
}

// Attempt is a connection that could not be made.
type Attempt struct {
	Remote netip.AddrPort
	Err    error
}

// TLS says what a TLS handshake agreed on.
type TLS struct {
	Version     string
	Cipher      string
	Group       string
	ALPN        string
	Resumed     bool
	Verified    bool
	Certificate Certificate // the server's own
	Chain       [][]byte    // all that it sent, DER
}

// Certificate is the part of a certificate that people look at.
type Certificate struct {
	Subject, Issuer     string
	Names               []string
	NotBefore, NotAfter time.Time
	SHA256              [32]byte
}

// Timing holds the moments of an exchange, each measured from Start. 0 means that
// it was not reached. On a connection that was kept the first four are 0 too.
type Timing struct {
	Start         time.Time
	NameLookup    time.Duration // the name was resolved
	Connect       time.Duration // TCP was connected
	Tunnel        time.Duration // a proxy's tunnel stood
	AppConnect    time.Duration // the TLS handshake was complete
	PreTransfer   time.Duration // the request was about to be sent
	StartTransfer time.Duration // the first byte of the response had come
	Total         time.Duration // the exchange was over
}
