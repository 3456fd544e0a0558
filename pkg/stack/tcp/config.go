package tcp

import (
	"errors"
	"net/netip"
	"time"
)

// KeepAlive says when an idle connection is probed (RFC 9293 3.8.4).
type KeepAlive struct {
	On       bool          // MUST-25: off unless asked for
	Idle     time.Duration // 0: 2 h (RFC 9293: MUST default to no less than two hours)
	Interval time.Duration // 0: 75 s
	Count    int           // 0: 9
}

// Config is what a connection is made with. Its zero value is complete.
type Config struct {
	// MSS is the largest segment that the path to the peer carries: its MTU less
	// the fixed IP and TCP headers. It is announced, and it bounds what is sent.
	// 0 means 536 for IPv4 and 1220 for IPv6 (RFC 9293 3.7.1, MUST-15).
	MSS int

	// GSOMax is the largest packet, IP header included, that the device cuts
	// into segments itself. 0: it cuts none. At most 64 KiB are used.
	GSOMax int

	// SendBuf bounds the bytes that Write takes and that are not acknowledged.
	// 0 means 16384 and growth with the congestion window, up to SendBufMax
	// (0: 4 MiB). Set explicitly it does not grow. As tcp_wmem.
	SendBuf, SendBufMax int

	// RecvBuf is memory for received data. Half of it is announced as window,
	// the rest is for what blocks hold besides payload. 0 means 131072 and
	// growth with what the reader takes per round trip, up to RecvBufMax
	// (0: 32 MiB). Set explicitly it does not grow. As tcp_rmem.
	RecvBuf, RecvBufMax int

	// LimitOutputBytes bounds what is queued below TCP (tcp_limit_output_bytes, 4 MiB
	// in Linux), besides the bound of small queues. 0: no small queues.
	LimitOutputBytes int

	// CongestionControl is "cubic" (also for "") or "reno".
	CongestionControl string

	// NoDelay turns the Nagle algorithm off.
	NoDelay bool

	// MinRTO is 200 ms if 0, as Linux's; RFC 6298 (2.4) says one second.
	MinRTO time.Duration
	// MaxRTO is 120 s if 0, as Linux's; RFC 6298 (2.5) asks for at least 60 s.
	MaxRTO time.Duration
	// DelAck is how long an acknowledgement may wait: 40 ms if 0, as Linux's
	// minimum. RFC 9293 3.8.6.3 allows less than 500 ms.
	DelAck time.Duration

	// SynRetries and SynAckRetries are how often SYN and SYN-ACK are sent again:
	// 6 and 5 if 0, as Linux's: 127 and 63 s, where RFC 9293 3.8.3 (MUST-23) wants
	// three minutes. Retries is how often data are: 15 if 0.
	SynRetries, SynAckRetries, Retries int

	// UserTimeout, when not 0, aborts a connection whose data have waited that
	// long for an acknowledgement (RFC 9293 3.9.1.1, USER TIMEOUT).
	UserTimeout time.Duration

	KeepAlive KeepAlive

	// TimeWait is 2 MSL: 60 s if 0, as Linux's TCP_TIMEWAIT_LEN. RFC 9293 3.4.2
	// takes the MSL to be two minutes.
	TimeWait time.Duration
	// FinTimeout ends a connection in FIN-WAIT-2 that its user has closed: 60 s
	// if 0, as Linux's tcp_fin_timeout.
	FinTimeout time.Duration

	// NoTimestamps, NoSACK and NoWindowScale keep an option from being offered
	// and accepted.
	NoTimestamps, NoSACK, NoWindowScale bool

	// Secret keys the initial sequence numbers and timestamp offsets. One per
	// stack, drawn at random.
	Secret [32]byte
	// ISN, when not nil, takes the place of RFC 6528's choice.
	ISN func(now int64, local, remote netip.AddrPort) uint32

	// Counters, when not nil, are added to.
	Counters *Counters
}

// Defaults of Config.
const (
	defaultMSS4       = 536
	defaultMSS6       = 1220
	defaultSendBuf    = 16384
	defaultSendBufMax = 4 << 20
	defaultRecvBuf    = 131072
	defaultRecvBufMax = 32 << 20
)

// minMSS is the smallest segment size that is believed, as Linux's
// TCP_MIN_SND_MSS: smaller ones would be an attack.
const minMSS = 48

func (cfg *Config) withDefaults(remote netip.Addr) Config {
	d := *cfg
	if d.MSS == 0 {
		d.MSS = defaultMSS6
		if remote.Is4() {
			d.MSS = defaultMSS4
		}
	}
	d.MSS = min(max(d.MSS, minMSS), 65535)
	if d.SendBuf == 0 {
		d.SendBuf = defaultSendBuf
		setDefault(&d.SendBufMax, defaultSendBufMax)
	} else {
		d.SendBufMax = d.SendBuf
	}
	d.SendBufMax = max(d.SendBufMax, d.SendBuf)
	if d.RecvBuf == 0 {
		d.RecvBuf = defaultRecvBuf
		setDefault(&d.RecvBufMax, defaultRecvBufMax)
	} else {
		d.RecvBufMax = d.RecvBuf
	}
	d.RecvBufMax = max(d.RecvBufMax, d.RecvBuf)
	setDefault(&d.MinRTO, 200*time.Millisecond)
	setDefault(&d.MaxRTO, 120*time.Second)
	d.MaxRTO = max(d.MaxRTO, d.MinRTO)
	setDefault(&d.DelAck, 40*time.Millisecond)
	setDefault(&d.SynRetries, 6)
	setDefault(&d.SynAckRetries, 5)
	setDefault(&d.Retries, 15)
	setDefault(&d.KeepAlive.Idle, 2*time.Hour)
	setDefault(&d.KeepAlive.Interval, 75*time.Second)
	setDefault(&d.KeepAlive.Count, 9)
	setDefault(&d.TimeWait, 60*time.Second)
	setDefault(&d.FinTimeout, 60*time.Second)
	return d
}

func setDefault[T int | time.Duration](p *T, v T) {
	if *p == 0 {
		*p = v
	}
}

// ErrCongestionControl reports a name that is neither "cubic" nor "reno".
var ErrCongestionControl = errors.New("tcp: unknown congestion control")

// Validate reports what New would not understand.
func (cfg *Config) Validate() error {
	switch cfg.CongestionControl {
	case "", "cubic", "reno":
		return nil
	}
	return ErrCongestionControl
}
