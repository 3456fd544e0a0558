package stage

import (
	"strings"
	"testing"
)

// A learner who asks about a stage gets an answer of whole sentences.
func TestEveryStageIsExplained(t *testing.T) {
	for id := range stages {
		text := Explain(stages[id].Name)
		if len(text) < 60 || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", stages[id].Name, text)
		}
	}
	if Explain("no_such_function") != "" {
		t.Error("a function that is no stage is explained")
	}
}

// What an alias stands for exists, and it is not a stage's name itself.
func TestAliasesAreOtherNames(t *testing.T) {
	table := Default()
	for name, id := range alias {
		if _, ok := table.Find(name); ok || explained[id] == "" {
			t.Errorf("%s is a stage of its own, or has nothing behind it", name)
		}
	}
	for name := range tracepoints {
		if _, ok := table.Find(name); ok {
			t.Errorf("%s is a stage of its own", name)
		}
	}
}
