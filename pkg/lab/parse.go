package lab

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseRate reads bits per second: a number with bit, kbit, mbit, gbit, or k, M, G
// for the same; powers of 1000.
func ParseRate(s string) (int64, error) {
	low := strings.TrimSuffix(strings.ToLower(s), "bit")
	unit := 1.0
	switch {
	case strings.HasSuffix(low, "k"):
		unit = 1e3
	case strings.HasSuffix(low, "m"):
		unit = 1e6
	case strings.HasSuffix(low, "g"):
		unit = 1e9
	}
	low = strings.TrimRight(low, "kmg")
	n, err := strconv.ParseFloat(low, 64)
	if err != nil || !(n > 0) || n*unit < 1 || n*unit > 1e13 {
		return 0, fmt.Errorf("%q is no rate: a number with bit, kbit, mbit or gbit", s)
	}
	return int64(n * unit), nil
}

// ParseShare reads a share of frames: "5%", "0.5%", or "5", which is percent too,
// as for tc-netem(8).
func ParseShare(s string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if err != nil || !(n >= 0 && n <= 100) {
		return 0, fmt.Errorf("%q is no share from 0%% to 100%%", s)
	}
	return n / 100, nil
}
