package stage

// Where the costs with Basis "measured" come from: the kernel's own paths, timed on
// this machine. Run with
//
//	go test -run xxx -bench . -cpu 1 ./pkg/stage
//
// and for the split into functions under
//
//	perf record -e cpu-clock -F 20000 -- ./stage.test -test.run xxx -test.bench UDPLoopback -test.cpu 1
//	perf report --no-children

import (
	"syscall"
	"testing"
	"unsafe"
)

// A system call that does nothing: entry and exit.
func BenchmarkSyscall(b *testing.B) {
	for b.Loop() {
		syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0)
	}
}

// Copies between user and kernel memory that is not in the first-level cache: bytes
// through a pipe, less the cost of the calls.
func BenchmarkCopy(b *testing.B) {
	var p [2]int
	if err := syscall.Pipe(p[:]); err != nil {
		b.Skip(err)
	}
	defer syscall.Close(p[0])
	defer syscall.Close(p[1])
	for _, n := range []int{64, 4096, 32768} {
		buf := make([]byte, n)
		b.Run(map[int]string{64: "64", 4096: "4096", 32768: "32768"}[n], func(b *testing.B) {
			for b.Loop() {
				rw(b, syscall.SYS_WRITE, p[1], buf)
				rw(b, syscall.SYS_READ, p[0], buf)
			}
		})
	}
}

func rw(b *testing.B, call uintptr, fd int, buf []byte) {
	if _, _, errno := syscall.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf))); errno != 0 {
		b.Fatal(errno)
	}
}

// Two threads on one CPU hand a byte to each other through pipes: two switches,
// two wake-ups and four calls a round.
func BenchmarkContextSwitch(b *testing.B) {
	var there, back [2]int
	for _, p := range []*[2]int{&there, &back} {
		if err := syscall.Pipe(p[:]); err != nil {
			b.Skip(err)
		}
	}
	pid, _, errno := syscall.RawSyscall(syscall.SYS_FORK, 0, 0, 0)
	if errno != 0 {
		b.Skip(errno)
	}
	one := []byte{1}
	if pid == 0 {
		syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(there[1]), 0, 0)
		for {
			n, _, _ := syscall.RawSyscall(syscall.SYS_READ, uintptr(there[0]), uintptr(unsafe.Pointer(&one[0])), 1)
			if n != 1 {
				syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
			}
			syscall.RawSyscall(syscall.SYS_WRITE, uintptr(back[1]), uintptr(unsafe.Pointer(&one[0])), 1)
		}
	}
	for b.Loop() {
		rw(b, syscall.SYS_WRITE, there[1], one)
		rw(b, syscall.SYS_READ, back[0], one)
	}
	for _, fd := range []int{there[0], there[1], back[0], back[1]} {
		syscall.Close(fd)
	}
	var ws syscall.WaitStatus
	_, _ = syscall.Wait4(int(pid), &ws, 0, nil)
}

// One datagram of 18 bytes over the loopback, sent and read by one thread: the send
// path, the backlog, the receive path and the read, without device, interrupt
// and wake-up.
func BenchmarkUDPLoopback(b *testing.B) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		b.Skip(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		b.Skip(err)
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		b.Fatal(err)
	}
	if err := syscall.Connect(fd, at); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 18)
	for b.Loop() {
		rw(b, syscall.SYS_WRITE, fd, buf)
		rw(b, syscall.SYS_READ, fd, buf)
	}
}
