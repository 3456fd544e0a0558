package fetch

// The .netrc file of ftp(1), as curl reads it: machine, default, login, password,
// account, macdef; "quoted" tokens with \", \\, \n, \r, \t.

import "strings"

// Netrc is what a .netrc file says of one machine.
type Netrc struct {
	Machine         string // "" is the default
	Login, Password string
}

// ParseNetrc reads a file's text. What is not understood is passed over.
func ParseNetrc(text string) []Netrc {
	var list []Netrc
	macro := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if macro { // "a macro ends with an empty line"
			macro = strings.TrimSpace(line) != ""
			continue
		}
		tokens := netrcTokens(line)
		for i := 0; i < len(tokens); i++ {
			value := ""
			if i+1 < len(tokens) {
				value = tokens[i+1]
			}
			switch strings.ToLower(tokens[i]) {
			case "machine":
				list = append(list, Netrc{Machine: strings.ToLower(value)})
				i++
			case "default":
				list = append(list, Netrc{})
			case "login":
				if len(list) > 0 {
					list[len(list)-1].Login = value
				}
				i++
			case "password":
				if len(list) > 0 {
					list[len(list)-1].Password = value
				}
				i++
			case "account":
				i++
			case "macdef":
				macro = true
				i = len(tokens)
			}
		}
	}
	return list
}

func netrcTokens(line string) (list []string) {
	for {
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == '#' {
			return list
		}
		if line[0] != '"' {
			end := strings.IndexAny(line, " \t")
			if end < 0 {
				end = len(line)
			}
			list, line = append(list, line[:end]), line[end:]
			continue
		}
		var b strings.Builder
		i := 1
		for ; i < len(line) && line[i] != '"'; i++ {
			c := line[i]
			if c == '\\' && i+1 < len(line) {
				i++
				switch c = line[i]; c {
				case 'n':
					c = '\n'
				case 'r':
					c = '\r'
				case 't':
					c = '\t'
				}
			}
			b.WriteByte(c)
		}
		list, line = append(list, b.String()), line[min(i+1, len(line)):]
	}
}

// LookupNetrc returns the entry for a host, and for a user when one is given; the
// default's when no machine has that name.
func LookupNetrc(list []Netrc, host, user string) (Netrc, bool) {
	for _, want := range []string{strings.ToLower(host), ""} {
		for _, e := range list {
			if e.Machine == want && (user == "" || e.Login == user) {
				return e, true
			}
		}
	}
	return Netrc{}, false
}
