package main

// JSON Schemas (draft 2020-12) of the documents, from the structs that they are
// written from: the json tag gives the name, the doc tag the description.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/fetch"
	kernelpathcmd "github.com/netkit-go/netkit/internal/cli/kernelpath"
	"github.com/netkit-go/netkit/internal/cli/lab"
	layercmd "github.com/netkit-go/netkit/internal/cli/layer"
	"github.com/netkit-go/netkit/internal/cli/root"
	subnetcmd "github.com/netkit-go/netkit/internal/cli/subnet"
	"github.com/netkit-go/netkit/pkg/render/layers"
	"github.com/netkit-go/netkit/pkg/render/story"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// FetchList is the document of netkit fetch with several URLs.
type FetchList struct {
	SchemaVersion int            `json:"schema_version" doc:"Version of this document's form."`
	Results       []fetch.Result `json:"results" doc:"One result for each URL, in order."`
}

func schemas() map[string]any {
	docs := map[string]any{
		"error.json":         cli.ErrorDocument{},
		"fetch.json":         fetch.Result{},
		"fetch-list.json":    FetchList{},
		"fetch-explain.json": story.Story{},
		"lab-show.json":      lab.Show{},
		"version.json":       root.Version{},
	}
	maps.Copy(docs, subnetcmd.Documents())
	maps.Copy(docs, kernelpathcmd.Documents())
	maps.Copy(docs, layercmd.Documents())
	return docs
}

func schema(file string, doc any) ([]byte, error) {
	s, err := object(reflect.TypeOf(doc))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	head := node{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "netkit " + strings.ReplaceAll(strings.TrimSuffix(file, ".json"), "-", " ")},
	}
	b, err := json.MarshalIndent(append(head, s...), "", "  ")
	return append(b, '\n'), err
}

// node is a JSON object whose members keep their order.
type node []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (n node) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range n {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// object describes a struct: every member that is written always is required, and
// there are no others.
func object(t reflect.Type) (node, error) {
	properties, required, err := members(t)
	if err != nil {
		return nil, err
	}
	return node{{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}}, nil
}

func members(t reflect.Type) (properties node, required []string, err error) {
	required = []string{} // an empty list is written as one
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			p, r, err := members(f.Type)
			if err != nil {
				return nil, nil, err
			}
			properties, required = append(properties, p...), append(required, r...)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		value, err := describe(f.Type)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			value = append(value, member{"description", doc})
		}
		if name == "schema_version" {
			value = append(value, member{"const", 1})
		}
		properties = append(properties, member{name, value})
		if options != "omitempty" && options != "omitzero" {
			required = append(required, name)
		}
	}
	return properties, required, nil
}

func describe(t reflect.Type) (node, error) {
	switch t {
	case reflect.TypeFor[layers.Value]():
		return node{{"type", []string{"string", "number", "boolean"}}}, nil
	case reflect.TypeFor[cli.Seconds]():
		return node{{"type", "number"}}, nil
	case reflect.TypeFor[story.Value]():
		return node{{"type", []string{"integer", "string"}}}, nil
	case reflect.TypeFor[[]byte](): // base64, as encoding/json has it
		return node{{"type", "string"}, {"contentEncoding", "base64"}}, nil
	case reflect.TypeFor[json.RawMessage](): // a record of another form, which its own documentation describes
		return node{{"type", "object"}}, nil
	case reflect.TypeFor[netip.Addr](), reflect.TypeFor[netip.Prefix]():
		return node{{"type", "string"}}, nil
	case reflect.TypeFor[subnet.Count](): // a string of digits where a number would lose some
		return node{{"type", []string{"integer", "string"}}, {"minimum", 0}, {"pattern", "^[0-9]+$"}}, nil
	}
	switch t.Kind() {
	case reflect.String:
		return node{{"type", "string"}}, nil
	case reflect.Bool:
		return node{{"type", "boolean"}}, nil
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint32, reflect.Uint64:
		return node{{"type", "integer"}}, nil
	case reflect.Float64:
		return node{{"type", "number"}}, nil
	case reflect.Pointer:
		return describe(t.Elem())
	case reflect.Slice:
		items, err := describe(t.Elem())
		return node{{"type", "array"}, {"items", items}}, err
	case reflect.Struct:
		return object(t)
	}
	return nil, fmt.Errorf("type %s has no place in a document", t)
}
