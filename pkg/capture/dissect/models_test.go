package dissect

import (
	"slices"
	"testing"
)

func TestModelsHaveTheLayersOfTheirDocuments(t *testing.T) {
	m := Models()
	want := [2][]string{
		{"Application", "Transport", "Internet", "Link"},                                            // RFC 1122 1.1.3
		{"Application", "Presentation", "Session", "Transport", "Network", "Data Link", "Physical"}, // ISO/IEC 7498-1 section 7
	}
	for i := range m {
		var names []string
		for j, l := range m[i].Layers {
			names = append(names, l.Name)
			if l.Number != len(m[i].Layers)-j {
				t.Errorf("%s: layer %s is number %d, and stands at %d from below", m[i].Name, l.Name, l.Number, len(m[i].Layers)-j)
			}
			if l.Does == "" || l.Unit == "" {
				t.Errorf("%s: layer %s does not say what it does or its unit", m[i].Name, l.Name)
			}
		}
		if !slices.Equal(names, want[i]) {
			t.Errorf("%s has layers %v, want %v", m[i].Name, names, want[i])
		}
	}
}

func TestModelsCoverEachOSILayerOnce(t *testing.T) {
	var seen []int
	for _, l := range Models()[0].Layers {
		seen = append(seen, l.OSI...)
	}
	if !slices.Equal(seen, []int{7, 6, 5, 4, 3, 2, 1}) {
		t.Errorf("the TCP/IP layers answer to OSI layers %v", seen)
	}
}

func TestModelExamplesAreWhatTheProtocolsSay(t *testing.T) {
	m := Models()
	for i := range m {
		for _, l := range m[i].Layers {
			for _, name := range l.Examples {
				ok := false
				for _, p := range ProtoByName(name) {
					ok = ok || i == 0 && int(p.TCPIP) == l.Number || i == 1 && int(p.OSI) == l.Number
				}
				if !ok {
					t.Errorf("%s: %s is no protocol of layer %s", m[i].Name, name, l.Name)
				}
			}
		}
	}
	for _, l := range m[0].Layers {
		if len(l.Examples) == 0 {
			t.Errorf("TCP/IP layer %s has no example", l.Name)
		}
	}
	// Every protocol has a place in both, or it would be missing from every dump.
	for _, p := range Protos() {
		if p.TCPIP < Link || p.TCPIP > Application || p.OSI < OSIPhysical || p.OSI > OSIApplication {
			if p.Name != "frame" {
				t.Errorf("%s (%s) has no place in the models: %d, %d", p.Name, p.Title, p.TCPIP, p.OSI)
			}
		}
	}
}
