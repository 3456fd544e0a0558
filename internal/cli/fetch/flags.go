package fetch

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

func (o *Options) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()

	// Where the response goes.
	f.VarP(fileFlag{&o.Targets}, "output", "o", "write the body to `FILE`, - for stdout; once for each URL")
	f.VarP(remoteFlag{&o.Targets}, "remote-name", "O", "write the body to a file named as the last part of its URL; holds for all URLs left")
	f.Lookup("remote-name").NoOptDefVal = "true"
	f.BoolVarP(&o.RemoteHeaderName, "remote-header-name", "J", false, "with -O, take the name that the server suggests; an existing file is never replaced")
	f.StringVar(&o.OutputDir, "output-dir", "", "folder for the files of -o and -O")
	f.BoolVar(&o.CreateDirs, "create-dirs", false, "make the folders that are missing")
	f.StringVarP(&o.Continue, "continue-at", "C", "", "continue a file from byte `OFFSET`, - for where it ends")
	f.StringVarP(&o.DumpHeader, "dump-header", "D", "", "write the heads to `FILE`, - for stdout")
	f.BoolVarP(&o.Include, "include", "i", false, "print the response's head before its body")
	f.BoolVarP(&o.Head, "head", "I", false, "ask for the head only, and print it")
	f.BoolVarP(&o.Silent, "silent", "s", false, "no progress and no error messages")
	f.BoolVarP(&o.ShowError, "show-error", "S", false, "error messages also with -s")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "tell on stderr what is sent and received")
	f.StringVarP(&o.WriteOut, "write-out", "w", "", "print `FORMAT` after each URL, @FILE from a file; %{variables} as curl's")
	f.BoolVarP(&o.Fail, "fail", "f", false, "fail with exit code 22 on a status of 400 or more")
	f.BoolVar(&o.FailWithBody, "fail-with-body", false, "as -f, but the body is written all the same")
	f.Var(sizeFlag{&o.MaxFileSize}, "max-filesize", "take no body of more than `BYTES`; k, M and G are powers of 1024")
	f.BoolVar(&o.Compressed, "compressed", false, "ask for gzip, deflate, br and zstd, and undo them")

	// What is asked for.
	f.BoolVarP(&o.Location, "location", "L", false, "follow redirects")
	f.IntVar(&o.MaxRedirs, "max-redirs", 50, "follow up to `NUMBER` redirects, -1 for any number")
	f.StringVarP(&o.Method, "request", "X", "", "use this `METHOD`, also after redirects")
	f.StringArrayVarP(&o.Header, "header", "H", nil, "send this header `LINE`; 'Name:' sends none of that name, 'Name;' an empty one; @FILE has lines")
	f.StringVarP(&o.UserAgent, "user-agent", "A", "netkit", "`NAME` of the client; an empty one sends none")
	f.StringVarP(&o.Referer, "referer", "e", "", "send `URL` as the referer; with ;auto at its end, that of each redirect")
	f.StringVarP(&o.Range, "range", "r", "", "ask for these `BYTES` only, as 0-99 or -100")
	f.StringVarP(&o.User, "user", "u", "", "`USER[:PASSWORD]` for the server; without a password it is asked for")
	f.BoolVarP(&o.Netrc, "netrc", "n", false, "take user names and passwords from ~/.netrc")
	f.StringVar(&o.NetrcFile, "netrc-file", "", "take user names and passwords from `FILE`")
	f.StringArrayVarP(&o.Cookie, "cookie", "b", nil, "send cookies: 'a=1; b=2', or those in a `FILE` in Netscape's format; an empty one only keeps cookies for the run")
	f.StringVarP(&o.CookieJar, "cookie-jar", "c", "", "write the cookies to `FILE` at the end, - for stdout")
	f.BoolVarP(&o.JunkSession, "junk-session-cookies", "j", false, "leave out cookies that end with a session when -b reads a file")

	// What is sent.
	f.VarP(dataFlag{&o.Data, formData}, "data", "d", "send `DATA` as a form, @FILE from a file, @- from stdin; several are joined by &")
	f.Var(dataFlag{&o.Data, formData}, "data-ascii", "the same as --data")
	f.Var(dataFlag{&o.Data, rawData}, "data-raw", "send `DATA` as it is, @ too")
	f.Var(dataFlag{&o.Data, binaryData}, "data-binary", "as --data, but line breaks of files stay")
	f.Var(dataFlag{&o.Data, encodedData}, "data-urlencode", "percent-encode: `DATA`, =DATA, NAME=DATA, @FILE or NAME@FILE")
	f.BoolVarP(&o.Get, "get", "G", false, "put the data into the URL's query")
	f.VarP(formFlag{&o.Form, false}, "form", "F", "send a multipart form: `NAME=TEXT`, NAME=@FILE, NAME=<FILE; then ;type= and ;filename=")
	f.Var(formFlag{&o.Form, true}, "form-string", "as --form, but `NAME=TEXT` is text, @ and < too")
	f.StringArrayVarP(&o.Upload, "upload-file", "T", nil, "send `FILE` with PUT, - for stdin; once for each URL")

	// Connections.
	f.BoolVarP(&o.IPv4, "ipv4", "4", false, "use IPv4 only")
	f.BoolVarP(&o.IPv6, "ipv6", "6", false, "use IPv6 only")
	f.StringArrayVar(&o.Resolve, "resolve", nil, "use `HOST:PORT:ADDRESS[,ADDRESS]` instead of the DNS; * for any host")
	f.StringArrayVar(&o.ConnectTo, "connect-to", nil, "for `HOST1:PORT1:HOST2:PORT2` connect to the second where a URL has the first; an empty part matches all or changes nothing")
	f.StringVarP(&o.Proxy, "proxy", "x", "", "use the proxy `[http[s]://][USER[:PASSWORD]@]HOST[:PORT]`; an empty one uses none")
	f.StringVarP(&o.ProxyUser, "proxy-user", "U", "", "`USER[:PASSWORD]` for the proxy")
	f.StringVar(&o.NoProxy, "noproxy", "", "reach these `HOSTS` without a proxy, in place of NO_PROXY; * for all")
	f.BoolVarP(&o.ProxyTunnel, "proxytunnel", "p", false, "let the proxy connect through (CONNECT) for http too")
	f.BoolVarP(&o.Insecure, "insecure", "k", false, "do not verify the server's certificate")
	f.StringVar(&o.CACert, "cacert", "", "trust the certificate authorities in this PEM `FILE` instead of the system's")
	f.StringVarP(&o.Cert, "cert", "E", "", "client certificate: a PEM `FILE`, with the key in it or in --key")
	f.StringVar(&o.Key, "key", "", "key of the client certificate: a PEM `FILE`")
	f.BoolVar(&o.TLS12, "tlsv1.2", false, "TLS 1.2 or later")
	f.BoolVar(&o.TLS13, "tlsv1.3", false, "TLS 1.3 or later")
	f.StringVar(&o.TLSMax, "tls-max", "", "no TLS `VERSION` after 1.2 or 1.3")

	// Limits.
	f.Var(secondsFlag{&o.ConnectTimeout}, "connect-timeout", "limit look-up, connection and TLS handshake to `SECONDS`")
	f.VarP(secondsFlag{&o.MaxTime}, "max-time", "m", "limit each URL, and each try of it, to `SECONDS`")
	f.Var(sizeFlag{&o.LimitRate}, "limit-rate", "move at most `BYTES` a second, up and down; k, M and G are powers of 1024")
	f.IntVar(&o.Retry, "retry", 0, "try up to `NUMBER` times more after time limits, names that do not resolve, and 408, 429, 500, 502, 503, 504")
	f.Var(secondsFlag{&o.RetryDelay}, "retry-delay", "wait `SECONDS` between tries (default 1, then twice as long each time)")
	f.Var(secondsFlag{&o.RetryMaxTime}, "retry-max-time", "try again for `SECONDS` at most")
	f.BoolVar(&o.RetryRefused, "retry-connrefused", false, "try again also when the connection is refused")
	f.BoolVar(&o.RetryAll, "retry-all-errors", false, "try again after any error")

	o.Explain.addFlag(cmd)
	f.BoolVar(&o.Timing, "timing", false, "print a chart of when what happened in place of the body, which goes to -o only")

	o.Output.AddFlags(cmd)
	f.Lookup("format").Usage = "print a document of the result as `FORMAT`: " + strings.Join(cli.Formats(), ", ")
	o.Net.AddFlags(cmd)
	o.Net.WriteExit = int(fetch.WriteError)
}

// secondsFlag is a time in seconds with decimals, as curl has it.
type secondsFlag struct{ v *time.Duration }

func (secondsFlag) Type() string { return "SECONDS" }
func (f secondsFlag) String() string {
	return strconv.FormatFloat(f.v.Seconds(), 'g', -1, 64)
}
func (f secondsFlag) Set(s string) error {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0 && n < 1e9) {
		return cli.Usagef("%q is no number of seconds", s)
	}
	*f.v = time.Duration(n * float64(time.Second))
	return nil
}

// sizeFlag is a number of bytes, with curl's units.
type sizeFlag struct{ v *int64 }

func (sizeFlag) Type() string     { return "BYTES" }
func (f sizeFlag) String() string { return strconv.FormatInt(*f.v, 10) }
func (f sizeFlag) Set(s string) error {
	number, shift := strings.TrimSuffix(strings.ToLower(s), "b"), 0
	for i, unit := range []string{"k", "m", "g", "t"} {
		if n, ok := strings.CutSuffix(number, unit); ok {
			number, shift = n, 10*(i+1)
			break
		}
	}
	n, err := strconv.ParseUint(number, 10, 62-shift)
	if err != nil {
		return cli.Usagef("%q is no number of bytes, as 500, 20k or 3M", s)
	}
	*f.v = int64(n) << shift
	return nil
}
