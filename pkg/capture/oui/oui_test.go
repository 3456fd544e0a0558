package oui

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/wire"
)

func mac(t testing.TB, s string) wire.MAC {
	t.Helper()
	m, err := wire.ParseMAC(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The registries' own entries, one of each length, as the IEEE's files have them.
func TestRegistriesHoldEveryLength(t *testing.T) {
	for m, want := range map[string]string{
		"00:00:0c:01:02:03": "Cisco Systems, Inc",  // MA-L
		"70:b3:d5:f2:f1:23": "TELEPLATFORMS",       // MA-S inside a block of the IEEE's
		"70:b3:d5:71:91:23": "2M Technology",       // MA-S
		"08:61:95:00:00:00": "Rockwell Automation", // MA-L
	} {
		if got := Registries().Lookup(mac(t, m)); got != want {
			t.Errorf("%s: %q, want %q", m, got, want)
		}
	}
	if n := Registries().Len(); n < 40000 {
		t.Errorf("only %d assignments: a registry is missing", n)
	}
}

// IEEE 802-2014 8.2.2: an address with the U/L bit set is in no registry.
func TestAddressesThatSayWhatTheyAre(t *testing.T) {
	for m, want := range map[string]string{
		"02:00:00:00:00:01": "locally administered",
		"ff:ff:ff:ff:ff:ff": "broadcast",
		"01:00:5e:00:00:01": "IPv4 multicast",
		"33:33:00:00:00:01": "IPv6 multicast",
		"03:11:22:33:44:55": "group",
	} {
		if got := Registries().Describe(mac(t, m)); got != want {
			t.Errorf("%s: %q, want %q", m, got, want)
		}
	}
}

func TestTheLongestAssignmentWins(t *testing.T) {
	x := New([]Entry{{0x0a0b0c000000, 24, "wide"}, {0x0a0b0c100000, 28, "narrow"}, {0x0a0b0c100000, 36, "narrowest"}})
	for m, want := range map[string]string{
		"0a:0b:0c:00:00:00": "wide", "0a:0b:0c:1f:00:00": "narrow", "0a:0b:0c:10:00:01": "narrowest",
	} {
		if got := x.Lookup(mac(t, m)); got != want {
			t.Errorf("%s: %q, want %q", m, got, want)
		}
	}
}

func TestReadTakesTheUsualForms(t *testing.T) {
	const list = "# comment\n" +
		"Registry,Assignment,Organization Name,Organization Address\n" +
		"MA-L,AABBC0,\"One, Inc\",\"Somewhere\"\n" +
		"AA:BB:C1\tTwo\tTwo Limited\n" +
		"AA:BB:C2:10:00:00/28\tThree\tThree GmbH\n" +
		"AABBC3\tFour\n" +
		"AABBC4 Five Ltd\n"
	x, err := Read(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	x = x.Before(Registries())
	for m, want := range map[string]string{
		"aa:bb:c0:00:00:00": "One, Inc", "aa:bb:c1:00:00:00": "Two Limited", "aa:bb:c2:1f:00:00": "Three GmbH",
		"aa:bb:c2:2f:00:00": "", "aa:bb:c3:00:00:00": "Four", "aa:bb:c4:00:00:00": "Five Ltd",
		"00:00:0c:00:00:00": "Cisco Systems, Inc",
	} {
		if got := x.Lookup(mac(t, m)); got != want {
			t.Errorf("%s: %q, want %q", m, got, want)
		}
	}
}

func TestReadRefusesWhatIsNoList(t *testing.T) {
	for _, s := range []string{"", "hello world", "AABB\tshort", "AABBCC/25\tlength", "AABBCC\t", "AABBCCDDEEFF00\tlong"} {
		if _, err := Read(strings.NewReader(s)); !errors.Is(err, ErrFile) {
			t.Errorf("%q: %v, want ErrFile", s, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("MA-L,AABBC0,\"One, Inc\",x\n")
	f.Add("AA:BB:C2:10:00:00/28\tThree\tThree GmbH\n")
	f.Fuzz(func(t *testing.T, s string) {
		x, err := Read(strings.NewReader(s))
		if err == nil && x.Len() == 0 {
			t.Error("an empty table and no error")
		}
	})
}

func FuzzUnpack(f *testing.F) {
	var b bytes.Buffer
	if err := Pack(&b, []Entry{{0x0a0b0c000000, 24, "wide"}, {0x0a0b0c100000, 28, "narrow"}}); err != nil {
		f.Fatal(err)
	}
	z, _ := gzip.NewReader(&b)
	var plain bytes.Buffer
	plain.ReadFrom(z)
	f.Add(plain.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(raw)
		w.Close()
		if x, err := unpack(packed.Bytes()); err == nil {
			x.Lookup(wire.Broadcast)
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	x, m := Registries(), mac(b, "70:b3:d5:f2:f1:23")
	b.ReportAllocs()
	for b.Loop() {
		x.Lookup(m)
	}
}

func BenchmarkUnpack(b *testing.B) {
	for b.Loop() {
		if _, err := unpack(registry); err != nil {
			b.Fatal(err)
		}
	}
}
