package fetch

import (
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
)

func manual() cli.Manual {
	return cli.Manual{
		Exit: []cli.Entry{
			{Term: "0", Text: "success"},
			{Term: "1", Text: "protocol not supported, by us or by what the server speaks"},
			{Term: "2", Text: "bad usage"},
			{Term: "3", Text: "bad URL"},
			{Term: "5", Text: "the proxy could not be resolved"},
			{Term: "6", Text: "the host could not be resolved"},
			{Term: "7", Text: "no connection: refused or unreachable"},
			{Term: "8", Text: "the server's answer is not understood"},
			{Term: "18", Text: "the server closed the connection before the end of the response"},
			{Term: "22", Text: "a status of 400 or more, with -f or --fail-with-body"},
			{Term: "23", Text: "the response could not be written"},
			{Term: "26", Text: "what is to be sent could not be read"},
			{Term: "28", Text: "a time limit was reached, or the other side stayed silent"},
			{Term: "33", Text: "a transfer could not be continued: the server sends no parts, or has another file"},
			{Term: "35", Text: "the TLS handshake failed"},
			{Term: "47", Text: "too many redirects"},
			{Term: "52", Text: "the server closed the connection without an answer"},
			{Term: "55", Text: "the request could not be sent"},
			{Term: "56", Text: "the response could not be received"},
			{Term: "58", Text: "the client certificate of --cert could not be used"},
			{Term: "60", Text: "the server's certificate could not be verified"},
			{Term: "61", Text: "a transfer or content coding that is not understood, or damaged"},
			{Term: "63", Text: "the response is larger than --max-filesize"},
			{Term: "65", Text: "a redirect or a retry would need what came from stdin a second time"},
			{Term: "77", Text: "the file of --cacert could not be used"},
			{Term: "129", Text: "the terminal went away (SIGHUP)"},
			{Term: "130", Text: "interrupted (SIGINT)"},
			{Term: "143", Text: "terminated (SIGTERM)"},
		},
		Environment: []cli.Entry{
			{Term: "NETKIT_FETCH_FLAG", Text: "Default of a flag, as NETKIT_FETCH_MAX_TIME=10."},
			{Term: "http_proxy, HTTPS_PROXY, ALL_PROXY, NO_PROXY", Text: "Proxies for http, for https and for both, and hosts that are reached without one: names with what is below them, addresses, prefixes as 10.0.0.0/8, or * for all. In lower case too; HTTP_PROXY in upper case is not read. What is in the lab is never reached through them."},
			{Term: "SSL_CERT_FILE, SSL_CERT_DIR", Text: "Where the system's certificate authorities are."},
			{Term: "SSLKEYLOGFILE", Text: "File to which the secrets of TLS connections are appended, for Wireshark."},
			{Term: "NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", Text: "Whether heads are printed with bold names. Without them they are on a terminal that is not dumb."},
		},
		Files: []cli.Entry{
			{Term: "~/.netrc", Text: "User names and passwords, with -n."},
			{Term: "/etc/resolv.conf, /etc/hosts", Text: "Read by the lab's gateway for names outside lab.test."},
		},
		Notes: []cli.Entry{
			{Term: "OUTPUT FILES", Text: "A file of -o, -O, --pcap or --trace-out appears under its name when it is complete. When a transfer fails, what has arrived of the body is kept under that name, as curl keeps it; when nothing has arrived, a file of that name stays as it was. -C continues a file in place, and only when the server sends the bytes from its end on: a server that sends the whole, or whose file has another length, is an error (33), and a file that is complete already is a success."},
			{Term: "RETRIES", Text: "--retry tries again as curl does: after time limits (28), names that do not resolve (5, 6) and statuses 408, 429, 500, 502, 503 and 504; with --retry-connrefused after refused connections, with --retry-all-errors after all errors but those of files. It waits 1 second, then twice as long each time up to 10 minutes, or as long as --retry-delay says, and at least as long as Retry-After says. What arrived of a body is kept, in files and on stdout, and the rest is asked for, with If-Range when the server gave a strong entity tag. When the server then sends the whole, a file is begun anew; stdout cannot be, so that is an error (33). The body of a response that is tried again is not written."},
			{Term: "PASSWORDS", Text: "-u USER and -U USER ask for the password on the terminal, so that it appears neither in the history nor in the list of processes; -u USER takes it from ~/.netrc with -n. -u USER:PASSWORD works as with curl. They go to the first URL's scheme, host and port only. -v shows Authorization and Proxy-Authorization lines without their secret. --pcap-secrets and SSLKEYLOGFILE let everybody who has the file read what TLS protected."},
			{Term: "COOKIES", Text: "-b with a = in it sends what it says; without, it names a file in the format of Netscape's browser. -b or -c turn on the cookie engine, which keeps what servers set by the rules of RFC 6265, except for public suffixes. -c writes all cookies at the end of the run, those of the session too."},
			{Term: "TIMING", Text: "--timing prints when the phases of each exchange began, in milliseconds from the start, and how long they took: DNS; TCP, to the end of its handshake; proxy, until its tunnel stood; TLS; first byte, from the request to the first byte of the answer; transfer. ARP or ND is the time in which the client waited for a MAC address; it lies within DNS or TCP. The documents of --json have the same as phases."},
			{Term: "STDOUT", Text: "Heads (-i, -I) and the remarks of -v have their control characters escaped. A body is written as it is, except to a terminal: there control characters are escaped, and one with NUL bytes is refused (exit code 23) unless -o - asks for it."},
			{Term: "ADDRESSES", Text: "IPv4 addresses are tried before IPv6 addresses, one after the other: the lab cannot know whether this machine reaches IPv6. An address that stays silent for 10 seconds makes room for the next."},
			{Term: "TIME", Text: "When all URLs are plain http inside the lab, the run is in virtual time: it takes no longer than the work, time limits and time_* variables are those of the virtual clock, and the same command gives the same output. Else it is in machine time. A redirect from the lab to the outside is an error in virtual time."},
			{Term: "WRITE-OUT VARIABLES", Text: writeOutNames() + " header{name} header_json json. Also %% and \\n, \\r, \\t. %{stderr} and %{stdout} switch the stream; %{onerror} prints the rest only after a failure; %{json} prints all of them as an object."},
			{Term: "DIFFERENCES FROM CURL", Text: "--json is netkit's format, not curl's --json DATA. -O holds for all URLs that have no -o, and names a file after the host when the URL has no name. A name that the server suggests (-J) never begins with a dot. A redirect never carries -b and the Authorization and Cookie lines of -H to another scheme, host or port, and they do not come back later. Retries continue a transfer instead of fetching all again. --max-filesize also counts what comes without a length and what a content coding unfolds to. Several files in one -F are parts of their own. Requests never wait for 100 Continue. Responses with two different lengths, and heads that are cut off, are errors. A proxy's answer to CONNECT is shown by -v only. No globbing: [ ] { } in URLs mean themselves. There are no SOCKS proxies, no Digest, NTLM or Negotiate, no HTTP/2, and keys with a passphrase are not read."},
		},
		SeeAlso: []string{"netkit(1)", "netkit-lab-show(1)", "curl(1)", "tshark(1)"},
	}
}

// writeOutNames lists the variables of -w.
func writeOutNames() string {
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v.name
	}
	return strings.Join(names, " ")
}
