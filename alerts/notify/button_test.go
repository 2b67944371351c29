package notify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/alerts/notify"
	"pricegap/alerts/notify/button"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
)

// shownButtons returns what may be pressed in blocks, by the id of the block, in order.
func shownButtons(t *testing.T, raw json.RawMessage) (out []string) {
	t.Helper()
	var bs []struct {
		Type     string
		ID       string `json:"block_id"`
		Elements []struct {
			Type    string
			ID      string `json:"action_id"`
			Options []struct{ Value string }
		}
	}
	if err := json.Unmarshal(raw, &bs); err != nil {
		t.Fatal(err)
	}
	for _, b := range bs {
		if b.Type != "actions" {
			continue
		}
		for _, e := range b.Elements {
			if len(e.Options) == 0 {
				e.Options = append(e.Options, struct{ Value string }{})
			}
			for _, o := range e.Options {
				what, kind, id, ok := button.Pressed(e.ID, b.ID, o.Value)
				if !ok || kind != button.Alert {
					t.Errorf("%s in %s is no button", e.ID, b.ID)
				}
				out = append(out, id+" "+what)
			}
		}
	}
	return out
}

// TestSlackButtons: what our app tells can be taken on and answered, other tokens tell without; who took it on stands there.
func TestSlackButtons(t *testing.T) {
	lamp, chair, shop := undercut(1, "Lamp"), undercut(2, "Chair"), undercut(3, "")
	chair.Acked = market.Acknowledgement{By: market.NewText("U0123ABCD"), At: sentAt}
	shop.Kind, shop.Topic, shop.Facts.LastGoodAt = "source_blind", market.Topic{Source: "voltavia"}, sentAt
	more := func(a market.Alert) (out []string) {
		for _, what := range button.More {
			out = append(out, a.ID+" "+what)
		}
		return out
	}
	all := slices.Concat([]string{lamp.ID + " acknowledge"}, more(lamp), more(chair), []string{shop.ID + " acknowledge"})
	for app, want := range map[string][]string{token: all, "xoxb-another": nil, "": nil} {
		s := slacktest.New(slacktest.Options{Token: token, Channels: []string{"C1"}})
		defer s.Close()
		tr := &http.Transport{}
		defer tr.CloseIdleConnections()
		env := notify.Env{HTTP: &http.Client{Transport: tr, Timeout: 5 * time.Second}, App: market.NewSecret(app)}
		n, err := notify.New("slack", options(t, map[string]string{"token": token, "channel": "C1", "api": s.API()}), env)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Notify(t.Context(), message(lamp, chair, shop)); err != nil {
			t.Fatal(err)
		}
		told := s.Messages("C1")[0].Blocks
		if got := shownButtons(t, told); !slices.Equal(got, want) {
			t.Errorf("with the app of %q: %q, want %q", app, got, want)
		}
		if taken := strings.Contains(string(told), `"user_id":"U0123ABCD"`); taken != (want != nil) {
			t.Errorf("with the app of %q: who took it on is said: %v", app, taken)
		}
		var many []market.Alert
		for i := range 60 {
			many = append(many, undercut(i, fmt.Sprint("Lamp ", i)))
		}
		if _, err := n.Notify(t.Context(), message(many...)); err != nil { // the fake refuses what is too long
			t.Fatal(err)
		}
		plain := notify.SlackBlocks(message(many...))
		told = s.Messages("C1")[1].Blocks
		if a, b := strings.Count(string(plain), "rich_text_section"), strings.Count(string(told), "rich_text_section"); a != b {
			t.Errorf("with the app of %q: %d of %d texts", app, b, a)
		}
	}
}
