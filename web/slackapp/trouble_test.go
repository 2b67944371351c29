package slackapp

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"pricegap/alerts/notify/button"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
)

// TestTrouble: where Slack does not open a form, or an answer does not reach it at once, who pressed is told, and the next press is
// answered as ever. No call comes inside a Retry-After.
func TestTrouble(t *testing.T) {
	for name, tt := range map[string]struct {
		what  string
		step  slacktest.Step
		reply string // "" for none
	}{
		"the trigger is too old": {button.Lost, slacktest.Refuse("expired_trigger_id"), "did not work"},
		"no form now":            {button.Lost, slacktest.RateLimited("30"), "did not work"},
		"down":                   {button.Lost, slacktest.Answer(http.StatusBadGateway, "<html>"), "did not work"},
		"broken off":             {button.Lost, slacktest.Drop(), "did not work"},
		"an empty answer":        {button.Lost, slacktest.Empty(), "did not work"},
		"no answer in time":      {button.Lost, slacktest.Hang(), "did not work"},
		"an answer may wait":     {button.Acknowledge, slacktest.RateLimited("1"), "It is yours"},
		"an answer is lost":      {button.Acknowledge, slacktest.Answer(http.StatusInternalServerError, "no"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := slacktest.New(slacktest.Options{Token: "xoxb-1"})
			t.Cleanup(s.Close)
			svc := &shop{title: "Waterkoker", price: "12.35", alerts: firing()}
			a := start(t, svc, newSlack(t), func(o *Options) {
				o.API, o.Hooks, o.BotToken = s.API(), s.Hooks(), market.NewSecret("xoxb-1")
				o.HTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Second}
			})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			s.Script(tt.step)
			press := func(what, trigger, message string) {
				t.Helper()
				block := product
				if what == button.Acknowledge {
					block = button.Block(button.Alert, "a1")
				}
				w := serve(a, interact(map[string]any{
					"type": "block_actions", "user": map[string]any{"id": "U1"}, "trigger_id": trigger, "response_url": s.Hook(trigger), "container": map[string]any{"message_ts": message},
					"actions": []any{map[string]any{"type": "button", "action_id": button.Action(what), "block_id": block}},
				}))
				if w.Code != http.StatusOK || w.Body.Len() > 0 {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
			}
			replies := 0
			if press(tt.what, "T1", "1"); tt.reply != "" {
				replies = 1
				if err := s.Await(ctx, 0, 1); err != nil || !strings.Contains(string(s.Replies()[0].Body), tt.reply) {
					t.Errorf("told %+v, %v", s.Replies(), err)
				}
			}
			press(button.Acknowledge, "T2", "2")
			if err := s.Await(ctx, 0, replies+1); err != nil || !strings.Contains(string(s.Replies()[replies].Body), "It is yours") {
				t.Errorf("the next is told %+v, %v", s.Replies(), err)
			}
			if v := s.Violations(); len(v) > 0 {
				t.Error(v)
			}
		})
	}
}
