package store

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/tidwall/gjson"

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
	h.Newest, h.Shown, h.Run = sec, sec, string(g.Run)
	h.Count++
	n.Observations++
	n.Newest = max(n.Newest, sec)
	if err := t.Put(bucketHistory, entryKey(h.Ordinal, sec), e.Append(nil)); err != nil {
		return err
	}
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
		doc, run := h.Doc, h.Run
		if h.Shown != h.Newest {
			o, _, err := t.observation(h.Ordinal, h.Shown)
			if err != nil {
				return g, false, err
			}
			return sightingOf(o), true, nil
		}
		g = market.Sighting{Listing: market.ListingID(key[len(prefix):]), SeenAt: time.Unix(h.Shown, 0).UTC(), Run: market.RunID(run)}
		said := gjson.GetManyBytes(doc, "page", "trust.state", "offer.price")
		g.Page, g.Trust, g.Priced = said[0].String(), market.TrustState(said[1].String()), said[2].Exists()
		return g, true, nil
	}}
	return heads.run(ctx, s)
}

func sightingOf(o market.Observation) market.Sighting {
	return market.Sighting{
		Listing: o.Listing, SeenAt: o.SeenAt, Run: o.Run, Page: o.Page,
		Trust: o.Trust.State, Priced: o.Offer.Price.Known(),
	}
}
