package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/watch/feedback"
	"pricegap/watch/referee"
	"pricegap/watch/rehearse"
	"pricegap/watch/review"
)

var noon = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func eur(s string) money.Amount {
	a, err := money.FromDecimal(s, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

// fake is a small service: one product at three shops. say stands in every text of it.
type fake struct {
	say   string
	err   error
	asked []watch.StandingQuery
	rows  int
	// dearer is how many of the last rows have no rival that is cheaper.
	dearer int
}

func (f *fake) text(s string) market.Text {
	if f.say != "" {
		s = f.say
	}
	return market.NewText(s)
}

func (f *fake) name(s string) string {
	if f.say != "" {
		return f.text("").Plain()
	}
	return s
}

func (f *fake) observation(source market.SourceID, price string, at time.Time) market.Observation {
	return market.Observation{
		Source: source, Listing: market.ListingID(source + ":1"), SeenAt: at, Page: "https://" + string(source) + ".example/p/1",
		Offer: market.Offer{
			URL: "https://" + string(source) + ".example/p/1", SKU: f.name("A1"), Title: f.text("Waterkoker"), Brand: f.text("Zwiepa"), Category: f.text("Waterkokers"),
			Price: eur(price), Shipping: eur("4.95"), Stock: market.StockIn, DeliveryText: f.text("morgen in huis"), WarrantyMonths: market.CountOf(24),
		},
		Trust: market.Trust{State: market.Trusted},
	}
}

func (f *fake) standing(n int) compare.Standing {
	ours := f.observation("fonkelplein", "1299.00", noon.Add(-time.Hour))
	ours.Offer.BranchStock = map[string]market.Count{"noord": market.CountOf(3)}
	low := f.observation("voltavia", "1249.00", noon.Add(-26*time.Hour))
	held := f.observation("snoerderij", "12990.00", noon.Add(-time.Hour))
	held.Trust = market.Trust{State: market.Quarantined, Reason: "factor_10"}
	return compare.Standing{
		Product: market.Product{
			ID: market.ProductID(fmt.Sprintf("FP%05d", n)), GTIN: "09521234567890", Brand: f.text("Zwiepa"), Title: f.text("Waterkoker Nova"),
			Category: f.text("Waterkokers"), Cost: eur("777.77"), Floor: eur("888.88"), MPN: f.name("ZWW-1"),
		},
		At: noon, Basis: compare.Shelf,
		Ours: compare.Position{Source: "fonkelplein", Name: f.name("Fonkelplein"), Listing: "x", Seen: ours, Price: eur("1299.00"), Comparable: true, Age: time.Hour},
		Rivals: []compare.Position{
			{
				Source: "voltavia", Name: f.name("Voltavia"), Listing: "y", Seen: low, Price: eur("1249.00"), Gap: eur("-50.00"), GapBasisPoints: market.CountOf(-385),
				Comparable: true, Age: 26 * time.Hour, Match: market.Match{Method: "gtin"}, Shipping: eur("0"),
				Advantages: []market.Advantage{{Kind: market.PointWarranty, Ours: map[string]string{"nl": "3 jaar garantie"}, Theirs: map[string]string{"nl": "2 jaar"}}},
			},
			{
				Source: "snoerderij", Name: f.name("De Snoerderij"), Listing: "z", Seen: f.observation("snoerderij", "1319.00", noon.Add(-100*time.Hour)), Held: &held,
				Price: eur("1319.00"), Age: 100 * time.Hour, Stale: true, NotBecause: compare.Stale,
			},
			{Source: "zoemhal", Name: f.name("Zoemhal"), NotBecause: compare.NoOffer},
		},
		Rank: market.CountOf(2), Lowest: "voltavia", LowestPrice: eur("1249.00"), Index: market.CountOf(10_400),
	}
}

func (f *fake) Standings(ctx context.Context, q watch.StandingQuery) iter.Seq2[compare.Standing, error] {
	f.asked = append(f.asked, q)
	return func(yield func(compare.Standing, error) bool) {
		for i := range max(f.rows, 1) {
			if err := errors.Join(f.err, ctx.Err()); err != nil {
				yield(compare.Standing{}, err)
				return
			}
			st := f.standing(i + 1)
			if i >= max(f.rows, 1)-f.dearer {
				st.Rivals[0].Gap = eur("50.00")
			}
			if !yield(st, nil) {
				return
			}
		}
	}
}

func (f *fake) Observations(context.Context, watch.PastQuery) iter.Seq2[watch.Past, error] {
	return func(func(watch.Past, error) bool) {}
}

func (f *fake) History(_ context.Context, id market.ProductID, _, _ time.Time) ([]watch.Series, error) {
	if id != "FP00001" {
		return nil, fmt.Errorf("%w: %s", watch.ErrUnknownProduct, id)
	}
	held := f.observation("voltavia", "12490.00", noon.Add(-30*time.Hour))
	held.Trust = market.Trust{State: market.Quarantined, Reason: "factor_10"}
	return []watch.Series{
		{Source: "fonkelplein", Name: f.name("Fonkelplein"), Own: true, Points: []market.Observation{
			f.observation("fonkelplein", "1299.00", noon.Add(-72*time.Hour)), f.observation("fonkelplein", "1299.00", noon.Add(-time.Hour)),
		}},
		{Source: "voltavia", Name: f.name("Voltavia"), Points: []market.Observation{
			f.observation("voltavia", "1309.00", noon.Add(-72*time.Hour)), held, f.observation("voltavia", "1249.00", noon.Add(-26*time.Hour)),
		}},
	}, f.err
}

func (f *fake) Find(_ context.Context, text string, limit int) ([]market.Product, error) {
	if text == "nothing" {
		return nil, f.err
	}
	return []market.Product{f.standing(1).Product}[:min(1, limit)], f.err
}

func (f *fake) Sources(context.Context) ([]watch.SourceHealth, error) {
	run := market.Run{
		ID: "r1", Source: "voltavia", StartedAt: noon.Add(-26 * time.Hour), Outcome: market.RunPartial, Pages: 12, Offers: 11, Changes: 3, Bytes: 4096,
		Failures: map[market.FailureKind]int{market.FailServerError: 2, market.FailPriceMissing: 5},
	}
	return []watch.SourceHealth{
		{Source: "fonkelplein", Name: f.name("Fonkelplein"), Own: true, Listings: 240, Fresh: 240},
		{
			Source: "voltavia", Name: f.name("Voltavia"), Listings: 200, Fresh: 190, Quarantined: 1, Coverage: map[market.Field]int{market.FieldPrice: 199}, Last: run,
			LastGoodAt: run.StartedAt, NextAt: noon.Add(time.Hour), Blind: true,
		},
	}, f.err
}

func (f *fake) Alerts(context.Context) ([]market.Alert, error) {
	alert := market.Alert{
		ID: "a1", Rule: f.name("undercut"), Kind: "undercut", Topic: market.Topic{Product: "FP00001", Source: "voltavia"}, State: market.AlertFiring, Since: noon,
		Transition: 1, Channels: []string{"sales", "floor"}, Told: map[string]market.Told{"sales": {State: market.AlertFiring, Transition: 1}, "floor": {Error: f.name("no answer")}},
		Facts: market.Facts{
			Title: f.text("Waterkoker Nova"), Gap: eur("-50.00"), GapBasisPoints: market.CountOf(-385),
			Ours:   market.Side{Source: "fonkelplein", Name: f.name("Fonkelplein"), Price: eur("1299.00"), SeenAt: noon, URL: "https://fonkelplein.example/p"},
			Theirs: market.Side{Source: "voltavia", Name: f.name("Voltavia"), Price: eur("1249.00"), SeenAt: noon, URL: "javascript:alert(1)"},
		},
	}
	over := market.Alert{
		ID: "a2", Rule: f.name("blind"), Kind: "source_blind", Topic: market.Topic{Source: "zoemhal"}, State: market.AlertResolved, Since: noon.Add(time.Hour),
		Transition: 2, Channels: []string{"late", "gone"}, Told: map[string]market.Told{"late": {State: market.AlertFiring, Transition: 2, Late: true}, "gone": {Dead: true, Error: f.name("channel_not_found")}},
		Facts: market.Facts{Theirs: market.Side{Source: "zoemhal", Name: f.name("Zoemhal")}, LastGoodAt: noon, Failures: []market.FailureKind{market.FailServerError}},
	}
	return []market.Alert{over, alert}, f.err
}

func (f *fake) Matches(context.Context) iter.Seq2[market.Match, error] {
	return func(yield func(market.Match, error) bool) {
		for i := range max(f.rows, 1) {
			if !yield(market.Match{Product: "FP00001", Source: "voltavia", Listing: market.ListingID(fmt.Sprint(i)), DecidedAt: noon}, f.err) {
				return
			}
		}
	}
}

func (f *fake) Info(context.Context) (store.Info, error) {
	return store.Info{Path: "/somewhere/prices.db", Engine: "bolt", Bytes: 8192, Products: 1}, f.err
}

func (f *fake) Crawl(context.Context, watch.CrawlRequest) iter.Seq2[watch.Progress, error] {
	return func(func(watch.Progress, error) bool) {}
}

func (f *fake) ImportCatalog(context.Context, []watch.CatalogItem) (watch.Imported, error) {
	return watch.Imported{}, f.err
}

func (f *fake) ImportObservations(context.Context, iter.Seq2[market.Observation, error]) (watch.Imported, error) {
	return watch.Imported{}, f.err
}

func (f *fake) Backup(context.Context, io.Writer) (int64, error) { return 0, f.err }

func (f *fake) Prune(context.Context, store.Pruning, func(done, total int64)) (store.Pruned, error) {
	return store.Pruned{}, f.err
}

func (f *fake) Compact(context.Context, func(done, total int64)) (before, after int64, err error) {
	return 0, 0, f.err
}

func (f *fake) ImportMatches(context.Context, []market.Match) (watch.Imported, error) {
	return watch.Imported{}, f.err
}

func (f *fake) Refresh(context.Context, watch.RefreshRequest) ([]watch.Looked, error) {
	return nil, f.err
}

func (f *fake) Deliver(context.Context) (watch.Delivery, error) { return watch.Delivery{}, f.err }

func (f *fake) TestChannel(context.Context, string) error { return f.err }

func (f *fake) Held(context.Context, review.Query) iter.Seq2[review.Held, error] {
	return func(func(review.Held, error) bool) {}
}

func (f *fake) Decide(context.Context, review.Decision) ([]review.Held, error) { return nil, f.err }

func (f *fake) Say(context.Context, feedback.Word) (feedback.Entry, error) {
	return feedback.Entry{}, f.err
}

func (f *fake) Said(context.Context, feedback.Query) iter.Seq2[feedback.Entry, error] {
	return func(func(feedback.Entry, error) bool) {}
}

func (f *fake) Silences(context.Context) ([]calm.Silence, error) { return nil, f.err }

func (f *fake) Silence(_ context.Context, s calm.Silence) (calm.Silence, error) { return s, f.err }

func (f *fake) Expire(context.Context, calm.Expiry) (calm.Silence, error) {
	return calm.Silence{}, f.err
}

func (f *fake) Verdicts(context.Context, referee.Query) ([]policy.Verdict, error) {
	return []policy.Verdict{{
		Source: "voltavia", At: noon, Outcome: policy.Refer, To: policy.ShiftLead, Price: eur("104.00"),
		Findings: []policy.Finding{{Rule: policy.RuleSeller, Result: policy.Unknown}, {Rule: policy.RuleFloor, Result: policy.Pass}},
	}}, f.err
}

func (f *fake) Rehearse(context.Context, rehearse.Query) (rehearse.Trial, error) {
	return rehearse.Trial{}, nil
}

func (f *fake) Backtest(context.Context, referee.BacktestQuery) (policy.Trial, error) {
	return policy.Trial{}, f.err
}
