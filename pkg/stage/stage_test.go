package stage

import (
	"strings"
	"testing"
	"time"
)

func TestTableIsComplete(t *testing.T) {
	names := map[string]ID{}
	for id, s := range Default() {
		if s.ID != ID(id) || s.Name == "" || s.Does == "" || s.Context == "" || s.Basis == "" {
			t.Errorf("stage %d is incomplete: %+v", id, s)
		}
		if prev, dup := names[s.Name]; dup {
			t.Errorf("stages %d and %d are both %s", prev, id, s.Name)
		}
		names[s.Name] = ID(id)
		hardware := s.Context == Hardware
		if s.Cost == 0 || hardware != (s.Source == "") {
			t.Errorf("%s: every stage takes time, and is the device's exactly if it has no source file", s.Name)
		}
		if s.Source != "" && !strings.HasSuffix(s.Source, ".c") && !strings.HasSuffix(s.Source, ".h") {
			t.Errorf("%s: %q is not a source file", s.Name, s.Source)
		}
	}
}

func TestDefaultIsACopy(t *testing.T) {
	a := Default()
	a[TCPAck].Cost = time.Second
	if Default()[TCPAck].Cost == time.Second {
		t.Error("a change of one table shows in another")
	}
}

func TestMeter(t *testing.T) {
	tab := Default()
	tab[TCPAck].Cost = 100
	tab[CopyToUser].Cost, tab[CopyToUser].PerKB = 10, 64
	m := NewMeter(tab)
	m.Charge(TCPAck)
	m.ChargeBytes(CopyToUser, 512)
	if got := m.Take(); got != 100+10+32 {
		t.Errorf("Take() = %d, want 142: fixed costs and half of PerKB", got)
	}
	if got := m.Take(); got != 0 {
		t.Errorf("second Take() = %d, want 0: a unit is charged once", got)
	}
	tab[TCPAck].Cost = 7
	m.Charge(TCPAck)
	if got := m.Take(); got != 7 {
		t.Errorf("Take() = %d after the table changed, want 7", got)
	}
}

func TestNilMeterIsFree(t *testing.T) {
	var m *Meter
	m.Charge(TCPAck)
	m.ChargeBytes(CopyToUser, 1<<20)
	if got := m.Take(); got != 0 {
		t.Errorf("Take() of a nil meter = %d", got)
	}
}
