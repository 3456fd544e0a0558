package layers

import (
	"errors"
	"time"
)

// TimeForm is how a packet's time is written.
type TimeForm uint8

// The forms.
const (
	Absolute TimeForm = iota // the time of day; in the tree with the date
	Relative                 // seconds since the first packet of the file
	Delta                    // seconds since the packet before
	Epoch                    // seconds since 1970
)

// TimeForms names them, in order.
var TimeForms = []string{"absolute", "relative", "delta", "epoch"}

// ErrTimeForm is returned for a name that TimeForms does not hold.
var ErrTimeForm = errors.New("no such form of time")

// ParseTimeForm reads one of TimeForms.
func ParseTimeForm(s string) (TimeForm, error) {
	for i, name := range TimeForms {
		if s == name {
			return TimeForm(i), nil
		}
	}
	return 0, ErrTimeForm
}

// When is a packet's time and those that it may be measured from, in nanoseconds
// since the Unix epoch.
type When struct {
	Time, First, Prev int64
	None              bool // the file states no time for the packet
}

// clock writes times. Formatting a date is slow, and packets of one second follow
// one another: the text of the last second is kept.
type clock struct {
	loc    *time.Location
	second int64
	known  bool
	date   []byte // 2006-01-02T15:04:05
	zone   []byte // Z or +02:00
}

func (c *clock) set(ns int64) (frac int64) {
	s := ns / 1e9
	frac = ns % 1e9
	if frac < 0 {
		s, frac = s-1, frac+1e9
	}
	if !c.known || s != c.second {
		t := time.Unix(s, 0).In(c.loc)
		c.date = t.AppendFormat(c.date[:0], "2006-01-02T15:04:05")
		c.zone = t.AppendFormat(c.zone[:0], "Z07:00")
		c.second, c.known = s, true
	}
	return frac
}

// appendRFC3339 writes the date and time with nine decimals.
func (c *clock) appendRFC3339(dst []byte, ns int64) []byte {
	frac := c.set(ns)
	dst = append(append(dst, c.date...), '.')
	dst = appendDigits(dst, uint64(frac), 9)
	return append(dst, c.zone...)
}

// appendDay writes the time of day with six decimals, as tcpdump does.
func (c *clock) appendDay(dst []byte, ns int64) []byte {
	frac := c.set(ns)
	dst = append(append(dst, c.date[len(c.date)-8:]...), '.')
	return appendDigits(dst, uint64(frac)/1000, 6)
}

// appendTime writes a packet's time in the form that was asked for. day says that
// an absolute time goes without the date.
func (r *Renderer) appendTime(dst []byte, w When, day bool) []byte {
	decimals := 9
	if day {
		decimals = 6
	}
	switch {
	case w.None:
		return append(dst, "no time"...)
	case r.c.Time == Relative:
		return appendSeconds(dst, w.Time-w.First, decimals)
	case r.c.Time == Delta:
		return appendSeconds(dst, w.Time-w.Prev, decimals)
	case r.c.Time == Epoch:
		return appendSeconds(dst, w.Time, decimals)
	case day:
		return r.clock.appendDay(dst, w.Time)
	}
	return r.clock.appendRFC3339(dst, w.Time)
}
