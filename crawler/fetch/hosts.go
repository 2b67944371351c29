package fetch

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"pricegap/crawler/pace"
	"pricegap/market"
	"pricegap/market/link"
)

// maxStrays is how many hosts a run asks besides those of its source. A shop has a few ("www", "m", one for scripts);
// where every name answers, redirects and scripts lead to new ones for ever, each with a robots.txt to be kept.
const maxStrays = 20

// enter notes that u's host is asked for the source of w; the error is that it is one host too many.
func (w *Way) enter(c *Chain, u *url.URL) error {
	listed, known, n := w.reach().hosts, false, 0
	for h := range w.hosts.Range {
		known = known || h.(*pace.Host).Name() == u.Host
		n++
	}
	if !known && n >= len(listed)+maxStrays && !slices.ContainsFunc(listed, func(h string) bool { return strings.EqualFold(h, u.Hostname()) }) {
		return fail(u, 0, market.FailTrapDetected, fmt.Sprintf("hosts without end: one more of *.%s, after %d", link.Site(u.Hostname()), n))
	}
	w.hosts.Store(c.hosts.Host(u.Host), nil)
	return nil
}
