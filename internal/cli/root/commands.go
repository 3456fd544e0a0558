package root

import (
	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/fetch"
	"github.com/netkit-go/netkit/internal/cli/kernelpath"
	"github.com/netkit-go/netkit/internal/cli/lab"
	"github.com/netkit-go/netkit/internal/cli/layer"
	"github.com/netkit-go/netkit/internal/cli/subnet"
)

func commands(s *cli.Streams) []*cobra.Command {
	return []*cobra.Command{
		fetch.NewCmd(s),
		kernelpath.NewCmd(s),
		lab.NewCmd(s),
		layer.NewCmd(s),
		subnet.NewCmd(s),
		versionCmd(s),
	}
}
