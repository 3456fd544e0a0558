package stage

// Meter adds up what the stages of one unit of work cost.
type Meter struct {
	table *Table
	ns    int64
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

// Take returns the nanoseconds charged since the last Take.
func (m *Meter) Take() int64 {
	if m == nil {
		return 0
	}
	ns := m.ns
	m.ns = 0
	return ns
}
