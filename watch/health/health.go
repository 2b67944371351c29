// Package health counts what is known of a source.
package health

import (
	"context"
	"slices"
	"time"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/visit"
)

// Source is how a source does.
type Source struct {
	Source market.SourceID `json:"source"`
	Name   string          `json:"name"`
	Own    bool            `json:"own,omitzero"`
	// Listings are known; Fresh were seen within twice the interval; Quarantined are held back now.
	Listings    int `json:"listings"`
	Fresh       int `json:"fresh"`
	Quarantined int `json:"quarantined,omitzero"`
	// Coverage is how many of the newest trusted observations have each field.
	Coverage map[market.Field]int `json:"coverage,omitzero"`
	// Pages are where some of the fresh listings are looked at, spread over all of them.
	Pages []string `json:"pages,omitzero"`
	// Last is the newest run, LastGoodAt the start of the newest good one, NextAt when the schedule is due.
	Last       market.Run `json:"last,omitzero"`
	LastGoodAt time.Time  `json:"last_good_at,omitzero"`
	NextAt     time.Time  `json:"next_at,omitzero"`
	Blind      bool       `json:"blind,omitzero"`
	// RobotsOverride and TermsReviewed are those of the configuration.
	RobotsOverride market.RobotsOverride `json:"robots_override,omitzero"`
	TermsReviewed  market.TermsReviewed  `json:"terms_reviewed,omitzero"`
}

// MaxPages is how many Pages a Source has at most.
const MaxPages = 24

// Of counts the newest observations of a source: Listings, Fresh, Quarantined, Coverage and Pages. What was seen within
// twice the interval is fresh; where there is none, everything is.
func Of(ctx context.Context, st store.Prices, site crawler.Site, interval time.Duration, now time.Time) (Source, error) {
	h := Source{Source: site.Source.ID, Coverage: map[market.Field]int{}}
	var last market.ListingID
	var pages spread
	for o, err := range st.Latest(ctx, store.Query{Sources: []market.SourceID{h.Source}, Both: true}) {
		if err != nil {
			return h, err
		}
		if o.Listing != last {
			h.Listings++
			last = o.Listing
		}
		if o.Trust.State != market.Trusted {
			h.Quarantined++
			continue
		}
		if now.Sub(o.SeenAt) <= 2*interval || interval == 0 {
			h.Fresh++
			if r := visit.Page(site, o); site.Covers(r.URL) {
				pages.add(r.URL)
			}
		}
		for f := range o.Offer.Evidence {
			h.Coverage[f]++
		}
	}
	h.Pages = pages.some()
	return h, nil
}

// spread keeps some of the addresses that it is given, one in every so many of them, and each once.
type spread struct {
	kept  []string
	every int // 0 is 1
	seen  int
}

func (s *spread) add(url string) {
	s.every = max(s.every, 1)
	if s.seen++; (s.seen-1)%s.every != 0 || slices.Contains(s.kept, url) {
		return
	}
	s.kept = append(s.kept, url)
	if len(s.kept) == 2*MaxPages {
		s.kept, s.every = halved(s.kept), 2*s.every
	}
}

func (s *spread) some() []string {
	var out []string
	for i := range min(len(s.kept), MaxPages) {
		out = append(out, s.kept[i*len(s.kept)/min(len(s.kept), MaxPages)])
	}
	return out
}

// halved is every second address.
func halved(urls []string) []string {
	var out []string
	for i := 0; i < len(urls); i += 2 {
		out = append(out, urls[i])
	}
	return out
}
