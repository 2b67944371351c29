package notify_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/lang"
	"pricegap/alerts/notify/slacktest"
	"pricegap/alerts/rule"
	"pricegap/market"
)

// inBoth is what a formula says of one point, in Dutch and English.
func inBoth(nl, en string) map[string]string { return map[string]string{"nl": nl, "en": en} }

// beside is an alert of which all facts are known: both sides, both formulas and a verdict.
func beside(kind string) market.Alert {
	a := undercut(1, "Bureaulamp Arc")
	a.Kind, a.Rule = kind, kind
	a.Facts.Theirs.DeliveryText, a.Facts.Theirs.DeliveryDays = market.Text{}, market.CountOf(5)
	a.Facts.Advantages = []market.Advantage{
		{Kind: market.PointDelivery, Ours: inBoth("morgen in huis en aangesloten", "delivered and connected tomorrow"), Theirs: inBoth("binnen 5 dagen bezorgd", "delivered within 5 days")},
		{Kind: market.PointPickup, Ours: inBoth("vandaag af te halen", "pick up today")},
		{Kind: market.PointWarranty, Ours: inBoth("5 jaar garantie", "5 years of warranty"), Theirs: inBoth("2 jaar garantie", "2 years of warranty")},
		{Kind: market.PointService, Ours: inBoth("oude lamp gratis mee", "we take the old lamp away"), Theirs: inBoth("niet bij hen", "not with them")},
	}
	a.Facts.Even = []market.Advantage{{Kind: market.PointRating, Ours: inBoth("4,6 van 5 sterren", "4.6 of 5 stars"), Theirs: inBoth("4,6 van 5 sterren", "4.6 of 5 stars")}}
	a.Facts.Drawbacks = []market.Advantage{{Kind: market.PointReturns, Ours: inBoth("30 dagen bedenktijd", "30 days to return it"), Theirs: inBoth("100 dagen bedenktijd", "100 days to return it")}}
	a.Facts.Verdict = market.Verdict{Outcome: "REFER", To: "shift_lead", Price: euros(11000), Unknown: []string{"seller"}, At: sentAt.Add(-2 * time.Minute)}
	return a
}

// source is an alert about a whole shop.
func source(kind string, f market.Facts) market.Alert {
	f.Theirs = market.Side{Source: "lamp", Name: "Lampenhuis"}
	return market.Alert{ID: kind, Kind: kind, Rule: kind, Topic: market.Topic{Source: "lamp"}, Transition: 1, Facts: f}
}

// with changes the facts of an alert beside a rival.
func with(kind string, change func(f *market.Facts)) market.Alert {
	a := beside(kind)
	change(&a.Facts)
	return a
}

// kinds are an alert of each kind of rule, as it fires; where a kind has several things to say, several. The name of a golden file
// begins with the kind.
var kinds = map[string]market.Alert{
	"undercut": beside("undercut"),
	"gap": with("gap", func(f *market.Facts) {
		f.Gap, f.GapBasisPoints, f.Theirs.Price, f.Theirs.Delivered = euros(2000), market.CountOf(1538), euros(15000), euros(15495)
		f.Verdict, f.Against = market.Verdict{}, "lowest"
	}),
	"price_change":      with("price_change", func(f *market.Facts) { f.Before = euros(12100) }),
	"price_change.ours": ownChange(),
	"new_lowest":        with("new_lowest", func(f *market.Facts) { f.Days, f.Lowest, f.Before = 30, euros(11500), euros(12100) }),
	"rank":              with("rank", func(f *market.Facts) { f.Rank, f.Of = market.CountOf(3), 5 }),
	"index":             with("index", func(f *market.Facts) { f.Index = market.CountOf(11_050) }),
	"stock":             with("stock", func(f *market.Facts) { f.StockBefore = market.StockIn }),
	"stock.ours_out": with("stock", func(f *market.Facts) {
		f.Ours.Stock, f.Theirs.Stock, f.StockBefore = market.StockOut, market.StockLimited, market.StockOut
		f.Advantages = f.Advantages[2:] // nobody delivers what is not there
	}),
	"delivery": with("delivery", func(*market.Facts) {}),
	"promotion": with("promotion", func(f *market.Facts) {
		f.Promotion, f.Reference, f.Before = "started", euros(14900), euros(14900)
	}),
	"promotion.ended": with("promotion", func(f *market.Facts) { f.Promotion = "ended" }),
	"reference_inflated": with("reference_inflated", func(f *market.Facts) {
		f.Reference, f.Days, f.Lowest = euros(14900), 30, euros(11500)
	}),
	"new_listing": with("new_listing", func(f *market.Facts) { f.Theirs.Shipping, f.Theirs.Delivered = euros(0), euros(11000) }),
	"listing_gone": with("listing_gone", func(f *market.Facts) {
		f.Theirs.Stock, f.EndedAt, f.Verdict = market.StockUnknown, sentAt, market.Verdict{}
	}),
	"seller_changed": with("seller_changed", func(f *market.Facts) {
		f.Seller, f.SellerBefore = market.NewText("Derde Hand"), market.NewText("Lampenhuis")
	}),
	"match_doubtful": with("match_doubtful", func(f *market.Facts) { f.Doubt, f.Verdict = "gtin", market.Verdict{} }),
	"expression":     with("expression", func(*market.Facts) {}),
	"unstable":       with("unstable", func(f *market.Facts) { f.Before = euros(12100) }),
	"source_blind": source("source_blind", market.Facts{
		LastGoodAt: sentAt.Add(-50 * time.Hour), Failures: []market.FailureKind{market.FailBlockedCaptcha, market.FailHeaderTimeout},
	}),
	"own_stale": source("own_stale", market.Facts{LastGoodAt: sentAt.Add(-50 * time.Hour)}),
	"shop_changed": source("shop_changed", market.Facts{
		Odd: []market.Oddity{{Kind: "moved", Offers: 40, Of: 42}, {Kind: "field", Offers: 0, Of: 42}},
	}),
}

func ownChange() market.Alert {
	a := beside("price_change")
	a.Topic.Source, a.Facts.Before, a.Facts.Theirs = "us", euros(10000), market.Side{}
	a.Facts.Advantages, a.Facts.Even, a.Facts.Drawbacks, a.Facts.Verdict = nil, nil, nil, market.Verdict{}
	return a
}

// TestKinds writes what each kind of alert says as it fires, and what the message says when it is edited at the end.
func TestKinds(t *testing.T) {
	for _, k := range rule.Kinds() {
		if _, ok := kinds[k]; !ok {
			t.Errorf("there is no message for the rule %s", k)
		}
	}
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range kinds {
		if kind, _, _ := strings.Cut(name, "."); kind != a.Kind || !slices.Contains(rule.Kinds(), kind) {
			t.Errorf("%s is no kind of rule", name)
		}
		for _, language := range lang.Languages() {
			fires := message(a)
			over := message()
			end := a
			end.State, end.Transition, end.ResolvedAt = market.AlertResolved, 2, time.Date(2026, 3, 2, 13, 20, 0, 0, time.UTC)
			end.Facts.Odd = nil
			over.Resolved, over.At = []market.Alert{end}, end.ResolvedAt.Add(time.Minute)
			fires.Language, over.Language, fires.Zone, over.Zone = language, language, amsterdam, amsterdam
			golden(t, "kinds/"+name+"."+language+".txt", shown(t, "fires", fires)+"\n"+shown(t, "over", over))
		}
	}
}

// shown is a message as people see it, in Slack and elsewhere.
func shown(t *testing.T, title string, m alerts.Message) string {
	t.Helper()
	blocks, text := notify.SlackBlocks(m), notify.SlackText(m)
	if word := slacktest.Check(text, blocks); word != "" {
		t.Errorf("%s: %s", title, word)
	}
	var b strings.Builder
	for _, part := range [][2]string{{"notification", text + "\n"}, {"Slack", slackShown(t, blocks)}, {"text", notify.RenderText(m)}} {
		fmt.Fprintf(&b, "===== %s: %s =====\n%s\n", title, part[0], part[1])
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// TestMessages writes what messages of several alerts say.
func TestMessages(t *testing.T) {
	many := func(n int) alerts.Message {
		m := message()
		for i := range n {
			m.Firing = append(m.Firing, undercut(i+1, fmt.Sprintf("Bureaulamp Arc %d", i+1)))
		}
		return m
	}
	rivals := message(beside("undercut"), func() market.Alert {
		a := beside("price_change")
		a.ID, a.Topic.Source, a.Facts.Theirs = "2", "licht", market.Side{Source: "licht", Name: "Licht & Zo", Price: euros(12500), SeenAt: sentAt.Add(-3 * time.Hour)}
		a.Facts.Gap, a.Facts.GapBasisPoints, a.Facts.Before = euros(-500), market.CountOf(-385), euros(13900)
		a.Facts.Advantages = []market.Advantage{{Kind: market.PointWarranty, Ours: inBoth("5 jaar garantie", "5 years of warranty")}}
		a.Facts.Even, a.Facts.Drawbacks, a.Facts.Verdict = nil, nil, market.Verdict{Outcome: "MATCH", Price: euros(12500), At: sentAt}
		return a
	}())
	lowest := beside("gap") // the same shop, as the one that stands for all
	lowest.ID, lowest.Topic.Source, lowest.Facts.Against = "3", "", "lowest"
	rivals.Firing = append(rivals.Firing, lowest)
	digest := many(6)
	digest.Digest, digest.Spell, digest.GroupBy, digest.Late, digest.Unknown, digest.Escalated = true, 3, calm.Grouping{By: calm.ByBrand}, 2, 1, 1
	for i := range digest.Firing {
		digest.Firing[i].Facts.Brand = market.NewText([]string{"Arc", "Zon"}[i/2%2])
	}
	stores := many(4)
	stores.GroupBy = calm.Grouping{By: calm.ByStore, Stores: map[string]string{"noord": "Assen", "zuid": "Weert", "zee": "Vlissingen"}}
	for i := range stores.Firing {
		stores.Firing[i].Channels = [][]string{{"noord"}, {"managers", "zuid", "zee"}, {"managers"}, {"managers"}}[i]
	}
	edited := many(2)
	end := undercut(3, "Vloerlamp Zon")
	end.ResolvedAt = sentAt
	edited.Resolved = []market.Alert{end}
	over := many(30)
	over.Resolved = []market.Alert{end}
	for name, m := range map[string]alerts.Message{
		"incident": message(source("source_blind", market.Facts{Failures: []market.FailureKind{market.FailBlockedCaptcha}}), beside("undercut")),
		"rivals":   rivals, "several": many(3), "overflow": over, "digest": digest, "edited": edited, "stores": stores,
	} {
		for _, language := range lang.Languages() {
			m.Language = language
			golden(t, name+"."+language+".txt", shown(t, name, m))
		}
	}
}

// TestWithButtons writes what our own app tells, with the buttons below it.
func TestWithButtons(t *testing.T) {
	s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}})
	defer s.Close()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	for _, language := range lang.Languages() {
		o := options(t, map[string]string{"token": token, "channel": "C1", "api": s.API()})
		n, err := notify.New("slack", o, notify.Env{HTTP: &http.Client{Transport: tr}, App: market.NewSecret(token), Web: "https://prices.example"})
		if err != nil {
			t.Fatal(err)
		}
		m := message(beside("undercut"))
		m.Language = language
		if _, err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		told := s.Messages("C1")
		golden(t, "buttons."+language+".txt", slackShown(t, told[len(told)-1].Blocks))
	}
}

// TestHomeShown writes what a home tab says of open alerts, with their buttons.
func TestHomeShown(t *testing.T) {
	for _, language := range lang.Languages() {
		m := message(beside("undercut"), source("source_blind", market.Facts{LastGoodAt: sentAt.Add(-50 * time.Hour)}))
		m.Language = language
		raw, err := json.Marshal(notify.SlackHome(m, "https://prices.example"))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "home."+language+".txt", slackShown(t, raw))
	}
}

// TestSlackJSON shows the blocks themselves, once.
func TestSlackJSON(t *testing.T) {
	m := message(beside("undercut"))
	var b bytes.Buffer
	if err := json.Indent(&b, notify.SlackBlocks(m), "", "  "); err != nil {
		t.Fatal(err)
	}
	golden(t, "card.json", b.String()+"\n")
}
