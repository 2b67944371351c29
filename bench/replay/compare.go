package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store"
)

// moments is for how many random moments all articles are asked for.
const moments = 20

// compare asks the data file for every history, every change, and every article at random moments.
func compare(ctx context.Context, db string, h *histories, r *figures) (err error) {
	st, err := store.Open(ctx, "bolt:"+db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	logged := map[market.ListingID][]look{}
	r.Changes = 0
	for c, err := range st.Changes(ctx, 0) {
		if err != nil {
			return err
		}
		logged[c.After.Listing] = append(logged[c.After.Listing], lookOf(c.After))
		r.Changes++
	}
	var took time.Duration
	for _, a := range h.articles {
		start := time.Now()
		var got []look
		for o, err := range st.History(ctx, a.id, time.Time{}, time.Time{}) {
			if err != nil {
				return err
			}
			if o.Trust != trust(o.Offer.Price) || o.Offer.Title != a.name {
				return fmt.Errorf("article %s: %+v", a.sku, o)
			}
			got = append(got, lookOf(o))
		}
		took += time.Since(start)
		switch want := h.want(a); {
		case !slices.Equal(got, want):
			return fmt.Errorf("article %s: seen\n%v, right is\n%v", a.sku, got, want)
		case !slices.Equal(asGiven(got), h.entries(a)):
			return fmt.Errorf("article %s: its history is\n%v, given was\n%v", a.sku, asGiven(got), h.entries(a))
		case !slices.Equal(logged[a.id], changes(want)):
			return fmt.Errorf("article %s: the log has\n%v, right is\n%v", a.sku, logged[a.id], changes(want))
		}
	}
	r.HistoryUS = float64(took.Microseconds()) / float64(len(h.articles))
	return compareMoments(ctx, st, h, r)
}

func lookOf(o market.Observation) look { return look{o.SeenAt.Unix(), o.Offer.Price} }

// compareMoments asks for all articles at random moments: each must be as it was seen last until then.
func compareMoments(ctx context.Context, st store.Store, h *histories, r *figures) error {
	rng := rand.New(rand.NewPCG(1, 1))
	r.AsOfMS = 0
	for range moments {
		at := h.days[0].Add(time.Duration(rng.Int64N(int64(len(h.days))*86_400)) * time.Second)
		start := time.Now()
		got := map[market.ListingID]look{}
		for o, err := range st.Latest(ctx, store.Query{AsOf: at}) {
			if err != nil {
				return err
			}
			got[o.Listing] = lookOf(o)
		}
		r.AsOfMS += float64(time.Since(start).Milliseconds()) / moments
		for _, a := range h.articles {
			last := h.last(a, at)
			if got[a.id] != last {
				return fmt.Errorf("article %s at %s: %v, right is %v", a.sku, at, got[a.id], last)
			}
		}
	}
	return nil
}
