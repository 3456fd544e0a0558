//go:build !windows

package lab

import "syscall"

// portable returns the POSIX number of an error of the socket calls.
func portable(e syscall.Errno) syscall.Errno { return e }
