package lab

import (
	"html"
	"io"
	"net/http"
	"strings"
)

const homeHead = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>web.lab.test</title>
<style>
body{margin:3rem auto;max-width:44rem;padding:0 1rem;font:17px/1.55 Georgia,serif;color:#222;background:#fbfaf7}
h1{font-weight:normal;border-bottom:2px solid #c33;padding-bottom:.3rem}
pre{background:#fff;border:1px solid #ddd;padding:1rem;font-size:13px;line-height:1.35;overflow:auto}
code{font-size:.88em} td{padding:.12rem 1.5rem .12rem 0;vertical-align:top}
</style>
</head>
<body>
<h1>It works, and you can look inside</h1>
<p>You are talking to <b>web.lab.test</b>, a host in a small network that exists only in the
memory of the program you started. No packet of this answer left your machine. All the same every one was
built, queued, put on a cable, switched, routed, checked and acknowledged, as it would be outside.</p>
<pre>
  client     peer    printer               dns      web
    .2        .3       .9                  .53      .80
    |         |        |                    |        |
  ==+====+====+========+==   sw1          ==+===+====+==   sw2
         |  198.51.100.0/25                     |  203.0.113.0/24
         |                                      |
         +------------------ r1 ----------------+
                             |  198.51.100.128/30
                            gw ---- this machine, and beyond
</pre>
<p>The client asked <b>dns</b> for this host's address, found the router's hardware address with ARP or
Neighbour Discovery, shook hands over TCP and sent one request. Here is what else can be asked for:</p>
<table>
`

const homeTail = `</table>
<p>Make the cable worse (<code>--loss 5% --delay 20ms --reorder 2%</code>) and ask again: the page must be the same,
only the way it takes will not be.</p>
</body>
</html>
`

func home(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	b.WriteString(homeHead)
	for _, p := range pageList {
		b.WriteString("<tr><td><code>" + html.EscapeString(p.path) + "</code></td><td>" + html.EscapeString(p.does) + "</td></tr>\n")
	}
	b.WriteString(homeTail)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, b.String())
}
