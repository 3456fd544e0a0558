//go:build skbdebug

package skb

const poison = true
