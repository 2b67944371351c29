package stanza

import (
	"errors"
	"slices"
	"strings"
	"time"

	"pricegap/alerts/calm"
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
	Calm     Calm     `yaml:"calm" json:"calm,omitzero" jsonschema:"How it wants to be told; at once and of everything when empty."`
}

// Calm is how a channel wants to be told; its fields become a calm.Manner.
type Calm struct {
	Hours     []calm.Span `yaml:"hours" json:"hours,omitzero" jsonschema:"When it is read, such as mon-fri 08:30-18:00; what comes at other times waits. Always when empty."`
	Holidays  []Date      `yaml:"holidays" json:"holidays,omitzero" jsonschema:"Days on which it is not read."`
	Zone      string      `yaml:"zone" json:"zone,omitzero" jsonschema:"The time zone of hours, holidays, digest and budget, such as Europe/Amsterdam; UTC when empty."`
	Digest    string      `yaml:"digest" json:"digest,omitzero" jsonschema:"A cron expression of five fields: when it is told of what waits; without a budget it is told at no other time."`
	Heartbeat bool        `yaml:"heartbeat" json:"heartbeat,omitzero" jsonschema:"Send the digest also when there is nothing to tell: who misses it knows that nobody watches."`
	Budget    int         `yaml:"budget" json:"budget,omitzero" range:"1..1000" jsonschema:"How many messages a day it is sent as things happen, 1 to 1000; what comes after waits for the digest or the next day. No limit when empty."`
	GroupBy   calm.Group  `yaml:"group_by" json:"group_by,omitzero" jsonschema:"Under which headings alerts stand; under none when empty. store is that of ours whose channel hears of it, see stores."`
	SpellOut  int         `yaml:"spell_out" json:"spell_out,omitzero" range:"1..40" jsonschema:"How many products a message spells out, 1 to 40; the rest is counted, with a link to the web page. As many as the channel takes when empty."`
	Escalate  Escalate    `yaml:"escalate" json:"escalate,omitzero" jsonschema:"Who is told of what nobody has acknowledged; nobody when empty."`
}

// Escalate says who is told of what nobody has acknowledged.
type Escalate struct {
	After time.Duration `yaml:"after" json:"after" required:"true" range:"1m..30d" jsonschema:"How long after the channel was told, 1m to 30d."`
	To    []string      `yaml:"to" json:"to" required:"true" jsonschema:"Names of the channels that are told then."`
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

// defaultDamp is the damp of a rule that names none.
const defaultDamp = 24 * time.Hour

// UnmarshalNode implements document.Unmarshaler: what is not given has its default.
func (r *Rule) UnmarshalNode(d *document.Decoder, n *document.Node) {
	r.Damp = defaultDamp
	r.Options = rulePlugins.decode(d, n, &r.RuleKeys)
	for i := range r.Except {
		if options := rulePlugins.options(r.Kind); options != nil {
			r.Except[i].Options = options
			d.Decode(n.Get("except").At(i), &r.Except[i].ExceptionKeys, options)
		}
	}
}

// UnmarshalNode implements document.Unmarshaler: the rule reads its exceptions, since only it knows their options.
func (*Exception) UnmarshalNode(*document.Decoder, *document.Node) {}
