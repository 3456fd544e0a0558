// Package layer is the command netkit layer: packets taken apart, layer by layer.
//
//	NewCmd ─┬─ dump    packets of files or of an interface      cmd.go, run.go
//	        ├─ models  the four-layer and the seven-layer model  models.go
//	        └─ sizes   how large what can be                     sizes.go
//
// How packets go from the input to the output is drawn in pipeline.go.
package layer
