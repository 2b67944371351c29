package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/shelf"
)

// Again implements Prices.
func (s *boltStore) Again(ctx context.Context, source market.SourceID, seen ...market.Sighting) error {
	if len(seen) == 0 {
		return ctx.Err()
	}
	return s.update(ctx, func(t txn) error {
		n, err := t.Count()
		if err != nil {
			return err
		}
		for _, g := range seen {
			if err := t.again(source, g, n); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
}

// again records one sighting.
func (t txn) again(source market.SourceID, g market.Sighting, n *shelf.Counts) error {
	if g.Gone {
		return t.gone(shelf.Pair(string(source), string(g.Listing)))
	}
	sec := g.SeenAt.Unix()
	if sec <= 0 || !g.SeenAt.Before(timeless) {
		return fmt.Errorf("%w: listing %.100q: seen at %s", ErrInvalid, g.Listing, g.SeenAt)
	}
	place := shelf.Pair(string(source), string(g.Listing))
	h, err := t.head(place)
	if err != nil || h.Shown == 0 || sec <= h.Newest {
		return err
	}
	if h.Shown != h.Newest { // what was refused since stands in between: the offer is written out again
		o, _, err := t.observation(h.Ordinal, h.Shown)
		if err != nil {
			return err
		}
		o.SeenAt, o.Run = g.SeenAt, g.Run
		r := recording{txn: t, open: map[string]*opened{}}
		if _, err = r.record(o); err != nil {
			return err
		}
		return r.close()
	}
	e := record.Entry{Prev: h.Newest, Base: h.Base, Run: string(g.Run)}
	if h.Good == h.Newest {
		h.Good = sec
	}
	if isGone(h) {
		h.Glance = slices.Clone(h.Glance) // it stands on a page of the file
		h.Glance[0] &^= glanceGone
	}
	h.Newest, h.Shown, h.Run = sec, sec, string(g.Run)
	h.Count++
	n.Observations++
	n.Newest = max(n.Newest, sec)
	if err := t.Put(bucketHistory, entryKey(h.Ordinal, sec), e.Append(nil)); err != nil {
		return err
	}
	return t.Put(bucketHeads, place, h.Append(nil))
}

// gone records that the page of a listing shows it no more.
func (t txn) gone(place []byte) error {
	h, err := t.head(place)
	if err != nil || h.Ordinal == 0 {
		return err
	}
	if trustOf(h.Glance[0]) >= len(trusts) { // of schema 1
		o, err := t.newest(h)
		if err != nil {
			return err
		}
		h.Glance = glance(o)
	}
	h.Glance = slices.Clone(h.Glance)
	h.Glance[0] |= glanceGone
	return t.Put(bucketHeads, place, h.Append(nil))
}

// Sightings implements Prices.
func (s *boltStore) Sightings(ctx context.Context, source market.SourceID) iter.Seq2[market.Sighting, error] {
	prefix := shelf.Pair(string(source), "")
	heads := scan[market.Sighting]{bucket: bucketHeads, prefix: prefix, load: func(t txn, key, payload []byte) (g market.Sighting, ok bool, err error) {
		h, err := parseHead(key, payload)
		if err != nil || h.Shown == 0 {
			return g, false, err
		}
		if h.Shown != h.Newest {
			o, _, err := t.observation(h.Ordinal, h.Shown)
			g = sightingOf(o)
			g.Gone = isGone(h)
			return g, err == nil, err
		}
		g, err = t.glance(h)
		g.Listing = market.ListingID(key[len(prefix):])
		return g, err == nil, err
	}}
	return heads.run(ctx, s)
}

func sightingOf(o market.Observation) market.Sighting {
	return market.Sighting{
		Listing: o.Listing, SeenAt: o.SeenAt, Run: o.Run, Page: o.Page, Trust: o.Trust.State, Priced: o.Offer.Price.Known(),
	}
}

// trusts are the states of trust by the number that a glance has for them.
var trusts = []market.TrustState{market.Trusted, market.Quarantined, market.Refused}

// The other bits of a glance: whether there is a price, and whether the page shows the listing no more.
const (
	glancePriced = 4
	glanceGone   = 8
)

// trustOf returns the place in trusts that the first byte of a glance names; it is none of them in a head of schema 1,
// which has the whole offer as JSON in place of the glance.
func trustOf(flags byte) int { return int(flags &^ (glancePriced | glanceGone)) }

// isGone reports whether the page of a listing shows it no more.
func isGone(h record.Head) bool {
	return trustOf(h.Glance[0]) < len(trusts) && h.Glance[0]&glanceGone != 0
}

// glance is what a head says of the newest observation: a byte of trust and more bits, and the page, which may be
// another than that of the observation at its base.
func glance(o market.Observation) []byte {
	flags := byte(max(slices.Index(trusts, o.Trust.State), 0)) // prepare lets no other state pass
	if o.Offer.Price.Known() {
		flags |= glancePriced
	}
	return append([]byte{flags}, o.Page...)
}

// glance returns the sighting of the newest observation; the listing is for the caller, who has the head's key. Of a
// head of schema 1 it comes from the history.
func (t txn) glance(h record.Head) (market.Sighting, error) {
	flags := h.Glance[0]
	trust := trustOf(flags)
	if trust >= len(trusts) {
		o, err := t.newest(h)
		g := sightingOf(o)
		g.Listing = ""
		return g, err
	}
	return market.Sighting{
		SeenAt: time.Unix(h.Newest, 0).UTC(), Run: market.RunID(h.Run), Page: string(h.Glance[1:]), Gone: flags&glanceGone != 0,
		Trust: trusts[trust], Priced: flags&glancePriced != 0,
	}, nil
}
