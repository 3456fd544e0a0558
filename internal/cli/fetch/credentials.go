package fetch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// credentials knows user names and passwords: of -u for the first URL's host, of
// .netrc for any.
type credentials struct {
	user, password string
	has            bool
	netrc          []fetch.Netrc
}

func (o *Options) credentials(s *cli.Streams, jobs []job) (*credentials, error) {
	c := &credentials{}
	if o.Netrc || o.NetrcFile != "" {
		name := o.NetrcFile
		if name == "" {
			name = filepath.Join(s.Env("HOME"), ".netrc")
		}
		text, err := os.ReadFile(name)
		switch {
		case err == nil:
			c.netrc = fetch.ParseNetrc(string(text))
		case o.NetrcFile != "" || !errors.Is(err, fs.ErrNotExist):
			return nil, readError(err)
		}
	}
	if o.User == "" {
		return c, nil
	}
	var given bool
	c.has = true
	c.user, c.password, given = strings.Cut(o.User, ":")
	if given {
		return c, nil
	}
	if len(jobs) > 0 {
		if e, ok := fetch.LookupNetrc(c.netrc, jobs[0].url.Host, c.user); ok {
			c.password = e.Password
			return c, nil
		}
	}
	var err error
	c.password, err = askPassword(s, "host", c.user)
	return c, err
}

// apply puts -u into a URL, as curl does it in place of what the URL has.
func (c *credentials) apply(u *fetch.URL) {
	if c.has {
		u.User, u.Password, u.HasUser = c.user, c.password, true
	}
}

// lookup is the client's question for URLs without a user name.
func (c *credentials) lookup(u *fetch.URL) (user, password string, ok bool) {
	e, ok := fetch.LookupNetrc(c.netrc, u.Host, "")
	return e.Login, e.Password, ok
}

// askPassword reads a password from the terminal, not from stdin, which may carry
// data.
func askPassword(s *cli.Streams, of, user string) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		if !s.InTerminal {
			return "", cli.Usagef("the password of user %q is not given, and there is no terminal to ask for it", user).
				WithHint("put it into ~/.netrc and use -n; an empty one is written USER:")
		}
		tty = os.Stdin
	} else {
		defer tty.Close() // it was only read
	}
	fmt.Fprintf(s.Err, "Password of user %s for the %s: ", cli.Escape(user), of)
	b, err := term.ReadPassword(int(tty.Fd()))
	fmt.Fprintln(s.Err)
	if err != nil {
		return "", cli.Usagef("cannot read the password: %v", err)
	}
	return string(b), nil
}

// masked hides the credentials in a line of a request's head.
func masked(line string) string {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !strings.EqualFold(name, "Authorization") && !strings.EqualFold(name, "Proxy-Authorization") {
		return line
	}
	scheme, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	return name + ": " + scheme + " [redacted]"
}

// withoutPassword hides the password that a URL on the command line has.
func withoutPassword(url string) string {
	start := 0
	if i := strings.Index(url, "//"); i >= 0 {
		start = i + 2
	}
	end := len(url)
	if i := strings.IndexAny(url[start:], "/?#"); i >= 0 {
		end = start + i
	}
	at := strings.LastIndexByte(url[start:end], '@')
	if at < 0 {
		return url
	}
	user, _, ok := strings.Cut(url[start:start+at], ":")
	if !ok {
		return url
	}
	return url[:start] + user + ":***" + url[start+at:]
}
