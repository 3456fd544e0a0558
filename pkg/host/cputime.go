package host

// CPUTime is what a CPU has spent its time on since the host was made, in
// nanoseconds, as the lines of /proc/stat tell; the rest was idle. What is under way
// counts in full. Only virtual time with costs has any.
type CPUTime struct {
	CPU                       int
	HardIRQ, SoftIRQ, Process int64
}

// CPUTimes returns what each CPU has spent its time on.
func (h *Host) CPUTimes() []CPUTime {
	out := make([]CPUTime, len(h.cpus))
	for i, c := range h.cpus {
		out[i] = c.time
	}
	return out
}
