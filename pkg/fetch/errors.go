package fetch

import "fmt"

// Code says what failed. The numbers are curl's exit codes.
type Code int

// The codes.
const (
	UnsupportedProtocol Code = 1
	MalformedURL        Code = 3
	CannotResolveProxy  Code = 5
	CannotResolve       Code = 6
	CannotConnect       Code = 7
	WeirdReply          Code = 8
	PartialFile         Code = 18
	HTTPError           Code = 22
	WriteError          Code = 23
	ReadError           Code = 26
	TimedOut            Code = 28
	RangeError          Code = 33
	TLSConnect          Code = 35
	Aborted             Code = 42
	TooManyRedirects    Code = 47
	GotNothing          Code = 52
	SendError           Code = 55
	RecvError           Code = 56
	BadClientCert       Code = 58
	BadCertificate      Code = 60
	BadEncoding         Code = 61
	TooLarge            Code = 63
	CannotRewind        Code = 65
	BadCAFile           Code = 77
)

// String returns the code's stable word.
func (c Code) String() string {
	switch c {
	case UnsupportedProtocol:
		return "unsupported-protocol"
	case MalformedURL:
		return "bad-url"
	case CannotResolveProxy:
		return "resolve-proxy"
	case RangeError:
		return "range"
	case BadClientCert:
		return "client-certificate"
	case TooLarge:
		return "too-large"
	case CannotRewind:
		return "rewind"
	case CannotResolve:
		return "resolve"
	case CannotConnect:
		return "connect"
	case WeirdReply:
		return "weird-reply"
	case PartialFile:
		return "partial"
	case HTTPError:
		return "http-error"
	case WriteError:
		return "write"
	case ReadError:
		return "read"
	case TimedOut:
		return "timeout"
	case TLSConnect:
		return "tls"
	case Aborted:
		return "aborted"
	case TooManyRedirects:
		return "too-many-redirects"
	case GotNothing:
		return "empty-reply"
	case SendError:
		return "send"
	case RecvError:
		return "receive"
	case BadCertificate:
		return "certificate"
	case BadEncoding:
		return "encoding"
	case BadCAFile:
		return "ca-file"
	}
	return fmt.Sprintf("code-%d", int(c))
}

// Layer says where a failure happened.
type Layer string

// The layers.
const (
	LayerURL  Layer = "URL"
	LayerDNS  Layer = "DNS"
	LayerTCP  Layer = "TCP"
	LayerTLS  Layer = "TLS"
	LayerHTTP Layer = "HTTP"
	LayerFile Layer = "file"
)

// Error is why a fetch failed.
type Error struct {
	Code    Code
	Layer   Layer
	Message string // what failed and why, without a full stop
	Hint    string // what to do next; may be empty
	Err     error  // the cause; may be nil
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func failf(code Code, layer Layer, format string, args ...any) *Error {
	return &Error{Code: code, Layer: layer, Message: fmt.Sprintf(format, args...)}
}

func (e *Error) because(err error) *Error {
	e.Err = err
	return e
}

func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}
