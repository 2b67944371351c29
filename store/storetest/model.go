package storetest

import (
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest/plain"
)

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

func drawSeen(t *rapid.T) (seen []market.Sighting) {
	for range rapid.IntRange(1, 3).Draw(t, "n") {
		o := drawObservation(t)
		seen = append(seen, market.Sighting{Listing: o.Listing, SeenAt: o.SeenAt.Add(time.Minute), Run: "again", Gone: rapid.IntRange(0, 3).Draw(t, "gone") == 0})
	}
	return seen
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
		m := plain.New()
		rt.Repeat(map[string]func(*rapid.T){
			"record": func(rt *rapid.T) {
				var obs []market.Observation
				for range rapid.IntRange(1, 6).Draw(rt, "n") {
					obs = append(obs, drawObservation(rt))
				}
				before := len(m.Log)
				for _, o := range obs {
					m.Record(o)
				}
				diff(rt, "changes of a batch", plain.Told(m.Log[before:]), record(rt, s, obs...))
			},
			"again": func(rt *rapid.T) {
				source, seen := drawSource(rt), drawSeen(rt)
				m.Again(source, seen)
				must(rt, s.Again(t.Context(), source, seen...))
			},
			"keep": func(rt *rapid.T) { keepBoth(rt, m, s) },
			"sightings": func(rt *rapid.T) {
				source := drawSource(rt)
				diff(rt, "sightings", m.Sightings(source), sightings(rt, s, source))
			},
			"latest": func(rt *rapid.T) {
				q := drawQuery(rt)
				want := m.Latest(q)
				diff(rt, "latest", want, latest(rt, s, q))
				diff(rt, "quotes", quotesOf(want), quotes(rt, s, q))
			},
			"changes": func(rt *rapid.T) {
				after := rapid.IntRange(0, len(m.Log)).Draw(rt, "after")
				diff(rt, "changes", m.Log[after:], changes(rt, s, uint64(after)))
			},
			"alert": func(rt *rapid.T) {
				a := market.Alert{ID: rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "alert"), Transition: rapid.Int().Draw(rt, "transition"), Since: At(0)}
				seq := rapid.Uint64Range(0, 9).Draw(rt, "seq")
				must(rt, s.PutAlerts(t.Context(), "desk", seq, a))
				m.Alerts[a.ID], m.Cursor = a, max(m.Cursor, seq)
			},
			"reopen": func(rt *rapid.T) {
				must(rt, s.Close())
				s = open(t, dir)
			},
			"verify": func(rt *rapid.T) { must(rt, s.Verify(t.Context(), nil)) },
		})
		check(rt, m, s)
	})
}

// keepBoth has a store and its model keep a batch.
func keepBoth(rt *rapid.T, m *plain.Model, s store.Store) {
	b := store.Batch{Observations: []market.Observation{drawObservation(rt)}, Source: drawSource(rt), Sightings: drawSeen(rt)}
	b.State = []store.Value{{Key: "at", Value: []byte{byte(len(m.Log))}}}
	before := len(m.Log)
	m.Record(b.Observations[0])
	want := plain.Told(m.Log[before:])
	m.Again(b.Source, b.Sightings)
	cs, err := s.Keep(rt.Context(), b)
	must(rt, err)
	diff(rt, "changes of a batch", want, cs)
	at, err := s.GetState(rt.Context(), "at")
	must(rt, err)
	diff(rt, "state", b.State[0].Value, at)
}

// check compares everything at the end.
func check(rt *rapid.T, m *plain.Model, s store.Store) {
	diff(rt, "listings", m.Sorted(), all(rt, s.Listings(rt.Context())))
	for id, h := range m.ByListing {
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
	diff(rt, "log", m.Log, changes(rt, s, 0))
	var alerts []market.Alert
	for _, id := range slices.Sorted(maps.Keys(m.Alerts)) {
		alerts = append(alerts, m.Alerts[id])
	}
	diff(rt, "alerts", alerts, all(rt, s.Alerts(rt.Context())))
	if seq, err := s.Cursor(rt.Context(), "desk"); seq != m.Cursor || err != nil {
		rt.Errorf("cursor %d, %v, want %d", seq, err, m.Cursor)
	}
	must(rt, s.Verify(rt.Context(), nil))
}
