package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/netkit-go/netkit"

// layers maps each package to its floor. A package may import only floors
// below its own. A name that ends in "/..." stands for all below it.
var layers = []struct {
	level int
	names []string
}{
	{0, []string{"pkg/subnet", "pkg/trace", "pkg/stage", "pkg/loop", "pkg/wire"}},
	{1, []string{"pkg/skb"}},
	{2, []string{"pkg/nic", "pkg/capture", "pkg/capture/oui", "pkg/hostif", "pkg/stack/neigh", "pkg/stack/ip", "pkg/stack/icmp", "pkg/stack/udp", "pkg/stack/tcp"}},
	{3, []string{"pkg/stack", "pkg/handshake", "pkg/capture/dissect", "pkg/capture/display", "pkg/capture/pcapfilter"}},
	{4, []string{"pkg/host"}},
	{5, []string{"pkg/netconn"}},
	{6, []string{"pkg/lab", "pkg/resolver", "pkg/fetch"}},
	{7, []string{"pkg/kernelpath"}},
	{8, []string{"pkg/render/..."}},
	{9, []string{"internal/cli/...", "cmd/netkit"}},
}

// sameLevel lists the imports within one floor that are allowed.
var sameLevel = map[string][]string{
	"pkg/render/chrome":     {"pkg/render/jsonl"}, // one way of writing an event's fields
	"pkg/render/kernelpath": {"pkg/render/jsonl"}, // and of escaping text
	"pkg/fetch":             {"pkg/resolver"},     // its error types carry the DNS layer's

	"pkg/hostif": {"pkg/capture"}, // live packets are what packets of a file are

	"pkg/capture/display": {"pkg/capture/dissect"}, // a display filter asks for the fields of a dissected packet
}

// only lists what a package may import of ours, where that is less than all
// below it.
var only = map[string][]string{
	// The machine knows segments, buffers and events; not IP, not time.
	"pkg/stack/tcp": {"pkg/wire", "pkg/skb", "pkg/trace"},
	// What is inferred from segments and what the stack knows are compared,
	// not shared.
	"pkg/handshake": {"pkg/capture", "pkg/wire"},
	// Clients take a DialContext, never a stack.
	"pkg/resolver": {"pkg/loop", "pkg/trace", "pkg/wire"},
	"pkg/fetch":    {"pkg/loop", "pkg/trace", "pkg/wire", "pkg/resolver"},
}

// virtual lists the packages that run under the virtual driver, where whoever
// blocks outside the loop stops the world.
var virtual = []string{
	"pkg/trace", "pkg/stage", "pkg/wire", "pkg/skb", "pkg/nic", "pkg/stack", "pkg/stack/neigh", "pkg/stack/ip",
	"pkg/stack/icmp", "pkg/stack/udp", "pkg/stack/tcp", "pkg/host", "pkg/netconn", "pkg/lab", "pkg/resolver",
	"pkg/fetch", "pkg/kernelpath",
}

// machineTime reports whether a file of a virtual package is exempt: the
// uplink talks to host sockets and exists only under the real driver.
func machineTime(path string) bool {
	return strings.HasPrefix(path, "pkg/lab/uplink")
}

type file struct {
	path string // from the module's root
	pkg  string // its folder
	ast  *ast.File
	test bool
}

var fset = token.NewFileSet()

func load(t *testing.T) []file {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var files []file
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" {
				return fs.SkipDir
			}
			if rel != "." {
				if _, err := os.Stat(filepath.Join(p, "go.mod")); err == nil {
					return fs.SkipDir // a module of its own
				}
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, file{rel, filepath.ToSlash(filepath.Dir(rel)), f, strings.HasSuffix(p, "_test.go")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("found only %d Go files below %s: this test would check nothing", len(files), root)
	}
	return files
}

func levelOf(pkg string) (int, bool) {
	for _, l := range layers {
		for _, n := range l.names {
			if base, ok := strings.CutSuffix(n, "/..."); ok {
				if pkg == base || strings.HasPrefix(pkg, base+"/") {
					return l.level, true
				}
			} else if pkg == n {
				return l.level, true
			}
		}
	}
	return 0, false
}

func imports(f file) []string {
	var out []string
	for _, s := range f.ast.Imports {
		p, _ := strconv.Unquote(s.Path.Value)
		out = append(out, p)
	}
	return out
}

func TestImportsGoDownOnly(t *testing.T) {
	for _, f := range load(t) {
		level, known := levelOf(f.pkg)
		if !known {
			if strings.HasPrefix(f.pkg, "pkg/") || strings.HasPrefix(f.pkg, "cmd/") {
				t.Errorf("%s: its package has no floor: add %s to the layers, and argue it", f.path, f.pkg)
			}
			continue
		}
		for _, imp := range imports(f) {
			ours, ok := strings.CutPrefix(imp, module+"/")
			if !ok || ours == f.pkg || f.test {
				continue // a test may look at the house from above
			}
			if list, ok := only[f.pkg]; ok && !slices.Contains(list, ours) {
				t.Errorf("%s imports %s; %s may import only %v of ours", f.path, ours, f.pkg, list)
			}
			to, known := levelOf(ours)
			switch {
			case !known:
				if strings.HasPrefix(f.pkg, "pkg/") {
					t.Errorf("%s imports %s, which has no floor", f.path, ours)
				}
			case to < level, slices.Contains(sameLevel[f.pkg], ours), level == 9 && to == 9:
			default:
				t.Errorf("%s (floor %d) imports %s (floor %d): imports go down only", f.path, level, ours, to)
			}
		}
	}
}

// forbidden lists, per imported package, the names that read the machine's
// clock, make its timers, or draw from a source that no seed controls.
var forbidden = map[string][]string{
	"time":         {"Now", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Since", "Until"},
	"context":      {"WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause", "AfterFunc"},
	"math/rand/v2": {"Int", "IntN", "Int32", "Int32N", "Int64", "Int64N", "Uint32", "Uint32N", "Uint64", "Uint64N", "Uint", "UintN", "N", "Float32", "Float64", "NormFloat64", "ExpFloat64", "Perm", "Shuffle"},
	"sync":         {"Mutex", "RWMutex", "WaitGroup", "Cond", "Pool"},
}

func TestVirtualPackagesHaveNoClockGoroutineOrChannel(t *testing.T) {
	for _, f := range load(t) {
		if f.test || !slices.Contains(virtual, f.pkg) || machineTime(f.path) {
			continue
		}
		names := map[string]string{} // local name -> import path
		for _, s := range f.ast.Imports {
			p, _ := strconv.Unquote(s.Path.Value)
			if p == "math/rand" {
				t.Errorf("%s imports math/rand: use math/rand/v2 with a seeded source", f.path)
			}
			if _, ok := forbidden[p]; ok {
				name := filepath.Base(p)
				if p == "math/rand/v2" {
					name = "rand"
				}
				if s.Name != nil {
					name = s.Name.Name
				}
				names[name] = p
			}
		}
		bad := func(n ast.Node, what string) {
			t.Errorf("%s: %s: this package runs in virtual time, where only pkg/loop may", fset.Position(n.Pos()), what)
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				bad(n, "starts a goroutine")
			case *ast.ChanType:
				bad(n, "uses a channel")
			case *ast.SelectStmt:
				bad(n, "selects on channels")
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok {
					if p, ok := names[x.Name]; ok && slices.Contains(forbidden[p], n.Sel.Name) {
						bad(n, "uses "+p+"."+n.Sel.Name)
					}
				}
			}
			return true
		})
	}
}

// gopacket's layers package initialises for several milliseconds in every
// program that links it; packages that every command links must not.
func TestStartUpStaysFreeOfGopacketLayers(t *testing.T) {
	for _, f := range load(t) {
		if f.test {
			continue
		}
		for _, imp := range imports(f) {
			if strings.HasPrefix(imp, "github.com/google/gopacket") {
				t.Errorf("%s imports %s: it costs every command milliseconds at start", f.path, imp)
			}
		}
	}
}

func TestProcessEndsInMainOnly(t *testing.T) {
	for _, f := range load(t) {
		if f.test || f.ast.Name.Name == "main" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && (x.Name == "os" && s.Sel.Name == "Exit" || x.Name == "log" && strings.HasPrefix(s.Sel.Name, "Fatal")) {
					t.Errorf("%s: %s.%s below main", fset.Position(n.Pos()), x.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestEveryPackageHasADoc(t *testing.T) {
	has := map[string]bool{}
	for _, f := range load(t) {
		if f.test {
			continue
		}
		has[f.pkg] = has[f.pkg] || f.ast.Doc != nil
	}
	for pkg, ok := range has {
		if !ok {
			t.Errorf("%s has no package doc", pkg)
		}
		switch filepath.Base(pkg) {
		case "utils", "util", "common", "helpers", "misc":
			t.Errorf("%s: name the room after what is in it", pkg)
		}
	}
}
