package visit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/quality"
	"pricegap/store"
	"pricegap/watch/visit/stage"
)

// stayed is a run of the rival under way, whose clock is moved by hand.
type stayed struct {
	*visit
	gate stage.Gate
	t    *testing.T
	st   store.Store
	now  time.Time
	// tied are the listings that were given to be matched, with how many looks were recorded of each by then, the first time.
	tied map[market.ListingID]int
}

// known returns a run of a shop of which it is known what is usual, and that asked € 5 for so many articles yesterday.
func known(t *testing.T, articles int) *stayed {
	t.Helper()
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(t.TempDir(), "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	usual, err := json.Marshal(quality.Usual{Runs: []quality.Coverage{{Run: "r", Pages: 1, Places: map[string]int{" ": 1}}}})
	if err == nil {
		err = st.PutState(t.Context(), quality.Key("rival"), usual)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &stayed{t: t, st: st, now: day0, tied: map[market.ListingID]int{}}
	s.begin()
	for i := range articles {
		s.see(i, 500)
	}
	s.end()
	s.now = day0.Add(24 * time.Hour)
	s.begin()
	return s
}

func (s *stayed) begin() {
	s.t.Helper()
	var err error
	s.visit, err = begin(s.t.Context(), Options{
		Store: s.st, Site: crawler.Site{Source: market.Source{ID: "rival", Parser: "test", Scope: market.Scope{Hosts: []string{"rival.example"}}}}, Clock: func() time.Time { return s.now }, Tell: func(Step) {}, Gate: &s.gate,
		Match: func(ctx context.Context, offers iter.Seq2[market.Observation, error]) error {
			for o, err := range offers {
				if err != nil {
					return err
				}
				if _, again := s.tied[o.Listing]; again {
					continue
				}
				s.tied[o.Listing] = 0
				for _, err := range s.st.History(ctx, o.Listing, time.Time{}, time.Time{}) {
					if s.tied[o.Listing]++; err != nil {
						return err
					}
				}
			}
			return nil
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// see brings the page of an article, at a price in cents.
func (s *stayed) see(article int, cents int64) {
	s.t.Helper()
	s.now = s.now.Add(time.Second)
	p := shown(fmt.Sprint("https://rival.example/p/", article), parsers.RoleProduct, cents, article)
	p.Page.FetchedAt, p.Page.Body = s.now, fmt.Appendf(nil, "%d at %d", article, cents)
	if err := errors.Join(s.take(s.t.Context(), p), s.flush(s.t.Context())); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stayed) end() {
	s.t.Helper()
	if err := s.close(s.t.Context(), nil, nil); err != nil {
		s.t.Fatal(err)
	}
}

// price is the newest trusted price of an article, and the state of its newest look.
func (s *stayed) price(article int) (p money.Amount, state market.TrustState) {
	s.t.Helper()
	q := store.Query{Listings: []market.ListingID{market.ListingID(fmt.Sprint("rival/sku:R", article))}, Both: true}
	for o, err := range s.st.Latest(s.t.Context(), q) {
		if err != nil {
			s.t.Fatal(err)
		}
		if state = o.Trust.State; state == market.Trusted {
			p = o.Offer.Price
		}
	}
	return p, state
}

// parts is how many parts of what waits are kept.
func (s *stayed) parts() (n int) {
	s.t.Helper()
	for ; ; n++ {
		if raw, err := s.st.GetState(s.t.Context(), fmt.Sprint("visit/staged/rival/", n)); err != nil {
			s.t.Fatal(err)
		} else if raw == nil {
			return n
		}
	}
}

func euros(n int64) money.Amount { return money.New(n*10_000, "EUR") }

// TestNewPricesWait: a new price, and a new article, is in the history when the run ends and not before; what is unchanged is
// there at once.
func TestNewPricesWait(t *testing.T) {
	t.Parallel()
	s := known(t, 12)
	s.see(0, 510)
	s.see(1, 500)
	s.see(99, 700)
	if p, _ := s.price(0); p != euros(500) || s.parts() != 2 {
		t.Errorf("in the run %s is trusted, and %d parts wait", p, s.parts())
	}
	if p, _ := s.price(99); p.Known() {
		t.Errorf("a new article at %s", p)
	}
	s.end()
	for article, want := range map[int]int64{0: 510, 1: 500, 99: 700} {
		if p, state := s.price(article); p != euros(want) || state != market.Trusted {
			t.Errorf("article %d: %s, %s", article, p, state)
		}
	}
	if s.parts() != 0 || len(s.run.Odd) > 0 {
		t.Errorf("%d parts still wait; odd %v", s.parts(), s.run.Odd)
	}
}

// TestWaitingOutlivesTheProcess: what waited when a process died is decided by the next run, with all that it sees.
func TestWaitingOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	for name, odd := range map[string]bool{"ordinary": false, "the whole shop": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := known(t, 20)
			for i := range 6 {
				s.see(i, 550)
			}
			s.begin() // the process died
			for i := 6; i < 20; i++ {
				cents := int64(500)
				if odd && i < 12 {
					cents = 550
				}
				s.see(i, cents)
			}
			s.end()
			want, state := euros(550), market.Trusted
			if odd {
				want, state = euros(500), market.Quarantined
			}
			if p, got := s.price(0); p != want || got != state || (len(s.run.Odd) > 0) != odd || s.parts() != 0 {
				t.Errorf("%s, %s; odd %v; %d parts wait", p, got, s.run.Odd, s.parts())
			}
		})
	}
}

// TestWaitingEnds: after ten minutes in which nothing is odd what waits is believed. Where the shop is odd so far it waits on,
// and the whole of the run decides.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	for name, all := range map[string]bool{"one corner": false, "the whole shop": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := known(t, 80)
			s.see(0, 520)
			s.now = s.now.Add(stagedFor)
			s.see(1, 500) // whatever comes then
			if p, _ := s.price(0); p != euros(520) || s.parts() != 0 {
				t.Errorf("after ten minutes %s is trusted, and %d parts wait", p, s.parts())
			}
			for i := 2; i < 14; i++ {
				s.see(i, 600)
			}
			s.now = s.now.Add(stagedFor)
			s.see(14, 600)
			if p, _ := s.price(2); p != euros(500) || s.parts() == 0 {
				t.Errorf("odd so far: %s is trusted, and %d parts wait", p, s.parts())
			}
			cents, want, state := int64(500), euros(600), market.Trusted
			if all {
				cents, want, state = 600, euros(500), market.Quarantined
			}
			for i := 15; i < 80; i++ {
				s.see(i, cents)
			}
			s.end()
			if p, got := s.price(2); p != want || got != state || (len(s.run.Odd) > 0) != all || s.parts() != 0 {
				t.Errorf("%s, %s; odd %v; %d parts wait", p, got, s.run.Odd, s.parts())
			}
		})
	}
}

// TestWaitingIsBounded: a shop that asks new prices for more articles than may wait is judged by those.
func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	s := known(t, 1)
	for i := range maxStaged + 20 {
		p := shown(fmt.Sprint("https://rival.example/n/", i), parsers.RoleProduct, int64(700+i), 1000+i)
		p.Page.FetchedAt, p.Page.Body = s.now, fmt.Append(nil, i)
		if err := s.take(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if s.staged.Len() >= maxStaged {
			t.Fatalf("%d wait", s.staged.Len())
		}
	}
	if p, state := s.price(1000); p != euros(700) || state != market.Trusted {
		t.Errorf("the first of many: %s, %s", p, state)
	}
}

// TestSeenTwiceWaits: a new price waits as well where a second address says it at once.
func TestSeenTwiceWaits(t *testing.T) {
	t.Parallel()
	s := known(t, 20)
	for i := range 20 {
		for _, folder := range []string{"p", "q"} {
			s.now = s.now.Add(time.Second)
			p := shown(fmt.Sprintf("https://rival.example/%s/%d", folder, i), parsers.RoleProduct, 550, i)
			p.Page.FetchedAt, p.Page.Body = s.now, []byte(p.Page.URL)
			s.flushed = time.Now() // nothing is recorded in between
			if err := s.take(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.end()
	for i := range 20 {
		if p, state := s.price(i); p != euros(500) || state != market.Quarantined || len(s.run.Odd) == 0 {
			t.Errorf("article %d: %s, %s; odd %v", i, p, state, s.run.Odd)
		}
	}
}

// TestDecidedMeanwhile: who says in the middle of a run that the shop is as it should be is not overruled by its end.
func TestDecidedMeanwhile(t *testing.T) {
	t.Parallel()
	s := known(t, 20)
	for i := range 20 {
		s.see(i, 550)
	}
	s.end()
	s.now = s.now.Add(24 * time.Hour)
	s.begin()
	if err := s.st.DeleteState(t.Context(), quality.Key("rival")); err != nil {
		t.Fatal(err)
	}
	for i := range 15 {
		s.see(i, 550)
	}
	s.end()
	if raw, err := s.st.GetState(t.Context(), quality.Key("rival")); err != nil || raw != nil {
		t.Errorf("usual is %s, %v", raw, err)
	}
}

// history is what was recorded of an article: price in cents and state of trust of each look, in order of time.
func (s *stayed) history(article int) (out []string) {
	s.t.Helper()
	for o, err := range s.st.History(s.t.Context(), market.ListingID(fmt.Sprint("rival/sku:R", article)), time.Time{}, time.Time{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(fmt.Sprint(o.Offer.Price.Micros()/10_000, " ", o.Trust.State, " ", o.Trust.Reason)))
	}
	return out
}

// TestTurnsWait: of a listing whose new price waits every further look waits behind it, so that no turn of two prices is lost,
// whether it is recorded in between or the process dies. Of an odd shop the price that it asked before stays.
func TestTurnsWait(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		between func(*stayed)
		odd     bool
		want    []string
	}{
		"at once":       {nil, false, []string{"500 trusted", "500 trusted", "510 trusted", "500 trusted", "510 quarantined unstable"}},
		"recorded":      {func(s *stayed) { s.flushed = time.Time{} }, false, []string{"500 trusted", "500 trusted", "510 trusted", "500 trusted", "510 quarantined unstable"}},
		"the end of it": {func(s *stayed) { s.begin() }, false, []string{"500 trusted", "500 trusted", "510 trusted", "500 trusted", "510 quarantined unstable"}},
		"the whole shop": {
			func(s *stayed) { s.flushed = time.Time{} }, true,
			[]string{"500 trusted", "500 trusted", "510 quarantined shop_changed", "500 trusted", "510 quarantined unstable"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := known(t, 20)
			for i, cents := range []int64{500, 510, 500, 510} {
				s.now = s.now.Add(time.Second)
				p := shown(fmt.Sprint("https://rival.example/way", i, "/0"), parsers.RoleProduct, cents, 0)
				p.Page.FetchedAt, p.Page.Body = s.now, fmt.Append(nil, i)
				s.flushed = time.Now()
				if tt.between != nil {
					tt.between(s)
				}
				if err := s.take(t.Context(), p); err != nil {
					t.Fatal(err)
				}
				if tt.between != nil {
					if err := s.flush(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := s.flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := s.history(0); len(got) != 2 {
				t.Errorf("in the run %q", got)
			}
			for i := 1; i < 20; i++ {
				cents := int64(500)
				if tt.odd {
					cents = 550
				}
				s.see(i, cents)
			}
			s.end()
			if d := cmp.Diff(tt.want, s.history(0)); d != "" || (len(s.run.Odd) > 0) != tt.odd || s.parts() != 0 {
				t.Errorf("odd %v, %d parts wait; (-want +got)\n%s", s.run.Odd, s.parts(), d)
			}
			if p, _ := s.price(0); p != euros(500) {
				t.Errorf("trusted at %s", p)
			}
		})
	}
}

// TestDecidedInTheRun: what a person rejects while a run waits for a further look is not confirmed by that look.
func TestDecidedInTheRun(t *testing.T) {
	t.Parallel()
	s := known(t, 1)
	s.see(0, 100)
	for o, err := range s.st.Latest(t.Context(), store.Query{Listings: []market.ListingID{"rival/sku:R0"}}) {
		if err != nil || o.Trust.Needs == 0 {
			t.Fatal(o.Trust, err)
		}
		o.SeenAt, o.Trust = o.SeenAt.Add(time.Second), quality.Reject(market.NewText("anna"), s.now)
		if _, err := s.st.Record(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		s.now = s.now.Add(time.Hour)
		s.see(0, 100)
	}
	s.end()
	if p, state := s.price(0); p != euros(500) || state != market.Quarantined {
		t.Errorf("%s is trusted, the newest is %s", p, state)
	}
}

// TestNewIsTiedFirst holds that a new listing which waits is tied to its product before it is recorded: who judges what is recorded in
// the midst of a long run knows what it sells.
func TestNewIsTiedFirst(t *testing.T) {
	s := known(t, 20)
	clear(s.tied)
	for i := range 30 {
		s.see(i, 500)
	}
	if len(s.tied) > 0 {
		t.Fatalf("tied while it waits: %v", s.tied)
	}
	s.now = s.now.Add(stagedFor)
	s.see(30, 500)
	if price, _ := s.price(29); !price.Known() {
		t.Fatal("what has waited long enough is not recorded")
	}
	s.see(31, 500)
	s.end()
	want := map[market.ListingID]int{}
	for i := range 12 {
		want[market.ListingID(fmt.Sprint("rival/sku:R", 20+i))] = 0
	}
	if d := cmp.Diff(want, s.tied); d != "" {
		t.Errorf("looks recorded before a listing is tied (-want +got):\n%s", d)
	}
}
