package layer

import (
	"slices"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// defaultFields are the columns of csv and plain without -T.
const defaultFields = "frame.number,frame.time_epoch,frame.len,ip.src|ipv6.src,ip.dst|ipv6.dst,ip.proto|ipv6.nxt,tcp.srcport|udp.srcport,tcp.dstport|udp.dstport"

// maxFields bounds the list of -T.
const maxFields = 256

// parseFields splits the list of -T.
func parseFields(list string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			return nil, cli.Usagef("-T: an empty name in %q", list)
		}
		if len(names) == maxFields {
			return nil, cli.Usagef("-T: more than %d fields", maxFields)
		}
		names = append(names, name)
	}
	return names, nil
}

// columnsOf finds the fields of -T.
func columnsOf(list string, tabs bool) (*layers.Columns, error) {
	names, err := parseFields(list)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		for one := range strings.SplitSeq(name, "|") {
			if dissect.FieldDefs(one) == nil {
				e := cli.Usagef("-T: there is no field %q", one)
				if near := nearest(one, fieldNames()); near != "" {
					e = e.WithHint("did you mean %s?", near)
				}
				return nil, e
			}
		}
	}
	c := layers.NewColumns(names, func(name string) (defs []*dissect.Def) {
		for one := range strings.SplitSeq(name, "|") {
			defs = append(defs, dissect.FieldDefs(one)...)
		}
		return defs
	})
	c.Tabs = tabs
	return c, nil
}

// belowApplications says whether the columns can be filled without what TCP and
// UDP carry, and whether without verifying checksums.
func belowApplications(c *layers.Columns) (headers, noChecksums bool) {
	if c == nil {
		return false, false
	}
	headers, noChecksums = true, true
	for _, name := range c.Names {
		for one := range strings.SplitSeq(name, "|") {
			noChecksums = noChecksums && !strings.Contains(one, "checksum")
			proto, _, _ := strings.Cut(one, ".")
			protos := dissect.ProtoByName(proto)
			switch {
			case len(protos) == 0, one == "frame.protocols",
				slices.ContainsFunc(protos, func(p *dissect.Proto) bool { return p.TCPIP == dissect.Application }),
				strings.HasPrefix(one, "tcp.segment"), strings.HasPrefix(one, "tcp.reassembled"), strings.HasPrefix(one, "tcp.pdu"):
				headers = false
			}
		}
	}
	return headers, noChecksums
}

// nearest is the name that takes the fewest changes to write, if few do.
func nearest(word string, names []string) string {
	best, at := "", max(2, len(word)/3)+1
	for _, n := range names {
		if d := distance(word, n, at); d < at {
			best, at = n, d
		}
	}
	return best
}

// distance is Levenshtein's, or limit where it is no less.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return min(row[len(b)], limit)
}
