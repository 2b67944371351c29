// Package rule holds the alert rules, one file each. A rule is pure: it says what holds about a topic, and
// the desk does the rest. A file registers its rule under the name that sources.yaml uses as its kind.
package rule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// ErrKind is wrapped by New for a kind that does not exist.
var ErrKind = errors.New("no such kind of rule")

// kind is how one kind of rule is made.
type kind struct {
	options func() any
	build   func(decode func(any) error) (alerts.Rule, error)
}

var kinds = map[string]kind{}

// register enters a kind with its options O; build checks them.
func register[O any](name string, build func(O) (alerts.Rule, error)) {
	kinds[name] = kind{
		options: func() any { return new(O) },
		build: func(decode func(any) error) (alerts.Rule, error) {
			var o O
			if decode != nil {
				if err := decode(&o); err != nil {
					return nil, err
				}
			}
			r, err := build(o)
			if err != nil {
				return nil, fmt.Errorf("rule: %s: %w", name, err)
			}
			return r, nil
		},
	}
}

// New makes a rule of that kind from its options, which decode fills strictly; a nil decode means none.
// Errors: one that wraps ErrKind, those of decode as they are, and what is wrong with the options.
func New(name string, decode func(any) error) (alerts.Rule, error) {
	k, ok := kinds[name]
	if !ok {
		return nil, fmt.Errorf("rule: %w: %q; there are %s", ErrKind, name, strings.Join(Kinds(), ", "))
	}
	return k.build(decode)
}

// Kinds returns the names of all kinds, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// OfSources reports whether a kind of rule is about whole sources: its alerts hold back what is said of products there.
func OfSources(kind string) bool {
	return slices.Contains([]string{"own_stale", "shop_changed", "source_blind"}, kind)
}

// Options returns a pointer to the zero options of a kind, for the schema; nil for a kind that does not exist.
func Options(name string) any {
	if k, ok := kinds[name]; ok {
		return k.options()
	}
	return nil
}

// Sums are the sums of money that options state, by their keys.
func Sums(options any) map[string]money.Amount {
	if o, ok := options.(interface {
		sums() map[string]money.Amount
	}); ok {
		return o.sums()
	}
	return nil
}

// topic is what a rule about one rival's price or stock of one product speaks of.
func topic(s *compare.Standing, source market.SourceID) market.Topic {
	return market.Topic{Product: s.Product.ID, Source: source}
}

// oneOf returns the word that an option says, the first of the words where it says none; false for any other.
func oneOf(said string, words ...string) (string, error) {
	if said == "" {
		return words[0], nil
	}
	if !slices.Contains(words, said) {
		last := len(words) - 1
		return "", errors.New("must be " + strings.Join(words[:last], ", ") + " or " + words[last])
	}
	return said, nil
}
