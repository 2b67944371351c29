package crawler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pricegap/crawler/queue"
	"pricegap/crawler/seen"
	"pricegap/market"
	"pricegap/parsers"
)

const (
	// A checkpoint is due after this many pages, but not more often than every so often, unless very many came.
	checkpointPages = 50
	checkpointEvery = time.Second
	checkpointMost  = 1000
	checkpointLate  = time.Minute
	unsavedBytes    = 256 << 10
	stopTimeout     = 5 * time.Second
	endTimeout      = 10 * time.Minute
)

// finished is a page of the past, and what to remember of it; the zero Mark is nothing. Offers of lists are recorded at
// the end of a run: only then such a list counts as visited.
type finished struct {
	item  queue.Item
	mark  seen.Mark
	tiles bool
	// spared says that the page was not fetched, missed that it was not there, there that its address was answered
	// otherwise.
	spared, missed, there bool
}

// due reports whether a checkpoint follows the next visit: often enough to lose little, seldom enough to cost
// little, and always at the end and after a listing, of which nobody can say later that it was recorded.
func (r *run) due(it queue.Item) bool {
	since := time.Since(r.saved)
	return it.Role == string(parsers.RoleJSON) || r.flying == 0 && len(r.spared) == 0 && !r.spent() || since >= checkpointLate ||
		r.unsaved >= checkpointPages && since >= checkpointEvery || r.unsaved >= checkpointMost
}

// settle counts what was yielded as visited, and notes its validators. It is for checkpoints that the loop went
// past: a page whose recording failed must be read again, however little it changed. last says that no page follows.
func (r *run) settle(last bool) {
	var marks []seen.Mark
	left := r.finished[:0]
	for _, f := range r.finished {
		if f.tiles && !last {
			left = append(left, f)
			continue
		}
		r.front.Done(f.item)
		switch {
		case f.missed:
			r.known.Missed(r.c.clock(), f.item.URL)
			continue
		case f.spared:
			r.known.Vouch(f.mark.ConfirmedAt, f.item.URL)
			continue
		}
		if f.there && f.mark.URL != f.item.URL && r.known.Missing(f.item.URL) > 0 {
			r.known.Forget(f.item.URL) // the row of runs in which it was missing has ended
		}
		if f.mark.URL != "" {
			marks = append(marks, f.mark)
		}
	}
	clear(r.finished[len(left):])
	r.known.Note(marks)
	r.finished = left
}

// lend settles what was yielded, and returns the frontier to be kept together with that; last says that no page follows.
func (r *run) lend(ctx context.Context, last bool) ([]Value, error) {
	r.settle(last)
	r.lent = true
	return r.lender.Lend(func() error { return r.saveFrontier(ctx) })
}

// checkpoint follows a visit that said so, when the loop went past it.
func (r *run) checkpoint(ctx context.Context) error {
	if !r.lent {
		r.settle(false)
		return r.keep(ctx, false)
	}
	r.lent = false
	r.saved, r.unsaved = time.Now(), 0
	return r.keepKnown(ctx, false)
}

// keep writes the frontier and the validators.
func (r *run) keep(ctx context.Context, last bool) error {
	r.saved, r.unsaved = time.Now(), 0
	return errors.Join(r.saveFrontier(ctx), r.keepKnown(ctx, last))
}

func (r *run) saveFrontier(ctx context.Context) error {
	why := r.why
	if why == "" {
		why = whyStopped // what a process that dies leaves behind
	}
	return r.front.Save(ctx, queue.Meta{Plan: r.plan, BeganAt: r.since, SavedAt: r.c.clock(), Why: why})
}

// keepKnown writes what is known of pages.
func (r *run) keepKnown(ctx context.Context, last bool) error {
	return errors.Join(r.known.Save(ctx, r.c.clock(), last), r.usual.Save(ctx, r.c.keep, r.site.Source.ID))
}

// stop ends a run whose context has ended with a checkpoint, so that what the loop records now is not asked for
// again. It returns err.
func (r *run) stop(err error, yield func(Visit) bool) error {
	r.why = whyStopped
	r.last(r.ended(market.FailCancelled, err), yield)
	return err
}

// over yields why the run ends before its frontier is empty, where it does, and else a checkpoint where none followed
// what was told last, what lists showed, or what waits.
func (r *run) over(yield func(Visit) bool) error {
	if r.why == "" && r.front.Left() > 0 {
		r.why = whyClosed
	}
	switch {
	case r.why == whyBudget:
		r.last(r.ended(market.FailBudgetExhausted, fmt.Errorf("%d pages wait for the next run", r.front.Left())), yield)
	case len(r.finished) > 0 || r.why == whyClosed && !r.told:
		r.last(nil, yield)
	}
	return nil
}

// ended is why a run ends before its frontier is empty.
func (r *run) ended(kind market.FailureKind, err error) *FetchError {
	return &FetchError{URL: string(r.site.Source.ID), Kind: kind, Err: err}
}

// last yields a checkpoint without a page, behind everything else.
func (r *run) last(f *FetchError, yield func(Visit) bool) {
	v := Visit{
		Failure: f, Bytes: r.between, Resumed: r.resumed, Since: r.since, Done: r.done, Fetched: r.fetched,
		Known: r.done + r.flying + r.front.Left(), Checkpoint: true, Last: true, Left: r.front.Left(),
	}
	if r.why != "" { // else the frontier is forgotten
		v.Frontier = func(ctx context.Context) ([]Value, error) { return r.lend(ctx, true) }
	}
	switch {
	case yield(v):
		r.settle(true)
		r.lent = false
	case r.why == "":
		r.why = whyStopped
	}
}

// end waits for nothing, keeps what is left for the next run, or forgets the frontier of a run that is done.
func (r *run) end(ctx context.Context) error {
	if r.lent { // nobody knows whether it was kept; either way the store is right, and what is known here may not be
		return nil
	}
	most := stopTimeout
	if r.why != whyStopped {
		most = endTimeout // nobody waits
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	r.front.Report(r.c.log)
	if r.why == "" || r.why == whyBudget {
		r.usual.End()
	}
	if r.why != "" {
		return r.keep(ctx, true)
	}
	return errors.Join(r.front.Finish(ctx), r.known.Save(ctx, r.c.clock(), true), r.usual.Save(ctx, r.c.keep, r.site.Source.ID))
}
