package slackapp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"pricegap/alerts/notify/button"
	"pricegap/alerts/notify/slacktest"
	"pricegap/alerts/notify/slacktest/specimen"
	"pricegap/market"
)

// looked is the event that a user looks at the home tab.
func looked(user, event string) *http.Request {
	b, err := json.Marshal(map[string]any{
		"type": "event_callback", "event_id": event, "event": map[string]any{"type": "app_home_opened", "user": user, "tab": "home"},
	})
	if err != nil {
		panic(err)
	}
	return sign(EventPath, "application/json", string(b), noon, secret)
}

// published returns whose home tab was shown, and what it shows.
func (f *fakeSlack) published(t *testing.T) (user, view string) {
	t.Helper()
	s := f.next(t)
	var call struct {
		User string          `json:"user_id"`
		View json.RawMessage `json:"view"`
	}
	if err := json.Unmarshal([]byte(s.body), &call); err != nil || s.path != "/api/views.publish" {
		t.Fatalf("sent %+v, %v", s, err)
	}
	if word := slacktest.CheckView(call.View, true); word != "" {
		t.Errorf("%s: %s", word, call.View)
	}
	specimen.Keep(specimen.View, call.View)
	return call.User, string(call.View)
}

// TestHome shows each user the open alerts of the stores where they work, once an event; what is taken on there shows at once.
func TestHome(t *testing.T) {
	open := func(id, title string, state market.AlertState, channels ...string) market.Alert {
		a := market.Alert{ID: id, Kind: "undercut", Topic: market.Topic{Product: market.ProductID(id), Source: "voltavia"}, State: state, Channels: channels, Transition: 1}
		a.Facts = market.Facts{
			Title: market.NewText(title), Gap: eur("-2.15"), GapBasisPoints: market.CountOf(-1483),
			Ours: market.Side{Name: "Fonkelplein", Price: eur("14.50")}, Theirs: market.Side{Source: "voltavia", Name: "Voltavia", Price: eur("12.35"), SeenAt: noon},
		}
		return a
	}
	svc := &shop{alerts: []market.Alert{
		open("a1", "Kettle <!here>", market.AlertFiring, "floor"), open("a2", "Toaster", market.AlertFiring, "back"), open("a3", "Fridge", market.AlertFiring, "floor", "back"),
		open("a4", "Lamp", market.AlertPending, "floor"), open("a5", "Desk", market.AlertRecovering, "floor"), open("a6", "Chair", market.AlertResolved, "floor"),
	}}
	f := newSlack(t)
	a := start(t, svc, f, func(o *Options) {
		o.Staff = append(o.Staff, market.Staff{Slack: "U5", Role: "buyer"}, market.Staff{Slack: "U6", Branch: "assen", Role: "staff"})
		o.Branches = append(o.Branches, market.Branch{ID: "soest", Channel: "floor"}) // a store that shares the channel of another
	})
	for user, want := range map[string][]string{
		"U1": {"Kettle", "Fridge", "Desk"}, "U2": {"Toaster", "Fridge"}, "U5": {"Kettle", "Toaster", "Fridge", "Desk"}, "U6": {"No open alerts"}, "U9": {"not on the list of staff (U9)"},
	} {
		for range 2 { // the second is the same event
			if w := serve(a, looked(user, "Ev"+user)); w.Code != http.StatusOK && w.Code != http.StatusUnauthorized {
				t.Fatal(w.Code)
			}
		}
		who, view := f.published(t)
		if who != user {
			t.Errorf("shown to %s, not to %s", who, user)
		}
		for _, title := range []string{"Kettle", "Toaster", "Fridge", "Lamp", "Desk", "Chair", "No open alerts", "not on the list of staff (U9)"} {
			wanted := strings.Contains(strings.Join(want, " "), title)
			if strings.Contains(view, title) != wanted {
				t.Errorf("%s to %s: %v\n%s", title, user, !wanted, view)
			}
		}
		if strings.Contains(view, "<!here>") || strings.Contains(view, "mrkdwn") {
			t.Errorf("acts: %s", view)
		}
	}
	f.quiet(t)
	x := map[string]any{"type": "button", "action_id": button.Action(button.Acknowledge), "block_id": button.Block(button.Alert, "a1")}
	serve(a, interact(map[string]any{
		"type": "block_actions", "user": map[string]any{"id": "U1"}, "trigger_id": "T1", "container": map[string]any{"type": "view", "view_id": "V1"}, "actions": []any{x},
	}))
	if s := f.next(t); s.path != "/api/chat.postMessage" || !strings.Contains(s.body, `"channel":"U1"`) || !strings.Contains(s.body, "It is yours") {
		t.Errorf("told %+v", s)
	}
	if who, _ := f.published(t); who != "U1" || len(svc.said()) != 1 {
		t.Errorf("shown to %s; said %+v", who, svc.words)
	}
}

// TestHomeFits keeps a home tab within what Slack takes, however many alerts are open.
func TestHomeFits(t *testing.T) {
	f := newSlack(t)
	svc := &shop{}
	for i := range 300 {
		a := firing()[0]
		a.ID, a.Topic.Product, a.Channels = fmt.Sprintf("%016x", i), market.ProductID(fmt.Sprint("P", i)), []string{"floor"}
		a.Facts = market.Facts{Title: market.NewText(strings.Repeat("Lange naam ", 12)), Theirs: market.Side{Name: "Voltavia", Price: eur("12.35"), URL: "https://a.example/" + strings.Repeat("x", 400)}}
		svc.alerts = append(svc.alerts, a)
	}
	a := start(t, svc, f, nil)
	serve(a, looked("U1", "Ev1"))
	_, view := f.published(t)
	if strings.Contains(view, `"table"`) || len(view) > 20_000 || !strings.Contains(view, "acknowledge") {
		t.Errorf("%d bytes: %s", len(view), view)
	}
}
