package fetch

// What may be tried again: RFC 9110 section 10.2.3 (Retry-After).

import (
	"errors"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// TransientStatus reports whether a status may be another one soon: curl's list.
func TransientStatus(status int) bool {
	switch status {
	case 408, 429, 500, 502, 503, 504:
		return true
	}
	return false
}

// Transient reports whether a failure may pass by itself, as curl's --retry has
// it: time limits, and names that cannot be resolved just now. Statuses are not
// failures here, see [TransientStatus].
func Transient(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Code == TimedOut || e.Code == CannotResolve || e.Code == CannotResolveProxy)
}

// Refused reports whether a connection was refused.
func Refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// RetryAfter returns how long a response asks to wait, 0 when it does not say.
func (h *Head) RetryAfter(now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, ok := parseCookieDate(v); ok && strings.Contains(v, ":") {
		return max(0, t.Sub(now))
	}
	return 0
}
