package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts"
	"pricegap/market"
)

const exceptional = `formula: {name: X}
sources:
  - {id: own, own: true, currency: EUR, locale: nl, start: [{products: "https://own.example/1"}]}
  - {id: koel, currency: EUR, locale: nl, start: [{products: "https://koel.example/1"}]}
channels: [{name: screen, kind: console}]
rules:
  - name: cheaper
    kind: undercut
    percent: 5%
    sources: [koel]
    except:
      - categories: [Wassen]
        percent: 10%
      - brands: [Acme]
        in_stock: true
      - products: ["7"]
        off: true
`

// TestSayings: each exception says what it has of its own, and what it inherits.
func TestSayings(t *testing.T) {
	c, err := Parse("sources.yaml", []byte(exceptional), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := c.Rules[0].Rule.(alerts.Chooser)
	if !ok || r.For(market.Product{ID: "7"}) != nil || r.For(market.Product{ID: "8"}) == nil {
		t.Errorf("%+v", c.Rules[0].Rule)
	}
	inherited := func(s Saying, about string) Saying { s.For, s.Inherited = about, true; return s }
	byDefault := func(option, value string) Saying {
		return Saying{Rule: "cheaper", Option: option, Value: value, Default: true}
	}
	kind := Saying{Rule: "cheaper", Option: "kind", Value: "undercut", Line: 8}
	percent := Saying{Rule: "cheaper", Option: "percent", Value: "5%", Line: 9}
	sources := Saying{Rule: "cheaper", Option: "sources", Value: "koel", Line: 10}
	want := []Saying{
		kind, percent, sources,
		byDefault("for", "0s"), byDefault("keep_firing", "0s"), byDefault("confirm", "false"), byDefault("damp", "1d"), byDefault("clear_percent", "5%"),
		{Rule: "cheaper", For: "category Wassen", Option: "percent", Value: "10%", Line: 13},
		inherited(kind, "category Wassen"), inherited(sources, "category Wassen"),
		{Rule: "cheaper", For: "brand Acme", Option: "in_stock", Value: "true", Line: 15},
		inherited(kind, "brand Acme"), inherited(percent, "brand Acme"), inherited(sources, "brand Acme"),
		{Rule: "cheaper", For: "product 7", Option: "off", Value: "true", Line: 17},
		inherited(kind, "product 7"), inherited(percent, "product 7"), inherited(sources, "product 7"),
	}
	if d := cmp.Diff(want, c.Sayings()); d != "" {
		t.Error(d)
	}
}
