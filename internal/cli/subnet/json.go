package subnet

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strconv"

	"github.com/netkit-go/netkit/pkg/subnet"
)

// jsonObject appends one JSON object, member by member, for records of which
// there may be millions.
type jsonObject struct {
	b     []byte
	first bool
}

func openJSON(b []byte) jsonObject { return jsonObject{append(b, '{'), true} }

func (j *jsonObject) close() []byte { return append(j.b, '}') }

func (j *jsonObject) key(name string) {
	if !j.first {
		j.b = append(j.b, ',')
	}
	j.first = false
	j.b = append(j.b, '"')
	j.b = append(j.b, name...)
	j.b = append(j.b, '"', ':')
}

func (j *jsonObject) addr(name string, a netip.Addr) {
	j.key(name)
	j.b = append(j.b, '"')
	j.b = subnet.AppendAddr(j.b, a)
	j.b = append(j.b, '"')
}

func (j *jsonObject) prefix(name string, p netip.Prefix) {
	j.key(name)
	j.b = append(j.b, '"')
	j.b = subnet.AppendPrefix(j.b, p)
	j.b = append(j.b, '"')
}

func (j *jsonObject) text(name, s string) {
	j.key(name)
	j.b = appendJSONString(j.b, s)
}

func (j *jsonObject) count(name string, c subnet.Count) {
	j.key(name)
	j.b = c.AppendJSON(j.b)
}

func (j *jsonObject) bool(name string, v bool) {
	j.key(name)
	j.b = strconv.AppendBool(j.b, v)
}

func appendJSONString[T string | []byte](b []byte, s T) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			var buf bytes.Buffer
			enc := json.NewEncoder(&buf)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(string(s)) // a string always encodes
			return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
