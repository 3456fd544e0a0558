package fetch

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// cookies returns the jar, nil when cookies are not kept, and the literal ones of -b.
func (o *Options) cookies(s *cli.Streams, now time.Time) (*fetch.Jar, string, error) {
	var jar *fetch.Jar
	var literal []string
	if o.CookieJar != "" {
		jar = &fetch.Jar{}
	}
	for _, b := range o.Cookie {
		if strings.ContainsRune(b, '=') {
			if strings.ContainsAny(b, "\r\n\x00") {
				return nil, "", cli.Usagef("-b %q has a line break or NUL byte in it", b)
			}
			literal = append(literal, strings.Trim(b, "; "))
			continue
		}
		if jar == nil {
			jar = &fetch.Jar{}
		}
		if b == "" {
			continue
		}
		if err := loadCookies(s, jar, b, now); err != nil {
			return nil, "", err
		}
	}
	if o.JunkSession && jar != nil {
		jar.DropSession()
	}
	return jar, strings.Join(literal, "; "), nil
}

func loadCookies(s *cli.Streams, jar *fetch.Jar, name string, now time.Time) error {
	in := s.In
	if name != "-" {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // as curl: the file of -c does not exist at first
		}
		if err != nil {
			return readError(err)
		}
		defer f.Close() // it was only read
		in = f
	}
	if err := jar.Load(in, now); err != nil {
		return readError(err)
	}
	return nil
}

// saveCookies writes the file of -c.
func (r *runner) saveCookies() error {
	name := r.o.CookieJar
	if name == "" {
		return nil
	}
	if name == "-" {
		if err := r.net.cfg.Cookies.Save(r.s.Out); err != nil {
			return describe(stdoutError(err))
		}
		return nil
	}
	f, err := cli.CreateFile(name)
	if err == nil {
		if err = r.net.cfg.Cookies.Save(io.Writer(f)); err == nil {
			err = f.Commit()
		}
		f.Discard()
	}
	if err != nil {
		return &cli.Error{Code: "write", Exit: int(fetch.WriteError), Message: "cannot write the cookies: " + err.Error(), Err: err}
	}
	return nil
}
