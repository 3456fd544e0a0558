package subnet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// choppy gives a random part of what is asked at each read.
type choppy struct {
	r   io.Reader
	rnd *rand.Rand
}

func (c choppy) Read(p []byte) (int, error) {
	return c.r.Read(p[:1+c.rnd.IntN(min(len(p), 5000))])
}

func testInput(in io.Reader) (*input, *bytes.Buffer) {
	var errs bytes.Buffer
	o := newOptions(&cli.Streams{In: in, Out: io.Discard, Err: &errs}, cli.Plain)
	o.name = "test"
	return o.input(), &errs
}

// However a source cuts its bytes, every line comes out once, in order, with its
// number; bad and overlong lines are reported with theirs.
func TestPiecesKeepLinesAndNumbers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for round := range 12 {
		var text bytes.Buffer
		var want, bad []string
		lines := rnd.IntN(30000)
		for n := 1; n <= lines; n++ {
			switch rnd.IntN(400) {
			case 0:
				text.WriteString("nonsense!\n")
				bad = append(bad, fmt.Sprintf("stdin:%d:", n))
			case 1:
				text.WriteString("\n")
			case 2:
				if n%7 == 0 {
					text.WriteString(strings.Repeat("x", maxLine+1+rnd.IntN(3*pieceSize)) + "\n")
					bad = append(bad, fmt.Sprintf("stdin:%d:", n))
					break
				}
				fallthrough
			default:
				a := fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255)
				text.WriteString(a + "\n")
				want = append(want, fmt.Sprintf("%d %s", n, a))
			}
		}
		data := text.Bytes()
		if round%2 == 1 { // the last line without its end
			data = bytes.TrimSuffix(data, []byte("\n"))
		}
		var src io.Reader = bytes.NewReader(data)
		switch round % 3 {
		case 1:
			src = choppy{src, rnd}
		case 2:
			src = iotest.DataErrReader(src)
		}
		in, errs := testInput(src)
		var got []string
		err := in.operands([]string{"-"}, func(it subnet.Item) error {
			got = append(got, fmt.Sprintf("%d %s", in.line, it))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = in.result()
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("round %d: %d items, want %d", round, len(got), len(want))
		}
		reported := strings.Split(strings.TrimSpace(errs.String()), "\n")
		if errs.Len() == 0 {
			reported = nil
		}
		if len(reported) != len(bad) {
			t.Fatalf("round %d: %d lines reported, want %d", round, len(reported), len(bad))
		}
		for i := range bad {
			if !strings.Contains(reported[i], bad[i]) {
				t.Fatalf("round %d: %q, want %s", round, reported[i], bad[i])
			}
		}
	}
}

func TestReadErrorEndsTheCommand(t *testing.T) {
	in, _ := testInput(iotest.TimeoutReader(choppy{strings.NewReader(strings.Repeat("10.0.0.1\n", 3000)), rand.New(rand.NewPCG(1, 1))}))
	n := 0
	err := in.operands([]string{"-"}, func(subnet.Item) error { n++; return nil })
	if err == nil || !strings.Contains(err.Error(), "cannot read stdin") {
		t.Errorf("after %d items: %v", n, err)
	}
}

// A predicate whose answer cannot be written has none: 1 would read as "no". A
// reader that went away stays what it is.
func TestWriteErrorIsNoAnswer(t *testing.T) {
	full := errors.New("no space left on device")
	for _, c := range []struct {
		exit int
		err  error
		want int
	}{
		{cli.ExitUsage, full, 2},
		{cli.ExitFailure, full, 1},
		{cli.ExitUsage, io.ErrClosedPipe, cli.ExitPipe},
	} {
		w := interruptible{ctx: t.Context(), w: failing{c.err}, exit: c.exit}
		if _, err := w.Write([]byte("yes")); cli.Describe(err).Exit != c.want || !errors.Is(err, c.err) {
			t.Errorf("%v with exit %d: %v, exit %d, want %d", c.err, c.exit, err, cli.Describe(err).Exit, c.want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// The table of fields makes sound JSON whose values are those of the cells.
func TestFieldsJSONAndTextAgree(t *testing.T) {
	chosen, err := chooseFields(nil, true)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(2, 2))
	for range 3000 {
		a := netip.AddrFrom16([16]byte{byte(rnd.Uint32()), byte(rnd.Uint32()), 0xff, 0xfe, 4: byte(rnd.Uint32()), 11: 0xff, 12: 0xfe, 15: byte(rnd.Uint32())})
		if rnd.IntN(2) == 0 {
			a = netip.AddrFrom4([4]byte{byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32())})
		}
		r := &factsRecord{subnet.Describe(netip.PrefixFrom(a, rnd.IntN(a.BitLen()+1))), chosen}
		dec := json.NewDecoder(bytes.NewReader(r.AppendJSON(nil)))
		dec.UseNumber()
		var got map[string]any
		if err := dec.Decode(&got); err != nil {
			t.Fatalf("%v in %s", err, r.AppendJSON(nil))
		}
		for i, cell := range r.Cells() {
			v, ok := got[chosen[i].name]
			if ok != (cell != "") || ok && fmt.Sprint(v) != cell {
				t.Fatalf("%s of %s: %v in JSON, %q as text", chosen[i].name, a, v, cell)
			}
		}
	}
}

func TestCountsInJSONFollowTheRule(t *testing.T) {
	chosen, _ := chooseFields([]string{"total"}, false)
	for p, want := range map[string]string{
		"2001:db8::/76": `{"total":4503599627370496}`,   // 2^52
		"2001:db8::/75": `{"total":"9007199254740992"}`, // 2^53: a reader with doubles would not tell it from 2^53+1
		"2001:db8::/64": `{"total":"18446744073709551616"}`,
	} {
		f := subnet.Describe(netip.MustParsePrefix(p))
		if got := string(appendFieldsJSON(nil, chosen, &f)); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
}

func TestRecordsDoNotAllocate(t *testing.T) {
	chosen, _ := chooseFields(nil, false)
	b := make([]byte, 0, 4096)
	for _, p := range []string{"192.168.10.77/26", "2001:db8::211:22ff:fe33:4455/64"} {
		prefix := netip.MustParsePrefix(p)
		var f subnet.Facts
		if n := testing.AllocsPerRun(100, func() {
			f = subnet.Describe(prefix)
			b = appendFieldsJSON(b[:0], chosen, &f)
		}); n != 0 {
			t.Errorf("a record of %s allocates %v times", p, n)
		}
	}
}

func FuzzCutEntry(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8,x", "TABLE_DUMP2|1|B|a|1|10.0.0.0/8|1 2|IGP", "*>i10.0.0.0/8 1.2.3.4", "*", "r>", "TABLE_DUMP||||||||", ";", "\"a\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		x := &piece{}
		if err := readEntry(&subnet.Parser{}, x, line); err == nil && len(x.values) != len(x.items) {
			t.Fatalf("%q: %d items and %d values", line, len(x.items), len(x.values))
		}
	})
}

func BenchmarkCalcRecord(b *testing.B) {
	chosen, _ := chooseFields(nil, false)
	p := netip.MustParsePrefix("192.168.10.77/26")
	var buf []byte
	var f subnet.Facts
	b.ReportAllocs()
	for b.Loop() {
		f = subnet.Describe(p)
		buf = appendFieldsJSON(buf[:0], chosen, &f)
	}
}
