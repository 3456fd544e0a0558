package kernelpath

// The form of tracing/trace: kernel/trace/trace.c (header) and trace_output.c
// (trace_print_context); the tracepoints' arguments as TP_printk has them in
// include/trace/events/{irq,napi,net,skb,sched}.h.

import (
	"bufio"
	"io"
	"strconv"

	"github.com/netkit-go/netkit/pkg/render/jsonl"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Ftrace is a [trace.Sink] that writes a line for each event as the kernel's
// tracing/trace file has it, with two differences: times have nine decimals, as
// trace-cmd report -t gives them, and count from the first event; and pointers
// are ids: skbaddr is the packet's id, or its data block's.
//
// What happens in the device has no CPU and no task: its lines name the device
// instead of a task, and CPU 000.
type Ftrace struct {
	Host string // only this machine's events; "" for all

	w     *bufio.Writer
	line  []byte
	start int64
	begun bool
	pids  map[string]int
	err   error
}

// NewFtrace returns an Ftrace on w.
func NewFtrace(w io.Writer) *Ftrace {
	return &Ftrace{w: bufio.NewWriterSize(w, 64<<10), pids: map[string]int{}}
}

const ftraceHead = `# tracer: nop
#
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
`

// firstPid is what the first task seen gets as its process id.
const firstPid = 1000

// pid numbers tasks in the order in which they appear.
func (f *Ftrace) pid(task string) int {
	if task == "" {
		return 0
	}
	p, ok := f.pids[task]
	if !ok {
		p = firstPid + len(f.pids)
		f.pids[task] = p
	}
	return p
}

// Emit implements [trace.Sink].
func (f *Ftrace) Emit(e *trace.Event) {
	if f.err != nil || f.Host != "" && e.Host != f.Host {
		return
	}
	if !f.begun {
		f.begun, f.start = true, e.Time-e.Dur
		_, f.err = f.w.WriteString(ftraceHead)
	}
	task, pid := e.Task, f.pid(e.Task)
	switch {
	case e.Kind == trace.TaskRun: // the kernel reports a switch as who had the CPU before
		task, pid = "<idle>", 0
	case e.Ctx == trace.Hardware:
		task = e.Dev
		if task == "" {
			task = e.Host
		}
		task = "<" + task + ">"
	case task == "":
		task = "<idle>"
	}
	b := padLeft(f.line[:0], task, 16)
	b = append(b, '-')
	mark := len(b)
	b = strconv.AppendInt(b, int64(pid), 10)
	for len(b) < mark+7 {
		b = append(b, ' ')
	}
	b = append(b, " ["...)
	b = append(zeros(b, int64(max(e.CPU, 0)), 3), "] "...)
	b = append(b, context(e.Ctx)...)
	ns := e.Time - f.start
	b = padLeft(append(b, ' '), strconv.FormatInt(ns/1e9, 10), 5)
	b = append(zeros(append(b, '.'), ns%1e9, 9), ": "...)
	b = append(append(b, name(e)...), ':')
	b = f.args(b, e)
	b = append(b, '\n')
	f.line = b
	_, f.err = f.w.Write(b)
}

// context is the five marks of a line: interrupts off, need-resched, hardirq or
// softirq, preempt depth, migrate-disable.
func context(c trace.Context) string {
	switch c {
	case trace.HardIRQ:
		return "d.h1."
	case trace.SoftIRQ:
		return "..s1."
	}
	return "....."
}

// args appends what the tracepoint prints; events that are no tracepoints of the
// kernel print what the timeline does.
func (f *Ftrace) args(b []byte, e *trace.Event) []byte {
	w := words(b)
	skb := int64(e.Pkt)
	if skb == 0 {
		skb = int64(e.Buf)
	}
	switch name(e) {
	case "irq_handler_entry":
		return w.n("irq", int64(e.NIC.Vector)).s("name=" + e.Dev)
	case "irq_handler_exit":
		return w.n("irq", int64(e.NIC.Vector)).s("ret=handled")
	case "softirq_entry", "softirq_exit", "softirq_raise":
		if n, ok := softirqs[e.Text]; ok {
			return append(append(w.n("vec", n).s("[action="), e.Text...), ']')
		}
	case "napi_poll":
		return w.s("napi poll on napi struct").s(strconv.Itoa(int(e.NIC.Queue))).s("for device").s(e.Dev).
			s("work").s(strconv.Itoa(int(e.NIC.Work))).s("budget").s(strconv.Itoa(int(e.NIC.Budget)))
	case "netif_receive_skb", "netif_rx", "net_dev_queue":
		return w.s("dev="+e.Dev).n("skbaddr", skb).n("len", int64(e.Len))
	case "net_dev_xmit":
		return w.s("dev="+e.Dev).n("skbaddr", skb).n("len", int64(e.Len)).s("rc=0")
	case "kfree_skb":
		return w.n("skbaddr", skb).s("reason:").s(e.Drop.String())
	case "consume_skb":
		return w.n("skbaddr", skb)
	case "skb_copy_datagram_iovec":
		return w.n("skbaddr", skb).n("len", int64(max(e.Copied, e.Len)))
	case "sched_switch":
		return f.schedSwitch(w, e)
	case "sched_wakeup":
		w = w.comm("comm=", e.Text).n("pid", int64(f.pid(e.Text))).s("prio=120 target_cpu=")
		return zeros(w, int64(max(e.CPU, 0)), 3)
	}
	if e.Pkt != 0 {
		w = w.n("pkt", int64(e.Pkt))
	}
	if e.Buf != 0 {
		w = w.n("buf", int64(e.Buf))
	}
	return appendWhat(w.nz("len", int64(e.Len)), e)
}

// schedSwitch appends the tracepoint's arguments. The simulation reports apart who
// loses a CPU and who gets it; between the two it is the idle task's, swapper.
func (f *Ftrace) schedSwitch(w words, e *trace.Event) words {
	idle := "swapper/" + strconv.Itoa(int(max(e.CPU, 0)))
	prev, state, next := idle, "R", e.Text
	switch e.Kind {
	case trace.TaskBlock:
		prev, state, next = e.Task, "S", idle
	case trace.TaskPreempt:
		prev, next = e.Text, idle
	}
	pid := func(task string) int64 {
		if task == idle {
			return 0
		}
		return int64(f.pid(task))
	}
	w = w.comm("prev_comm=", prev).n("prev_pid", pid(prev)).s("prev_prio=120 prev_state=" + state + " ==>")
	return w.comm("next_comm=", next).n("next_pid", pid(next)).s("next_prio=120")
}

// comm adds a task's name behind its label.
func (w words) comm(label, task string) words {
	quoted := jsonl.AppendString(nil, task)
	return append(w.s(label), quoted[1:len(quoted)-1]...)
}

// softirqs are the vectors of include/linux/interrupt.h that the network has.
var softirqs = map[string]int64{"NET_TX": 2, "NET_RX": 3}

func zeros(b []byte, v int64, width int) []byte {
	var a [20]byte
	s := strconv.AppendInt(a[:0], v, 10)
	for n := len(s); n < width; n++ {
		b = append(b, '0')
	}
	return append(b, s...)
}

// Close writes what is left and returns the first error.
func (f *Ftrace) Close() error {
	if f.err == nil {
		f.err = f.w.Flush()
	}
	return f.err
}
