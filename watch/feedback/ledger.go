package feedback

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/referee"
)

const (
	headKey = "feedback/head"
	// perPart is how many entries are kept as one value: the newest of them is written anew with every word.
	perPart = 100
	// kept is for how long words are kept, and sameFor for how long a key names one word. Slack delivers again within an hour.
	kept    = 2 * 366 * 24 * time.Hour
	sameFor = 24 * time.Hour
)

// Store is what a Ledger keeps its entries in; store.Store satisfies it.
type Store interface {
	Latest(ctx context.Context, q store.Query) iter.Seq2[market.Observation, error]
	Keep(ctx context.Context, b store.Batch) ([]market.Change, error)
	GetState(ctx context.Context, key string) ([]byte, error)
	DeleteState(ctx context.Context, key string) error
}

// Options are the parts on which words have their effects.
type Options struct {
	Store Store
	// Standing is how a product stands at a moment, by what was seen up to asOf, zero for now; one without a product id where there is none.
	Standing func(ctx context.Context, id market.ProductID, asOf, at time.Time) (compare.Standing, error)
	Judge    referee.Judge
	Quieter  calm.Quieter
	Taker    alerts.Taker
	Clock    market.Clock
}

// Ledger implements Listener over a store. There must be one for a store. An effect on prices and its entry are kept in one
// transaction; one on alerts or silences comes first, and is the same when it is made again.
type Ledger struct {
	o    Options
	mu   sync.Mutex
	said map[string]Entry // by key, those of the last day; nil until they were read
}

// NewLedger returns a Ledger.
func NewLedger(o Options) *Ledger { return &Ledger{o: o} }

// head says which parts there are, numbered from First to Last.
type head struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

func partKey(n int) string { return fmt.Sprintf("feedback/part/%06d", n) }

// Say implements Listener.
func (l *Ledger) Say(ctx context.Context, w Word) (Entry, error) {
	if _, ok := least[w.Verb]; !ok || w.By.ID == "" || strings.ContainsAny(w.By.ID, " \n\t") {
		return Entry{}, ErrWord
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.load(ctx); err != nil {
		return Entry{}, err
	}
	now := l.o.Clock().UTC().Truncate(time.Second)
	if e, ok := l.said[w.Key]; ok && w.Key != "" && now.Sub(e.At) < sameFor {
		e.Again = true
		return e, nil
	}
	e := Entry{Word: w, At: now}
	doubted, err := l.effect(ctx, &e)
	if err != nil {
		return Entry{}, err
	}
	if err := l.note(ctx, e, doubted); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// may reports whether a role is at least another.
func may(role, from policy.Role) bool {
	return slices.Index(policy.Roles, role) >= slices.Index(policy.Roles, from)
}

// note keeps an entry, together with the observation that it makes, if it makes one.
func (l *Ledger) note(ctx context.Context, e Entry, doubted *market.Observation) error {
	var h head
	if err := l.read(ctx, headKey, &h); err != nil {
		return err
	}
	var part []Entry
	if err := l.read(ctx, partKey(h.Last), &part); err != nil {
		return err
	}
	old := -1
	if len(part) >= perPart {
		h.Last, part = h.Last+1, nil
		var first []Entry
		if err := l.read(ctx, partKey(h.First), &first); err != nil {
			return err
		}
		if n := len(first); n > 0 && e.At.Sub(first[n-1].At) > kept {
			old, h.First = h.First, h.First+1
		}
	}
	var b store.Batch
	for key, v := range map[string]any{headKey: h, partKey(h.Last): append(part, e)} {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("feedback: %w", err)
		}
		b.State = append(b.State, store.Value{Key: key, Value: raw})
	}
	if err := l.keep(ctx, b, doubted); err != nil {
		l.said = nil // nobody knows what of it was kept
		return fmt.Errorf("feedback: %w", err)
	}
	if e.Key != "" {
		l.said[e.Key] = e
	}
	if old >= 0 {
		return l.o.Store.DeleteState(ctx, partKey(old))
	}
	return nil
}

// load reads the keys of the last day. The caller holds mu.
func (l *Ledger) load(ctx context.Context) error {
	now := l.o.Clock()
	if len(l.said) > 10*perPart {
		for k, e := range l.said {
			if now.Sub(e.At) >= sameFor {
				delete(l.said, k)
			}
		}
	}
	if l.said != nil {
		return nil
	}
	said := map[string]Entry{}
	for e, err := range l.Said(ctx, Query{From: now.Add(-sameFor)}) {
		if err != nil {
			return err
		}
		if e.Key != "" {
			said[e.Key] = e
		}
	}
	l.said = said
	return nil
}

// Said implements Listener.
func (l *Ledger) Said(ctx context.Context, q Query) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		var h head
		if err := l.read(ctx, headKey, &h); err != nil {
			yield(Entry{}, err)
			return
		}
		if oldest := l.o.Clock().Add(-kept); q.From.Before(oldest) {
			q.From = oldest
		}
		for n := h.First; n <= h.Last; n++ {
			var part []Entry
			if err := l.read(ctx, partKey(n), &part); err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range part {
				if q.fits(e) && !yield(e, nil) {
					return
				}
			}
		}
	}
}

// read reads a value; one that is not there leaves v as it is.
func (l *Ledger) read(ctx context.Context, key string, v any) error {
	raw, err := l.o.Store.GetState(ctx, key)
	if err == nil && raw != nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		return fmt.Errorf("feedback: %s: %w", key, err)
	}
	return nil
}
