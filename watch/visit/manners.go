package visit

import (
	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers/manners"
)

// note counts what a page asks of programs that read it. It is recorded and shown, and holds nothing back: robots.txt
// alone says what may be fetched.
func (v *visit) note(p market.Page) {
	for _, word := range manners.Asked(p.Header, p.Body, crawler.Token) {
		if v.run.Notes == nil {
			v.run.Notes = map[string]int{}
		}
		v.run.Notes[word]++
	}
}
