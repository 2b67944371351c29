package watch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/review"
)

// held returns what is held back.
func (w *world) held(q review.Query) (out []review.Held) {
	w.t.Helper()
	for h, err := range w.Held(w.t.Context(), q) {
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, h)
	}
	return out
}

func (w *world) deliver() int {
	w.t.Helper()
	if _, err := w.Deliver(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return len(w.said.messages)
}

// halved returns a world in which a price fell by half at the last look, and nobody was told.
func halved(t *testing.T) *world {
	w := newWorld(t)
	w.rewire(t, w.store, w.shop, quality.Policy{ConfirmAfter: time.Hour})
	w.catalog("10.00")
	w.shop.offers[page1] = []market.Offer{w.offer("12.00")}
	w.crawl()
	w.shop.offers[page1] = []market.Offer{w.offer("6.00")}
	w.now = w.now.Add(24 * time.Hour)
	w.crawl()
	return w
}

// TestAccept: a held value is listed with what it needs; once a person accepts it, it is trusted, and alerts.
func TestAccept(t *testing.T) {
	w := halved(t)
	hs := w.held(review.Query{})
	if len(hs) != 1 || hs[0].ID == "" || hs[0].Seen.Offer.Price != eur(t, "6.00") || hs[0].Trusted.Offer.Price != eur(t, "12.00") ||
		hs[0].Seen.Trust.Reason != quality.Jump || !hs[0].Since.Equal(hs[0].Seen.SeenAt) || hs[0].Release == "" {
		t.Fatalf("held: %+v", hs)
	}
	if n := w.deliver(); n != 0 {
		t.Fatalf("%d messages about a value that nobody confirmed", n)
	}
	anna := market.NewText("anna")
	for _, d := range []review.Decision{
		{Values: []string{"0000000000"}, Accept: true, By: anna}, {Values: []string{hs[0].ID, "x"}, By: anna}, {Source: "nobody", By: anna},
	} {
		if _, err := w.Decide(t.Context(), d); !errors.Is(err, review.ErrUnknown) {
			t.Errorf("%+v: %v", d, err)
		}
	}
	if _, err := w.Decide(t.Context(), review.Decision{Values: []string{hs[0].ID}}); !errors.Is(err, review.ErrUnnamed) {
		t.Errorf("without a name: %v", err)
	}
	if _, err := w.Decide(t.Context(), review.Decision{Values: []string{hs[0].ID}, Accept: true, By: anna}); err != nil {
		t.Fatal(err)
	}
	seen := w.standing(time.Time{}).Rivals[0].Seen
	if seen.Offer.Price != eur(t, "6.00") || seen.Trust.By != anna || seen.Trust.DecidedAt.IsZero() || len(w.held(review.Query{})) != 0 {
		t.Errorf("accepted: %+v", seen)
	}
	if n := w.deliver(); n != 1 {
		t.Errorf("%d messages about an accepted value, want 1", n)
	}
	w.now = w.now.Add(24 * time.Hour)
	if w.crawl(); w.standing(time.Time{}).Rivals[0].Price != eur(t, "6.00") || len(w.said.messages) != 1 {
		t.Errorf("the next look: %+v, %d messages", w.standing(time.Time{}).Rivals[0], len(w.said.messages))
	}
}

// TestReject: a value that a person rejects is not trusted however often it is seen, after a true price too, and alerts
// nobody; another value is judged for itself.
func TestReject(t *testing.T) {
	w := halved(t)
	id := w.held(review.Query{})[0].ID
	if _, err := w.Decide(t.Context(), review.Decision{Values: []string{"rival/sku:R1"}, By: market.NewText("anna")}); err != nil {
		t.Fatal(err)
	}
	for _, price := range []string{"6.00", "6.00", "12.00", "6.00", "6.00"} {
		w.now = w.now.Add(24 * time.Hour)
		w.shop.offers[page1] = []market.Offer{w.offer(price)}
		w.crawl()
		if got := w.standing(time.Time{}).Rivals[0].Price; got != eur(t, "12.00") {
			t.Errorf("seen at %s: %s is trusted", price, got)
		}
	}
	w.shop.same[page1] = true // unchanged
	w.now = w.now.Add(24 * time.Hour)
	w.crawl()
	hs := w.held(review.Query{Rejected: true})
	if len(hs) != 1 || hs[0].ID != id || hs[0].Seen.Trust.Reason != quality.Rejected || hs[0].Seen.Trust.By.Plain() != "anna" || len(w.held(review.Query{})) != 0 {
		t.Errorf("held: %+v", hs)
	}
	if n := w.deliver(); n != 0 {
		t.Errorf("%d messages about a rejected value", n)
	}
	// a change of mind
	if _, err := w.Decide(t.Context(), review.Decision{Values: []string{id}, Accept: true, By: market.NewText("bo")}); err != nil {
		t.Fatal(err)
	}
	w.shop.same[page1] = false
	w.catalog("10.00") // our own price of a week ago is too old
	w.crawl()
	if got := w.standing(time.Time{}).Rivals[0].Price; got != eur(t, "6.00") || w.deliver() != 1 {
		t.Errorf("accepted after all: %s, %d messages", got, len(w.said.messages))
	}
}

// TestDisputed: a price that another reader of the page contradicts is held as long as they do, until a person accepts it; what is
// accepted stays so, another price does not.
func TestDisputed(t *testing.T) {
	w := halved(t)
	w.shop.disputed = map[string]bool{page1: true}
	see := func(price string) []review.Held {
		t.Helper()
		w.shop.offers[page1] = []market.Offer{w.offer(price)}
		w.now = w.now.Add(24 * time.Hour)
		w.crawl()
		return w.held(review.Query{})
	}
	for range 3 {
		hs := see("11.00")
		if len(hs) != 1 || hs[0].ID == "" || hs[0].Failure != nil || hs[0].Seen.Trust.Reason != quality.Disagree || hs[0].Trusted.Offer.Price != eur(t, "12.00") {
			t.Fatalf("held: %+v", hs)
		}
		if got := w.standing(time.Time{}).Rivals[0].Price; got != eur(t, "12.00") || w.deliver() != 0 {
			t.Fatalf("%s, %d messages about a value that is disputed", got, len(w.said.messages))
		}
	}
	if _, err := w.Decide(t.Context(), review.Decision{Values: []string{w.held(review.Query{})[0].ID}, Accept: true, By: market.NewText("anna")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if hs := see("11.00"); len(hs) != 0 || w.standing(time.Time{}).Rivals[0].Seen.Trust.By.Plain() != "anna" {
			t.Errorf("accepted and held: %+v", hs)
		}
	}
	if hs := see("10.50"); len(hs) != 1 || hs[0].Seen.Trust.Reason != quality.Disagree {
		t.Errorf("another price: %+v", hs)
	}
	w.shop.disputed = nil
	if hs := see("10.50"); len(hs) != 0 || w.standing(time.Time{}).Rivals[0].Price != eur(t, "10.50") {
		t.Errorf("they agree: %+v", hs)
	}
}

// twoHeld returns a world in which another article costs ten times as much as well.
func twoHeld(t *testing.T) *world {
	w := halved(t)
	other := w.offer("20.00")
	other.SKU, other.GTIN, other.URL = "R2", "", "https://rival.example/p/2"
	w.shop.offers[other.URL] = []market.Offer{other}
	w.crawl()
	other.Price = eur(t, "200.00")
	w.shop.offers[other.URL] = []market.Offer{other}
	w.now = w.now.Add(time.Minute)
	w.crawl()
	return w
}

// TestDecideOfASource: all that is held of a source, or what is held for one reason.
func TestDecideOfASource(t *testing.T) {
	w := twoHeld(t)
	if n := len(w.held(review.Query{Sources: []market.SourceID{"rival"}})); n != 2 || len(w.held(review.Query{Sources: []market.SourceID{"us"}})) != 0 {
		t.Fatalf("%d are held", n)
	}
	anna := market.NewText("anna")
	for _, step := range []struct {
		d    review.Decision
		want int
	}{
		{review.Decision{Source: "rival", Reason: quality.Factor10, By: anna}, 1},
		{review.Decision{Source: "rival", Reason: quality.Factor10, By: anna}, 0},
		{review.Decision{Source: "rival", Accept: true, By: anna}, 1},
		{review.Decision{Source: "rival", Accept: true, By: anna}, 0}, // what was rejected is not meant
	} {
		if hs, err := w.Decide(t.Context(), step.d); err != nil || len(hs) != step.want {
			t.Errorf("%+v: %d decided, want %d, %v", step.d, len(hs), step.want, err)
		}
	}
}

// overtaken is a store into which a run records before a person's decision comes.
type overtaken struct {
	store.Store
	run func()
}

func (o overtaken) Record(ctx context.Context, obs ...market.Observation) ([]market.Change, error) {
	o.run()
	return o.Store.Record(ctx, obs...)
}

// TestSeenMeanwhile: where a run sees the same value anew while a person decides, that is decided. Where it sees another one the
// listing is named as not decided: what the person said stands in its history and is no news, and the rest is decided.
func TestSeenMeanwhile(t *testing.T) {
	for name, tt := range map[string]struct {
		price   string // that the run sees; "" for the same for ever
		accept  bool
		decided int
		trusted string
	}{
		"the same, accepted":           {"6.00", true, 2, "6.00"},
		"the same, rejected":           {"6.00", false, 2, "12.00"},
		"another, accepted":            {"5.00", true, 1, "6.00"},
		"another, rejected":            {"5.00", false, 1, "12.00"},
		"the same at each try, accept": {"", true, 1, "6.00"},
	} {
		t.Run(name, func(t *testing.T) {
			w := twoHeld(t)
			first := w.held(review.Query{})[0].Seen
			seen := 0
			desk := review.NewDesk(overtaken{w.store, func() {
				o := first
				o.SeenAt = o.SeenAt.Add(time.Duration(1+seen) * time.Minute)
				if tt.price != "" {
					o.Offer.Price = eur(t, tt.price)
				}
				if seen++; seen > 1 && tt.price != "" {
					return
				}
				if _, err := w.store.Record(t.Context(), o); err != nil {
					t.Error(err)
				}
			}}, []market.SourceID{"rival"}, quality.Policy{}, func() time.Time { return w.now })
			hs, err := desk.Decide(t.Context(), review.Decision{Source: "rival", Accept: tt.accept, By: market.NewText("anna")})
			if late := errors.Is(err, review.ErrSeen) && strings.Contains(err.Error(), string(first.Listing)); len(hs) != tt.decided || late != (tt.decided < 2) || err != nil && !late {
				t.Errorf("%d are decided, %v", len(hs), err)
			}
			said, newest, trusted := 0, market.Observation{}, market.Observation{}
			for o, err := range w.store.History(t.Context(), first.Listing, time.Time{}, time.Time{}) {
				if err != nil {
					t.Fatal(err)
				}
				if newest = o; o.Trust.By.Known() {
					said++
				}
				if o.Trust.State == market.Trusted {
					trusted = o
				}
			}
			if said == 0 || trusted.Offer.Price != eur(t, tt.trusted) || newest.Trust.By.Known() != (tt.decided == 2) {
				t.Errorf("it is said %d times, %s is trusted, the newest is %+v", said, trusted.Offer.Price, newest.Trust)
			}
			for c, err := range w.store.Changes(t.Context(), 0) {
				if err != nil || tt.decided < 2 && c.After.Listing == first.Listing && c.After.Trust.By.Known() {
					t.Errorf("what was not decided is news: %+v, %v", c.After.Trust, err)
				}
			}
		})
	}
}

// TestHeldWithoutAValue: pages on which nobody can say which price counts are listed, with nothing to accept.
func TestHeldWithoutAValue(t *testing.T) {
	w := newWorld(t)
	l := &looks{pages: w.shop, first: market.FailPriceAmbiguous}
	w.rewire(t, w.store, l, quality.Policy{})
	w.shop.offers[page1] = nil
	w.crawl()
	hs := w.held(review.Query{})
	if len(hs) != 1 || hs[0].ID != "" || hs[0].Failure == nil || hs[0].Failure.URL != page1 || hs[0].Release == "" {
		t.Errorf("held: %+v", hs)
	}
}

// TestLimit: the first price of a shop that lies far past what people know an article to cost is held until it is seen again,
// before there is a match and after; an article that nobody sells here has no limit.
func TestLimit(t *testing.T) {
	for name, tt := range map[string]struct {
		matched, ours bool
	}{"before there is a match": {false, true}, "with a match": {true, true}, "another article": {false, false}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			limit := quality.Limit{Products: []market.ProductID{"100"}, Lowest: eur(t, "10.00"), Highest: eur(t, "20.00")}
			w.rewire(t, w.store, w.shop, quality.Policy{ConfirmAfter: time.Hour, Limits: []quality.Limit{limit}})
			w.catalog("12.00")
			see := func(price string) {
				w.now = w.now.Add(24 * time.Hour)
				o := w.offer(price)
				if !tt.ours {
					o.GTIN = ""
				}
				w.shop.offers[page1] = []market.Offer{o}
				w.catalog("12.00") // our own price is not too old
				w.crawl()
			}
			if tt.matched {
				see("10.40")
				w.deliver()
			}
			told := len(w.said.messages)
			see("8.40")
			hs := w.held(review.Query{})
			if !tt.ours {
				if len(hs) != 0 {
					t.Errorf("held: %+v", hs)
				}
				return
			}
			if len(hs) != 1 || hs[0].Seen.Trust.Reason != quality.PastLimit || w.deliver() != told {
				t.Fatalf("held: %+v; %d messages", hs, len(w.said.messages)-told)
			}
			see("8.40")
			if r := w.standing(time.Time{}).Rivals[0]; r.Price != eur(t, "8.40") || len(w.held(review.Query{})) != 0 {
				t.Errorf("seen twice: %+v", r)
			}
			see("8.30")
			if r := w.standing(time.Time{}).Rivals[0]; r.Price != eur(t, "8.30") {
				t.Errorf("where it is past the limit already: %+v", r)
			}
		})
	}
}
