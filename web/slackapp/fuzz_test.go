package slackapp

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"pricegap/alerts/notify/button"
	"pricegap/market"
	"pricegap/watch/feedback"
)

// nowhere is a network that leads nowhere.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("nowhere") }

// FuzzReceived reads whatever Slack, or somebody in its name, may send: it is acknowledged briefly, and no word is said by who is not of the
// staff, or that is none of ours.
func FuzzReceived(f *testing.F) {
	seed := func(kind string, v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(kind, raw)
	}
	seed("slash_commands", map[string]any{"command": "/price", "text": "kettle", "user_id": "U1", "trigger_id": "T1"})
	seed("events_api", map[string]any{"type": "event_callback", "event_id": "E1", "event": map[string]any{"type": homeOpened, "user": "U1", "tab": "home"}})
	seed("events_api", map[string]any{"type": "url_verification", "challenge": "x"})
	for _, what := range []string{button.Acknowledge, button.Share, button.Wrong} {
		seed("interactive", map[string]any{
			"type": "block_actions", "user": map[string]any{"id": "U1"}, "trigger_id": "T1", "container": map[string]any{"message_ts": "1.2"},
			"actions": []any{map[string]any{"type": "button", "action_id": button.Action(what), "block_id": button.Block(button.Alert, "a1")}},
			"message": map[string]any{"text": "told", "blocks": []any{map[string]any{"type": "actions", "block_id": button.Block(button.Alert, "a1")}}},
		})
	}
	for _, verb := range []string{button.Lower, button.Silence, button.Matched} {
		seed("interactive", map[string]any{"type": "view_submission", "user": map[string]any{"id": "U1"}, "view": map[string]any{
			"id": "V1", "callback_id": button.Action(verb), "private_metadata": `{"product":"A1","currency":"EUR"}`, "state": map[string]any{"values": map[string]any{
				"price": map[string]any{"value": text("9,95")}, "where": map[string]any{"value": text("a stall")}, "shop": map[string]any{"value": option("voltavia")},
				"until": map[string]any{"value": option("4h")}, "reason": map[string]any{"value": text("x")},
			}},
		}})
	}
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		svc := &shop{title: "Waterkoker", price: "12.35", now: "12.35", alerts: firing()}
		a := New(svc, Options{
			Staff: []market.Staff{{Slack: "U1", Branch: "utrecht", Role: "staff"}}, BotToken: market.NewSecret("xoxb-1"),
			HTTP: &http.Client{Transport: nowhere{}}, Clock: func() time.Time { return noon },
		})
		ack, err := json.Marshal(a.received(kind, payload))
		if err != nil || len(ack) > 20_480 {
			t.Errorf("acknowledged with %d bytes, %v", len(ack), err)
		}
		for len(a.jobs) > 0 {
			(<-a.jobs)(t.Context())
		}
		for _, w := range svc.said() {
			if w.By.ID != "U1" || !slices.Contains(feedback.Verbs, w.Verb) {
				t.Errorf("said %+v", w)
			}
		}
	})
}
