// Package keep is the rule by which an old history is thinned: which observations of a listing stay, from the newest to the oldest.
package keep

import (
	"pricegap/market"
	"pricegap/store/segment/block"
	"pricegap/store/segment/delta"
)

// Cut says what of the history of a source goes, by moments in seconds since 1970; 0 for nothing.
type Cut struct {
	// Before Forget goes what is not in force then: the newest look at a listing before it stays, with the change that it repeats,
	// and, where that is not trusted, those before it down to one that is. So does what a change in the log is about that a cursor
	// has not passed.
	Forget uint32
	// Of looks that show nothing new, before Daily stays the last of a day, before Weekly that of a week (UTC, from Monday on). All
	// changes stay, and the look before each.
	Daily, Weekly uint32
}

// What of a listing before Cut.Forget is still to be kept.
const (
	wantLook   = iota // the next older observation
	wantChange        // the change that it repeats
	wantNothing
)

// Fate is how far the walk from the newest observation of a listing to the oldest is.
type Fate struct {
	next    uint32 // when the next newer observation was that stays; 0 for none
	changes bool   // it is a change
	Based   bool   // a base in between says what was newest
	want    byte
	Floor   uint32 // the oldest change that stays and is trusted, before Cut.Forget; 0 for none
	Forget  uint32 // what is older may go
}

// Stays reports whether an observation stays, which is older than those before, and enters it. Behind one that came late, it says
// that the listing is again what it was.
func (f *Fate) Stays(e block.Entry, cut Cut, behind bool) (stays bool, err error) {
	changed := e.Rec != nil
	switch {
	case e.Sec < f.Forget:
		stays = f.want == wantLook || f.want == wantChange && changed
		if !stays {
			return false, nil
		}
		if f.want = wantChange; changed {
			q, err := delta.ReadQuote(e.Rec)
			if err != nil {
				return false, err
			}
			if f.want = wantLook; q.Trust == market.Trusted {
				f.want, f.Floor = wantNothing, e.Sec
			}
		}
	case changed || behind || f.next == 0 || f.changes || f.Based:
		stays = true
	case e.Sec < cut.Weekly:
		stays = weekOf(e.Sec) != weekOf(f.next)
	case e.Sec < cut.Daily:
		stays = e.Sec/day != f.next/day
	default:
		stays = true
	}
	if stays {
		f.next, f.changes, f.Based = e.Sec, changed, false
	}
	return stays, nil
}

// day is how many seconds a day has.
const day = 24 * 60 * 60

// weekOf is the week of a moment: the first day of 1970 was a Thursday.
func weekOf(sec uint32) uint32 { return (sec/day + 3) / 7 }
