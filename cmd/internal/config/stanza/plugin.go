package stanza

import (
	"fmt"
	"reflect"

	"pricegap/alerts/notify"
	"pricegap/alerts/rule"
	"pricegap/cmd/internal/config/document"
	"pricegap/parsers"
)

// plugins is a family of plug-ins: what kinds there are and the options of each.
type plugins struct {
	what    string
	kinds   func() []string
	options func(kind string) any
}

var (
	parserPlugins  = plugins{"parser", parsers.Names, parsers.Options}
	rulePlugins    = plugins{"rule", rule.Kinds, rule.Options}
	channelPlugins = plugins{"channel", notify.Kinds, notify.Options}
)

// fresh returns a pointer to a new options struct of a kind, nil where the kind has none.
func (p plugins) fresh(kind string) any {
	o := p.options(kind)
	v := reflect.ValueOf(o)
	switch {
	case o == nil:
		return nil
	case v.Kind() == reflect.Pointer:
		return o
	}
	out := reflect.New(v.Type())
	out.Elem().Set(v)
	return out.Interface()
}

// decode fills common and the options of its kind from one mapping, and returns the options. A kind that
// does not exist is a problem; the keys that may be its options are then let through.
func (p plugins) decode(d *document.Decoder, n *document.Node, common any) any {
	kind := n.Get("kind")
	if kind == nil || kind.Kind != document.Scalar {
		d.Decode(n, common, document.Rest{})
		return nil
	}
	if !has(p.kinds(), kind.Text) {
		d.Report.Add(kind, document.Meant(kind.Text, p.kinds()), "there is no %s of this kind", p.what)
		d.Decode(n, common, document.Rest{})
		return nil
	}
	options := p.fresh(kind.Text)
	d.Decode(n, common, options)
	return options
}

// Options returns the function by which a plug-in reads its options out of n, where the keys of common stand
// too. What is wrong has been reported by then, or it is wrapped in the function's error.
func Options(n *document.Node, common any) func(any) error {
	return func(target any) error {
		if n == nil || n.Kind != document.Mapping {
			return nil
		}
		var report document.Report
		own := reflect.New(reflect.TypeOf(common).Elem()).Interface()
		NewDecoder(&report).Decode(n, own, target)
		if err := report.Err(); err != nil {
			return fmt.Errorf("config: %s: %w: %w", n.Key, ErrOptions, err)
		}
		return nil
	}
}
