package layer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
)

// operands divides the words of the command line into files and a filter: the
// files come first, and the first word that is none begins the filter.
func (o *Options) operands(s *cli.Streams, words []string) error {
	for len(words) > 0 && isFile(words[0]) {
		o.Files = append(o.Files, words[0])
		words = words[1:]
	}
	if len(words) > 0 {
		if looksLikeFile(words[0]) {
			_, err := os.Open(words[0])
			return err
		}
		if o.Filter != "" {
			return cli.Usagef("a filter is given twice: with -f, and as the words from %q on", words[0])
		}
		o.Filter, o.words = strings.Join(words, " "), true
	}
	switch {
	case o.Dev != "" && len(o.Files) > 0:
		return cli.Usagef("--dev captures live: there is nothing to do for the file %s", o.Files[0])
	case o.Dev == "" && len(o.Files) == 0:
		if s.InTerminal {
			return cli.Usagef("no input: name a capture file, pipe one in, or use --dev INTERFACE").WithHint("see netkit layer dump --help")
		}
		o.Files = []string{"-"}
	}
	if n := len(slices.DeleteFunc(slices.Clone(o.Files), func(f string) bool { return f != "-" })); n > 1 {
		return cli.Usagef("standard input is named %d times", n)
	}
	return nil
}

func isFile(word string) bool {
	if word == "-" {
		return true
	}
	_, err := os.Stat(word)
	return err == nil
}

// looksLikeFile says whether a word that names no file was meant to.
func looksLikeFile(word string) bool {
	if strings.ContainsAny(word, " ()[]") {
		return false
	}
	return strings.HasPrefix(word, "/") || strings.HasPrefix(word, "./") || strings.HasPrefix(word, "../") ||
		slices.Contains(captureExtensions, strings.TrimPrefix(filepath.Ext(word), "."))
}
