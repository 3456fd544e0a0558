package pcapfilter

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// The oracle is the installed tcpdump: what it refuses we refuse, and on every
// packet its program and ours give the same verdict. Both programs run in
// x/net/bpf's machine, ours in its own as well.

type oracle struct {
	tool string
	dir  string
}

func newOracle(t testing.TB) *oracle {
	return &oracle{need.Tool(t, "tcpdump"), t.TempDir()}
}

// compile returns tcpdump's program, or what it says.
func (o *oracle) compile(t testing.TB, lt capture.LinkType, expr string, optimize bool) ([]bpf.Instruction, string) {
	t.Helper()
	name := filepath.Join(o.dir, fmt.Sprintf("%d.pcap", lt))
	if _, err := os.Stat(name); err != nil {
		var b bytes.Buffer
		w, err := capture.NewPcapWriter(&b, lt, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"-r", name, "-ddd"}
	if !optimize {
		args = append(args, "-O")
	}
	return o.run(t, append(args, "--", expr))
}

func (o *oracle) run(t testing.TB, args []string) ([]bpf.Instruction, string) {
	t.Helper()
	raw, refusal := o.runRaw(t, args)
	if refusal != "" {
		return nil, refusal
	}
	return decode(t, raw), ""
}

// runRaw reads the decimal program that -ddd writes.
func (o *oracle) runRaw(t testing.TB, args []string) ([]bpf.RawInstruction, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(o.tool, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return nil, lines[len(lines)-1]
	}
	var n int
	fmt.Fscan(&stdout, &n)
	raw := make([]bpf.RawInstruction, n)
	for i := range raw {
		if _, err := fmt.Fscan(&stdout, &raw[i].Op, &raw[i].Jt, &raw[i].Jf, &raw[i].K); err != nil {
			t.Fatalf("tcpdump -ddd %q: %v", args[len(args)-1], err)
		}
	}
	return raw, ""
}

func decode(t testing.TB, raw []bpf.RawInstruction) []bpf.Instruction {
	t.Helper()
	prog := make([]bpf.Instruction, len(raw))
	for i, r := range raw {
		prog[i] = r.Disassemble()
		switch ins := prog[i].(type) {
		case bpf.RawInstruction:
			t.Fatalf("instruction %d, %+v, is unknown to x/net/bpf", i, ins)
		case bpf.LoadExtension:
			if ins.Num != bpf.ExtLen { // an offset far beyond any packet
				prog[i] = bpf.RetConstant{}
			}
		case bpf.NegateA: // not in its machine
			prog[i] = bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: 1<<32 - 1}
		}
	}
	return prog
}

func machine(t testing.TB, prog []bpf.Instruction) *bpf.VM {
	t.Helper()
	vm, err := bpf.NewVM(prog)
	if err != nil {
		t.Fatalf("x/net/bpf refuses a program: %v", err)
	}
	return vm
}

func passes(t testing.TB, vm *bpf.VM, pkt []byte) bool {
	t.Helper()
	n, err := vm.Run(pkt)
	if err != nil {
		t.Fatal(err)
	}
	return n != 0
}

// verdict compares one expression on all packets and returns what differs.
func (o *oracle) verdict(t testing.TB, lt capture.LinkType, expr string, packets [][]byte) string {
	t.Helper()
	theirs, refusal := o.compile(t, lt, expr, true)
	ours, err := Compile(expr, Config{LinkType: lt})
	if err == nil && (strings.Contains(refusal, "by zero") || strings.Contains(refusal, "shift by more")) {
		// libpcap takes the first number of the right side for all of it, so
		// that it refuses "x / ip[0]", and its optimizer looks at code that
		// can never be reached. We find out when there is a packet.
		return ""
	}
	if refusal == "" && err != nil && strings.Contains(err.Error(), "division by zero") {
		return "" // by 64 & 0, which libpcap computes only where its optimizer comes by
	}
	rejectsAll := strings.Contains(refusal, "rejects all")
	switch {
	case rejectsAll && err == nil:
		var plain *bpf.VM
		for _, p := range packets {
			if !ours.Match(p, len(p)) {
				continue
			}
			if plain == nil { // libpcap's optimizer errs sometimes
				prog, _ := o.compile(t, lt, expr, false)
				plain = machine(t, prog)
			}
			if !passes(t, plain, p) {
				return fmt.Sprintf("tcpdump says it rejects all packets, but % x passes\n%s", p, ours)
			}
		}
		return ""
	case errors.Is(err, ErrRejectsAll) && refusal == "":
		vm := machine(t, theirs)
		for _, p := range packets {
			if passes(t, vm, p) {
				return fmt.Sprintf("we say it rejects all packets, but tcpdump lets % x pass", p)
			}
		}
		return ""
	case (err == nil) != (refusal == ""):
		return fmt.Sprintf("tcpdump: %q, we: %v", refusal, err)
	case err != nil:
		return ""
	}
	vm, own := machine(t, theirs), machine(t, decode(t, ours.Raw()))
	var plain *bpf.VM
	for _, p := range packets {
		want, got := passes(t, vm, p), passes(t, own, p)
		if m := ours.Match(p, len(p)); m != got {
			return fmt.Sprintf("x/net/bpf says %v and Match %v to % x\n%s", got, m, p, ours)
		}
		if got == want {
			continue
		}
		// libpcap's optimizer may drop a load whose value does not matter,
		// which accepts a packet that is too short for it. Without it, it
		// must agree.
		if plain == nil {
			prog, _ := o.compile(t, lt, expr, false)
			plain = machine(t, prog)
		}
		if unoptimized := passes(t, plain, p); unoptimized != want && unoptimized == got {
			continue
		}
		// With geneve there is no optimized program at all: it loads also what
		// it masks to 0. On a packet that is long enough they must agree.
		if long := append(append([]byte(nil), p...), make([]byte, 512)...); strings.Contains(expr, "geneve") && got && passes(t, vm, long) {
			continue
		}
		return fmt.Sprintf("tcpdump %v, we %v on %d bytes: % x\n%s", want, got, len(p), p, ours)
	}
	return ""
}

var linkTypes = []capture.LinkType{
	capture.LinkTypeEthernet, capture.LinkTypeLinuxSLL, capture.LinkTypeLinuxSLL2, capture.LinkTypeRaw, linkTypeRawBSD,
	capture.LinkTypeIPv4, capture.LinkTypeIPv6, capture.LinkTypeNull, capture.LinkTypeLoop,
	capture.LinkTypePPP, capture.LinkTypePPPEther, linkTypePPPHDLC,
}

// every returns one of n expressions of the list, others for another start. Each
// costs a run of tcpdump.
func every(n, start int) []string {
	var list []string
	for i, expr := range expressions() {
		if _, ok := exceptions[expr]; !ok && i%n == start%n {
			list = append(list, expr)
		}
	}
	return list
}

// TestMeaningAgreesWithTcpdump compares the whole list of expressions on
// Ethernet, half of it on SLL, and parts of it on the other link types.
func TestMeaningAgreesWithTcpdump(t *testing.T) {
	o := newOracle(t)
	for _, lt := range linkTypes {
		t.Run(lt.String(), func(t *testing.T) {
			t.Parallel()
			packets := corpus(t, lt, 1)
			share := 8
			switch lt {
			case capture.LinkTypeEthernet:
				share = 1
			case capture.LinkTypeLinuxSLL:
				share = 2
			}
			for _, expr := range every(share, int(lt)) {
				if d := o.verdict(t, lt, expr, packets); d != "" {
					t.Errorf("%q: %s", expr, d)
				}
			}
		})
	}
}

// TestMeaningAgreesOnCaptures does the same on real packets.
func TestMeaningAgreesOnCaptures(t *testing.T) {
	o := newOracle(t)
	for _, lt := range []capture.LinkType{capture.LinkTypeEthernet, capture.LinkTypeLinuxSLL2, capture.LinkTypeRaw, capture.LinkTypeIPv6} {
		packets := captured(t, lt, 30)
		if len(packets) == 0 {
			continue
		}
		for _, expr := range every(6, 1) {
			if d := o.verdict(t, lt, expr, packets); d != "" {
				t.Errorf("%s: %q: %s", lt, expr, d)
			}
		}
	}
}

// TestRandomExpressionsAgreeWithTcpdump makes expressions from the grammar.
func TestRandomExpressionsAgreeWithTcpdump(t *testing.T) {
	o := newOracle(t)
	n := 300
	if testing.Short() {
		n = 50
	}
	for _, lt := range linkTypes {
		t.Run(lt.String(), func(t *testing.T) {
			t.Parallel()
			packets := corpus(t, lt, 2)
			m := n
			if lt != capture.LinkTypeEthernet {
				m = n / 8
			}
			for i := range m {
				r := rand.New(rand.NewPCG(uint64(i), uint64(lt)))
				expr := randomExpr(r, 3)
				if i%6 == 0 {
					// Where geneve may be false, libpcap reads scratch memory
					// that nothing has set.
					expr = "geneve and (" + expr + ")"
				}
				if d := o.verdict(t, lt, expr, packets); d != "" {
					t.Errorf("seed %d: %q: %s", i, expr, d)
				}
			}
		})
	}
}
