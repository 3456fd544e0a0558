package root

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
)

// Version is the result of netkit version.
type Version struct {
	SchemaVersion int    `json:"schema_version" doc:"Version of this document's form."`
	Version       string `json:"version" doc:"Module version, or devel."`
	Revision      string `json:"revision,omitempty" doc:"Commit that was built."`
	Time          string `json:"time,omitempty" doc:"Time of that commit, RFC 3339."`
	Modified      bool   `json:"modified" doc:"Whether the source differed from that commit."`
	Go            string `json:"go" doc:"Version of Go."`
	OS            string `json:"os" doc:"Operating system, as Go names it."`
	Arch          string `json:"arch" doc:"Architecture, as Go names it."`
}

func build() Version {
	v := Version{SchemaVersion: 1, Version: "devel", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if m := info.Main.Version; m != "" && m != "(devel)" {
		v.Version = m
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func (v Version) String() string {
	return strings.Join([]string{v.Version, v.Go, v.OS + "/" + v.Arch}, " ")
}

// Cells implements cli.Doc.
func (v Version) Cells() cli.Cells {
	return cli.Cells{
		Columns: []string{"version", "revision", "go", "os", "arch"},
		Rows:    [][]string{{v.Version, v.Revision, v.Go, v.OS, v.Arch}},
	}
}

func versionCmd(s *cli.Streams) *cobra.Command {
	var out cli.Output
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which netkit this is",
		Example: `  netkit version
  netkit version --json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return out.Write(s, build()) },
	}
	out.AddFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: commonExit()})
	return cmd
}
