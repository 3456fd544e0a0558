package dissect

import "bytes"

// What protocols made of lines of text share.

// textLine is the line at off: end is behind its text, next behind its CRLF or
// LF. next is -1 if it has no end.
func textLine(b []byte, off int) (end, next int) {
	i := bytes.IndexByte(b[off:], '\n')
	if i < 0 {
		return len(b), -1
	}
	end = off + i
	next = end + 1
	if end > off && b[end-1] == '\r' {
		end--
	}
	return end, next
}

// textTrim narrows [off, end) to what is between spaces and tabs.
func textTrim(b []byte, off, end int) (int, int) {
	for off < end && (b[off] == ' ' || b[off] == '\t') {
		off++
	}
	for end > off && (b[end-1] == ' ' || b[end-1] == '\t') {
		end--
	}
	return off, end
}

// textWord is the end of the word at off, at the latest end.
func textWord(b []byte, off, end int) int {
	for off < end && b[off] != ' ' && b[off] != '\t' {
		off++
	}
	return off
}

// textLower copies a short name in lower case into buf, for a switch. What is
// too long for buf is none that is known.
func textLower(buf, name []byte) []byte {
	if len(name) > len(buf) {
		return nil
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	return buf[:len(name)]
}

// textUint reads a decimal number that fills b, of at most 18 digits.
func textUint(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var v uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + uint64(c-'0')
	}
	return v, true
}

// textHead is where a head of lines ends: behind its empty line. It is 0 if
// that has not come.
func textHead(b []byte) int {
	for off := 0; ; {
		i := bytes.IndexByte(b[off:], '\n')
		if i < 0 {
			return 0
		}
		off += i + 1
		switch {
		case off < len(b) && b[off] == '\n':
			return off + 1
		case off+1 < len(b) && b[off] == '\r' && b[off+1] == '\n':
			return off + 2
		}
	}
}

// textHeader is the value of the first header with that name (in lower case)
// in the lines of a head.
func textHeader(head []byte, name string) (value []byte, ok bool) {
	_, off := textLine(head, 0)
	for off >= 0 && off < len(head) {
		end, next := textLine(head, off)
		line := head[off:end]
		if len(line) > len(name) && line[len(name)] == ':' {
			var buf [32]byte
			if string(textLower(buf[:], line[:len(name)])) == name {
				a, z := textTrim(line, len(name)+1, len(line))
				return line[a:z], true
			}
		}
		off = next
	}
	return nil, false
}

// isText reports whether b could be lines of text in ASCII or UTF-8.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}
