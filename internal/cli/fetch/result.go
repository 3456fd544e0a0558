package fetch

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// Result is the document about one URL.
type Result struct {
	SchemaVersion int        `json:"schema_version" doc:"Version of this document's form."`
	URL           string     `json:"url" doc:"The URL as it was given, without a password."`
	Dev           string     `json:"dev" doc:"Network that was used: lab or host."`
	Clock         string     `json:"clock" doc:"Clock that all times are of: virtual or machine."`
	Exchange                 // the last one
	Redirects     []Exchange `json:"redirects,omitempty" doc:"The exchanges that led to this one, in order."`
	DNS           []DNS      `json:"dns,omitempty" doc:"Names that were looked up."`
	Timing        Timing     `json:"timing" doc:"When things had happened, from the start, in seconds. Phases of redirects add up, as curl's do."`
	Body          *Body      `json:"body,omitempty" doc:"The body of the response."`
	Retries       int        `json:"retries,omitempty" doc:"How often it was tried again; the rest tells of the last try."`
	Finished      bool       `json:"already_complete,omitempty" doc:"Nothing was left to fetch of a file that was continued."`
	ExitCode      int        `json:"exit_code" doc:"The command's exit code, were this its only URL: curl's numbers."`
	Error         *Error     `json:"error,omitempty" doc:"Why the fetch failed."`
}

// Exchange is one request and its response.
type Exchange struct {
	EffectiveURL string      `json:"effective_url" doc:"The URL that was asked for."`
	Method       string      `json:"method" doc:"The request's method."`
	Status       int         `json:"status" doc:"The response's status, 0 when none arrived."`
	Reason       string      `json:"reason,omitempty" doc:"The text after the status."`
	HTTPVersion  string      `json:"http_version,omitempty" doc:"Version of HTTP that the server speaks."`
	Headers      []Header    `json:"headers" doc:"The response's header fields, in order."`
	Trailers     []Header    `json:"trailers,omitempty" doc:"Fields after a chunked body."`
	Interim      []Interim   `json:"interim,omitempty" doc:"Responses before the final one."`
	Location     string      `json:"location,omitempty" doc:"Where a redirect leads."`
	TerminatedBy string      `json:"terminated_by,omitempty" doc:"Who ended the TCP connection: lab (a server of the lab), uplink (the lab's gateway, which carries the bytes on), or peer (--dev host)."`
	Connection   *Connection `json:"connection,omitempty" doc:"The connection, when there was one."`
	Size         Size        `json:"size" doc:"Sizes in bytes."`
	Seconds      cli.Seconds `json:"seconds" doc:"How long the exchange took, in seconds."`
	Phases       []Phase     `json:"phases" doc:"Its parts, in the order in which they began; those of a kept connection are missing."`
}

// Header is a header field.
type Header struct {
	Name  string `json:"name" doc:"The field's name as it was sent."`
	Value string `json:"value" doc:"Its value."`
}

// Interim is a 1xx response.
type Interim struct {
	Status  int      `json:"status" doc:"The status."`
	Headers []Header `json:"headers" doc:"Its header fields."`
}

// Connection is where an exchange took place.
type Connection struct {
	ID     int       `json:"id" doc:"Number of the connection within this run."`
	Reused bool      `json:"reused" doc:"Whether an earlier exchange had made it."`
	Local  string    `json:"local" doc:"Our address and port."`
	Remote string    `json:"remote" doc:"The address and port that were connected to."`
	NAT    string    `json:"nat,omitempty" doc:"The loopback address of this machine for which the remote address stands."`
	Proxy  string    `json:"proxy,omitempty" doc:"The proxy that the connection goes to."`
	Tunnel int       `json:"tunnel_status,omitempty" doc:"The proxy's answer to CONNECT."`
	Tried  []Attempt `json:"tried,omitempty" doc:"Addresses that failed before."`
	TLS    *TLS      `json:"tls,omitempty" doc:"What the TLS handshake agreed on."`
}

// Attempt is a connection that could not be made.
type Attempt struct {
	Remote string `json:"remote" doc:"Address and port."`
	Error  string `json:"error" doc:"Why not."`
}

// TLS is what a handshake agreed on.
type TLS struct {
	Version     string `json:"version" doc:"Protocol version."`
	Cipher      string `json:"cipher" doc:"Cipher suite."`
	Group       string `json:"group,omitempty" doc:"Key exchange group."`
	ALPN        string `json:"alpn,omitempty" doc:"Application protocol."`
	Verified    bool   `json:"verified" doc:"Whether the certificate was verified."`
	Subject     string `json:"subject,omitempty" doc:"Of the server's certificate."`
	Issuer      string `json:"issuer,omitempty" doc:"Who signed it."`
	NotBefore   string `json:"not_before,omitempty" doc:"Valid from, RFC 3339."`
	NotAfter    string `json:"not_after,omitempty" doc:"Valid until, RFC 3339."`
	Fingerprint string `json:"sha256,omitempty" doc:"SHA-256 of the certificate, hexadecimal."`
}

// Size holds sizes in bytes.
type Size struct {
	Request  int64 `json:"request" doc:"Head of the request."`
	Upload   int64 `json:"upload" doc:"Body of the request."`
	Header   int64 `json:"header" doc:"Heads and trailers of the responses."`
	Download int64 `json:"download" doc:"Body of the response, without chunk framing."`
	Expected int64 `json:"expected" doc:"Body of the response as announced, -1 when not."`
	Decoded  int64 `json:"decoded" doc:"Body of the response after content codings were undone, as it was written."`
	Offset   int64 `json:"offset,omitempty" doc:"Bytes that were there before a transfer was continued."`
	Complete int64 `json:"complete,omitempty" doc:"Length of the whole when a part was sent, -1 when not told."`
}

// Timing is when things had happened.
type Timing struct {
	NameLookup    cli.Seconds `json:"namelookup" doc:"The name was resolved."`
	Connect       cli.Seconds `json:"connect" doc:"TCP was connected."`
	AppConnect    cli.Seconds `json:"appconnect" doc:"The TLS handshake was complete; 0 without TLS."`
	PreTransfer   cli.Seconds `json:"pretransfer" doc:"The request was about to be sent."`
	StartTransfer cli.Seconds `json:"starttransfer" doc:"The first byte of the response had come."`
	Redirect      cli.Seconds `json:"redirect" doc:"Time that all redirects took."`
	Total         cli.Seconds `json:"total" doc:"All was over."`
}

// DNS is one name that was looked up by the resolver on our own sockets.
type DNS struct {
	Name    string       `json:"name" doc:"The name."`
	Aliases []string     `json:"aliases,omitempty" doc:"The names that it stands for, in order."`
	Addrs   []netip.Addr `json:"addresses" doc:"Its addresses."`
	TTL     uint32       `json:"ttl" doc:"How long that holds, in seconds."`
	Queries []Query      `json:"queries" doc:"Who was asked."`
}

// Query is one question to one name server.
type Query struct {
	Name    string      `json:"name" doc:"The name asked for."`
	Type    string      `json:"type" doc:"The record type."`
	Server  string      `json:"server" doc:"Address and port of the server."`
	Network string      `json:"network" doc:"udp or tcp."`
	Outcome string      `json:"outcome" doc:"The answer's code, or why there is none."`
	Size    int         `json:"size" doc:"Bytes of the answer."`
	Seconds cli.Seconds `json:"seconds" doc:"How long it took, in seconds."`
}

// Body is a response's body.
type Body struct {
	SHA256    string `json:"sha256" doc:"Of what arrived, hexadecimal."`
	File      string `json:"file,omitempty" doc:"Where it was written."`
	Encoding  string `json:"encoding,omitempty" doc:"How content is written: text or base64."`
	Content   string `json:"content,omitempty" doc:"The body, or the beginning of one that is larger than 1 MiB."`
	Truncated bool   `json:"truncated,omitempty" doc:"Whether content is only the beginning."`
}

// Error is why a fetch failed.
type Error struct {
	cli.ErrorBody
	Layer string `json:"layer,omitempty" doc:"Where it failed: URL, DNS, TCP, TLS, HTTP or file."`
}

func (r *runner) result(j job, out *output, res *fetch.Result, e *fetch.Error) *Result {
	d := &Result{SchemaVersion: 1, URL: withoutPassword(r.o.URLs[r.next]), Dev: r.o.Net.Dev, Clock: "machine"}
	if r.net.virtual {
		d.Clock = "virtual"
	}
	for i, x := range res.Exchanges {
		ex := r.exchange(x)
		if i < len(res.Exchanges)-1 {
			d.Redirects = append(d.Redirects, ex)
		} else {
			d.Exchange = ex
		}
		if ans, ok := r.net.dns[x.URL.Host]; ok && !x.Conn.Reused && !listed(d.DNS, x.URL.Host) {
			d.DNS = append(d.DNS, dns(x.URL.Host, ans.Aliases, ans.Addrs, ans.TTL))
			q := &d.DNS[len(d.DNS)-1]
			for _, a := range ans.Queries {
				q.Queries = append(q.Queries, Query{a.Name, a.Type, a.Server.String(), a.Network, a.Outcome, a.Size, cli.Seconds(a.Took)})
			}
		}
	}
	if d.Headers == nil {
		d.Headers = []Header{}
	}
	if d.Phases == nil {
		d.Phases = []Phase{}
	}
	d.Retries = out.retry.done
	d.Finished = res.Last() != nil && res.Last().Finished
	t := totals(res)
	d.Timing = Timing{cli.Seconds(t.NameLookup), cli.Seconds(t.Connect), cli.Seconds(t.AppConnect), cli.Seconds(t.PreTransfer),
		cli.Seconds(t.StartTransfer), cli.Seconds(t.redirect), cli.Seconds(res.Total)}
	if out.sum != nil {
		d.Body = out.body()
	}
	if e != nil {
		c := describe(e)
		d.ExitCode = c.Exit
		d.Error = &Error{c.Body(), string(e.Layer)}
		if cause := context.Cause(r.sig); cause != nil {
			i := cli.Describe(cause)
			d.ExitCode = i.Exit
			d.Error = &Error{ErrorBody: i.Body()}
		}
	}
	return d
}

func listed(list []DNS, name string) bool {
	for _, d := range list {
		if d.Name == name {
			return true
		}
	}
	return false
}

func dns(name string, aliases []string, addrs []netip.Addr, ttl uint32) DNS {
	if addrs == nil {
		addrs = []netip.Addr{}
	}
	return DNS{Name: name, Aliases: aliases, Addrs: addrs, TTL: ttl, Queries: []Query{}}
}

func headers(fields []fetch.Field) []Header {
	list := make([]Header, len(fields))
	for i, f := range fields {
		list[i] = Header(f)
	}
	return list
}

func (r *runner) exchange(x *fetch.Exchange) Exchange {
	ex := Exchange{EffectiveURL: x.URL.String(), Method: x.Method, Headers: []Header{}, Trailers: headers(x.Trailer), Seconds: cli.Seconds(x.Timing.Total),
		Size: Size{x.SentSize, x.Uploaded, x.HeadSize, x.BodySize, x.Length, x.Written, x.Offset, x.Complete}, Phases: r.phases(x)}
	if h := x.Head; h != nil {
		ex.Status, ex.Reason, ex.HTTPVersion, ex.Headers = h.Status, h.Reason, h.Proto[len("HTTP/"):], headers(h.Fields)
	}
	for _, h := range x.Interim {
		ex.Interim = append(ex.Interim, Interim{h.Status, headers(h.Fields)})
	}
	if x.Redirect != nil {
		ex.Location = x.Redirect.String()
	}
	if !x.Conn.Remote.IsValid() {
		return ex
	}
	c := &Connection{ID: x.Conn.ID, Reused: x.Conn.Reused, Local: x.Conn.Local.String(), Remote: x.Conn.Remote.String()}
	for _, a := range x.Conn.Tried {
		c.Tried = append(c.Tried, Attempt{a.Remote.String(), a.Err.Error()})
	}
	if from, ok := r.net.nat[x.Conn.Remote.Addr()]; ok {
		c.NAT = from.String()
	}
	if t := x.Conn.TLS; t != nil {
		c.TLS = &TLS{t.Version, t.Cipher, t.Group, t.ALPN, t.Verified, t.Certificate.Subject, t.Certificate.Issuer,
			t.Certificate.NotBefore.UTC().Format(time.RFC3339), t.Certificate.NotAfter.UTC().Format(time.RFC3339), hex.EncodeToString(t.Certificate.SHA256[:])}
	}
	if x.Conn.Proxy != nil {
		c.Proxy = x.Conn.Proxy.Scheme + "://" + x.Conn.Proxy.Authority()
	}
	if x.Conn.Tunnel != nil {
		c.Tunnel = x.Conn.Tunnel.Status
	}
	ex.Connection = c
	ex.TerminatedBy = terminatedBy(r.lab, x.Conn.Remote.Addr())
	return ex
}

func (o *output) body() *Body {
	b := &Body{SHA256: hex.EncodeToString(o.sum.Sum(nil))}
	if o.name != "" {
		b.File = o.name
		return b
	}
	content := o.inline
	b.Truncated = o.size > int64(len(content))
	if b.Truncated {
		for n := 1; n < utf8.UTFMax && n <= len(content); n++ { // not in the middle of a character
			if tail := content[len(content)-n:]; utf8.RuneStart(tail[0]) {
				if !utf8.FullRune(tail) {
					content = content[:len(content)-n]
				}
				break
			}
		}
	}
	if utf8.Valid(content) {
		b.Encoding, b.Content = "text", string(content)
	} else {
		b.Encoding, b.Content = "base64", base64.StdEncoding.EncodeToString(o.inline)
	}
	return b
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func columns() []string {
	return []string{"url", "status", "remote", "terminated_by", "bytes", "seconds", "error"}
}

func (d *Result) row() []string {
	remote, failed := "", ""
	if d.Connection != nil {
		remote = d.Connection.Remote
	}
	if d.Error != nil {
		failed = d.Error.Code
	}
	return []string{d.EffectiveURL, strconv.Itoa(d.Status), remote, d.TerminatedBy, strconv.FormatInt(d.Size.Download, 10), d.Timing.Total.String(), failed}
}

// document and record are a Result alone and as one of many.
type (
	document struct{ *Result }
	record   struct{ *Result }
)

func (d document) Cells() cli.Cells {
	return cli.Cells{Columns: columns(), Rows: [][]string{d.row()}}
}

func (d record) Cells() []string { return d.row() }
