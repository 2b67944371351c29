// Package upkeep keeps the data file of a store that is in use small: once a day what a retention says is removed, and the room that
// is free is given back.
package upkeep

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/room"
)

// Store is what is kept small; every store.Store is one.
type Store interface {
	Info(ctx context.Context) (store.Info, error)
	store.Tending
	PutState(ctx context.Context, key string, value []byte) error
}

// Plan is what is done once a day.
type Plan struct {
	Store Store
	// Retention is how long the history of each source stays; nothing of a source goes that is not named.
	Retention map[market.SourceID]store.Retention
	// Quiet reports whether no source is being crawled. For that moment the upkeep waits, but no more than half a day.
	Quiet func() bool
	// Disk is where the store is: nothing is compacted that would have it run short. nil is never short.
	Disk  room.Disk
	Clock market.Clock
	Log   *slog.Logger
}

// beat is how often it is looked whether the upkeep is due; it is every so often, and a moment that is quiet is waited for up to late.
const (
	beat  = time.Minute
	every = 24 * time.Hour
	late  = 36 * time.Hour
)

// leastFree is of how many free bytes a file is compacted at least, where they are more than half of it. Pruned pages that are half
// full are not free: a file of at least as many bytes that is pruned is compacted once a week, however little is.
const (
	leastFree = 64 << 20
	week      = 7 * every
)

// Serve does what is due until ctx ends. What fails is logged, once, and tried again a minute later.
func (p Plan) Serve(ctx context.Context) {
	said := ""
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		err := p.serve(ctx)
		if err != nil && ctx.Err() == nil && err.Error() != said {
			said = err.Error()
			p.Log.Error("upkeep of the store failed", "error", err)
		}
		if err == nil {
			said = ""
		}
	}
}

// serve does what is due, and keeps what was done.
func (p Plan) serve(ctx context.Context) error {
	info, err := p.Store.Info(ctx)
	if err != nil {
		return err
	}
	now := p.Clock().UTC()
	if ago := now.Sub(info.Tended.At); ago >= 0 && ago < every || ago < late && !p.Quiet() {
		return nil
	}
	done := store.Tended{At: now, Compacted: info.Tended.Compacted}
	if done.Pruned, err = p.prune(ctx, now); err != nil {
		return err
	}
	compacted, err := p.compact(ctx, len(p.Retention) > 0 && now.Sub(info.Tended.Compacted) >= week)
	if err != nil {
		return err
	}
	if compacted {
		done.Compacted = now
	}
	doc, err := json.Marshal(done)
	if err != nil {
		return err
	}
	return p.Store.PutState(ctx, store.TendedKey, doc)
}

// prune removes what the retentions say, source by source; one that fails keeps no other from it.
func (p Plan) prune(ctx context.Context, now time.Time) (all store.Pruned, err error) {
	for _, id := range slices.Sorted(maps.Keys(p.Retention)) {
		g, perr := p.Store.Prune(ctx, store.Pruning{Source: id, Retention: p.Retention[id], Now: now}, nil)
		if errors.Is(perr, store.ErrNoSource) {
			continue // nothing was seen there yet
		}
		all.Add(g)
		if err = errors.Join(err, perr); perr == nil && g != (store.Pruned{}) {
			p.Log.Info("history pruned", "source", id, "observations", g.Observations, "changes", g.Changes, "runs", g.Runs)
		}
	}
	return all, err
}

// compact compacts the file where that is worth it or due, and the disk has the room for a copy.
func (p Plan) compact(ctx context.Context, due bool) (bool, error) {
	info, err := p.Store.Info(ctx)
	worth := info.Free >= leastFree && info.Free > info.Bytes/2
	if err != nil || !worth && (!due || info.Bytes < leastFree) {
		return false, err
	}
	if why := p.Disk.Short(uint64(info.Bytes - info.Free)); why != "" {
		p.Log.Warn("the store is not compacted", "reason", why, "bytes", info.Bytes, "free", info.Free)
		return false, nil
	}
	before, after, err := p.Store.Compact(ctx, nil)
	if err == nil {
		p.Log.Info("store compacted", "before", before, "after", after)
	}
	return err == nil, err
}
