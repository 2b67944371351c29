package slackapp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"pricegap/alerts/notify/button"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
	"pricegap/watch/feedback"
)

const appToken = "xapp-canary-9000"

// plugged runs an app that listens by Socket Mode, at a Slack that first misbehaves so.
func plugged(t *testing.T, svc *shop, log *slog.Logger, script ...slacktest.Step) (*slacktest.Server, context.Context) {
	t.Helper()
	s := slacktest.New(slacktest.Options{Token: "xoxb-1", AppToken: appToken})
	t.Cleanup(s.Close)
	s.Script(script...)
	start(t, svc, newSlack(t), func(o *Options) {
		o.SigningSecret, o.AppToken, o.API, o.Hooks, o.Log = market.Secret{}, market.NewSecret(appToken), s.API(), s.Hooks(), log
		o.Pause = func(int) time.Duration { return time.Millisecond }
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return s, ctx
}

// TestSocketMode: commands, buttons, forms and the home tab do by Socket Mode what they do over HTTP, once however often they come.
func TestSocketMode(t *testing.T) {
	svc := &shop{title: "Waterkoker", price: "12.35", now: "11.95"}
	s, ctx := plugged(t, svc, nil)
	deliver := func(envelope, kind string, payload any) string {
		t.Helper()
		answer, err := s.Deliver(ctx, envelope, kind, payload)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	command := map[string]any{"command": "/price", "text": "8712345678906", "user_id": "U1", "trigger_id": "T1", "response_url": s.Hook("T1")}
	for n := range 3 {
		if a := deliver(fmt.Sprint("c", n), "slash_commands", command); a != "" {
			t.Errorf("acknowledged with %s", a)
		}
	}
	if err := s.Await(ctx, 0, 2); err != nil {
		t.Fatal(err)
	}
	command["text"], command["trigger_id"] = "", "T2"
	if a := deliver("c9", "slash_commands", command); !strings.Contains(a, "Type an EAN") {
		t.Errorf("acknowledged with %s", a)
	}
	deliver("b1", "interactive", map[string]any{
		"type": "block_actions", "user": map[string]any{"id": "U1"}, "trigger_id": "T3", "response_url": s.Hook("T3"), "container": map[string]any{"message_ts": "1.1"},
		"actions": []any{map[string]any{"type": "button", "action_id": button.Action(button.Lost), "block_id": product}},
	})
	if err := s.Await(ctx, 1, 2); err != nil {
		t.Fatal(err)
	}
	var view map[string]any
	if err := json.Unmarshal(s.Views()[0].View, &view); err != nil {
		t.Fatal(err)
	}
	form := func(id, price string) map[string]any {
		return map[string]any{"type": "view_submission", "user": map[string]any{"id": "U1"}, "view": map[string]any{
			"id": id, "callback_id": view["callback_id"], "private_metadata": view["private_metadata"],
			"state": map[string]any{"values": map[string]any{"price": map[string]any{"value": text(price)}}},
		}}
	}
	if a := deliver("v0", "interactive", form("V1", "cheap")); !strings.Contains(a, `"response_action":"errors"`) {
		t.Errorf("acknowledged with %s", a)
	}
	for n := range 3 {
		if a := deliver(fmt.Sprint("v", n), "interactive", form("V1", "9,95")); a != "" {
			t.Errorf("acknowledged with %s", a)
		}
	}
	home := map[string]any{"type": "event_callback", "event_id": "E1", "event": map[string]any{"type": homeOpened, "user": "U1", "tab": "home"}}
	for n := range 3 {
		deliver(fmt.Sprint("e", n), "events_api", home)
	}
	if err := s.Await(ctx, 2, 3); err != nil {
		t.Fatal(err)
	}
	if w := svc.said(); len(w) != 1 || w[0].Verb != feedback.Lost || w[0].Price != eur("9.95") || svc.looks != 1 || len(s.Views()) != 2 || len(s.Replies()) != 3 {
		t.Errorf("said %+v; %d looks, %d views, %d replies", w, svc.looks, len(s.Views()), len(s.Replies()))
	}
}

// TestSocketModeReturns comes back from whatever breaks a connection, and leaves nothing unanswered.
func TestSocketModeReturns(t *testing.T) {
	svc := &shop{title: "Waterkoker", price: "12.35", now: "12.35"}
	s, ctx := plugged(t, svc, nil,
		slacktest.Answer(502, "<html>"), slacktest.RateLimited("1"), slacktest.Drop(), slacktest.Empty(), slacktest.Refuse("internal_error"),
		slacktest.Answer(200, `{"ok":true,"url":"http://127.0.0.1:1/"}`), slacktest.Answer(200, `{"ok":true,"url":"ws://127.0.0.1:1/"}`),
	)
	for n, trouble := range []func() error{
		func() error { return nil },
		func() error { s.DropSockets(); return nil },
		s.Renew,
		func() error { return s.Say("not JSON") },
		func() error { return s.Say(`{"type":"something new","envelope_id":"x","payload":[1]}`) },
		func() error { return s.Say(`{"type":"interactive","envelope_id":"y","payload":"x"}`) },
		func() error { _ = s.Say(strings.Repeat(" ", 2<<20)); return nil }, // which breaks it before it is all sent
	} {
		if err := s.Connected(ctx); err != nil {
			t.Fatal(err)
		}
		if err := trouble(); err != nil {
			t.Fatal(n, err)
		}
		command := map[string]any{"text": "kettle", "user_id": "U1", "trigger_id": fmt.Sprint("T", n), "response_url": s.Hook(fmt.Sprint(n))}
		if _, err := s.Deliver(ctx, fmt.Sprint("c", n), "slash_commands", command); err != nil {
			t.Fatal(n, err)
		}
		if err := s.Await(ctx, 0, 2*(n+1)); err != nil {
			t.Fatal(n, err)
		}
	}
	if v := s.Violations(); len(v) != 0 {
		t.Error(v)
	}
}

// TestSocketModeKeepsSecrets goes on trying with a token that Slack does not know, and tells it nobody.
func TestSocketModeKeepsSecrets(t *testing.T) {
	var b syncBuffer
	refused := make([]slacktest.Step, 5)
	for i := range refused {
		refused[i] = slacktest.Refuse("invalid_auth")
	}
	s, ctx := plugged(t, &shop{}, slog.New(slog.NewTextHandler(&b, nil)), refused...)
	if err := s.Connected(ctx); err != nil {
		t.Fatal(err)
	}
	if log := b.String(); strings.Count(log, "invalid_auth") != 5 || strings.Contains(log, "canary") || strings.Contains(log, "/link/") {
		t.Errorf("logged %s", log)
	}
}

// syncBuffer is a buffer for several writers.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
