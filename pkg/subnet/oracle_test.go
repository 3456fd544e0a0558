package subnet

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
)

// edgePrefix makes the cases that go wrong: lengths at the ends of the range and
// around octets and words, addresses all zeros, all ones, and next to a border.
func edgePrefix(r *rand.Rand) netip.Prefix {
	w := []int{32, 128}[r.IntN(2)]
	bits := []int{0, 1, w / 4, w/2 - 1, w / 2, w/2 + 1, w - 2, w - 1, w, r.IntN(w + 1)}[r.IntN(10)]
	n := u128{r.Uint64(), r.Uint64()}
	switch r.IntN(6) {
	case 0:
		n = u128{}
	case 1:
		n = ones(128)
	case 2:
		n = ones(uint(r.IntN(129)))
	case 3:
		n = ones(uint(r.IntN(129))).not()
	case 4: // an IPv4 address in IPv6 clothes
		n = u128{0, 0xffff<<32 | n.lo&0xffffffff}
	}
	if w == 32 {
		n = u128{0, n.lo & 0xffffffff}
	}
	return netip.PrefixFrom(fromU128(n, w), bits)
}

// mixed is the text of a as Python writes it: it has no dotted form for mapped
// addresses.
func pythonText(a netip.Addr) string {
	if a.Is4In6() {
		return string(AppendMask(nil, a))
	}
	return a.String()
}

func pythonPrefix(p netip.Prefix) string {
	return pythonText(p.Addr()) + "/" + strconv.Itoa(p.Bits())
}

func pythonJoin(ps []netip.Prefix) string {
	var s []string
	for _, p := range ps {
		s = append(s, pythonPrefix(p))
	}
	return strings.Join(s, " ")
}

// oracleCases is how many of each kind are compared; NETKIT_SUBNET_CASES=1000000
// asks for a million.
func oracleCases(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("NETKIT_SUBNET_CASES")); err == nil && n > 0 {
		return n
	}
	if testing.Short() {
		return 500
	}
	return 4000
}

func TestAgreesWithPython(t *testing.T) {
	python := need.Tool(t, "python3")
	r := rand.New(rand.NewPCG(11, 12))
	var questions bytes.Buffer
	var want []string
	ask := func(answer, format string, args ...any) {
		fmt.Fprintf(&questions, format+"\n", args...)
		want = append(want, answer)
	}
	cases := oracleCases(t)
	for range cases {
		p := edgePrefix(r)
		title := "False"
		if isMulticast(p.Addr()) {
			title = "True"
		}
		ask(fmt.Sprint(pythonText(p.Addr()), " ", pythonPrefix(p.Masked()), " ", pythonText(Mask(p)), " ", pythonText(Wildcard(p)), " ",
			pythonText(Last(p)), " ", Total(p), " ", string(AppendInteger(nil, p.Addr())), " ", string(AppendReverseName(nil, p.Addr())), " ", title),
			"facts %s/%d", pythonText(p.Addr()), p.Bits())
	}
	for range cases / 4 {
		p, q := edgePrefix(r), edgePrefix(r)
		if p.Addr().BitLen() != q.Addr().BitLen() {
			continue
		}
		a, b := p.Addr(), q.Addr()
		if b.Less(a) {
			a, b = b, a
		}
		ask(pythonJoin(slices.Collect(Range{a, b}.Prefixes())), "cover %s %s", pythonText(a), pythonText(b))
	}
	for range cases / 4 {
		ps, s := randomSet(r, r.IntN(12))
		ask(pythonJoin(prefixes(s)), "merge %s", pythonJoin(ps))
	}
	for range cases / 4 {
		p := edgePrefix(r).Masked()
		inner := netip.PrefixFrom(edgePrefix(r).Addr(), min(p.Bits()+r.IntN(20), p.Addr().BitLen()))
		if inner.Addr().BitLen() != p.Addr().BitLen() {
			continue
		}
		n := toU128(p.Addr()).or(toU128(inner.Addr()).and(toU128(Wildcard(p))))
		inner = netip.PrefixFrom(fromU128(n, p.Addr().BitLen()), inner.Bits()).Masked()
		ask(pythonJoin(prefixes(SetOf(p).Minus(SetOf(inner)))), "exclude %s %s", pythonPrefix(p), pythonPrefix(inner))
	}
	for range cases / 16 {
		p := edgePrefix(r).Masked()
		bits := min(p.Bits()+r.IntN(6), p.Addr().BitLen())
		ask(pythonJoin(slices.Collect(Split(p, bits))), "split %s %d", pythonPrefix(p), bits)
	}
	cmd := exec.Command(python, "testdata/ipaddress_oracle.py")
	lines := strings.Split(strings.TrimSpace(questions.String()), "\n")
	cmd.Stdin = &questions
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("python3 does not start: %v", err)
	}
	sc := bufio.NewScanner(out)
	sc.Buffer(nil, 1<<20)
	i, wrong := 0, 0
	for ; sc.Scan(); i++ {
		if sc.Text() != want[i] {
			if wrong++; wrong < 10 {
				t.Errorf("%s\n  python %s\n  ours   %s", lines[i], sc.Text(), want[i])
			}
		}
	}
	if err := cmd.Wait(); err != nil || i != len(want) {
		t.Fatalf("python answered %d of %d questions: %v", i, len(want), err)
	}
	t.Logf("%d questions, %d answers differ", len(want), wrong)
}

// The fields that ipcalc-ng gets right: not BROADCAST on /31 and /32, and for
// IPv6 it has none.
func TestAgreesWithIpcalc(t *testing.T) {
	ipcalc := need.Tool(t, "ipcalc-ng")
	r := rand.New(rand.NewPCG(13, 14))
	for range 60 {
		p := edgePrefix(r)
		if p.Addr().Is4() && p.Bits() == 0 || p.Addr().Is4In6() {
			continue // it takes /0 for a missing length, and writes mapped addresses in its own way
		}
		out, err := exec.Command(ipcalc, "-j", "--all-info", p.String()).Output()
		if err != nil {
			t.Fatalf("ipcalc-ng %s: %v", p, err)
		}
		var got map[string]string
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("ipcalc-ng %s: %v in %s", p, err, out)
		}
		check := func(field, want string) {
			t.Helper()
			if g, ok := got[field]; ok && g != want {
				t.Errorf("%s of %s: ipcalc-ng says %s, we say %s", field, p, g, want)
			}
		}
		check("NETMASK", Mask(p).String())
		check("PREFIX", strconv.Itoa(p.Bits()))
		if p.Bits() < p.Addr().BitLen() {
			check("NETWORK", Network(p).String())
		}
		if p.Addr().Is4() {
			first, last := HostRange(p)
			check("MINADDR", first.String())
			check("MAXADDR", last.String())
			check("ADDRESSES", Usable(p).String())
			if b, ok := Broadcast(p); ok {
				check("BROADCAST", b.String())
			}
		}
	}
}

func TestAgreesWithSipcalc(t *testing.T) {
	sipcalc := need.Tool(t, "sipcalc")
	r := rand.New(rand.NewPCG(15, 16))
	for range 60 {
		p := edgePrefix(r)
		out, err := exec.Command(sipcalc, p.String()).Output()
		if err != nil {
			t.Fatalf("sipcalc %s: %v", p, err)
		}
		got := map[string]string{}
		for line := range strings.Lines(string(out)) {
			if k, v, ok := strings.Cut(line, "-"); ok {
				got[strings.TrimSpace(k)] = strings.TrimSpace(v)
			}
		}
		check := func(field, want string) {
			t.Helper()
			if g := got[field]; g != want {
				t.Errorf("%s of %s: sipcalc says %q, we say %q", field, p, g, want)
			}
		}
		if p.Addr().Is4() {
			check("Network address", Network(p).String())
			check("Network mask", Mask(p).String())
			check("Network mask (bits)", strconv.Itoa(p.Bits()))
			check("Cisco wildcard", Wildcard(p).String())
			check("Host address (decimal)", string(AppendInteger(nil, p.Addr())))
			if p.Bits() > 0 { // it counts 2^32 as 0
				check("Addresses in network", Total(p).String())
			}
			if b, ok := Broadcast(p); ok {
				check("Broadcast address", b.String())
			}
			continue
		}
		check("Expanded Address", string(AppendExpanded(nil, p.Addr())))
		check("Prefix length", strconv.Itoa(p.Bits()))
	}
}
