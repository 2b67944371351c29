package config

import (
	"errors"
	"slices"
	"strings"

	"pricegap/cmd/internal/config/document"
)

// errOptions is returned to a plug-in whose options are wrong; the problems are in the report.
var errOptions = errors.New("options are wrong")

func has(list []string, s string) bool { return slices.Contains(list, s) }

// UnmarshalNode implements document.Unmarshaler: what is not given has its default.
func (s *sourcePart) UnmarshalNode(d *document.Decoder, n *document.Node) {
	type plain sourcePart
	*s = defaultSource()
	d.Decode(n, (*plain)(s))
}

// parserPart is a parser with its options: a name, or a mapping with kind and options.
type parserPart struct {
	Kind    string `yaml:"kind" json:"kind" required:"true" jsonschema:"The name of the parser."`
	Options any    `yaml:",inline" json:"-"`
}

// parserKeys are the keys of a parser mapping that are not its options.
type parserKeys struct {
	Kind string `yaml:"kind" json:"kind" required:"true"`
}

// UnmarshalNode implements document.Unmarshaler.
func (p *parserPart) UnmarshalNode(d *document.Decoder, n *document.Node) {
	if n.Kind != document.Mapping {
		d.Value(n, &p.Kind)
		if kinds := parserPlugins.kinds(); n.Kind == document.Scalar && !has(kinds, p.Kind) {
			d.Report.Add(n, document.Meant(p.Kind, kinds), "there is no parser of this name")
		}
		return
	}
	var keys parserKeys
	p.Options = parserPlugins.decode(d, n, &keys)
	p.Kind = keys.Kind
}

// channelKeys are the keys of a channel that are not its options.
type channelKeys struct {
	Name     string  `yaml:"name" json:"name" required:"true" jsonschema:"The name that rules, routes and stores use."`
	Kind     string  `yaml:"kind" json:"kind" required:"true" jsonschema:"What kind of channel it is."`
	Language langTag `yaml:"language" json:"language,omitzero" jsonschema:"The language of its messages; en when empty."`
}

// channelPart is a channel with its options.
type channelPart struct {
	channelKeys `yaml:",inline"`
	Options     any `yaml:",inline" json:"-"`
	// off are the variables for want of which the channel is off.
	off []string
}

// UnmarshalNode implements document.Unmarshaler: a value that came to nothing for want of a variable
// switches the channel off.
func (c *channelPart) UnmarshalNode(d *document.Decoder, n *document.Node) {
	n.Walk(func(x *document.Node) {
		if x.Kind == document.Scalar && len(x.Unset) > 0 && strings.TrimSpace(x.Text) == "" {
			c.off = append(c.off, x.Unset...)
			x.Skip()
		}
	})
	c.Language = "en"
	c.Options = channelPlugins.decode(d, n, &c.channelKeys)
}

// UnmarshalNode implements document.Unmarshaler.
func (r *rulePart) UnmarshalNode(d *document.Decoder, n *document.Node) {
	r.Options = rulePlugins.decode(d, n, &r.ruleKeys)
}
