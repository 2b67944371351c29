package alerts_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/slacktest"
)

// TestPoisonBlocksNobody: what Slack refuses, each in its own words, is tried once, and once as plain text where it is the form that is
// refused; then it is set aside with the reason, other channels are told as ever, and it goes out when somebody has mended it.
func TestPoisonBlocksNobody(t *testing.T) {
	for word, posts := range map[string]int{
		"invalid_blocks": 2, "msg_blocks_too_long": 2,
		"channel_not_found": 1, "is_archived": 1, "invalid_auth": 1, "token_revoked": 1,
	} {
		t.Run(word, func(t *testing.T) {
			s := slacktest.New(slacktest.Options{Token: "xoxb-x", Channels: []string{"C1"}})
			defer s.Close()
			for range posts {
				s.Script(slacktest.Refuse(word))
			}
			tr := &http.Transport{}
			defer tr.CloseIdleConnections()
			slack, err := notify.New("slack", func(o any) error {
				return json.Unmarshal([]byte(`{"token":"xoxb-x","channel":"C1","api":"`+s.API()+`"}`), o)
			}, notify.Env{HTTP: &http.Client{Transport: tr}})
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, []string{"bad", "good"}, cheaper(t))
			w.ears["bad"].answer = func(ctx context.Context, m alerts.Message) error {
				_, err := slack.Notify(ctx, m)
				return err
			}
			w.price("1", "us", 10000)
			w.price("1", "lamp", 9000)
			w.deliver()
			w.wait(23 * time.Hour) // however long it waits
			w.restart()
			w.deliver()
			if n := s.Calls("chat.postMessage"); n != posts {
				t.Errorf("Slack was asked %d times, not %d", n, posts)
			}
			if told := w.box.only(t).Told["bad"]; !told.Dead || !strings.Contains(told.Error, word) {
				t.Errorf("it is not set aside with the reason: %+v", told)
			}
			if ms := w.ears["good"].take(); len(ms) != 1 {
				t.Errorf("the other channel has %d messages", len(ms))
			}
			w.ears["bad"].answers(nil)
			if err := w.desk.Test(t.Context(), "bad"); err != nil {
				t.Fatal(err)
			}
			w.ears["bad"].take()
			w.deliver()
			if ms := w.ears["bad"].take(); len(ms) != 1 || len(ms[0].Firing) != 1 {
				t.Errorf("it was not told when a test arrived: %+v", ms)
			}
		})
	}
}
