package story

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/pkg/trace"
)

// SchemaVersion is the version of the JSON form.
const SchemaVersion = 1

// Options say whose story is told. The zero value tells that of the host "client"
// with its device eth0, without bytes.
type Options struct {
	Client string // host that fetches; "": client
	Dev    string // its device; "": eth0

	// Taps are the hosts whose frames are in the capture that packet numbers refer to,
	// as in lab.Config.TapHosts: none is the client alone, "all" first is every host.
	Taps []string

	Frames []Frame // what was captured at the client's device, in any amount
	Lost   uint64  // events at the end that were not kept

	gap gapInRecord
}

func (o Options) withDefaults() Options {
	if o.Client == "" {
		o.Client = "client"
	}
	if o.Dev == "" {
		o.Dev = "eth0"
	}
	return o
}

// tapped says whether the capture has a host's frames.
func (o *Options) tapped(host string) bool {
	at := func(name string) bool {
		return slices.ContainsFunc(o.Taps, func(s string) bool { return s == name || strings.HasPrefix(s, name+".") })
	}
	switch {
	case len(o.Taps) == 0, o.Taps[0] != "all" && !at(o.Client): // a file without the client's packets has no numbers for them
		return host == o.Client
	}
	return o.Taps[0] == "all" || at(host)
}

// Frame is a captured frame of the client's device, without FCS. It may be cut off.
type Frame struct {
	Packet int // number in the capture, from 1
	Data   []byte
}

// Story is the journey of a URL.
type Story struct {
	SchemaVersion   int              `json:"schema_version"`
	URL             string           `json:"url"`
	Start           int64            `json:"start_unix_ns" doc:"Moment from which the times in the story count, in nanoseconds since the Unix epoch."`
	Packets         int              `json:"packets" doc:"How many packets the client's capture has."`
	TerminatedBy    string           `json:"terminated_by,omitempty"`
	Incomplete      string           `json:"incomplete,omitempty" doc:"What the record lacks, when it does."`
	Steps           []Step           `json:"steps"`
	Retransmissions []Retransmission `json:"retransmissions"`
	Ladder          Ladder           `json:"ladder"`
}

// Step is one of the nine. Its own part comes first, further parts follow.
type Step struct {
	N int `json:"n"`
	Part
	Parts []Part `json:"parts,omitempty"`
}

// Part is something that happened, or did not.
type Part struct {
	Title    string   `json:"title"`
	Happened bool     `json:"happened"`
	About    string   `json:"about" doc:"What this is and why it is there, in any run."`
	Text     string   `json:"text" doc:"What came of it in this run."`
	Facts    []Fact   `json:"facts"`
	Packets  []int    `json:"packets" doc:"Their numbers in the capture, ascending."`
	Headers  []Header `json:"headers,omitempty"`
	Dump     *Dump    `json:"dump,omitempty"`
}

// Fact is a value of this run.
type Fact struct {
	Name     string `json:"name"`
	Value    Value  `json:"value"`
	Unit     string `json:"unit,omitempty" doc:"Unit of the value: ns, bytes, packets and the like."`
	Packet   int    `json:"packet,omitempty" doc:"Number of the packet in which it is seen."`
	Evidence string `json:"evidence,omitempty" doc:"'modelled': a physical fact that the simulation stands for."`
}

// Value is a whole number or a text.
type Value struct {
	Number int64
	Text   string
	IsText bool
}

// ErrValue is returned for JSON that is neither a whole number nor a string.
var ErrValue = errors.New("story: a value is a whole number or a string")

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.IsText {
		return json.Marshal(v.Text)
	}
	return strconv.AppendInt(nil, v.Number, 10), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	if len(b) > 0 && b[0] == '"' {
		v.IsText = true
		return json.Unmarshal(b, &v.Text)
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return ErrValue
	}
	v.Number = n
	return nil
}

// Dump is a run of bytes of the stream.
type Dump struct {
	Packet int    `json:"packet" doc:"Number of the packet that they are read from."`
	Offset int    `json:"offset" doc:"Where in the frame they begin."`
	Total  int    `json:"total" doc:"How many bytes there are; bytes may hold only the first."`
	Bytes  []byte `json:"bytes"`
}

// Header is a header of a packet, field by field.
type Header struct {
	Name   string  `json:"name"`
	Ref    string  `json:"reference"`
	Packet int     `json:"packet"`
	Fields []Field `json:"fields"`
}

// Field is a field of a header. Bit 0 is the first on the wire.
type Field struct {
	Name  string `json:"name" doc:"Name by which packet analysers filter."`
	Label string `json:"label"`
	Bit   int    `json:"bit"`
	Width int    `json:"width"`
	Value string `json:"value"`
}

// Retransmission is a segment that was sent again.
type Retransmission struct {
	From   string `json:"from" doc:"Host that sent it again."`
	Seq    uint32 `json:"seq" doc:"Relative to the initial sequence number of that side."`
	Len    uint32 `json:"bytes" doc:"Octets of data."`
	Flags  string `json:"flags" doc:"Flags of the segment."`
	Cause  string `json:"cause" doc:"Why: rto, fast, tlp, syn or zwp."`
	First  int64  `json:"first_ns" doc:"When it had been sent before, from the start."`
	Again  int64  `json:"again_ns" doc:"When it was sent again."`
	Cost   int64  `json:"cost_ns" doc:"Time from one to the other."`
	LostAt string `json:"lost_at,omitempty" doc:"Where a frame with these data was lost before; absent: nowhere."`
	Why    string `json:"lost_why,omitempty"`
	Packet int    `json:"packet,omitempty" doc:"Number of the packet that brought it; absent: it was lost too, or not seen at the client."`
}

// Ladder is what went between client and server on the connection of the
// story, as seen at the client's device.
type Ladder struct {
	Client  string `json:"client"`
	Server  string `json:"server"`
	Rows    []Row  `json:"rows"`
	Omitted int    `json:"omitted,omitempty" doc:"Rows beyond the bound, after the last."`
}

// Row is one segment. Sequence and acknowledgement numbers are relative to the
// initial ones.
type Row struct {
	Packet      int    `json:"packet,omitempty" doc:"Its number in the capture; absent: it never reached the client."`
	Time        int64  `json:"time_ns"`
	Out         bool   `json:"out" doc:"Whether the client sent it."`
	Flags       string `json:"flags"`
	Seq         uint32 `json:"seq"`
	Ack         uint32 `json:"ack"`
	Len         uint32 `json:"bytes"`
	Window      uint32 `json:"window"`
	ClientState string `json:"client_state,omitempty" doc:"The state that this row led to."`
	ServerState string `json:"server_state,omitempty"`
	Again       string `json:"retransmission,omitempty"`
	Lost        string `json:"lost,omitempty"`
	Note        string `json:"note,omitempty"`
}

// Bounds of what a story holds.
const (
	maxRows    = 4000
	maxRetrans = 1000
	maxPackets = 2000 // a part points to
	maxListed  = 12   // facts of one kind
	maxDump    = 512  // bytes
)

// Tell computes the story of a run from its events, which are in the order of emission.
func Tell(events []trace.Event, o Options) *Story {
	r := newRun(events, o.withDefaults())
	s := &Story{SchemaVersion: SchemaVersion, URL: r.url, Start: r.start, Packets: r.clientFrames, Retransmissions: r.retransmissions(), Ladder: r.ladder()}
	if o.Lost > 0 {
		s.Incomplete = strconv.FormatUint(o.Lost, 10) + " later events were not kept: what is said about the end of the run may be missing"
	}
	for i, tell := range []func(*Step){r.urlStep, r.requestStep, r.nameStep, r.tcpStep, r.ipStep, r.macStep, r.nicStep, r.pathStep, r.answerStep} {
		st := Step{N: i + 1}
		tell(&st)
		st.finish()
		s.Steps = append(s.Steps, st)
	}
	if u := r.uplink(); len(u) > 0 {
		s.TerminatedBy = "uplink"
	}
	return s
}

// WriteJSON writes the story as one JSON document.
func (s *Story) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
