package slackapp

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	notifylang "pricegap/alerts/notify/lang"
	"pricegap/alerts/notify/slacktest"
	"pricegap/alerts/notify/slacktest/specimen"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/web/lang"
	"pricegap/web/slackapp/form"
)

var update = flag.Bool("update", false, "rewrite testdata")

// shown compares what people see with a golden file.
func shown(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s: %s", name, d)
	}
}

// TestFormsShown writes what each form asks, in each language.
func TestFormsShown(t *testing.T) {
	shops := []form.Shop{{ID: "voltavia", Name: "Voltavia", Price: eur("12.35")}, {ID: "zoemhal", Name: "Zoemhal"}}
	for _, l := range notifylang.Languages() {
		var out []string
		for _, v := range form.Forms {
			view, err := form.New(lang.Of(l), v, form.About{Product: "A1", Currency: "EUR"}, "Waterkoker", shops)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(view)
			if err != nil {
				t.Fatal(err)
			}
			if word := slacktest.CheckView(raw, false); word != "" {
				t.Errorf("%s: %s: %s", v, word, raw)
			}
			specimen.Keep(specimen.View, raw)
			text, err := slacktest.ShowView(raw)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, text)
		}
		shown(t, "forms."+l+".txt", strings.Join(out, "\n"))
	}
}

// TestCardsShown writes what an answer says, for each verdict, in each language.
func TestCardsShown(t *testing.T) {
	for _, l := range notifylang.Languages() {
		a := New(&shop{}, Options{Language: l})
		var out []string
		for _, v := range []policy.Verdict{
			{},
			{Outcome: policy.Match, Price: eur("12.35"), Discount: eur("2.15")},
			{Outcome: policy.Refer, To: policy.Manager, Price: eur("12.35"), Discount: eur("2.15")},
			{Outcome: policy.Refer, To: policy.Buyer},
			{Outcome: policy.Decline},
		} {
			v.Source = "voltavia"
			x := answer{notes: []string{a.say("asking")}, others: []market.Product{{ID: "A2", Title: market.NewText("Waterkoker Plus")}}}
			if v.Outcome != "" {
				x.verdicts = []policy.Verdict{v}
			}
			svc := &shop{title: "Waterkoker", price: "12.35"}
			for st, err := range svc.Standings(t.Context(), watch.StandingQuery{Products: []market.ProductID{"A1"}}) {
				if err != nil {
					t.Fatal(err)
				}
				x.standing = st
			}
			blocks, text := a.card(x)
			raw, err := json.Marshal(blocks)
			if word := slacktest.Check(text, raw); err != nil || word != "" {
				t.Errorf("%s, %v", word, err)
			}
			see, err := slacktest.Show(raw)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, "===== "+string(v.Outcome)+"\n"+see)
		}
		shown(t, "answers."+l+".txt", strings.Join(out, "\n"))
	}
}

// TestStaleOfOurs says of our own price how old it is, and that it is no price of now where our feed stands still.
func TestStaleOfOurs(t *testing.T) {
	a := New(&shop{}, Options{})
	s := compare.Standing{Product: market.Product{ID: "A1"}, At: noon}
	s.Ours = compare.Position{Source: "own", Listing: "own:1", Price: eur("14.50"), Age: 50 * time.Hour, Stale: true, NotBecause: compare.Stale}
	s.Ours.Seen = market.Observation{Source: "own", Listing: "own:1", Offer: market.Offer{Stock: market.StockIn, Price: eur("14.50")}}
	blocks, _ := a.card(answer{standing: s})
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	see, err := slacktest.Show(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"€14.50", a.say("seen", a.tongue.Age(50*time.Hour)), a.tongue.Word("not_stale")} {
		if !strings.Contains(see, want) {
			t.Errorf("%q is not in\n%s", want, see)
		}
	}
}

// TestPageOfTheirs links to the page that answered where it claims an address on another host as its own, as alerts do.
func TestPageOfTheirs(t *testing.T) {
	a := New(&shop{}, Options{})
	for claimed, want := range map[string]string{
		"https://evil.example/login": "https://voltavia.example/p/1?a=b", "https://voltavia.example/p/1": "https://voltavia.example/p/1", "": "https://voltavia.example/p/1?a=b",
	} {
		p := compare.Position{Source: "voltavia", Name: "Voltavia", Listing: "voltavia:1", Price: eur("12.35"), Comparable: true}
		p.Seen = market.Observation{Source: "voltavia", Listing: "voltavia:1", Page: "https://voltavia.example/p/1?a=b", Offer: market.Offer{Price: eur("12.35"), URL: claimed}}
		raw, err := json.Marshal(a.theirSide(&p, nil))
		if err != nil {
			t.Fatal(err)
		}
		if see, err := slacktest.Show(raw); err != nil || !strings.Contains(see, "<"+want+">") || strings.Contains(see, "evil") {
			t.Errorf("claims %q: %s, %v", claimed, see, err)
		}
	}
}
