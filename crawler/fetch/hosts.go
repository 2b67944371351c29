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
	w.mu.RLock()
	known, n := w.hosts[u.Host] != nil, len(w.hosts)
	w.mu.RUnlock()
	if known {
		return nil
	}
	listed := w.reach().hosts
	if n >= len(listed)+maxStrays && !slices.ContainsFunc(listed, func(h string) bool { return strings.EqualFold(h, u.Hostname()) }) {
		return fail(u, 0, market.FailTrapDetected, fmt.Sprintf("hosts without end: one more of *.%s, after %d", link.Site(u.Hostname()), n))
	}
	w.host(c, u.Host)
	return nil
}

// host returns the host of that name, and port, and notes that it is asked for the source of w.
func (w *Way) host(c *Chain, name string) *pace.Host {
	w.mu.RLock()
	h := w.hosts[name]
	w.mu.RUnlock()
	if h != nil {
		return h
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hosts[name] == nil {
		w.hosts[name] = c.hosts.Visit(name)
	}
	return w.hosts[name]
}
