package slackapp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"pricegap/alerts/notify/button"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/watch/feedback"
	"pricegap/web/slackapp/form"
)

// viewErrors keeps a form open and says what is wrong with its fields. Source: Slack, "Modals: displaying errors in views".
type viewErrors struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors"`
}

// interaction acknowledges a press of a button or a form that was sent, and has it done. What it returns is the acknowledgement; ok is
// false for what cannot be read.
func (a *App) interaction(payload []byte) (ack any, ok bool) {
	var cb slack.InteractionCallback
	if json.Unmarshal(payload, &cb) != nil {
		return nil, false
	}
	switch cb.Type {
	case slack.InteractionTypeBlockActions:
		for _, x := range cb.ActionCallback.BlockActions {
			if what, kind, id, ours := button.Pressed(x.ActionID, x.BlockID, x.SelectedOption.Value); ours {
				a.press(press{what, kind, id, seat{cb.User.ID, cb.ResponseURL}, cb.TriggerID, cb.Container.ChannelID + "/" + cb.Container.MessageTs, payload})
			}
		}
	case slack.InteractionTypeViewSubmission:
		return a.submitted(cb), true
	}
	return nil, true
}

// press is one press of a button.
type press struct {
	what    string
	kind    button.Kind
	id      string
	by      seat
	trigger string
	message string // where the button stands
	payload []byte
}

// key is the same for a press that comes again, and for a finger that presses twice.
func (p press) key() string {
	return strings.Join([]string{p.what, p.by.user, p.message, string(p.kind), p.id}, " ")
}

// press has a press done; a second one within seconds is the same.
func (a *App) press(p press) {
	now := a.Clock()
	if !a.heard.first(p.trigger, now) || !a.pressed.first(p.key(), now) {
		return
	}
	if !a.later(func(ctx context.Context) { a.act(ctx, p) }) {
		a.heard.forget(p.trigger)
		a.pressed.forget(p.key())
		a.Log.Warn("a press was dropped: too many wait", "button", p.what)
	}
}

// act does what a press asks for, or opens the form that asks for more.
func (a *App) act(ctx context.Context, p press) {
	who, ok := a.staff(ctx, p.by)
	if !ok {
		return
	}
	alert, product, ok := a.about(ctx, p)
	switch {
	case !ok:
		return
	case p.what == button.Acknowledge:
		a.take(ctx, p, who, alert)
	case p.what == button.Share:
		a.share(ctx, p, who, product)
	case product == "":
		a.respond(ctx, p.by, aside(a.say("no product")))
	case !who.may(feedback.Least(feedback.Verb(p.what))): // a form would be filled in for nothing; the refusal is noted all the same
		a.tell(ctx, p.by, feedback.Word{Key: p.trigger, Verb: feedback.Verb(p.what), By: who.by(), Product: product})
	default:
		a.ask(ctx, p, product, alert.Topic.Source)
	}
}

// about returns the alert that a press is about, where it is about one, and the product. Whoever presses an old message may mean what
// is not there any more: they are told.
func (a *App) about(ctx context.Context, p press) (alert market.Alert, product market.ProductID, ok bool) {
	if p.kind == button.Product {
		return alert, market.ProductID(p.id), true
	}
	all, err := a.svc.Alerts(ctx)
	if err != nil {
		a.fail(ctx, p.by, "an alert was not found", err)
		return alert, "", false
	}
	i := slices.IndexFunc(all, func(x market.Alert) bool { return x.ID == p.id })
	if i < 0 {
		a.respond(ctx, p.by, aside(a.say(string(feedback.NotFiring))))
		return alert, "", false
	}
	return all[i], all[i].Topic.Product, true
}

// take takes an alert on, and with it those about the same thing that the same message told.
func (a *App) take(ctx context.Context, p press, who person, alert market.Alert) {
	w := feedback.Word{Verb: feedback.Acknowledge, By: who.by(), Alerts: []string{alert.ID}, Product: alert.Topic.Product, Source: alert.Topic.Source}
	w.Key = fmt.Sprint(p.key(), " ", alert.Transition)
	all, err := a.svc.Alerts(ctx)
	if err != nil {
		a.fail(ctx, p.by, "alerts were not taken on", err)
		return
	}
	_, ts, _ := strings.Cut(p.message, "/")
	for _, x := range all {
		same := x.Topic.Product == alert.Topic.Product && (x.Topic.Product != "" || x.Topic.Source == alert.Topic.Source)
		if same && x.ID != alert.ID && (x.State == market.AlertFiring || x.State == market.AlertRecovering) && toldIn(x, ts) {
			w.Alerts = append(w.Alerts, x.ID)
		}
	}
	e, ok := a.tell(ctx, p.by, w)
	switch r := a.taken(p); {
	case !ok || e.Again || e.Refused != "":
	case p.by.hook == "":
		a.home(ctx, p.by.user)
	case r != nil:
		a.respond(ctx, p.by, r)
	}
}

// toldIn reports whether a message told an alert.
func toldIn(a market.Alert, ts string) bool {
	for _, t := range a.Told {
		if ts != "" && t.Reference == ts {
			return true
		}
	}
	return false
}

// taken is the message of a press once more, with who took it on in the place of the buttons; nil where it is none of a channel.
func (a *App) taken(p press) *edited {
	var m struct {
		Message struct {
			Text   string            `json:"text"`
			Blocks []json.RawMessage `json:"blocks"`
		} `json:"message"`
	}
	if json.Unmarshal(p.payload, &m) != nil {
		return nil
	}
	block := button.Block(p.kind, p.id)
	for i, raw := range m.Message.Blocks {
		var b struct {
			ID string `json:"block_id"`
		}
		if json.Unmarshal(raw, &b) != nil || b.ID != block {
			continue
		}
		note, err := json.Marshal(slack.NewRichTextBlock(block, slack.NewRichTextSection(
			slack.NewRichTextSectionTextElement("✓ "+button.Label(string(a.tongue), button.TakenOn)+" ", nil), slack.NewRichTextSectionUserElement(p.by.user, nil),
			slack.NewRichTextSectionTextElement(" · "+a.tongue.Moment(a.Clock().In(a.Zone)), nil))))
		if err != nil {
			return nil
		}
		m.Message.Blocks[i] = note
		return &edited{Replace: true, Text: m.Message.Text, Blocks: m.Message.Blocks, Parse: "none"}
	}
	return nil
}

// share shows an answer to the whole channel, as plain staff see it.
func (a *App) share(ctx context.Context, p press, who person, product market.ProductID) {
	e, ok := a.tell(ctx, p.by, feedback.Word{Key: p.key(), Verb: feedback.Share, By: who.by(), Product: product})
	if !ok || e.Again || e.Refused != "" {
		return
	}
	x, err := a.known(ctx, product, person{role: policy.Staff})
	if err != nil {
		a.fail(ctx, p.by, "an answer was not shared", err)
		return
	}
	x.shared = true
	blocks, text := a.card(x)
	r := aside(text, blocks...)
	r.Type = slack.ResponseTypeInChannel
	a.respond(ctx, p.by, r)
}

// ask opens the form of a button.
func (a *App) ask(ctx context.Context, p press, product market.ProductID, source market.SourceID) {
	x, err := a.known(ctx, product, person{})
	if err != nil {
		a.fail(ctx, p.by, "a form was not opened", err)
		return
	}
	var shops []form.Shop
	for _, r := range a.rivals(x.standing) {
		shops = append(shops, form.Shop{ID: r.Source, Name: r.Name, Price: r.Price})
	}
	verb := feedback.Verb(p.what)
	if len(shops) == 0 && (verb == feedback.Wrong || verb == feedback.Matched) {
		a.respond(ctx, p.by, aside(a.say("nobody")))
		return
	}
	title := cmp.Or(x.standing.Product.Title.Plain(), string(product))
	about := form.About{Product: product, Source: source, Currency: x.standing.Ours.Price.Currency(), Hook: p.by.hook}
	v, err := form.New(a.tongue, verb, about, title, shops)
	if err == nil && a.api != nil {
		_, err = a.api.OpenViewContext(ctx, p.trigger, v)
	}
	if err != nil {
		a.fail(ctx, p.by, "a form was not opened", a.safe(err))
	}
}

// submitted acknowledges a form and has its word said, or says what is wrong with it.
func (a *App) submitted(cb slack.InteractionCallback) any {
	w, about, wrong, ok := form.Read(a.tongue, cb.View, a.Clock().In(a.Zone))
	switch {
	case !ok:
		return nil
	case len(wrong) > 0:
		return viewErrors{"errors", wrong}
	}
	w.Key = "view " + cb.View.ID
	by := seat{cb.User.ID, about.Hook}
	if !a.later(func(ctx context.Context) { a.said(ctx, by, w) }) {
		for field := range cb.View.State.Values {
			return viewErrors{"errors", map[string]string{field: a.say("busy")}}
		}
	}
	return nil
}

// said says the word of a form; after a doubt the rival's page is looked at again.
func (a *App) said(ctx context.Context, by seat, w feedback.Word) {
	who, ok := a.staff(ctx, by)
	if !ok {
		return
	}
	w.By = who.by()
	e, ok := a.tell(ctx, by, w)
	if ok && !e.Again && e.Refused == "" && w.Verb == feedback.Wrong {
		a.respond(ctx, by, aside(strings.Join(a.look(ctx, w.Product, w.Source), " · ")))
	}
}

// tell says a word and tells who said it what came of it, once.
func (a *App) tell(ctx context.Context, by seat, w feedback.Word) (feedback.Entry, bool) {
	e, err := a.svc.Say(ctx, w)
	if err != nil {
		a.fail(ctx, by, "a word of staff was not kept", err)
		return e, false
	}
	if e.Again || w.Verb == feedback.Share && e.Refused == "" {
		return e, true
	}
	a.respond(ctx, by, aside(a.outcome(e)))
	return e, true
}

// outcome says what came of a word.
func (a *App) outcome(e feedback.Entry) string {
	switch {
	case e.Refused == feedback.Below:
		return a.say("below", a.tongue.Money(e.Theirs))
	case e.Refused != "" && e.To != "":
		return a.say(string(e.Refused), a.say(string(e.To)))
	case e.Refused != "":
		return a.say(string(e.Refused))
	case e.Verb == feedback.Silence:
		return a.say("did silence", a.tongue.Moment(e.Until.In(a.Zone)))
	case e.Verb == feedback.Matched:
		return a.say("did matched", a.tongue.Money(e.Price), a.tongue.Money(e.Discount))
	}
	return a.say("did " + string(e.Verb))
}
