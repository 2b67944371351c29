package fetch

import (
	"net/http"
	"net/http/httptrace"
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
	// Keep is given an answer with its whole body, decoded. from is the address of the host, invalid where it is not
	// known; at is when the answer came. Neither res nor body may be kept or changed.
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
	var from netip.Addr
	if r.c.archive != nil {
		req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
			GotConn: func(i httptrace.GotConnInfo) { from = hostOf(i) },
		}))
	}
	res, err := j.out().RoundTrip(req)
	if err != nil {
		return nil, err
	}
	j.At = r.c.clock()
	if r.c.archive != nil {
		r.c.archive.Keep(j.Source.ID, res, res.Body.(*guard.Body).Bytes, from, j.At)
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

// Begin says that a run of the source begins.
func (c *Chain) Begin(source market.SourceID) {
	if c.archive != nil {
		c.archive.Begin(source)
	}
}

// hostOf is the address at the other end of a connection, invalid where it has none.
func hostOf(i httptrace.GotConnInfo) netip.Addr {
	a, err := netip.ParseAddrPort(i.Conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr()
}
