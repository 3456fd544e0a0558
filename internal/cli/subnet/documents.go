package subnet

import (
	"reflect"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// Documents returns the form of every JSON document of the command, by the name
// of its schema, as values whose types carry json and doc tags.
func Documents() map[string]any {
	docs := map[string]any{
		"subnet-calc.json": list("networks", factsType(), "One for each network: a range gives several."),
		"subnet-plan.json": planResult{},
	}
	for name, d := range map[string]struct {
		member string
		record any
		doc    string
	}{
		"subnet-prefixes.json":  {"prefixes", prefixRecord{}, "The blocks, IPv4 first, in order."},
		"subnet-ranges.json":    {"ranges", rangeRecord{}, "The ranges, IPv4 first, in order."},
		"subnet-diff.json":      {"differences", diffRecord{}, "First what only the first operand has, then what only the second has."},
		"subnet-range.json":     {"ranges", convertRecord{}, "One for each item."},
		"subnet-list.json":      {"addresses", addrRecord{}, "The addresses."},
		"subnet-lookup.json":    {"lookups", lookupRecord{}, "One for each address."},
		"subnet-split.json":     {"networks", partRecord{}, "The parts, then what is left over."},
		"subnet-splits.json":    {"splits", possibleRecord{}, "One for each length."},
		"subnet-predicate.json": {"answers", answerRecord{}, "One for each item."},
		"subnet-overlaps.json":  {"overlaps", overlapRecord{}, "One for each pair."},
	} {
		docs[name] = list(d.member, reflect.TypeOf(d.record), d.doc)
	}
	return docs
}

// list is the document of cli.Records for one type of record.
func list(name string, record reflect.Type, doc string) any {
	var version struct {
		SchemaVersion int            `json:"schema_version" doc:"Version of this document's form."`
		Error         *cli.ErrorBody `json:"error,omitempty" doc:"Why the list is not complete."`
	}
	t := reflect.TypeOf(version)
	return reflect.Zero(reflect.StructOf([]reflect.StructField{
		t.Field(0),
		{Name: "Records", Type: reflect.SliceOf(record), Tag: reflect.StructTag(`json:"` + name + `" doc:"` + doc + `"`)},
		t.Field(1),
	})).Interface()
}

// factsType is the record of calc, from the table of fields.
func factsType() reflect.Type {
	var out []reflect.StructField
	for _, f := range fields {
		t := reflect.TypeFor[string]()
		switch {
		case f.kind == count:
			t = reflect.TypeFor[subnet.Count]()
		case f.kind == truth:
			t = reflect.TypeFor[bool]()
		case f.kind == number:
			t = reflect.TypeFor[int]()
		}
		out = append(out, reflect.StructField{
			Name: "F_" + strings.ToUpper(f.name), Type: t,
			Tag: reflect.StructTag(`json:"` + f.name + `,omitempty" doc:"` + f.doc + `"`),
		})
	}
	return reflect.StructOf(out)
}
