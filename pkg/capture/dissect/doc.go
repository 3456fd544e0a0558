// Package dissect takes packets apart, layer by layer: which protocol, which
// bytes, which fields, and what is wrong with them.
package dissect
