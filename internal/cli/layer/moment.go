package layer

import (
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
)

// moment is a limit of --after and --before: a time, or a distance from the first
// packet.
type moment struct {
	set      bool
	relative bool
	ns       int64 // since the Unix epoch, or since the first packet
}

// parseMoment reads RFC 3339, a date and time without a zone (which is local's), a
// number of seconds, or a duration such as 1m30s; the last two count from the first
// packet, and may have a plus before them. @N is N seconds since the Unix epoch.
func parseMoment(s string, local *time.Location) (moment, error) {
	m := moment{set: true}
	rest, epoch := strings.CutPrefix(s, "@")
	if ns, ok := parseSeconds(strings.TrimPrefix(rest, "+")); ok {
		m.relative, m.ns = !epoch, ns
		return m, nil
	}
	if !epoch {
		if d, err := time.ParseDuration(strings.TrimPrefix(s, "+")); err == nil && d >= 0 {
			m.relative, m.ns = true, int64(d)
			return m, nil
		}
		for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02"} {
			if t, err := time.ParseInLocation(form, s, local); err == nil && t.Year() >= 1970 && t.Year() <= maxYear {
				m.ns = t.UnixNano()
				return m, nil
			}
		}
	}
	return m, cli.Usagef("%q is no time", s).WithHint("write 2026-01-31T12:00:00Z, or 90, 1.5 or 1m30s after the first packet, or @1750000000")
}

// maxYear is the last whose times fit 64 bits of nanoseconds.
const maxYear = 2261

// parseSeconds reads a decimal number of seconds that is not negative.
func parseSeconds(s string) (ns int64, ok bool) {
	whole, frac, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > 10 || len(frac) > 9 || strings.TrimLeft(whole+frac, "0123456789") != "" {
		return 0, false
	}
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec > 1<<33 {
		return 0, false
	}
	n, err := strconv.ParseInt((frac + "000000000")[:9], 10, 64)
	return sec*1e9 + n, err == nil
}

// from is the limit in nanoseconds since the Unix epoch.
func (m moment) from(first int64) int64 {
	if m.relative {
		return first + m.ns
	}
	return m.ns
}
