package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
	"pricegap/market/money"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var sentAt = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const (
	token  = "xoxb-canary-5150-token"
	secret = "canary-8086-shared-secret"
)

// stage is one kind of channel with what it talks to.
type stage struct {
	notifier alerts.Notifier
	// heard returns everything that arrived, as text.
	heard func() string
	// misbehave makes the next message meet that trouble: "429", "500", "redirect", "refused", "content", "drop"; nil where the
	// kind has no network.
	misbehave func(string)
	// never are the troubles that the kind cannot meet.
	never []string
}

// stages has every kind of channel; a kind that is missing here fails TestSuite.
var stages = map[string]func(t *testing.T) stage{
	"console": func(t *testing.T) stage {
		var b bytes.Buffer
		n, err := notify.New("console", nil, notify.Env{Out: &b, Web: "https://prices.example"})
		if err != nil {
			t.Fatal(err)
		}
		return stage{notifier: n, heard: b.String}
	},
	"webhook":  webhookStage,
	"mail":     mailStage,
	"discord":  discordStage,
	"telegram": telegramStage,
	"ntfy":     ntfyStage,
	"teams":    teamsStage,
	"feed":     feedStage,
	"slack":    func(t *testing.T) stage { return slackStage(t, false) },
	"slack webhook": func(t *testing.T) stage {
		return slackStage(t, true)
	},
}

func options(t *testing.T, v any) func(any) error {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return func(o any) error { return json.Unmarshal(b, o) }
}

func slackStage(t *testing.T, webhook bool) stage {
	s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1", secret}})
	t.Cleanup(s.Close)
	o := map[string]string{"token": token, "channel": "C1", "api": s.API()}
	if webhook {
		o = map[string]string{"webhook": s.Webhook(secret)}
	}
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	n, err := notify.New("slack", options(t, o), notify.Env{HTTP: &http.Client{Transport: tr, Timeout: 5 * time.Second}, Web: "https://prices.example"})
	if err != nil {
		t.Fatal(err)
	}
	return stage{notifier: n, heard: func() string {
		var b strings.Builder
		for _, m := range s.Messages("") {
			b.WriteString(m.Text + "\n" + slackShown(t, m.Blocks))
		}
		return b.String()
	}, misbehave: func(trouble string) {
		if trouble == "content" {
			s.Script(slacktest.Refuse("msg_blocks_too_long")) // and then the plain text
		}
		s.Script(map[string]slacktest.Step{
			"429":      slacktest.RateLimited("7"),
			"500":      slacktest.Answer(http.StatusBadGateway, "<html>Bad Gateway</html>"),
			"redirect": slacktest.Answer(http.StatusFound, ""),
			"refused":  slacktest.Refuse("token_revoked"),
			"content":  slacktest.Refuse("invalid_blocks"),
			"drop":     slacktest.AcceptThenDrop(),
		}[trouble])
	}}
}

func webhookStage(t *testing.T) stage {
	return postStage(t, "webhook", func(address string) map[string]string {
		return map[string]string{"url": address + "/hook?key=" + token, "secret": secret}
	}, func(r *http.Request, body []byte) string {
		if r.Header.Get(notify.HeaderSignature) != notify.Sign(market.NewSecret(secret), r.Header.Get(notify.HeaderTimestamp), body) {
			t.Error("a message that is not signed")
		}
		var in struct{ Text string }
		if err := json.Unmarshal(body, &in); err != nil {
			t.Errorf("body: %v", err)
		}
		return in.Text
	})
}

// postStage is a kind of channel that posts messages, of which read says what they say.
func postStage(t *testing.T, kind string, o func(address string) map[string]string, read func(r *http.Request, body []byte) string) stage {
	var mu sync.Mutex
	var heard strings.Builder
	var trouble string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		what := trouble
		trouble = ""
		switch what {
		case "429":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		case "500":
			w.WriteHeader(http.StatusInternalServerError)
			return
		case "redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		case "refused":
			w.WriteHeader(http.StatusForbidden)
			return
		case "content":
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		case "drop":
			panic(http.ErrAbortHandler)
		}
		if err != nil || r.URL.Path == "/elsewhere" {
			t.Errorf("a message that is not for here: %s %v", r.URL.Path, err)
		}
		heard.WriteString(read(r, body))
	}))
	t.Cleanup(srv.Close)
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	n, err := notify.New(kind, options(t, o(srv.URL)), notify.Env{HTTP: &http.Client{Transport: tr, Timeout: 5 * time.Second}, Web: "https://prices.example"})
	if err != nil {
		t.Fatal(err)
	}
	return stage{notifier: n, heard: func() string { mu.Lock(); defer mu.Unlock(); return heard.String() }, misbehave: func(s string) {
		mu.Lock()
		defer mu.Unlock()
		trouble = s
	}}
}

func euros(cents int64) money.Amount { return money.New(cents*10_000, "EUR") }

// undercut is an alert with everything known.
func undercut(n int, title string) market.Alert {
	return market.Alert{
		ID: fmt.Sprintf("%016x", n), Rule: "cheaper", Kind: "undercut", State: market.AlertFiring, Transition: 1,
		Topic: market.Topic{Product: market.ProductID(fmt.Sprint("P", n)), Source: "lamp"},
		Facts: market.Facts{
			Title: market.NewText(title), Basis: "shelf", Gap: euros(-2000), GapBasisPoints: market.CountOf(-1538),
			Ours: market.Side{
				Source: "us", Name: "Onze Winkel", Price: euros(13000), Shipping: euros(0), Delivered: euros(13000), Stock: market.StockIn,
				DeliveryDays: market.CountOf(1), URL: "https://us.example/p/1", SeenAt: sentAt.Add(-time.Hour),
			},
			Theirs: market.Side{
				Source: "lamp", Name: "Lampenhuis", Price: euros(11000), Shipping: euros(495), Delivered: euros(11495), Stock: market.StockOut,
				DeliveryText: market.NewText("Binnen 5 werkdagen"), URL: "https://lamp.example/p/1", SeenAt: sentAt.Add(-12 * time.Minute),
			},
			Advantages: []market.Advantage{
				{Kind: market.PointWarranty, Ours: map[string]string{"nl": "5 jaar garantie", "en": "5 years of warranty"}, Theirs: map[string]string{"nl": "2 jaar", "en": "2 years"}},
				{Kind: market.PointPickup, Ours: map[string]string{"nl": "vandaag af te halen", "en": "pick up today"}},
			},
		},
	}
}

func message(as ...market.Alert) alerts.Message {
	return alerts.Message{
		ID: "0123456789abcdef", Channel: "winkel", Language: "en", Formula: market.Formula{Name: "Onze Winkel"}, Firing: as, At: sentAt,
	}
}

// TestSuite is what every channel must do: say it, say how much it leaves out, mark a repeat, tell apart what
// may be tried again, and show no secret whatever happens.
func TestSuite(t *testing.T) {
	for _, k := range notify.Kinds() {
		if stages[k] == nil {
			t.Errorf("channel %s is not in the suite", k)
		}
	}
	for kind, make := range stages {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			t.Run("says it", func(t *testing.T) { says(t, make(t)) })
			t.Run("truncates", func(t *testing.T) { truncates(t, make(t)) })
			t.Run("truncates ends", func(t *testing.T) { truncatesEnds(t, make(t)) })
			t.Run("stops", func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				if _, err := make(t).notifier.Notify(ctx, message(undercut(1, "Lamp"))); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
			if kind == "console" {
				return
			}
			for _, trouble := range []string{"429", "500", "redirect", "refused", "content", "drop"} {
				t.Run(trouble, func(t *testing.T) {
					s := make(t)
					if slices.Contains(s.never, trouble) {
						return
					}
					fails(t, s, trouble)
				})
			}
		})
	}
}

func says(t *testing.T, s stage) {
	m := message(undercut(1, "Bureaulamp Arc"))
	m.Resolved = []market.Alert{undercut(2, "Vloerlamp Zon")}
	m.Repeat = true
	if _, err := s.notifier.Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Bureaulamp Arc", "Lampenhuis", money.Format(euros(13000), "en"), money.Format(euros(11000), "en"), money.Format(euros(2000), "en"), "15.4%", "out of stock",
		"in stock", money.Format(euros(495), "en"), "free shipping", "Binnen 5 werkdagen", "delivery in 1 day", "5 years of warranty", "2 years",
		"pick up today", "12 min ago", "https://lamp.example/p/1", "https://us.example/p/1", "Vloerlamp Zon", "Possible repeat",
	} {
		if !strings.Contains(s.heard(), want) {
			t.Errorf("does not say %q:\n%s", want, s.heard())
		}
	}
}

func truncates(t *testing.T, s stage) {
	m := message()
	for i := range 500 {
		m.Firing = append(m.Firing, undercut(i, longName(i)))
	}
	if _, err := s.notifier.Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	countsRest(t, s.heard())
}

// longName is a name of a product that no message spells out; product finds its beginning.
func longName(n int) string {
	return fmt.Sprintf("Nummer %d met een %s", n, strings.Repeat("zeer lange naam ", 40))
}

var product = regexp.MustCompile(`Nummer \d+ met`)

func truncatesEnds(t *testing.T, s stage) {
	m := message(undercut(0, longName(0)))
	for i := range 499 {
		m.Resolved = append(m.Resolved, undercut(i+1, longName(i+1)))
	}
	if _, err := s.notifier.Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	countsRest(t, s.heard())
}

// countsRest checks that what was heard names some products of 500 and counts the rest.
func countsRest(t *testing.T, heard string) {
	t.Helper()
	told := map[string]bool{}
	for _, p := range product.FindAllString(heard, -1) {
		told[p] = true
	}
	if len(told) < 5 || len(told) > 60 || !strings.Contains(heard, fmt.Sprintf("and %d more", 500-len(told))) {
		t.Errorf("%d alerts are spelled out:\n%s", len(told), heard)
	}
}

func fails(t *testing.T, s stage, trouble string) {
	s.misbehave(trouble)
	m := message(undercut(1, "Lamp"))
	_, err := s.notifier.Notify(t.Context(), m)
	if err == nil {
		t.Fatal("no error")
	}
	var rest *alerts.RetryAfterError
	got := fmt.Sprint(errors.Is(err, alerts.ErrPermanent), errors.Is(err, alerts.ErrContent), errors.Is(err, alerts.ErrUnanswered), errors.As(err, &rest))
	want := map[string]string{
		"429": "false false false true", "500": "false false true false", "redirect": "false false false false",
		"refused": "true false false false", "content": "true true false false", "drop": "false false true false",
	}[trouble]
	if got != want {
		t.Errorf("%s is permanent, content, unanswered, rest = %s, want %s: %v", trouble, got, want, err)
	}
	if rest != nil && rest.After != 7*time.Second {
		t.Errorf("rests for %s", rest.After)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
		if text := fmt.Sprintf(verb, err); strings.Contains(text, "canary") || strings.Contains(text, "127.0.0.1:") && verb != "%#v" && trouble != "drop" {
			t.Errorf("the error shows too much: %s", text)
		}
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), "canary") {
			t.Errorf("a cause shows a secret: %v", e)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := notify.New("slak", nil, notify.Env{}); !errors.Is(err, notify.ErrKind) {
		t.Errorf("unknown kind: %v", err)
	}
	for _, bad := range []struct {
		kind string
		o    map[string]string
		want string
	}{
		{"slack", nil, "token: "},
		{"slack", map[string]string{"token": token}, "channel: "},
		{"slack", map[string]string{"token": token, "webhook": "https://hooks.example/" + secret}, "webhook: "},
		{"slack", map[string]string{"webhook": "http://hooks.example/" + secret}, "webhook: "},
		{"slack", map[string]string{"webhook": "https://%zz" + secret}, "webhook: "},
		{"slack", map[string]string{"token": token, "channel": "C1", "api": "http://elsewhere.example/"}, "api: "},
		{"webhook", map[string]string{"url": "https://x.example/" + token, "secret": "short"}, "secret: "},
		{"webhook", map[string]string{"url": "ftp://x.example/" + token, "secret": secret}, "url: "},
		{"webhook", map[string]string{"secret": secret}, "url: "},
		{"feed", nil, "file: "},
	} {
		_, err := notify.New(bad.kind, options(t, bad.o), notify.Env{})
		if err == nil || !strings.HasPrefix(err.Error(), "notify: "+bad.kind+": "+bad.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s %v: %v", bad.kind, bad.o, err)
		}
	}
	if _, err := notify.New("console", nil, notify.Env{}); err == nil {
		t.Error("a console without an output")
	}
	if notify.Options("slack") == nil || notify.Options("nothing") != nil {
		t.Error("options")
	}
}
