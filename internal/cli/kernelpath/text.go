package kernelpath

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/pkg/kernelpath"
	"github.com/netkit-go/netkit/pkg/stage"
)

// writeResult writes what a run measured, for people.
func writeResult(w io.Writer, r *kernelpath.Result, g *kernelpath.Ledger) error {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s"+format+"\n", append([]any{name}, args...)...)
	}
	b.WriteString("\n")
	line("scenario", "%s", describe(r))
	line("delivered", "%s, %d bytes in %s%s", count(r.Packets, r), r.Bytes, since(r.Duration), rates(r))
	line("lost", "%s", drops(r))
	line("interrupts", "%d for %d frames: %s a frame; time_squeeze %d; ksoftirqd woken %d times", r.Interrupts, r.Frames, figure(r.IRQPerPacket), r.TimeSqueeze, r.KsoftirqdWake)
	if r.Latency.N > 0 {
		line("latency", "%s p50 %s, p99 %s, largest %s", span(r), since(r.Latency.P50), since(r.Latency.P99), since(r.Latency.Max))
	}
	for _, c := range r.CPUs {
		line(fmt.Sprintf("cpu %d", c.ID), "%s busy: %s", percent(c.Busy()), shares(c, r.Duration))
	}
	if g != nil {
		line("copies", "%s", g.Summary())
	}
	line("costs", "%s", assumed(r))
	_, err := io.WriteString(w, b.String())
	return err
}

func describe(r *kernelpath.Result) string {
	s := &r.Scenario
	text := fmt.Sprintf("%s, %s, %d bytes each", s.Kind, s.Proto, s.Size)
	if r.Scenario.PPS > 0 {
		text += fmt.Sprintf(", %d packets a second offered", s.PPS)
	}
	if s.Direction != "" {
		text += ", " + string(s.Direction)
	}
	return text
}

// span says from where to where a latency is.
func span(r *kernelpath.Result) string {
	switch r.Scenario.Kind {
	case kernelpath.Forward:
		return "wire to wire"
	case kernelpath.Mixed:
		return "a datagram from its sender to its reader"
	}
	return "wire to user"
}

// count names what was delivered.
func count(n uint64, r *kernelpath.Result) string {
	one, many := "datagram", "datagrams"
	if r.Scenario.Proto == "tcp" {
		one, many = "read", "reads"
	}
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func rates(r *kernelpath.Result) string {
	if r.Packets < 2 || r.PPS == 0 { // all of it came after the traffic
		return ""
	}
	if r.Scenario.Proto == "tcp" {
		return ": " + metric(r.BitsPerSecond) + "bit/s"
	}
	return ": " + metric(r.PPS) + "packets/s, " + metric(r.BitsPerSecond) + "bit/s"
}

func drops(r *kernelpath.Result) string {
	if len(r.Drops) == 0 {
		return "nothing"
	}
	var list []string
	for _, d := range r.Drops {
		text := fmt.Sprintf("%d at %s: %s", d.Packets, d.Where, d.Reason)
		if d.Counter != "" {
			text += " (" + d.Counter + ")"
		}
		list = append(list, text)
	}
	return strings.Join(list, "; ")
}

func shares(c kernelpath.CPU, of time.Duration) string {
	part := func(d time.Duration) string { return percent(float64(d) / max(1, float64(of))) }
	return fmt.Sprintf("hardirq %s, softirq %s, process %s, idle %s", part(c.HardIRQ), part(c.SoftIRQ), part(c.Process), part(c.Idle))
}

// assumed says how much of the figures rests on guesses.
func assumed(r *kernelpath.Result) string {
	if len(r.Assumed) == 0 {
		return "all times rest on costs with a source (netkit kernel-path stages)"
	}
	return fmt.Sprintf("times and rates rest on assumed costs of %d of %d stages (netkit kernel-path stages)", len(r.Assumed), int(stage.Count))
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 1, 64) + "%" }

func figure(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }

// since writes a time in microseconds, with three digits behind the point.
func since(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/1e3, 'f', 3, 64) + " us"
}

// metric writes a number with the prefix of a unit.
func metric(v float64) string {
	for _, p := range []struct {
		unit float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= p.unit {
			return strconv.FormatFloat(v/p.unit, 'f', 2, 64) + " " + p.name
		}
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " "
}
