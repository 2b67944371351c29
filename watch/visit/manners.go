package visit

import (
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers/manners"
)

// untrue is the word under which Run.Notes counts pages that changed without a new lastmod in a sitemap that is trusted.
const untrue = "lastmod-untrue"

// note counts what a page asks of programs that read it. It is recorded and shown, and holds nothing back: robots.txt
// alone says what may be fetched.
func (v *visit) note(p market.Page) {
	for _, word := range manners.Asked(p.Header, p.Body, crawler.Token) {
		v.count(word)
	}
}

func (v *visit) count(word string) {
	if v.run.Notes == nil {
		v.run.Notes = map[string]int{}
	}
	v.run.Notes[word]++
}
