// Package archtest is the floor plan of the house, as a test. It holds the
// list of layers, checks that imports only go down, and keeps clocks,
// goroutines and channels out of the packages that run in virtual time.
// Changing a list here is a design decision, argued in the commit that does it.
package archtest
