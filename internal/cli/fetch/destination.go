package fetch

import (
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// Target is one -o or -O: they go to the URLs in order.
type Target struct {
	File   string
	Remote bool // -O
}

type fileFlag struct{ list *[]Target }

func (fileFlag) Type() string   { return "FILE" }
func (fileFlag) String() string { return "" }
func (f fileFlag) Set(s string) error {
	if s == "" {
		return cli.Usagef("the name of a file is empty")
	}
	*f.list = append(*f.list, Target{File: s})
	return nil
}

type remoteFlag struct{ list *[]Target }

func (remoteFlag) Type() string     { return "bool" }
func (remoteFlag) String() string   { return "false" }
func (remoteFlag) IsBoolFlag() bool { return true }
func (f remoteFlag) Set(s string) error {
	on, err := strconv.ParseBool(s)
	if err != nil {
		return cli.Usagef("%q is neither true nor false", s)
	}
	if on {
		*f.list = append(*f.list, Target{Remote: true})
	}
	return nil
}

// target returns where the body of URL number i goes. After the last -o or -O, URLs
// take part in an -O that was given; else they go to stdout.
func (o *Options) target(i int) Target {
	if i < len(o.Targets) {
		return o.Targets[i]
	}
	for _, t := range o.Targets {
		if t.Remote {
			return t
		}
	}
	return Target{}
}

// place turns a target into the name of a file, "" or "-" for stdout.
func (o *Options) place(t Target, u *fetch.URL) string {
	switch {
	case t.Remote:
		return o.inDir(remoteName(u))
	case t.File == "" || t.File == "-":
		return t.File
	}
	return o.inDir(t.File)
}

func (o *Options) inDir(name string) string {
	if o.OutputDir == "" {
		return name
	}
	return filepath.Join(o.OutputDir, name)
}

// remoteName is the last part of a URL's path, or its host when there is none.
func remoteName(u *fetch.URL) string {
	name := path.Base(u.Path)
	if strings.HasSuffix(u.Path, "/") || name == "." || name == ".." || name == "/" {
		name = strings.ReplaceAll(u.Host, ":", "_")
	}
	return name
}

// suggested makes the output take the name that the server suggests.
func (o *output) suggested(h *fetch.Head) error {
	name := h.AttachmentName()
	if name == "" {
		return nil
	}
	name = o.r.o.inDir(name)
	if _, err := os.Lstat(name); err == nil {
		return &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "the server suggests the name " + name + ", which exists",
			Hint: "name a file with -o, or take that of the URL with -O alone"}
	}
	o.name = name
	return nil
}

// parents makes the folders above a file, with --create-dirs.
func (o *Options) parents(name string) error {
	if !o.CreateDirs {
		return nil
	}
	return os.MkdirAll(filepath.Dir(name), 0o750)
}

// offset is where -C continues a file.
func (o *Options) offset(name string) (int64, error) {
	if o.Continue == "" {
		return 0, nil
	}
	info, err := os.Stat(name)
	size := int64(0)
	if err == nil {
		if !info.Mode().IsRegular() {
			return 0, cli.Usagef("-C continues files, and %s is none", name)
		}
		size = info.Size()
	}
	if o.Continue == "-" {
		return size, nil
	}
	n, perr := strconv.ParseUint(o.Continue, 10, 62)
	switch {
	case perr != nil:
		return 0, cli.Usagef("-C %q is no offset: a number of bytes, or -", o.Continue)
	case err == nil && size != int64(n):
		return 0, cli.Usagef("-C %d would not continue %s, which has %d bytes", n, name, size).WithHint("-C - continues where it ends")
	}
	return int64(n), nil
}
