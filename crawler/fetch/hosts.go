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

// enter returns u's host and notes that it is asked for the source of w; the error is that it is one host too many.
func (w *Way) enter(c *Chain, u *url.URL) (*pace.Host, error) {
	listed := w.reach().hosts
	w.mu.Lock()
	defer w.mu.Unlock()
	if h := w.hosts[u.Host]; h != nil {
		return h, nil
	}
	n := len(w.hosts)
	if n >= len(listed)+maxStrays && !slices.ContainsFunc(listed, func(h string) bool { return strings.EqualFold(h, u.Hostname()) }) {
		return nil, fail(u, 0, market.FailTrapDetected, fmt.Sprintf("hosts without end: one more of *.%s, after %d", link.Site(u.Hostname()), n))
	}
	h := c.hosts.Visit(u.Host)
	w.hosts[u.Host] = h
	return h, nil
}
