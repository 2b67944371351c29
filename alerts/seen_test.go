package alerts_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
)

// past is a history of observations of product 1 and the log of their changes, judged against the prices of their time.
type past struct {
	desk    *alerts.Desk
	box     *memory
	ear     *ear
	rules   []alerts.Configured
	now     time.Time
	seen    []market.Observation
	changes []market.Change
}

// watched are shops of which a good look is expected every hour: what is older than two is stale.
var watched = []compare.Shop{{ID: "us", Name: "Onze Winkel", Own: true, Interval: time.Hour}, {ID: "lamp", Name: "Lampenhuis", Interval: time.Hour}}

func newPast(rules ...alerts.Configured) *past {
	p := &past{box: newMemory(), ear: &ear{}, rules: rules, now: start}
	p.restart()
	return p
}

func (p *past) restart() {
	p.desk = alerts.NewDesk(alerts.Options{
		Box: p.box, Rules: p.rules, Shops: watched, Clock: func() time.Time { return p.now },
		Channels: []alerts.Channel{{Name: "a", Language: "en", Notifier: p.ear}},
	})
}

// see records an observation, and the change that it is.
func (p *past) see(s market.SourceID, cents int64, trust market.TrustState) {
	o := market.Observation{
		Source: s, Listing: market.ListingID(s), SeenAt: p.now, Offer: market.Offer{Price: euros(cents)}, Trust: market.Trust{State: trust},
	}
	var before market.Observation
	for _, x := range p.seen {
		if x.Listing == o.Listing {
			before = x
		}
	}
	p.seen = append(p.seen, o)
	if before.Offer.Price != o.Offer.Price || before.Trust.State != trust {
		p.changes = append(p.changes, market.Change{Seq: uint64(len(p.changes) + 1), Before: before, After: o})
	}
}

// standing is that of the product by what was seen up to a moment.
func (p *past) standing(at time.Time) compare.Standing {
	var matches []market.Match
	for _, s := range watched {
		matches = append(matches, market.Match{Product: "1", Source: s.ID, Listing: market.ListingID(s.ID), Decision: market.Accept, Exact: true})
	}
	b := compare.NewBoard(watched, matches, at, compare.Options{})
	for _, o := range p.seen {
		b.See(&o)
	}
	return b.Standing(market.Product{ID: "1"})
}

// judge judges the log, all of it.
func (p *past) judge(t *rapid.T) {
	var events []alerts.Event
	for _, c := range p.changes {
		e := alerts.Event{Now: c.After.SeenAt, Change: &c, Standing: p.standing(c.After.SeenAt)}
		for _, o := range p.seen {
			if o.Listing == c.After.Listing && o.SeenAt.Before(c.After.SeenAt) && o.Trust.State == market.Trusted && c.Before.Trust.State != market.Trusted {
				e.Previous = o
			}
		}
		events = append(events, e)
	}
	if err := p.desk.Judge(context.Background(), uint64(len(p.changes)), events...); err != nil {
		t.Fatal(err)
	}
}

// tick lets time pass, tells the channel, and checks that each price that it is told was seen, is trusted and not stale.
func (p *past) tick(t *rapid.T) {
	p.judge(t)
	lookup := func(market.ProductID) (compare.Standing, error) { return p.standing(p.now), nil }
	if err := p.desk.Tick(context.Background(), p.now, each(lookup)); err != nil {
		t.Fatal(err)
	}
	for _, m := range p.deliver(t) {
		for _, a := range m.Firing {
			for s, side := range map[market.SourceID]market.Side{"us": a.Facts.Ours, "lamp": a.Facts.Theirs} {
				if a.Once && s == "us" {
					continue // a move is theirs alone
				}
				if err := p.backed(s, side); err != nil {
					t.Fatalf("%s is told, but %v", a.Kind, err)
				}
			}
		}
	}
}

func (p *past) deliver(t *rapid.T) []alerts.Message {
	if _, err := p.desk.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	return p.ear.take()
}

// backed reports what keeps a told price from being one that was seen, is trusted, and is neither stale nor replaced.
func (p *past) backed(s market.SourceID, side market.Side) error {
	for i := len(p.seen) - 1; i >= 0; i-- {
		o := p.seen[i]
		if o.Source != s || o.Trust.State != market.Trusted {
			continue
		}
		switch {
		case o.Offer.Price != side.Price:
			return fmt.Errorf("%s has %s since %s, not %s of %s", s, o.Offer.Price, o.SeenAt, side.Price, side.SeenAt)
		case p.now.Sub(o.SeenAt) > 2*time.Hour:
			return fmt.Errorf("%s was last seen %s ago", s, p.now.Sub(o.SeenAt))
		}
		return nil
	}
	return fmt.Errorf("%s was never seen", s)
}

// live lets a random history of observations, trusted and held back, meet stops, restarts and judgements of what was
// judged; tell is what happens at a delivery.
func (p *past) live(t *rapid.T, tell func()) {
	for range rapid.IntRange(1, 30).Draw(t, "steps") {
		p.now = p.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
		switch rapid.IntRange(0, 7).Draw(t, "what") {
		case 0:
			p.restart()
		case 1:
			p.judge(t)
			p.judge(t)
		case 2:
			p.see("us", 10000, market.Trusted)
		case 3:
			tell()
		default:
			trust := rapid.SampledFrom([]market.TrustState{market.Trusted, market.Trusted, market.Quarantined}).Draw(t, "trust")
			p.see("lamp", rapid.SampledFrom([]int64{9000, 9400, 9700, 9900, 100, 10500}).Draw(t, "cents"), trust)
			if rapid.Bool().Draw(t, "judged at once") {
				p.judge(t)
			}
		}
	}
}

func seenRules(t *testing.T) []alerts.Configured {
	plain := cheaper(t)
	plain.TellResolved = true
	damped := plain
	damped.Name, damped.Damp = "damped", time.Hour
	return []alerts.Configured{plain, damped, configured(t, "moves", "price_change", `{}`)}
}

// TestAlertsAreWhatWasSeen holds over 10,000 random histories that the alerts are what one judgement of the whole log makes
// of them, whatever was judged twice, told or restarted meanwhile.
func TestAlertsAreWhatWasSeen(t *testing.T) {
	rules := seenRules(t)[:2] // what happened is over when it is told, and so no function of the log alone
	histories(t, 10_000, func(t *rapid.T) {
		p := newPast(rules...)
		p.live(t, func() {
			p.judge(t)
			p.deliver(t)
		})
		p.judge(t)
		once := &past{box: newMemory(), ear: &ear{}, rules: p.rules, now: p.now, seen: p.seen, changes: p.changes}
		once.restart()
		once.judge(t)
		if got, want := p.lives(), once.lives(); !reflect.DeepEqual(got, want) {
			t.Fatalf("the alerts are no function of what was seen: %s", cmp.Diff(want, got))
		}
	})
}

// TestOnlyWhatWasSeenIsTold holds over 10,000 random histories that no channel is told of a price that is held back,
// unconfirmed or stale.
func TestOnlyWhatWasSeenIsTold(t *testing.T) {
	rules := seenRules(t)
	histories(t, 10_000, func(t *rapid.T) {
		p := newPast(rules...)
		p.live(t, func() { p.tick(t) })
		p.tick(t)
	})
}

// lives is what the alerts are, by id.
func (p *past) lives() map[string]string { return lives(&world{box: p.box}) }
