package layer

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// StatsDoc is the document of netkit layer dump --stats.
type StatsDoc struct {
	SchemaVersion int `json:"schema_version" doc:"Version of this document's form."`
	layers.Summary
	Error *cli.ErrorBody `json:"error,omitempty" doc:"Why the input was not read to its end."`
}

// Cells implements cli.Doc: the conversations.
func (d StatsDoc) Cells() cli.Cells {
	c := cli.Cells{Columns: []string{"kind", "a", "b", "packets_ab", "bytes_ab", "packets_ba", "bytes_ba", "start", "duration"}}
	for _, v := range d.Conversations {
		c.Rows = append(c.Rows, []string{v.Kind, v.A, v.B, digits(v.PacketsAB), digits(v.BytesAB), digits(v.PacketsBA), digits(v.BytesBA), secondsText(v.Start), secondsText(v.Duration)})
	}
	return c
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

func secondsText(n layers.Number) string { return strconv.FormatFloat(float64(n), 'f', 6, 64) }

// shownRows is how many conversations and endpoints of a kind text shows.
const shownRows = 20

// WriteText implements cli.Texter.
func (d StatsDoc) WriteText(w io.Writer, s *cli.Streams) error {
	fmt.Fprintf(w, "%d packets, %d bytes on the wire, %d captured", d.Packets, d.Bytes, d.Captured)
	if d.First != "" {
		fmt.Fprintf(w, ", %s s from %s to %s", secondsText(d.Duration), d.First, d.Last)
	}
	if _, err := fmt.Fprint(w, "\n"); err != nil || d.Packets == 0 {
		return err
	}
	hierarchy := cli.Cells{Columns: []string{"protocol", "packets", "share", "bytes"}}
	for _, p := range d.Protocols {
		hierarchy.Rows = append(hierarchy.Rows, []string{strings.Repeat("  ", p.Depth) + p.Protocol, digits(p.Packets), share(p.Packets, d.Packets), digits(p.Bytes)})
	}
	if err := part(w, "Protocols", hierarchy, 0); err != nil {
		return err
	}
	if err := d.writeTalks(w); err != nil {
		return err
	}
	sizes := cli.Cells{Columns: []string{"length", "packets", "share", "bytes"}}
	for _, c := range d.Sizes {
		to := "and more"
		if c.To > 0 {
			to = "to " + strconv.Itoa(c.To)
		}
		sizes.Rows = append(sizes.Rows, []string{strconv.Itoa(c.From) + " " + to, digits(c.Packets), share(c.Packets, d.Packets), digits(c.Bytes)})
	}
	if err := part(w, "Sizes", sizes, 0); err != nil {
		return err
	}
	return d.writeTimeline(w, s)
}

func (d StatsDoc) writeTalks(w io.Writer) error {
	for from := 0; from < len(d.Conversations); {
		kind := d.Conversations[from].Kind
		c := cli.Cells{Columns: []string{"a", "b", "packets a>b", "bytes a>b", "packets a<b", "bytes a<b", "start", "duration"}}
		to := from
		for to < len(d.Conversations) && d.Conversations[to].Kind == kind {
			v := d.Conversations[to]
			if to-from < shownRows {
				c.Rows = append(c.Rows, []string{v.A, v.B, digits(v.PacketsAB), digits(v.BytesAB), digits(v.PacketsBA), digits(v.BytesBA), secondsText(v.Start), secondsText(v.Duration)})
			}
			to++
		}
		if err := part(w, "Conversations: "+kind, c, to-from); err != nil {
			return err
		}
		from = to
	}
	for from := 0; from < len(d.Endpoints); {
		kind := d.Endpoints[from].Kind
		c := cli.Cells{Columns: []string{"address", "packets sent", "bytes sent", "packets received", "bytes received"}}
		to := from
		for to < len(d.Endpoints) && d.Endpoints[to].Kind == kind {
			v := d.Endpoints[to]
			if to-from < shownRows {
				c.Rows = append(c.Rows, []string{v.Address, digits(v.PacketsSent), digits(v.BytesSent), digits(v.PacketsReceived), digits(v.BytesReceived)})
			}
			to++
		}
		if err := part(w, "Endpoints: "+kind, c, to-from); err != nil {
			return err
		}
		from = to
	}
	if d.Other > 0 {
		if _, err := fmt.Fprintf(w, "\n%d packets belong to conversations that are not counted: there are more than %d\n", d.Other, layers.MaxConversations); err != nil {
			return err
		}
	}
	return nil
}

// part writes a table under a heading. all is how many rows there are, when not
// all are shown.
func part(w io.Writer, title string, c cli.Cells, all int) error {
	if _, err := fmt.Fprintf(w, "\n%s\n", title); err != nil {
		return err
	}
	if err := cli.WriteTable(w, c); err != nil {
		return err
	}
	if more := all - len(c.Rows); more > 0 {
		_, err := fmt.Fprintf(w, "and %d more (--json has all)\n", more)
		return err
	}
	return nil
}

func share(n, of int64) string {
	return strconv.FormatFloat(float64(n)*100/float64(of), 'f', 1, 64) + "%"
}

func (d StatsDoc) writeTimeline(w io.Writer, s *cli.Streams) error {
	if len(d.Timeline.Bins) == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "\nTimeline, intervals of %s s\n", strconv.FormatFloat(float64(d.Timeline.Interval), 'f', -1, 64)); err != nil {
		return err
	}
	most := int64(1)
	for _, b := range d.Timeline.Bins {
		most = max(most, b.Packets)
	}
	const figures = 40
	room := int64(max(10, s.Width()-figures))
	for _, b := range d.Timeline.Bins {
		bar := strings.Repeat("#", int((b.Packets*room+most-1)/most))
		if _, err := fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%12.3f %10d %13d  %s", float64(b.Start), b.Packets, b.Bytes, bar), " ")); err != nil {
			return err
		}
	}
	return nil
}
