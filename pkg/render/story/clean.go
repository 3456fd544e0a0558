package story

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes text that came from outside safe on one line: control characters, bytes
// that are not UTF-8 and characters that cannot be seen are written as \xNN or \u{N}.
func clean(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && n == 1, c < 0x20, c >= 0x7f && c < 0xa0:
			for _, x := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\x%02x`, x)
			}
		case !unicode.IsPrint(c):
			fmt.Fprintf(&b, `\u{%x}`, c)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// value writes a fact's value for people.
func (f *Fact) value() string {
	v := f.Value
	switch {
	case v.IsText:
		return clean(v.Text)
	case f.Unit == "ns":
		return duration(v.Number)
	}
	s := strconv.FormatInt(v.Number, 10)
	switch {
	case f.Unit == "":
		return s
	case v.Number == 1:
		return s + " " + strings.TrimSuffix(f.Unit, "s")
	}
	return s + " " + f.Unit
}

// missing says whether the fact is that something did not happen.
func (f *Fact) missing() bool { return f.Value.IsText && f.Value.Text == Missing }

// packets writes "packet 1" or "packets 1, 3-5". Of a long list it writes the
// beginning and the last one.
func packets(list []int) string {
	if len(list) == 1 {
		return "packet " + strconv.Itoa(list[0])
	}
	var runs []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		s := strconv.Itoa(list[i])
		if j > i {
			s += "-" + strconv.Itoa(list[j])
		}
		runs = append(runs, s)
		i = j + 1
	}
	if len(runs) > maxListed {
		return fmt.Sprintf("packets %s, … %d (%d in all)", strings.Join(runs[:maxListed-1], ", "), list[len(list)-1], len(list))
	}
	return "packets " + strings.Join(runs, ", ")
}

// segmentText is a row of the ladder in words: flags, numbers, length.
func (r *Row) segmentText() string {
	s := r.Flags + " seq=" + strconv.FormatUint(uint64(r.Seq), 10)
	if strings.Contains(r.Flags, "ACK") {
		s += " ack=" + strconv.FormatUint(uint64(r.Ack), 10)
	}
	if r.Len > 0 {
		s += " len=" + strconv.FormatUint(uint64(r.Len), 10)
	}
	return s + " win=" + strconv.FormatUint(uint64(r.Window), 10)
}

// gap stands for rows of the ladder that are not drawn.
type gap struct {
	row  *Row // nil: hidden rows
	hide int
}

// sketch chooses the rows of a drawing: all when they are few, else the beginning, the
// end and what is worth a look.
func (l *Ladder) sketch(most int) []gap {
	n := len(l.Rows)
	show := make([]bool, n)
	if n <= most {
		for i := range show {
			show[i] = true
		}
	} else {
		left := most
		mark := func(i int) {
			if i >= 0 && i < n && !show[i] && left > 0 {
				show[i] = true
				left--
			}
		}
		for i := range most / 3 {
			mark(i)
		}
		for i := range most / 5 {
			mark(n - 1 - i)
		}
		for i := range l.Rows {
			r := &l.Rows[i]
			if r.Lost != "" || r.Again != "" || r.ClientState != "" || r.ServerState != "" || strings.Contains(r.Flags, "RST") {
				mark(i)
			}
		}
	}
	var out []gap
	for i := range l.Rows {
		switch {
		case show[i]:
			out = append(out, gap{row: &l.Rows[i]})
		case len(out) > 0 && out[len(out)-1].row == nil:
			out[len(out)-1].hide++
		default:
			out = append(out, gap{hide: 1})
		}
	}
	if l.Omitted > 0 {
		out = append(out, gap{hide: l.Omitted})
	}
	return out
}
