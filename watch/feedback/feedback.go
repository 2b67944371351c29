// Package feedback is what staff say back about prices and alerts: each word has its effect once, and is kept with who said it, as
// what role, when, and what came of it. Of a person nothing is kept but the id that the door knows them by.
package feedback

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"pricegap/alerts/calm"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
)

// ErrWord is returned for a word that says neither what, nor who, or asks for what no word can.
var ErrWord = errors.New("feedback: not a word of staff")

// Verb is what a word does.
type Verb string

// The verbs. The strings are a contract.
const (
	Acknowledge Verb = "acknowledge" // takes alerts on
	Silence     Verb = "silence"     // keeps channels from being told about a product, or a shop, for a while
	Wrong       Verb = "wrong"       // says that a rival's price is wrong: it is held back until a person decides
	Lower       Verb = "lower"       // says that a customer saw it for less: a tip, never an observation
	Matched     Verb = "matched"     // says that a rival's price was matched, at a price that the role may give
	Lost        Verb = "lost"        // says that the sale went elsewhere
	Share       Verb = "share"       // showed an answer to a whole channel
)

// Verbs are all of them.
var Verbs = []Verb{Acknowledge, Silence, Wrong, Lower, Matched, Lost, Share}

// least is the role from which on somebody may say a word.
var least = map[Verb]policy.Role{
	Acknowledge: policy.Staff, Silence: policy.ShiftLead, Wrong: policy.Staff, Lower: policy.Staff,
	Matched: policy.Staff, Lost: policy.Staff, Share: policy.Staff,
}

// Least returns the role from which on somebody may say a word of that verb.
func Least(v Verb) policy.Role { return least[v] }

// Refusal is why a word had no effect. The strings are a contract.
type Refusal string

// The refusals.
const (
	NotRole   Refusal = "role"       // Entry.To may
	Unknown   Refusal = "unknown"    // there is no such product, or nothing is known of it at that shop
	Held      Refusal = "held"       // the price is held back already
	NotFiring Refusal = "not_firing" // the alert is over
	NoVerdict Refusal = "no_verdict" // there is no price-match policy, or nothing to judge
	Declined  Refusal = "declined"   // nobody matches this
	Authority Refusal = "authority"  // Entry.To decides
	Below     Refusal = "below"      // less than the price that may be matched, which is Entry.Theirs
	NotLower  Refusal = "not_lower"  // not less than we ask
	NoSilence Refusal = "no_silence" // it would end in the past, or too late
)

// By is who says a word: an id, not a name.
type By struct {
	ID   string      `json:"id"`
	Role policy.Role `json:"role"`
	// Store is the id of the store of ours where they work, "" for none.
	Store string `json:"store,omitzero"`
}

// Word is what somebody says.
type Word struct {
	// Key names the press of the button: of words with the same Key within a day only the first has an effect. An empty Key is always new.
	Key  string `json:"key,omitzero"`
	Verb Verb   `json:"verb"`
	By   By     `json:"by"`
	// Alerts are the ids of those that are taken on.
	Alerts  []string         `json:"alerts,omitzero"`
	Product market.ProductID `json:"product,omitzero"`
	// Source is the rival that is meant, empty where it is none that we watch; Where then says who, or where it was seen.
	Source market.SourceID `json:"source,omitzero"`
	Where  market.Text     `json:"where,omitzero"`
	// Price is what the customer saw, or what it was sold at.
	Price money.Amount `json:"price,omitzero"`
	// Until is when a silence ends, and Reason why it is asked for.
	Until  time.Time   `json:"until,omitzero"`
	Reason market.Text `json:"reason,omitzero"`
}

// Entry is a word as it is kept, with what came of it.
type Entry struct {
	Word
	At time.Time `json:"at"`
	// Refused is why it had no effect, empty where it had; To is the role that may, where there is one.
	Refused Refusal     `json:"refused,omitzero"`
	To      policy.Role `json:"to,omitzero"`
	// Title is what our catalogue called the product at that moment.
	Title market.Text `json:"title,omitzero"`
	// Listing is the rival's listing that was meant; Ours and Theirs are the prices as they were known at that moment.
	Listing market.ListingID `json:"listing,omitzero"`
	Ours    money.Amount     `json:"ours,omitzero"`
	Theirs  money.Amount     `json:"theirs,omitzero"`
	// Discount is what a match gave away.
	Discount money.Amount `json:"discount,omitzero"`
	// Effect names what it made: the id of a silence.
	Effect string `json:"effect,omitzero"`
	// Again says that the word was said before, and that this is what came of it then. It is not kept.
	Again bool `json:"again,omitzero"`
}

// Query selects entries. The zero Query selects all.
type Query struct {
	// Verbs restricts the answer; empty means all.
	Verbs []Verb `json:"verbs,omitzero"`
	// From ≤ At < To; zero times are open ends.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

func (q Query) fits(e Entry) bool {
	return (len(q.Verbs) == 0 || slices.Contains(q.Verbs, e.Verb)) && !e.At.Before(q.From) && (q.To.IsZero() || e.At.Before(q.To))
}

// Floor is all that staff do: they silence alerts, take them on, and say words.
type Floor interface {
	calm.Quieter
	Listener
}

// Listener takes words. It is safe for concurrent use.
type Listener interface {
	// Say does what a word says, once, and keeps it. A word that may not be said, or has nothing to do, is kept with the refusal and is no
	// error. Errors: ErrWord.
	Say(ctx context.Context, w Word) (Entry, error)
	// Said yields what was said within the last two years, the oldest first.
	Said(ctx context.Context, q Query) iter.Seq2[Entry, error]
}
