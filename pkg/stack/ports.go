package stack

// Ephemeral ports: RFC 6056 3.3.1 (simple port randomization); the range is Linux's
// ip_local_port_range.

import "syscall"

const (
	firstEphemeral = 32768
	lastEphemeral  = 60999
)

// ephemeral returns a port that is not used, searched from a random one on.
func (s *Stack) ephemeral(used func(port uint16) bool) (uint16, error) {
	const n = lastEphemeral - firstEphemeral + 1
	start := s.rand() % n
	for k := uint64(0); k < n; k++ {
		if port := uint16(firstEphemeral + (start+k)%n); !used(port) {
			return port, nil
		}
	}
	return 0, syscall.EADDRNOTAVAIL
}
