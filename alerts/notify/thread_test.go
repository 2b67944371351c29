package notify_test

import (
	"strings"
	"testing"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
)

// TestSlackThreads holds that what an edit changed is said once in the thread of the message, whatever becomes of a reply.
func TestSlackThreads(t *testing.T) {
	for _, tt := range []struct {
		name    string
		script  []slacktest.Step
		fails   int // deliveries that fail before one succeeds
		replies int
		o       slacktest.Options
		without bool
	}{
		{name: "told", replies: 1},
		{name: "lost answer", script: []slacktest.Step{slacktest.Pass(), slacktest.AcceptThenDrop()}, fails: 1, replies: 1},
		{name: "lost reply", script: []slacktest.Step{slacktest.Pass(), slacktest.Drop()}, fails: 1, replies: 1},
		{name: "down", script: []slacktest.Step{slacktest.Pass(), slacktest.Answer(502, "<html>"), slacktest.Pass(), slacktest.Drop()}, fails: 2, replies: 1},
		{name: "refused for good", script: []slacktest.Step{slacktest.Pass(), slacktest.Refuse("restricted_action_thread_locked")}, replies: 0},
		{name: "may not look", o: slacktest.Options{NoHistory: true}, replies: 0},
		{name: "not wanted", without: true, replies: 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.o.Token, tt.o.Channels = token, []string{"C1"}
			s := slacktest.New(tt.o)
			defer s.Close()
			o := map[string]any{"token": token, "channel": "C1", "api": s.API(), "no_threads": tt.without}
			lamp, chair := undercut(1, "Lamp"), undercut(2, "Chair")
			ts, err := slackFor(t, s, o).Notify(t.Context(), message(lamp, chair))
			if err != nil {
				t.Fatal(err)
			}
			over := func(a market.Alert) alerts.Message {
				a.State, a.Transition, a.ResolvedAt = market.AlertResolved, 2, sentAt
				a.Told = map[string]market.Told{"winkel": {State: market.AlertFiring, Transition: 1, At: sentAt, Reference: ts}}
				m := message()
				m.ID, m.Resolved = "over "+a.ID, []market.Alert{a}
				m.Earlier = []calm.Earlier{{Reference: ts, Firing: []market.Alert{chair}, Resolved: []market.Alert{a}}}
				return m
			}
			s.Script(tt.script...)
			for i := range tt.fails + 2 { // once more than is needed
				m := over(lamp)
				m.Repeat, m.FirstAt = i%2 == 1, m.At
				if _, err := slackFor(t, s, o).Notify(t.Context(), m); (err != nil) != (i < tt.fails) {
					t.Fatalf("delivery %d: %v", i, err)
				}
			}
			if _, err := slackFor(t, s, o).Notify(t.Context(), over(chair)); err != nil {
				t.Fatal(err)
			}
			thread := s.Thread("C1", ts)
			if len(thread) != 2*tt.replies && tt.name != "refused for good" || len(s.Messages("C1")) != 1 {
				t.Fatalf("%d replies, %d messages", len(thread), len(s.Messages("C1")))
			}
			for i, reply := range thread {
				if reply.Form["reply_broadcast"] != "" {
					t.Error("a reply is told to the channel")
				}
				if shown := slackShown(t, reply.Blocks); tt.replies > 0 && !strings.Contains(shown, []string{"Lamp", "Chair"}[i]) {
					t.Errorf("reply %d says %s", i, shown)
				}
			}
		})
	}
}
