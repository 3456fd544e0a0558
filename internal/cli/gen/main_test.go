package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const module = "../../.."

// What is generated is checked in: packagers take it from there.
func TestGeneratedFilesAreFresh(t *testing.T) {
	files, err := all("")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(module, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not as the commands are now (%v): run go generate ./internal/cli/root", name, err)
		}
	}
	for _, dir := range []string{"man", "completions"} {
		entries, err := os.ReadDir(filepath.Join(module, dir))
		if err != nil {
			t.Error(err)
		}
		for _, e := range entries {
			if _, ok := files[dir+"/"+e.Name()]; !ok {
				t.Errorf("%s/%s belongs to no command", dir, e.Name())
			}
		}
	}
}

func TestGeneratingTwiceGivesTheSame(t *testing.T) {
	a, err := all("2026-01-01")
	if err != nil {
		t.Fatal(err)
	}
	b, err := all("2026-01-01")
	if err != nil {
		t.Fatal(err)
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestDateComesFromSourceDateEpoch(t *testing.T) {
	if got := date("1767225600"); got != "2026-01-01" {
		t.Errorf("got %q", got)
	}
	if got := date(""); got != "" {
		t.Errorf("got %q, want no date", got)
	}
}

func TestSchemasCompile(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(module, "docs/schema/*.json"))
	if err != nil || len(paths) < len(schemas()) {
		t.Fatalf("%d schemas, %v", len(paths), err)
	}
	for _, p := range paths {
		if _, err := jsonschema.NewCompiler().Compile(p); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// Every page has what a reader looks for, and man reads it without a complaint.
func TestManualPages(t *testing.T) {
	files, err := all("")
	if err != nil {
		t.Fatal(err)
	}
	man, _ := exec.LookPath("man")
	for name, text := range files {
		if !strings.HasPrefix(name, "man/") {
			continue
		}
		for _, section := range []string{".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH EXIT STATUS"} {
			if !bytes.Contains(text, []byte(section+"\n")) {
				t.Errorf("%s has no %s", name, section)
			}
		}
		if man == "" {
			continue
		}
		path := filepath.Join(t.TempDir(), "page.1")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(man, "--warnings", "-E", "UTF-8", "-l", "-Tutf8", path)
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		if out, err := cmd.Output(); err != nil || complaints.Len() > 0 || len(out) < 200 {
			t.Errorf("man on %s: %v\n%s", name, err, complaints.String())
		}
	}
}
