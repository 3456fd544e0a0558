// Command netipxmerge merges the prefixes of a file with netipx's IPSetBuilder,
// the yardstick for netkit subnet merge.
package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"

	"go4.org/netipx"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	var b netipx.IPSetBuilder
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		p, err := netip.ParsePrefix(sc.Text())
		if err != nil {
			return err
		}
		b.AddPrefix(p)
	}
	if err := sc.Err(); err != nil {
		return err
	}
	s, err := b.IPSet()
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(os.Stdout, 64<<10)
	var buf []byte
	for _, p := range s.Prefixes() {
		buf = append(p.AppendTo(buf[:0]), '\n')
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return w.Flush()
}
