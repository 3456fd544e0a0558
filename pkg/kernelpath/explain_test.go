package kernelpath

import (
	"cmp"
	"testing"

	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// stageNames are the stages that a run's events name.
type stageNames map[string]bool

func (n stageNames) Emit(e *trace.Event) {
	if e.Host == Host {
		n[cmp.Or(e.Stage, e.Kind.String())] = true
	}
}

// A learner who reads a trace gets an answer about every stage that is in it.
func TestEveryStageOfATraceIsExplained(t *testing.T) {
	n := stageNames{}
	for _, s := range []Scenario{
		{Handshake: true, ZeroCopy: true},
		{Kind: Bulk, Packets: 8, Loss: 0.02},
		{Kind: Bulk, Packets: 8, Direction: TX, CPUs: 2, Loss: 0.02},
		{Kind: Flood, Packets: 500, PPS: 3e6, Ring: 16, CPUs: 3, RPSCPUs: 7, Flows: 8, MaxBacklog: 5},
		{Kind: Flood, Packets: 3000, PPS: 2e6, NoNAPI: true, AdaptiveRx: true},
		{Kind: Flood, Packets: 20, NoSocket: true},
		{Kind: Flood, Packets: 500, Corrupt: 0.5},
		{Kind: Storm, Packets: 3000},
		{Kind: Incast, Handshake: true},
		{Kind: Forward, Packets: 100, Size: 4000, MTU: 9000, OutMTU: 1500},
		{Kind: Send, Size: 4000, TxQueueLen: 2, TxRing: 4, NoBQL: true},
		{Kind: Mixed, NoTSO: true, AdaptiveRx: true, Qdisc: "fq_codel"},
	} {
		run(t, s, n)
	}
	for name := range n {
		if stage.Explain(name) == "" {
			t.Errorf("%s is not explained", name)
		}
	}
	if len(n) < 60 {
		t.Errorf("only %d stages seen", len(n))
	}
}
