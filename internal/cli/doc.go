// Package cli holds what all commands of netkit share: the streams, the output
// formats, the errors with their exit codes, the configuration, and the escaping
// of text that came from a network.
//
// A command lives in a package of its own below this one and has three parts:
//
//	type Options struct { … ; Output cli.Output }        what the flags say
//	func NewCmd(s *cli.Streams) *cobra.Command           flags -> Options
//	func (o *Options) Run(ctx context.Context, …) error  does it, returns an error
//
// Run computes one result struct and hands it to [Output.Write] (or record by
// record to a [Records]); every format is made from that struct, so text and JSON
// cannot disagree:
//
//	                      ┌ table   aligned columns, or the document's own drawing
//	result struct ────────┼ plain   one record a line, fields apart by a tab, no heading
//	(json tags, Table())  ├ csv     RFC 4180, with a heading
//	                      ├ json    the document, indented
//	                      ├ jsonl   one record a line
//	                      └ yaml    the same document
//
// Data goes to Streams.Out, everything else to Streams.Err. No command exits the
// process or writes to os.Stdout; package root turns the returned error into an
// exit code and a message through [Report].
package cli
