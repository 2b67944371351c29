package feedback

import (
	"context"
	"errors"
	"slices"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/referee"
)

// tries is how often a price is held back that a run goes on seeing meanwhile.
const tries = 3

// effect does what a word says and writes into e what came of it. What it returns is to be recorded with the entry.
func (l *Ledger) effect(ctx context.Context, e *Entry) (*market.Observation, error) {
	if from := least[e.Verb]; !may(e.By.Role, from) {
		e.Refused, e.To = NotRole, from
		return nil, nil
	}
	if e.Product != "" {
		s, err := l.o.Standing(ctx, e.Product, time.Time{}, e.At)
		if err != nil {
			return nil, err
		}
		if s.Product.ID == "" && e.Verb != Acknowledge { // an alert may outlive its product
			e.Refused = Unknown
			return nil, nil
		}
		e.place(s)
	}
	switch e.Verb {
	case Acknowledge:
		return nil, l.acknowledge(ctx, e)
	case Silence:
		return nil, l.silence(ctx, e)
	case Wrong:
		return l.dispute(ctx, e)
	case Matched:
		return nil, l.match(ctx, e)
	}
	if e.Product == "" {
		return nil, ErrWord
	}
	return nil, nil // the entry itself is the effect
}

// place notes what was known of the product at that moment, with its name: it may be sold off by the time somebody reads of it.
func (e *Entry) place(s compare.Standing) {
	e.Title, e.Ours = s.Product.Title, s.Ours.Price
	for _, r := range s.Rivals {
		if r.Source == e.Source && r.Seen.Listing != "" {
			e.Listing, e.Theirs = r.Seen.Listing, r.Price
		}
	}
}

func (e *Entry) by() market.Text { return market.NewText(e.By.ID) }

func (l *Ledger) acknowledge(ctx context.Context, e *Entry) error {
	if len(e.Alerts) == 0 {
		return ErrWord
	}
	_, err := l.o.Taker.Acknowledge(ctx, alerts.Acknowledgement{IDs: e.Alerts, By: e.by()})
	if errors.Is(err, alerts.ErrNotFiring) {
		e.Refused, err = NotFiring, nil
	}
	return err
}

// silence asks for a silence. One that is there already is the one.
func (l *Ledger) silence(ctx context.Context, e *Entry) error {
	s := calm.Silence{Matcher: calm.Matcher{Product: e.Product, Source: e.Source}, By: e.by(), Reason: e.Reason, Until: e.Until.UTC()}
	all, err := l.o.Quieter.Silences(ctx)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(all, func(x calm.Silence) bool {
		return x.Matcher == s.Matcher && x.By == s.By && x.Until.Equal(s.Until) && x.Active(e.At.Add(time.Second))
	}); i >= 0 {
		e.Effect = all[i].ID
		return nil
	}
	s, err = l.o.Quieter.Silence(ctx, s)
	if errors.Is(err, calm.ErrSilence) {
		e.Refused, err = NoSilence, nil
		return err
	}
	e.Effect = s.ID
	return err
}

// dispute returns the newest look at the rival's listing as one whose price somebody says is wrong.
func (l *Ledger) dispute(ctx context.Context, e *Entry) (*market.Observation, error) {
	if e.Product == "" || e.Source == "" {
		return nil, ErrWord
	}
	if e.Listing == "" {
		e.Refused = Unknown
		return nil, nil
	}
	o, err := l.newest(ctx, e.Listing)
	switch {
	case err != nil:
		return nil, err
	case !o.Offer.Price.Known():
		e.Refused = Unknown
		return nil, nil
	case o.Trust.State != market.Trusted:
		e.Refused = Held
		return nil, nil
	}
	o.Trust = quality.Dispute(e.by(), e.At)
	return &o, nil
}

// newest returns the newest look at a listing; the zero Observation where there is none.
func (l *Ledger) newest(ctx context.Context, id market.ListingID) (o market.Observation, err error) {
	for o, err = range l.o.Store.Latest(ctx, store.Query{Listings: []market.ListingID{id}}) {
		break
	}
	return o, err
}

// keep keeps a batch, with a look that is doubted if there is one. Nothing is edited: the doubt stands a second behind the look, and
// where a run saw the same price anew meanwhile, behind that one.
func (l *Ledger) keep(ctx context.Context, b store.Batch, doubted *market.Observation) error {
	for range tries {
		if doubted != nil {
			doubted.SeenAt = doubted.SeenAt.Add(time.Second)
			b.Observations = []market.Observation{*doubted}
		}
		changes, err := l.o.Store.Keep(ctx, b)
		if err != nil || doubted == nil || len(changes) > 0 {
			return err
		}
		o, err := l.newest(ctx, doubted.Listing)
		if err != nil || o.Trust.State != market.Trusted || o.Offer.Price != doubted.Offer.Price {
			return err
		}
		b.State, o.Trust = nil, doubted.Trust
		doubted = &o
	}
	return nil
}

// match asks whether the role may sell at that price. What the floor is stands in no entry.
func (l *Ledger) match(ctx context.Context, e *Entry) error {
	if e.Product == "" || e.Source == "" || !e.Price.Known() {
		return ErrWord
	}
	vs, err := l.o.Judge.Verdicts(ctx, referee.Query{Product: e.Product, Sources: []market.SourceID{e.Source}, Role: e.By.Role, Store: e.By.Store})
	if err != nil {
		return err
	}
	if len(vs) == 0 || !e.Ours.Known() {
		e.Refused = NoVerdict
		return nil
	}
	v := vs[0]
	switch less, err := e.Ours.Sub(e.Price); {
	case v.Outcome == policy.Decline:
		e.Refused = Declined
	case v.Outcome == policy.Refer:
		e.Refused, e.To = Authority, v.To
	case err != nil || less.Sign() <= 0:
		e.Refused = NotLower
	case below(e, v):
		e.Refused, e.Theirs = Below, v.Price
	default:
		e.Discount = less
	}
	return nil
}

// below reports whether a price is less than the one that may be matched, or cannot be held against it.
func below(e *Entry, v policy.Verdict) bool {
	c, err := e.Price.Cmp(v.Price)
	return err != nil || c < 0
}
