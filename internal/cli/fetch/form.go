package fetch

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	mathrand "math/rand/v2"
	"path/filepath"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// Field is one -F or --form-string.
type Field struct {
	Text string
	Raw  bool // @, < and ; mean themselves
}

type formFlag struct {
	list *[]Field
	raw  bool
}

func (formFlag) Type() string   { return "NAME=TEXT" }
func (formFlag) String() string { return "" }
func (f formFlag) Set(s string) error {
	if name, _, ok := strings.Cut(s, "="); !ok || name == "" {
		return cli.Usagef("%q is not NAME=CONTENT", s)
	}
	*f.list = append(*f.list, Field{s, f.raw})
	return nil
}

// parts reads the fields of the form. Several files of one field, NAME=@A,B, are
// parts of their own with the same name, as RFC 7578 4.3 has it.
func (o *Options) parts(s *cli.Streams) ([]fetch.Part, error) {
	var list []fetch.Part
	for _, f := range o.Form {
		name, rest, _ := strings.Cut(f.Text, "=")
		if f.Raw {
			list = append(list, fetch.Part{Name: name, Content: fetch.BytesBody([]byte(rest), "")})
			continue
		}
		kind := byte(0)
		if rest != "" && (rest[0] == '@' || rest[0] == '<') {
			kind, rest = rest[0], rest[1:]
		}
		for more := true; more; {
			var word string
			var params map[string]string
			var err error
			if word, params, rest, more, err = formWord(rest, kind == '@'); err != nil {
				return nil, err
			}
			p := fetch.Part{Name: name, Type: params["type"], FileName: params["filename"]}
			switch {
			case kind == 0:
				p.Content = fetch.BytesBody([]byte(word), "")
			case word == "-":
				p.Content = streamBody(s.In)
			default:
				if p.Content, err = fileBody(word); err != nil {
					return nil, err
				}
			}
			if kind == '@' && p.FileName == "" {
				p.FileName = filepath.Base(word)
			}
			switch {
			case p.Type != "":
			case kind == '@':
				p.Type = cmp.Or(fetch.FileType(p.FileName), "application/octet-stream")
			case kind == '<':
				p.Type = fetch.FileType(word)
			}
			list = append(list, p)
		}
	}
	return list, nil
}

// formWord reads CONTENT[;type=T][;filename=F] and, where commas separate files,
// says whether another follows.
func formWord(s string, files bool) (word string, params map[string]string, rest string, more bool, err error) {
	stop := ";"
	if files {
		stop = ";,"
	}
	word, rest = formToken(s, stop)
	params = map[string]string{}
	for strings.HasPrefix(rest, ";") {
		var token string
		key, value, ok := strings.Cut(strings.TrimLeft(rest[1:], " "), "=")
		key = strings.ToLower(key)
		if !ok || key != "type" && key != "filename" {
			if files {
				return "", nil, "", false, cli.Usagef("%q in a form: after a file ;type= and ;filename= may follow", clipText(rest))
			}
			return s, params, "", false, nil // a semicolon of the text's own
		}
		if key == "type" { // its own parameters have semicolons: type=text/plain;charset=utf-8
			token, rest = typeToken(value, stop)
		} else {
			token, rest = formToken(value, stop)
		}
		params[key] = token
	}
	if strings.HasPrefix(rest, ",") {
		return word, params, rest[1:], true, nil
	}
	return word, params, "", false, nil
}

// formToken reads up to one of the bytes in stop; in double quotes they mean
// themselves, with \ before " and \.
func formToken(s, stop string) (token, rest string) {
	if !strings.HasPrefix(s, `"`) {
		i := strings.IndexAny(s, stop)
		if i < 0 {
			return s, ""
		}
		return s[:i], s[i:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			rest = s[i+1:]
			if j := strings.IndexAny(rest, stop); j >= 0 {
				return b.String(), rest[j:]
			}
			return b.String(), ""
		default:
			b.WriteByte(s[i])
		}
	}
	return s, "" // the quote is not closed: it is a quote
}

// typeToken reads a media type with its parameters.
func typeToken(s, stop string) (token, rest string) {
	token, rest = formToken(s, stop)
	for strings.HasPrefix(rest, ";") {
		next, after := formToken(rest[1:], stop)
		key, _, ok := strings.Cut(strings.TrimSpace(next), "=")
		if key = strings.ToLower(key); !ok || key == "filename" || key == "type" {
			return token, rest
		}
		token, rest = token+";"+next, after
	}
	return token, rest
}

func clipText(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// boundary returns a random multipart boundary; in virtual time it comes from the
// seed.
func boundary(virtual bool, seed uint64) string {
	b := make([]byte, 8)
	if virtual {
		r := mathrand.New(mathrand.NewPCG(seed, 0x666f726d)) // a stream of its own: "form"
		for i := range b {
			b[i] = byte(r.Uint64())
		}
	} else {
		_, _ = rand.Read(b) // it never fails
	}
	return strings.Repeat("-", 24) + hex.EncodeToString(b)
}
