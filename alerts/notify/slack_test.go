package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
)

// slackShown returns what a reader of Slack sees of blocks, links with their address; it fails the test when
// a text is one that Slack would parse.
func slackShown(t *testing.T, blocks json.RawMessage) string {
	t.Helper()
	if len(blocks) == 0 {
		return ""
	}
	if strings.Contains(string(blocks), `"mrkdwn"`) {
		t.Errorf("Slack would parse some of %s", blocks)
	}
	shown, err := slacktest.Show(blocks)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func slackFor(t *testing.T, s *slacktest.Server, o any) alerts.Notifier {
	t.Helper()
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	n, err := notify.New("slack", options(t, o), notify.Env{HTTP: &http.Client{Transport: tr, Timeout: 5 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSlackAnswers(t *testing.T) {
	const (
		permanent  = "permanent"
		unanswered = "unanswered"
		rest       = "rest"
		again      = "again"
	)
	for _, tt := range []struct {
		name string
		step slacktest.Step
		want string
	}{
		{"invalid_auth", slacktest.Refuse("invalid_auth"), permanent},
		{"token_revoked", slacktest.Refuse("token_revoked"), permanent},
		{"account_inactive", slacktest.Refuse("account_inactive"), permanent},
		{"channel_not_found", slacktest.Refuse("channel_not_found"), permanent},
		{"is_archived", slacktest.Refuse("is_archived"), permanent},
		{"not_in_channel", slacktest.Refuse("not_in_channel"), permanent},
		{"internal_error", slacktest.Refuse("internal_error"), again},
		{"service_unavailable", slacktest.Refuse("service_unavailable"), again},
		{"ratelimited", slacktest.Refuse("ratelimited"), rest},
		{"429", slacktest.RateLimited("30"), rest},
		{"429 without a header", slacktest.RateLimited(""), rest},
		{"429 with nonsense", slacktest.RateLimited("soon"), rest},
		{"500", slacktest.Answer(500, `{"ok":false}`), unanswered},
		{"HTML 502", slacktest.Answer(502, "<html>Bad Gateway</html>"), unanswered},
		{"HTML 200", slacktest.Answer(200, "<html>hello</html>"), unanswered},
		{"empty 200", slacktest.Empty(), unanswered},
		{"half a JSON", slacktest.Answer(200, `{"ok":tr`), unanswered},
		{"says nothing", slacktest.Answer(200, `{}`), unanswered},
		{"another type", slacktest.Answer(200, `{"ok":"yes"}`), unanswered},
		{"10 MB of JSON", slacktest.Answer(200, `{"ok":true,"x":"`+strings.Repeat("a", 10<<20)+`"}`), unanswered},
		{"redirect", slacktest.Answer(302, ""), again},
		{"404", slacktest.Answer(404, "not here"), permanent},
		{"drop", slacktest.Drop(), unanswered},
		{"hang", slacktest.Hang(), unanswered},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}})
			defer s.Close()
			s.Script(tt.step)
			n := slackFor(t, s, map[string]string{"token": token, "channel": "C1", "api": s.API()})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.name == "hang" { // nobody waits for ever
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
			}
			_, err := n.Notify(ctx, message(undercut(1, "Lamp")))
			var r *alerts.RetryAfterError
			got := again
			switch {
			case err == nil:
				t.Fatal("no error")
			case errors.As(err, &r):
				if got = rest; r.After != 30*time.Second {
					t.Errorf("rests %s", r.After)
				}
			case errors.Is(err, alerts.ErrPermanent):
				got = permanent
			case errors.Is(err, alerts.ErrUnanswered):
				got = unanswered
			}
			if got != tt.want || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s, want %s: %v", got, tt.want, err)
			}
		})
	}
}

func TestSlackNobodyListens(t *testing.T) {
	s := slacktest.New(slacktest.Options{Token: token})
	s.Close()
	n := slackFor(t, s, map[string]string{"webhook": s.Webhook(secret)})
	_, err := n.Notify(t.Context(), message(undercut(1, "Lamp")))
	if err == nil || errors.Is(err, alerts.ErrUnanswered) || errors.Is(err, alerts.ErrPermanent) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

// TestSlackPlainText lets Slack refuse the blocks: the same is told once as plain text.
func TestSlackPlainText(t *testing.T) {
	for _, webhook := range []bool{false, true} {
		s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}})
		o := map[string]string{"token": token, "channel": "C1", "api": s.API()}
		if webhook {
			o = map[string]string{"webhook": s.Webhook("C1")}
		}
		s.Script(slacktest.Refuse("invalid_blocks"))
		n := slackFor(t, s, o)
		if _, err := n.Notify(t.Context(), message(undercut(1, "<!channel> Lamp"))); err != nil {
			t.Fatal(err)
		}
		ms := s.Messages("C1")
		if len(ms) != 1 || len(ms[0].Blocks) != 0 || ms[0].Form["parse"] != "none" || ms[0].Form["mrkdwn"] != "false" {
			t.Fatalf("messages: %+v", ms)
		}
		for _, want := range []string{"&lt;\u2060!\u2060channel&gt; Lamp", "<https://lamp.example/p/1|Page at Lampenhuis>", "5 years of warranty"} {
			if !strings.Contains(ms[0].Text, want) {
				t.Errorf("does not say %q: %s", want, ms[0].Text)
			}
		}
		s.Script(slacktest.Refuse("msg_blocks_too_long"), slacktest.Refuse("invalid_blocks"))
		if _, err := slackFor(t, s, o).Notify(t.Context(), message(undercut(1, "Lamp"))); !errors.Is(err, alerts.ErrPermanent) || !errors.Is(err, alerts.ErrContent) {
			t.Errorf("refused as text as well: %v", err)
		}
		s.Close()
	}
}

// TestSlackLostAnswer looks a message up whose answer was lost, instead of posting it twice.
func TestSlackLostAnswer(t *testing.T) {
	for _, tt := range []struct {
		name      string
		step      slacktest.Step
		noHistory bool
		want      int
	}{
		{"arrived", slacktest.AcceptThenDrop(), false, 1},
		{"did not arrive", slacktest.Drop(), false, 1},
		{"arrived, and we may not look", slacktest.AcceptThenDrop(), true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}, NoHistory: tt.noHistory})
			defer s.Close()
			s.Script(tt.step)
			n := slackFor(t, s, map[string]string{"token": token, "channel": "C1", "api": s.API()})
			m := message(undercut(1, "Lamp"))
			if _, err := n.Notify(t.Context(), m); !errors.Is(err, alerts.ErrUnanswered) {
				t.Fatalf("first: %v", err)
			}
			m.Repeat = true
			n = slackFor(t, s, map[string]string{"token": token, "channel": "C1", "api": s.API()}) // as after a restart
			ts, err := n.Notify(t.Context(), m)
			ms := s.Messages("C1")
			if err != nil || len(ms) != tt.want || ts != ms[len(ms)-1].TS {
				t.Errorf("%d messages, ts %q, %v", len(ms), ts, err)
			}
			if tt.want == 2 && !strings.Contains(slackShown(t, ms[1].Blocks), "Possible repeat") {
				t.Error("the repeat does not say so")
			}
		})
	}
}

// TestSlackLooksBack finds a message under many newer ones, and looks no further back than the first attempt.
func TestSlackLooksBack(t *testing.T) {
	now := sentAt
	s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}, Clock: func() time.Time { return now }})
	defer s.Close()
	form := url.Values{"token": {token}, "channel": {"C1"}, "text": {"chatter"}}
	chat := func(n int) {
		for range n {
			resp, err := http.PostForm(s.API()+"chat.postMessage", form)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		}
		http.DefaultClient.CloseIdleConnections()
	}
	chat(250)
	now = now.Add(time.Hour)
	o := map[string]string{"token": token, "channel": "C1", "api": s.API()}
	m := message(undercut(1, "Lamp"))
	s.Script(slacktest.AcceptThenDrop())
	if _, err := slackFor(t, s, o).Notify(t.Context(), m); !errors.Is(err, alerts.ErrUnanswered) {
		t.Fatal(err)
	}
	m.Repeat, m.FirstAt = true, now
	chat(150)
	if ts, err := slackFor(t, s, o).Notify(t.Context(), m); err != nil || ts == "" || len(s.Messages("C1")) != 401 || s.Calls("conversations.history") != 2 {
		t.Errorf("%d messages after %d looks: %q, %v", len(s.Messages("C1")), s.Calls("conversations.history"), ts, err)
	}
	m.ID = "another"
	if _, err := slackFor(t, s, o).Notify(t.Context(), m); err != nil || s.Calls("conversations.history") != 4 {
		t.Errorf("%d looks: %v", s.Calls("conversations.history"), err)
	}
}

func TestSlackMetadata(t *testing.T) {
	s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}})
	defer s.Close()
	n := slackFor(t, s, map[string]string{"token": token, "channel": "C1", "api": s.API()})
	ts, err := n.Notify(t.Context(), message(undercut(7, "Lamp")))
	ms := s.Messages("C1")
	if err != nil || ts != ms[0].TS {
		t.Fatalf("ts %q, %v", ts, err)
	}
	want := `{"event_type":"pricegap_alert","event_payload":{"alert_ids":"0000000000000007:1","message_id":"0123456789abcdef"}}`
	if string(ms[0].Metadata) != want {
		t.Errorf("metadata: %s", ms[0].Metadata)
	}
	if ms[0].Form["unfurl_links"] != "false" || ms[0].Form["unfurl_media"] != "false" || ms[0].Form["parse"] != "none" {
		t.Errorf("form: %v", ms[0].Form)
	}
}

// hostile are strings that a page may bring; see C51 to C57 of the list of hostile content.
var hostile = []string{
	"<!channel> <!here> <!everyone> <@U123> <#C1> <!subteam^S1> <!date^0^{date}^https://evil|x>",
	"<https://evil.example|bol.com> evil.example mailto:a@b.example slack://x tel:123 https://evil.example",
	"*bold* _i_ ~s~ > quote ``` :rotating_light: &lt;!here&gt;",
	"@here @channel @everyone #general",
	`<script>alert(1)</script>"><img src=x onerror=alert(1)>`,
	"a\u202eb\u200bc\x1b[31m\x00\n\r\td",
	strings.Repeat("W", 5000),
	strings.Repeat("<!channel>", 200),
	"😀👨‍👩‍👧 e\u0301\u0301\u0301\u0301\u0301\u0301",
}

// hostileMessage puts a string wherever text or an address from outside can stand.
func hostileMessage(s string) alerts.Message {
	a := undercut(1, s)
	a.Facts.Brand, a.Facts.Category = market.NewText(s), market.NewText(s)
	a.Facts.Theirs.DeliveryText, a.Facts.Theirs.DeliveryDays = market.NewText(s), market.Count{}
	a.Facts.Ours.DeliveryText, a.Facts.Ours.DeliveryDays = market.NewText(s), market.Count{}
	a.Facts.Theirs.URL, a.Facts.Ours.URL = s, "https://us.example/"+s
	sold := a // and by whom, at the same shop
	sold.ID, sold.Kind, sold.Facts.Seller, sold.Facts.SellerBefore = "sold", "seller_changed", market.NewText(s), market.NewText(s)
	r := a
	m := message(a, sold)
	m.Resolved = []market.Alert{r}
	return m
}

// checkInert fails when foreign text could act in Slack.
func checkInert(t *testing.T, m alerts.Message, text string, blocks json.RawMessage) {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal(blocks, &list); err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCount(blocks); len(list) > 50 || n > 12_000 {
		t.Errorf("%d blocks, %d characters", len(list), n)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			switch v["type"] {
			case "mrkdwn", "user", "usergroup", "channel", "broadcast", "emoji", "date":
				t.Errorf("an element of type %s", v["type"])
			case "link":
				if u, _ := v["url"].(string); !strings.HasPrefix(u, "https://us.example/") && !strings.HasPrefix(u, m.Firing[0].Facts.Theirs.URL) {
					t.Errorf("a link to %s", u)
				}
			}
			if s, ok := v["text"].(string); ok {
				inertText(t, s)
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	for _, b := range list {
		walk(b)
	}
	for i := range len(text) {
		if text[i] == '<' && !strings.HasPrefix(text[i:], "<https://us.example") && !strings.HasPrefix(text[i:], "<https://lamp.example") {
			t.Errorf("the text has a token: %s", text[i:])
		}
	}
	inertText(t, strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text))
}

// inertText fails when s has a token that some reader could act on.
func inertText(t *testing.T, s string) {
	t.Helper()
	for _, bad := range []string{"<!", "<@", "<#", "<http", "://evil", "evil.example", "mailto:a", "slack:/", "@here", "@channel", ":rotating_light:", "\x1b", "\u202e", "<script", "\x00"} {
		if strings.Contains(s, bad) {
			t.Errorf("%q stands in %q", bad, s)
		}
	}
}

func TestSlackHostile(t *testing.T) {
	for _, h := range hostile {
		m := hostileMessage(h)
		checkInert(t, m, notify.SlackText(m), notify.SlackBlocks(m))
	}
}

// TestSlackPayloads sends 500 mixes of hostile strings and of unknown facts; each is accepted by Slack's own
// checks, inert and within bounds.
func TestSlackPayloads(t *testing.T) {
	t.Parallel()
	for i := range 500 {
		a, b := hostile[i%len(hostile)], hostile[(i/len(hostile))%len(hostile)]
		m := hostileMessage(a + " " + b)
		extra := i % 6
		if i%50 == 0 {
			extra = 23 // more than a message spells out
		}
		for j := range extra {
			x := undercut(j, b)
			switch j % 5 {
			case 0:
				x.Topic.Product, x.Facts.Failures = "", []market.FailureKind{"blocked_captcha"}
			case 1:
				x.Facts.Ours = market.Side{}
			case 2:
				x.Facts.Theirs = market.Side{Source: "lamp"}
			case 3:
				x.Kind, x.Facts.Before = "price_change", euros(12000)
			case 4:
				x.Kind, x.Facts.Advantages = "stock", nil
			}
			m.Firing = append(m.Firing, x)
		}
		m.Language = []string{"nl", "en", "de", ""}[i%4]
		blocks, text := notify.SlackBlocks(m), notify.SlackText(m)
		if word := slacktest.Check(text, blocks); word != "" {
			t.Fatalf("payload %d: %s", i, word)
		}
		var found int
		for _, r := range string(blocks) {
			if r != '\n' && (unicode.IsControl(r) || r == utf8.RuneError) {
				found++
			}
		}
		if found > 0 {
			t.Fatalf("payload %d has %d control characters", i, found)
		}
		for _, bad := range []string{"<!", "<@", "<#"} {
			if strings.Contains(text, bad) {
				t.Fatalf("payload %d has %q", i, bad)
			}
		}
		actsNowhere(t, i, blocks)
	}
}

// actsNowhere fails when content made something that a chat acts on: an element of another kind than text and links of ours, a link
// elsewhere, a token in a text.
func actsNowhere(t *testing.T, i int, blocks json.RawMessage) {
	t.Helper()
	for _, kind := range kindOf.FindAllStringSubmatch(string(blocks), -1) {
		if !slices.Contains([]string{"header", "context", "plain_text", "rich_text", "rich_text_section", "text", "link", "table", "raw_text"}, kind[1]) {
			t.Fatalf("payload %d has an element of type %s", i, kind[1])
		}
	}
	for _, u := range address.FindAllStringSubmatch(string(blocks), -1) {
		if !strings.HasPrefix(u[1], "https://us.example/") && !strings.HasPrefix(u[1], "https://lamp.example/") {
			t.Fatalf("payload %d has a link to %s", i, u[1])
		}
	}
	for _, x := range texts(t, blocks) {
		if bad := chatToken.FindString(x); bad != "" {
			t.Fatalf("payload %d has %q in %q", i, bad, x)
		}
	}
}

var (
	kindOf  = regexp.MustCompile(`"type":"([^"]*)"`)
	address = regexp.MustCompile(`"url":"([^"]*)"`)
)

func FuzzSlackRender(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := hostileMessage(s)
		blocks, text := notify.SlackBlocks(m), notify.SlackText(m)
		if word := slacktest.Check(text, blocks); word != "" {
			t.Fatal(word)
		}
		checkTokens(t, s, text)
		for _, x := range texts(t, blocks) {
			if bad := chatToken.FindString(x); bad != "" {
				t.Errorf("%q stands in %q", bad, x)
			}
		}
	})
}

// chatToken is what some reader of a chat could act on: a mention, an address, an emoji.
var chatToken = regexp.MustCompile(`<[!@#a-zA-Z]|://|\pL[.。．｡]\pL|@\pL|:\pL+:|mailto:\pL`)

// texts returns every text of blocks, without the addresses of links.
func texts(t *testing.T, blocks json.RawMessage) (out []string) {
	t.Helper()
	var list any
	if err := json.Unmarshal(blocks, &list); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				out = append(out, s)
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(list)
	return out
}

// checkTokens fails when an unescaped < opens anything but a link of ours.
func checkTokens(t *testing.T, s, text string) {
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "<")
		if !found {
			return
		}
		link, next, closed := strings.Cut(after, ">")
		address, label, labelled := strings.Cut(link, "|")
		if !closed || !labelled || (label != "Our page" && label != "Page at Lampenhuis") || !strings.HasPrefix(address, "http") {
			t.Fatalf("%q makes a token: %s", s, link)
		}
		rest = next
	}
}

func ExampleRenderText() {
	fmt.Print(notify.RenderText(alerts.Message{Channel: "winkel", Test: true}))
	// Output:
	// pricegap
	// This is a test message of pricegap for the channel winkel. Alerts will arrive here.
}
