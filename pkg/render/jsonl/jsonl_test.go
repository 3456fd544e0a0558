package jsonl_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/render/jsonl"
	"github.com/netkit-go/netkit/pkg/trace"
)

var (
	client = netip.MustParseAddrPort("198.51.100.2:49152")
	server = netip.MustParseAddrPort("[2001:db8:b::80]:80")
)

// TestRecords holds each member's name, order and form.
func TestRecords(t *testing.T) {
	for _, tt := range []struct {
		name string
		e    trace.Event
		want string
	}{
		{"nothing set: what is always there", trace.Event{},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"none","evidence":"observed"}`},
		{"a segment", trace.Event{
			Seq: 7, Time: 1_700_000_000_000_001_200, Host: "web", CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.TCPRecv, Stage: "tcp_v4_rcv", Dev: "eth0",
			Pkt: 5, Buf: 9, Head: 0, Data: 34, Tail: 66, End: 2048, Parent: 4, ParentOp: trace.Clone,
			Flow: trace.Flow{Proto: 6, Src: client, Dst: server}, Len: 32, Refs: 2, Copied: 12,
			TCP: trace.TCP{Conn: 3, Flags: 0x10, Seq: 1, Ack: 0, Window: 65535, Cwnd: 14480, Ssthresh: math.MaxUint32, SRTT: 100, RTO: 2e8, Retrans: uint8(trace.RetransFast)},
		}, `{"v":1,"src":"sim","seq":7,"ts_ns":1700000000000001200,"host":"web","cpu":1,"ctx":"softirq","dev":"eth0","stage":"tcp_v4_rcv","ev":"tcp_recv","evidence":"observed",` +
			`"pkt":5,"buf":9,"head":0,"data":34,"tail":66,"end":2048,"parents":[{"id":4,"op":"clone"}],"sk":3,` +
			`"tuple":{"proto":6,"src":"198.51.100.2:49152","dst":"[2001:db8:b::80]:80"},"len":32,"refs":2,"copied":12,` +
			`"args":{"tcp":{"flags":16,"seq":1,"ack":0,"win":65535,"cwnd":14480,"ssthresh":4294967295,"in_flight":0,"srtt_ns":100,"rto_ns":200000000,"retrans":"fast"}}}`},
		{"hardware has no CPU; a ring's zeros are facts", trace.Event{Seq: 1, Time: -5, Host: "client", CPU: 3, Ctx: trace.Hardware, Kind: trace.RxDMA, Evidence: trace.Modelled, Source: trace.Live},
			`{"v":1,"src":"live","seq":1,"ts_ns":-5,"host":"client","ctx":"hardware","ev":"rx_dma","evidence":"modelled","args":{"nic":{"queue":0,"slot":0,"fill":0}}}`},
		{"a frame on the wire", trace.Event{Ctx: trace.Hardware, Kind: trace.TxDMA, NIC: trace.NIC{Queue: 1, Slot: 2, Fill: 3, FCS: 0xdeadbeef, Wire: 84}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"ctx":"hardware","ev":"tx_dma","evidence":"observed","args":{"nic":{"queue":1,"slot":2,"fill":3,"fcs":3735928559,"wire":84}}}`},
		{"an interrupt", trace.Event{Ctx: trace.HardIRQ, Kind: trace.IRQ},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"hardirq","ev":"irq","evidence":"observed","args":{"nic":{"queue":0,"vector":0}}}`},
		{"an empty poll", trace.Event{Ctx: trace.SoftIRQ, Kind: trace.NAPIPoll, NIC: trace.NIC{Budget: 64}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"softirq","ev":"napi_poll","evidence":"observed","args":{"nic":{"queue":0,"work":0,"budget":64}}}`},
		{"a new connection: state 0 is CLOSED", trace.Event{Kind: trace.SockState, TCP: trace.TCP{Conn: 1, New: 2}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"sock_state","evidence":"observed","sk":1,"args":{"tcp":{"old":"CLOSED","new":"SYN-SENT"}}}`},
		{"a connection that does not change its state", trace.Event{Kind: trace.TCPTimer, Text: "rto", TCP: trace.TCP{Conn: 1, Old: 4, New: 4}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"tcp_timer","evidence":"observed","sk":1,"args":{"text":"rto","tcp":{"state":"ESTABLISHED"}}}`},
		{"a connection's id alone", trace.Event{Kind: trace.SockQueue, TCP: trace.TCP{Conn: 1}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"sock_queue","evidence":"observed","sk":1,"args":{"queue":{"len":0,"bytes":0},"tcp":{}}}`},
		{"a neighbour", trace.Event{Kind: trace.NeighState, Neigh: trace.Neigh{Addr: client.Addr(), MAC: [6]byte{2, 0, 0, 0, 0, 0xab}, Old: 1, New: 2}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"neigh_state","evidence":"observed","args":{"neigh":{"addr":"198.51.100.2","mac":"02:00:00:00:00:ab","old":"INCOMPLETE","new":"REACHABLE"}}}`},
		{"a switch learns: no address, no states", trace.Event{Kind: trace.SwitchLearn, Neigh: trace.Neigh{MAC: [6]byte{2}}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"switch_learn","evidence":"observed","args":{"neigh":{"mac":"02:00:00:00:00:00"}}}`},
		{"a route through a gateway", trace.Event{Kind: trace.RouteLookup, Route: trace.Route{Dst: server.Addr(), Prefix: netip.MustParsePrefix("::/0"), Gateway: netip.MustParseAddr("2001:db8:a::1")}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"route_lookup","evidence":"observed","args":{"route":{"dst":"2001:db8:b::80","prefix":"::/0","gateway":"2001:db8:a::1"}}}`},
		{"a route on the link", trace.Event{Kind: trace.RouteLookup, Route: trace.Route{Dst: client.Addr()}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"route_lookup","evidence":"observed","args":{"route":{"dst":"198.51.100.2"}}}`},
		{"a drop", trace.Event{Kind: trace.Drop, Drop: trace.TCPCSum},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"drop","evidence":"observed","drop":"TCP_CSUM"}`},
		{"text from the network is escaped", trace.Event{Kind: trace.URLParsed, Evidence: trace.Inferred, Text: "http://a\"b\\\x1b[2J\u009b\xff"},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"url_parsed","evidence":"inferred","args":{"text":"http://a\"b\\\u001b[2J\u009b\ufffd"}}`},
		{"a zone may hold any character", trace.Event{Flow: trace.Flow{Src: netip.AddrPortFrom(netip.MustParseAddr(`fe80::1%a"b`), 1)}, Neigh: trace.Neigh{Addr: netip.MustParseAddr(`fe80::2%"`)}},
			`{"v":1,"src":"sim","seq":0,"ts_ns":0,"cpu":0,"ctx":"process","ev":"none","evidence":"observed","tuple":{"proto":0,"src":"[fe80::1%a\"b]:1"},"args":{"neigh":{"addr":"fe80::2%\""}}}`},
	} {
		if got := string(jsonl.AppendEvent(nil, &tt.e)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		} else if !json.Valid([]byte(got)) {
			t.Errorf("%s: not JSON: %s", tt.name, got)
		}
	}
}

// Every combination of fields gives one valid JSON object without duplicate
// members on one line.
func TestRandomEventsAreValidJSON(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		var e trace.Event
		fill(rnd, reflect.ValueOf(&e).Elem())
		line := jsonl.AppendEvent(nil, &e)
		if bytes.ContainsAny(line, "\n\r") {
			t.Fatalf("more than one line: %q", line)
		}
		if err := noDuplicates(json.NewDecoder(bytes.NewReader(line))); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
	}
}

// fill sets about half of the fields to random values, including values that
// no enumeration has.
func fill(rnd *rand.Rand, v reflect.Value) {
	if rnd.IntN(2) == 0 {
		return
	}
	switch x := v.Addr().Interface().(type) {
	case *netip.Addr:
		*x = server.Addr().WithZone([]string{"", "eth0", "\"\n"}[rnd.IntN(3)])
	case *netip.AddrPort:
		*x = []netip.AddrPort{client, server, netip.AddrPortFrom(netip.MustParseAddr("fe80::1%\\"), 9)}[rnd.IntN(3)]
	case *netip.Prefix:
		*x = netip.PrefixFrom(client.Addr(), rnd.IntN(33))
	default:
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				fill(rnd, v.Field(i))
			}
		case reflect.Array:
			for i := range v.Len() {
				fill(rnd, v.Index(i))
			}
		case reflect.String:
			b := make([]byte, rnd.IntN(20))
			for i := range b {
				b[i] = byte(rnd.Uint32())
			}
			v.SetString(string(b))
		case reflect.Int16, reflect.Int32, reflect.Int64:
			v.SetInt(int64(rnd.Uint64()) >> (64 - v.Type().Bits()))
		default:
			v.SetUint(rnd.Uint64() >> (64 - v.Type().Bits()))
		}
	}
}

func noDuplicates(d *json.Decoder) error {
	seen := []map[string]bool{}
	isKey := false
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch tok {
		case json.Delim('{'):
			seen, isKey = append(seen, map[string]bool{}), true
			continue
		case json.Delim('['):
			seen = append(seen, nil)
		case json.Delim('}'), json.Delim(']'):
			seen = seen[:len(seen)-1]
		default:
			if isKey {
				k := tok.(string)
				if seen[len(seen)-1][k] {
					return errors.New("duplicate member " + k)
				}
				seen[len(seen)-1][k] = true
				isKey = false
				continue
			}
		}
		isKey = len(seen) > 0 && seen[len(seen)-1] != nil
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x7f", "\u0080\u009f\u00a0\u2028\u2029\ufffd", "\xff\xc3(\xed\xa0\x80", "😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := jsonl.AppendString([]byte("x"), s)[1:]
		var got, want string
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%q is written as %s: %v", s, b, err)
		}
		oracle, _ := json.Marshal(s)
		if err := json.Unmarshal(oracle, &want); err != nil || got != want {
			t.Fatalf("%q is written as %s, which reads %q; encoding/json's reads %q (%v)", s, b, got, want, err)
		}
		for _, r := range string(b) {
			if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
				t.Fatalf("%q is written with a raw %U", s, r)
			}
		}
	})
}

func TestWriterLines(t *testing.T) {
	var out strings.Builder
	w := jsonl.NewWriter(&out)
	for i := range uint64(3000) { // more than one buffer
		w.Emit(&trace.Event{Seq: i + 1})
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 3001 || lines[3000] != "" {
		t.Fatalf("%d lines, want 3000, each with its end", len(lines)-1)
	}
	for i, l := range lines[:3000] {
		var rec struct{ Seq int }
		if err := json.Unmarshal([]byte(l), &rec); err != nil || rec.Seq != i+1 {
			t.Fatalf("line %d is %s (%v)", i+1, l, err)
		}
	}
}

type failing struct{ calls int }

var errFull = errors.New("disk full")

func (f *failing) Write([]byte) (int, error) { f.calls++; return 0, errFull }

func TestWriterKeepsTheError(t *testing.T) {
	f := &failing{}
	w := jsonl.NewWriter(f)
	for range 5000 {
		w.Emit(&trace.Event{})
	}
	if err := w.Flush(); !errors.Is(err, errFull) || f.calls != 1 {
		t.Errorf("%v after %d writes, want the first write's error and no second write", err, f.calls)
	}
}

var segment = trace.Event{
	Seq: 7, Time: 1_700_000_000_000_001_200, Host: "web", CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.TCPRecv, Stage: "tcp_v4_rcv", Dev: "eth0",
	Pkt: 5, Buf: 9, Data: 34, Tail: 66, End: 2048, Flow: trace.Flow{Proto: 6, Src: client, Dst: server}, Len: 32, Refs: 2,
	TCP: trace.TCP{Conn: 3, Flags: 0x10, Seq: 1, Window: 65535},
}

func TestEmitDoesNotAllocate(t *testing.T) {
	w := jsonl.NewWriter(io.Discard)
	for range 1000 {
		w.Emit(&segment)
	}
	if n := testing.AllocsPerRun(1000, func() { w.Emit(&segment) }); n != 0 {
		t.Errorf("%v allocations an event", n)
	}
}

func BenchmarkEmit(b *testing.B) {
	b.ReportAllocs()
	w := jsonl.NewWriter(io.Discard)
	b.SetBytes(int64(len(jsonl.AppendEvent(nil, &segment))))
	for b.Loop() {
		w.Emit(&segment)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrec/s")
}
