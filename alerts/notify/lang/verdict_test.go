package lang

import (
	"testing"
	"time"

	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
)

// TestSay reads verdicts as staff do.
func TestSay(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	euro := money.New(110_000_000, "EUR")
	for _, tt := range []struct {
		v                 market.Verdict
		en, why, nl, whyn string
	}{
		{market.Verdict{}, "", "", "", ""},
		{market.Verdict{Outcome: "MAYBE", At: at}, "", "", "", ""},
		{market.Verdict{Outcome: "MATCH", Price: euro, At: at}, "MATCH, you may sell at €110.00", "", "MATCH, je mag verkopen voor € 110,00", ""},
		{
			market.Verdict{Outcome: "MATCH", Price: euro, At: at.Add(-3 * time.Hour)},
			"MATCH, you may sell at €110.00", "judged 3 h ago", "MATCH, je mag verkopen voor € 110,00", "beoordeeld: 3 uur geleden",
		},
		{
			market.Verdict{Outcome: "REFER", To: "shift_lead", Price: euro, Unknown: []string{"seller", "stock"}, At: at},
			"REFER: shift lead decides", "it would be €110.00 · not known: sold by the shop itself, in stock there",
			"REFER: teamleider beslist", "het zou € 110,00 worden · niet bekend: door de winkel zelf verkocht, daar op voorraad",
		},
		{
			market.Verdict{Outcome: "DECLINE", Failed: []string{"stock", "floor"}, Unknown: []string{"age"}, At: at},
			"DECLINE, not matched", "not so: in stock there, within our own limits · not known: seen lately",
			"DECLINE, geen match", "niet zo: daar op voorraad, binnen onze eigen grenzen · niet bekend: kort geleden gezien",
		},
	} {
		en, why := Of("en").Say(tt.v, at)
		nl, whyn := Of("nl").Say(tt.v, at)
		if en != tt.en || why != tt.why || nl != tt.nl || whyn != tt.whyn {
			t.Errorf("%+v:\n%q %q\n%q %q", tt.v, en, why, nl, whyn)
		}
	}
}

// TestRules checks that every rule and role of a policy has words.
func TestRules(t *testing.T) {
	for _, l := range []string{"en", "nl"} {
		for _, r := range policy.RuleNames() {
			if Of(l).Rules[string(r)] == "" {
				t.Errorf("%s: no words for %s", l, r)
			}
		}
		for _, r := range policy.Roles {
			if Of(l).Roles[string(r)] == "" {
				t.Errorf("%s: no words for %s", l, r)
			}
		}
	}
}
