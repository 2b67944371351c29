package notify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/slacktest"
	"pricegap/alerts/rule"
	"pricegap/market"
	"pricegap/market/money"
)

// extremes draw what a message may be made of: nothing, everything, and far too much of it.
type extremes struct{ *rapid.T }

func (x extremes) text(label string) string {
	s := rapid.SampledFrom(append([]string{"", "Lamp", strings.Repeat(`"<&>\`, 60), strings.Repeat("😀", 300), "Łódź żółć"}, hostile...)).Draw(x.T, label)
	if rapid.Bool().Draw(x.T, label+" is anything") {
		s = rapid.StringN(0, 400, -1).Draw(x.T, label+" as it comes")
	}
	return s
}

func (x extremes) amount(label string) money.Amount {
	if rapid.Bool().Draw(x.T, label+" is not known") {
		return money.Amount{}
	}
	return money.New(rapid.Int64Range(-1<<61, 1<<61).Draw(x.T, label), "EUR")
}

func (x extremes) side(source string) market.Side {
	return market.Side{
		Source: market.SourceID(source), Name: x.text("name"), Price: x.amount("price"), Delivered: x.amount("delivered"), Shipping: x.amount("shipping"),
		Stock:        rapid.SampledFrom([]market.Stock{"", market.StockIn, market.StockOut, market.StockInStoreOnly, "unheard of"}).Draw(x.T, "stock"),
		DeliveryText: market.NewText(x.text("delivery")), URL: rapid.SampledFrom([]string{"", "https://a.example/" + strings.Repeat("x", 450), x.text("url")}).Draw(x.T, "address"),
		SeenAt: sentAt.Add(-1),
	}
}

func (x extremes) points() (out []market.Advantage) {
	kinds := []market.PointKind{market.PointDelivery, market.PointPickup, market.PointWarranty, market.PointReturns, market.PointService, market.PointRating}
	for range rapid.IntRange(0, 6).Draw(x.T, "points") {
		out = append(out, market.Advantage{
			Kind: rapid.SampledFrom(kinds).Draw(x.T, "point"), Ours: inBoth(x.text("ours"), x.text("ours")), Theirs: inBoth(x.text("theirs"), ""),
		})
	}
	return out
}

func (x extremes) alert(product, source string) market.Alert {
	a := market.Alert{
		ID: product + source, Rule: x.text("rule"), Kind: rapid.SampledFrom(rule.Kinds()).Draw(x.T, "kind"),
		Topic: market.Topic{Product: market.ProductID(product), Source: market.SourceID(source)}, Transition: 1, ResolvedAt: sentAt,
	}
	f := &a.Facts
	f.Title, f.Brand = market.NewText(x.text("title")), market.NewText(x.text("brand"))
	f.Ours, f.Theirs, f.Before, f.Reference, f.Lowest = x.side("us"), x.side(source), x.amount("before"), x.amount("reference"), x.amount("lowest")
	f.Gap, f.GapBasisPoints = x.amount("gap"), market.CountOf(rapid.Int64().Draw(x.T, "gap in hundredths of a percent"))
	f.Advantages, f.Even, f.Drawbacks = x.points(), x.points(), x.points()
	f.Seller, f.SellerBefore = market.NewText(x.text("seller")), market.NewText(x.text("seller before"))
	for range rapid.IntRange(0, 15).Draw(x.T, "rules") {
		f.Verdict.Unknown = append(f.Verdict.Unknown, x.text("unknown"))
	}
	f.Verdict.Outcome, f.Verdict.Price = rapid.SampledFrom([]string{"", "MATCH", "REFER", "DECLINE"}).Draw(x.T, "outcome"), x.amount("verdict")
	f.Odd = []market.Oddity{{Kind: "moved", Offers: 1 << 60, Of: 1 << 61}}
	return a
}

// message draws a message about products with an article number each, Q0 and so on; each has as many rivals as are drawn.
func (x extremes) message(rivals int) (m alerts.Message, total int) {
	m = message()
	m.Language = rapid.SampledFrom([]string{"nl", "en", "de", ""}).Draw(x.T, "language")
	m.Formula.Name, m.Channel = x.text("formula"), x.text("channel")
	m.Repeat, m.Digest, m.Test = rapid.Bool().Draw(x.T, "repeat"), rapid.Bool().Draw(x.T, "digest"), rapid.IntRange(0, 9).Draw(x.T, "test") == 0
	m.Late, m.Unknown, m.Escalated = rapid.IntRange(0, 1<<40).Draw(x.T, "late"), rapid.IntRange(0, 3).Draw(x.T, "unknown"), rapid.IntRange(0, 3).Draw(x.T, "escalated")
	m.GroupBy.By = rapid.SampledFrom([]calm.Group{"", calm.ByBrand, calm.ByCategory}).Draw(x.T, "group by")
	few := []market.Alert{x.alert("Q", "a"), x.alert("Q", "b"), x.alert("Q", "c")}
	for n := range rapid.SampledFrom([]int{0, 1, 2, 7, 45, 90}).Draw(x.T, "products") {
		for r := range rapid.IntRange(1, rivals).Draw(x.T, "rivals") {
			a := few[rapid.IntRange(0, 2).Draw(x.T, "which")]
			a.ID, a.Topic.Product, a.Topic.Source = fmt.Sprint(n, r), market.ProductID(fmt.Sprintf("Q%d", n)), market.SourceID(fmt.Sprint("s", r))
			if rapid.IntRange(0, 5).Draw(x.T, "over") == 0 {
				m.Resolved = append(m.Resolved, a)
			} else {
				m.Firing = append(m.Firing, a)
			}
		}
	}
	return m, len(m.Firing) + len(m.Resolved)
}

// TestSlackExtremes: whatever a message is about, Slack takes it, with the buttons of our app or without: at most 50 blocks, 12,000
// characters and one table, texts below 4,000.
func TestSlackExtremes(t *testing.T) {
	s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}, NoHistory: true})
	defer s.Close()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	bounded := func(r *rapid.T, text string, blocks json.RawMessage) {
		if word := slacktest.Check(text, blocks); word != "" {
			r.Fatalf("Slack says %s of %s", word, blocks)
		}
		var list []json.RawMessage
		if err := json.Unmarshal(blocks, &list); err != nil {
			r.Fatal(err)
		}
		if n := utf8.RuneCount(blocks); len(list) > 50 || n > 12_000 || utf8.RuneCountInString(text) > 4_000 {
			r.Fatalf("%d blocks of %d characters, a text of %d", len(list), n, utf8.RuneCountInString(text))
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		m, _ := extremes{r}.message(9)
		bounded(r, notify.SlackText(m), notify.SlackBlocks(m))
		o := options(t, map[string]string{"token": token, "channel": "C1", "api": s.API()})
		n, err := notify.New("slack", o, notify.Env{HTTP: &http.Client{Transport: tr}, App: market.NewSecret(token), Web: "https://prices.example"})
		if err != nil {
			r.Fatal(err)
		}
		before := len(s.Messages("C1"))
		m.ID = strconv.Itoa(before)
		if _, err := n.Notify(t.Context(), m); err != nil {
			r.Fatalf("not told: %v", err)
		}
		told := s.Messages("C1")[before]
		if len(told.Blocks) == 0 {
			r.Fatal("Slack refused the blocks")
		}
		bounded(r, told.Text, told.Blocks)
	})
}

// counted is what a message says of what it does not spell out.
var counted = regexp.MustCompile(`(?:and|en nog) (\d+)(?: more)?: `)

// TestSlackCounts: what a message has no room for is counted, to the last one.
func TestSlackCounts(t *testing.T) {
	number := regexp.MustCompile(`\b(?:Q\d+)\b`)
	rapid.Check(t, func(r *rapid.T) {
		m, total := extremes{r}.message(1)
		for i := range m.Firing {
			m.Firing[i].Facts.Title = market.NewText("Lamp " + strings.Repeat("lang ", i%30))
		}
		for i := range m.Resolved {
			m.Resolved[i].Facts.Title = market.NewText("Lamp")
		}
		shown, err := slacktest.Show(notify.SlackBlocks(m))
		if err != nil {
			r.Fatal(err)
		}
		told := map[string]bool{}
		for _, q := range number.FindAllString(shown, -1) {
			told[q] = true
		}
		rest := 0
		if found := counted.FindStringSubmatch(shown); found != nil {
			rest, _ = strconv.Atoi(found[1])
		}
		if len(told)+rest != total {
			r.Fatalf("%d are told and %d counted of %d:\n%s", len(told), rest, total, shown)
		}
		if total > 0 && len(told) == 0 {
			r.Fatalf("nothing is told:\n%s", shown)
		}
	})
}
