// Package sift keeps what can be kept of a batch of which the store refuses a part.
package sift

import (
	"context"
	"errors"
	"slices"

	"pricegap/market"
	"pricegap/store"
)

// Keep keeps a batch and returns the changes it makes. Where the store refuses it, each observation and each sighting is kept by
// itself, so that one listing whose record is damaged does not end the runs of its source for good. What is refused then goes to
// refused, with the page that it is from, empty for a sighting; Keep ends with the error that it returns.
func Keep(ctx context.Context, s store.Together, b store.Batch, refused func(page string, err error) error) ([]market.Change, error) {
	changes, err := s.Keep(ctx, b)
	if !refuses(err) {
		return changes, err
	}
	alone := func(page string, one store.Batch) error {
		made, err := s.Keep(ctx, one)
		changes = append(changes, made...)
		if refuses(err) {
			return refused(page, err)
		}
		return err
	}
	for _, o := range b.Observations {
		if err := alone(o.Page, store.Batch{Observations: []market.Observation{o}}); err != nil {
			return nil, err
		}
	}
	for _, g := range b.Sightings {
		if err := alone("", store.Batch{Source: b.Source, Sightings: []market.Sighting{g}}); err != nil {
			return nil, err
		}
	}
	_, err = s.Keep(ctx, store.Batch{State: b.State})
	return changes, err
}

// Ended keeps a run that goes on, where one of the sightings that are to be kept with it says that a listing is gone: those that the
// run names are told when it was killed, too. It comes before they are kept: who is killed in between sees them end once more.
func Ended(ctx context.Context, s store.Journal, r market.Run, gs []market.Sighting) error {
	if len(r.Gone) == 0 || !slices.ContainsFunc(gs, func(g market.Sighting) bool { return g.Gone }) {
		return nil
	}
	return s.PutRun(ctx, r)
}

// refuses reports whether an error is about what was to be kept, or about the records that it belongs to.
func refuses(err error) bool {
	return errors.Is(err, store.ErrInvalid) || errors.Is(err, store.ErrCorrupt)
}
