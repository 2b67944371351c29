package visit

import (
	"context"
	"errors"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/link"
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
	// Waits says that what the page says now is new, and is held back by the run under way until that has seen the shop.
	Waits bool `json:"waits,omitzero"`
	// Late says that the page did not come in time; where a run is under way it may still come.
	Late bool `json:"late,omitzero"`
}

// askPrefix begins the run that stands on observations which no run made.
const askPrefix = "ask-"

// Look has the pages of listings looked at now, because somebody asks, until ctx ends: first of all in the run of the
// source that is under way, else at once, as a confirming fetch. What they show is doubted and recorded as ever, by that run
// as long as it holds new prices back, and nothing is matched. A page that is fetched at once is no run: the journal keeps nothing of it. The error is for what
// the store refuses. Of Options, Wait, Tell, Matched and Match are not needed.
func Look(ctx context.Context, o Options, listings []market.Observation) ([]Looked, error) {
	now := o.Clock().UTC().Truncate(time.Second)
	l := &look{visit: newVisit(o, askPrefix, now), since: now}
	l.beside = true
	var out []Looked
	for _, a := range l.pages(listings) {
		seen, err := l.at(ctx, a)
		if err != nil && !errors.Is(err, ctx.Err()) {
			return out, err
		}
		seen.Source, seen.Page, seen.Late = o.Site.Source.ID, a.URL, err != nil
		out = append(out, seen)
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
func (l *look) at(ctx context.Context, a *asked) (Looked, error) {
	if !l.o.Site.Covers(a.URL) {
		return Looked{Failure: &market.Failure{Kind: market.FailRedirectBlocked}}, nil
	}
	if a.Role == parsers.RoleProduct {
		if vis, ok := l.o.Crawls.First(ctx, l.run.Source, a.URL); ok {
			return l.shown(ctx, a, vis)
		}
	}
	if err := ctx.Err(); err != nil {
		return Looked{}, err
	}
	if !l.loaded {
		_, err := l.load(ctx)
		if err = errors.Join(err, l.state(ctx, quality.Key(l.run.Source), &l.usual)); err != nil {
			return Looked{}, err
		}
		l.run.Odd, l.usual.Runs = l.usual.Odd, nil // while the shop is odd, what is new is held here as well; nothing waits
		l.loaded = true
	}
	a.Fresh = true
	vis, err := l.o.Crawls.Look(ctx, l.o.Site, a.Request)
	if err != nil {
		return Looked{}, err
	}
	if odd, ok := l.o.Gate.Odd(l.run.Source); ok {
		l.run.Odd = odd
	}
	for _, offer := range vis.Result.Offers {
		if recordable(offer) {
			if err := l.observe(ctx, l.observation(offer, vis.Page)); err != nil {
				return Looked{}, err
			}
		}
	}
	if err := l.flush(ctx); err != nil {
		return Looked{}, err
	}
	return l.shown(ctx, a, vis)
}

// shown says what is wrong with a page, that it did not show what it was looked at for, or that this waits.
func (l *look) shown(ctx context.Context, a *asked, vis crawler.Visit) (Looked, error) {
	if f := wrong(vis); f != nil {
		return Looked{Failure: f}, nil
	}
	seen := map[market.ListingID]bool{}
	for _, offer := range vis.Result.Offers {
		if recordable(offer) {
			seen[l.observation(offer, vis.Page).Listing] = true
		}
	}
	recorded := map[market.ListingID]bool{}
	q := store.Query{Sources: []market.SourceID{l.run.Source}, Listings: a.listings}
	for o, err := range l.o.Store.Latest(context.WithoutCancel(ctx), q) {
		if err != nil {
			return Looked{}, err
		}
		recorded[o.Listing] = !o.SeenAt.Before(l.since)
	}
	var out Looked
	for _, id := range a.listings {
		switch {
		case recorded[id]:
		case seen[id]:
			out.Waits = true
		default:
			out.Failure = &market.Failure{Kind: market.FailSoft404, URL: link.Redact(a.URL)}
		}
	}
	return out, nil
}
