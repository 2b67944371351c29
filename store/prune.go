package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"pricegap/market"
	"pricegap/store/segment"
	"pricegap/store/shelf"
)

// Retention is how long the history of a source stays as it is. Zero ages mean for ever.
type Retention struct {
	// Forget is the age from which on nothing stays but what was in force then.
	Forget time.Duration `json:"forget,omitzero"`
	// Of looks that show nothing new, from the age of Daily on stays the last of each day, from that of Weekly on the last of each
	// week, from Monday on (UTC). Every change stays, with its time, and the look before it.
	Daily  time.Duration `json:"daily,omitzero"`
	Weekly time.Duration `json:"weekly,omitzero"`
}

// ErrNoSource is returned where a source is named of which the store holds nothing.
var ErrNoSource = errors.New("store: nothing is kept of that source")

// Pruning is what Prune is to do.
type Pruning struct {
	Source    market.SourceID `json:"source,omitzero"` // all where it is empty
	Retention Retention       `json:"retention"`
	Now       time.Time       `json:"now"`          // of which the ages are counted
	Dry       bool            `json:"dry,omitzero"` // nothing is removed
}

// Pruned is what Prune removed, or would remove.
type Pruned struct {
	Observations uint64 `json:"observations"`
	// Changes are those among them that said something new; Segments are the runs of which nothing is left.
	Changes  uint64 `json:"changes"`
	Segments uint64 `json:"segments"`
	Runs     uint64 `json:"runs"` // entries of the journal
}

// Add adds up.
func (p *Pruned) Add(g Pruned) {
	p.Observations += g.Observations
	p.Changes += g.Changes
	p.Segments += g.Segments
	p.Runs += g.Runs
}

// TendedKey is the State under which who tends a store keeps, as JSON, a Tended, which Info tells.
const TendedKey = "tended"

// Tended is what was last done, unasked, to keep the file small.
type Tended struct {
	At time.Time `json:"at,omitzero"`
	// Pruned is what was removed then.
	Pruned Pruned `json:"pruned,omitzero"`
	// Compacted is when the file was last compacted.
	Compacted time.Time `json:"compacted_at,omitzero"`
}

// tended returns what was last done.
func (s *boltStore) tended(ctx context.Context) (t Tended, err error) {
	doc, err := s.GetState(ctx, TendedKey)
	if doc == nil || err != nil {
		return t, err
	}
	if err := json.Unmarshal(doc, &t); err != nil {
		return t, fmt.Errorf("store: what was done to keep it small: %w", err)
	}
	return t, nil
}

// Prune implements Tending.
func (s *boltStore) Prune(ctx context.Context, p Pruning, tell func(done, total int64)) (out Pruned, err error) {
	s.pruning.Lock()
	defer s.pruning.Unlock()
	passed, err := shelf.Passed(ctx, s.file)
	if err != nil {
		return out, err
	}
	var only []market.SourceID
	if p.Source != "" {
		only = append(only, p.Source)
	}
	all := s.Selected(only)
	if len(all) == 0 && p.Source != "" {
		return out, fmt.Errorf("%w: %q", ErrNoSource, p.Source)
	}
	r := p.Retention
	cut := segment.Cut{Forget: before(p.Now, r.Forget), Daily: before(p.Now, r.Daily), Weekly: before(p.Now, r.Weekly)}
	tell = byPercent(tell)
	for i, src := range all {
		g, err := s.Prices.Prune(ctx, src.Name, cut, passed, p.Dry, func(done, total int64) {
			tell(100*int64(i)+100*done/total, 100*int64(len(all)))
		})
		out.Observations, out.Changes, out.Segments = out.Observations+g.Observations, out.Changes+g.Changes, out.Segments+g.Segments
		if err != nil {
			return out, err
		}
		if r.Forget > 0 {
			n, err := s.PruneRuns(ctx, src.Name, p.Now.Add(-r.Forget), p.Dry)
			if out.Runs += n; err != nil {
				return out, err
			}
		}
		tell(100*int64(i+1), 100*int64(len(all)))
	}
	if out.Observations > 0 && !p.Dry {
		err = s.Aged(ctx)
	}
	return out, err
}

// before is the moment of that age, in seconds since 1970; 0 for no age.
func before(now time.Time, age time.Duration) uint32 {
	if age <= 0 {
		return 0
	}
	return uint32(min(max(now.Add(-age).Unix(), 0), math.MaxUint32))
}
