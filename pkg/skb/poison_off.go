//go:build !skbdebug

package skb

// poison makes freed blocks unreadable: build with -tags skbdebug.
const poison = false
