package layer

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/netkit-go/netkit/pkg/capture/oui"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// resolvePatience is how long one address may take to be looked up.
const resolvePatience = 2 * time.Second

// names is what --names, --resolve and --oui ask for; nil for nothing.
func (o *Options) names() (*layers.Names, error) {
	if !o.Names && !o.Resolve && o.OUI == "" {
		return nil, nil
	}
	n := &layers.Names{}
	if o.Names || o.OUI != "" {
		n.Vendors = oui.Registries()
	}
	if o.OUI != "" {
		f, err := os.Open(o.OUI)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		own, err := oui.Read(f)
		if err != nil {
			return nil, &fileError{o.OUI, err}
		}
		n.Vendors = own.Before(n.Vendors)
	}
	if o.Resolve {
		n.Hosts = &layers.Hosts{Lookup: lookup}
	}
	return n, nil
}

// lookup asks the host's resolver for the name of an address.
func lookup(a netip.Addr) string {
	ctx, cancel := context.WithTimeout(context.Background(), resolvePatience)
	defer cancel()
	names, err := net.DefaultResolver.LookupAddr(ctx, a.String())
	if err != nil || len(names) == 0 {
		return ""
	}
	return strings.TrimSuffix(names[0], ".")
}

// fileError says which file an error is about.
type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }
