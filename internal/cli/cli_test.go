package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, ünïcode, 日本": "plain text, ünïcode, 日本",
		"a\nb\r\tc":               `a\nb\r\tc`,
		"\x1b[2J":                 `\x1b[2J`,
		"nul\x00 del\x7f":         `nul\x00 del\x7f`,
		"c1 \u009b31m":            `c1 \xc2\x9b31m`,
		"bad \xff utf8 \xc3":      `bad \xff utf8 \xc3`,
		"rtl \u202e!":             `rtl \u{202e}!`,
		"zero\u200bwidth":         `zero\u{200b}width`,
		`back\slash`:              `back\slash`,
	} {
		if got := Escape(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("a\x1b\u202e\xff\u009b")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Escape(s) {
			if !unicode.IsPrint(r) {
				t.Errorf("%q: %q is left", s, r)
			}
		}
	})
}

// people is a small result.
type people struct {
	SchemaVersion int      `json:"schema_version"`
	Count         int      `json:"count"`
	Big           uint64   `json:"big"`
	Number        string   `json:"number_as_text"`
	People        []person `json:"people"`
}

type person struct {
	Name string `json:"name"`
	Age  int    `json:"age"`
}

func (p person) Cells() []string { return []string{p.Name, fmt.Sprint(p.Age)} }

func (p people) Cells() Cells {
	c := Cells{Columns: []string{"name", "age"}}
	for _, x := range p.People {
		c.Rows = append(c.Rows, x.Cells())
	}
	return c
}

func (p people) Records() (out []any) {
	for _, x := range p.People {
		out = append(out, x)
	}
	return out
}

var sample = people{1, 2, 1<<64 - 1, "007", []person{{"Ann", 7}, {"Bob\x1b, Jr.", 41}}}

func TestFormatsOfOneDocument(t *testing.T) {
	for f, want := range map[Format]string{
		Table: "NAME          AGE\nAnn             7\nBob\\x1b, Jr.   41\n",
		Plain: "Ann\t7\nBob\\x1b, Jr.\t41\n",
		CSV:   "name,age\nAnn,7\n\"Bob\\x1b, Jr.\",41\n",
		JSON: `{
  "schema_version": 1,
  "count": 2,
  "big": 18446744073709551615,
  "number_as_text": "007",
  "people": [
    {
      "name": "Ann",
      "age": 7
    },
    {
      "name": "Bob\u001b, Jr.",
      "age": 41
    }
  ]
}
`,
		JSONL: "{\"name\":\"Ann\",\"age\":7}\n{\"name\":\"Bob\\u001b, Jr.\",\"age\":41}\n",
		YAML:  "schema_version: 1\ncount: 2\nbig: 18446744073709551615\nnumber_as_text: \"007\"\npeople:\n  - name: Ann\n    age: 7\n  - name: \"Bob\\e, Jr.\"\n    age: 41\n",
	} {
		var b bytes.Buffer
		if err := (Output{f}).Write(&Streams{Out: &b}, sample); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("%s:\n%q, want\n%q", f, b.String(), want)
		}
	}
}

// The YAML is the same document as the JSON, text that looks like a number too.
func TestYAMLIsTheSameDocument(t *testing.T) {
	var y, j bytes.Buffer
	doc := people{Number: "1e3", People: []person{{"true", 1}, {"null", 2}, {"- x", 3}, {"a: b\n#c", 4}, {"", 5}}}
	if err := (Output{YAML}).Write(&Streams{Out: &y}, doc); err != nil {
		t.Fatal(err)
	}
	if err := (Output{JSON}).Write(&Streams{Out: &j}, doc); err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := yaml.Unmarshal(y.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(j.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%v\n%v", a, b)
	}
}

func TestRecords(t *testing.T) {
	failed := &Error{Code: "timeout", Exit: 28, Message: "too late"}
	for _, tc := range []struct {
		f    Format
		n    int
		err  error
		want string
	}{
		{JSON, 0, nil, "{\n  \"schema_version\": 1,\n  \"people\": []\n}\n"},
		{JSON, 2, failed, "{\n  \"schema_version\": 1,\n  \"people\": [\n    {\"name\":\"Ann\",\"age\":7},\n    {\"name\":\"Bob\\u001b, Jr.\",\"age\":41}\n  ],\n  \"error\": {\"code\":\"timeout\",\"message\":\"too late\"}\n}\n"},
		{JSONL, 1, failed, "{\"name\":\"Ann\",\"age\":7}\n{\"schema_version\":1,\"error\":{\"code\":\"timeout\",\"message\":\"too late\"}}\n"},
		{YAML, 1, failed, "schema_version: 1\npeople:\n  - name: Ann\n    age: 7\nerror:\n  code: timeout\n  message: too late\n"},
		{YAML, 0, nil, "schema_version: 1\npeople: []\n"},
		{CSV, 0, nil, "name,age\n"},
		{CSV, 1, failed, "name,age\nAnn,7\n"},
		{Plain, 1, nil, "Ann\t7\n"},
		{Table, 1, nil, "NAME  AGE\nAnn     7\n"},
		{Table, 0, nil, ""},
	} {
		var b bytes.Buffer
		r := (Output{tc.f}).NewRecords(&Streams{Out: &b}, "people", "name", "age")
		for i := range tc.n {
			if err := r.Write(sample.People[i]); err != nil {
				t.Fatal(err)
			}
		}
		err := r.Close(tc.err)
		if b.String() != tc.want {
			t.Errorf("%s, %d records:\n%q, want\n%q", tc.f, tc.n, b.String(), tc.want)
		}
		if tc.err == nil {
			if err != nil {
				t.Errorf("%s: %v", tc.f, err)
			}
			continue
		}
		// A document says why it is not complete; other formats leave that to stderr.
		var e *Error
		if !errors.As(err, &e) || e.Exit != 28 || e.Reported != tc.f.Machine() {
			t.Errorf("%s: %+v", tc.f, err)
		}
	}
}

func TestDescribeGivesEveryErrorItsExitCode(t *testing.T) {
	for _, tc := range []struct {
		err  error
		exit int
	}{
		{Usagef("bad"), 2},
		{fmt.Errorf("while: %w", Usagef("bad")), 2},
		{&Error{Message: "no code"}, 1},
		{Exit(1), 1},
		{errors.New("any"), 1},
		{os.ErrNotExist, 1},
		{context.Canceled, 130},
		{ErrInterrupted, 130},
		{ErrTerminated, 143},
		{ErrHangup, 129},
		{&os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}, 141},
	} {
		if got := Describe(tc.err).Exit; got != tc.exit {
			t.Errorf("%v: %d, want %d", tc.err, got, tc.exit)
		}
	}
}

func TestReport(t *testing.T) {
	e := &Error{Code: "x", Exit: 7, Message: "name \x1b is bad", Hint: "do this"}
	var out, errs bytes.Buffer
	s := &Streams{Out: &out, Err: &errs}
	if code := Report(s, "netkit x", e, false); code != 7 || out.Len() != 0 ||
		errs.String() != "netkit x: name \\x1b is bad\nnetkit x: hint: do this\n" {
		t.Errorf("%d %q %q", code, out.String(), errs.String())
	}
	errs.Reset()
	if code := Report(s, "netkit x", e, true); code != 7 || errs.Len() != 0 {
		t.Errorf("%d %q", code, errs.String())
	}
	var doc ErrorDocument
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil || doc.Error != e.Body() {
		t.Errorf("%+v %v", doc, err)
	}
	out.Reset()
	if code := Report(s, "netkit x", Exit(1), true); code != 1 || out.Len()+errs.Len() != 0 {
		t.Errorf("%d %q %q: a predicate's answer is its code alone", code, out.String(), errs.String())
	}
}

func TestWantsMachine(t *testing.T) {
	for args, want := range map[string]bool{
		"x --json": true, "x --format json": true, "x --format=yaml": true, "x --format csv": false, "x": false,
		"x -- --json": false, "x --format": false, "x --json=false": false,
	} {
		if got := WantsMachine(strings.Fields(args)); got != want {
			t.Errorf("%q: %v", args, got)
		}
	}
}

func TestColorAndWidth(t *testing.T) {
	env := map[string]string{}
	s := &Streams{LookupEnv: func(n string) (string, bool) { v, ok := env[n]; return v, ok }}
	for _, tc := range []struct {
		terminal bool
		env      string
		want     bool
	}{
		{true, "", true}, {false, "", false}, {true, "NO_COLOR=1", false}, {false, "CLICOLOR_FORCE=1", true}, {false, "CLICOLOR_FORCE=0", false},
		{true, "TERM=dumb", false}, {true, "CLICOLOR=0", false}, {true, "NO_COLOR=1 CLICOLOR_FORCE=1", false}, {true, "NO_COLOR=", true},
	} {
		clear(env)
		for _, kv := range strings.Fields(tc.env) {
			k, v, _ := strings.Cut(kv, "=")
			env[k] = v
		}
		s.OutTerminal = tc.terminal
		if got := s.Color(); got != tc.want {
			t.Errorf("terminal %v, %q: %v", tc.terminal, tc.env, got)
		}
	}
	clear(env)
	if s.Width() != 80 {
		t.Error("80 columns when nothing is known")
	}
	if s.Columns = 132; s.Width() != 132 {
		t.Error("the terminal's width")
	}
	if env["COLUMNS"] = "40"; s.Width() != 40 {
		t.Error("COLUMNS wins")
	}
}

func TestFileOfALongNameAndOneThatIsReadOnly(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, strings.Repeat("n", 255))
	f, err := CreateFile(long)
	if err != nil {
		t.Fatalf("255 bytes are a name: %v", err)
	}
	fmt.Fprint(f, "old")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write anything")
	}
	if err := os.Chmod(long, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateFile(long); !errors.Is(err, os.ErrPermission) {
		t.Errorf("%v: what may not be written may not be replaced either", err)
	}
}

func TestFileAppearsWhenItIsComplete(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	if err := os.WriteFile(name, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(name, link); err != nil {
		t.Fatal(err)
	}
	read := func() string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	f, err := CreateFile(link)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "new")
	if read() != "old" {
		t.Error("an unfinished file must not be seen")
	}
	f.Discard()
	if read() != "old" {
		t.Error("Discard must leave the old file")
	}
	if f, err = CreateFile(link); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "new")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	info, err := os.Lstat(link)
	if read() != "new" || err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the file behind the link is replaced, the link stays")
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v: that of the old file stays", info.Mode())
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%v: nothing else is left", entries)
	}
	if f, err = CreateFile(os.DevNull); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "x")
	if err := f.Commit(); err != nil {
		t.Error(err)
	}
	if _, err := CreateFile(filepath.Join(dir, "no", "where")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
