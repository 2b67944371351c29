package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pricegap/alerts/notify/slacktest"
	"pricegap/cmd/internal/config"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/web"
	"pricegap/web/slackapp"
)

const slackSecret = "not-a-real-signing-secret"

// slackWorld is a daemon's Slack app over a real store with one article of ours that a rival sells for less, and a Slack.
type slackWorld struct {
	*testing.T
	dir   string
	slack *slacktest.Server
	app   *slackapp.App
	svc   *watch.Watcher
	stop  func()
	sent  int
}

func newSlackWorld(t *testing.T, by string) *slackWorld {
	t.Helper()
	a, cfg, dir, slack := slackShop(t, by)
	log := slog.New(slog.DiscardHandler)
	w, done, err := a.open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	s := &slackWorld{T: t, dir: dir, slack: slack, app: a.slackApp(cfg, w, time.UTC, log), svc: w}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.app.Serve(ctx) }()
	closed := false
	s.stop = func() {
		if cancel(); !closed {
			closed = true
			<-ended
			if err := done(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(s.stop)
	return s
}

// slackShop writes a configuration with a Slack app that is reached so, and the data of a shop.
func slackShop(t *testing.T, by string) (*app, *config.Config, string, *slacktest.Server) {
	t.Helper()
	slack := slacktest.New(slacktest.Options{Token: "xoxb-1", AppToken: "xapp-1", Channels: []string{"C1", "U0000001"}})
	t.Cleanup(slack.Close)
	dir := alertsDir(t, "xoxb-1", "C1", slack.API())
	edit(t, dir, "http://them.example/1", "http://127.0.0.1:1/1")
	edit(t, dir, "\nrules:", `
slack: {`+by+`, bot_token: xoxb-1, language: en, api: "`+slack.API()+`"}
stores: [{id: utrecht, name: Utrecht, channel: floor}]
staff: [{slack: U0000001, store: utrecht, role: staff}, {slack: U0000002, store: utrecht, role: manager}]
policy: {name: plain, identity: [gtin], tiers: [{role: staff, amount: 200.00 EUR}]}

rules:`)
	a := &app{config: filepath.Join(dir, "sources.yaml"), out: io.Discard, err: io.Discard, clock: market.WallClock}
	cfg, err := a.loadConfig()
	if err != nil {
		t.Fatal(err)
	}
	return a, cfg, dir, slack
}

// send sends what Slack would, signed, and returns the acknowledgement.
func (s *slackWorld) send(path string, form url.Values) string {
	s.Helper()
	s.sent++
	body := form.Encode()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header = slackSigned(body, time.Now().Add(-time.Duration(s.sent%200)*time.Second))
	w := httptest.NewRecorder()
	s.app.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		s.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// slackSigned are the headers with which Slack sends a form.
func slackSigned(body string, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(slackSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
}

// await waits until Slack was sent so much.
func (s *slackWorld) await(views, replies int) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 30*time.Second)
	defer cancel()
	if err := s.slack.Await(ctx, views, replies); err != nil {
		s.Fatalf("%d views, %d replies: %v", len(s.slack.Views()), len(s.slack.Replies()), err)
	}
}

// press sends a press of that button in a block, and what is picked in its menu.
func (s *slackWorld) press(user, action, block, pick, trigger, ts string) {
	s.Helper()
	x := map[string]any{"type": "button", "action_id": action, "block_id": block, "selected_option": map[string]any{"value": pick}}
	b, err := json.Marshal(map[string]any{
		"type": "block_actions", "user": map[string]any{"id": user}, "trigger_id": trigger, "response_url": s.slack.Hook(trigger),
		"container": map[string]any{"channel_id": "C1", "message_ts": ts}, "actions": []any{x},
	})
	if err != nil {
		s.Fatal(err)
	}
	s.send(slackapp.ActionPath, url.Values{"payload": {string(b)}})
}

// fill sends the form of that view, filled in.
func (s *slackWorld) fill(user string, v slacktest.View, id string, values map[string]any) string {
	s.Helper()
	var view map[string]any
	if err := json.Unmarshal(v.View, &view); err != nil {
		s.Fatal(err)
	}
	state := map[string]any{}
	for k, x := range values {
		state[k] = map[string]any{"value": x}
	}
	view["id"], view["state"] = id, map[string]any{"values": state}
	delete(view, "blocks")
	b, err := json.Marshal(map[string]any{"type": "view_submission", "user": map[string]any{"id": user}, "view": view})
	if err != nil {
		s.Fatal(err)
	}
	return s.send(slackapp.ActionPath, url.Values{"payload": {string(b)}})
}

// buttons returns the ids of the block of buttons in blocks, and of what stands in it.
func (s *slackWorld) buttons(blocks json.RawMessage) (block string, actions []string) {
	s.Helper()
	var bs []struct {
		Type, ID string
		BlockID  string `json:"block_id"`
		Elements []struct {
			Action string `json:"action_id"`
		}
	}
	if err := json.Unmarshal(blocks, &bs); err != nil {
		s.Fatal(err)
	}
	for _, b := range bs {
		if b.Type == "actions" {
			for _, e := range b.Elements {
				actions = append(actions, e.Action)
			}
			return b.BlockID, actions
		}
	}
	return "", nil
}

// TestSlackApp goes with a question from the command to what the buttons below the answer do to the store.
func TestSlackApp(t *testing.T) {
	s := newSlackWorld(t, "signing_secret: "+slackSecret)
	s.send(slackapp.CommandPath, url.Values{"command": {"/price"}, "text": {"A1"}, "user_id": {"U0000001"}, "trigger_id": {"T1"}, "response_url": {s.slack.Hook("T1")}})
	s.await(0, 2)
	var answer struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(s.slack.Replies()[1].Body, &answer); err != nil || !strings.Contains(string(answer.Blocks), "MATCH") {
		t.Fatalf("%s, %v", s.slack.Replies()[1].Body, err)
	}
	block, actions := s.buttons(answer.Blocks)
	for i, what := range []string{"matched", "lost", "lower", "wrong"} {
		if !slices.Contains(actions, "pricegap:"+what) {
			t.Fatalf("no button %s in %q", what, actions)
		}
		s.press("U0000001", "pricegap:"+what, block, "", "P"+what, "1.1")
		s.await(i+1, 0)
	}
	pick := map[string]any{"selected_option": map[string]any{"value": "them"}}
	vs := s.slack.Views()
	for i, values := range []map[string]any{
		{"shop": pick, "price": map[string]any{"value": "1.199,00"}}, {"shop": pick}, {"where": map[string]any{"value": "a stall"}, "price": map[string]any{"value": "1.000,00"}}, {"shop": pick},
	} {
		for range 3 { // delivered again
			if ack := s.fill("U0000001", vs[i], fmt.Sprint("V", i), values); ack != "" {
				t.Fatalf("form %d: %s", i, ack)
			}
		}
		s.await(0, 3+i)
	}
	s.await(0, 7) // the look that follows a doubt
	s.stop()
	for _, tt := range []struct{ args, want string }{
		{"feedback matches", "utrecht staff 1 100.00 EUR"},
		{"feedback lost", "them 1 -7.70%"},
		{"feedback tips", "lower A1 a stall 1000.00"},
		{"quality list", "disputed by U0000001"},
		{"ask A1", "not comparable: said to be wrong"},
		{"alerts audit --format csv", `"wrong","U0000001","staff","utrecht","A1","Lamp","them"`},
	} {
		code, out, errs := alertsRun(t, s.dir, strings.Fields(tt.args)...)
		if code != exitDone || !strings.Contains(strings.Join(strings.Fields(out+errs), " "), tt.want) {
			t.Errorf("%s: %d, want %q:\n%s%s", tt.args, code, tt.want, out, errs)
		}
	}
	if _, out, _ := alertsRun(t, s.dir, "alerts", "audit", "--format", "csv"); strings.Count(out, "\n") != 5 {
		t.Errorf("each word once:\n%s", out)
	}
}

// TestSlackSocket answers by Socket Mode, with nothing that could be reached.
func TestSlackSocket(t *testing.T) {
	s := newSlackWorld(t, "app_token: xapp-1")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	command := map[string]any{"command": "/prijs", "text": "A1", "user_id": "U0000001", "trigger_id": "T1", "response_url": s.slack.Hook("T1")}
	if _, err := s.slack.Deliver(ctx, "e1", "slash_commands", command); err != nil {
		t.Fatal(err)
	}
	s.await(0, 2)
	if answer := string(s.slack.Replies()[0].Body); !strings.Contains(answer, "MATCH") {
		t.Errorf("%s", answer)
	}
}

// TestSlackServed sends a command to the daemon's own address: it is answered once, and refused where it is replayed or not signed.
func TestSlackServed(t *testing.T) {
	a, cfg, _, slack := slackShop(t, "signing_secret: "+slackSecret)
	log := slog.New(slog.DiscardHandler)
	w, done, err := a.open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- a.serveOn(ctx, pages, cfg, w, log) }()
	body := url.Values{"command": {"/price"}, "text": {"A1"}, "user_id": {"U0000001"}, "trigger_id": {"T1"}, "response_url": {slack.Hook("T1")}}.Encode()
	signed := slackSigned(body, time.Now())
	for n, want := range []int{http.StatusOK, http.StatusUnauthorized, http.StatusUnauthorized} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+pages.Addr().String()+slackapp.CommandPath, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if r.Header = signed.Clone(); n == 2 {
			r.Header.Del("X-Slack-Signature")
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _ = resp.Body.Close(); resp.StatusCode != want {
			t.Errorf("request %d: %d, want %d", n, resp.StatusCode, want)
		}
	}
	waiting, end := context.WithTimeout(t.Context(), 30*time.Second)
	defer end()
	if err := slack.Await(waiting, 0, 2); err != nil || len(slack.Replies()) != 2 || !strings.Contains(string(slack.Replies()[0].Body), "MATCH") {
		t.Errorf("%+v, %v", slack.Replies(), err)
	}
	cancel()
	if err := errors.Join(<-served, done()); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	http.DefaultClient.CloseIdleConnections()
}

// edit replaces a piece of sources.yaml.
func edit(t *testing.T, dir, from, to string) {
	t.Helper()
	path := filepath.Join(dir, "sources.yaml")
	raw, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(raw), from) {
		t.Fatalf("sources.yaml has no %q (%v)", from, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(raw), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSlackAlert takes an alert on by the button below it: it is noted, said in the message, and nobody else is asked.
func TestSlackAlert(t *testing.T) {
	s := newSlackWorld(t, "signing_secret: "+slackSecret)
	if _, err := s.svc.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := s.slack.Messages("C1")
	if len(told) != 1 {
		t.Fatalf("%d messages", len(told))
	}
	block, actions := s.buttons(told[0].Blocks)
	if !slices.Equal(actions, []string{"pricegap:acknowledge", "pricegap:menu"}) {
		t.Fatalf("buttons %q", actions)
	}
	for n := range 3 { // it comes again
		s.press("U0000001", "pricegap:acknowledge", block, "", "T1", told[0].TS)
		s.press("U0000002", "pricegap:menu", block, "silence", fmt.Sprint("S", n), told[0].TS)
	}
	s.press("U0000001", "pricegap:menu", block, "silence", "R1", told[0].TS)
	s.await(1, 2)
	if ack := s.fill("U0000002", s.slack.Views()[0], "V1", map[string]any{
		"until": map[string]any{"selected_option": map[string]any{"value": "4h"}}, "reason": map[string]any{"value": "our own promotion"},
	}); ack != "" {
		t.Fatal(ack)
	}
	s.await(1, 3)
	s.stop()
	for _, tt := range []struct{ args, want string }{
		{"alerts audit", "U0000001 staff utrecht silence A1 - - - - refused: role, shift_lead may"},
		{"alerts list", "U0000001 floor told"},
		{"alerts silence list", "product=A1"},
		{"alerts audit", "U0000001 staff utrecht acknowledge A1"},
		{"alerts audit", "U0000002 manager utrecht silence A1"},
	} {
		code, out, errs := alertsRun(t, s.dir, strings.Fields(tt.args)...)
		if code != exitDone || !strings.Contains(strings.Join(strings.Fields(out+errs), " "), tt.want) {
			t.Errorf("%s: %d, want %q:\n%s%s", tt.args, code, tt.want, out, errs)
		}
	}
	if _, out, _ := alertsRun(t, s.dir, "alerts", "audit", "--format", "csv"); strings.Count(out, "\n") != 4 {
		t.Errorf("each word once:\n%s", out)
	}
}
