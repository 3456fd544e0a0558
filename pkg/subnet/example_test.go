package subnet_test

import (
	"fmt"
	"net/netip"

	"github.com/netkit-go/netkit/pkg/subnet"
)

func ExampleDecide() {
	iface := netip.MustParsePrefix("192.0.2.10/24")
	for _, dst := range []string{"192.0.2.77", "198.51.100.1", "192.0.2.255"} {
		fmt.Println(dst, subnet.Decide(iface, netip.MustParseAddr(dst)))
	}
	// Output:
	// 192.0.2.77 direct
	// 198.51.100.1 via-gateway
	// 192.0.2.255 broadcast
}

func ExampleDescribe() {
	f := subnet.Describe(netip.MustParsePrefix("192.168.10.77/26"))
	fmt.Println(f.Network, f.Broadcast, f.First, f.Last, f.Usable, f.Scope, f.Block.RFC)
	f = subnet.Describe(netip.MustParsePrefix("10.0.0.5/31"))
	fmt.Println(f.NoBroadcast())
	// Output:
	// 192.168.10.64/26 192.168.10.127 192.168.10.65 192.168.10.126 62 private RFC 1918
	// both addresses of a /31 are hosts (RFC 3021)
}

func ExampleParse() {
	for _, s := range []string{"192.0.2.1/0.0.0.63", "10.0.0.5:+4", "0xc0a80a4d", "default via fe80::1 dev eth0", "010.0.0.1"} {
		it, err := subnet.Parse(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(it, it.Form, it.Range().Count())
	}
	// Output:
	// 192.0.2.1/26 wildcard 64
	// 10.0.0.5-10.0.0.9 offset 5
	// 192.168.10.77 hex 1
	// ::/0 route 340282366920938463463374607431768211456
	// "010.0.0.1" has two readings: the octet 010 is octal to some programs and decimal to others
}

func ExampleSet() {
	all := subnet.SetOf(netip.MustParsePrefix("10.0.0.0/24"))
	used := subnet.SetOf(netip.MustParsePrefix("10.0.0.64/26"), netip.MustParsePrefix("10.0.0.128/27"))
	free := all.Minus(used)
	for p := range free.Prefixes() {
		fmt.Println(p)
	}
	next, _ := free.NextFree(26, 32)
	fmt.Println("next /26:", next, "of", free.Count())
	// Output:
	// 10.0.0.0/26
	// 10.0.0.160/27
	// 10.0.0.192/26
	// next /26: 10.0.0.0/26 of 160
}

func ExampleRange_Prefixes() {
	r := subnet.MustParse("10.0.0.5-10.0.0.9").Range()
	for p := range r.Prefixes() {
		fmt.Println(p)
	}
	fmt.Println("covering:", r.Covering())
	// Output:
	// 10.0.0.5/32
	// 10.0.0.6/31
	// 10.0.0.8/31
	// covering: 10.0.0.0/28
}

func ExampleTable() {
	var b subnet.TableBuilder[string]
	b.Add(netip.MustParsePrefix("10.0.0.0/8"), "corporate")
	b.Add(netip.MustParsePrefix("10.1.0.0/16"), "site 1")
	t := b.Table()
	m, ok := t.Lookup(netip.MustParseAddr("10.1.2.3"))
	fmt.Println(m.Prefix, m.Value, ok)
	for m := range t.Path(netip.MustParseAddr("10.1.2.3")) {
		fmt.Println(" ", m.Prefix)
	}
	// Output:
	// 10.1.0.0/16 site 1 true
	//   10.1.0.0/16
	//   10.0.0.0/8
}

func ExampleAllocate() {
	var lengths []int
	for _, hosts := range []uint64{50, 500, 10} {
		n, _ := subnet.BitsForHosts(subnet.CountOf(hosts), 32, false)
		lengths = append(lengths, n)
	}
	free := subnet.SetOf(netip.MustParsePrefix("10.0.0.0/22"))
	networks, left, err := subnet.Allocate(free, lengths, 32, subnet.LargestFirst)
	fmt.Println(networks, left.Count(), err)
	// Output:
	// [10.0.2.0/26 10.0.0.0/23 10.0.2.64/28] 432 <nil>
}

func ExamplePermutation() {
	index := subnet.NewIndex(subnet.SetOf(netip.MustParsePrefix("192.0.2.0/30")))
	order := subnet.NewPermutation(index.Count(), 42)
	seen := map[netip.Addr]bool{}
	for i := range uint64(4) {
		n, _ := order.At(subnet.CountOf(i))
		a, _ := index.At(n)
		seen[a] = true
	}
	fmt.Println(len(seen))
	// Output:
	// 4
}
