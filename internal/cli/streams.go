package cli

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Streams is a command's view of the process it runs in.
type Streams struct {
	In  io.Reader
	Out io.Writer // data
	Err io.Writer // messages and progress

	InTerminal  bool
	OutTerminal bool
	ErrTerminal bool

	// LookupEnv reads the environment; nil means that it is empty.
	LookupEnv func(name string) (string, bool)

	// Columns is the width of the terminal behind Out; 0 when unknown.
	Columns int
}

// OS returns the streams of this process.
func OS() *Streams {
	s := &Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		LookupEnv:   os.LookupEnv,
	}
	if s.OutTerminal {
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			s.Columns = w
		}
	}
	return s
}

// Env returns an environment variable, "" when it is not set.
func (s *Streams) Env(name string) string {
	if s.LookupEnv == nil {
		return ""
	}
	v, _ := s.LookupEnv(name)
	return v
}

// Width is the number of columns that text may use: COLUMNS, else the
// terminal's width, else 80.
func (s *Streams) Width() int {
	if n, err := strconv.Atoi(s.Env("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if s.Columns > 0 {
		return s.Columns
	}
	return 80
}

// Color reports whether text on Out may be coloured: on a terminal that is not
// dumb, unless NO_COLOR is set and not empty or CLICOLOR is 0; elsewhere only when
// CLICOLOR_FORCE is set and not 0. NO_COLOR wins.
func (s *Streams) Color() bool {
	if s.Env("NO_COLOR") != "" {
		return false
	}
	if f := s.Env("CLICOLOR_FORCE"); f != "" && f != "0" {
		return true
	}
	return s.OutTerminal && s.Env("TERM") != "dumb" && s.Env("CLICOLOR") != "0"
}

// Progress reports whether progress may be drawn on Err.
func (s *Streams) Progress() bool { return s.ErrTerminal && s.Env("TERM") != "dumb" }
