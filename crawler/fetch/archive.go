package fetch

import (
	"net/http"
	"net/netip"
	"time"

	"pricegap/crawler/guard"
	"pricegap/market"
)

// Archive keeps what the web answers: pages, redirects and refusals, of robots.txt as well. *warc.Writer is one. What
// goes wrong there stops no crawl, and is its own to tell.
type Archive interface {
	// Begin says that a run of the source begins.
	Begin(source market.SourceID)
	// Keep is given an answer with its body, decoded: the whole of a page, and of any other status what came of it. from
	// is the address of the host, invalid where it is not known; at is when the answer came. Neither res nor body may be
	// kept or changed.
	Keep(source market.SourceID, res *http.Response, body []byte, from netip.Addr, at time.Time)
}

// recorded is the way out to the web: what comes in is kept where there is an archive. In a replay nothing goes out, and
// what was kept answers.
type recorded struct{ c *Chain }

// RoundTrip implements http.RoundTripper.
func (r recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	j := jobOf(req)
	if r.c.replay != nil {
		return r.again(req)
	}
	res, err := j.out().RoundTrip(req)
	if err != nil {
		return nil, err
	}
	j.At = r.c.clock()
	if r.c.archive != nil {
		body := res.Body.(*guard.Body)
		r.c.archive.Keep(j.Source.ID, res, body.Bytes, hostOf(body), j.At)
	}
	return res, nil
}

// again lets the replay answer.
func (r recorded) again(req *http.Request) (*http.Response, error) {
	res, err := r.c.replay.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	j := jobOf(req)
	if j.At, err = time.Parse(time.RFC3339, res.Header.Get(dateHeader)); err != nil {
		j.At = r.c.clock() // it was not recorded
	}
	res.Header.Del(dateHeader)
	return res, nil
}

// Reuse gives the memory of a page's body, which nobody needs any more, to the next one; an archive and a replay keep theirs.
func (c *Chain) Reuse(body []byte) {
	if c.archive == nil && c.replay == nil {
		guard.Reuse(body)
	}
}

// Begin says that a run of the source begins.
func (c *Chain) Begin(source market.SourceID) {
	if c.archive != nil {
		c.archive.Begin(source)
	}
}

// hostOf is the address that b came from, invalid where it is not known.
func hostOf(b *guard.Body) netip.Addr {
	if b.From == nil {
		return netip.Addr{}
	}
	at, err := netip.ParseAddrPort(b.From.String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr()
}
