package kernelpath

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/kernelpath"
	"github.com/netkit-go/netkit/pkg/stage"
)

// options are what all verbs share: the scenario.
type options struct {
	scenario kernelpath.Scenario
	side     string // rx, tx or nothing
	kind     string
	costs    []string
	costFile string
	out      cli.Output
}

func (o *options) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.kind, "scenario", "", "what happens, a `SCENARIO`: "+strings.Join(kindNames(), ", "))
	for _, k := range kernelpath.Knobs() {
		v := &knobFlag{k: k, s: &o.scenario}
		if !k.Switch() {
			f.Var(v, k.Name, k.Doc+defaultOf(k))
			if len(k.Values) > 0 {
				_ = cmd.RegisterFlagCompletionFunc(k.Name, cobra.FixedCompletions(k.Values, cobra.ShellCompDirectiveNoFileComp))
			}
			continue
		}
		name := k.Name
		if k.Off {
			name = "no-" + k.Name
		}
		f.Var(v, name, k.Doc)
		f.Lookup(name).NoOptDefVal = "true"
	}
	f.BoolVar(&o.scenario.Handshake, "handshake", false, "events begin with the connection being set up, not with the traffic")
	f.StringArrayVar(&o.costs, "cost", nil, "a stage costs its CPU this much, as `STAGE=NS`; STAGE/KiB=NS for each 1024 bytes. May be repeated")
	f.StringVar(&o.costFile, "cost-file", "", "costs from a `FILE` of such lines")
	o.out.AddFlags(cmd)
	_ = cmd.RegisterFlagCompletionFunc("scenario", cobra.FixedCompletions(kindNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("cost", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var out []string
		for _, n := range stage.Names() {
			out = append(out, n+"=")
		}
		return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
}

// defaultOf is a parameter's default where all scenarios have the same.
func defaultOf(k kernelpath.Knob) string {
	text := ""
	for i, kind := range kernelpath.Kinds() {
		s := kernelpath.Scenario{Kind: kind}
		s.Fill()
		v := k.Get(&s)
		if i > 0 && v != text {
			return ""
		}
		text = v
	}
	switch text {
	case "", "0", "0s", "0%":
		return ""
	}
	return " (default " + text + ")"
}

// knobFlag is a parameter as a flag.
type knobFlag struct {
	k  kernelpath.Knob
	s  *kernelpath.Scenario
	is string
}

func (v *knobFlag) String() string { return v.is }
func (v *knobFlag) Type() string {
	if v.k.Switch() {
		return "bool"
	}
	return v.k.Value
}
func (v *knobFlag) IsBoolFlag() bool { return v.k.Switch() }

func (v *knobFlag) Set(text string) error {
	value := text
	if v.k.Switch() {
		on, err := strconv.ParseBool(text)
		if err != nil {
			return cli.Usagef("%q is neither true nor false", text)
		}
		value = "off"
		if on != v.k.Off {
			value = "on"
		}
	}
	if err := v.k.Set(v.s, value); err != nil {
		return cli.Usagef("%s", strings.TrimPrefix(plain(err), v.k.Name+": "))
	}
	v.is = text
	return nil
}

// plain is an error's text without the package that it comes from.
func plain(err error) string {
	return strings.ReplaceAll(err.Error(), kernelpath.ErrScenario.Error()+": ", "")
}

// usage makes a scenario that makes no sense the command line's fault.
func usage(err error) error {
	if errors.Is(err, kernelpath.ErrScenario) {
		return cli.Usagef("%s", plain(err))
	}
	return err
}

// complete works out the scenario.
func (o *options) complete(s *cli.Streams) error {
	sc := &o.scenario
	switch {
	case o.kind != "" && !knownKind(o.kind):
		return cli.Usagef("unknown scenario %q", o.kind).WithHint("one of %s", strings.Join(kindNames(), ", "))
	case o.kind == "" && o.side != "":
		sc.Kind = sides[o.side]
	default:
		sc.Kind = kernelpath.Kind(o.kind)
	}
	if o.kind != "" && o.side != "" {
		if sc.Kind == kernelpath.Request || o.side == "tx" && sc.Kind != kernelpath.Bulk && sc.Kind != kernelpath.Send || o.side == "rx" && sc.Kind == kernelpath.Send {
			return cli.Usagef("the scenario %s has no side %s", sc.Kind, o.side).WithHint("leave out %s, or choose --scenario bulk", o.side)
		}
		sc.Direction = kernelpath.Direction(o.side)
	}
	costs, err := o.costTable()
	if err != nil {
		return err
	}
	sc.Costs = costs
	filled := *sc
	filled.Fill()
	return usage(filled.Check())
}

// costTable is the default table with what the flags change.
func (o *options) costTable() (*stage.Table, error) {
	t := stage.Default()
	if o.costFile != "" {
		f, err := os.Open(o.costFile)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in := bufio.NewScanner(f)
		for n := 1; in.Scan(); n++ {
			line, _, _ := strings.Cut(in.Text(), "#")
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			if err := setCost(t, line); err != nil {
				return nil, cli.Usagef("%s:%d: %s", o.costFile, n, err).WithHint("netkit kernel-path stages lists the stages")
			}
		}
		if err := in.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", o.costFile, err)
		}
	}
	for _, c := range o.costs {
		if err := setCost(t, c); err != nil {
			return nil, cli.Usagef("--cost %s: %s", c, err).WithHint("netkit kernel-path stages lists the stages")
		}
	}
	return t, nil
}

// setCost reads STAGE=NS; the time may have a unit.
func setCost(t *stage.Table, text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return errors.New("a cost is STAGE=NS")
	}
	value = strings.TrimSpace(value)
	d, err := time.ParseDuration(value)
	if n, nerr := strconv.ParseInt(value, 10, 64); nerr == nil {
		d, err = time.Duration(n), nil
	}
	if err != nil {
		return fmt.Errorf("%q is no time: nanoseconds, or a number with ns, us or ms", value)
	}
	if err := t.Set(strings.TrimSpace(name), d); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "stage: "))
	}
	return nil
}

// has reports whether a list holds a word.
func has(list []string, word string) bool { return slices.Contains(list, word) }
