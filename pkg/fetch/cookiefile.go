package fetch

// The cookie file that Netscape began and curl, wget and browsers' exporters share:
// one cookie a line, seven fields with tabs between them.

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const httpOnlyPrefix = "#HttpOnly_"

// Load adds the cookies of a file. Lines that are no cookies are passed over, as
// curl does; what has expired by now is left out.
func (j *Jar) Load(r io.Reader, now time.Time) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<10)
	for lines.Scan() {
		if c, ok := parseCookieLine(lines.Text()); ok {
			j.Add(c, now)
		}
	}
	return lines.Err()
}

func parseCookieLine(line string) (c Cookie, ok bool) {
	line, c.HTTPOnly = strings.CutPrefix(strings.TrimRight(line, "\r"), httpOnlyPrefix)
	if strings.HasPrefix(line, "#") {
		return c, false
	}
	f := strings.Split(line, "\t")
	if len(f) == 6 {
		f = append(f, "") // an empty value at the line's end
	}
	if len(f) != 7 || f[0] == "" || f[5] == "" || hasControl(f[2]+f[5]+f[6]) || len(f[5])+len(f[6]) > maxCookie {
		return c, false
	}
	c.Domain = strings.ToLower(strings.TrimPrefix(f[0], "."))
	c.HostOnly = !strings.EqualFold(f[1], "TRUE")
	c.Path, c.Secure = f[2], strings.EqualFold(f[3], "TRUE")
	if !strings.HasPrefix(c.Path, "/") {
		c.Path = "/"
	}
	n, err := strconv.ParseInt(f[4], 10, 64)
	if err != nil || c.Domain == "" || n < 0 || n > 1<<40 {
		return c, false
	}
	if n > 0 {
		c.Expires = time.Unix(n, 0)
	}
	c.Name, c.Value = f[5], f[6]
	return c, true
}

// Save writes the cookies, those of the session too.
func (j *Jar) Save(w io.Writer) error {
	if _, err := io.WriteString(w, "# Netscape HTTP Cookie File\n# Written by netkit fetch.\n\n"); err != nil {
		return err
	}
	for _, c := range j.list {
		prefix, dot, expires := "", ".", int64(0)
		if c.HTTPOnly {
			prefix = httpOnlyPrefix
		}
		if c.HostOnly {
			dot = ""
		}
		if !c.Expires.IsZero() {
			expires = max(1, c.Expires.Unix())
		}
		_, err := fmt.Fprintf(w, "%s%s%s\t%s\t%s\t%s\t%d\t%s\t%s\n", prefix, dot, c.Domain, truth(!c.HostOnly), c.Path, truth(c.Secure), expires, c.Name, c.Value)
		if err != nil {
			return err
		}
	}
	return nil
}

func truth(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}
