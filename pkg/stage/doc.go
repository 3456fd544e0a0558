// Package stage lists the stages of a packet's path through Linux, in and out,
// and what each costs a simulated CPU.
//
// A [Stage] has the name of Linux's own function, the context it runs in, what
// it does, the kernel source file to read, and a cost. Costs serve virtual
// time only: they are what makes interrupts batch, rings overflow and softirqs
// run out of budget. A cost that nobody has measured says [Assumed] in Basis.
//
// A [Meter] collects the costs of one unit of CPU work. The code of a stage
// charges it where it does the work; the host takes the sum when the unit ends
// and keeps the CPU busy for as long:
//
//	host:  unit starts ── driver, GRO, IP, TCP … ── unit ends: CPU busy until now+Take()
//	                         │      │    │    │
//	                         └─Charge(ID)┴────┘
//
// A nil *Meter costs nothing and collects nothing: real time has real costs.
package stage
