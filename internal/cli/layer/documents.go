package layer

import (
	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// DumpDoc is the document of netkit layer dump --json.
type DumpDoc struct {
	SchemaVersion int             `json:"schema_version" doc:"Version of this document's form."`
	Packets       []layers.Packet `json:"packets" doc:"The packets in the order of the input."`
	Error         *cli.ErrorBody  `json:"error,omitempty" doc:"Why the input was not read to its end."`
}

// Documents returns the form of every JSON document of the command, by the name
// of its schema, as values whose types carry json and doc tags.
func Documents() map[string]any {
	return map[string]any{
		"layer-dump.json":   DumpDoc{},
		"layer-packet.json": layers.Packet{},
		"layer-stats.json":  StatsDoc{},
		"layer-models.json": ModelsDoc{},
		"layer-sizes.json":  SizesDoc{},
	}
}
