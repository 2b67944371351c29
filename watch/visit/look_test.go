package visit

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/parsers"
	"pricegap/watch/visit/stage"
)

// shelves answers looks with a page.
type shelves func(crawler.Request) crawler.Visit

func (f shelves) Look(_ context.Context, _ crawler.Site, r crawler.Request) (crawler.Visit, error) {
	return f(r), nil
}

func (shelves) Crawl(context.Context, crawler.Site) iter.Seq2[crawler.Visit, error] { return nil }

func (shelves) First(context.Context, market.SourceID, string) (crawler.Visit, bool) {
	return crawler.Visit{}, false
}

// look has an article looked at because somebody asks, which shows a price in cents then.
func (s *stayed) look(article int, cents int64) Looked {
	s.t.Helper()
	s.now = s.now.Add(time.Second)
	o := Options{Store: s.st, Site: s.o.Site, Gate: &s.gate, Clock: func() time.Time { return s.now }}
	o.Crawls = shelves(func(r crawler.Request) crawler.Visit {
		v := shown(r.URL, parsers.RoleProduct, cents, article)
		v.Page.FetchedAt = s.now
		return v
	})
	listing := market.Observation{
		Listing: market.ListingID(fmt.Sprint("rival/sku:R", article)), Page: fmt.Sprint("https://rival.example/p/", article),
	}
	looked, err := Look(s.t.Context(), o, []market.Observation{listing})
	if err != nil || len(looked) != 1 {
		s.t.Fatal(looked, err)
	}
	return looked[0]
}

// TestLooksWait: what is new on a page that somebody asks for while a run holds new prices back is decided with all that the
// run sees; what is not new is recorded at once, as is all where no run is under way. When the run has settled what the shop is,
// that counts.
func TestLooksWait(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		odd   bool
		price int64
		state market.TrustState
	}{"ordinary": {false, 510, market.Trusted}, "the whole shop": {true, 500, market.Quarantined}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := known(t, 20)
			if l := s.look(1, 500); l.Waits || l.Failure != nil || len(s.history(1)) != 2 {
				t.Errorf("unchanged: %+v, recorded %q", l, s.history(1))
			}
			for _, cents := range []int64{510, 100} { // new, and hard to believe
				if l := s.look(0, cents); !l.Waits || l.Failure != nil || len(s.history(0)) != 1 {
					t.Errorf("at %d: %+v, recorded %q", cents, l, s.history(0))
				}
			}
			s.look(0, 510)
			for i := 1; i < 20; i++ {
				cents := int64(500)
				if tt.odd {
					cents = 550
				}
				s.see(i, cents)
			}
			if n := len(s.history(0)); n != 1 {
				t.Errorf("%d looks are recorded before the run has settled", n)
			}
			if err := s.settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			if p, state := s.price(0); p != euros(tt.price) || state != tt.state || (len(s.run.Odd) > 0) != tt.odd || len(s.history(0)) != 4 {
				t.Errorf("%s, %s; odd %v; recorded %q", p, state, s.run.Odd, s.history(0))
			}
			for range 2 { // while the run waits for second looks, and when it has ended
				if l := s.look(0, 520); l.Waits || l.Failure != nil {
					t.Errorf("settled: %+v", l)
				}
				want := euros(520)
				if tt.odd {
					want = euros(500)
				}
				if p, state := s.price(0); p != want || state != tt.state {
					t.Errorf("settled: %s, %s", p, state)
				}
				s.end()
			}
		})
	}
}

// TestLookIsLookedAtAgain: what a look left to the run that is hard to believe is looked at again by it.
func TestLookIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	s := known(t, 20)
	s.look(0, 100)
	for i := 1; i < 20; i++ {
		s.see(i, 500)
	}
	if err := s.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var again []crawler.Request
	s.o.Wait, s.o.Quality.ConfirmAfter = time.Hour, time.Nanosecond
	s.o.Crawls = shelves(func(r crawler.Request) crawler.Visit {
		again = append(again, r)
		s.now = s.now.Add(time.Hour)
		v := shown(r.URL, r.Role, 500, 0)
		v.Page.FetchedAt = s.now
		return v
	})
	if err := s.secondLook(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(again) != 1 || again[0].Role != parsers.RoleProduct || !again[0].Fresh {
		t.Errorf("fetched again: %+v", again)
	}
	s.end()
	if p, state := s.price(0); p != euros(500) || state != market.Trusted {
		t.Errorf("%s, %s", p, state)
	}
}

// TestLookInARun: what the run under way brings first is no missing page where its new price waits.
func TestLookInARun(t *testing.T) {
	t.Parallel()
	s := known(t, 20)
	l := &look{visit: newVisit(s.o, askPrefix, s.now), since: s.now}
	ask := &asked{Request: crawler.Request{URL: "https://rival.example/p/0"}, listings: []market.ListingID{"rival/sku:R0"}}
	s.see(0, 510)
	v := shown("https://rival.example/p/0", parsers.RoleProduct, 510, 0)
	for _, tt := range []struct {
		vis  crawler.Visit
		want Looked
	}{
		{v, Looked{Waits: true}},
		{shown("https://rival.example/p/0", parsers.RoleProduct, 510, 7), Looked{Failure: &market.Failure{Kind: market.FailSoft404, URL: ask.URL}}},
	} {
		got, err := l.shown(t.Context(), ask, tt.vis)
		if err != nil || got.Waits != tt.want.Waits || (got.Failure == nil) != (tt.want.Failure == nil) {
			t.Errorf("%+v, %v; want %+v", got, err, tt.want)
		}
	}
	s.end()
	if got, err := l.shown(t.Context(), ask, v); err != nil || got != (Looked{}) {
		t.Errorf("afterwards %+v, %v", got, err)
	}
}

// TestProof: an observation says where it comes from: address, run, hash of the page, and the parser with its version.
func TestProof(t *testing.T) {
	t.Parallel()
	s := known(t, 1)
	s.o.Version = "1.2"
	v := newVisit(s.o, "", s.now)
	p := shown("https://rival.example/p/0", parsers.RoleProduct, 510, 0)
	p.Page.Body, p.Page.URL = []byte("<p>5,10"), "https://rival.example/behind-redirects"
	o := v.observation(p.Result.Offers[0], p.Page)
	if o.Parser != "test 1.2" || o.Page != p.Page.URL || o.Run != v.run.ID || o.Body != fmt.Sprintf("%.16x", sha256.Sum256(p.Page.Body)) || !o.SeenAt.Equal(day0) {
		t.Errorf("%+v", o)
	}
}

// TestLookAfterAKilledRun: what somebody saw on asking after a run was killed is newer than what that run held back, which is no
// news any more, and stays in the history.
func TestLookAfterAKilledRun(t *testing.T) {
	t.Parallel()
	s := known(t, 20)
	s.see(0, 510)
	s.gate = stage.Gate{} // the process died
	if l := s.look(0, 640); l.Waits || l.Failure != nil {
		t.Errorf("%+v", l)
	}
	s.begin()
	for i := range 20 {
		cents := int64(500)
		if i == 0 {
			cents = 800
		}
		s.see(i, cents)
	}
	if p, state := s.price(0); p != euros(640) || state != market.Trusted {
		t.Errorf("in the next run %s, %s", p, state)
	} // and 800 is a jump beside 510, not beside 640
	s.end()
	if d := cmp.Diff([]string{"500 trusted", "510 trusted", "640 trusted", "800 trusted"}, s.history(0)); d != "" || s.parts() != 0 || s.run.Changes != 1 {
		t.Errorf("%d changes, %d parts wait; (-want +got)\n%s", s.run.Changes, s.parts(), d)
	}
}
