package stanza

import (
	"errors"
	"slices"
	"strings"

	"pricegap/cmd/internal/config/document"
)

// ErrOptions is returned to a plug-in whose options are wrong; the problems are in the report.
var ErrOptions = errors.New("options are wrong")

func has(list []string, s string) bool { return slices.Contains(list, s) }

// UnmarshalNode implements document.Unmarshaler: what is not given has its default.
func (s *Source) UnmarshalNode(d *document.Decoder, n *document.Node) {
	type plain Source
	*s = defaultSource()
	d.Decode(n, (*plain)(s))
}

// Parser is a parser with its options: a name, or a mapping with kind and options.
type Parser struct {
	Kind    string `yaml:"kind" json:"kind" required:"true" jsonschema:"The name of the parser."`
	Options any    `yaml:",inline" json:"-"`
}

// ParserKeys are the keys of a parser mapping that are not its options.
type ParserKeys struct {
	Kind string `yaml:"kind" json:"kind" required:"true"`
}

// UnmarshalNode implements document.Unmarshaler.
func (p *Parser) UnmarshalNode(d *document.Decoder, n *document.Node) {
	if n.Kind != document.Mapping {
		d.Value(n, &p.Kind)
		if kinds := parserPlugins.kinds(); n.Kind == document.Scalar && !has(kinds, p.Kind) {
			d.Report.Add(n, document.Meant(p.Kind, kinds), "there is no parser of this name")
		}
		return
	}
	var keys ParserKeys
	p.Options = parserPlugins.decode(d, n, &keys)
	p.Kind = keys.Kind
}

// ChannelKeys are the keys of a channel that are not its options.
type ChannelKeys struct {
	Name     string   `yaml:"name" json:"name" required:"true" jsonschema:"The name that rules, routes and stores use."`
	Kind     string   `yaml:"kind" json:"kind" required:"true" jsonschema:"What kind of channel it is."`
	Language Language `yaml:"language" json:"language,omitzero" jsonschema:"The language of its messages; en when empty."`
}

// Channel is a channel with its options.
type Channel struct {
	ChannelKeys `yaml:",inline"`
	Options     any `yaml:",inline" json:"-"`
	// Off are the variables for want of which the channel is off.
	Off []string `yaml:"-" json:"-"`
}

// UnmarshalNode implements document.Unmarshaler: a value that came to nothing for want of a variable
// switches the channel off.
func (c *Channel) UnmarshalNode(d *document.Decoder, n *document.Node) {
	n.Walk(func(x *document.Node) {
		if x.Kind == document.Scalar && len(x.Unset) > 0 && strings.TrimSpace(x.Text) == "" {
			c.Off = append(c.Off, x.Unset...)
			x.Skip()
		}
	})
	c.Language = "en"
	c.Options = channelPlugins.decode(d, n, &c.ChannelKeys)
}

// UnmarshalNode implements document.Unmarshaler.
func (r *Rule) UnmarshalNode(d *document.Decoder, n *document.Node) {
	r.Options = rulePlugins.decode(d, n, &r.RuleKeys)
}
