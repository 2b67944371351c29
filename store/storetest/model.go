package storetest

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/store"
)

// model is a store as plain as can be.
type model struct {
	byListing map[market.ListingID][]market.Observation // by time
	gone      map[market.ListingID]bool
	log       []market.Change
	alerts    map[string]market.Alert
	cursor    uint64
}

func (m *model) record(o market.Observation) {
	h := m.byListing[o.Listing]
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
			m.log = append(m.log, market.Change{Seq: uint64(len(m.log) + 1), Before: before, After: o})
		}
		m.gone[o.Listing] = false
	}
	m.byListing[o.Listing] = slices.Insert(h, i, o)
}

// again is the plain meaning of Again: the newest observation that is not refused, recorded once more.
func (m *model) again(source market.SourceID, seen []market.Sighting) {
	for _, g := range seen {
		h := m.byListing[g.Listing]
		if g.Gone {
			m.gone[g.Listing] = m.gone[g.Listing] || len(h) > 0 && h[0].Source == source
			continue
		}
		if i, _ := newestOf(h, time.Time{}); i >= 0 && h[i].Source == source && g.SeenAt.After(h[len(h)-1].SeenAt) {
			o := h[i]
			o.SeenAt, o.Run = g.SeenAt, g.Run
			m.record(o)
		}
	}
}

func (m *model) sightings(source market.SourceID) (out []market.Sighting) {
	for _, o := range m.latest(store.Query{Sources: []market.SourceID{source}}) {
		out = append(out, market.Sighting{
			Listing: o.Listing, SeenAt: o.SeenAt, Run: o.Run, Page: o.Page, Gone: m.gone[o.Listing],
			Trust: o.Trust.State, Priced: o.Offer.Price.Known(),
		})
	}
	return out
}

func (m *model) latest(q store.Query) (out []market.Observation) {
	for _, h := range m.byListing {
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
func (m *model) changedAt(id market.ListingID) (at time.Time) {
	for _, c := range m.log {
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

// drawObservation draws from few listings, moments and prices, so that all kinds of encounters happen.
func drawObservation(t *rapid.T) market.Observation {
	o := Observe(drawSource(t), rapid.IntRange(1, 2).Draw(t, "listing"), At(rapid.IntRange(0, 12).Draw(t, "hour")), int64(rapid.IntRange(1, 2).Draw(t, "price")))
	switch rapid.IntRange(0, 5).Draw(t, "trust") {
	case 0:
		return Quarantined(o)
	case 1:
		return Refused(o)
	}
	return o
}

func drawSource(t *rapid.T) market.SourceID {
	return rapid.SampledFrom([]market.SourceID{"acme", "zoon"}).Draw(t, "source")
}

func drawQuery(t *rapid.T) (q store.Query) {
	q.Trusted = rapid.Bool().Draw(t, "trusted")
	q.Both = rapid.Bool().Draw(t, "both")
	if rapid.Bool().Draw(t, "as of") {
		q.AsOf = At(rapid.IntRange(-1, 13).Draw(t, "hour"))
	}
	if rapid.Bool().Draw(t, "since") {
		q.Since = At(rapid.IntRange(-1, 13).Draw(t, "since hour"))
	}
	if rapid.Bool().Draw(t, "by source") {
		q.Sources = []market.SourceID{"zoon"}
	}
	return q
}

// testModel runs random histories against the model, with closing and opening in between.
func testModel(t *testing.T, open Opener) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "model")
		must(t, err)
		s := open(t, dir)
		defer func() { closing(rt, s) }()
		m := model{byListing: map[market.ListingID][]market.Observation{}, gone: map[market.ListingID]bool{}, alerts: map[string]market.Alert{}}
		rt.Repeat(map[string]func(*rapid.T){
			"record": func(rt *rapid.T) {
				var obs []market.Observation
				for range rapid.IntRange(1, 6).Draw(rt, "n") {
					obs = append(obs, drawObservation(rt))
				}
				before := len(m.log)
				for _, o := range obs {
					m.record(o)
				}
				diff(rt, "changes of a batch", m.log[before:], record(rt, s, obs...))
			},
			"again": func(rt *rapid.T) {
				var seen []market.Sighting
				for range rapid.IntRange(1, 3).Draw(rt, "n") {
					o := drawObservation(rt)
					seen = append(seen, market.Sighting{Listing: o.Listing, SeenAt: o.SeenAt.Add(time.Minute), Run: "again", Gone: rapid.IntRange(0, 3).Draw(rt, "gone") == 0})
				}
				source := drawSource(rt)
				m.again(source, seen)
				must(rt, s.Again(t.Context(), source, seen...))
			},
			"sightings": func(rt *rapid.T) {
				source := drawSource(rt)
				diff(rt, "sightings", m.sightings(source), sightings(rt, s, source))
			},
			"latest": func(rt *rapid.T) {
				q := drawQuery(rt)
				want := m.latest(q)
				diff(rt, "latest", want, latest(rt, s, q))
				diff(rt, "quotes", quotesOf(want), quotes(rt, s, q))
			},
			"changes": func(rt *rapid.T) {
				after := rapid.IntRange(0, len(m.log)).Draw(rt, "after")
				diff(rt, "changes", m.log[after:], changes(rt, s, uint64(after)))
			},
			"alert": func(rt *rapid.T) {
				a := market.Alert{ID: rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "alert"), Transition: rapid.Int().Draw(rt, "transition"), Since: At(0)}
				seq := rapid.Uint64Range(0, 9).Draw(rt, "seq")
				must(rt, s.PutAlerts(t.Context(), "desk", seq, a))
				m.alerts[a.ID], m.cursor = a, max(m.cursor, seq)
			},
			"reopen": func(rt *rapid.T) {
				must(rt, s.Close())
				s = open(t, dir)
			},
			"verify": func(rt *rapid.T) { must(rt, s.Verify(t.Context())) },
		})
		m.check(rt, s)
	})
}

// check compares everything at the end.
func (m *model) check(rt *rapid.T, s store.Store) {
	diff(rt, "listings", m.sorted(), all(rt, s.Listings(rt.Context())))
	for id, h := range m.byListing {
		diff(rt, "history of "+string(id), h, history(rt, s, id))
		from, to := rapid.IntRange(-1, 13).Draw(rt, "from"), rapid.IntRange(-1, 13).Draw(rt, "to")
		var want []market.Observation
		for _, o := range h {
			if !o.SeenAt.Before(At(from)) && o.SeenAt.Before(At(to)) {
				want = append(want, o)
			}
		}
		diff(rt, "a part of it", want, all(rt, s.History(rt.Context(), id, At(from), At(to))))
	}
	diff(rt, "log", m.log, changes(rt, s, 0))
	var alerts []market.Alert
	for _, id := range slices.Sorted(maps.Keys(m.alerts)) {
		alerts = append(alerts, m.alerts[id])
	}
	diff(rt, "alerts", alerts, all(rt, s.Alerts(rt.Context())))
	if seq, err := s.Cursor(rt.Context(), "desk"); seq != m.cursor || err != nil {
		rt.Errorf("cursor %d, %v, want %d", seq, err, m.cursor)
	}
	must(rt, s.Verify(rt.Context()))
}
