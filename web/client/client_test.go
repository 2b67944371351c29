package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/watch/feedback"
	"pricegap/watch/referee"
	"pricegap/watch/rehearse"
	"pricegap/watch/review"
	"pricegap/web"
	"pricegap/web/client"
	"pricegap/web/control"
	"pricegap/web/wire"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

// recorder answers every question with fixed values and keeps the arguments.
type recorder struct {
	args []any
	err  error
	// began and ended tell of a crawl that goes on until its context ends.
	began, ended chan struct{}
}

func (r *recorder) note(args ...any) { r.args = append(r.args, args...) }

func amount(s string) money.Amount {
	a, err := money.FromDecimal(s, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

func observation() market.Observation {
	return market.Observation{
		Source: "voltavia", Listing: "voltavia:1", SeenAt: noon, Run: "r1", Page: "https://voltavia.example/1", Parser: "auto/1", Body: "ab",
		Offer: market.Offer{
			Title: market.NewText("<b>Waterkoker</b> é"), Price: amount("12.345678"), Shipping: amount("0"), Stock: market.StockOut, StockCount: market.CountOf(0),
			BranchStock: map[string]market.Count{"noord": market.CountOf(2), "zuid": {}}, Services: []market.Text{market.NewText("inruil")},
			Evidence: map[market.Field]market.Evidence{market.FieldPrice: {Reader: "json-ld", Where: "$.offers", Raw: market.NewText("12,345678")}},
		},
		Trust: market.Trust{State: market.Quarantined, Reason: "jump", Needs: 1},
	}
}

func standing() compare.Standing {
	held := observation()
	return compare.Standing{
		Product: product(), At: noon, Basis: compare.Delivered, Rank: market.CountOf(2), Lowest: "voltavia", LowestPrice: amount("9.99"), Index: market.CountOf(10_100),
		Ours:   compare.Position{Source: "fonkelplein", Name: "Fonkelplein", Seen: observation(), Price: amount("10"), Comparable: true, Age: time.Minute},
		Rivals: []compare.Position{{Source: "voltavia", Name: "Voltavia", Seen: observation(), Held: &held, Gap: amount("-0.01"), GapBasisPoints: market.CountOf(-10), Stale: true, NotBecause: compare.Stale}},
	}
}

func product() market.Product {
	return market.Product{ID: "FP1", GTIN: "09521234567890", Brand: market.NewText("Zwiepa"), Title: market.NewText("Waterkoker"), Cost: amount("5"), Rank: market.CountOf(1)}
}

func (r *recorder) Standings(_ context.Context, q watch.StandingQuery) iter.Seq2[compare.Standing, error] {
	r.note(q)
	return func(yield func(compare.Standing, error) bool) {
		_ = yield(standing(), nil) && yield(compare.Standing{}, nil) && (r.err == nil || yield(compare.Standing{}, r.err))
	}
}

func (r *recorder) History(_ context.Context, id market.ProductID, from, to time.Time) ([]watch.Series, error) {
	r.note(id, from, to)
	if r.err != nil {
		return nil, r.err
	}
	return []watch.Series{{Source: "voltavia", Name: "Voltavia", Points: []market.Observation{observation()}}, {Source: "x"}}, nil
}

func (r *recorder) Observations(_ context.Context, q watch.PastQuery) iter.Seq2[watch.Past, error] {
	r.note(q)
	return func(yield func(watch.Past, error) bool) {
		_ = yield(watch.Past{Product: "FP1", Observation: observation()}, nil) && yield(watch.Past{Observation: observation()}, nil) &&
			(r.err == nil || yield(watch.Past{}, r.err))
	}
}

func (r *recorder) Find(_ context.Context, text string, limit int) ([]market.Product, error) {
	r.note(text, limit)
	if r.err != nil {
		return nil, r.err
	}
	return []market.Product{product()}, nil
}

func (r *recorder) Sources(context.Context) ([]watch.SourceHealth, error) {
	return []watch.SourceHealth{{Source: "voltavia", Listings: 3, Coverage: map[market.Field]int{market.FieldPrice: 2}, LastGoodAt: noon, Blind: true}}, r.err
}

func (r *recorder) Alerts(context.Context) ([]market.Alert, error) {
	return nil, r.err // nil must not become an empty list
}

func (r *recorder) Matches(context.Context) iter.Seq2[market.Match, error] {
	return func(yield func(market.Match, error) bool) {
		for i := range 1000 {
			if !yield(market.Match{Product: "FP1", Listing: market.ListingID(fmt.Sprint(i)), DecidedAt: noon, Why: []string{"gtin"}}, nil) {
				return
			}
		}
		if r.err != nil {
			yield(market.Match{}, r.err)
		}
	}
}

func (r *recorder) Info(context.Context) (store.Info, error) {
	return store.Info{Path: "/p.db", Engine: "bolt", Changes: 1 << 60, Newest: noon}, r.err
}

func (r *recorder) Crawl(ctx context.Context, q watch.CrawlRequest) iter.Seq2[watch.Progress, error] {
	r.note(q)
	return func(yield func(watch.Progress, error) bool) {
		run := market.Run{ID: "r1", Source: "voltavia", StartedAt: noon, Outcome: market.RunPartial, Failures: map[market.FailureKind]int{market.FailGone: 1}}
		for _, p := range []watch.Progress{{Source: "voltavia", Done: 1, Known: 2}, {Failure: &market.Failure{Kind: market.FailGone}}, {Run: &run}, {Sent: &watch.Delivery{Messages: 1}}} {
			if !yield(p, nil) {
				return
			}
		}
		if r.began != nil {
			close(r.began)
			<-ctx.Done()
			close(r.ended)
			yield(watch.Progress{}, ctx.Err())
			return
		}
		if r.err != nil {
			yield(watch.Progress{Note: "so far"}, r.err)
		}
	}
}

func (r *recorder) ImportCatalog(_ context.Context, items []watch.CatalogItem) (watch.Imported, error) {
	r.note(items)
	return watch.Imported{Products: len(items)}, r.err
}

func (r *recorder) ImportObservations(_ context.Context, obs iter.Seq2[market.Observation, error]) (watch.Imported, error) {
	var done watch.Imported
	for o, err := range obs {
		if err != nil {
			return done, err
		}
		r.note(o)
		done.Observations++
		if r.err != nil {
			break // the rest is not even read
		}
	}
	return done, r.err
}

func (r *recorder) Backup(_ context.Context, w io.Writer) (int64, error) {
	n, err := w.Write(copied)
	return int64(n), errors.Join(err, r.err)
}

func (r *recorder) Prune(_ context.Context, p store.Pruning, tell func(done, total int64)) (store.Pruned, error) {
	r.note(p)
	tell(4, 5)
	return store.Pruned{Observations: 9, Changes: 1}, r.err
}

func (r *recorder) Compact(_ context.Context, tell func(done, total int64)) (before, after int64, err error) {
	tell(1, 2)
	return 7, 3, r.err
}

// copied is a data file that is no text.
var copied = bytes.Repeat([]byte{0, 0xff, '\n', '"'}, 1<<16)

func (r *recorder) ImportMatches(_ context.Context, ms []market.Match) (watch.Imported, error) {
	r.note(ms)
	return watch.Imported{Matches: len(ms)}, r.err
}

func (r *recorder) Deliver(context.Context) (watch.Delivery, error) {
	return watch.Delivery{Messages: 2, Errors: map[string]string{"sales": "channel_not_found"}}, r.err
}

func (r *recorder) Refresh(_ context.Context, q watch.RefreshRequest) ([]watch.Looked, error) {
	r.note(q)
	return []watch.Looked{{Source: "voltavia", Page: "p", Failure: &market.Failure{Kind: market.FailServerError, Status: 503}}, {Source: "x", Late: true}}, r.err
}

func (r *recorder) Held(_ context.Context, q review.Query) iter.Seq2[review.Held, error] {
	r.note(q)
	return func(yield func(review.Held, error) bool) {
		_ = yield(review.Held{ID: "ab12", Source: "voltavia", Seen: observation(), Since: noon, Release: "a person"}, nil) &&
			yield(review.Held{Source: "x", Failure: &market.Failure{Kind: market.FailPriceAmbiguous}}, nil) && (r.err == nil || yield(review.Held{}, r.err))
	}
}

func (r *recorder) Decide(_ context.Context, d review.Decision) ([]review.Held, error) {
	r.note(d)
	if r.err != nil {
		return nil, r.err
	}
	return []review.Held{{ID: "ab12", Source: "voltavia", Trusted: observation()}}, nil
}

func (r *recorder) Say(_ context.Context, w feedback.Word) (feedback.Entry, error) {
	r.note(w)
	return feedback.Entry{Word: w, At: noon, Refused: feedback.Authority, To: policy.Manager, Ours: amount("14.50"), Again: true}, r.err
}

func (r *recorder) Said(_ context.Context, q feedback.Query) iter.Seq2[feedback.Entry, error] {
	r.note(q)
	return func(yield func(feedback.Entry, error) bool) {
		_ = yield(feedback.Entry{Word: word(), At: noon, Discount: amount("2.15"), Effect: "ab12"}, nil) && (r.err == nil || yield(feedback.Entry{}, r.err))
	}
}

func word() feedback.Word {
	return feedback.Word{
		Key: "k", Verb: feedback.Matched, By: feedback.By{ID: "U1", Role: policy.Staff, Store: "é"}, Alerts: []string{"a1"}, Product: "FP1", Source: "voltavia",
		Where: market.NewText("“é”"), Price: amount("12.35"), Until: noon, Reason: market.NewText("é"),
	}
}

func (r *recorder) Silences(context.Context) ([]calm.Silence, error) {
	r.note(struct{}{})
	return []calm.Silence{{ID: "ab12", By: market.NewText("anna"), At: noon, Until: noon.Add(time.Hour)}}, r.err
}

func (r *recorder) Silence(_ context.Context, s calm.Silence) (calm.Silence, error) {
	r.note(s)
	s.ID = "ab12"
	return s, r.err
}

func (r *recorder) Expire(_ context.Context, e calm.Expiry) (calm.Silence, error) {
	r.note(e)
	return calm.Silence{ID: e.ID, EndedBy: e.By, EndedAt: noon}, r.err
}

func (r *recorder) Verdicts(_ context.Context, q referee.Query) ([]policy.Verdict, error) {
	r.note(q)
	return []policy.Verdict{{
		Product: q.Product, Source: "voltavia", Name: "Voltavia", At: noon, Outcome: policy.Refer, Asked: q.Role, To: policy.Manager,
		Price: amount("95"), Discount: amount("5"), DiscountBasisPoints: market.CountOf(500), Basis: compare.Shelf,
		Findings: []policy.Finding{{
			Rule: policy.RuleStock, Result: policy.Unknown, Found: market.NewText("?"), Age: time.Hour, Evidence: market.Evidence{Reader: "json-ld"},
		}},
	}}, r.err
}

func (r *recorder) Backtest(_ context.Context, q referee.BacktestQuery) (policy.Trial, error) {
	r.note(q)
	t := policy.NewTrial(*q.Policy, q.Since, noon, 3)
	t.Granted = []policy.Grant{{Role: policy.Staff, Matches: 2, Cost: []money.Amount{amount("7")}}}
	return t, r.err
}

func (r *recorder) Rehearse(_ context.Context, q rehearse.Query) (rehearse.Trial, error) {
	r.note(q)
	return rehearse.Trial{From: q.Since, To: noon, Rules: []rehearse.Rule{{Name: "é", Told: rehearse.Told{Alerts: 2, Ended: 1}}}, Days: []rehearse.Day{}, Products: []rehearse.Product{}}, r.err
}

func (r *recorder) TestChannel(_ context.Context, channel string) error {
	r.note(channel)
	return r.err
}

// dial serves h on a socket and returns a client of it.
func dial(t *testing.T, h http.Handler) *client.Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := web.ListenSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- web.Serve(ctx, l, h) }()
	c, err := client.Dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return c
}

// answer is what a method returned: its values, and its error.
type answer struct {
	Values []any
	Err    error
}

func gather[T any](seq iter.Seq2[T, error]) answer {
	var a answer
	for v, err := range seq {
		a.Values = append(a.Values, v)
		a.Err = err
	}
	return a
}

// observations yields n of them, and then err where there is one.
func observations(n int, err error) iter.Seq2[market.Observation, error] {
	return func(yield func(market.Observation, error) bool) {
		for range n {
			if !yield(observation(), nil) {
				return
			}
		}
		if err != nil {
			yield(market.Observation{}, err)
		}
	}
}

func result[T any](v T, err error) answer { return answer{[]any{v}, err} }

// questions ask every method of the service once.
var questions = map[string]func(context.Context, watch.Service) answer{
	"Standings": func(ctx context.Context, s watch.Service) answer {
		return gather(s.Standings(ctx, watch.StandingQuery{Products: []market.ProductID{"FP1"}, AsOf: noon, Basis: compare.Delivered, Category: "é"}))
	},
	"History": func(ctx context.Context, s watch.Service) answer {
		return result(s.History(ctx, "FP1", noon.Add(-time.Hour), noon))
	},
	"Observations": func(ctx context.Context, s watch.Service) answer {
		return gather(s.Observations(ctx, watch.PastQuery{Sources: []market.SourceID{"voltavia"}, Brand: "é", From: noon.Add(-time.Hour), To: noon}))
	},
	"Find":    func(ctx context.Context, s watch.Service) answer { return result(s.Find(ctx, "a\x00b\u202e", 3)) },
	"Sources": func(ctx context.Context, s watch.Service) answer { return result(s.Sources(ctx)) },
	"Alerts":  func(ctx context.Context, s watch.Service) answer { return result(s.Alerts(ctx)) },
	"Matches": func(ctx context.Context, s watch.Service) answer { return gather(s.Matches(ctx)) },
	"Info":    func(ctx context.Context, s watch.Service) answer { return result(s.Info(ctx)) },
	"Crawl": func(ctx context.Context, s watch.Service) answer {
		return gather(s.Crawl(ctx, watch.CrawlRequest{Sources: []market.SourceID{"voltavia"}, Wait: time.Minute, Trigger: "hand"}))
	},
	"ImportCatalog": func(ctx context.Context, s watch.Service) answer {
		return result(s.ImportCatalog(ctx, []watch.CatalogItem{{Product: product(), Offer: observation().Offer}}))
	},
	"ImportObservations": func(ctx context.Context, s watch.Service) answer {
		return result(s.ImportObservations(ctx, observations(1000, nil)))
	},
	"Backup": func(ctx context.Context, s watch.Service) answer {
		var b bytes.Buffer
		_, err := s.Backup(ctx, &b)
		return answer{[]any{b.String()}, err}
	},
	"Prune": func(ctx context.Context, s watch.Service) answer {
		var got []any
		gone, err := s.Prune(ctx, store.Pruning{
			Source: "voltavia", Retention: store.Retention{Forget: 3 * time.Hour, Daily: time.Hour, Weekly: 2 * time.Hour}, Now: noon, Dry: true,
		}, func(done, total int64) { got = append(got, done, total) })
		return answer{append(got, gone), err}
	},
	"Compact": func(ctx context.Context, s watch.Service) answer {
		var got []any
		before, after, err := s.Compact(ctx, func(done, total int64) { got = append(got, done, total) })
		return answer{append(got, before, after), err}
	},
	"ImportMatches": func(ctx context.Context, s watch.Service) answer {
		return result(s.ImportMatches(ctx, []market.Match{{Product: "FP1", DecidedAt: noon}}))
	},
	"Deliver": func(ctx context.Context, s watch.Service) answer { return result(s.Deliver(ctx)) },
	"Held": func(ctx context.Context, s watch.Service) answer {
		return gather(s.Held(ctx, review.Query{Sources: []market.SourceID{"voltavia"}, Rejected: true}))
	},
	"Decide": func(ctx context.Context, s watch.Service) answer {
		return result(s.Decide(ctx, review.Decision{Values: []string{"ab12"}, Accept: true, By: market.NewText("anna")}))
	},
	"Refresh": func(ctx context.Context, s watch.Service) answer {
		return result(s.Refresh(ctx, watch.RefreshRequest{Product: "FP1", Sources: []market.SourceID{"voltavia"}, Wait: time.Minute}))
	},
	"Verdicts": func(ctx context.Context, s watch.Service) answer {
		return result(s.Verdicts(ctx, referee.Query{Product: "FP1", Role: policy.Staff, Store: "noord", AsOf: noon}))
	},
	"Backtest": func(ctx context.Context, s watch.Service) answer {
		tiers := []policy.Tier{{Role: policy.Staff, Bound: policy.Bound{Amount: amount("5"), Percent: 250}}}
		return result(s.Backtest(ctx, referee.BacktestQuery{Since: noon, Policy: &policy.Policy{Name: "é", SameDay: "UTC", MaxAge: time.Hour, Tiers: tiers}}))
	},
	"Rehearse": func(ctx context.Context, s watch.Service) answer {
		return result(s.Rehearse(ctx, rehearse.Query{Since: noon, Ruling: rehearse.Ruling{Rules: []byte("- {name: é}"), File: "f", Only: []string{"é"}, Set: []string{"percent=3%"}}}))
	},
	"Say": func(ctx context.Context, s watch.Service) answer { return result(s.Say(ctx, word())) },
	"Said": func(ctx context.Context, s watch.Service) answer {
		return gather(s.Said(ctx, feedback.Query{Verbs: []feedback.Verb{feedback.Lost}, From: noon, To: noon}))
	},
	"Silences": func(ctx context.Context, s watch.Service) answer { return result(s.Silences(ctx)) },
	"Silence": func(ctx context.Context, s watch.Service) answer {
		return result(s.Silence(ctx, calm.Silence{Matcher: calm.Matcher{Source: "voltavia", Category: "é"}, By: market.NewText("anna"), Reason: market.NewText("é"), Until: noon}))
	},
	"Expire": func(ctx context.Context, s watch.Service) answer {
		return result(s.Expire(ctx, calm.Expiry{ID: "ab12", By: market.NewText("anna")}))
	},
	"TestChannel": func(ctx context.Context, s watch.Service) answer { return answer{Err: s.TestChannel(ctx, "sales")} },
}

var exact = cmp.Options{
	cmp.Exporter(func(t reflect.Type) bool {
		return t.PkgPath() == "pricegap/market" || t.PkgPath() == "pricegap/market/money"
	}),
	cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) }),
}

func TestEveryMethodIsAsked(t *testing.T) {
	service := reflect.TypeFor[watch.Service]()
	for i := range service.NumMethod() {
		if name := service.Method(i).Name; questions[name] == nil {
			t.Errorf("no question asks %s", name)
		}
	}
}

func TestSameAnswersFromAfar(t *testing.T) {
	for name, q := range questions {
		for _, fail := range []error{nil, fmt.Errorf("watch: %w: zap", watch.ErrUnknownProduct)} {
			near, far := &recorder{err: fail}, &recorder{err: fail}
			c := dial(t, control.New(far))
			want, got := q(t.Context(), near), q(t.Context(), c)
			if d := cmp.Diff(want, got, exact); d != "" {
				t.Errorf("%s with %v (-near +far)\n%s", name, fail, d)
			}
			if d := cmp.Diff(near.args, far.args, exact); d != "" {
				t.Errorf("arguments of %s (-near +far)\n%s", name, d)
			}
			if fail != nil && !errors.Is(got.Err, watch.ErrUnknownProduct) {
				t.Errorf("%s: %v is not ErrUnknownProduct", name, got.Err)
			}
		}
	}
}

func TestSentinelsSurvive(t *testing.T) {
	for _, sentinel := range []error{
		store.ErrLocked, store.ErrForeign, store.ErrNewer, store.ErrCorrupt, store.ErrFull, watch.ErrUnknownProduct, watch.ErrUnknownSource,
		watch.ErrUnknownChannel, watch.ErrNoOwn, context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF,
	} {
		c := dial(t, control.New(&recorder{err: fmt.Errorf("outer: %w", sentinel)}))
		_, err := c.Info(t.Context())
		if !errors.Is(err, sentinel) || err.Error() != "outer: "+sentinel.Error() {
			t.Errorf("%v came back as %v", sentinel, err)
		}
	}
}

func TestCancelStopsTheCrawlFarAway(t *testing.T) {
	r := &recorder{began: make(chan struct{}), ended: make(chan struct{})}
	c := dial(t, control.New(r))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for p, err := range c.Crawl(ctx, watch.CrawlRequest{}) {
		if last = err; p.Sent != nil {
			cancel()
		}
	}
	<-r.ended
	if !errors.Is(last, context.Canceled) {
		t.Errorf("ended with %v", last)
	}
}

func TestBreakingTheLoopStopsTheCrawlFarAway(t *testing.T) {
	r := &recorder{began: make(chan struct{}), ended: make(chan struct{})}
	c := dial(t, control.New(r))
	for p := range c.Crawl(t.Context(), watch.CrawlRequest{}) {
		if p.Sent != nil {
			break
		}
	}
	<-r.ended
}

func TestCutAnswerIsAnError(t *testing.T) {
	hello := control.New(&recorder{})
	c := dial(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == wire.Path+"hello" {
			hello.ServeHTTP(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"value":{"product":"FP1"}}`+"\n")
	}))
	if got := gather(c.Matches(t.Context())); !errors.Is(got.Err, io.ErrUnexpectedEOF) || len(got.Values) != 2 {
		t.Errorf("%d values, then %v", len(got.Values), got.Err)
	}
}

func TestUploadThatFailsHere(t *testing.T) {
	r := &recorder{}
	c := dial(t, control.New(r))
	bad := errors.New("line 3 is no JSON")
	done, err := c.ImportObservations(t.Context(), observations(2, bad))
	if !errors.Is(err, bad) || done.Observations != 2 || len(r.args) != 2 {
		t.Errorf("%+v, %v; %d arrived", done, err, len(r.args))
	}
}

// cutting answers like h, but breaks the connection after that many bytes of an answer.
func cutting(h http.Handler, after int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == wire.Path+"hello" {
			h.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(&cutter{w, after}, r)
	})
}

type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return c.ResponseWriter.Write(p)
}

func (c *cutter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func TestCutBackupIsAnError(t *testing.T) {
	for name, h := range map[string]http.Handler{
		"connection": cutting(control.New(&recorder{}), 1000),
		// Ended well as far as HTTP can tell, and yet not all.
		"no trailer": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == wire.Path+"hello" {
				control.New(&recorder{}).ServeHTTP(w, r)
				return
			}
			_, _ = w.Write(copied)
		}),
		"fewer bytes": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == wire.Path+"hello" {
				control.New(&recorder{}).ServeHTTP(w, r)
				return
			}
			w.Header().Set("Trailer", wire.EndTrailer)
			_, _ = w.Write(copied[:100])
			w.Header().Set(wire.EndTrailer, fmt.Sprintf(`{"value":%d,"end":true}`, len(copied)))
		}),
	} {
		if n, err := dial(t, h).Backup(t.Context(), io.Discard); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
}

func TestDial(t *testing.T) {
	dir := t.TempDir()
	if _, err := client.Dial(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, client.ErrNoDaemon) {
		t.Errorf("nobody there: %v", err)
	}
	other, err := net.Listen("unix", filepath.Join(dir, "other"))
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"value":{"program":"pricegap","version":99}}`+"\n"+`{"end":true}`)
	})}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(other) }()
	if _, err := client.Dial(t.Context(), filepath.Join(dir, "other")); !errors.Is(err, client.ErrVersion) {
		t.Errorf("another version: %v", err)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	<-done
}
