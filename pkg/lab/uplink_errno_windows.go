package lab

import "syscall"

// portable returns the POSIX number of an error of the socket calls: Windows
// Sockets numbers them from 10000 on (WSAECONNREFUSED is 10061).
func portable(e syscall.Errno) syscall.Errno {
	switch e {
	case 10013:
		return syscall.EACCES
	case 10047:
		return syscall.EAFNOSUPPORT
	case 10049:
		return syscall.EADDRNOTAVAIL
	case 10051:
		return syscall.ENETUNREACH
	case 10054:
		return syscall.ECONNRESET
	case 10060:
		return syscall.ETIMEDOUT
	case 10061:
		return syscall.ECONNREFUSED
	case 10065:
		return syscall.EHOSTUNREACH
	}
	return e
}
