// Command gen writes what is made from netkit's command tree: the completion
// scripts in completions/, the manual pages in man/ and the JSON Schemas in
// docs/schema/. It is run by go generate; its test fails when a file is not as it
// would write it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/root"
)

func main() {
	dir := flag.String("o", ".", "the root of the module")
	flag.Parse()
	if err := write(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	files, err := all(date(os.Getenv("SOURCE_DATE_EPOCH")))
	if err != nil {
		return err
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// date is the date in the manual pages: that of SOURCE_DATE_EPOCH, and none when
// it is not set, so that the pages change only when their text does.
func date(epoch string) string {
	n, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return ""
	}
	return time.Unix(n, 0).UTC().Format("2006-01-02")
}

// all returns the files by their path in the module.
func all(date string) (map[string][]byte, error) {
	cmd, _ := root.New(&cli.Streams{})
	files := map[string][]byte{}
	for name, text := range manuals(cmd, date) {
		files["man/"+name] = text
	}
	for name, doc := range schemas() {
		text, err := schema(name, doc)
		if err != nil {
			return nil, err
		}
		files["docs/schema/"+name] = text
	}
	for _, c := range []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"netkit.bash", func(b *bytes.Buffer) error { return cmd.GenBashCompletionV2(b, true) }},
		{"_netkit", func(b *bytes.Buffer) error { return cmd.GenZshCompletion(b) }},
		{"netkit.fish", func(b *bytes.Buffer) error { return cmd.GenFishCompletion(b, true) }},
		{"netkit.ps1", func(b *bytes.Buffer) error { return cmd.GenPowerShellCompletionWithDesc(b) }},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil {
			return nil, err
		}
		files["completions/"+c.name] = b.Bytes()
	}
	return files, nil
}
