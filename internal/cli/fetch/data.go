package fetch

import (
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// Data is one -d, --data-raw, --data-binary or --data-urlencode.
type Data struct {
	Text string
	Kind dataKind
}

type dataKind uint8

const (
	formData    dataKind = iota // @FILE without its line breaks
	rawData                     // an @ is an @
	binaryData                  // @FILE as it is
	encodedData                 // percent-encoded
)

type dataFlag struct {
	list *[]Data
	kind dataKind
}

func (dataFlag) Type() string   { return "DATA" }
func (dataFlag) String() string { return "" }
func (f dataFlag) Set(s string) error {
	*f.list = append(*f.list, Data{s, f.kind})
	return nil
}

// joined reads what the data flags send.
func (o *Options) joined(s *cli.Streams) ([]byte, error) {
	var all []byte
	for i, d := range o.Data {
		if i > 0 {
			all = append(all, '&')
		}
		b, err := d.read(s)
		if err != nil {
			return nil, readError(err)
		}
		all = append(all, b...)
	}
	return all, nil
}

func (d Data) read(s *cli.Streams) ([]byte, error) {
	name, isFile := strings.CutPrefix(d.Text, "@")
	switch {
	case d.Kind == encodedData:
		return d.encode(s)
	case d.Kind == rawData || !isFile:
		return []byte(d.Text), nil
	}
	data, err := readInput(s, name)
	if err != nil || d.Kind == binaryData {
		return data, err
	}
	// As with curl, line breaks and NUL bytes of files are left out.
	kept := data[:0]
	for _, c := range data {
		if c != '\r' && c != '\n' && c != 0 {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// encode reads the five forms of --data-urlencode: the name before = or @ stays as
// it is.
func (d Data) encode(s *cli.Streams) ([]byte, error) {
	name, content := "", d.Text
	if i := strings.IndexAny(d.Text, "=@"); i >= 0 {
		name, content = d.Text[:i], d.Text[i+1:]
		if d.Text[i] == '@' {
			b, err := readInput(s, content)
			if err != nil {
				return nil, err
			}
			content = string(b)
		}
	}
	if name != "" {
		name += "="
	}
	return []byte(name + url.QueryEscape(content)), nil
}

// content returns what all URLs are sent, by -d or -F; nil for nothing.
func (o *Options) content(s *cli.Streams, boundary func() string) (*fetch.Body, error) {
	switch {
	case len(o.Form) > 0:
		parts, err := o.parts(s)
		if err != nil {
			return nil, err
		}
		return fetch.FormBody(parts, boundary()), nil
	case len(o.Data) > 0 && !o.Get:
		b, err := o.joined(s)
		if err != nil {
			return nil, err
		}
		return fetch.BytesBody(b, "application/x-www-form-urlencoded"), nil
	}
	return nil, nil
}

// upload returns the content of -T.
func upload(s *cli.Streams, name string) (*fetch.Body, error) {
	if name == "-" || name == "." {
		return streamBody(s.In), nil
	}
	return fileBody(name)
}

// fileBody is a file's content. One that is no regular file has no known length.
func fileBody(name string) (*fetch.Body, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, readError(err)
	case info.IsDir():
		return nil, readError(errors.New(name + " is a folder"))
	}
	b := &fetch.Body{Length: -1, Open: func() (io.ReadCloser, error) { return os.Open(name) }}
	if info.Mode().IsRegular() {
		b.Length = info.Size()
		f, err := os.Open(name) // what cannot be read is known before anything is sent
		if err != nil {
			return nil, readError(err)
		}
		_ = f.Close() // nothing was read
	}
	return b, nil
}

// streamBody is what can be read only once.
func streamBody(r io.Reader) *fetch.Body {
	used := false
	return &fetch.Body{Length: -1, MayBlock: true, Open: func() (io.ReadCloser, error) {
		if used {
			return nil, &fetch.Error{Code: fetch.CannotRewind, Layer: fetch.LayerFile, Message: "the content came from stdin and cannot be sent a second time",
				Hint: "send it from a file"}
		}
		used = true
		return io.NopCloser(r), nil
	}}
}

func readError(err error) error {
	var own *fetch.Error
	if errors.As(err, &own) {
		return own
	}
	return &fetch.Error{Code: fetch.ReadError, Layer: fetch.LayerFile, Message: "cannot read " + err.Error(), Err: err}
}

// uploadURL adds the file's name to a URL that ends with a slash, as curl does.
func uploadURL(u *fetch.URL, file string) {
	if strings.HasSuffix(u.Path, "/") && file != "-" && file != "." {
		u.Path += url.PathEscape(filepath.Base(file))
	}
}
