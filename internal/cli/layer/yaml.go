package layer

import "strings"

// appendYAML writes a JSON object of one line, which the renderer has made, as an
// item of a YAML list in block style. A general YAML library takes a hundred times as
// long and holds the whole tree.
func appendYAML(dst, object []byte) []byte {
	dst = append(dst, '-')
	dst, _ = yamlBlock(dst, object, 1, true)
	return dst
}

const yamlIndent = "                                "

// yamlBlock writes the object or list that src begins with, each member on a line of
// its own at the depth, and returns what is left of src. inline says that the first
// member goes on a line that has begun with "-".
func yamlBlock(dst, src []byte, depth int, inline bool) (_, rest []byte) {
	closing := src[0] + 2 // of '{' and '[' both
	for src = src[1:]; src[0] != closing; {
		if src[0] == ',' {
			src = src[1:]
		}
		if inline {
			dst, inline = append(dst, ' '), false
		} else {
			dst = append(dst, yamlIndent[:min(2*depth, len(yamlIndent))]...)
		}
		below := depth + 1
		if closing == '}' {
			n := scalarLen(src)
			dst, src = append(append(dst, src[1:n-1]...), ':'), src[n+1:]
		} else {
			dst = append(dst, '-')
		}
		switch {
		case src[0] == '{' || src[0] == '[':
			if src[1] == src[0]+2 { // empty
				dst, src = append(append(append(dst, ' '), src[:2]...), '\n'), src[2:]
				continue
			}
			item := closing == ']'
			if !item {
				dst = append(dst, '\n')
			}
			dst, src = yamlBlock(dst, src, below, item)
		default:
			n := scalarLen(src)
			dst = append(appendYAMLScalar(append(dst, ' '), src[:n]), '\n')
			src = src[n:]
		}
	}
	return dst, src[1:]
}

// scalarLen is the length of the JSON string, number or word that src begins with.
func scalarLen(src []byte) int {
	n := 1
	if src[0] != '"' {
		for n < len(src) && src[n] != ',' && src[n] != '}' && src[n] != ']' {
			n++
		}
		return n
	}
	for ; src[n] != '"'; n++ {
		if src[n] == '\\' {
			n++
		}
	}
	return n + 1
}

// appendYAMLScalar writes a JSON scalar. A JSON string is a YAML one as it is; plain
// it is written where it can mean nothing else: words of letters that YAML 1.1 and 1.2
// give no meaning to.
func appendYAMLScalar(dst, s []byte) []byte {
	if s[0] != '"' {
		return append(dst, s...)
	}
	text := s[1 : len(s)-1]
	for i, c := range text {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || i == len(text)-1 || c != ' ' && c != '_' && c != '.') {
			return append(dst, s...)
		}
	}
	switch strings.ToLower(string(text)) {
	case "", "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return append(dst, s...)
	}
	return append(dst, text...)
}
