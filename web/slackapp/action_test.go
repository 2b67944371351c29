package slackapp

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/alerts/notify/button"
	"pricegap/alerts/notify/slacktest/specimen"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch/feedback"
	"pricegap/web/slackapp/form"
)

// press is a request with a press of a button, as Slack sends it.
func pressed(f *fakeSlack, user, what, block, trigger string) *http.Request {
	a := map[string]any{"type": "button", "action_id": button.Action(what), "block_id": block, "value": what}
	if block == button.Block(button.Alert, "a1") && what != button.Acknowledge {
		a = map[string]any{
			"type": "overflow", "action_id": button.Menu, "block_id": block,
			"selected_option": map[string]any{"value": what, "text": map[string]any{"type": "plain_text", "text": "x"}},
		}
	}
	return interact(map[string]any{
		"type": "block_actions", "user": map[string]any{"id": user}, "trigger_id": trigger, "response_url": f.URL + "/hooks/" + trigger,
		"container": map[string]any{"type": "message", "channel_id": "C1", "message_ts": "1.2"}, "actions": []any{a},
		"message": map[string]any{"text": "told", "blocks": []any{
			map[string]any{"type": "header", "text": map[string]any{"type": "plain_text", "text": "told"}},
			map[string]any{"type": "actions", "block_id": block, "elements": []any{}},
			map[string]any{"type": "divider"},
		}},
	})
}

// sent is a request with a filled-in form.
func filled(v map[string]any, user, view string, values map[string]any) *http.Request {
	state := map[string]any{}
	for k, x := range values {
		state[k] = map[string]any{"value": x}
	}
	return interact(map[string]any{"type": "view_submission", "user": map[string]any{"id": user}, "view": map[string]any{
		"id": view, "type": "modal", "callback_id": v["callback_id"], "private_metadata": v["private_metadata"], "state": map[string]any{"values": state},
	}})
}

func text(s string) map[string]any { return map[string]any{"type": "plain_text_input", "value": s} }

func option(s string) map[string]any {
	return map[string]any{"type": "static_select", "selected_option": map[string]any{"value": s, "text": map[string]any{"type": "plain_text", "text": "x"}}}
}

func interact(payload any) *http.Request {
	b, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	return sign(ActionPath, formType, url.Values{"payload": {string(b)}}.Encode(), noon, secret)
}

// again is the same delivery once more, signed anew.
func again(r *http.Request, n int) *http.Request {
	b, _ := io.ReadAll(r.Body)
	s := sign(r.URL.Path, r.Header.Get("Content-Type"), string(b), noon.Add(time.Duration(n)*time.Second), secret)
	s.Header.Set("X-Slack-Retry-Num", fmt.Sprint(n))
	return s
}

var product = button.Block(button.Product, "A1")

// opened returns the view that Slack was asked to open.
func (f *fakeSlack) opened(t *testing.T) (v map[string]any) {
	t.Helper()
	s := f.next(t)
	var call struct {
		Trigger string          `json:"trigger_id"`
		View    json.RawMessage `json:"view"`
	}
	if err := json.Unmarshal([]byte(s.body), &call); err != nil || s.path != "/api/views.open" || call.Trigger == "" {
		t.Fatalf("sent %+v, %v", s, err)
	}
	specimen.Keep(specimen.View, call.View)
	if err := json.Unmarshal(call.View, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestForms goes from each button through its form to the word that is said, in both languages.
func TestForms(t *testing.T) {
	for _, language := range []string{"nl", "en"} {
		for what, tt := range map[string]struct {
			values map[string]any
			want   feedback.Word
			told   map[string]string
		}{
			button.Wrong: {map[string]any{"shop": option("voltavia")}, feedback.Word{Source: "voltavia"}, map[string]string{"nl": "Vastgehouden", "en": "Held back"}},
			button.Lower: {
				map[string]any{"shop": option(""), "where": text("  <!channel> on the\nmarket "), "price": text("9,95")},
				feedback.Word{Where: market.NewText("<!channel> on the market"), Price: eur("9.95")},
				map[string]string{"nl": "inkopers", "en": "buyers"},
			},
			button.Matched: {map[string]any{"shop": option("voltavia"), "price": text("€ 12,35")}, feedback.Word{Source: "voltavia", Price: eur("12.35")}, map[string]string{"nl": "verkocht voor", "en": "sold at"}},
			button.Lost:    {map[string]any{"shop": option("voltavia"), "price": text("")}, feedback.Word{Source: "voltavia"}, map[string]string{"nl": "Genoteerd", "en": "Noted"}},
			button.Silence: {
				map[string]any{"until": option("tomorrow"), "reason": text("our own promotion"), "shop": option("")},
				feedback.Word{Until: time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC), Reason: market.NewText("our own promotion")},
				map[string]string{"nl": "niets over gemeld", "en": "Nothing is told"},
			},
		} {
			t.Run(language+"/"+what, func(t *testing.T) {
				f := newSlack(t)
				svc := &shop{title: "Waterkoker <!here>", price: "12.35", now: "12.35", refuse: feedback.Entry{Discount: eur("2.15")}}
				a := start(t, svc, f, func(o *Options) { o.Language = language })
				if w := serve(a, pressed(f, "U2", what, product, "T1")); w.Code != http.StatusOK || w.Body.Len() != 0 {
					t.Fatalf("acknowledged with %d %q", w.Code, w.Body)
				}
				v := f.opened(t)
				for n := range 3 { // delivered three times, one effect (AL10)
					if w := serve(a, again(filled(v, "U2", "V1", tt.values), n)); w.Code != http.StatusOK || w.Body.Len() > 0 {
						t.Fatalf("%d %s", w.Code, w.Body)
					}
				}
				if s := f.next(t); s.path != "/hooks/T1" || !strings.Contains(s.body, tt.told[language]) || !strings.Contains(s.body, "ephemeral") {
					t.Errorf("told %+v", s)
				}
				if what == button.Wrong {
					if s := f.next(t); svc.looks != 1 || !strings.Contains(s.body, a.say("looked")) {
						t.Errorf("%d looks; told %+v", svc.looks, s)
					}
				}
				want := tt.want
				want.Key, want.Verb, want.Product, want.By = "view V1", feedback.Verb(what), "A1", feedback.By{ID: "U2", Role: policy.Manager, Store: "zwolle"}
				if d := cmp.Diff([]feedback.Word{want}, svc.said(), cmp.AllowUnexported(market.Text{}, money.Amount{})); d != "" {
					t.Error(d)
				}
			})
		}
	}
}

// TestFormErrors keeps a form open where something is wrong with it, and says what; what is no form of ours is acknowledged alone.
func TestFormErrors(t *testing.T) {
	f := newSlack(t)
	svc := &shop{}
	a := start(t, svc, f, nil)
	view := func(verb feedback.Verb) map[string]any {
		return map[string]any{"callback_id": button.Action(string(verb)), "private_metadata": `{"product":"A1","currency":"EUR"}`}
	}
	for name, tt := range map[string]struct {
		verb   feedback.Verb
		values map[string]any
		fields []string
	}{
		"no shop":            {feedback.Wrong, map[string]any{"shop": option("")}, []string{"shop"}},
		"no price":           {feedback.Matched, map[string]any{"shop": option("voltavia"), "price": text("")}, []string{"price"}},
		"words for a price":  {feedback.Matched, map[string]any{"shop": option("voltavia"), "price": text("much less")}, []string{"price"}},
		"nought":             {feedback.Matched, map[string]any{"shop": option("voltavia"), "price": text("0,00")}, []string{"price"}},
		"below nought":       {feedback.Lower, map[string]any{"where": text("x"), "price": text("-5")}, []string{"price"}},
		"a month":            {feedback.Lower, map[string]any{"where": text("x"), "price": text("€ 5 per maand")}, []string{"price"}},
		"nowhere":            {feedback.Lower, map[string]any{"where": text(" "), "price": text("5,00")}, []string{"where"}},
		"no reason, no time": {feedback.Silence, map[string]any{"until": option("9999h"), "reason": text("")}, []string{"reason", "until"}},
	} {
		w := serve(a, filled(view(tt.verb), "U1", "V "+name, tt.values))
		var got viewErrors
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Action != "errors" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		var fields []string
		for k, v := range got.Errors {
			if fields = append(fields, k); v == "" {
				t.Errorf("%s: %s has no words", name, k)
			}
		}
		slices.Sort(fields)
		if d := cmp.Diff(tt.fields, fields); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	for _, v := range []map[string]any{{"callback_id": "other"}, {"callback_id": button.Action("share"), "private_metadata": "{}"}, {"callback_id": button.Action("lost"), "private_metadata": "{"}} {
		if w := serve(a, filled(v, "U1", "V", nil)); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("%v: %d %s", v, w.Code, w.Body)
		}
	}
	f.quiet(t)
	if len(svc.said()) != 0 {
		t.Errorf("%+v", svc.words)
	}
}

// firing are three alerts, the first two of which one message told.
func firing() []market.Alert {
	told := func(id, product, ts string) market.Alert {
		return market.Alert{
			ID: id, Topic: market.Topic{Product: market.ProductID(product), Source: "voltavia"}, State: market.AlertFiring, Transition: 3,
			Told: map[string]market.Told{"floor": {State: market.AlertFiring, Reference: ts}},
		}
	}
	return []market.Alert{told("a1", "A1", "1.2"), told("a2", "A1", "1.2"), told("a3", "A1", "9.9"), told("a4", "A2", "1.2"), {ID: "s1", Topic: market.Topic{Source: "voltavia"}}}
}

// TestTakeOn takes on what a message told of one product, once however often it is pressed, and says so in the message.
func TestTakeOn(t *testing.T) {
	f := newSlack(t)
	svc := &shop{alerts: firing()}
	a := start(t, svc, f, nil)
	block := button.Block(button.Alert, "a1")
	serve(a, pressed(f, "U1", button.Acknowledge, block, "T1"))
	for n := 1; n < 3; n++ {
		serve(a, again(pressed(f, "U1", button.Acknowledge, block, "T1"), n)) // the same delivery
	}
	serve(a, pressed(f, "U1", button.Acknowledge, block, "T2")) // a second click
	if s := f.next(t); s.path != "/hooks/T1" || !strings.Contains(s.body, "It is yours") {
		t.Errorf("%+v", s)
	}
	s := f.next(t)
	var got edited
	if err := json.Unmarshal([]byte(s.body), &got); err != nil || !got.Replace || len(got.Blocks) != 3 || got.Text != "told" ||
		!strings.Contains(string(got.Blocks[1]), `"user_id":"U1"`) || !strings.Contains(string(got.Blocks[1]), "taken on by") {
		t.Errorf("%s, %v", s.body, err)
	}
	specimen.Keep(specimen.Blocks, json.RawMessage("["+string(got.Blocks[1])+"]"))
	f.quiet(t)
	want := []feedback.Word{{
		Key: "acknowledge U1 C1/1.2 alert a1 3", Verb: feedback.Acknowledge, By: feedback.By{ID: "U1", Role: policy.Staff, Store: "utrecht"},
		Alerts: []string{"a1", "a2"}, Product: "A1", Source: "voltavia",
	}}
	if d := cmp.Diff(want, svc.said(), cmp.AllowUnexported(market.Text{}, money.Amount{})); d != "" {
		t.Error(d)
	}
}

// TestPressAgain: what is pressed once more after a while is a press of its own, which the ledger knows by its key.
func TestPressAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOnce(tremble)
		if !o.first("x", time.Now()) || o.first("x", time.Now()) {
			t.Error("a second click counts")
		}
		time.Sleep(tremble + time.Second)
		if !o.first("x", time.Now()) {
			t.Error("a press later on does not")
		}
	})
}

// TestPressWords says why nothing came of a press.
func TestPressWords(t *testing.T) {
	alert := func(id string) string { return button.Block(button.Alert, id) }
	for name, tt := range map[string]struct {
		user, what, block string
		refuse            feedback.Entry
		told              string
	}{
		"not of the staff":    {"U9", button.Wrong, product, feedback.Entry{}, "not on the list of staff"},
		"an alert of old":     {"U1", button.Acknowledge, alert("gone"), feedback.Entry{}, "over already"},
		"over":                {"U1", button.Acknowledge, alert("a1"), feedback.Entry{Refused: feedback.NotFiring}, "over already"},
		"about a whole shop":  {"U1", button.Wrong, alert("s1"), feedback.Entry{}, "not about one article"},
		"a form not for them": {"U1", button.Silence, product, feedback.Entry{Refused: feedback.NotRole, To: policy.ShiftLead}, "takes a shift lead"},
		"an unknown product":  {"U1", button.Lost, button.Block(button.Product, "Z9"), feedback.Entry{}, "did not work"},
		"nothing to share":    {"U1", button.Share, product, feedback.Entry{Refused: feedback.Unknown}, "Nothing is known"},
		"no role":             {"U1", button.Acknowledge, alert("a1"), feedback.Entry{Refused: feedback.NotRole, To: policy.Manager}, "takes a manager"},
		"beyond the role":     {"U1", button.Acknowledge, alert("a1"), feedback.Entry{Refused: feedback.Authority, To: policy.Buyer}, "buyer decides"},
		"below their price":   {"U1", button.Acknowledge, alert("a1"), feedback.Entry{Refused: feedback.Below, Theirs: eur("12.35")}, "12.35"},
		"not below our price": {"U1", button.Acknowledge, alert("a1"), feedback.Entry{Refused: feedback.NotLower}, "not below our price"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newSlack(t)
			a := start(t, &shop{alerts: firing(), refuse: tt.refuse, price: "1.00"}, f, nil)
			if w := serve(a, pressed(f, tt.user, tt.what, tt.block, "T1")); w.Code != http.StatusOK {
				t.Fatal(w.Code)
			}
			if s := f.next(t); !strings.Contains(s.body, tt.told) || !strings.Contains(s.body, "ephemeral") {
				t.Errorf("told %s", s.body)
			}
		})
	}
}

// TestForgedPress: a press that names nothing of ours does nothing.
func TestForgedPress(t *testing.T) {
	f := newSlack(t)
	svc := &shop{alerts: firing()}
	a := start(t, svc, f, nil)
	for _, p := range [][2]string{{"wrong", "other"}, {"wrong", "pricegap:shop:A1"}, {"wrong", "pricegap:product:"}, {"delete", product}, {"", product}} {
		if w := serve(a, pressed(f, "U1", p[0], p[1], "T"+p[0]+p[1])); w.Code != http.StatusOK {
			t.Errorf("%v: %d", p, w.Code)
		}
	}
	f.quiet(t)
}

// TestShare shows the answer to the channel as plain staff see it, without buttons, whoever shares it.
func TestShare(t *testing.T) {
	f := newSlack(t)
	svc := &shop{title: "Waterkoker", price: "12.35", verdict: policy.Verdict{Source: "voltavia", Outcome: policy.Refer, To: policy.Manager}}
	a := start(t, svc, f, nil)
	serve(a, pressed(f, "U2", button.Share, product, "T1"))
	s := f.next(t)
	if !strings.Contains(s.body, `"response_type":"in_channel"`) || !strings.Contains(s.body, `"replace_original":false`) || strings.Contains(s.body, "actions") || !strings.Contains(s.body, "REFER") {
		t.Errorf("shared %s", s.body)
	}
	if q := svc.asked[0]; q.Role != policy.Staff || q.Store != "" {
		t.Errorf("asked as %+v", q)
	}
	if w := svc.said(); len(w) != 1 || w[0].Verb != feedback.Share || w[0].By.Role != policy.Manager {
		t.Errorf("said %+v", w)
	}
}

// TestButtonsMean holds the words of buttons against those of the ledger.
func TestButtonsMean(t *testing.T) {
	for _, what := range slices.Concat(button.More, button.Answer, []string{button.Acknowledge}) {
		if !slices.Contains(feedback.Verbs, feedback.Verb(what)) {
			t.Errorf("%s is no verb", what)
		}
		for _, l := range []string{"nl", "en"} {
			if n := len([]rune(button.Label(l, what))); n == 0 || n > 24 {
				t.Errorf("%s in %s has %d characters", what, l, n)
			}
		}
	}
	if len(button.More) > 5 || len(form.Forms) != len(button.More) {
		t.Errorf("%d in a menu of %d forms", len(button.More), len(form.Forms))
	}
	a := New(&shop{}, Options{})
	for _, v := range feedback.Verbs {
		if v != feedback.Share && !strings.Contains(a.say("did "+string(v)), " ") {
			t.Errorf("no words for %s", v)
		}
	}
	for _, r := range []feedback.Refusal{
		feedback.NotRole, feedback.Unknown, feedback.Held, feedback.NotFiring, feedback.NoVerdict, feedback.Declined, feedback.Authority, feedback.Below,
		feedback.NotLower, feedback.NoSilence,
	} {
		if a.outcome(feedback.Entry{Refused: r}) == "" {
			t.Errorf("no words for %s", r)
		}
	}
}
