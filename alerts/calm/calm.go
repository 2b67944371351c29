// Package calm says when nobody is to be told of an alert although it fires: while somebody has silenced it, while
// its shop or ours cannot be seen well, and while its channel is closed or has heard enough. It decides and never
// sends. It also says which channels an alert is for. All but Book is pure.
package calm

import (
	"iter"
	"time"

	"pricegap/market"
)

// Reason says why an alert is held; "" for not at all.
type Reason string

// The reasons.
const (
	Silenced Reason = "silenced" // somebody asked for silence
	Incident Reason = "incident" // its shop, or ours, is told of by an alert of its own
	Gathered Reason = "gathered" // its shop is being crawled, and what is found there goes together
	Doubt    Reason = "doubt"    // the last look could not say that it still holds
	Closed   Reason = "closed"   // outside the hours of the channel
	Digest   Reason = "digest"   // the channel is told at set times, and it is not time
	Spent    Reason = "budget"   // the channel was told as often as it wants to be in a day
	Paced    Reason = "pace"     // the channel was told a moment ago, after many messages
)

// Now is what keeps alerts from being told at a moment. The zero Now holds nothing.
type Now struct {
	at       time.Time
	silences []Silence
	sick     map[market.SourceID]bool
	healed   map[market.SourceID]time.Time // when the last alert about a source ended
	going    func(market.SourceID) bool
}

// gatherFor is how long what a run found may wait for its end: longer runs are told of in parts.
const gatherFor = time.Hour

// Look finds among all alerts those that are about a whole source: they are incidents, whatever their rule. going reports
// whether a source is being crawled; nil means that none ever is.
func Look(at time.Time, all iter.Seq[market.Alert], silences []Silence, going func(market.SourceID) bool) Now {
	n := Now{at, silences, map[market.SourceID]bool{}, map[market.SourceID]time.Time{}, going}
	for a := range all {
		id := a.Topic.Source
		if a.Topic.Product != "" || id == "" {
			continue
		}
		if a.Transition%2 == 1 {
			n.sick[id] = true
		} else if a.ResolvedAt.After(n.healed[id]) {
			n.healed[id] = a.ResolvedAt
		}
	}
	return n
}

// Holds says why a channel is not told of a now. An incident holds what is said of products at its source, and one of our
// own shop all of them: it is told in their stead.
func (n Now) Holds(a market.Alert, channel string) Reason {
	for _, s := range n.silences {
		if s.Active(n.at) && s.Fits(a, channel) {
			return Silenced
		}
	}
	if a.Topic.Product != "" && (n.sick[source(a)] || n.sick[a.Facts.Ours.Source]) {
		return Incident
	}
	if n.going != nil && a.Topic.Product != "" && n.at.Sub(turned(a)) < gatherFor && n.going(source(a)) {
		return Gathered
	}
	return ""
}

// turned is when an alert last began or ended.
func turned(a market.Alert) time.Time {
	if a.Transition%2 == 1 {
		return a.FiredAt
	}
	return a.ResolvedAt
}

// FreeSince is when the last thing ended that held a from a channel; zero when nothing did.
func (n Now) FreeSince(a market.Alert, channel string) time.Time {
	var since time.Time
	for _, s := range n.silences {
		if end := s.End(); !end.After(n.at) && end.After(since) && s.Fits(a, channel) {
			since = end
		}
	}
	if a.Topic.Product == "" {
		return since
	}
	for _, id := range []market.SourceID{source(a), a.Facts.Ours.Source} {
		if n.healed[id].After(since) {
			since = n.healed[id]
		}
	}
	return since
}

// source is the rival that an alert is about.
func source(a market.Alert) market.SourceID {
	if a.Topic.Source != "" {
		return a.Topic.Source
	}
	return a.Facts.Theirs.Source
}
