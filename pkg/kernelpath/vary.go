package kernelpath

import (
	"context"
	"fmt"
	"strings"
)

// MaxValues bounds a comparison.
const MaxValues = 64

// Variation is what a comparison changes from run to run.
type Variation struct {
	Knob   *Knob
	Values []string
}

// ParseVariation reads NAME=VALUE,VALUE…
func ParseVariation(text string) (Variation, error) {
	name, list, ok := strings.Cut(text, "=")
	values := strings.Split(list, ",")
	k, known := FindKnob(name)
	switch {
	case !ok || list == "":
		return Variation{}, fmt.Errorf("%w: %q is not NAME=VALUE,VALUE", ErrScenario, text)
	case !known:
		return Variation{}, fmt.Errorf("%w: nothing to vary is called %q", ErrScenario, name)
	case len(values) > MaxValues:
		return Variation{}, fmt.Errorf("%w: %d values; up to %d", ErrScenario, len(values), MaxValues)
	}
	for _, v := range values {
		if err := k.Set(&Scenario{}, v); err != nil {
			return Variation{}, err
		}
	}
	return Variation{Knob: k, Values: values}, nil
}

// Row is one run of a comparison.
type Row struct {
	Value  string  `json:"value"`
	Result *Result `json:"result"`
}

// Run runs a scenario once for each value; done, if not nil, is told of each run.
// All else, the seed included, is the same.
func (v Variation) Run(ctx context.Context, s Scenario, done func(Row) error) ([]Row, error) {
	runs := make([]Scenario, len(v.Values))
	for i, value := range v.Values { // all of them are checked before the first one runs
		runs[i] = s
		err := v.Knob.Set(&runs[i], value)
		if err == nil {
			runs[i].Fill()
			err = runs[i].Check()
		}
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", v.Knob.Name, value, err)
		}
	}
	var rows []Row
	for i, value := range v.Values {
		r, err := Run(ctx, runs[i])
		if err != nil {
			return rows, fmt.Errorf("%s=%s: %w", v.Knob.Name, value, err)
		}
		rows = append(rows, Row{value, r})
		if done != nil {
			if err := done(rows[len(rows)-1]); err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}
