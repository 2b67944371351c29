// Package review is the list of values that are held back, and what people decide of them.
package review

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/link"
	"pricegap/quality"
	"pricegap/store"
)

// ErrUnknown is returned for a value that is not held, or is not held any more.
var ErrUnknown = errors.New("review: no such value is held")

// ErrSeen is returned where a run saw another value of a listing while a person decided about it: that one is not decided. What
// the person said stays in its history, as of the look that it was about.
var ErrSeen = errors.New("review: seen anew meanwhile")

// ErrUnnamed is returned for a decision that says neither who decides nor about what.
var ErrUnnamed = errors.New("review: a decision needs a name and values")

// Held is one value that is held back.
type Held struct {
	// ID names the value: the same listing and the same price have the same ID. It is empty where there is no value to
	// accept; Failure then says what is wrong with the page.
	ID      string           `json:"id,omitzero"`
	Source  market.SourceID  `json:"source"`
	Listing market.ListingID `json:"listing,omitzero"`
	// Seen is the newest look, with its trust and its evidence, and Since the first that said the same.
	Seen  market.Observation `json:"seen,omitzero"`
	Since time.Time          `json:"since,omitzero"`
	// Trusted is the newest look that is believed; the zero Observation where there is none.
	Trusted market.Observation `json:"trusted,omitzero"`
	// Release says in words what would release it.
	Release string          `json:"release"`
	Failure *market.Failure `json:"failure,omitzero"`
}

// Query selects values.
type Query struct {
	// Sources restricts the answer; empty means all.
	Sources []market.SourceID `json:"sources,omitzero"`
	// Rejected asks for what a person rejected as well.
	Rejected bool `json:"rejected,omitzero"`
}

// Decision is what a person decides.
type Decision struct {
	// Values are IDs of Held values, or listings, of which the newest look is meant; where there are none, all that are held
	// of Source are meant, and with a Reason only those that are held for it. Who accepts all of a source, or all that is held
	// since its pages changed, says that the shop is as it should be: what is usual of it is learnt anew.
	Values []string        `json:"values,omitzero"`
	Source market.SourceID `json:"source,omitzero"`
	Reason string          `json:"reason,omitzero"`
	// Accept lets them pass; they may alert then. Otherwise they are rejected, and stay so when they are seen again.
	Accept bool `json:"accept,omitzero"`
	// By is who decides.
	By market.Text `json:"by"`
}

// Reviewer shows what is held back and lets people decide.
type Reviewer interface {
	// Held yields what is held back and still shown, by source and listing, and after the listings of a source the pages on which its
	// newest run found no value that could be accepted. Errors: ErrUnknown for a source that is not there.
	Held(ctx context.Context, q Query) iter.Seq2[Held, error]
	// Decide records a decision with its effect, in one transaction, and returns the values as they were held. With ErrSeen
	// those are the ones that are decided all the same. Errors: ErrUnknown, ErrSeen, ErrUnnamed.
	Decide(ctx context.Context, d Decision) ([]Held, error)
}

// Desk implements Reviewer over a store. It is safe for concurrent use.
type Desk struct {
	store   Store
	sources []market.SourceID
	quality quality.Policy
	clock   market.Clock
}

// Store is what a Desk reads and writes; store.Store satisfies it.
type Store interface {
	store.Prices
	store.Journal
	store.State
}

// NewDesk returns a Desk for those sources, in that order.
func NewDesk(st Store, sources []market.SourceID, p quality.Policy, clock market.Clock) *Desk {
	return &Desk{st, sources, p, clock}
}

// atOnce is how many listings are read in one go.
const atOnce = 256

// Held implements Reviewer.
func (d *Desk) Held(ctx context.Context, q Query) iter.Seq2[Held, error] {
	return func(yield func(Held, error) bool) {
		for _, s := range q.Sources {
			if !slices.Contains(d.sources, s) {
				yield(Held{}, fmt.Errorf("%w: unknown source %s", ErrUnknown, s))
				return
			}
		}
		for _, s := range d.sources {
			if len(q.Sources) > 0 && !slices.Contains(q.Sources, s) {
				continue
			}
			for h, err := range d.of(ctx, s, q.Rejected) {
				if !yield(h, err) || err != nil {
					return
				}
			}
		}
	}
}

// of yields what is held of one source. Nearly all listings are passed over at a glance.
func (d *Desk) of(ctx context.Context, source market.SourceID, rejected bool) iter.Seq2[Held, error] {
	return func(yield func(Held, error) bool) {
		var ids []market.ListingID
		disputed := map[string]bool{} // pages
		for g, err := range d.store.Sightings(ctx, source) {
			if err != nil {
				yield(Held{}, err)
				return
			}
			if g.Trust == market.Quarantined && !g.Gone {
				ids = append(ids, g.Listing)
			}
		}
		slices.Sort(ids)
		for some := range slices.Chunk(ids, atOnce) {
			hs, err := d.listings(ctx, some)
			if err != nil {
				yield(Held{}, err)
				return
			}
			for _, h := range hs {
				page := link.Redact(h.Seen.Page) // as failures name it
				disputed[page] = disputed[page] || h.Seen.Trust.Reason == quality.Disagree
				if (rejected || h.Seen.Trust.Reason != quality.Rejected) && !yield(h, nil) {
					return
				}
			}
		}
		fs, err := d.failures(ctx, source, disputed)
		if err != nil {
			yield(Held{}, err)
			return
		}
		for _, f := range fs {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// listings returns what is held of listings.
func (d *Desk) listings(ctx context.Context, ids []market.ListingID) ([]Held, error) {
	var out []Held
	var trusted market.Observation
	for o, err := range d.store.Latest(ctx, store.Query{Listings: ids, Both: true}) {
		if err != nil {
			return nil, err
		}
		if o.Trust.State == market.Trusted {
			trusted = o
			continue
		}
		h := Held{ID: idOf(o), Source: o.Source, Listing: o.Listing, Seen: o, Release: quality.Release(o.Trust, d.quality)}
		if trusted.Listing == o.Listing {
			h.Trusted = trusted
		}
		if h.Since, err = d.since(ctx, o, trusted); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// since is when the value of o was first seen of those looks that say the same without a break.
func (d *Desk) since(ctx context.Context, o, trusted market.Observation) (at time.Time, err error) {
	var from time.Time
	if trusted.Listing == o.Listing {
		from = trusted.SeenAt
	}
	for x, err := range d.store.History(ctx, o.Listing, from, time.Time{}) {
		switch {
		case err != nil:
			return at, err
		case x.Trust.State != market.Quarantined || x.Offer.Price != o.Offer.Price:
			at = time.Time{}
		case at.IsZero():
			at = x.SeenAt
		}
	}
	return at, nil
}

// failures are the pages of the newest run that showed a price nobody can vouch for, but for those of which a value is held. The
// run keeps a few of each kind.
func (d *Desk) failures(ctx context.Context, source market.SourceID, held map[string]bool) (out []Held, err error) {
	for r, err := range d.store.Runs(ctx, source) {
		if err != nil {
			return nil, err
		}
		for _, f := range r.Samples {
			if (f.Kind == market.FailPriceAmbiguous || f.Kind == market.FailPriceImplausible) && !held[link.Redact(f.URL)] {
				out = append(out, Held{
					Source: source, Failure: &f, Since: r.StartedAt,
					Release: "a page that says one price, or a rule in sources.yaml that says which counts; there is no value to accept",
				})
			}
		}
		break
	}
	return out, nil
}

// idOf names a value.
func idOf(o market.Observation) string {
	p := o.Offer.Price
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d %s", o.Source, o.Listing, p.Micros(), p.Currency()))
	return hex.EncodeToString(sum[:5])
}

// Decide implements Reviewer.
func (d *Desk) Decide(ctx context.Context, w Decision) ([]Held, error) {
	if !w.By.Known() || len(w.Values) == 0 && w.Source == "" {
		return nil, ErrUnnamed
	}
	hs, err := d.meant(ctx, w)
	if err != nil {
		return nil, err
	}
	trust := quality.Reject(w.By, d.clock())
	if w.Accept {
		trust = quality.Accept(w.By, d.clock())
	}
	var done []Held
	var late []market.ListingID
	for try := 0; len(hs) > 0; try++ {
		anew, err := d.record(ctx, hs, trust)
		var again []Held
		if err == nil && try < tries {
			again, err = d.same(ctx, hs, anew)
		}
		if err != nil {
			return done, err
		}
		for _, h := range hs {
			switch {
			case !anew[h.Listing]:
				done = append(done, h)
			case !slices.ContainsFunc(again, func(a Held) bool { return a.Listing == h.Listing }):
				late = append(late, h.Listing)
			}
		}
		hs = again
	}
	if len(late) > 0 {
		return done, fmt.Errorf("%w: %q", ErrSeen, late[:min(len(late), maxNamed)])
	}
	if w.Accept && w.Source != "" && (w.Reason == "" || w.Reason == quality.ShopChanged) {
		err = d.store.DeleteState(ctx, quality.Key(w.Source))
	}
	return done, err
}

// tries is how often a decision about a value that runs go on seeing is made once more.
const tries = 3

// record records a decision about each of hs and returns the listings that a run saw anew meanwhile. Of those it stands in the
// history behind the look that it was about, and changes nothing of what is known now.
func (d *Desk) record(ctx context.Context, hs []Held, trust market.Trust) (anew map[market.ListingID]bool, err error) {
	anew = map[market.ListingID]bool{}
	obs := make([]market.Observation, 0, len(hs))
	for _, h := range hs {
		o := h.Seen
		if o.Trust.Reason == quality.Rejected && trust.Reason == quality.Rejected {
			continue // it stays so
		}
		o.Trust = trust
		o.SeenAt = o.SeenAt.Add(time.Second) // nothing is edited: what is decided stands behind what was seen
		obs = append(obs, o)
		anew[o.Listing] = true
	}
	changes, err := d.store.Record(ctx, obs...)
	for _, c := range changes {
		delete(anew, c.After.Listing)
	}
	return anew, err
}

// same returns those of hs that were seen anew and whose newest look says the same value, with that look.
func (d *Desk) same(ctx context.Context, hs []Held, anew map[market.ListingID]bool) (out []Held, err error) {
	if len(anew) == 0 {
		return nil, nil
	}
	now, err := d.listings(ctx, slices.Sorted(maps.Keys(anew)))
	for _, h := range hs {
		if i := slices.IndexFunc(now, func(n Held) bool { return n.ID == h.ID }); i >= 0 {
			h.Seen = now[i].Seen
			out = append(out, h)
		}
	}
	return out, err
}

// maxNamed is how many listings an error names.
const maxNamed = 5

// meant returns the values that a decision is about. Errors: ErrUnknown.
func (d *Desk) meant(ctx context.Context, w Decision) ([]Held, error) {
	var out []Held
	found := map[string]bool{}
	q := Query{Rejected: true}
	if w.Source != "" {
		q.Sources = []market.SourceID{w.Source}
	}
	for h, err := range d.Held(ctx, q) {
		if err != nil {
			return nil, err
		}
		if h.ID == "" {
			continue
		}
		byID, byListing := slices.Contains(w.Values, h.ID), slices.Contains(w.Values, string(h.Listing))
		whole := len(w.Values) == 0 && (w.Reason == "" && h.Seen.Trust.Reason != quality.Rejected || w.Reason == h.Seen.Trust.Reason)
		if byID || byListing || whole {
			found[h.ID], found[string(h.Listing)] = true, true
			out = append(out, h)
		}
	}
	for _, v := range w.Values {
		if !found[v] {
			return nil, fmt.Errorf("%w: %.200s", ErrUnknown, strings.ToValidUTF8(v, "?"))
		}
	}
	return out, nil
}
