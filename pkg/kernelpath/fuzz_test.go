package kernelpath

import "testing"

// What is typed after --vary either makes sense or is refused; it neither panics nor
// leads to a scenario that Check lets pass and that cannot be built.
func FuzzParseVariation(f *testing.F) {
	for _, s := range []string{"ring=64,256", "gro=on,off", "rate=10gbit", "pps=2M", "rps-cpus=0x3", "loss=5%", "delay=20us", "=", "size=,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseVariation(text)
		if err != nil {
			return
		}
		for _, value := range v.Values {
			s := Scenario{Kind: Flood}
			if err := v.Knob.Set(&s, value); err != nil {
				t.Fatalf("%q was taken and %q is refused: %v", text, value, err)
			}
			s.Fill()
			if s.Check() == nil && (s.Size < stampLen || s.Packets < 1 || s.Ring < 1 || s.Rate <= 0) {
				t.Fatalf("%q passes: %+v", text, s)
			}
		}
	})
}
