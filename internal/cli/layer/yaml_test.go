package layer

import (
	"encoding/json"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The YAML document says what the JSON document says, for every real capture: a string
// stays a string, whatever word or number it looks like.
func TestYAMLSaysWhatJSONSays(t *testing.T) {
	for _, file := range captures(t) {
		asJSON, _, _ := dump(t, file, "-c", "40", "--json") // damaged ones say so in both
		asYAML, _, _ := dump(t, file, "-c", "40", "--format", "yaml")
		var j, y map[string]any
		if err := json.Unmarshal([]byte(asJSON), &j); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := yaml.Unmarshal([]byte(asYAML), &y); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if !reflect.DeepEqual(numbers(j), numbers(y)) {
			t.Errorf("%s: the documents differ", file)
		}
	}
}

// numbers makes all numbers of one type.
func numbers(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	}
	return v
}

func TestYAMLQuotesWhatWouldMeanSomethingElse(t *testing.T) {
	got := string(appendYAML(nil, []byte(`{"a":"yes","b":"No","c":"1e5","d":"x: y","e":"# x","f":"two words","g":"","h":[],"i":[1,[2,3]],"j":{"k":true},"l":"-","m":" x","n":"q\"\\"}`)))
	want := `- a: "yes"
  b: "No"
  c: "1e5"
  d: "x: y"
  e: "# x"
  f: two words
  g: ""
  h: []
  i:
    - 1
    - - 2
      - 3
  j:
    k: true
  l: "-"
  m: " x"
  n: "q\"\\"
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
