package labrun

import (
	"io"
	"os"

	"github.com/netkit-go/netkit/pkg/capture"
)

// secrets puts TLS secrets before the packets that they decrypt, as readers of
// pcapng need it: the packets wait in a file until the run is over.
type secrets struct {
	out  io.Writer // of the capture
	hold *os.File  // packets
	log  []byte    // in the format of SSLKEYLOGFILE
	into io.Writer // what Write goes to
}

// maxSecrets bounds the log: some 20,000 handshakes. What comes later is left out.
const maxSecrets = 8 << 20

func newSecrets(out io.Writer) (*secrets, error) {
	f, err := os.CreateTemp("", "netkit-packets-")
	if err != nil {
		return nil, err
	}
	return &secrets{out: out, hold: f, into: out}, nil
}

// Write implements io.Writer for the capture's blocks.
func (s *secrets) Write(p []byte) (int, error) { return s.into.Write(p) }

// packets makes what is written from now on wait.
func (s *secrets) packets(w *capture.Writer) error {
	err := w.Flush()
	s.into = s.hold
	return err
}

// finish writes the secrets and then the packets.
func (s *secrets) finish(w *capture.Writer) error {
	err := w.Flush()
	s.into = s.out
	if err == nil && len(s.log) > 0 {
		if err = w.WriteSecrets(capture.Secrets{Type: capture.TLSKeyLog, Data: s.log}); err == nil {
			err = w.Flush()
		}
	}
	if err == nil {
		if _, err = s.hold.Seek(0, io.SeekStart); err == nil {
			_, err = io.Copy(s.out, s.hold)
		}
	}
	s.discard()
	return err
}

func (s *secrets) discard() {
	_ = s.hold.Close() // it was a copy
	_ = os.Remove(s.hold.Name())
}

// keyLog appends to the secrets.
type keyLog struct{ s *secrets }

func (k keyLog) Write(p []byte) (int, error) {
	if len(k.s.log)+len(p) <= maxSecrets {
		k.s.log = append(k.s.log, p...)
	}
	return len(p), nil
}

// KeyLog returns where TLS secrets are written for the capture, nil when they are
// not wanted in it.
func (r *Run) KeyLog() io.Writer {
	if r.pcap == nil || r.pcap.secrets == nil {
		return nil
	}
	return keyLog{r.pcap.secrets}
}
