package slackapp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/alerts/notify/slacktest"
	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
	"pricegap/watch/feedback"
	"pricegap/watch/referee"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

const secret = "not-a-real-signing-secret"

func eur(s string) money.Amount {
	a, err := money.FromDecimal(s, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

// shop is a service with one product at two shops.
type shop struct {
	watch.Service
	title   string
	verdict policy.Verdict

	mu      sync.Mutex
	price   string // theirs; the live look makes it now
	now     string
	asked   []referee.Query
	looks   int
	missing *market.Failure // of the page that is looked at
	looking chan struct{}   // when not nil, a look waits for it
	alerts  []market.Alert
	words   []feedback.Word
	refuse  feedback.Entry // what comes of words
}

func (s *shop) Alerts(context.Context) ([]market.Alert, error) { return s.alerts, nil }

func (s *shop) Say(_ context.Context, w feedback.Word) (feedback.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.refuse
	e.Word, e.Again = w, slices.ContainsFunc(s.words, func(x feedback.Word) bool { return x.Key == w.Key })
	if !e.Again {
		s.words = append(s.words, w)
	}
	return e, nil
}

func (s *shop) said() []feedback.Word {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.words)
}

func (s *shop) Find(_ context.Context, text string, _ int) ([]market.Product, error) {
	if text == "nothing" {
		return nil, nil
	}
	return []market.Product{{ID: "A1"}, {ID: "A2", Title: market.NewText("<!channel> Other")}}, nil
}

func (s *shop) Standings(_ context.Context, q watch.StandingQuery) iter.Seq2[compare.Standing, error] {
	return func(yield func(compare.Standing, error) bool) {
		s.mu.Lock()
		price := s.price
		s.mu.Unlock()
		if q.Products[0] != "A1" {
			yield(compare.Standing{}, watch.ErrUnknownProduct)
			return
		}
		ours := compare.Position{Source: "own", Name: "Fonkelplein", Listing: "own:1", Price: eur("14.50"), Comparable: true, Age: 20 * time.Minute}
		ours.Seen = market.Observation{Source: "own", Listing: "own:1", Offer: market.Offer{Stock: market.StockIn, Price: eur("14.50")}}
		theirs := compare.Position{
			Source: "voltavia", Name: "Voltavia", Listing: "voltavia:1", Price: eur(price), Gap: eur("-2.15"),
			GapBasisPoints: market.CountOf(-1483), Comparable: true, Age: 3 * time.Hour,
		}
		theirs.Seen = market.Observation{
			Source: "voltavia", Listing: "voltavia:1", SeenAt: noon.Add(-3 * time.Hour),
			Offer: market.Offer{URL: "https://voltavia.example/p/1", Stock: market.StockOut, Price: eur(price), DeliveryText: market.NewText("<https://evil.example|morgen>")},
		}
		yield(compare.Standing{
			Product: market.Product{ID: "A1", GTIN: "08712345678906", Title: market.NewText(s.title)}, At: noon, Basis: compare.Shelf,
			Ours: ours, Rivals: []compare.Position{theirs},
		}, nil)
	}
}

func (s *shop) Verdicts(_ context.Context, q referee.Query) ([]policy.Verdict, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, q)
	if s.verdict.Outcome == "" {
		return nil, nil
	}
	return []policy.Verdict{s.verdict}, nil
}

func (s *shop) Refresh(ctx context.Context, _ watch.RefreshRequest) ([]watch.Looked, error) {
	if s.looking != nil {
		select {
		case <-s.looking:
		case <-ctx.Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks++
	s.price = s.now
	if s.missing != nil {
		return []watch.Looked{{Source: "voltavia", Failure: s.missing}}, nil
	}
	return []watch.Looked{{Source: "voltavia"}}, nil
}

// fakeSlack takes what the app sends: replies to response_urls by path, and calls of the Web API.
type fakeSlack struct {
	*httptest.Server
	got   chan sent
	group []string
}

// sent is one message or call that Slack was sent.
type sent struct {
	path string
	body string
}

func newSlack(t testing.TB) *fakeSlack {
	f := &fakeSlack{got: make(chan sent, 4096)}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body := string(b)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			q, _ := url.ParseQuery(body)
			flat := map[string]string{}
			for k := range q {
				flat[k] = q.Get(k)
			}
			b, _ := json.Marshal(flat)
			body = string(b)
		}
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api/usergroups.users.list":
			_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "users": f.group})
			return
		default:
			_, _ = io.WriteString(w, `{"ok":true}`)
		}
		f.got <- sent{r.URL.Path, body}
	}))
	t.Cleanup(f.Close)
	return f
}

// next returns what Slack is sent next.
func (f *fakeSlack) next(t *testing.T) sent {
	t.Helper()
	select {
	case s := <-f.got:
		var m struct {
			Text   string
			Blocks json.RawMessage
		}
		if strings.HasPrefix(s.path, "/hooks/") && json.Unmarshal([]byte(s.body), &m) == nil && len(m.Blocks) > 0 {
			if word := slacktest.Check(m.Text, m.Blocks); word != "" {
				t.Errorf("%s: %s", word, m.Blocks)
			}
		}
		return s
	case <-time.After(10 * time.Second):
		t.Fatal("Slack was sent nothing")
		return sent{}
	}
}

// quiet fails where Slack was sent something.
func (f *fakeSlack) quiet(t *testing.T) {
	t.Helper()
	select {
	case s := <-f.got:
		t.Errorf("Slack was sent %+v", s)
	default:
	}
}

// start runs an app over svc until the test ends.
func start(t testing.TB, svc watch.Service, f *fakeSlack, change func(*Options)) *App {
	client := &http.Client{Transport: &http.Transport{}}
	o := Options{
		SigningSecret: market.NewSecret(secret), BotToken: market.NewSecret("xoxb-1"), API: f.URL + "/api/", Hooks: f.URL + "/hooks/",
		Staff: []market.Staff{
			{Slack: "U1", Branch: "utrecht", Role: "staff"}, {Slack: "U2", Branch: "zwolle", Role: "manager"}, {Slack: "S1", Branch: "utrecht", Role: "shift_lead"},
		},
		Branches: []market.Branch{{ID: "utrecht", Channel: "floor"}, {ID: "zwolle", Channel: "back"}},
		HTTP:     client, Clock: func() time.Time { return noon },
	}
	if change != nil {
		change(&o)
	}
	a := New(svc, o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = a.Serve(ctx) }()
	t.Cleanup(func() { cancel(); <-done; client.CloseIdleConnections() })
	return a
}

// sign returns a request as Slack signs it.
func sign(path, kind, body string, at time.Time, with string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(with))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

const formType = "application/x-www-form-urlencoded"

func slash(f *fakeSlack, user, text, trigger string) *http.Request {
	v := url.Values{"command": {"/price"}, "text": {text}, "user_id": {user}, "trigger_id": {trigger}, "response_url": {f.URL + "/hooks/" + trigger}}
	return sign(CommandPath, formType, v.Encode(), noon, secret)
}

func serve(a *App, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}

// TestCommand answers out of the store first and edits the answer when the pages were looked at.
func TestCommand(t *testing.T) {
	f := newSlack(t)
	svc := &shop{
		title: "Waterkoker <!here>", price: "12.35", now: "11.95", looking: make(chan struct{}),
		verdict: policy.Verdict{Source: "voltavia", Outcome: policy.Match, Price: eur("12.35"), Discount: eur("2.15")},
	}
	a := start(t, svc, f, nil)
	if w := serve(a, slash(f, "U1", "“8712345678906”", "T1")); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Fatalf("acknowledged with %d %q", w.Code, w.Body)
	}
	first := f.next(t)
	for _, want := range []string{`"response_type":"ephemeral"`, `"replace_original":false`, "12.35", "Looking at their pages", "MATCH: you may sell at", "out of stock", "EAN 8712345678906"} {
		if !strings.Contains(first.body, want) {
			t.Errorf("the answer lacks %q: %s", want, first.body)
		}
	}
	f.quiet(t)
	close(svc.looking)
	second := f.next(t)
	for _, want := range []string{`"replace_original":true`, "11.95", "looked at just now"} {
		if !strings.Contains(second.body, want) {
			t.Errorf("the edited answer lacks %q: %s", want, second.body)
		}
	}
	if q := svc.asked[0]; first.path != second.path || q.Product != "A1" || q.Role != policy.Staff || q.Store != "utrecht" {
		t.Errorf("%s, then %s; asked as %+v", first.path, second.path, svc.asked[0])
	}
}

// TestCommandWords tells people who are not answered why.
func TestCommandWords(t *testing.T) {
	f := newSlack(t)
	f.group = []string{"U7"}
	a := start(t, &shop{price: "1.00", now: "1.00"}, f, nil)
	for _, tt := range []struct{ user, text, ack, told string }{
		{"U1", "", "Type an EAN", ""},
		{"U1", strings.Repeat("long ", 8000), "Type an EAN", ""},
		{"U1", "\x00 \u202e `` ", "Type an EAN", ""},
		{"U1", "nothing", "", "No product of ours answers to"},
		{"U9", "kettle", "", "not on the list of staff (U9)"},
		{"U7", "nothing", "", "No product"},
	} {
		w := serve(a, slash(f, tt.user, tt.text, "T"+tt.user+tt.told+tt.ack))
		if w.Code != http.StatusOK || tt.ack != "" && !strings.Contains(w.Body.String(), tt.ack) {
			t.Errorf("%.20q of %s: %d %s", tt.text, tt.user, w.Code, w.Body)
		}
		if tt.told != "" {
			if s := f.next(t); !strings.Contains(s.body, tt.told) {
				t.Errorf("%.20q of %s was told %s", tt.text, tt.user, s.body)
			}
		}
	}
	f.quiet(t)
}

// TestRefused refuses what Slack did not sign, or signed once only.
func TestRefused(t *testing.T) {
	f := newSlack(t)
	a := start(t, &shop{price: "1.00", now: "1.00"}, f, nil)
	body := url.Values{"text": {""}, "user_id": {"U1"}}.Encode()
	req := func() *http.Request { return sign(CommandPath, formType, body, noon, secret) }
	with := func(change func(*http.Request)) *http.Request { r := req(); change(r); return r }
	for name, tt := range map[string]struct {
		r    *http.Request
		want int
	}{
		"no signature":      {with(func(r *http.Request) { r.Header.Del("X-Slack-Signature") }), 401},
		"short signature":   {with(func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0=ab") }), 401},
		"no version":        {with(func(r *http.Request) { r.Header.Set("X-Slack-Signature", r.Header.Get("X-Slack-Signature")[3:]) }), 401},
		"no time":           {with(func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }), 401},
		"time that differs": {with(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", "1775000000") }), 401},
		"overflowing time":  {with(func(r *http.Request) { r.Header.Set("X-Slack-Request-Timestamp", "99999999999999999999") }), 401},
		"old":               {sign(CommandPath, formType, body, noon.Add(-skew-time.Second), secret), 401},
		"from the future":   {sign(CommandPath, formType, body, noon.Add(skew+time.Second), secret), 401},
		"wrong secret":      {sign(CommandPath, formType, body, noon, "another"), 401},
		"empty secret":      {sign(CommandPath, formType, body, noon, ""), 401},
		"changed body":      {with(func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body + "&text=x")) }), 401},
		"query":             {with(func(r *http.Request) { r.URL.RawQuery = "payload=%7B%7D" }), 401},
		"wrong type":        {sign(CommandPath, "application/json", body, noon, secret), 401},
		"large":             {sign(CommandPath, formType, strings.Repeat("x", 10<<20), noon, secret), 413},
		"large, unsaid": {with(func(r *http.Request) {
			r.ContentLength = -1
			r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", 10<<20)))
		}), 413},
		"no payload": {sign(ActionPath, formType, "payload=x", noon, secret), 400},
	} {
		if w := serve(a, tt.r); w.Code != tt.want || strings.Contains(w.Body.String(), secret) || w.Body.Len() > 100 {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, tt.want)
		}
	}
	if w := serve(a, req()); w.Code != http.StatusOK {
		t.Errorf("genuine: %d", w.Code)
	}
	if w := serve(a, req()); w.Code != http.StatusUnauthorized {
		t.Errorf("replayed: %d", w.Code)
	}
	open := start(t, &shop{}, f, func(o *Options) { o.SigningSecret = market.Secret{} })
	if w := serve(open, sign(CommandPath, formType, body, noon, "")); w.Code != http.StatusUnauthorized {
		t.Errorf("without a secret of ours: %d", w.Code)
	}
}

// TestHooks answers at Slack's addresses only.
func TestHooks(t *testing.T) {
	f := newSlack(t)
	a := start(t, &shop{}, f, func(o *Options) { o.Hooks = "" })
	for _, hook := range []string{f.URL + "/hooks/x", "http://hooks.slack.com/x", "https://hooks.slack.com.evil.example/x", "https://hooks.slack.com@evil.example/", "", "//hooks.slack.com/"} {
		if err := a.post(t.Context(), hook, aside("x")); !errors.Is(err, errHook) {
			t.Errorf("%s: %v", hook, err)
		}
	}
	f.quiet(t)
}

// TestNoPage does not say that a page was looked at that did not come.
func TestNoPage(t *testing.T) {
	f := newSlack(t)
	a := start(t, &shop{price: "1.00", now: "1.00", missing: &market.Failure{Kind: market.FailHeaderTimeout}}, f, nil)
	if w := serve(a, slash(f, "U1", "kettle", "T1")); w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	f.next(t)
	if s := f.next(t); strings.Contains(s.body, a.say("looked")) || !strings.Contains(s.body, a.say("no page", "voltavia", "header_timeout")) {
		t.Errorf("told %s", s.body)
	}
}

// TestRedelivered has one effect of what is delivered three times, whoever signed it anew.
func TestRedelivered(t *testing.T) {
	f := newSlack(t)
	svc := &shop{price: "1.00", now: "1.00"}
	a := start(t, svc, f, nil)
	for n := range 3 {
		r := slash(f, "U1", "kettle", "T1")
		b, _ := io.ReadAll(r.Body)
		again := sign(CommandPath, formType, string(b), noon.Add(time.Duration(n)*time.Second), secret)
		again.Header.Set("X-Slack-Retry-Num", strconv.Itoa(n))
		if w := serve(a, again); w.Code != http.StatusOK {
			t.Fatalf("delivery %d: %d", n, w.Code)
		}
	}
	f.next(t)
	f.next(t)
	f.quiet(t)
	if svc.looks != 1 {
		t.Errorf("%d looks", svc.looks)
	}
}

// TestForeignText lets content make no mention, link or format.
func TestForeignText(t *testing.T) {
	a := New(&shop{}, Options{})
	for _, s := range []string{"<!channel>", "<@U123>", "<https://evil.example|shop.example>", "evil.example", "mailto:a@b.example", "*bold*", "_i_", "```", ":rotating_light:", "&lt;!here&gt;"} {
		svc := &shop{title: s, price: "1.00"}
		var x answer
		for st, err := range svc.Standings(t.Context(), watch.StandingQuery{Products: []market.ProductID{"A1"}}) {
			if err != nil {
				t.Fatal(err)
			}
			x.standing = st
		}
		x.others = []market.Product{{ID: market.ProductID(s), Title: market.NewText(s)}}
		blocks, text := a.card(x)
		b, err := json.Marshal(aside(text, blocks...))
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := json.Marshal(blocks); err != nil || slacktest.Check(text, raw) != "" {
			t.Errorf("%q: Slack says %s, %v", s, slacktest.Check(text, raw), err)
		}
		var all any
		if err := json.Unmarshal(b, &all); err != nil {
			t.Fatal(err)
		}
		walk(all, func(v string) {
			if len(s) > 3 && strings.Contains(v, s) || strings.Contains(v, "mrkdwn") {
				t.Errorf("%q stands in %q", s, v)
			}
		})
	}
}

// walk visits the strings of a document.
func walk(v any, do func(string)) {
	switch v := v.(type) {
	case string:
		do(v)
	case []any:
		for _, x := range v {
			walk(x, do)
		}
	case map[string]any:
		for _, x := range v {
			walk(x, do)
		}
	}
}

// TestCardFits keeps a card within what Slack takes, however many shops there are.
func TestCardFits(t *testing.T) {
	a := New(&shop{}, Options{Language: "nl"})
	long := market.NewText(strings.Repeat("Lange naam ", 40))
	x := answer{standing: compare.Standing{Product: market.Product{ID: "A1", Title: long}}, others: slices.Repeat([]market.Product{{ID: "A2", Title: long}}, 5)}
	for n := range 200 {
		p := compare.Position{Source: market.SourceID(fmt.Sprint("shop", n)), Name: strings.Repeat("W", 80), Listing: "l", Price: eur("1.00"), Comparable: true}
		p.Seen = market.Observation{Listing: "l", Offer: market.Offer{DeliveryText: long, URL: "https://a.example/" + strings.Repeat("x", 1500)}}
		x.standing.Rivals = append(x.standing.Rivals, p)
	}
	blocks, text := a.card(x)
	if n := chars(blocks...); n > maxChars || len(blocks) > maxBlocks {
		t.Errorf("%d characters in %d blocks", n, len(blocks))
	}
	b, err := json.Marshal(blocks)
	if word := slacktest.Check(text, b); err != nil || word != "" {
		t.Errorf("Slack says %s, %v", word, err)
	}
}
