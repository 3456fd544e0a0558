package fetch

// multipart/form-data: RFC 7578, on RFC 2046 section 5.1.

import (
	"io"
	"mime"
	"path/filepath"
	"strings"
)

// Part is one field of a form.
type Part struct {
	Name     string
	FileName string // "": none
	Type     string // Content-Type; "": none
	Header   []string
	Content  *Body
}

// FormBody is a form with its parts. The boundary must not occur in them: it is the
// caller's to choose at random.
func FormBody(parts []Part, boundary string) *Body {
	type piece struct {
		head string
		body *Body
	}
	var list []piece
	total, mayBlock := int64(0), false
	for _, p := range parts {
		var h strings.Builder
		h.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + formEscape(p.Name) + "\"")
		if p.FileName != "" {
			h.WriteString("; filename=\"" + formEscape(p.FileName) + "\"")
		}
		h.WriteString("\r\n")
		if p.Type != "" {
			h.WriteString("Content-Type: " + p.Type + "\r\n")
		}
		for _, l := range p.Header {
			h.WriteString(l + "\r\n")
		}
		h.WriteString("\r\n")
		list = append(list, piece{h.String(), p.Content})
		mayBlock = mayBlock || p.Content.MayBlock
		if total >= 0 && p.Content.Length >= 0 {
			total += int64(h.Len()) + p.Content.Length + 2
		} else {
			total = -1
		}
	}
	end := "--" + boundary + "--\r\n"
	if total >= 0 {
		total += int64(len(end))
	}
	return &Body{Type: "multipart/form-data; boundary=" + boundary, Length: total, MayBlock: mayBlock, Open: func() (io.ReadCloser, error) {
		var readers []io.Reader
		var open closers
		for _, p := range list {
			r, err := p.body.Open()
			if err != nil {
				_ = open.Close() // they were only read
				return nil, err
			}
			open = append(open, r)
			var content io.Reader = r
			if p.body.Length >= 0 {
				content = &exactly{r: r, left: p.body.Length}
			}
			readers = append(readers, strings.NewReader(p.head), content, strings.NewReader("\r\n"))
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(append(readers, strings.NewReader(end))...), open}, nil
	}}
}

// formEscape is HTML's rule for names, which curl follows since 7.81.
func formEscape(s string) string {
	return strings.NewReplacer("\"", "%22", "\r", "%0D", "\n", "%0A").Replace(s)
}

// exactly reads as many bytes as were announced: a file that has shrunk since is an
// error, not a shorter form.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

type closers []io.Closer

func (c closers) Close() (err error) {
	for _, x := range c {
		if cerr := x.Close(); err == nil {
			err = cerr
		}
	}
	return err
}

// FileType guesses a file's media type from its name, as curl does it: from a
// short list; "" when it is not there.
func FileType(name string) string {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".gif":
		return "image/gif"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".png":
		return "image/png"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain"
	case ".htm", ".html":
		return "text/html"
	case ".pdf":
		return "application/pdf"
	case ".xml":
		return "application/xml"
	}
	return ""
}

// AttachmentName returns the file name that a response suggests in
// Content-Disposition (RFC 6266), made safe: one path element that does not begin
// with a dot and has no control characters; "" when there is none.
func (h *Head) AttachmentName() string {
	field := h.Get("Content-Disposition")
	_, params, err := mime.ParseMediaType(field)
	name := params["filename"]
	if i := strings.Index(strings.ToLower(field), "filename="); err != nil && i >= 0 { // a name that wants quotes and has none
		name, _, _ = strings.Cut(field[i+len("filename="):], ";")
		name = strings.Trim(name, " \t\"")
	}
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, name)
	if strings.HasPrefix(name, ".") {
		name = "_" + name[1:]
	}
	if len(name) > 255 {
		name = name[:255]
	}
	return name
}
