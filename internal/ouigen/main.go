// Command ouigen makes the registry that package oui embeds, from the IEEE
// Registration Authority's public CSV files oui.csv (MA-L), mam.csv (MA-M),
// oui36.csv (MA-S) and iab.csv (IAB), which Debian's package ieee-data carries and
// https://standards-oui.ieee.org/ publishes. The IEEE asserts no copyright in them.
//
//	go run ./internal/ouigen -o pkg/capture/oui/registry.gz /usr/share/ieee-data/*.csv
package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/netkit-go/netkit/pkg/capture/oui"
)

func main() {
	out := flag.String("o", "registry.gz", "where to write")
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "ouigen:", err)
		os.Exit(1)
	}
}

func run(out string, files []string) error {
	var all []oui.Entry
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, row := range rows[1:] {
			e, ok := oui.ParsePrefix(row[1])
			e.Name = strings.Join(strings.Fields(row[2]), " ")
			if !ok {
				return fmt.Errorf("%s: prefix %q", name, row[1])
			}
			// The registries list the blocks that were cut up as the IEEE's own.
			if e.Name != "" && e.Name != "IEEE Registration Authority" {
				all = append(all, e)
			}
		}
	}
	var b bytes.Buffer
	if err := oui.Pack(&b, all); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}
