package storetest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
)

func testCatalog(t *testing.T, s store.Store) {
	p1 := market.Product{ID: "1001", GTIN: "08712345678906", Brand: market.NewText("Acme"), Title: market.NewText("Stofzuiger"), Cost: money.New(5_000_000, "EUR"), Rank: market.CountOf(1)}
	p2 := market.Product{ID: "1002", Title: market.NewText("Koelkast")}
	must(t, s.PutProducts(t.Context(), p2, p1))
	p2.Title = market.NewText("Koelkast XL")
	must(t, s.PutProducts(t.Context(), p2))
	diff(t, "products", []market.Product{p1, p2}, all(t, s.Products(t.Context())))
	diff(t, "products named", []market.Product{p1}, all(t, s.Products(t.Context(), "1001", "none", "", "1001")))
	diff(t, "no product of that name", []market.Product(nil), all(t, s.Products(t.Context(), "100")))

	m := func(p market.ProductID, l market.ListingID, d market.Decision) market.Match {
		return market.Match{Product: p, Source: "acme", Listing: l, Exact: true, Method: "gtin", ScoreBasisPoints: 9990, Decision: d, DecidedAt: At(0), Why: []string{"same GTIN"}}
	}
	must(t, s.PutMatches(t.Context(), m("1002", "acme:1", market.Review), m("1001", "acme:2", market.Accept), m("1001", "acme:1", market.Accept)))
	must(t, s.PutMatches(t.Context(), m("1002", "acme:1", market.Reject)))
	diff(t, "matches", []market.Match{m("1001", "acme:1", market.Accept), m("1001", "acme:2", market.Accept), m("1002", "acme:1", market.Reject)}, all(t, s.Matches(t.Context())))
	diff(t, "matches of one", []market.Match{m("1002", "acme:1", market.Reject)}, all(t, s.Matches(t.Context(), "1002", "none", "")))
	diff(t, "a name that begins another's", []market.Match(nil), all(t, s.Matches(t.Context(), "100")))
}

func testRuns(t *testing.T, s store.Store) {
	r := func(src market.SourceID, id market.RunID, h int) market.Run {
		return market.Run{ID: id, Source: src, StartedAt: At(h), Outcome: market.RunGoing}
	}
	a1, a2, b1 := r("acme", "1", 1), r("acme", "2", 3), r("zoon", "1", 2)
	for _, x := range []market.Run{a2, b1, a1} {
		must(t, s.PutRun(t.Context(), x))
	}
	a1.Outcome, a1.EndedAt, a1.Offers = market.RunPartial, At(4), 7
	a1.Failures = map[market.FailureKind]int{market.FailServerError: 3}
	a1.Samples = []market.Failure{{Kind: market.FailServerError, URL: "https://acme.example/", Status: 503}}
	must(t, s.PutRun(t.Context(), a1))
	diff(t, "all, newest first", []market.Run{a2, b1, a1}, all(t, s.Runs(t.Context(), "")))
	diff(t, "of one source", []market.Run{a2, a1}, all(t, s.Runs(t.Context(), "acme")))
	diff(t, "of nobody", []market.Run(nil), all(t, s.Runs(t.Context(), "acm")))
	a1.StartedAt = At(9)
	must(t, s.PutRun(t.Context(), a1))
	diff(t, "started again", []market.Run{a1, a2, b1}, all(t, s.Runs(t.Context(), "")))
	var many []market.Run
	for h := range manyRows {
		x := r("many", market.RunID(At(h).Format("20060102T150405")), h)
		must(t, s.PutState(t.Context(), "k", nil))
		many = append([]market.Run{x}, many...)
		if h%100 == 0 || h > manyRows-3 {
			must(t, s.PutRun(t.Context(), x))
			continue
		}
		many = many[1:]
	}
	diff(t, "many", many, all(t, s.Runs(t.Context(), "many")))
}

func testAlerts(t *testing.T, s store.Store) {
	a := func(id string, st market.AlertState) market.Alert {
		return market.Alert{
			ID: id, Rule: "undercut", Kind: "undercut", Topic: market.Topic{Product: "1001", Listing: "acme:1"}, State: st, Since: At(1),
			Transition: 1, Channels: []string{"staff"}, Told: map[string]market.Told{"staff": {State: market.AlertFiring, At: At(2), Reference: "1.2"}},
			Facts: market.Facts{Title: market.NewText("Stofzuiger"), Gap: money.New(-20_000_000, "EUR"), GapBasisPoints: market.CountOf(-500)},
		}
	}
	cursor := func(name string, want uint64) {
		t.Helper()
		if got, err := s.Cursor(t.Context(), name); got != want || err != nil {
			t.Errorf("cursor %q = %d, %v, want %d", name, got, err, want)
		}
	}
	cursor("desk", 0)
	must(t, s.PutAlerts(t.Context(), "desk", 7, a("b", market.AlertPending), a("a", market.AlertFiring)))
	cursor("desk", 7)
	must(t, s.PutAlerts(t.Context(), "desk", 5, a("b", market.AlertFiring)))
	cursor("desk", 7) // it never moves back
	must(t, s.PutAlerts(t.Context(), "", 99))
	must(t, s.PutAlerts(t.Context(), "other", 1<<63+1))
	cursor("other", 1<<63+1)
	cursor("desk", 7)
	cursor("", 0)
	diff(t, "alerts", []market.Alert{a("a", market.AlertFiring), a("b", market.AlertFiring)}, all(t, s.Alerts(t.Context())))
}

func testState(t *testing.T, s store.Store) {
	get := func(key string, want []byte) {
		t.Helper()
		got, err := s.GetState(t.Context(), key)
		if err != nil || !bytes.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("state %q = %q, %v, want %q", key, got, err, want)
		}
	}
	get("robots/acme.example", nil)
	v := []byte("User-agent: *\x00\xff")
	must(t, s.PutState(t.Context(), "robots/acme.example", v))
	want := bytes.Clone(v)
	v[0] = 'X' // the caller's again
	get("robots/acme.example", want)
	must(t, s.PutState(t.Context(), "empty", nil))
	get("empty", []byte{})
	must(t, s.DeleteState(t.Context(), "robots/acme.example"))
	must(t, s.DeleteState(t.Context(), "robots/acme.example"))
	get("robots/acme.example", nil)
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	must(t, s.PutState(t.Context(), "big", big))
	get("big", big)
}

func testInfo(t *testing.T, s store.Store) {
	i, err := s.Info(t.Context())
	must(t, err)
	if i.Listings != 0 || i.Observations != 0 || !i.Oldest.IsZero() || i.Schema == 0 || i.Engine == "" || i.Path == "" {
		t.Errorf("of an empty store: %+v", i)
	}
	fill(t, s)
	i, err = s.Info(t.Context())
	must(t, err)
	want := store.Info{
		Path: i.Path, Engine: i.Engine, Schema: i.Schema, Bytes: i.Bytes, Free: i.Free, Sizes: i.Sizes,
		Listings: 2, Observations: 4, Changes: 3, Products: 1, Matches: 1, Runs: 1, Alerts: 1, Oldest: At(-5), Newest: At(2),
	}
	diff(t, "info", want, i)
	if i.Bytes <= 0 || i.Free < 0 || i.Free >= i.Bytes {
		t.Errorf("%d of %d bytes are free", i.Free, i.Bytes)
	}
	var far, all int64
	before, after, err := s.Compact(t.Context(), func(done, total int64) { far, all = done, total })
	must(t, err)
	if far != all || all == 0 {
		t.Errorf("%d of %d bytes are done in the end", far, all)
	}
	if before != i.Bytes || after <= 0 || after > before {
		t.Errorf("%d bytes, compacted from %d to %d", i.Bytes, before, after)
	}
	i, err = s.Info(t.Context())
	must(t, err)
	want.Bytes, want.Free, want.Sizes = after, i.Free, i.Sizes
	diff(t, "info of a compacted store", want, i)
}

// fill puts something of everything into s.
func fill(t testing.TB, s store.Store) {
	t.Helper()
	record(t, s, Observe("acme", 1, At(0), 100), Observe("acme", 2, At(0), 100), Observe("acme", 1, At(2), 90), Observe("acme", 1, At(-5), 80))
	must(t, s.PutProducts(t.Context(), market.Product{ID: "1001"}))
	must(t, s.PutMatches(t.Context(), market.Match{Product: "1001", Listing: "acme:000001", Decision: market.Accept, DecidedAt: At(0)}))
	must(t, s.PutRun(t.Context(), market.Run{ID: "r", Source: "acme", StartedAt: At(0)}))
	must(t, s.PutAlerts(t.Context(), "desk", 2, market.Alert{ID: "x", Since: At(0)}))
	must(t, s.PutState(t.Context(), "pace/acme.example", []byte("5")))
}

// content is everything that can be read from a store.
type content struct {
	Latest, First, Second []market.Observation
	Changes               []market.Change
	Products              []market.Product
	Matches               []market.Match
	Runs                  []market.Run
	Alerts                []market.Alert
	Cursor                uint64
	State                 []byte
}

func contentOf(t testing.TB, s store.Store) (c content) {
	t.Helper()
	var err error
	c.Latest, c.First, c.Second, c.Changes = latest(t, s, store.Query{}), history(t, s, "acme:000001"), history(t, s, "acme:000002"), changes(t, s, 0)
	c.Products, c.Matches = all(t, s.Products(t.Context())), all(t, s.Matches(t.Context()))
	c.Runs, c.Alerts = all(t, s.Runs(t.Context(), "")), all(t, s.Alerts(t.Context()))
	c.Cursor, err = s.Cursor(t.Context(), "desk")
	must(t, err)
	c.State, err = s.GetState(t.Context(), "pace/acme.example")
	must(t, err)
	return c
}

func testClosed(t *testing.T, s store.Store) {
	fill(t, s)
	must(t, s.Close())
	must(t, s.Close())
	_, err := s.Record(t.Context(), Observe("acme", 1, At(7), 100))
	_, gerr := s.GetState(t.Context(), "k")
	for name, err := range map[string]error{
		"Record": err, "GetState": gerr, "Latest": first(s.Latest(t.Context(), store.Query{})),
		"PutAlerts": s.PutAlerts(t.Context(), "desk", 9), "Verify": s.Verify(t.Context(), nil),
		"History": first(s.History(t.Context(), "acme:000001", time.Time{}, time.Time{})),
	} {
		wantErr(t, name, err, os.ErrClosed)
	}
}

func testReopen(t *testing.T, open Opener) {
	dir := t.TempDir()
	s := open(t, dir)
	fill(t, s)
	want := contentOf(t, s)
	must(t, s.Close())
	s = open(t, dir)
	defer closing(t, s)
	diff(t, "content", want, contentOf(t, s))
	var far, all int64
	must(t, s.Verify(t.Context(), func(done, total int64) { far, all = done, total }))
	if far != all || all == 0 {
		t.Errorf("%d of %d observations and changes are read in the end", far, all)
	}
	if cs := record(t, s, Observe("acme", 1, At(5), 70)); len(cs) != 1 || cs[0].Seq != 4 {
		t.Errorf("the log does not go on where it stood: %v", cs)
	}
}

func testBackup(t *testing.T, open Opener) {
	dir, copies := t.TempDir(), t.TempDir()
	s := open(t, dir)
	defer closing(t, s)
	fill(t, s)
	want := contentOf(t, s)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	var b bytes.Buffer
	n, err := s.Backup(t.Context(), &b)
	must(t, err)
	if n != int64(b.Len()) {
		t.Errorf("Backup says %d bytes, wrote %d", n, b.Len())
	}
	record(t, s, Observe("acme", 9, At(9), 1)) // is not in it
	i, err := s.Info(t.Context())
	must(t, err)
	if len(files) == 0 {
		t.Fatal("the engine keeps no file in its folder")
	}
	must(t, os.WriteFile(filepath.Join(copies, filepath.Base(i.Path)), b.Bytes(), 0o600))
	c := open(t, copies)
	defer closing(t, c)
	must(t, c.Verify(t.Context(), nil))
	diff(t, "content of the copy", want, contentOf(t, c))
}
