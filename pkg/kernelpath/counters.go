package kernelpath

// The counters of a machine, and the files in which Linux shows them:
// /proc/net/softnet_stat and /proc/net/dev (net/core/net-procfs.c),
// /proc/interrupts (kernel/irq/proc.c), /proc/softirqs (fs/proc/softirqs.c); and
// the output of ethtool -S, tc -s qdisc and nstat.

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/nic"
)

// Counters are what a machine has counted.
type Counters struct {
	Softnet    []Softnet   `json:"softnet_stat" doc:"A line for each CPU of /proc/net/softnet_stat."`
	Interrupts []Interrupt `json:"interrupts" doc:"The lines of /proc/interrupts."`
	SoftIRQs   []SoftIRQ   `json:"softirqs" doc:"The network's lines of /proc/softirqs."`
	Devices    []Device    `json:"devices" doc:"The network cards."`
	SNMP       []Counter   `json:"snmp" doc:"The counters that nstat shows, and their values; those that are 0 are left out."`
}

// Softnet is a line of softnet_stat.
type Softnet struct {
	CPU         int    `json:"cpu"`
	Processed   uint64 `json:"processed"`
	Dropped     uint64 `json:"dropped"`
	TimeSqueeze uint64 `json:"time_squeeze"`
	ReceivedRPS uint64 `json:"received_rps"`
	FlowLimit   uint64 `json:"flow_limit_count"`
	BacklogLen  uint64 `json:"backlog_len"`
	Ksoftirqd   uint64 `json:"ksoftirqd_wakeups" doc:"Not in Linux's file: how often ksoftirqd was woken."`
}

// Interrupt is a line of /proc/interrupts.
type Interrupt struct {
	Vector int      `json:"vector"`
	Name   string   `json:"name"`
	Count  []uint64 `json:"count" doc:"By CPU."`
}

// SoftIRQ is a line of /proc/softirqs.
type SoftIRQ struct {
	Name  string   `json:"name"`
	Count []uint64 `json:"count" doc:"By CPU."`
}

// Device is what a network card and its queueing discipline have counted.
type Device struct {
	Name      string            `json:"name"`
	Stats     nic.Stats         `json:"-"`
	Values    []Counter         `json:"stats" doc:"What ethtool -S shows, under the names of struct rtnl_link_stats64 where it has them."`
	QdiscKind string            `json:"qdisc"`
	Qdisc     host.QdiscStats   `json:"-"`
	Queues    []host.QdiscStats `json:"-"` // its parts, where the card has several queues
	QdiscRows []Counter         `json:"qdisc_stats"`
}

// Counter is a named value.
type Counter struct {
	Name  string `json:"name"`
	Value uint64 `json:"value"`
}

// Collect reads the counters of a machine whose ports have the given queueing
// discipline.
func Collect(h *host.Host, qdisc host.QdiscKind) Counters {
	var c Counters
	for _, s := range h.Softnet() {
		c.Softnet = append(c.Softnet, Softnet{CPU: s.CPU, Processed: s.Processed, Dropped: s.Dropped, TimeSqueeze: s.TimeSqueeze,
			ReceivedRPS: s.ReceivedRPS, FlowLimit: s.FlowLimit, BacklogLen: s.BacklogLen, Ksoftirqd: s.KsoftirqdWake})
	}
	for _, i := range h.Interrupts() {
		c.Interrupts = append(c.Interrupts, Interrupt(i))
	}
	for _, s := range h.SoftIRQs() {
		c.SoftIRQs = append(c.SoftIRQs, SoftIRQ(s))
	}
	for _, p := range h.Ports() {
		d := Device{Name: p.Info().Name, Stats: p.NIC().Stats, QdiscKind: qdisc.String(), Qdisc: p.QdiscStats()}
		d.Values = fields(d.Stats)
		d.QdiscRows = fields(d.Qdisc)
		for i := range p.NIC().Queues() {
			d.Queues = append(d.Queues, p.QueueStats(i))
		}
		c.Devices = append(c.Devices, d)
	}
	n := h.Stack().Stats()
	byGroup := make(map[string][]Counter)
	n.Each(func(name string, v uint64) {
		if g := snmpGroup(name); v > 0 && g != "" {
			byGroup[g] = append(byGroup[g], Counter{name, v})
		}
	})
	c.SNMP = []Counter{}
	for _, g := range snmpGroups {
		c.SNMP = append(c.SNMP, byGroup[g]...)
	}
	return c
}

// snmpGroups are the prefixes of nstat's names in the order in which it prints
// them.
var snmpGroups = []string{"Ip", "Icmp", "Tcp", "Udp", "Ip6", "Icmp6", "Udp6", "TcpExt", "IpExt"}

// snmpGroup returns the longest prefix that fits; none for a counter of our own.
func snmpGroup(name string) string {
	best := ""
	for _, g := range snmpGroups {
		if strings.HasPrefix(name, g) && len(g) > len(best) {
			best = g
		}
	}
	return best
}

// fields lists the integers of a struct under names in the style of the kernel:
// RxMissedErrors is rx_missed_errors.
func fields(of any) []Counter {
	v := reflect.ValueOf(of)
	var out []Counter
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Uint64:
			out = append(out, Counter{snake(v.Type().Field(i).Name), f.Uint()})
		case reflect.Int:
			out = append(out, Counter{snake(v.Type().Field(i).Name), uint64(f.Int())})
		}
	}
	return out
}

// snake writes a Go name with underscores; a run of capitals is one word.
func snake(name string) string {
	upper := func(i int) bool { return i >= 0 && i < len(name) && name[i] >= 'A' && name[i] <= 'Z' }
	var b strings.Builder
	for i := range len(name) {
		if upper(i) && i > 0 && (!upper(i-1) || i+1 < len(name) && !upper(i+1)) {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(name[i : i+1]))
	}
	return b.String()
}

// WriteSoftnetStat writes /proc/net/softnet_stat.
func (c *Counters) WriteSoftnetStat(w io.Writer) error {
	for _, s := range c.Softnet {
		// Nine columns before received_rps: three that count and six of former uses.
		// The last two split the backlog into input_pkt_queue and process_queue;
		// here a packet that is being processed is on neither.
		if _, err := fmt.Fprintf(w, "%08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x %08x\n",
			uint32(s.Processed), uint32(s.Dropped), uint32(s.TimeSqueeze), 0, 0, 0, 0, 0, 0,
			uint32(s.ReceivedRPS), uint32(s.FlowLimit), uint32(s.BacklogLen), s.CPU, uint32(s.BacklogLen), 0); err != nil {
			return err
		}
	}
	return nil
}

// WriteInterrupts writes /proc/interrupts.
func (c *Counters) WriteInterrupts(w io.Writer) error {
	const prec = 3
	var b strings.Builder
	fmt.Fprintf(&b, "%*s", prec+8, "")
	for i := range c.Softnet {
		fmt.Fprintf(&b, "CPU%-8d", i)
	}
	b.WriteByte('\n')
	for i, v := range c.Interrupts {
		fmt.Fprintf(&b, "%*d: ", prec, v.Vector)
		for _, n := range v.Count {
			fmt.Fprintf(&b, "%10d ", n)
		}
		fmt.Fprintf(&b, " %8s %*d-%-8s  %s\n", "PCI-MSIX", prec, i, "edge", v.Name)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteSoftIRQs writes /proc/softirqs: the lines that are the network's.
func (c *Counters) WriteSoftIRQs(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%20s", "")
	for i := range c.Softnet {
		fmt.Fprintf(&b, "CPU%-8d", i)
	}
	b.WriteByte('\n')
	for _, s := range c.SoftIRQs {
		fmt.Fprintf(&b, "%12s:", s.Name)
		for _, n := range s.Count {
			fmt.Fprintf(&b, " %10d", n)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteNetDev writes /proc/net/dev.
func (c *Counters) WriteNetDev(w io.Writer) error {
	var b strings.Builder
	b.WriteString("Inter-|   Receive                                                |  Transmit\n" +
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n")
	for _, d := range c.Devices {
		s := &d.Stats
		fmt.Fprintf(&b, "%6s: %7d %7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d %5d %7d %10d\n", d.Name,
			s.RxBytes, s.RxPackets, s.RxErrors, s.RxDropped+s.RxMissedErrors, 0, s.RxLengthErrors+s.RxCRCErrors, 0, s.Multicast,
			s.TxBytes, s.TxPackets, s.TxErrors, s.TxDropped, 0, 0, s.TxCarrierErrors, 0)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteEthtool writes what ethtool -S prints for a device.
func (d *Device) WriteEthtool(w io.Writer) error {
	var b strings.Builder
	b.WriteString("NIC statistics:\n")
	for _, v := range d.Values {
		fmt.Fprintf(&b, "     %s: %d\n", v.Name, v.Value)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteQdisc writes what tc -s qdisc show prints for a device: one discipline, or mq
// and under it one for each queue, the latest first, as the kernel lists them.
func (d *Device) WriteQdisc(w io.Writer) error {
	var b strings.Builder
	write := func(kind, where, about string, q *host.QdiscStats) {
		fmt.Fprintf(&b, "qdisc %s 0: dev %s %s%s\n Sent %d bytes %d pkt (dropped %d, overlimits 0 requeues %d) \n backlog %db %dp requeues %d\n",
			kind, d.Name, where, about, q.Bytes, q.Packets, q.Drops, q.Requeues, q.Backlog, q.Qlen, q.Requeues)
	}
	about := ""
	switch d.QdiscKind {
	case host.PFIFOFast.String():
		about = " bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1"
	case host.NoQueue.String():
		write(d.QdiscKind, "root refcnt 2", "", &host.QdiscStats{}) // what has no queue counts nothing
		return flush(w, &b)
	}
	if len(d.Queues) < 2 {
		write(d.QdiscKind, "root refcnt 2", about, &d.Qdisc)
		return flush(w, &b)
	}
	write("mq", "root", "", &d.Qdisc)
	for i := len(d.Queues) - 1; i >= 0; i-- {
		write(d.QdiscKind, fmt.Sprintf("parent :%x", i+1), about, &d.Queues[i])
	}
	return flush(w, &b)
}

func flush(w io.Writer, b *strings.Builder) error {
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteNstat writes what nstat prints: the counters of /proc/net/snmp, snmp6
// and netstat that are not 0. Nothing was counted before the run, so the rates
// of a daemon's intervals are 0.
func (c *Counters) WriteNstat(w io.Writer) error {
	var b strings.Builder
	b.WriteString("#kernel\n")
	for _, v := range c.SNMP {
		fmt.Fprintf(&b, "%-32s%-16d%6.1f\n", v.Name, v.Value, 0.0)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// File is one of the texts in which Linux shows its counters.
type File struct {
	Name  string // as Linux has it: a file, or a command
	Write func(io.Writer) error
}

// Files lists all texts.
func (c *Counters) Files() []File {
	list := []File{
		{"/proc/net/softnet_stat", c.WriteSoftnetStat},
		{"/proc/interrupts", c.WriteInterrupts},
		{"/proc/softirqs", c.WriteSoftIRQs},
		{"/proc/net/dev", c.WriteNetDev},
	}
	for i := range c.Devices {
		d := &c.Devices[i]
		list = append(list, File{"ethtool -S " + d.Name, d.WriteEthtool}, File{"tc -s qdisc show dev " + d.Name, d.WriteQdisc})
	}
	return append(list, File{"nstat", c.WriteNstat})
}
