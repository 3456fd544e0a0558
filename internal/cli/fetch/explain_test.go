package fetch

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/labrun"
)

func TestExplainRefusesWhatNeedsStdout(t *testing.T) {
	for name, o := range map[string]*Options{
		"host":    {Net: labrun.Flags{Dev: "host"}},
		"yaml":    {Output: cli.Output{Format: cli.YAML}},
		"timing":  {Timing: true},
		"-w":      {WriteOut: "%{http_code}"},
		"-i":      {Include: true},
		"-o -":    {Targets: []Target{{File: "-"}}},
		"-D -":    {DumpHeader: "-"},
		"cookies": {CookieJar: "-"},
	} {
		if o.Output.Format == "" {
			o.Output.Format = Raw
		}
		if err := (&Explain{Form: "text"}).settle(o); err == nil {
			t.Errorf("%s goes with --explain", name)
		}
		if err := (&Explain{}).settle(o); err != nil {
			t.Errorf("%s without --explain: %v", name, err)
		}
	}
}

func TestExplainChoosesFormAndPlace(t *testing.T) {
	o := &Options{Output: cli.Output{Format: cli.JSON}}
	e := &Explain{Form: "text"}
	if err := e.settle(o); err != nil || e.Form != "json" || o.Output.Format != Raw {
		t.Errorf("--json is the story's: %q, %q, %v", e.Form, o.Output.Format, err)
	}
	// A page is to be handed out: -o names it.
	file := filepath.Join(t.TempDir(), "story.html")
	o = &Options{Output: cli.Output{Format: Raw}, Targets: []Target{{File: file}}}
	e = &Explain{Form: "html"}
	if err := e.settle(o); err != nil || len(o.Targets) != 0 {
		t.Fatalf("%v, %v", o.Targets, err)
	}
	var out bytes.Buffer
	if err := e.write(&cli.Streams{Out: &out}); err != nil || out.Len() != 0 {
		t.Errorf("%v, %q on stdout", err, out.String())
	}
	if b, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(b, []byte("<!DOCTYPE html>")) {
		t.Errorf("%v: %.40q", err, b)
	}
	// Any other story leaves -o to the body.
	o = &Options{Output: cli.Output{Format: Raw}, Targets: []Target{{File: file}}}
	e = &Explain{Form: "markdown"}
	if err := e.settle(o); err != nil || len(o.Targets) != 1 {
		t.Errorf("%v, %v", o.Targets, err)
	}
	if err := e.write(&cli.Streams{Out: &out}); err != nil || !strings.HasPrefix(out.String(), "# The journey of ") {
		t.Errorf("%v: %.40q", err, out.String())
	}
	if err := (explainFlag{&e.Form}).Set("pdf"); err == nil {
		t.Error("pdf is no form")
	}
}
