// Command netkit is a set of network utilities over a userspace TCP/IP stack.
package main

import (
	"os"

	"github.com/netkit-go/netkit/internal/cli/root"
)

func main() { os.Exit(root.Process()) }
