package stanza

import (
	"fmt"

	"pricegap/cmd/internal/config/document"
	"pricegap/compare/policy"
)

// Policy is a price-match policy: written out, in a file of its own, or a template with what is stated beside it in the place of
// its own.
type Policy struct {
	Template      string `yaml:"template" json:"template,omitzero" jsonschema:"A policy to begin with; what stands beside it takes the place of what it says."`
	File          string `yaml:"file" json:"file,omitzero" jsonschema:"A file with the keys of a policy, relative to this file; nothing else stands beside it."`
	policy.Policy `yaml:",inline"`
}

// UnmarshalNode implements document.Unmarshaler: what is not given is as the template has it.
func (p *Policy) UnmarshalNode(d *document.Decoder, n *document.Node) {
	if t := n.Get("template"); t != nil && t.Kind == document.Scalar {
		data, ok := policy.Template(t.Text)
		if !ok {
			d.Report.Add(t, document.Meant(t.Text, policy.Templates()), "there is no template of this name")
		} else {
			p.Policy = template(data).Blank()
		}
	}
	type plain Policy
	d.Decode(n, (*plain)(p))
}

// template reads a template, which is part of the program.
func template(data []byte) policy.Policy {
	var r document.Report
	p, _ := ReadPolicy(data, nil, &r)
	if err := r.Err(); err != nil {
		panic(fmt.Sprintf("stanza: template: %v", err))
	}
	return p.Policy
}

// ReadPolicy reads a document that is a policy. What is wrong is added to r; the node is nil where it is no YAML.
func ReadPolicy(data []byte, env document.Env, r *document.Report) (Policy, *document.Node) {
	var p Policy
	n := document.Read(data, env, r)
	if n != nil {
		NewDecoder(r).Value(n, &p)
	}
	return p, n
}
