// Package plain is a store as plain as can be, that an engine is held against.
package plain

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/store"
)

// Model keeps what a store keeps.
type Model struct {
	ByListing map[market.ListingID][]market.Observation // by time
	Gone      map[market.ListingID]bool
	Log       []market.Change
	Alerts    map[string]market.Alert
	Cursor    uint64
}

// New returns an empty model.
func New() *Model {
	return &Model{ByListing: map[market.ListingID][]market.Observation{}, Gone: map[market.ListingID]bool{}, Alerts: map[string]market.Alert{}}
}

// Record is the plain meaning of Record, of one observation.
func (m *Model) Record(o market.Observation) {
	h := m.ByListing[o.Listing]
	i, known := slices.BinarySearchFunc(h, o, func(a, b market.Observation) int { return a.SeenAt.Compare(b.SeenAt) })
	if known {
		return
	}
	if i == len(h) {
		var before market.Observation
		if i > 0 {
			before = h[i-1]
		}
		if market.Changed(before, o) {
			m.Log = append(m.Log, market.Change{Seq: uint64(len(m.Log) + 1), Before: before, After: o})
		}
		m.Gone[o.Listing] = false
	}
	m.ByListing[o.Listing] = slices.Insert(h, i, o)
}

// Again is the plain meaning of Again: the newest observation that is not refused, recorded once more.
func (m *Model) Again(source market.SourceID, seen []market.Sighting) {
	for _, g := range seen {
		h := m.ByListing[g.Listing]
		if g.Gone {
			m.Gone[g.Listing] = m.Gone[g.Listing] || len(h) > 0 && h[0].Source == source
			continue
		}
		if i, _ := newestOf(h, time.Time{}); i >= 0 && h[i].Source == source && g.SeenAt.After(h[len(h)-1].SeenAt) {
			o := h[i]
			o.SeenAt, o.Run = g.SeenAt, g.Run
			m.Record(o)
		}
	}
}

// Sightings is the plain meaning of Sightings, by listing.
func (m *Model) Sightings(source market.SourceID) (out []market.Sighting) {
	for _, o := range m.Latest(store.Query{Sources: []market.SourceID{source}}) {
		out = append(out, market.Sighting{
			Listing: o.Listing, SeenAt: o.SeenAt, Run: o.Run, Page: o.Page, Gone: m.Gone[o.Listing],
			Trust: o.Trust.State, Priced: o.Offer.Price.Known(),
		})
	}
	return out
}

// Latest is the plain meaning of Latest, by source and listing.
func (m *Model) Latest(q store.Query) (out []market.Observation) {
	for _, h := range m.ByListing {
		if len(q.Sources) > 0 && !slices.Contains(q.Sources, h[0].Source) {
			continue
		}
		if m.changedAt(h[0].Listing).Before(q.Since) {
			continue
		}
		newest, trusted := newestOf(h, q.AsOf)
		switch {
		case q.Both:
			if trusted >= 0 {
				out = append(out, h[trusted])
			}
			if newest != trusted {
				out = append(out, h[newest])
			}
		case q.Trusted && trusted >= 0:
			out = append(out, h[trusted])
		case !q.Trusted && newest >= 0:
			out = append(out, h[newest])
		}
	}
	slices.SortStableFunc(out, func(a, b market.Observation) int {
		return strings.Compare(string(a.Source)+"\x00"+string(a.Listing), string(b.Source)+"\x00"+string(b.Listing))
	})
	return out
}

// changedAt is when the newest change of a listing was seen.
func (m *Model) changedAt(id market.ListingID) (at time.Time) {
	for _, c := range m.Log {
		if c.After.Listing == id {
			at = c.After.SeenAt
		}
	}
	return at
}

// newestOf returns the place of the newest observation and of the newest trusted one; -1 for none.
func newestOf(h []market.Observation, asOf time.Time) (newest, trusted int) {
	newest, trusted = -1, -1
	for i, o := range h {
		if !asOf.IsZero() && o.SeenAt.After(asOf) {
			break
		}
		if o.Trust.State != market.Refused {
			newest = i
		}
		if o.Trust.State == market.Trusted {
			trusted = i
		}
	}
	return newest, trusted
}

// Sorted is the ids of the listings by source and listing.
func (m *Model) Sorted() (out []market.ListingID) {
	for id := range m.ByListing {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b market.ListingID) int {
		return cmp.Or(cmp.Compare(m.ByListing[a][0].Source, m.ByListing[b][0].Source), cmp.Compare(a, b))
	})
	return out
}

// Told is what who records changes is told of them: of what was before, what its quote says.
func Told(changes []market.Change) []market.Change {
	out := slices.Clone(changes)
	for i := range out {
		if b := &out[i].Before; b.Listing != "" {
			q := b.Quote()
			*b = market.Observation{Source: q.Source, Listing: q.Listing, SeenAt: q.SeenAt, Trust: market.Trust{State: q.Trust}}
			b.Offer.Price, b.Offer.Stock = q.Price, q.Stock
		}
	}
	return out
}
