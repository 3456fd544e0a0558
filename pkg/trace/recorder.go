package trace

// Recorder is a [Sink] that keeps events in memory, up to a limit.
type Recorder struct {
	// Limit is the largest number of events kept; 0 means 1<<20. Later
	// events are counted in Lost and not kept: the beginning of a run is
	// what explains the rest.
	Limit int

	Events []Event
	Lost   uint64
}

// Emit implements [Sink].
func (r *Recorder) Emit(e *Event) {
	limit := r.Limit
	if limit == 0 {
		limit = 1 << 20
	}
	if len(r.Events) >= limit {
		r.Lost++
		return
	}
	r.Events = append(r.Events, *e)
}

// Select returns the events for which keep reports true, in order.
func (r *Recorder) Select(keep func(*Event) bool) []Event {
	var out []Event
	for i := range r.Events {
		if keep(&r.Events[i]) {
			out = append(out, r.Events[i])
		}
	}
	return out
}

// OfKind returns the events of the given kinds, in order.
func (r *Recorder) OfKind(kinds ...Kind) []Event {
	return r.Select(func(e *Event) bool {
		for _, k := range kinds {
			if e.Kind == k {
				return true
			}
		}
		return false
	})
}
