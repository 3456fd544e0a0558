package cli

import (
	"errors"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// A flag that the command line does not set is set by, in this order,
//
//	NETKIT_<COMMAND>_<FLAG>, as NETKIT_FETCH_MAX_TIME for netkit fetch --max-time
//	NETKIT_<FLAG> for --format
//	the configuration file, which has the same names as YAML:
//
//	    format: plain
//	    fetch:
//	      connect-timeout: 5
//	      header: ["X-Team: blue"]
//
// The file is $NETKIT_CONFIG, else $XDG_CONFIG_HOME/netkit/config.yaml, else
// ~/.config/netkit/config.yaml. --no-config, and NETKIT_NO_CONFIG that is set and
// not empty, leave out the file; the environment still counts.

// ConfigPath returns where the configuration file is looked for, "" when there is
// no place.
func ConfigPath(s *Streams) string {
	if p := s.Env("NETKIT_CONFIG"); p != "" {
		return p
	}
	dir := s.Env("XDG_CONFIG_HOME")
	if dir == "" {
		home := s.Env("HOME")
		if home == "" {
			return ""
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "netkit", "config.yaml")
}

// global lists the flags that may be set for all commands at once.
func global(flag string) bool { return flag == "format" }

// Configure sets cmd's flags that the command line left alone from the
// environment and, unless noConfig, from the configuration file.
func Configure(s *Streams, cmd *cobra.Command, noConfig bool) error {
	values := map[string][]string{} // flag -> values
	if path := ConfigPath(s); path != "" && !noConfig && s.Env("NETKIT_NO_CONFIG") == "" {
		if err := readConfig(path, cmd, values); err != nil {
			return err
		}
	}
	prefix := "NETKIT_" + envName(strings.Join(commandPath(cmd), "_")) + "_"
	var first error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		source := "the configuration file"
		list, ok := values[f.Name]
		if v := s.Env("NETKIT_" + envName(f.Name)); v != "" && global(f.Name) {
			list, ok, source = []string{v}, true, "NETKIT_"+envName(f.Name)
		}
		if v := s.Env(prefix + envName(f.Name)); v != "" {
			list, ok, source = []string{v}, true, prefix+envName(f.Name)
		}
		if !ok || f.Changed || first != nil || f.Name == "format" && cmd.Flags().Changed("json") {
			return
		}
		for _, v := range list {
			if err := cmd.Flags().Set(f.Name, v); err != nil {
				first = Usagef("%s: --%s: %v", source, f.Name, err)
				return
			}
		}
	})
	return first
}

func envName(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "-", "_")) }

// commandPath returns the names below the root: ["lab", "show"].
func commandPath(cmd *cobra.Command) []string {
	var path []string
	for c := cmd; c.HasParent(); c = c.Parent() {
		path = append([]string{c.Name()}, path...)
	}
	return path
}

func readConfig(path string, cmd *cobra.Command, values map[string][]string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &Error{Code: "config", Exit: ExitUsage, Message: "cannot read the configuration: " + err.Error(),
			Hint: "use --no-config to go on without it", Err: err}
	}
	bad := func(why string) error {
		return &Error{Code: "config", Exit: ExitUsage, Message: path + ": " + why,
			Hint: "use --no-config to go on without it"}
	}
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return bad(err.Error())
	}
	for _, key := range sortedKeys(tree) {
		switch v := tree[key].(type) {
		case map[string]any:
		default:
			if !global(key) {
				return bad("unknown setting " + key)
			}
			list, ok := settingValues(v)
			if !ok {
				return bad(key + " is neither a value nor a list of values")
			}
			values[key] = list
		}
	}
	for _, name := range commandPath(cmd) {
		sub, ok := tree[name].(map[string]any)
		if !ok {
			return nil
		}
		tree = sub
	}
	if cmd.HasSubCommands() {
		return nil
	}
	for _, key := range sortedKeys(tree) {
		if cmd.Flags().Lookup(key) == nil {
			return bad(cmd.CommandPath() + " has no flag --" + key)
		}
		list, ok := settingValues(tree[key])
		if !ok {
			return bad(key + " is neither a value nor a list of values")
		}
		values[key] = list
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func settingValues(v any) ([]string, bool) {
	if list, ok := v.([]any); ok {
		var out []string
		for _, x := range list {
			s, ok := settingValues(x)
			if !ok || len(s) != 1 {
				return nil, false
			}
			out = append(out, s[0])
		}
		return out, true
	}
	var n yaml.Node
	if err := n.Encode(v); err != nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return nil, false
	}
	return []string{n.Value}, true
}
