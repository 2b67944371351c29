package notify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
)

// TestSlackEdits says the end of an alert in the message that told it, and anew only where Slack lets nobody edit.
func TestSlackEdits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		script []slacktest.Step
		fresh  bool // another alert is told in the same delivery
		want   string
		posts  int
		edits  int
	}{
		{"edited", nil, false, "", 1, 1},
		{"edited, and news", nil, true, "", 2, 1},
		{"closed for edits", []slacktest.Step{slacktest.Refuse("edit_window_closed")}, false, "", 2, 0},
		{"lost answer", []slacktest.Step{slacktest.AcceptThenDrop()}, false, "again", 1, 1},
		{"asks for rest", []slacktest.Step{slacktest.RateLimited("9")}, false, "rest", 1, 0},
		{"down", []slacktest.Step{slacktest.Answer(502, "<html>")}, false, "again", 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}})
			defer s.Close()
			o := map[string]string{"token": token, "channel": "C1", "api": s.API()}
			lamp, chair := undercut(1, "Lamp"), undercut(2, "Chair")
			ts, err := slackFor(t, s, o).Notify(t.Context(), message(lamp, chair))
			if err != nil {
				t.Fatal(err)
			}
			lamp.State, lamp.Transition, lamp.ResolvedAt = market.AlertResolved, 2, sentAt
			lamp.Told = map[string]market.Told{"winkel": {State: market.AlertFiring, Transition: 1, At: sentAt, Reference: ts}}
			m := message()
			m.ID, m.Resolved = "another", []market.Alert{lamp}
			m.Earlier = []calm.Earlier{{Reference: ts, Firing: []market.Alert{chair}, Resolved: []market.Alert{lamp}}}
			if tt.fresh {
				m.Firing = []market.Alert{undercut(3, "Desk")}
			}
			s.Script(tt.script...)
			n := slackFor(t, s, o)
			_, err = n.Notify(t.Context(), m)
			var rest *alerts.RetryAfterError
			switch got := errors.As(err, &rest); {
			case got != (tt.want == "rest"), (err != nil) != (tt.want != ""), errors.Is(err, alerts.ErrUnanswered):
				t.Fatalf("got %v", err)
			}
			ms := s.Messages("C1")
			if len(ms) != tt.posts || ms[0].Edits != tt.edits {
				t.Fatalf("%d messages, the first edited %d times", len(ms), ms[0].Edits)
			}
			if shown := slackShown(t, ms[0].Blocks); tt.edits > 0 && (!strings.Contains(shown, "Chair") || strings.Count(shown, "Lamp") == 0 || !strings.Contains(shown, "1 ")) {
				t.Errorf("the edit says %s", shown)
			}
			if tt.fresh {
				if shown := slackShown(t, ms[1].Blocks); strings.Contains(shown, "(P1)") || !strings.Contains(shown, "Desk") {
					t.Errorf("the end is told twice: %s", shown)
				}
			}
		})
	}
}

// TestSlackAmbiguous loses the answer to 200 messages, half of which arrived: none is told twice, none is lost (AL5).
func TestSlackAmbiguous(t *testing.T) {
	t.Parallel()
	s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}})
	defer s.Close()
	o := map[string]string{"token": token, "channel": "C1", "api": s.API()}
	steps := []slacktest.Step{slacktest.AcceptThenDrop(), slacktest.Drop(), slacktest.AcceptThenDrop(), slacktest.Answer(502, "<html>")}
	for i := range 200 {
		m := message(undercut(i, "Lamp"))
		m.ID, m.At = fmt.Sprint("message ", i), time.Now()
		s.Script(steps[i%len(steps)])
		if _, err := slackFor(t, s, o).Notify(t.Context(), m); !errors.Is(err, alerts.ErrUnanswered) {
			t.Fatalf("%d: %v", i, err)
		}
		m.Repeat, m.FirstAt = true, m.At
		if _, err := slackFor(t, s, o).Notify(t.Context(), m); err != nil {
			t.Fatalf("%d again: %v", i, err)
		}
	}
	if n := len(s.Messages("C1")); n != 200 {
		t.Errorf("%d messages of 200", n)
	}
}
