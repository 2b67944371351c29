package config

import (
	"maps"
	"slices"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/market/money"
)

// maxExceptions is how many exceptions a rule may have.
const maxExceptions = 100

func (b *builder) rules() {
	seen := map[string]bool{}
	for i, r := range b.file.Rules {
		n := b.root.Get("rules").At(i)
		b.unique(seen, r.Name, n.Get("name"), "rule")
		b.refer(r.Channels, n.Get("channels"), b.channelNames(), "channel")
		b.refer(r.Sources, n.Get("sources"), b.sourceIDs(), "source")
		if len(r.Except) > maxExceptions {
			b.report.Add(n.Get("except"), "make rules of their own", "has more than %d exceptions", maxExceptions)
		}
		if !n.Sound() {
			continue // which has been said
		}
		if r.Kind == "unstable" && r.KeepFiring == 0 {
			r.KeepFiring = unstableFor
		}
		made, err := b.rule(r, n)
		if err != nil {
			continue // which has been said
		}
		b.out.Rules = append(b.out.Rules, alerts.Configured{
			Name: r.Name, Kind: r.Kind, Rule: made,
			Timing:   alerts.Timing{For: r.For, KeepFiring: r.KeepFiring, Confirm: r.Confirm, Damp: r.Damp},
			Channels: r.Channels, TellResolved: r.TellResolved, Since: r.Since.Time,
		})
	}
	if len(b.out.Rules) > 0 && len(b.file.Channels) == 0 {
		b.warnings.Add(b.root.Get("rules"), "", "there are rules but no channels: nobody is told")
	}
}

func (b *builder) sourceIDs() (out []string) {
	for _, s := range b.file.Sources {
		out = append(out, s.ID)
	}
	return out
}

// rule makes a rule with its exceptions. What is wrong has been reported when it returns an error.
func (b *builder) rule(r stanza.Rule, n *document.Node) (alerts.Rule, error) {
	base, err := b.layers(r.Kind, n)
	if err != nil {
		return nil, err
	}
	about := rule.Scope{Sources: r.Sources, Categories: r.Categories, Brands: r.Brands, Products: r.Products}
	if len(r.Except) == 0 && len(about.Sources)+len(about.Categories)+len(about.Brands)+len(about.Products) == 0 {
		return base, nil
	}
	var wide []*document.Node
	for i, x := range r.Except {
		if len(x.Products) == 0 {
			wide = append(wide, n.Get("except").At(i))
		}
	}
	var except []rule.Exception
	for i, x := range r.Except {
		at := n.Get("except").At(i)
		scope := rule.Scope{Categories: x.Categories, Brands: x.Brands, Products: x.Products}
		if len(x.Categories)+len(x.Brands)+len(x.Products) == 0 {
			b.report.Add(at, "name categories, brands or products", "is about nothing")
			return nil, stanza.ErrOptions
		}
		made := rule.Exception{Scope: scope}
		if !scope.Wide() {
			for _, under := range wide {
				if err := b.layer(&made, x.Off, r.Kind, n, under, at); err != nil {
					return nil, err
				}
			}
		}
		if err := b.layer(&made, x.Off, r.Kind, n, at); err != nil {
			return nil, err
		}
		except = append(except, made)
	}
	return rule.Scoped(base, about, except), nil
}

// layer adds the rule that comes of nodes, each on top of the one before, to an exception; none where it is off.
func (b *builder) layer(x *rule.Exception, off bool, kind string, nodes ...*document.Node) error {
	if off {
		x.Rules = append(x.Rules, nil)
		return nil
	}
	made, err := b.layers(kind, nodes...)
	x.Rules = append(x.Rules, made)
	return err
}

// layers makes the rule that comes of nodes, each on top of the one before; the last is at fault where that cannot be.
func (b *builder) layers(kind string, nodes ...*document.Node) (alerts.Rule, error) {
	made, err := rule.New(kind, func(target any) error {
		for i, n := range nodes {
			keys := any(new(stanza.RuleKeys))
			if i > 0 {
				keys = new(stanza.ExceptionKeys)
			}
			if err := stanza.Options(n, keys)(target); err != nil {
				return err
			}
		}
		return b.inOurs(rule.Sums(target), nodes)
	})
	if err != nil {
		b.refuse(nodes[len(nodes)-1], kind, err)
	}
	return made, err
}

// inOurs refuses sums in another currency than that of our shop, in which all that rules compare is.
func (b *builder) inOurs(sums map[string]money.Amount, nodes []*document.Node) error {
	own := slices.IndexFunc(b.file.Sources, func(s stanza.Source) bool { return s.Own })
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		if sum := sums[key]; own < 0 || !sum.Known() || sum.Currency() == b.file.Sources[own].Currency {
			continue
		}
		for _, n := range slices.Backward(nodes) {
			if at := n.Get(key); at != nil {
				b.report.Add(at, "", "must be in %s, the currency of our shop", b.file.Sources[own].Currency)
				return stanza.ErrOptions
			}
		}
	}
	return nil
}

// Saying is one thing that a rule says.
type Saying = stanza.Saying

// Sayings are what the rules say, with their exceptions.
func (c *Config) Sayings() []Saying { return stanza.Sayings(c.file.Rules, c.root.Get("rules")) }
