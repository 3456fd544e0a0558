package layer

import "github.com/netkit-go/netkit/internal/cli"

func manual() cli.Manual {
	return cli.Manual{
		Exit: exits(),
		Environment: []cli.Entry{
			{Term: "NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", Text: "Whether the tree is coloured. Without them it is on a terminal that is not dumb."},
			{Term: "TZ", Text: "The local time zone."},
		},
		Notes: []cli.Entry{
			{Term: "FILTERS", Text: "-f takes what tcpdump takes, and sees only a packet's bytes; it costs little, and live it runs in the kernel. Words behind the files are the same filter. -Y asks about dissected fields, in the language of Wireshark's display filters. --stream takes the numbers that tcp.stream and udp.stream have. All that are given must match; -c and --skip count what is left."},
			{Term: "TREE", Text: "The line of a field begins with its place: the octet of the packet, behind a dot the bit where the field does not begin on an octet, and the field's width in bits. What was concluded from other fields or packets has neither. Layers that were put together of several packets count in a buffer of their own."},
			{Term: "ONE LINE", Text: "--oneline writes what tcpdump -nn writes, sequence numbers relative to the conversation's first. Times are written with six decimals. Where tcpdump would go on with lines of hexadecimal digits there is none."},
			{Term: "DAMAGED INPUT", Text: "Every packet that can be had is shown. What cannot be read further is said on stderr with the place, further files are read, and the exit code is 1."},
			{Term: "NAMES", Text: "--names uses an embedded table of the IEEE's registries and one of well-known ports. Nothing is asked over the network unless --resolve is given; then addresses are looked up with the host's resolver, each once."},
			{Term: "LIVE", Text: "--dev needs CAP_NET_RAW, or root. The summary on stderr has tcpdump's three counts."},
		},
		SeeAlso: []string{"netkit(1)", "netkit-layer-models(1)", "tcpdump(1)", "pcap-filter(7)", "wireshark-filter(4)"},
	}
}
