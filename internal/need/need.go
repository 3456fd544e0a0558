// Package need lets a test say what it needs of the machine. Where that is
// missing the test skips with the reason; with NETKIT_NO_SKIP=1 in the
// environment, as on CI, it fails instead, so that nothing is skipped unseen.
package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("NETKIT_NO_SKIP") != "" {
		t.Fatalf("NETKIT_NO_SKIP is set: "+format, args...)
	}
	t.Skipf(format, args...)
}

// Tool returns the path of a program.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "needs the program %s, which is not installed", name)
	}
	return path
}

// File is for tests that use a file of the system, such as a device.
func File(t testing.TB, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		missing(t, "needs %s, which this machine lacks", path)
	}
}

// Root is for tests that open packet sockets or make network namespaces.
func Root(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		missing(t, "needs root on Linux")
	}
}

// Captures returns the folder of real captures that may lie beside the project.
// They are no part of it, so their absence is never a failure.
func Captures(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	dir = filepath.Join(dir, "..", "shared", "captures")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("needs real captures in %s, which is absent", dir)
	}
	return dir
}

// IPv6 is for tests that use the IPv6 loopback address.
func IPv6(t testing.TB) {
	t.Helper()
	if _, err := os.Stat("/proc/net/if_inet6"); runtime.GOOS == "linux" && err != nil {
		missing(t, "needs IPv6, which this kernel lacks")
	}
}
