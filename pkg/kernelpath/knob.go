package kernelpath

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/lab"
)

// Knob is one parameter of a scenario under the name that Linux, ethtool or tc
// have for it.
type Knob struct {
	Name   string   // "ring", "gro"
	Value  string   // what its value is: NUMBER, RATE, TIME, SHARE, MASK; "" for a switch
	Doc    string   // with the value in backquotes
	Values []string // all values, where they are few
	Off    bool     // a switch that is on unless it is turned off, of which Doc tells

	get func(*Scenario) string
	set func(*Scenario, string) error
}

// Set gives the parameter of a scenario a value.
func (k *Knob) Set(s *Scenario, value string) error {
	if err := k.set(s, value); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrScenario, k.Name, err)
	}
	return nil
}

// Get returns the value that the parameter has.
func (k *Knob) Get(s *Scenario) string { return k.get(s) }

// Switch reports whether the parameter is on or off.
func (k *Knob) Switch() bool { return k.Value == "" }

// FindKnob returns the parameter with the name.
func FindKnob(name string) (*Knob, bool) {
	i := slices.IndexFunc(knobs, func(k Knob) bool { return k.Name == name })
	if i < 0 {
		return nil, false
	}
	return &knobs[i], true
}

// Knobs lists the parameters in the order of the help texts.
func Knobs() []Knob { return slices.Clone(knobs) }

var knobs = []Knob{
	number("packets", 1, "datagrams or messages that are sent: `NUMBER`", func(s *Scenario) *int { return &s.Packets }),
	number("size", 1, "payload of each in `BYTES`", func(s *Scenario) *int { return &s.Size }),
	choice("proto", "`PROTOCOL`: tcp or udp", []string{"tcp", "udp"}, func(s *Scenario) *string { return &s.Proto }),
	{Name: "pps", Value: "NUMBER", Doc: "datagrams a second from the wire: `NUMBER`",
		get: func(s *Scenario) string { return strconv.FormatInt(s.PPS, 10) },
		set: func(s *Scenario, v string) (err error) { s.PPS, err = parseCount(v, 1); return err }},
	choice("arrival", "how they are spaced: constant or poisson (`KIND`)", []string{string(Constant), string(Poisson)},
		func(s *Scenario) *string { return (*string)(&s.Arrival) }),
	number("flows", 1, "flows that they belong to: `NUMBER`", func(s *Scenario) *int { return &s.Flows }),
	number("senders", 1, "machines that send in an incast: `NUMBER`", func(s *Scenario) *int { return &s.Senders }),
	number("readers", 1, "sockets with a reading task each: `NUMBER`", func(s *Scenario) *int { return &s.Readers }),
	onOff("socket", "nobody has opened the port that datagrams go to", true, func(s *Scenario) *bool { return &s.NoSocket }),
	duration("pause", "how long a reader does something else after each read, a sender of datagrams after each one: `TIME`", func(s *Scenario) *time.Duration { return &s.Pause }),
	{Name: "seed", Value: "NUMBER", Doc: "`NUMBER` that random events come from",
		get: func(s *Scenario) string { return strconv.FormatUint(s.Seed, 10) },
		set: func(s *Scenario, v string) (err error) {
			s.Seed, err = strconv.ParseUint(v, 10, 64)
			return numError(v, err)
		}},

	{Name: "rate", Value: "RATE", Doc: "links have this `RATE`, as 10gbit",
		get: func(s *Scenario) string { return strconv.FormatInt(s.Rate, 10) },
		set: func(s *Scenario, v string) (err error) { s.Rate, err = lab.ParseRate(v); return err }},
	duration("delay", "propagation on the wire, one way: `TIME`, as 20us", func(s *Scenario) *time.Duration { return &s.Delay }),
	share("loss", "lose this `SHARE` of the frames, as 5%", func(s *Scenario) *float64 { return &s.Loss }),
	share("corrupt", "invert a bit in this `SHARE` of the frames, one in eight times behind the FCS's back", func(s *Scenario) *float64 { return &s.Corrupt }),
	number("mtu", 1, "MTU of the host's card in `BYTES`", func(s *Scenario) *int { return &s.MTU }),
	number("out-mtu", 1, "MTU of a router's outgoing card in `BYTES`", func(s *Scenario) *int { return &s.OutMTU }),

	number("ring", 1, "receive descriptors of a queue (ethtool -G rx): `NUMBER`", func(s *Scenario) *int { return &s.Ring }),
	number("tx-ring", 1, "transmit descriptors of a queue (ethtool -G tx): `NUMBER`", func(s *Scenario) *int { return &s.TxRing }),
	number("queues", 1, "queues of the card (ethtool -L combined): `NUMBER`", func(s *Scenario) *int { return &s.Queues }),
	number("rx-usecs", 0, "delay receive interrupts by up to this many `MICROSECONDS` (ethtool -C)", func(s *Scenario) *int { return &s.RxUsecs }),
	number("rx-frames", 0, "or until this `NUMBER` of frames has arrived (ethtool -C)", func(s *Scenario) *int { return &s.RxFrames }),
	number("tx-usecs", 0, "delay transmit interrupts by up to this many `MICROSECONDS` (ethtool -C)", func(s *Scenario) *int { return &s.TxUsecs }),
	number("tx-frames", 0, "or until this `NUMBER` of frames has left (ethtool -C)", func(s *Scenario) *int { return &s.TxFrames }),
	onOff("adaptive-rx", "the card chooses rx-usecs and rx-frames by the load (ethtool -C)", false, func(s *Scenario) *bool { return &s.AdaptiveRx }),
	onOff("tso", "without TSO: super-segments are cut by software (ethtool -K)", true, func(s *Scenario) *bool { return &s.NoTSO }),

	number("cpus", 1, "CPUs of the host: `NUMBER`", func(s *Scenario) *int { return &s.CPUs }),
	{Name: "rps-cpus", Value: "MASK", Doc: "CPUs that share receive work in software, as a hexadecimal `MASK` (rps_cpus)",
		get: func(s *Scenario) string { return strconv.FormatUint(s.RPSCPUs, 16) },
		set: func(s *Scenario, v string) (err error) {
			s.RPSCPUs, err = strconv.ParseUint(strings.TrimPrefix(v, "0x"), 16, 64)
			if err != nil {
				return fmt.Errorf("%q is no hexadecimal mask", v)
			}
			return nil
		}},
	number("budget", 1, "packets of one net_rx_action (netdev_budget): `NUMBER`", func(s *Scenario) *int { return &s.Budget }),
	number("budget-usecs", 1, "and `MICROSECONDS` of it (netdev_budget_usecs)", func(s *Scenario) *int { return &s.BudgetUsecs }),
	number("weight", 1, "packets of one poll (dev_weight): `NUMBER`", func(s *Scenario) *int { return &s.Weight }),
	number("max-backlog", 1, "packets in a CPU's backlog (netdev_max_backlog): `NUMBER`", func(s *Scenario) *int { return &s.MaxBacklog }),
	duration("softirq-time", "how long softirqs go on before ksoftirqd takes over: `TIME`", func(s *Scenario) *time.Duration { return &s.SoftirqTime }),
	number("softirq-restart", 1, "and how many rounds (MAX_SOFTIRQ_RESTART): `NUMBER`", func(s *Scenario) *int { return &s.SoftirqRestart }),
	onOff("napi", "without NAPI: every frame interrupts", true, func(s *Scenario) *bool { return &s.NoNAPI }),
	onOff("gro", "without GRO: received segments are not merged (ethtool -K)", true, func(s *Scenario) *bool { return &s.NoGRO }),
	number("gro-normal-batch", 1, "packets that GRO passes up together (gro_normal_batch): `NUMBER`", func(s *Scenario) *int { return &s.GROBatch }),
	choice("qdisc", "queueing `DISCIPLINE`: pfifo_fast, fq_codel or noqueue",
		[]string{host.PFIFOFast.String(), host.FQCoDel.String(), host.NoQueue.String()}, func(s *Scenario) *string { return &s.Qdisc }),
	number("txqueuelen", 1, "packets in pfifo_fast: `NUMBER`", func(s *Scenario) *int { return &s.TxQueueLen }),
	onOff("bql", "without byte queue limits", true, func(s *Scenario) *bool { return &s.NoBQL }),
	number("rcvbuf", 0, "bound of a reading socket's memory in `BYTES` (SO_RCVBUF)", func(s *Scenario) *int { return &s.RcvBuf }),
	number("sndbuf", 0, "bound of what the host's TCP sockets have to send in `BYTES` (SO_SNDBUF)", func(s *Scenario) *int { return &s.SndBuf }),
	number("tcp-limit-output-bytes", 0, "bound of what a connection has below TCP in `BYTES` (small queues)", func(s *Scenario) *int { return &s.LimitOutput }),
	onOff("zerocopy", "the host sends over TCP with MSG_ZEROCOPY", false, func(s *Scenario) *bool { return &s.ZeroCopy }),
}

// valueOf is the word in backquotes of a text.
func valueOf(doc string) string {
	_, rest, _ := strings.Cut(doc, "`")
	word, _, _ := strings.Cut(rest, "`")
	return word
}

func number(name string, least int64, doc string, at func(*Scenario) *int) Knob {
	return Knob{Name: name, Value: valueOf(doc), Doc: doc,
		get: func(s *Scenario) string { return strconv.Itoa(*at(s)) },
		set: func(s *Scenario, v string) error {
			n, err := parseCount(v, least)
			if err == nil {
				*at(s) = int(n)
			}
			return err
		}}
}

// parseCount reads a number that may end in k, M or G, of 1000.
func parseCount(v string, least int64) (int64, error) {
	digits, unit := v, int64(1)
	if v != "" {
		if u, ok := map[byte]int64{'k': 1e3, 'K': 1e3, 'm': 1e6, 'M': 1e6, 'g': 1e9, 'G': 1e9}[v[len(v)-1]]; ok {
			digits, unit = v[:len(v)-1], u
		}
	}
	n, err := strconv.ParseInt(digits, 10, 40)
	if err != nil || n < 0 || n > 1e12/unit {
		return 0, numError(v, strconv.ErrSyntax)
	}
	if n < least {
		return 0, fmt.Errorf("at least %d, not %d", least, n)
	}
	return n * unit, nil
}

func numError(v string, err error) error {
	if err != nil {
		return fmt.Errorf("%q is no number", v)
	}
	return nil
}

func share(name, doc string, at func(*Scenario) *float64) Knob {
	return Knob{Name: name, Value: valueOf(doc), Doc: doc,
		get: func(s *Scenario) string { return strconv.FormatFloat(*at(s)*100, 'g', -1, 64) + "%" },
		set: func(s *Scenario, v string) (err error) { *at(s), err = lab.ParseShare(v); return err }}
}

func choice(name, doc string, values []string, at func(*Scenario) *string) Knob {
	return Knob{Name: name, Value: valueOf(doc), Doc: doc, Values: values,
		get: func(s *Scenario) string { return *at(s) },
		set: func(s *Scenario, v string) error {
			if !slices.Contains(values, v) {
				return fmt.Errorf("%q is none of %s", v, strings.Join(values, ", "))
			}
			*at(s) = v
			return nil
		}}
}

func duration(name, doc string, at func(*Scenario) *time.Duration) Knob {
	return Knob{Name: name, Value: valueOf(doc), Doc: doc,
		get: func(s *Scenario) string { return at(s).String() },
		set: func(s *Scenario, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d <= 0 {
				return fmt.Errorf("%q is no time: a number above 0 with ns, us, ms or s", v)
			}
			*at(s) = d
			return nil
		}}
}

// onOff is a switch. One that is on by default is kept inverted.
func onOff(name, doc string, on bool, at func(*Scenario) *bool) Knob {
	return Knob{Name: name, Doc: doc, Off: on, Values: []string{"on", "off"},
		get: func(s *Scenario) string {
			if *at(s) != on {
				return "on"
			}
			return "off"
		},
		set: func(s *Scenario, v string) error {
			switch v {
			case "on", "true", "yes", "1":
				*at(s) = !on
			case "off", "false", "no", "0":
				*at(s) = on
			default:
				return fmt.Errorf("%q is neither on nor off", v)
			}
			return nil
		}}
}
