package stage

// Meter adds up what the stages of one unit of work cost.
type Meter struct {
	table *Table
	ns    int64
	lap   int64 // ns at the last Lap
}

// NewMeter returns a meter that charges by table, which it keeps: a change of
// the table's costs counts from then on.
func NewMeter(table *Table) *Meter { return &Meter{table: table} }

// Charge adds the cost of a stage.
func (m *Meter) Charge(id ID) {
	if m != nil {
		m.ns += int64(m.table[id].Cost)
	}
}

// ChargeBytes adds the cost of a stage that handled n bytes.
func (m *Meter) ChargeBytes(id ID, n int) {
	if m != nil {
		s := &m.table[id]
		m.ns += int64(s.Cost) + int64(s.PerKB)*int64(n)/1024
	}
}

// Add adds time that is no stage's: an application's own.
func (m *Meter) Add(ns int64) {
	if m != nil {
		m.ns += ns
	}
}

// Take returns the nanoseconds charged since the last Take.
func (m *Meter) Take() int64 {
	if m == nil {
		return 0
	}
	ns := m.ns
	m.ns, m.lap = 0, 0
	return ns
}

// Spent returns the nanoseconds charged since the last Take: how far into its
// time the running unit is.
func (m *Meter) Spent() int64 {
	if m == nil {
		return 0
	}
	return m.ns
}

// Lap returns what Spent does, and the part of it since the last Lap.
func (m *Meter) Lap() (spent, lap int64) {
	if m == nil {
		return 0, 0
	}
	lap = m.ns - m.lap
	m.lap = m.ns
	return m.ns, lap
}

// Swap begins another unit inside the running one, and Restore goes back to it:
// an interrupt charges another CPU.
func (m *Meter) Swap() (outer Meter) {
	if m == nil {
		return Meter{}
	}
	outer = *m
	m.ns, m.lap = 0, 0
	return outer
}

// Restore ends what Swap began.
func (m *Meter) Restore(outer Meter) {
	if m != nil {
		m.ns, m.lap = outer.ns, outer.lap
	}
}
