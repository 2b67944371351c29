package market

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestIdentify(t *testing.T) {
	const page = "https://acme.example/p/1?utm_source=mail#top"
	tests := []struct {
		name  string
		offer Offer
		want  ListingID
	}{
		{"article number", Offer{SKU: "A-123", URL: page}, "acme/sku:A-123"},
		{"number with odd characters", Offer{SKU: " 10|20 % é\x00"}, "acme/sku:10%7C20%20%25%20%C3%A9%00"},
		{"no number", Offer{}, "acme/url:https://acme.example/p/1"},
		{"placeholder", Offer{SKU: "N/A"}, "acme/url:https://acme.example/p/1"},
		{"nought", Offer{SKU: "0"}, "acme/url:https://acme.example/p/1"},
		{"own address", Offer{URL: "https://acme.example/p/2?b=1&a=2"}, "acme/url:https://acme.example/p/2?a=2&b=1"},
		{"address that is none", Offer{URL: "javascript:x"}, "acme/url:https://acme.example/p/1"},
		{"variant", Offer{SKU: "1", Variant: NewText("Rood  XL")}, "acme/sku:1|v=rood%20xl"},
		{"seller and condition", Offer{SKU: "1", Seller: NewText("Bob"), Condition: ConditionUsed}, "acme/sku:1|s=bob|c=used"},
		{"new is the rule", Offer{SKU: "1", Condition: ConditionNew}, "acme/sku:1"},
	}
	for _, tt := range tests {
		if got := Identify("acme", page, tt.offer); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := Identify("acme", "", Offer{}); got != "" {
		t.Errorf("nothing to go by gave %q", got)
	}
}

func TestIdentifyIsBoundedAndDistinct(t *testing.T) {
	long := "https://acme.example/" + strings.Repeat("a", 1000)
	a, b := Identify("acme", long+"1", Offer{}), Identify("acme", long+"2", Offer{})
	if a == b || len(a) > MaxListingBytes || !strings.HasPrefix(string(a), "acme/hash:") {
		t.Errorf("long addresses gave %q and %q", a, b)
	}
	rapid.Check(t, func(t *rapid.T) {
		o := Offer{SKU: rapid.String().Draw(t, "sku"), Variant: NewText(rapid.String().Draw(t, "variant")), Seller: NewText(rapid.String().Draw(t, "seller"))}
		id := string(Identify(SourceID(rapid.String().Draw(t, "source")), "https://acme.example/", o))
		if len(id) > MaxListingBytes || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("%q", id)
		}
		p := o
		p.SKU += "x"
		if StableSKU(o.SKU) && StableSKU(p.SKU) && Identify("s", "", o) == Identify("s", "", p) {
			t.Fatalf("two numbers share %q", id)
		}
	})
}

// TestSameThing: only who sells may differ.
func TestSameThing(t *testing.T) {
	id := func(variant, seller string, c Condition) ListingID {
		return Identify("acme", "", Offer{SKU: "1", Variant: NewText(variant), Seller: NewText(seller), Condition: c})
	}
	bob := id("red", "Bob", ConditionUsed)
	for _, tt := range []struct {
		other ListingID
		want  bool
	}{
		{bob, true},
		{id("red", "Ann", ConditionUsed), true},
		{id("red", "", ConditionUsed), true},
		{id("blue", "Bob", ConditionUsed), false},
		{id("red", "Bob", ConditionNew), false},
		{Identify("other", "", Offer{SKU: "1", Variant: NewText("red"), Seller: NewText("Bob"), Condition: ConditionUsed}), false},
		{Identify("acme", "", Offer{SKU: "1|s=Bob", Variant: NewText("red"), Condition: ConditionUsed}), false},
	} {
		if got := SameThing(bob, tt.other); got != tt.want {
			t.Errorf("%s and %s: %t", bob, tt.other, got)
		}
	}
}
