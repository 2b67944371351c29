package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest/plain"
)

func testRoundTrip(t *testing.T, s store.Store) {
	o := Observe("acme", 1, At(0), 1299_00)
	diff(t, "changes", []market.Change{{Seq: 1, After: o}}, record(t, s, o))
	diff(t, "latest", []market.Observation{o}, latest(t, s, store.Query{}))
	diff(t, "history", []market.Observation{o}, history(t, s, o.Listing))
	diff(t, "log", []market.Change{{Seq: 1, After: o}}, changes(t, s, 0))

	bare := market.Observation{Source: "zoon", Listing: "zoon:1", SeenAt: At(1), Trust: market.Trust{State: market.Trusted}}
	record(t, s, bare)
	diff(t, "an offer of which nothing is known", []market.Observation{bare}, history(t, s, bare.Listing))

	odd := Observe("acme", 2, At(2).Add(700*time.Millisecond).In(time.FixedZone("", 3600)), 100)
	odd.Offer.SKU = "a\xffb"
	record(t, s, odd)
	got := history(t, s, odd.Listing)[0]
	if got.SeenAt != At(2) || got.Offer.SKU != "a\uFFFDb" {
		t.Errorf("seen at %v as %q, want whole seconds in UTC and valid text", got.SeenAt, got.Offer.SKU)
	}
	if cs := record(t, s, func() market.Observation { odd.SeenAt = At(3); return odd }()); len(cs) != 0 {
		t.Errorf("text that was mended counts as a change when seen again: %v", cs)
	}
}

func testRecordTwice(t *testing.T, s store.Store) {
	a, b := Observe("acme", 1, At(0), 100), Observe("acme", 1, At(1), 200)
	if cs := record(t, s, a, b, a); len(cs) != 2 {
		t.Fatalf("%d changes, want 2", len(cs))
	}
	other := Observe("acme", 1, At(1).Add(300*time.Millisecond), 999)
	if cs := record(t, s, a, b, other); len(cs) != 0 {
		t.Errorf("repeated: %v", cs)
	}
	diff(t, "history", []market.Observation{a, b}, history(t, s, a.Listing))
	if n := len(changes(t, s, 0)); n != 2 {
		t.Errorf("%d changes in the log, want 2", n)
	}
}

func testRepeats(t *testing.T, s store.Store) {
	want := []market.Observation{Observe("acme", 1, At(0), 100)}
	record(t, s, want[0])
	for h := 1; h < 5; h++ {
		o := Observe("acme", 1, At(h), 100)
		want = append(want, o)
		o.Body, o.Offer.Rating, o.Offer.Image = "other", market.CountOf(1), "https://acme.example/new.jpg" // no substance
		if cs := record(t, s, o); len(cs) != 0 {
			t.Errorf("hour %d: %v", h, cs)
		}
	}
	diff(t, "history", want, history(t, s, want[0].Listing))
	diff(t, "latest", want[4:], latest(t, s, store.Query{}))
	diff(t, "as of", want[2:3], latest(t, s, store.Query{AsOf: At(2)}))
}

func testChanges(t *testing.T, s store.Store) {
	a0, a1, a2 := Observe("acme", 1, At(0), 100), Observe("acme", 1, At(1), 100), Observe("acme", 1, At(2), 90)
	b := Observe("acme", 2, At(0), 500)
	diff(t, "first", []market.Change{{Seq: 1, After: a0}, {Seq: 2, After: b}}, record(t, s, a0, b))
	want := market.Change{Seq: 3, Before: a1, After: a2}
	diff(t, "second", plain.Told([]market.Change{want}), record(t, s, a1, a2))
	diff(t, "after 2", []market.Change{want}, changes(t, s, 2))
	diff(t, "after 3", []market.Change(nil), changes(t, s, 3))
	diff(t, "after the end of numbers", []market.Change(nil), changes(t, s, ^uint64(0)))
	seq := s.Changes(t.Context(), 0)
	if n, m := len(all(t, seq)), len(all(t, seq)); n != 3 || m != 3 {
		t.Errorf("ranged twice: %d and %d changes, want 3", n, m)
	}
}

func testTrust(t *testing.T, s store.Store) {
	good := Observe("acme", 1, At(0), 100)
	held, confirmed := Quarantined(Observe("acme", 1, At(1), 1000)), Observe("acme", 1, At(2), 1000)
	refused := Refused(Observe("acme", 1, At(3), 7))
	diff(t, "changes", plain.Told([]market.Change{
		{Seq: 1, After: good},
		{Seq: 2, Before: good, After: held},
		{Seq: 3, Before: held, After: confirmed},
		{Seq: 4, Before: confirmed, After: refused},
	}), record(t, s, good, held, confirmed, refused))
}

func testOutOfOrder(t *testing.T, s store.Store) {
	at := func(h int, cents int64) market.Observation { return Observe("acme", 1, At(h), cents) }
	record(t, s, at(10, 100), at(20, 100), at(30, 200))
	for _, o := range []market.Observation{at(15, 100), at(25, 300), at(5, 100), at(7, 50), at(25, 999), at(26, 300)} {
		if cs := record(t, s, o); len(cs) != 0 {
			t.Errorf("at %v: an older observation made a change: %v", o.SeenAt, cs)
		}
	}
	want := []market.Observation{at(5, 100), at(7, 50), at(10, 100), at(15, 100), at(20, 100), at(25, 300), at(26, 300), at(30, 200)}
	diff(t, "history", want, history(t, s, want[0].Listing))
	diff(t, "latest", want[7:], latest(t, s, store.Query{}))
	diff(t, "as of", want[5:6], latest(t, s, store.Query{AsOf: At(25)}))
	if cs := record(t, s, at(40, 200)); len(cs) != 0 {
		t.Errorf("the newest counts, not what came in last: %v", cs)
	}
}

func testLatestQuery(t *testing.T, s store.Store) {
	a1, a2 := Observe("a", 1, At(0), 1), Observe("a", 2, At(0), 1)
	ab, b := Observe("a-b", 1, At(0), 1), Observe("b", 1, At(0), 1)
	record(t, s, b, a2, ab, a1)
	for name, tt := range map[string]struct {
		q    store.Query
		want []market.Observation
	}{
		"all, by source and listing": {store.Query{}, []market.Observation{a1, a2, ab, b}},
		"one source":                 {store.Query{Sources: []market.SourceID{"a"}}, []market.Observation{a1, a2}},
		"sources in any order":       {store.Query{Sources: []market.SourceID{"b", "nobody", "a", "b"}}, []market.Observation{a1, a2, b}},
		"listings":                   {store.Query{Listings: []market.ListingID{b.Listing, "none", a2.Listing, b.Listing}}, []market.Observation{a2, b}},
		"both":                       {store.Query{Sources: []market.SourceID{"b"}, Listings: []market.ListingID{b.Listing, a2.Listing}}, []market.Observation{b}},
		"nothing fits":               {store.Query{Listings: []market.ListingID{"none", ""}}, nil},
	} {
		diff(t, name, tt.want, latest(t, s, tt.q))
	}
	for _, err := range s.Latest(t.Context(), store.Query{}) {
		must(t, err)
		break // must end well
	}
}

func testSince(t *testing.T, s store.Store) {
	a, b, refused := Observe("acme", 1, At(0), 100), Observe("acme", 2, At(0), 100), Refused(Observe("acme", 3, At(5), 1))
	again, dearer := a, Observe("acme", 2, At(4), 200)
	again.SeenAt, again.Run = At(4), "later"
	record(t, s, a, b, Observe("acme", 3, At(0), 9), again, dearer, refused)
	record(t, s, Observe("acme", 1, At(2), 300)) // what comes late is no change
	first := Observe("acme", 3, At(0), 9)
	for name, tt := range map[string]struct {
		q    store.Query
		want []market.Observation
	}{
		"all":                   {store.Query{Since: At(0)}, []market.Observation{again, dearer, first}},
		"what changed":          {store.Query{Since: At(1)}, []market.Observation{dearer, first}},
		"at that moment":        {store.Query{Since: At(4)}, []market.Observation{dearer, first}},
		"a moment later":        {store.Query{Since: At(4).Add(time.Nanosecond)}, []market.Observation{first}},
		"as it was before":      {store.Query{Since: At(4), AsOf: At(3)}, []market.Observation{b, first}},
		"of listings":           {store.Query{Since: At(1), Listings: []market.ListingID{a.Listing, b.Listing}}, []market.Observation{dearer}},
		"nothing since":         {store.Query{Since: At(6)}, nil},
		"long before the first": {store.Query{Since: time.Unix(-5, 0), Sources: []market.SourceID{"acme"}}, []market.Observation{again, dearer, first}},
	} {
		diff(t, name, tt.want, latest(t, s, tt.q))
		diff(t, name+", quotes", quotesOf(tt.want), quotes(t, s, tt.q))
	}
}

func testLatestTrust(t *testing.T, s store.Store) {
	good := Observe("acme", 1, At(0), 100)
	held := Quarantined(Observe("acme", 1, At(1), 1000))
	refused := Refused(Observe("acme", 1, At(2), 1000))
	onlyRefused, onlyHeld := Refused(Observe("acme", 2, At(0), 5)), Quarantined(Observe("acme", 3, At(0), 5))
	record(t, s, good, held, onlyRefused, onlyHeld)
	diff(t, "newest", []market.Observation{held, onlyHeld}, latest(t, s, store.Query{}))
	diff(t, "newest trusted", []market.Observation{good}, latest(t, s, store.Query{Trusted: true}))
	record(t, s, refused)
	diff(t, "a refused one is the newest of nothing", []market.Observation{held, onlyHeld}, latest(t, s, store.Query{}))
	diff(t, "as of then, too", []market.Observation{held, onlyHeld}, latest(t, s, store.Query{AsOf: At(2)}))
	diff(t, "trusted as of", []market.Observation{good}, latest(t, s, store.Query{AsOf: At(2), Trusted: true}))
	diff(t, "both", []market.Observation{good, held, onlyHeld}, latest(t, s, store.Query{Both: true}))
	diff(t, "both as of", []market.Observation{good, held, onlyHeld}, latest(t, s, store.Query{Both: true, AsOf: At(1)}))
	diff(t, "both, before it was held", []market.Observation{good, onlyHeld}, latest(t, s, store.Query{Both: true, AsOf: At(0)}))
	diff(t, "it stays in history", []market.Observation{good, held, refused}, history(t, s, good.Listing))
	again := Observe("acme", 1, At(3), 100)
	if cs := record(t, s, again); len(cs) != 1 {
		t.Errorf("trusted after refused: %d changes, want 1", len(cs))
	}
	late := Observe("acme", 3, At(-1), 6)
	record(t, s, late)
	diff(t, "both where one is both", []market.Observation{again, late, onlyHeld}, latest(t, s, store.Query{Both: true}))
	diff(t, "a late one that is trusted", []market.Observation{again, late}, latest(t, s, store.Query{Trusted: true}))
}

func testAsOf(t *testing.T, s store.Store) {
	o := []market.Observation{Observe("acme", 1, At(1), 100), Observe("acme", 1, At(2), 200), Observe("acme", 1, At(3), 200)}
	record(t, s, o...)
	record(t, s, Observe("acme", 2, At(9), 1))
	for name, tt := range map[string]struct {
		at   time.Time
		want []market.Observation
	}{
		"before all":     {At(0), nil},
		"long before":    {time.Unix(-5, 0), nil},
		"to the second":  {At(1), o[:1]},
		"a second early": {At(2).Add(-time.Second), o[:1]},
		"within":         {At(2).Add(time.Minute), o[1:2]},
		"split second":   {At(3).Add(time.Nanosecond), o[2:]},
		"other zone":     {At(2).In(time.FixedZone("", -3600)), o[1:2]},
	} {
		diff(t, name, tt.want, latest(t, s, store.Query{AsOf: tt.at}))
		diff(t, name+", by listing", tt.want, latest(t, s, store.Query{AsOf: tt.at, Listings: []market.ListingID{o[0].Listing, "acme:000002"}}))
	}
}

func testHistoryRange(t *testing.T, s store.Store) {
	var o []market.Observation
	for h := range 6 {
		o = append(o, Observe("acme", 1, At(h), int64(100+h/2)))
	}
	record(t, s, o...)
	record(t, s, Observe("acme", 2, At(3), 1))
	var open time.Time
	for name, tt := range map[string]struct {
		from, to time.Time
		want     []market.Observation
	}{
		"all":              {open, open, o},
		"from is included": {At(2), open, o[2:]},
		"to is not":        {open, At(2), o[:2]},
		"split seconds":    {At(2).Add(time.Nanosecond), At(4).Add(time.Nanosecond), o[3:5]},
		"between":          {At(2).Add(time.Second), At(3), nil},
		"nothing":          {At(3), At(3), nil},
		"wrong way round":  {At(4), At(1), nil},
		"after all":        {At(9), open, nil},
		"before all":       {open, At(-1), nil},
		"long before":      {time.Unix(-9, 0), time.Unix(-5, 0), nil},
	} {
		diff(t, name, tt.want, all(t, s.History(t.Context(), o[0].Listing, tt.from, tt.to)))
	}
	diff(t, "unknown", []market.Observation(nil), history(t, s, "nobody"))
	diff(t, "no name", []market.Observation(nil), history(t, s, ""))
}

func testInvalid(t *testing.T, s store.Store) {
	good := Observe("acme", 1, At(0), 100)
	for name, spoil := range map[string]func(*market.Observation){
		"no source":      func(o *market.Observation) { o.Source = "" },
		"no listing":     func(o *market.Observation) { o.Listing = "" },
		"no time":        func(o *market.Observation) { o.SeenAt = time.Time{} },
		"an absurd time": func(o *market.Observation) { o.SeenAt = time.Unix(1<<40, 0) },
		"no trust":       func(o *market.Observation) { o.Trust = market.Trust{} },
		"second source":  func(o *market.Observation) { o.Source = "zoon" },
	} {
		o := Observe("acme", 1, At(1), 200)
		spoil(&o)
		cs, err := s.Record(t.Context(), good, o)
		wantErr(t, name, err, store.ErrInvalid)
		if len(cs) != 0 || len(changes(t, s, 0)) != 0 {
			t.Errorf("%s: something was kept of a batch that failed", name)
		}
	}
	for name, err := range map[string]error{
		"product": s.PutProducts(t.Context(), market.Product{ID: "p"}, market.Product{}),
		"match":   s.PutMatches(t.Context(), market.Match{Product: "p"}),
		"run":     s.PutRun(t.Context(), market.Run{ID: "r"}),
		"alert":   s.PutAlerts(t.Context(), "desk", 7, market.Alert{}),
		"state":   s.PutState(t.Context(), "", []byte("x")),
	} {
		wantErr(t, name, err, store.ErrInvalid)
	}
	if seq, err := s.Cursor(t.Context(), "desk"); seq != 0 || err != nil {
		t.Errorf("cursor = %d, %v after a failed PutAlerts", seq, err)
	}
	if n := len(all(t, s.Products(t.Context()))); n != 0 {
		t.Errorf("%d products of a batch that failed", n)
	}
}

// manyRows is more than an engine may read at a time.
const manyRows = 700

func testManyRows(t *testing.T, s store.Store) {
	var obs []market.Observation
	for n := range manyRows {
		obs = append(obs, Observe("acme", n, At(0), 100))
	}
	record(t, s, obs...)
	var one []market.Observation
	for h := 1; h < manyRows; h++ {
		one = append(one, Observe("acme", 0, At(h), int64(100+h/3)))
	}
	record(t, s, one...)
	diff(t, "history", append(obs[:1:1], one...), history(t, s, obs[0].Listing))
	diff(t, "as of", obs, latest(t, s, store.Query{AsOf: At(0)}))
	var ids []market.ListingID
	for _, o := range obs {
		ids = append(ids, o.Listing)
	}
	diff(t, "by listing", obs, latest(t, s, store.Query{AsOf: At(0), Listings: ids}))
	last := uint64(0)
	for _, c := range changes(t, s, 0) {
		if last++; c.Seq != last {
			t.Fatalf("change %d follows %d", c.Seq, last-1)
		}
	}
	if want := uint64(manyRows + (manyRows-1)/3); last != want {
		t.Errorf("%d changes, want %d", last, want)
	}
}

func testWriteInsideLoop(t *testing.T, s store.Store) {
	var obs []market.Observation
	for n := range manyRows {
		obs = append(obs, Observe("acme", n, At(0), 100))
	}
	record(t, s, obs...)
	n := 0
	for o, err := range s.Latest(t.Context(), store.Query{}) {
		must(t, err)
		if n++; n%50 == 0 {
			record(t, s, Observe("acme", n-1, At(1), 200))
			must(t, s.PutState(t.Context(), string(o.Listing), make([]byte, 64<<10))) // the file grows
		}
	}
	if n != manyRows {
		t.Errorf("%d listings, want %d", n, manyRows)
	}
	n = 0
	for _, err := range s.Changes(t.Context(), 0) {
		must(t, err)
		if n++; n < 10 {
			record(t, s, Observe("acme", n, At(n+1), int64(n))) // what is added comes, too
		}
	}
	if want := manyRows + manyRows/50 + 9; n != want {
		t.Errorf("%d changes, want %d", n, want)
	}
}

func testCancelled(t *testing.T, s store.Store) {
	record(t, s, Observe("acme", 1, At(0), 100))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Record(ctx, Observe("acme", 1, At(1), 200))
	_, gerr := s.GetState(ctx, "k")
	_, cerr := s.Cursor(ctx, "desk")
	_, ierr := s.Info(ctx)
	for name, err := range map[string]error{
		"Record": err, "GetState": gerr, "Cursor": cerr, "Info": ierr,
		"Latest": first(s.Latest(ctx, store.Query{})), "Changes": first(s.Changes(ctx, 0)),
		"History":     first(s.History(ctx, "acme:000001", time.Time{}, time.Time{})),
		"PutState":    s.PutState(ctx, "k", []byte("v")),
		"PutProducts": s.PutProducts(ctx, market.Product{ID: "p"}),
		"Verify":      s.Verify(ctx, nil),
	} {
		wantErr(t, name, err, context.Canceled)
	}
	if n := len(changes(t, s, 0)); n != 1 {
		t.Errorf("%d changes, want 1", n)
	}
}

// testConcurrent lets many record at once while others read.
func testConcurrent(t *testing.T, s store.Store) {
	const writers, rounds = 16, 12
	g, ctx := errgroup.WithContext(t.Context())
	done, stop := context.WithCancel(ctx)
	defer stop()
	var wg errgroup.Group
	for w := range writers {
		wg.Go(func() error {
			for h := range rounds {
				cs, err := s.Record(ctx, Observe("acme", w, At(h), int64(h)), Observe("acme", 1000+w, At(h), 5))
				if err != nil {
					return err
				}
				if len(cs) < 1 {
					return errors.New("a change is missing")
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		for done.Err() == nil {
			for _, err := range s.Changes(ctx, 0) {
				if err != nil {
					return err
				}
			}
			for _, err := range s.Latest(ctx, store.Query{Trusted: true}) {
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	written := wg.Wait()
	stop()
	must(t, g.Wait()) // why a reader failed, which ends the writers
	must(t, written)
	if n, want := len(changes(t, s, 0)), writers*(rounds+1); n != want {
		t.Errorf("%d changes, want %d", n, want)
	}
}
