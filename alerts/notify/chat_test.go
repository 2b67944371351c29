package notify_test

import (
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pricegap/alerts"
	"pricegap/alerts/notify"
)

// decoded is a body as JSON.
func decoded[T any](t *testing.T, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Errorf("%v: %s", err, body)
	}
	return v
}

// seen is a text without what shows nothing.
func seen(s string) string { return strings.ReplaceAll(s, "\u2060", "") }

type discordBody struct {
	Embeds   []struct{ Description string }
	Mentions struct{ Parse []string } `json:"allowed_mentions"`
}

func discordStage(t *testing.T) stage {
	return postStage(t, "discord", func(address string) map[string]string {
		return map[string]string{"url": address + "/api/webhooks/1/" + token}
	}, func(r *http.Request, body []byte) string {
		in := decoded[discordBody](t, body)
		if r.URL.Query().Get("wait") != "true" || len(in.Embeds) != 1 || in.Mentions.Parse == nil || len(in.Mentions.Parse) > 0 {
			t.Errorf("%s: %s", r.URL, body)
		}
		text := in.Embeds[0].Description
		if n := utf8.RuneCountInString(text); n > 4096 {
			t.Errorf("%d characters", n)
		}
		return seen(regexp.MustCompile(`\\(.)`).ReplaceAllString(text, "$1"))
	})
}

func telegramStage(t *testing.T) stage {
	return postStage(t, "telegram", func(address string) map[string]string {
		return map[string]string{"token": "5150:canary-telegram", "chat": "-100123", "api": address}
	}, func(r *http.Request, body []byte) string {
		in := decoded[struct {
			Chat string `json:"chat_id"`
			Text string
			Mode string `json:"parse_mode"`
		}](t, body)
		if r.URL.Path != "/bot5150:canary-telegram/sendMessage" || in.Chat != "-100123" || in.Mode != "HTML" {
			t.Errorf("%s: %s", r.URL.Path, body)
		}
		if n := len(utf16.Encode([]rune(in.Text))); n > 4096 {
			t.Errorf("%d code units", n)
		}
		return seen(html.UnescapeString(in.Text))
	})
}

func ntfyStage(t *testing.T) stage {
	return postStage(t, "ntfy", func(address string) map[string]string {
		return map[string]string{"url": address + "/canary-topic", "token": "tk_canary"}
	}, func(r *http.Request, body []byte) string {
		in := decoded[struct{ Topic, Message, Click string }](t, body)
		if r.URL.Path != "/" || r.Header.Get("Authorization") != "Bearer tk_canary" || in.Topic != "canary-topic" || in.Click != "https://prices.example/alerts" {
			t.Errorf("%s: %s", r.URL.Path, body)
		}
		if len(in.Message) > 4096 {
			t.Errorf("%d bytes", len(in.Message))
		}
		return seen(in.Message)
	})
}

type teamsBody struct {
	Attachments []struct {
		Content struct {
			Body []struct {
				Type    string
				Inlines []struct {
					Text   string
					Select struct{ URL string } `json:"selectAction"`
				}
			}
		}
	}
}

func teamsStage(t *testing.T) stage {
	return postStage(t, "teams", func(address string) map[string]string {
		return map[string]string{"url": address + "/workflows/" + token}
	}, func(_ *http.Request, body []byte) string {
		if len(body) > 28<<10 {
			t.Errorf("%d bytes", len(body))
		}
		var b strings.Builder
		for _, l := range decoded[teamsBody](t, body).Attachments[0].Content.Body {
			if l.Type != "RichTextBlock" || len(l.Inlines) == 0 {
				t.Errorf("a line: %+v", l)
			}
			for _, s := range l.Inlines {
				b.WriteString(s.Text + " " + s.Select.URL)
			}
			b.WriteString("\n")
		}
		return seen(b.String())
	})
}

// What a page calls its product is no mention, no link and no format in any chat.
func TestChatsInert(t *testing.T) {
	t.Parallel()
	const evil = "@everyone <@123> <b>x</b> **b** [a](https://evil.example) _i_ `c` https://evil.example #1 /start evil.example"
	for kind, o := range map[string]map[string]string{
		"discord": {"url": "/"}, "telegram": {"token": "1:a", "chat": "1", "api": ""}, "ntfy": {"url": "/topic"}, "teams": {"url": "/"},
	} {
		t.Run(kind, func(t *testing.T) {
			var got []byte
			s := postStage(t, kind, func(address string) map[string]string {
				for k, v := range o {
					if k == "url" || k == "api" {
						o[k] = address + v
					}
				}
				return o
			}, func(_ *http.Request, body []byte) string { got = body; return "" })
			if _, err := s.notifier.Notify(t.Context(), message(undercut(1, evil))); err != nil {
				t.Fatal(err)
			}
			var all string
			switch kind {
			case "discord":
				all = decoded[discordBody](t, got).Embeds[0].Description
			case "telegram":
				all = decoded[struct{ Text string }](t, got).Text
			case "ntfy":
				all = decoded[struct{ Message string }](t, got).Message
			case "teams":
				for _, l := range decoded[teamsBody](t, got).Attachments[0].Content.Body {
					for _, s := range l.Inlines {
						all += s.Text + "\n"
						if strings.Contains(s.Select.URL, "evil") {
							t.Errorf("a link to %s", s.Select.URL)
						}
					}
				}
			}
			for _, token := range []string{"@everyone", "<@", "<b>x", "**b", "](https://evil", "_i_", "`c", "https://evil", "evil.example", "#1", "/start"} {
				if strings.Contains(all, token) {
					t.Errorf("%q in %s", token, all)
				}
			}
		})
	}
}

// What Telegram says of the chat is mended by no other text.
func TestTelegramChat(t *testing.T) {
	t.Parallel()
	for why, content := range map[string]bool{"Bad Request: chat not found": false, "Bad Request: can't parse entities": true} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "description": why})
		}))
		t.Cleanup(srv.Close)
		n, err := notify.New("telegram", options(t, map[string]string{"token": "1:a", "chat": "@shop", "api": srv.URL}), notify.Env{HTTP: srv.Client()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Notify(t.Context(), message(undercut(1, "Lamp"))); !errors.Is(err, alerts.ErrPermanent) || errors.Is(err, alerts.ErrContent) != content {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// The answer says how a service calls a message.
func TestChatReference(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/bot") {
			_, _ = w.Write([]byte(`{"ok":true,"result":{"message_id":42}}`))
			return
		}
		_, _ = w.Write([]byte(`{"id":"77","content":""}`))
	}))
	t.Cleanup(srv.Close)
	for kind, c := range map[string]struct {
		o    map[string]string
		want string
	}{
		"discord":  {map[string]string{"url": srv.URL + "/x"}, "77"},
		"telegram": {map[string]string{"token": "1:a", "chat": "-1", "api": srv.URL}, "42"},
		"teams":    {map[string]string{"url": srv.URL + "/x"}, "0123456789abcdef"},
	} {
		n, err := notify.New(kind, options(t, c.o), notify.Env{HTTP: srv.Client()})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := n.Notify(t.Context(), message(undercut(1, "Lamp"))); err != nil || got != c.want {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
	}
}

func TestChatsRefuse(t *testing.T) {
	t.Parallel()
	for _, bad := range []struct {
		kind string
		o    map[string]string
		want string
	}{
		{"discord", map[string]string{"url": "http://discord.example/" + secret}, "url: "},
		{"teams", nil, "url: "},
		{"telegram", map[string]string{"token": secret, "chat": "1"}, "token: "},
		{"telegram", map[string]string{"token": "1:a", "chat": "winkel"}, "chat: "},
		{"telegram", map[string]string{"token": "1:a", "chat": "1", "api": "http://elsewhere.example"}, "api: "},
		{"ntfy", map[string]string{"url": "https://ntfy.example/"}, "url: "},
		{"ntfy", map[string]string{"url": "https://ntfy.example/a/" + secret}, "url: "},
	} {
		_, err := notify.New(bad.kind, options(t, bad.o), notify.Env{})
		if err == nil || !strings.HasPrefix(err.Error(), "notify: "+bad.kind+": "+bad.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s %v: %v", bad.kind, bad.o, err)
		}
	}
}
