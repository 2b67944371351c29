// Package button names the buttons below what staff are told in a chat, so that who wrote a message and who hears of a press mean
// the same: what is asked for, and of what.
package button

import (
	"slices"
	"strings"

	"pricegap/alerts/notify/lang"
)

// What buttons ask for.
const (
	Acknowledge = "acknowledge"
	Silence     = "silence"
	Wrong       = "wrong"
	Lower       = "lower"
	Matched     = "matched"
	Lost        = "lost"
	Share       = "share"
)

// TakenOn is no button: it is said before who took an alert on.
const TakenOn = "taken on by"

// More is what stands below an alert besides Acknowledge; Slack takes five in a menu. Answer is what stands below an answer.
var (
	More   = []string{Wrong, Lower, Matched, Lost, Silence}
	Answer = []string{Wrong, Lower, Matched, Lost, Silence, Share}
)

// Label is what stands on a button, in English where there is nothing in the language; Slack shows 75 characters.
func Label(language, what string) string { return lang.Of(language).Buttons[what] }

// Kind is what a button is about.
type Kind string

// The kinds.
const (
	Alert   Kind = "alert"   // an alert, and those told with it of the same thing
	Product Kind = "product" // a product of ours
)

const (
	prefix = "pricegap:"
	// Menu is the id of a menu of several; the value of what is picked says what is asked for.
	Menu = prefix + "menu"
	// maxID is the longest block_id of Slack, in bytes to be safe.
	maxID = 255
)

// Action is the id of the button that asks for what.
func Action(what string) string { return prefix + what }

// Block is the id of the block in which the buttons about something stand; "" where it cannot be named.
func Block(k Kind, id string) string {
	if b := prefix + string(k) + ":" + id; id != "" && len(b) <= maxID {
		return b
	}
	return ""
}

// Pressed says what a press asks for, and of what; ok is false for a button that is none of ours. The value is that of what was picked
// in a menu. Neither may be believed: whoever signs a request may send any id.
func Pressed(action, block, value string) (what string, k Kind, id string, ok bool) {
	what, ok = strings.CutPrefix(action, prefix)
	about, ours := strings.CutPrefix(block, prefix)
	kind, id, named := strings.Cut(about, ":")
	if action == Menu {
		what = value
	}
	known := what == Acknowledge || slices.Contains(Answer, what)
	if !ok || !ours || !named || !known || id == "" || kind != string(Alert) && kind != string(Product) {
		return "", "", "", false
	}
	return what, Kind(kind), id, true
}
