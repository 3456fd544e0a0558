package need

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// Namespace moves the test to a network namespace of its own, with nothing in it
// but a loopback that is down. The test keeps its thread, which ends with the
// test's goroutine and takes the namespace with it.
func Namespace(t testing.TB) {
	t.Helper()
	Root(t)
	runtime.LockOSThread() // never unlocked
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		missing(t, "needs a network namespace: %v", err)
	}
}
