// Package form holds the forms that staff fill in below an answer or an alert: what they ask, and the word that they come to. It is
// pure: it opens nothing and keeps nothing.
package form

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"pricegap/alerts/notify/button"
	quiet "pricegap/alerts/notify/inert"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch/feedback"
	"pricegap/web/lang"
)

// Forms are the verbs that ask for more than a press.
var Forms = []feedback.Verb{feedback.Wrong, feedback.Lower, feedback.Matched, feedback.Lost, feedback.Silence}

// The bounds of Slack's views: 24 characters of a title, 75 of an option, 100 options of a menu.
const (
	maxTitle   = 24
	maxOption  = 75
	maxOptions = 100
)

// The fields of forms; each is a block of its own, whose element is called value.
const (
	shop   = "shop"
	where  = "where"
	price  = "price"
	until  = "until"
	reason = "reason"
	value  = "value"
)

// About is what a form is about. It travels with the form and comes back with its answer.
type About struct {
	Product  market.ProductID `json:"product"`
	Source   market.SourceID  `json:"source,omitzero"` // whose alert it was asked from
	Currency money.Currency   `json:"currency,omitzero"`
	// Hook is where the outcome is told, empty where the person is told in a message of their own.
	Hook string `json:"hook,omitzero"`
}

// Shop is a rival that can be picked.
type Shop struct {
	ID    market.SourceID
	Name  string
	Price money.Amount
}

// New returns the form for a verb about a product of that title.
func New(l lang.Language, v feedback.Verb, about About, title string, shops []Shop) (slack.ModalViewRequest, error) {
	meta, err := json.Marshal(about)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	f := form{l, about, shops}
	blocks := []slack.Block{slack.NewSectionBlock(plain(quiet.Text(cut(title, 150))+"\n"+f.say(string(v))), nil, nil)}
	switch v {
	case feedback.Wrong:
		blocks = append(blocks, f.shop(false))
	case feedback.Matched:
		blocks = append(blocks, f.shop(false), f.text(price, "sold at", false, 20))
	case feedback.Lower:
		blocks = append(blocks, f.shop(true), f.text(where, "where", true, 200), f.text(price, "seen at", false, 20))
	case feedback.Lost:
		blocks = append(blocks, f.shop(true), f.text(where, "to whom", true, 200), f.text(price, "paid there", true, 20))
	case feedback.Silence:
		blocks = append(blocks, f.until(), f.shop(true), f.text(reason, "reason", false, 200))
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: button.Action(string(v)), PrivateMetadata: string(meta),
		Title: plain(cut(button.Label(string(l), string(v)), maxTitle)), Submit: plain(f.say("send")), Close: plain(f.say("cancel")),
		Blocks: slack.Blocks{BlockSet: slices.DeleteFunc(blocks, func(b slack.Block) bool { return b == nil })},
	}, nil
}

type form struct {
	l     lang.Language
	about About
	shops []Shop
}

// shop asks which rival; nothing where there is none to pick.
func (f form) shop(optional bool) slack.Block {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, s := range f.shops[:min(len(f.shops), maxOptions)] {
		name := s.Name
		if s.Price.Known() {
			name += "  " + f.l.Money(s.Price)
		}
		if len(s.ID) > maxOption {
			continue
		}
		o := slack.NewOptionBlockObject(string(s.ID), plain(cut(name, maxOption)), nil)
		if options = append(options, o); s.ID == f.about.Source {
			initial = o
		}
	}
	if len(options) == 0 {
		return nil
	}
	if len(options) == 1 && !optional {
		initial = options[0]
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(f.say("pick")), value, options...)
	e.InitialOption = initial
	label := "shop"
	if optional {
		label = "shop or none"
	}
	return f.ask(shop, label, optional, e)
}

// until asks how long a silence lasts.
func (f form) until() slack.Block {
	var options []*slack.OptionBlockObject
	for _, p := range periods {
		options = append(options, slack.NewOptionBlockObject(p, plain(f.say(p)), nil))
	}
	return f.ask(until, "until", false, slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(f.say("pick")), value, options...))
}

func (f form) text(block, label string, optional bool, most int) slack.Block {
	e := slack.NewPlainTextInputBlockElement(nil, value)
	e.MaxLength = most
	return f.ask(block, label, optional, e)
}

func (f form) ask(block, label string, optional bool, e slack.BlockElement) slack.Block {
	b := slack.NewInputBlock(block, plain(f.say(label)), nil, e)
	b.Optional = optional
	return b
}

// Read returns the word that a form comes to, without who says it, and what the form is about. Where wrong is not empty, it says by
// field what is wrong with it; ok is false for what is no form of ours.
func Read(l lang.Language, v slack.View, now time.Time) (w feedback.Word, about About, wrong map[string]string, ok bool) {
	what, _, _, ok := button.Pressed(v.CallbackID, button.Block(button.Product, "form"), "")
	w.Verb = feedback.Verb(what)
	if !ok || !slices.Contains(Forms, w.Verb) || json.Unmarshal([]byte(v.PrivateMetadata), &about) != nil || v.State == nil {
		return w, about, nil, false
	}
	f := form{l: l}
	field := func(block string) slack.BlockAction { return v.State.Values[block][value] }
	w.Product, w.Source = about.Product, market.SourceID(field(shop).SelectedOption.Value)
	w.Where, w.Reason = market.NewText(field(where).Value), market.NewText(field(reason).Value)
	wrong = map[string]string{}
	if t := field(price).Value; t != "" || w.Verb == feedback.Matched || w.Verb == feedback.Lower {
		r, err := money.Parse(t, money.Locale{Language: string(l), Currency: about.Currency})
		if err != nil || r.Kind != money.KindCurrent || r.Amount.Sign() <= 0 {
			wrong[price] = f.say("no price")
		}
		w.Price = r.Amount
	}
	switch {
	case w.Verb == feedback.Silence:
		if w.Until = end(field(until).SelectedOption.Value, now); w.Until.IsZero() {
			wrong[until] = f.say("pick")
		}
		if !w.Reason.Known() {
			wrong[reason] = f.say("no reason")
		}
	case w.Source == "" && (w.Verb == feedback.Wrong || w.Verb == feedback.Matched):
		wrong[shop] = f.say("pick")
	case w.Source == "" && w.Verb == feedback.Lower && !w.Where.Known():
		wrong[where] = f.say("no place")
	}
	return w, about, wrong, true
}

// periods are how long a silence may last, as a form offers it.
var periods = []string{"1h", "4h", "tomorrow", "72h", "168h"}

// end is when a silence of a period ends; the zero time for one that is not offered. Tomorrow begins at 8, in the time zone of now.
func end(period string, now time.Time) time.Time {
	if !slices.Contains(periods, period) {
		return time.Time{}
	}
	if d, err := time.ParseDuration(period); err == nil {
		return now.Add(d).UTC()
	}
	y, m, d := now.Date()
	return time.Date(y, m, d+1, 8, 0, 0, 0, now.Location()).UTC()
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func cut(s string, n int) string {
	if s = market.Printable(s); utf8.RuneCountInString(s) > n {
		return string([]rune(s)[:n-1]) + "…"
	}
	return s
}
