// Package stage holds what a run of a source sees anew until it is known whether the whole shop is odd. Since what is recorded is
// never edited and may alert at once, it waits outside of the history: in memory, and in the state of the store for the case
// that the process dies.
package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"

	"pricegap/market"
	"pricegap/store"
)

// Stage are the observations of a source that wait. It is for one goroutine.
type Stage struct {
	source market.SourceID
	state  store.State
	// looks are as JSON and by listing in order of time, n is how many they are; unkept are those of them that the store does
	// not have yet, and kept is how many parts it has.
	looks  map[market.ListingID][]json.RawMessage
	n      int
	unkept []json.RawMessage
	kept   int
}

// New returns an empty stage.
func New(source market.SourceID, state store.State) *Stage {
	return &Stage{source: source, state: state, looks: map[market.ListingID][]json.RawMessage{}}
}

// key is where a part of what waits is kept.
func (s *Stage) key(part int) string { return fmt.Sprintf("visit/staged/%s/%d", s.source, part) }

// Load puts on the stage what waited when the process died that saw it, as far as keep says that it waits still.
func (s *Stage) Load(ctx context.Context, keep func(market.Observation) (bool, error)) error {
	for ; ; s.kept++ {
		raw, err := s.state.GetState(ctx, s.key(s.kept))
		if err != nil || raw == nil {
			return err
		}
		var part []market.Observation
		if err := json.Unmarshal(raw, &part); err != nil {
			return fmt.Errorf("%w: state %s", store.ErrCorrupt, s.key(s.kept))
		}
		for _, o := range part {
			waits, err := keep(o)
			if err == nil && waits {
				_, err = s.put(o)
			}
			if err != nil {
				return err
			}
		}
	}
}

// Put lets an observation wait behind those of its listing.
func (s *Stage) Put(o market.Observation) error {
	raw, err := s.put(o)
	if err == nil {
		s.unkept = append(s.unkept, raw)
	}
	return err
}

func (s *Stage) put(o market.Observation) (json.RawMessage, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("stage: %s: %w", o.Listing, err)
	}
	s.looks[o.Listing] = append(s.looks[o.Listing], raw)
	s.n++
	return raw, nil
}

// Len is how many observations wait.
func (s *Stage) Len() int { return s.n }

// Has reports whether any of a listing waits. A nil Stage has none.
func (s *Stage) Has(id market.ListingID) bool { return s != nil && len(s.looks[id]) > 0 }

// Of returns what waits of a listing, in order of time.
func (s *Stage) Of(id market.ListingID) (out []market.Observation, err error) {
	if s == nil {
		return nil, nil
	}
	for _, raw := range s.looks[id] {
		var o market.Observation
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, fmt.Errorf("stage: %s: %w", id, err)
		}
		out = append(out, o)
	}
	return out, nil
}

// Newest yields the newest look of each of the listings that waits, where it is trusted.
func (s *Stage) Newest(ids []market.ListingID) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		for _, id := range ids {
			looks, err := s.Of(id)
			if err != nil {
				yield(market.Observation{}, err)
				return
			}
			if n := len(looks); n > 0 && looks[n-1].Trust.State == market.Trusted && !yield(looks[n-1], nil) {
				return
			}
		}
	}
}

// Empty hands what waits to each, listing by listing: it waits no more. What is kept of it stays so until Recorded.
func (s *Stage) Empty(each func(market.ListingID, []market.Observation) error) error {
	s.unkept = nil
	for _, id := range slices.Sorted(maps.Keys(s.looks)) {
		looks, err := s.Of(id)
		if err != nil {
			return err
		}
		s.n -= len(looks)
		delete(s.looks, id)
		if err := each(id, looks); err != nil {
			return err
		}
	}
	return nil
}

// Keep keeps what waits for the case that the process dies. A nil Stage has nothing to keep.
func (s *Stage) Keep(ctx context.Context) error {
	if s == nil || len(s.unkept) == 0 {
		return nil
	}
	raw, err := json.Marshal(s.unkept)
	if err == nil {
		err = s.state.PutState(ctx, s.key(s.kept), raw)
	}
	if err != nil {
		return fmt.Errorf("stage: keep: %w", err)
	}
	s.kept++
	s.unkept = s.unkept[:0]
	return nil
}

// Recorded says that all that waited is recorded, and forgets what was kept of it.
func (s *Stage) Recorded(ctx context.Context) error {
	for ; s.kept > 0; s.kept-- { // the first last: from there they are read
		if err := s.state.DeleteState(ctx, s.key(s.kept-1)); err != nil {
			return err
		}
	}
	return nil
}
