package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// Manual is what a command's manual page says beyond its help text.
type Manual struct {
	Exit        []Entry // every exit code and its meaning
	Environment []Entry
	Files       []Entry
	Notes       []Entry // heading and text: further sections
	SeeAlso     []string
}

// Entry is a term and its explanation.
type Entry struct{ Term, Text string }

const manualPrefix = "manual-"

// SetManual attaches m to cmd; package gen prints it.
func SetManual(cmd *cobra.Command, m Manual) {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	put := func(key string, list []Entry) {
		var lines []string
		for _, e := range list {
			lines = append(lines, e.Term+"\t"+e.Text)
		}
		cmd.Annotations[manualPrefix+key] = strings.Join(lines, "\n")
	}
	put("exit", m.Exit)
	put("environment", m.Environment)
	put("files", m.Files)
	put("notes", m.Notes)
	cmd.Annotations[manualPrefix+"see"] = strings.Join(m.SeeAlso, "\n")
}

// ManualOf returns what SetManual attached.
func ManualOf(cmd *cobra.Command) Manual {
	get := func(key string) []Entry {
		var list []Entry
		for line := range strings.SplitSeq(cmd.Annotations[manualPrefix+key], "\n") {
			if term, text, ok := strings.Cut(line, "\t"); ok {
				list = append(list, Entry{term, text})
			}
		}
		return list
	}
	m := Manual{Exit: get("exit"), Environment: get("environment"), Files: get("files"), Notes: get("notes")}
	if see := cmd.Annotations[manualPrefix+"see"]; see != "" {
		m.SeeAlso = strings.Split(see, "\n")
	}
	return m
}
