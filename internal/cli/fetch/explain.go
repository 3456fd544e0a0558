package fetch

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
	"github.com/netkit-go/netkit/pkg/render/story"
)

// Explain is --explain: the story of the run in place of the body.
type Explain struct {
	Form string // text, markdown, html or json; "" is no story

	file string // of the story; "" is stdout
	rec  story.Recorder
}

var explainForms = []string{"text", "markdown", "html", "json"}

// addFlag gives cmd the flag.
func (e *Explain) addFlag(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(explainFlag{&e.Form}, "explain", "tell the journey of this run in nine steps, as `FORM`: text, markdown, html or json; the body goes to -o only")
	f.Lookup("explain").NoOptDefVal = explainForms[0]
	_ = cmd.RegisterFlagCompletionFunc("explain", cobra.FixedCompletions(explainForms, cobra.ShellCompDirectiveNoFileComp))
}

type explainFlag struct{ form *string }

func (explainFlag) Type() string     { return "FORM" }
func (f explainFlag) String() string { return *f.form }
func (f explainFlag) Set(s string) error {
	for _, name := range explainForms {
		if s == name {
			*f.form = s
			return nil
		}
	}
	return cli.Usagef("%q is no form of a story: %s", s, strings.Join(explainForms, ", "))
}

// On reports whether a story is asked for.
func (e *Explain) On() bool { return e.Form != "" }

// settle changes what a story needs otherwise, and refuses what does not go with it.
func (e *Explain) settle(o *Options) error {
	if !e.On() {
		return nil
	}
	if o.Output.Format == cli.JSON { // --json is the story's then
		e.Form, o.Output.Format = "json", Raw
	}
	switch {
	case o.Net.Dev == "host":
		return cli.Usagef("--explain tells what our own stack did: --dev host uses the kernel's").WithHint("leave out --dev host")
	case o.Output.Format != Raw:
		return cli.Usagef("--explain is text, markdown, html or json, not %s", o.Output.Format)
	case o.Timing:
		return cli.Usagef("--explain and --timing both print to stdout: use one of them").WithHint("the story has the times, and --json has those of --timing")
	case o.WriteOut != "":
		return cli.Usagef("stdout takes the story of --explain, so -w has no place")
	case o.Include || o.DumpHeader == "-" || o.CookieJar == "-":
		return cli.Usagef("stdout takes the story of --explain: -i, and -D or -c to stdout, have no place").WithHint("write the head with -D FILE")
	case hasStdout(o.Targets):
		return cli.Usagef("stdout takes the story of --explain: the body goes to -o FILE")
	}
	// A page is a file to hand out: -o names it, and the body is not kept.
	if e.Form == "html" && len(o.Targets) == 1 && !o.Targets[0].Remote {
		e.file, o.Targets = o.Targets[0].File, nil
	}
	e.rec.Options.Taps = o.Net.Tap
	return nil
}

// write tells the story, when the run is over.
func (e *Explain) write(s *cli.Streams) error {
	st := e.rec.Story()
	render := func(w io.Writer) error {
		switch e.Form {
		case "markdown":
			return st.WriteMarkdown(w)
		case "html":
			return st.WriteHTML(w)
		case "json":
			return st.WriteJSON(w)
		}
		return st.WriteText(w, story.TextOptions{Width: s.Width(), Color: s.Color()})
	}
	if e.file == "" {
		if err := render(s.Out); err != nil {
			return describe(stdoutError(err))
		}
		return nil
	}
	f, err := cli.CreateFile(e.file)
	if err == nil {
		if err = render(f); err == nil {
			err = f.Commit()
		} else {
			f.Discard()
		}
	}
	if err != nil {
		return &cli.Error{Code: "write", Exit: int(fetch.WriteError), Message: "cannot write " + e.file + ": " + err.Error(), Err: err}
	}
	return nil
}
