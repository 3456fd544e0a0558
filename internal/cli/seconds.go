package cli

import (
	"strconv"
	"time"
)

// Seconds is a duration that documents write as a number of seconds, exact to the
// nanosecond.
type Seconds time.Duration

func (s Seconds) String() string {
	b := strconv.AppendFloat(nil, time.Duration(s).Seconds(), 'f', 9, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return string(b)
}

// MarshalJSON implements json.Marshaler.
func (s Seconds) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }
