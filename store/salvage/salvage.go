// Package salvage tells the history of a damaged file again: what of it is there, and is certain. What a listing was is certain
// up to a change that is lost, and again from its next change on; in between it is known that it was seen, but not as what.
package salvage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"pricegap/market"
	"pricegap/store/sealed"
	"pricegap/store/segment"
	"pricegap/store/segment/past"
	"pricegap/store/shelf"
)

// Report is what came of it.
type Report struct {
	// Before is what the damaged file said that there is; nil where that is lost.
	Before *shelf.Counts
	// Doubtful are observations that are there, but of which it is not known what they say.
	Doubtful uint64
	// Unnamed are the names given to sources whose own are lost.
	Unnamed []market.SourceID
}

// together is how many observations are written at a time.
const together = 1000

// Newer says which records found where they stood formerly may stand for lost ones: the name of a source never changes, and a
// cursor never moves back.
func Newer(bucket string, key, was, payload []byte) bool {
	if bucket != past.BucketSources {
		return shelf.Newer(bucket, was, payload)
	}
	if was == nil {
		return true
	}
	a, aerr := past.ParseSource(key, was)
	b, berr := past.ParseSource(key, payload)
	return aerr != nil || berr == nil && b.Segments > a.Segments
}

// Copy makes to, which is empty, out of from, in which records are missing. Changes keep their numbers; where that of one is lost,
// no cursor stands behind it.
func Copy(ctx context.Context, from, to *sealed.File) (r Report, err error) {
	c := &copying{from: from, report: &r}
	if err := c.counts(ctx); err != nil {
		return r, err
	}
	if c.log, err = readLog(ctx, from, r.Before); err != nil {
		return r, err
	}
	if c.to, err = segment.Open(ctx, to, segment.Usual); err != nil {
		return r, err
	}
	sources, err := c.sources(ctx)
	if err != nil {
		return r, err
	}
	if err := c.merge(ctx, sources); err != nil {
		return r, err
	}
	for _, s := range sources {
		if err := c.rest(ctx, s); err != nil {
			return r, err
		}
	}
	var last uint64
	if err := shelf.View(ctx, to, func(t shelf.Txn) error {
		n, err := t.Count()
		if err == nil {
			last = n.Changes
		}
		return err
	}); err != nil {
		return r, err
	}
	return r, shelf.Salvage(ctx, from, to, func(seq uint64) uint64 { return min(c.log.cursor(seq), last) })
}

// copying is under way.
type copying struct {
	from   *sealed.File
	to     *segment.Prices
	log    log
	parts  past.Cache
	report *Report
	ready  []segment.Told
}

// counts reads what there was.
func (c *copying) counts(ctx context.Context) error {
	return c.view(ctx, func(t *sealed.Tx) error {
		n, err := (shelf.Txn{Tx: t}).Count()
		if err == nil {
			c.report.Before = n
		}
		return nil //nolint:nilerr // it may be missing
	})
}

func (c *copying) view(ctx context.Context, do func(*sealed.Tx) error) error {
	return c.from.View(ctx, do)
}

// sources returns all sources of which anything is there.
func (c *copying) sources(ctx context.Context) (out []*source, err error) {
	var most uint32
	if err := c.view(ctx, func(t *sealed.Tx) error {
		for _, bucket := range []string{past.BucketSources, past.BucketSegments, past.BucketParts, past.BucketLate} {
			k, _, err := t.Below(bucket, bytes.Repeat([]byte{0xFF}, 16))
			if err != nil {
				return err
			}
			if len(k) >= 4 {
				most = max(most, beginning(k)+1)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for n := range c.log.of {
		most = max(most, n+1)
	}
	for n := range most {
		s := &source{c: c, number: n, lost: map[uint32][]uint32{}, gone: map[uint32]bool{}, births: map[uint32]market.Observation{}}
		if err := s.open(ctx); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, c.name(ctx, out)
}

// name names the sources of which the record is lost: by the journal of their runs, where it tells.
func (c *copying) name(ctx context.Context, all []*source) error {
	var of map[market.RunID][]market.SourceID
	for _, s := range all {
		if s.name != "" {
			continue
		}
		if of == nil {
			var err error
			if of, err = shelf.SourcesOfRuns(ctx, c.from); err != nil {
				return err
			}
		}
		votes := map[market.SourceID]int{}
		for _, id := range s.runs() {
			for _, name := range of[id] {
				if !slices.ContainsFunc(all, func(s *source) bool { return s.name == name }) {
					votes[name]++
				}
			}
		}
		for name, n := range votes {
			if n > votes[s.name] || n == votes[s.name] && name < s.name {
				s.name = name
			}
		}
		if s.name == "" {
			s.name = market.SourceID(fmt.Sprintf("lost-%d", s.number+1))
			c.report.Unnamed = append(c.report.Unnamed, s.name)
		}
	}
	return nil
}

// stream is what is left of a source's, up to its next change with a number.
type stream struct {
	next func() (segment.Told, error, bool)
	held []segment.Told
	seq  uint64 // of the last that is held; 0 at the end
}

// fill takes what comes up to the next change with a number.
func (s *stream) fill() error {
	for s.seq = 0; s.seq == 0; {
		x, err, more := s.next()
		if err != nil || !more {
			return err
		}
		s.held, s.seq = append(s.held, x), x.Seq
	}
	return nil
}

// merge tells what the sources hold in the order of the change log.
func (c *copying) merge(ctx context.Context, sources []*source) error {
	var all []*stream
	for _, s := range sources {
		next, stop := iter.Pull2(s.all(ctx))
		defer stop()
		x := &stream{next: next}
		if err := x.fill(); err != nil {
			return err
		}
		all = append(all, x)
	}
	for {
		var first *stream
		for _, x := range all {
			if len(x.held) > 0 && (first == nil || x.seq != 0 && (first.seq == 0 || x.seq < first.seq)) {
				first = x
			}
		}
		if first == nil {
			return c.flush(ctx)
		}
		c.ready = append(c.ready, first.held...)
		if len(c.ready) >= together {
			if err := c.flush(ctx); err != nil {
				return err
			}
		}
		first.held = first.held[:0]
		if first.seq != 0 {
			if err := first.fill(); err != nil {
				return err
			}
		}
	}
}

// flush writes what is ready.
func (c *copying) flush(ctx context.Context) error {
	for some := range slices.Chunk(c.ready, together) {
		if err := c.to.Retell(ctx, some...); err != nil {
			return err
		}
	}
	c.ready = c.ready[:0]
	return nil
}

// rest copies what came late of a source, and which listings their pages show no more.
func (c *copying) rest(ctx context.Context, s *source) error {
	var late []market.Observation
	r := past.Reader{Number: s.number, Name: s.name}
	if err := c.view(ctx, func(t *sealed.Tx) error {
		return t.Each(past.BucketLate, past.KeyOf(s.number), func(key, payload []byte) error {
			o, err := r.ParseLate(key, payload)
			if err != nil {
				return lossy(err)
			}
			// What is not older than all else would be news.
			if n := beginning(key[4:]); int(n) < len(s.newest) && o.SeenAt.Unix() < int64(s.newest[n]) {
				late = append(late, o)
			} else {
				c.report.Doubtful++
			}
			return nil
		})
	}); err != nil {
		return err
	}
	for some := range slices.Chunk(late, together) {
		if _, err := c.to.Record(ctx, some...); err != nil {
			return err
		}
	}
	var gone []market.Sighting
	for n, is := range s.gone {
		if is && s.newest[n] != 0 {
			gone = append(gone, market.Sighting{Listing: s.ids[n], Gone: true})
		}
	}
	return c.to.Again(ctx, s.name, gone...)
}

// lossy passes over what is damaged.
func lossy(err error) error {
	if errors.Is(err, sealed.ErrCorrupt) {
		return nil
	}
	return err
}
