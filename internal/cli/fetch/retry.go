package fetch

import (
	"errors"
	"fmt"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// longestWait ends the doubling of the time between tries. It is curl's.
const longestWait = 10 * time.Minute

// retry counts the tries of one URL.
type retry struct {
	o     *Options
	begun time.Time
	done  int           // tries that were made again
	wait  time.Duration // before the next
}

func (o *Options) newRetry(now time.Time) *retry {
	w := o.RetryDelay
	if w == 0 {
		w = time.Second
	}
	return &retry{o: o, begun: now, wait: w}
}

// answer reports whether a response will be asked for again, so that its body is
// nothing to write.
func (t *retry) answer(h *fetch.Head, now time.Time) bool {
	if t.done >= t.o.Retry || !fetch.TransientStatus(h.Status) && !(t.o.RetryAll && t.failing() && h.Status >= 400) {
		return false
	}
	return t.inTime(max(t.wait, h.RetryAfter(now)), now)
}

// inTime reports whether there is time for another try after a wait.
func (t *retry) inTime(wait time.Duration, now time.Time) bool {
	m := t.o.RetryMaxTime
	return m == 0 || now.Sub(t.begun)+wait <= m
}

// failing reports whether a status of 400 or more is an error.
func (t *retry) failing() bool { return t.o.Fail || t.o.FailWithBody }

// next says whether to try again after a try that ended with err, after which wait,
// and why.
func (t *retry) next(res *fetch.Result, err error, now time.Time) (wait time.Duration, why string, again bool) {
	if t.done >= t.o.Retry {
		return 0, "", false
	}
	var e *fetch.Error
	errors.As(err, &e)
	var head *fetch.Head
	if x := res.Last(); x != nil {
		head = x.Head
	}
	asked := time.Duration(0)
	switch {
	case e != nil && (e.Code == fetch.WriteError || e.Code == fetch.ReadError || e.Code == fetch.Aborted):
		return 0, "", false // nothing that another try would change
	case head != nil && fetch.TransientStatus(head.Status) && (e == nil || e.Code == fetch.HTTPError):
		why, asked = fmt.Sprintf("status %d", head.Status), head.RetryAfter(now)
	case e != nil && fetch.Transient(e), e != nil && t.o.RetryRefused && fetch.Refused(e), e != nil && t.o.RetryAll:
		why = e.Message
	default:
		return 0, "", false
	}
	wait = max(t.wait, asked)
	if !t.inTime(wait, now) {
		return 0, "", false
	}
	t.done++
	if t.o.RetryDelay == 0 {
		t.wait = min(2*t.wait, longestWait)
	}
	return wait, why, true
}

// resume makes the next request continue what has been written. It says no when
// what was written cannot be continued nor taken back.
func (o *output) resume(req *fetch.Request, res *fetch.Result) bool {
	if o.size == 0 {
		return true
	}
	x := res.Last()
	plain := req.Body == nil && req.Range == "" && !req.Compressed && (req.Method == "" || req.Method == "GET")
	if !plain || x == nil || x.Head == nil && req.Resume == nil {
		return o.base == 0 && o.restart() == nil
	}
	tag := ""
	if x.Head != nil && (x.Head.Status == 200 || x.Head.Status == 206) {
		tag = x.Head.Validator()
	} else if req.Resume != nil {
		tag = req.Resume.Validator
	}
	req.Resume = &fetch.Resume{Offset: o.base + o.size, Validator: tag}
	if o.base == 0 && o.revocable() {
		req.Resume.Restart = o.restart
	}
	return true
}

// warn tells that the URL is tried again.
func (r *runner) warn(t *retry, wait time.Duration, why string) {
	if r.o.Silent {
		return
	}
	left := t.o.Retry - t.done
	cli.PrintError(r.s, "netkit fetch", &cli.Error{Message: fmt.Sprintf("warning: %s; trying again in %s, %d more times after that", why, wait.Round(time.Millisecond), left)})
}
