//go:build !linux

package hostif

import (
	"context"

	"github.com/netkit-go/netkit/pkg/capture"
)

// Live is a capture in progress. On this system there is none.
type Live struct{}

// Open fails with ErrUnsupported.
func Open(Config) (*Live, error) { return nil, ErrUnsupported }

// Interface describes nothing.
func (*Live) Interface() capture.Interface { return capture.Interface{} }

// Next fails with ErrUnsupported.
func (*Live) Next(context.Context) (capture.Packet, error) {
	return capture.Packet{}, ErrUnsupported
}

// Stats counts nothing.
func (*Live) Stats() Stats { return Stats{} }

// Close does nothing.
func (*Live) Close() error { return nil }
