package fetch

import (
	"io"
	"os"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// readInput reads a file, or stdin for "-".
func readInput(s *cli.Streams, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(s.In)
	}
	return os.ReadFile(name)
}

// readFormat returns the text of -w, which @FILE reads from a file.
func readFormat(s *cli.Streams, format string) (string, error) {
	name, ok := strings.CutPrefix(format, "@")
	if !ok {
		return format, nil
	}
	b, err := readInput(s, name)
	if err != nil {
		return "", &fetch.Error{Code: fetch.ReadError, Layer: fetch.LayerFile, Message: "cannot read " + err.Error(), Err: err}
	}
	return string(b), nil
}
