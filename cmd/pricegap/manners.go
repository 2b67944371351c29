package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/parsers/manners"
)

// printAsked prints what the pages of a run ask of programs, and what that means here. All of it is recorded; what may
// be fetched is said by robots.txt alone.
func printAsked(w io.Writer, notes map[string]int) {
	told := map[string]bool{}
	for _, word := range slices.Sorted(maps.Keys(notes)) {
		fmt.Fprintf(w, "  shop asks: %s on %d pages\n", word, notes[word])
		told[meaning(word)] = true
	}
	for _, p := range slices.Sorted(maps.Keys(told)) {
		fmt.Fprintf(w, "    %s\n", p)
	}
}

// meaning is what a word of a page means for us.
func meaning(word string) string {
	switch word {
	case manners.Reservation, manners.Policy, "noai":
		return "the shop reserves text and data mining (Directive (EU) 2019/790, article 4): ask it for permission, or take the source out"
	case "noarchive", "nosnippet", "unavailable_after":
		return "the shop wants no copies of its pages: keep no archive of this source"
	}
	return "for search engines: recorded; robots.txt alone says which pages and links are followed"
}

// printOverride says that a robots.txt is not obeyed, and who answers for that.
func printOverride(w io.Writer, id market.SourceID, o market.RobotsOverride) {
	if o.Who != "" {
		fmt.Fprintf(w, "  %s: robots.txt is overridden: %s (%s, %s)\n", id, printable(o.Reason), printable(o.Who), o.Date.UTC().Format(time.DateOnly))
	}
}

// termsFor is how long it is enough to have read a shop's terms of use once, in months.
const termsFor = 12

// terms is what is wrong with the reading of a shop's terms of use; empty where nothing is, and for our own shop.
func terms(s market.Source, now time.Time) string {
	switch t := s.TermsReviewed; {
	case s.Own:
		return ""
	case t.Date.IsZero():
		return "nobody has read the shop's terms of use: read them, and say so with terms_reviewed"
	case t.Date.AddDate(0, termsFor, 0).Before(now):
		return fmt.Sprintf("the shop's terms of use were read on %s, more than %d months ago: read %s again", t.Date.UTC().Format(time.DateOnly), termsFor, printable(t.URL))
	}
	return ""
}
