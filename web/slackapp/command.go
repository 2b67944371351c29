package slackapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"pricegap/alerts"
	"pricegap/alerts/notify/door"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/watch/referee"
)

// maxOthers is how many further products an ambiguous question names.
const maxOthers = 5

// errHook is returned for a response_url that is not Slack's.
var errHook = errors.New("slackapp: the address to answer to is not Slack's")

// question is what a command asks: without quotes around it and with the three characters back that Slack escapes. It is empty
// where there is nothing to look for, or too much.
func question(text string) string {
	if utf8.RuneCountInString(text) > market.MaxTextRunes {
		return ""
	}
	text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
	return strings.Trim(market.NewText(text).Plain(), " \"'`“”„‘’«»*_~")
}

// command acknowledges a slash command and has it answered. What it returns is the acknowledgement: nil says nothing.
func (a *App) command(c slack.SlashCommand) any {
	text := question(c.Text)
	if text == "" {
		return aside(a.say("usage"))
	}
	key := c.TriggerID
	if !a.heard.first(key, a.Clock()) {
		return nil
	}
	if !a.later(func(ctx context.Context) { a.answer(ctx, seat{c.UserID, c.ResponseURL}, text) }) {
		a.heard.forget(key)
		return aside(a.say("busy"))
	}
	return nil
}

// answer answers out of the store, then looks at the pages and edits the answer.
func (a *App) answer(ctx context.Context, by seat, text string) {
	who, ok := a.staff(ctx, by)
	if !ok {
		return
	}
	found, err := a.svc.Find(ctx, text, maxOthers+1)
	if err == nil && len(found) == 0 {
		a.respond(ctx, by, aside(a.say("not found", inert(text))))
		return
	}
	var x answer
	if err == nil {
		x, err = a.known(ctx, found[0].ID, who)
	}
	if err != nil {
		a.fail(ctx, by, "a question was not answered", err)
		return
	}
	x.others, x.notes = found[1:], []string{a.say("asking")}
	a.show(ctx, by, x, false)
	notes := a.look(ctx, found[0].ID)
	if x, err = a.known(ctx, found[0].ID, who); err != nil {
		a.fail(ctx, by, "an answer was not edited", err)
		return
	}
	x.others, x.notes = found[1:], notes
	a.show(ctx, by, x, true)
}

// show sends an answer, or edits it.
func (a *App) show(ctx context.Context, by seat, x answer, edit bool) {
	blocks, text := a.card(x)
	r := aside(text, blocks...)
	r.Replace = edit
	a.respond(ctx, by, r)
}

// known is what the store knows of a product, for that person.
func (a *App) known(ctx context.Context, id market.ProductID, who person) (x answer, err error) {
	for x.standing, err = range a.svc.Standings(ctx, watch.StandingQuery{Products: []market.ProductID{id}}) {
		if err != nil {
			return x, err
		}
	}
	if err == nil {
		x.verdicts, err = a.svc.Verdicts(ctx, referee.Query{Product: id, Role: who.role, Store: who.store})
	}
	return x, err
}

// look has the pages of rivals, of all where none is named, looked at now, and says what came of it.
func (a *App) look(ctx context.Context, id market.ProductID, sources ...market.SourceID) []string {
	select {
	case a.live <- struct{}{}:
		defer func() { <-a.live }()
	default:
		return []string{a.say("no look")}
	}
	looked, err := a.svc.Refresh(ctx, watch.RefreshRequest{Product: id, Sources: sources, Wait: liveWait})
	if err != nil {
		a.Log.Warn("pages were not looked at", "product", id, "error", err)
		return []string{a.say("failed")}
	}
	var notes []string
	came := func(l watch.Looked) bool { return l.Failure == nil && !l.Late }
	if len(looked) == 0 || slices.ContainsFunc(looked, came) { // none are looked at that were a moment ago
		notes = append(notes, a.say("looked"))
	}
	for _, l := range looked {
		switch name := inert(string(l.Source)); {
		case l.Failure != nil:
			notes = append(notes, a.say("no page", name, string(l.Failure.Kind)))
		case l.Waits:
			notes = append(notes, a.say("waits", name))
		case l.Late:
			notes = append(notes, a.say("late", name))
		}
	}
	return notes
}

// seat is where somebody is answered: at a response_url, or where there is none in a message of their own.
type seat struct{ user, hook string }

// staff returns who a user is; who is not of the staff is told so.
func (a *App) staff(ctx context.Context, by seat) (person, bool) {
	who, ok, err := a.people.of(ctx, by.user)
	if err != nil {
		a.fail(ctx, by, "the members of a user group are not known", err)
		return who, false
	}
	if !ok {
		a.respond(ctx, by, aside(a.say("not staff", inert(by.user))))
	}
	return who, ok
}

// fail says that something did not work, and logs why.
func (a *App) fail(ctx context.Context, by seat, what string, err error) {
	a.Log.Error(what, "error", err)
	a.respond(ctx, by, aside(a.say("failed")))
}

// respond answers at a response_url; a failure is logged, since nobody else can be told. Source: Slack, "Handling user
// interaction": five times within 30 minutes.
func (a *App) respond(ctx context.Context, by seat, r message) {
	post := func() error { return a.post(ctx, by.hook, r) }
	if by.hook == "" && a.api != nil {
		post = func() error {
			_, _, err := a.api.PostMessageContext(ctx, by.user, r.options()...)
			return err
		}
	}
	err := post()
	var rest *alerts.RetryAfterError
	if errors.As(err, &rest) && rest.After <= callTimeout {
		select {
		case <-time.After(rest.After):
			err = post()
		case <-ctx.Done():
		}
	}
	if err != nil {
		a.Log.Warn("an answer did not reach Slack", "error", a.safe(err))
	}
}

func (a *App) post(ctx context.Context, hook string, r message) error {
	if !strings.HasPrefix(hook, a.Hooks) {
		return errHook
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, bytes.NewReader(body))
	if err != nil {
		return errHook // its text holds the address, which is a secret
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.door.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("slackapp: status %d", resp.StatusCode)
	}
	return nil
}

// safe keeps our secrets out of an error.
func (a *App) safe(err error) error {
	if err == nil {
		return nil
	}
	return door.Safe("slack app", err, a.BotToken, a.AppToken, a.SigningSecret)
}
