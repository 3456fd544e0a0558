package fetch

import "github.com/netkit-go/netkit/internal/cli"

func manual() cli.Manual {
	return cli.Manual{
		Exit: []cli.Entry{
			{Term: "0", Text: "success"},
			{Term: "1", Text: "protocol not supported, by us or by what the server speaks"},
			{Term: "2", Text: "bad usage"},
			{Term: "3", Text: "bad URL"},
			{Term: "6", Text: "the host could not be resolved"},
			{Term: "7", Text: "no connection: refused or unreachable"},
			{Term: "8", Text: "the server's answer is not understood"},
			{Term: "18", Text: "the server closed the connection before the end of the response"},
			{Term: "22", Text: "a status of 400 or more, with -f"},
			{Term: "23", Text: "the response could not be written"},
			{Term: "26", Text: "what is to be sent could not be read"},
			{Term: "28", Text: "a time limit was reached, or the other side stayed silent"},
			{Term: "35", Text: "the TLS handshake failed"},
			{Term: "47", Text: "too many redirects"},
			{Term: "52", Text: "the server closed the connection without an answer"},
			{Term: "55", Text: "the request could not be sent"},
			{Term: "56", Text: "the response could not be received"},
			{Term: "60", Text: "the server's certificate could not be verified"},
			{Term: "61", Text: "a transfer coding that is not understood"},
			{Term: "77", Text: "the file of --cacert could not be used"},
			{Term: "130", Text: "interrupted (SIGINT)"},
			{Term: "143", Text: "terminated (SIGTERM)"},
		},
		Environment: []cli.Entry{
			{Term: "NETKIT_FETCH_FLAG", Text: "Default of a flag, as NETKIT_FETCH_MAX_TIME=10."},
			{Term: "SSL_CERT_FILE, SSL_CERT_DIR", Text: "Where the system's certificate authorities are."},
			{Term: "SSLKEYLOGFILE", Text: "File to which the secrets of TLS connections are appended, for Wireshark."},
			{Term: "NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", Text: "Whether heads are printed with bold names. Without them they are on a terminal that is not dumb."},
		},
		Files: []cli.Entry{
			{Term: "/etc/resolv.conf, /etc/hosts", Text: "Read by the lab's gateway for names outside lab.test."},
		},
		Notes: []cli.Entry{
			{Term: "OUTPUT FILES", Text: "A file of -o, -O, --pcap or --trace-out appears under its name when it is complete. When a transfer fails, what has arrived of the body is kept under that name, as curl keeps it; when nothing has arrived, a file of that name stays as it was."},
			{Term: "STDOUT", Text: "Heads (-i, -I) and the remarks of -v have their control characters escaped. A body is written as it is, except to a terminal: there control characters are escaped, and one with NUL bytes is refused (exit code 23) unless -o - asks for it."},
			{Term: "ADDRESSES", Text: "IPv4 addresses are tried before IPv6 addresses, one after the other: the lab cannot know whether this machine reaches IPv6. An address that stays silent for 10 seconds makes room for the next."},
			{Term: "TIME", Text: "When all URLs are plain http inside the lab, the run is in virtual time: it takes no longer than the work, time limits and time_* variables are those of the virtual clock, and the same command gives the same output. Else it is in machine time. A redirect from the lab to the outside is an error in virtual time."},
			{Term: "WRITE-OUT VARIABLES", Text: "content_type errormsg exitcode filename_effective header{name} http_code http_version local_ip local_port method num_connects num_headers num_redirects redirect_url referer remote_ip remote_port response_code scheme size_download size_header size_request size_upload speed_download speed_upload ssl_verify_result time_appconnect time_connect time_namelookup time_pretransfer time_redirect time_starttransfer time_total url url_effective urlnum. Also %% and \\n, \\r, \\t. %{stderr} and %{stdout} switch the stream; %{onerror} prints the rest only after a failure."},
			{Term: "DIFFERENCES FROM CURL", Text: "--json is netkit's format, not curl's --json DATA. A redirect never carries Authorization and Cookie lines of -H to another scheme, host or port, and they do not come back later. Responses with two different lengths, and heads that are cut off, are errors. No globbing: [ ] { } in URLs mean themselves."},
		},
		SeeAlso: []string{"netkit(1)", "netkit-lab-show(1)", "curl(1)", "tshark(1)"},
	}
}
