package visit

import (
	"context"
	"errors"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
)

// Looked is what became of a page that somebody asked for now.
type Looked struct {
	Source market.SourceID `json:"source"`
	Page   string          `json:"page"`
	// Failure is why the page, or the listing on it, could not be had.
	Failure *market.Failure `json:"failure,omitzero"`
	// Late says that the page did not come in time; where a run is under way it may still come.
	Late bool `json:"late,omitzero"`
}

// askPrefix begins the run that stands on observations which no run made.
const askPrefix = "ask-"

// Look has the pages of listings looked at now, because somebody asks, until ctx ends: first of all in the run of the
// source that is under way, else at once, as a confirming fetch. What they show is doubted and recorded as ever, and
// nothing is matched. A page that is fetched at once is no run: the journal keeps nothing of it. The error is for what
// the store refuses. Of Options, Wait, Tell, Matched and Match are not needed.
func Look(ctx context.Context, o Options, listings []market.Observation) ([]Looked, error) {
	now := o.Clock().UTC().Truncate(time.Second)
	l := &look{visit: newVisit(o, askPrefix, now), since: now}
	var out []Looked
	for _, a := range l.pages(listings) {
		failure, err := l.at(ctx, a)
		if err != nil && !errors.Is(err, ctx.Err()) {
			return out, err
		}
		out = append(out, Looked{Source: o.Site.Source.ID, Page: a.URL, Failure: failure, Late: err != nil})
	}
	return out, nil
}

// look is a Look under way.
type look struct {
	*visit
	since  time.Time
	loaded bool
}

// asked is a page to look at, and the listings that it is looked at for.
type asked struct {
	crawler.Request
	listings []market.ListingID
}

// pages are where listings are looked at, each page once.
func (l *look) pages(listings []market.Observation) []*asked {
	var out []*asked
	for _, o := range listings {
		r := Page(l.o.Site, o)
		i := slices.IndexFunc(out, func(a *asked) bool { return a.URL == r.URL })
		if i < 0 {
			i, out = len(out), append(out, &asked{Request: r})
		}
		out[i].listings = append(out[i].listings, o.Listing)
	}
	return out
}

// Page is a request for the page of a site that says most of a listing: its own where a list may have shown it, else the
// one on which it was seen.
func Page(site crawler.Site, o market.Observation) crawler.Request {
	r := site.Request(o.Page)
	lists := slices.ContainsFunc(site.Source.Starts, func(s market.Start) bool { return s.Kind == market.StartCategory })
	if r.Role == parsers.RoleProduct && (o.Page == "" || lists && site.Covers(o.Offer.URL)) {
		r.URL = o.Offer.URL
	}
	return r
}

// at looks at one page. The error is that of ctx where it ends first.
func (l *look) at(ctx context.Context, a *asked) (*market.Failure, error) {
	if !l.o.Site.Covers(a.URL) {
		return &market.Failure{Kind: market.FailRedirectBlocked}, nil
	}
	if a.Role == parsers.RoleProduct {
		if vis, ok := l.o.Crawls.First(ctx, l.run.Source, a.URL); ok {
			return l.shown(ctx, a, wrong(vis))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !l.loaded {
		_, err := l.load(ctx)
		if err = errors.Join(err, l.state(ctx, quality.Key(l.run.Source), &l.usual)); err != nil {
			return nil, err
		}
		l.run.Odd, l.usual.Runs = l.usual.Odd, nil // while the shop is odd, what is new is held here as well; nothing waits
		l.loaded = true
	}
	a.Fresh = true
	vis, err := l.o.Crawls.Look(ctx, l.o.Site, a.Request)
	if err != nil {
		return nil, err
	}
	for _, offer := range vis.Result.Offers {
		if recordable(offer) {
			if err := l.observe(ctx, l.observation(offer, vis.Page)); err != nil {
				return nil, err
			}
		}
	}
	if err := l.flush(ctx); err != nil {
		return nil, err
	}
	return l.shown(ctx, a, wrong(vis))
}

// shown returns what is wrong with a page, or that it did not show what it was looked at for; nil for neither.
func (l *look) shown(ctx context.Context, a *asked, f *market.Failure) (*market.Failure, error) {
	if f != nil {
		return f, nil
	}
	q := store.Query{Sources: []market.SourceID{l.run.Source}, Listings: a.listings}
	seen := map[market.ListingID]bool{}
	for o, err := range l.o.Store.Latest(context.WithoutCancel(ctx), q) {
		if err != nil {
			return nil, err
		}
		if !o.SeenAt.Before(l.since) {
			seen[o.Listing] = true
		}
	}
	if len(seen) < len(a.listings) {
		return &market.Failure{Kind: market.FailSoft404, URL: a.URL}, nil
	}
	return nil, nil
}
