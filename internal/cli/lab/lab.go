// Package lab is the command netkit lab: what the network inside the process looks
// like.
package lab

import (
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/lab"
)

// NewCmd returns the command with its verbs.
func NewCmd(s *cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "The network inside the process",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cli.SetManual(cmd, cli.Manual{Exit: exits(), SeeAlso: []string{"netkit-lab-show(1)"}})
	cmd.AddCommand(newShow(s))
	return cmd
}

func exits() []cli.Entry {
	return []cli.Entry{{Term: "0", Text: "success"}, {Term: "1", Text: "failure"}, {Term: "2", Text: "bad usage"}}
}

// Options are what the flags of netkit lab show say.
type Options struct {
	Hosts, MTU int
	Output     cli.Output
}

func newShow(s *cli.Streams) *cobra.Command {
	o := &Options{}
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Draw the lab: its networks, cables, addresses and names",
		Example: `  netkit lab show
  netkit lab show --hosts 5
  netkit lab show --json | jq '.nodes[].name'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return o.Run(s) },
	}
	cmd.Flags().IntVar(&o.Hosts, "hosts", 0, "`NUMBER` of further hosts on the client's LAN")
	cmd.Flags().IntVar(&o.MTU, "mtu", 0, "MTU of the client's LAN in `BYTES` (default 1500)")
	o.Output.AddFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits(), SeeAlso: []string{"netkit(1)", "netkit-fetch(1)"}})
	return cmd
}

// Run shows the lab.
func (o *Options) Run(s *cli.Streams) error {
	l, err := lab.New(lab.Config{Hosts: o.Hosts, MTU: o.MTU})
	if err != nil {
		return cli.Usagef("%s", strings.TrimPrefix(err.Error(), lab.ErrConfig.Error()+": "))
	}
	defer l.Close()
	return o.Output.Write(s, Show{1, l.Topology()})
}

// Show is the result of netkit lab show.
type Show struct {
	SchemaVersion int `json:"schema_version" doc:"Version of this document's form."`
	lab.Topology
}

// Cells implements cli.Doc: a row for each port.
func (d Show) Cells() cli.Cells {
	c := cli.Cells{Columns: []string{"node", "kind", "port", "mac", "addresses", "mtu", "link", "services"}}
	for _, n := range d.Nodes {
		for _, p := range n.Ports {
			mtu := ""
			if p.MTU > 0 {
				mtu = strconv.Itoa(p.MTU)
			}
			c.Rows = append(c.Rows, []string{n.Name, n.Kind, p.Name, p.MAC, join(p.Addrs), mtu, p.Link, strings.Join(n.Services, " ")})
		}
	}
	return c
}

func join(list []netip.Prefix) string {
	var out []string
	for _, p := range list {
		out = append(out, p.String())
	}
	return strings.Join(out, " ")
}

// WriteText implements cli.Texter: a drawing, the ports, and the names.
func (d Show) WriteText(w io.Writer, s *cli.Streams) error {
	if _, err := io.WriteString(w, d.draw(s.Width())+"\n"); err != nil {
		return err
	}
	ports := cli.Cells{Columns: []string{"node", "port", "mac", "addresses", "services"}}
	for _, n := range d.Nodes {
		if n.Kind == "switch" {
			continue // its ports have no addresses of any kind
		}
		for _, p := range n.Ports {
			ports.Rows = append(ports.Rows, []string{n.Name, p.Name, p.MAC, join(p.Addrs), strings.Join(n.Services, ", ")})
		}
	}
	if err := cli.WriteTable(w, ports); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	names := cli.Cells{Columns: []string{"name", "addresses"}}
	for _, n := range d.Names {
		var list []string
		for _, a := range n.Addrs {
			list = append(list, a.String())
		}
		if n.Alias != "" {
			list = []string{"as " + n.Alias}
		}
		names.Rows = append(names.Rows, []string{n.Name, strings.Join(list, " ")})
	}
	return cli.WriteTable(w, names)
}
