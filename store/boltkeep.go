package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"pricegap/market"
	"pricegap/store/record"
	"pricegap/store/sealed"
	"pricegap/store/shelf"
)

// Info implements Keeping.
func (s *boltStore) Info(ctx context.Context) (Info, error) {
	i := Info{Path: s.file.Path(), Engine: "bolt", Schema: boltSchema}
	err := s.view(ctx, func(t txn) error {
		n, err := t.Count()
		if err != nil {
			return err
		}
		i.Listings, i.Observations, i.Changes = int(n.Listings), int(n.Observations), n.Changes
		i.Products, i.Matches, i.Runs, i.Alerts = int(n.Products), int(n.Matches), int(n.Runs), int(n.Alerts)
		if n.Observations > 0 {
			i.Oldest, i.Newest = time.Unix(n.Oldest, 0).UTC(), time.Unix(n.Newest, 0).UTC()
		}
		i.Bytes, err = s.file.Size()
		return err
	})
	return i, err
}

// Verify implements Keeping: the pages first, then each record, and whether change log, heads and history
// bear each other out.
func (s *boltStore) Verify(ctx context.Context) error {
	if err := s.file.CheckPages(ctx); err != nil {
		return err
	}
	before, err := s.counts(ctx)
	if err != nil {
		return err
	}
	var n sums
	for _, step := range []func(context.Context, *sums) error{
		s.verifyListings, s.verifyChanges,
		func(ctx context.Context, n *sums) error { return s.Shelf.Verify(ctx, &n.Counts, &n.ordered) },
	} {
		if err := step(ctx, &n); err != nil {
			return err
		}
	}
	after, err := s.counts(ctx)
	if err != nil || before != after {
		return err // somebody wrote meanwhile: the sums belong to no one moment
	}
	want := sums{Counts: after, refs: after.Listings, entries: after.Observations, ordered: after.Runs, offers: n.apart, apart: n.apart}
	if n != want {
		return fmt.Errorf("store: %s: %w", s.file.Path(), sealed.Damaged(sealed.Main, shelf.Key, "%+v are kept, but there should be %+v", n, want))
	}
	return nil
}

// sums is what Verify finds, to be compared with what was counted.
type sums struct {
	shelf.Counts
	refs, entries, ordered uint64 // in listings, history, runtimes
	offers, apart          uint64 // in offers, and entries whose offer is there
}

func (s *boltStore) counts(ctx context.Context) (n shelf.Counts, err error) {
	err = s.view(ctx, func(t txn) error {
		p, err := t.Count()
		if err == nil {
			n = *p
		}
		return err
	})
	return n, err
}

// each runs load for every record of a bucket.
func (s *boltStore) each(ctx context.Context, bucket string, batch int, load func(t txn, key, payload []byte) error) error {
	return shelf.Each(ctx, s.file, bucket, batch, func(t *sealed.Tx, key, payload []byte) error { return load(asTxn(t), key, payload) })
}

// verifyListings reads every head with its whole history.
func (s *boltStore) verifyListings(ctx context.Context, n *sums) error {
	if err := s.each(ctx, bucketHeads, 8, func(t txn, key, payload []byte) error {
		h, err := parseHead(key, payload)
		if err != nil {
			return err
		}
		n.Listings++
		return t.verifyHistory(key, h, &n.Counts)
	}); err != nil {
		return err
	}
	if err := s.each(ctx, bucketListings, 0, func(t txn, key, payload []byte) error {
		n.refs++
		h, err := t.head(payload)
		if err == nil && (h.Ordinal == 0 || !bytes.HasSuffix(payload, shelf.Pair("", string(key)))) {
			err = sealed.Damaged(bucketListings, key, "it is not at %q", payload)
		}
		return err
	}); err != nil {
		return err
	}
	if err := s.each(ctx, bucketHistory, 0, func(_ txn, _, payload []byte) error {
		n.entries++
		if e, err := record.ParseEntry(payload); err == nil && e.Base == 0 && len(e.Doc) == 0 {
			n.apart++
		}
		return nil
	}); err != nil {
		return err
	}
	return s.each(ctx, bucketOffers, 0, func(txn, []byte, []byte) error {
		n.offers++
		return nil
	})
}

// verifyHistory reads the history of one listing.
func (t txn) verifyHistory(place []byte, h record.Head, n *shelf.Counts) error {
	var prev, shown, good, base int64
	var count uint64
	if err := t.Each(bucketHistory, seqKey(h.Ordinal), func(k, p []byte) error {
		e, err := parseEntry(k, p)
		if err == nil && e.Prev != prev {
			err = sealed.Damaged(bucketHistory, k, "the observation before it is missing")
		}
		if err != nil {
			return err
		}
		sec := entryTime(k)
		o, from, err := t.expand(h.Ordinal, sec, e)
		if err != nil {
			return err
		}
		if !bytes.Equal(shelf.Pair(string(o.Source), string(o.Listing)), place) {
			return sealed.Damaged(bucketHistory, k, "it is about %s/%s", o.Source, o.Listing)
		}
		if o.Trust.State != market.Refused {
			shown = sec
		}
		if o.Trust.State == market.Trusted {
			good = sec
		}
		if n.Oldest == 0 || sec < n.Oldest {
			n.Oldest = sec
		}
		n.Newest = max(n.Newest, sec)
		prev, base, count = sec, from, count+1
		return t.verifyLogged(k, e.Seq, h.Ordinal, sec)
	}); err != nil {
		return err
	}
	n.Observations += count
	if h.Count != count || h.Newest != prev || h.Shown != shown || h.Good != good || h.Base != base {
		return sealed.Damaged(bucketHeads, place, "it does not sum up its history of %d", count)
	}
	last, _, err := t.observation(h.Ordinal, prev)
	if err != nil {
		return err
	}
	g, err := t.glance(h)
	g.Listing = last.Listing
	g.Page, g.Gone = last.Page, false // they are of the newest look, which may have been at another page
	if err == nil && (g != sightingOf(last) || h.Run != string(last.Run)) {
		err = sealed.Damaged(bucketHeads, place, "it differs from its history")
	}
	return err
}

// verifyLogged checks that an entry that made a change is in the log.
func (t txn) verifyLogged(key []byte, seq, ordinal uint64, sec int64) error {
	if seq == 0 {
		return nil
	}
	p, err := t.Get(bucketChanges, seqKey(seq))
	if err != nil {
		return err
	}
	if c, err := record.ParseChange(p); err != nil || c.Ordinal != ordinal || c.After != sec {
		return sealed.Damaged(bucketHistory, key, "its change %d is not in the log", seq)
	}
	return nil
}

// verifyChanges reads the log and checks that each change is known to its observation.
func (s *boltStore) verifyChanges(ctx context.Context, n *sums) error {
	return s.each(ctx, bucketChanges, 0, func(t txn, key, payload []byte) error {
		n.Changes++
		if !bytes.Equal(key, seqKey(n.Changes)) {
			return sealed.Damaged(bucketChanges, seqKey(n.Changes), "the change is missing")
		}
		if _, err := t.change(key, payload); err != nil {
			return err
		}
		c, err := record.ParseChange(payload)
		if err != nil {
			return sealed.Damaged(bucketChanges, key, "%w", err)
		}
		p, err := t.Get(bucketHistory, entryKey(c.Ordinal, c.After))
		if err != nil {
			return err
		}
		if e, err := record.ParseEntry(p); err != nil || e.Seq != n.Changes || c.Before >= c.After {
			return sealed.Damaged(bucketChanges, key, "its observation is not of it")
		}
		return nil
	})
}
