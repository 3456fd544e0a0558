// Package fetch is an HTTP/1.1 client with curl's habits. It runs on whatever
// dials: netkit's own sockets or the kernel's.
//
// The exchange is synchronous. A [Client] starts no goroutine, reads no clock and
// makes no timer: time comes from [Config].Clock, and a request is written and its
// response read by the caller's own goroutine. So it also runs inside a virtual loop,
// where a run is a function of its inputs.
//
//	URL ──> proxy or ConnectTo ──> Resolve ──> Dial ──> CONNECT ──> TLS ──> request head, body
//	                                            │ refused, unreachable: the next address
//	                                            ▼
//	   1xx … final head ──> cookies, Resume ──> framing (RFC 9112 6.3) ──> content codings ──> Request.Out
//	                     │
//	                     └─ 3xx with Location, and Redirects: the next URL,
//	                        on the same connection where it may be kept
//
// One call of [Client.Do] is one try. Whoever tries again decides with [Transient],
// [TransientStatus] and [Head.RetryAfter], and continues what has arrived with
// [Request].Resume: a server that sends the whole then, or a part of something else,
// is an error unless what is there can be dropped.
//
// # Time limits
//
// The deadline of the context is the limit of the whole call; [Config].ConnectTimeout
// limits each connection from the name's look-up to the end of the TLS handshake.
// Both become deadlines of the connection. A context that is cancelled earlier is
// noticed between steps: who wants to interrupt a read that is under way sets a
// deadline on the connection that Dial returned.
//
// # Bounds
//
// The head of a response, with all 1xx heads before it and all trailers after it, may
// have [MaxHead] bytes, one line of it [MaxLine]. At most [MaxIdle] connections are
// kept. The body is never held: it goes to Request.Out piece by piece, at most
// Request.MaxSize bytes of it after content codings have been undone. A [Jar] keeps
// [MaxCookies] cookies, and lets the oldest go.
//
// # Errors
//
// Whatever fails is an [*Error] with the exit code that curl gives it, the layer
// where it happened, and a hint.
package fetch
