package notify_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
	"pricegap/market/money"
)

var update = flag.Bool("update", false, "rewrite testdata")

// everything is a message with each kind of alert in it.
func everything() alerts.Message {
	cheaper := undercut(1, "Bureaulamp Arc")
	second := undercut(2, "Bureaulamp Arc")
	second.Topic, second.Facts.Theirs = market.Topic{Product: "P1", Source: "licht"}, market.Side{Source: "licht", Name: "Licht & Zo", Price: euros(12500), SeenAt: sentAt.Add(-3 * time.Hour)}
	second.Facts.Gap, second.Facts.GapBasisPoints, second.Facts.Advantages = euros(-500), market.CountOf(-385), nil
	both := undercut(1, "Bureaulamp Arc") // another rule about the same rival: told as one
	both.ID, both.Kind, both.Facts.Before = "b1", "price_change", euros(12100)
	both.Facts.Theirs.SeenAt, both.Facts.Ours.SeenAt = sentAt.Add(-2*time.Minute), sentAt.Add(-7*time.Minute) // and judged later
	both.Facts.Theirs.Price, both.Facts.Ours.Price = euros(10900), euros(12900)
	both.Facts.Theirs.Delivered, both.Facts.Ours.Delivered = euros(11395), euros(12900)
	cheaper.Facts.Verdict = market.Verdict{Outcome: "MATCH", Price: euros(11000), At: sentAt} // on a price that is not told
	both.Facts.Verdict = market.Verdict{Outcome: "DECLINE", Failed: []string{"stock"}, Unknown: []string{"seller"}, At: sentAt.Add(-2 * time.Minute)}
	second.Facts.Verdict = market.Verdict{Outcome: "REFER", To: "shift_lead", Price: euros(12500), Unknown: []string{"stock"}, At: sentAt.Add(-3 * time.Hour)}
	door := undercut(3, "Plafondlamp Zon")
	door.Facts.Basis, door.Facts.Gap, door.Facts.GapBasisPoints = "delivered", euros(-1505), market.CountOf(-1158)
	door.Facts.Verdict = market.Verdict{Outcome: "MATCH", Price: euros(11000), At: sentAt}
	moved := undercut(4, "Vloerlamp Hoog")
	moved.Kind, moved.Facts.Before = "price_change", euros(119900)
	own := undercut(5, "Wandlamp")
	own.Kind, own.Topic.Source, own.Facts.Before, own.Facts.Theirs = "price_change", "us", euros(10000), market.Side{}
	out := undercut(6, "Tafellamp")
	out.Kind, out.Facts.StockBefore, out.Facts.Gap, out.Facts.GapBasisPoints = "stock", market.StockIn, euros(0), market.CountOf(0)
	in := undercut(7, "Hanglamp")
	in.Kind, in.Facts.Ours.Stock, in.Facts.Theirs.Stock, in.Facts.Gap = "stock", market.StockOut, market.StockLimited, euros(0)
	in.Facts.GapBasisPoints = market.Count{}
	blind := market.Alert{ID: "b", Kind: "source_blind", Topic: market.Topic{Source: "lamp"}, Facts: market.Facts{
		Theirs:     market.Side{Source: "lamp", Name: "Lampenhuis"},
		LastGoodAt: sentAt.Add(-50 * time.Hour), Failures: []market.FailureKind{market.FailBlockedCaptcha, market.FailHeaderTimeout},
	}}
	seen := blind
	bare := market.Alert{ID: "c", Kind: "undercut", Topic: market.Topic{Product: "P9", Source: "x"}, Facts: market.Facts{Theirs: market.Side{Source: "x"}}}
	changed := market.Alert{ID: "d", Kind: "shop_changed", Topic: market.Topic{Source: "zon"}, Facts: market.Facts{
		Theirs: market.Side{Source: "zon", Name: "Zonlicht"},
		Odd:    []market.Oddity{{Kind: "moved", What: "82.64 %", Offers: 40, Of: 42}, {Kind: "field", What: "sku", Offers: 0, Of: 42}, {Kind: "field", What: "gtin", Offers: 0, Of: 42}},
	}}
	asBefore := changed
	asBefore.Facts.Odd = nil
	flaps := undercut(11, "Wandspot")
	flaps.Kind, flaps.Facts.Before = "unstable", euros(119900)
	m := message(blind, changed, flaps, cheaper, second, both, door, moved, own, out, in, bare)
	still, level, unlike, neither := undercut(8, "Spot"), undercut(9, "Spot"), undercut(10, "Spot"), out
	still.Facts.Theirs.Stock, still.Facts.Gap = market.StockIn, euros(-100)
	level.Facts.Gap = euros(100)
	unlike.Facts.Gap = money.Amount{}
	neither.Facts.Ours.Stock = market.StockOut
	back := out
	back.Facts.Theirs.Stock = market.StockIn
	m.Resolved = []market.Alert{undercut(8, "Spot"), still, level, unlike, seen, asBefore, out, back, neither}
	m.Repeat, m.Late = true, 3
	return m
}

func TestRenderText(t *testing.T) {
	for _, language := range []string{"en", "nl"} {
		m := everything()
		m.Language = language
		golden(t, "everything."+language+".txt", notify.RenderText(m))
	}
	// Where they are better, the message says so, too.
	better := undercut(1, "Bureaulamp Arc")
	better.Facts.Ours.Shipping, better.Facts.Ours.Delivered, better.Facts.Theirs.Shipping, better.Facts.Theirs.Delivered = euros(495), euros(13495), euros(0), euros(11000)
	better.Facts.Theirs.DeliveryDays = market.CountOf(0)
	better.Facts.Advantages = []market.Advantage{{Kind: market.PointDelivery, Ours: map[string]string{"nl": "morgen in huis en aangesloten"}, Theirs: map[string]string{"nl": "vandaag"}}}
	better.Facts.Drawbacks = []market.Advantage{
		{Kind: market.PointReturns, Ours: map[string]string{"nl": "30 dagen bedenktijd"}, Theirs: map[string]string{"nl": "100 dagen bedenktijd"}},
		{Kind: market.PointService, Theirs: map[string]string{"nl": "gratis ophangen"}},
	}
	m := message(better)
	m.Language = "nl"
	golden(t, "better.nl.txt", notify.RenderText(m))
	only := message()
	only.Language, only.Resolved = "nl", []market.Alert{undercut(1, "Spot")}
	golden(t, "resolved.nl.txt", notify.RenderText(only))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s: %s", name, d)
	}
}

// TestFakeSlackWatches shows that the fake notices who does not rest, and who sends what Slack refuses.
func TestFakeSlackWatches(t *testing.T) {
	now := sentAt
	s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}, Archived: []string{"C2"}, Clock: func() time.Time { return now }})
	defer s.Close()
	s.Script(slacktest.RateLimited("30"))
	post := func(channel, auth string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.API()+"chat.postMessage?", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.RawQuery = ""
		r.Header.Set("Authorization", "Bearer "+auth)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = http.NoBody
		tr := &http.Transport{DisableKeepAlives: true}
		resp, err := (&http.Client{Transport: tr}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.Status + channel
	}
	post("", token)
	now = now.Add(29 * time.Second)
	post("", token)
	if v := s.Violations(); len(v) != 1 {
		t.Errorf("violations: %v", v)
	}
	now = now.Add(time.Second)
	post("", token)
	if v := s.Violations(); len(v) != 1 || s.Calls("chat.postMessage") != 3 {
		t.Errorf("violations: %v", v)
	}
	cell := `{"type":"raw_text","text":"x"}`
	table := func(rows int, row ...string) string {
		r := "[" + strings.Join(row, ",") + "]"
		return `{"type":"table","rows":[` + strings.TrimSuffix(strings.Repeat(r+",", rows), ",") + "]}"
	}
	for blocks, word := range map[string]string{
		`{"type":"divider"}`: "",
		`{"type":"header","text":{"type":"mrkdwn","text":"x"}}`: "invalid_blocks",
		table(100, cell, cell):                         "",
		table(101, cell):                               "invalid_blocks",
		table(1, slices.Repeat([]string{cell}, 21)...): "invalid_blocks",
		table(1, cell) + "," + table(1, cell):          "invalid_blocks", // one a message
		`{"type":"table","rows":[[` + cell + `],[` + cell + "," + cell + `]]}`: "invalid_blocks",
		`{"type":"table","rows":[[{"type":"raw_text","text":""}]]}`:            "invalid_blocks",
		`{"type":"table","rows":[]}`:                                           "invalid_blocks",
	} {
		if got := slacktest.Check("x", []byte("["+blocks+"]")); got != word {
			t.Errorf("%.200s: %q", blocks, got)
		}
	}
}
