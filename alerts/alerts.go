// Package alerts is the desk between what changes and who is told: rules judge, the desk waits, groups and
// delivers. Rules say what holds about a topic; the life of an alert is one pure function for all of them;
// delivery is level-triggered: an alert waits while what a channel should know differs from what it was told.
package alerts

import (
	"context"
	"errors"
	"iter"
	"time"

	"pricegap/alerts/calm"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Event is what rules judge. Exactly one of Change, Run and Tick is the occasion.
type Event struct {
	Now time.Time
	// Change is the change of the log, with Standing the standing of a product it touches at the time of the
	// change; nil otherwise. One change is judged once for every product that it touches.
	Change   *market.Change
	Standing compare.Standing
	// Previous is the newest trusted observation of the listing before Change.After, where Change.Before is not
	// trusted itself: a large move is held back first and enters the log as quarantined, then as trusted.
	Previous market.Observation
	// Former is what the shop said last of the same thing on the same page under another seller, in whose place Change shows it.
	Former market.Observation
	// Familiar says that all of the shop had been seen before Change: what is new to us is new there.
	Familiar bool
	// Past are the observations of the changed listing before Change.After, oldest first, as far back as a Historian
	// asked for.
	Past []market.Observation
	// Gone is a listing of which a run saw that its page has ended for good; Standing is that of the product then.
	Gone market.ListingID
	// Run is a run that ended, with Source what is known of the source's health.
	Run    *market.Run
	Source SourceState
	// Tick says that only time has passed; Standing is then that of the alert's product at Now.
	Tick bool
}

// SourceState is the health of a source as rules see it.
type SourceState struct {
	ID       market.SourceID
	Name     string
	Own      bool
	Interval time.Duration
	// LastGoodAt is the start of the last run that brought a trusted offer; zero when there was none.
	LastGoodAt time.Time
}

// Holds is a rule's word on a topic.
type Holds string

// The words of a rule.
const (
	Yes      Holds = "yes"      // the condition holds
	Still    Holds = "still"    // it holds, but did not begin now: an alert goes on, none begins
	No       Holds = "no"       // the condition is over (beyond the clearing threshold)
	Neither  Holds = "neither"  // between firing and clearing threshold, or unknown: whatever was, stays
	Happened Holds = "happened" // something that happened and has no end, such as a price change
	// Moved is something of the kind that is not worth telling by itself; where the one before it is still untold,
	// that one then speaks for both, if they come to something together. See Mover.
	Moved Holds = "moved"
)

// Finding is what a rule says about one topic.
type Finding struct {
	Topic market.Topic
	Holds Holds
	// Facts is what a message about it says, asked only of what somebody may be told of, while the event stands; nil says nothing.
	Facts func() market.Facts
}

// Rule judges events, which it leaves as they are. It is pure: the same event gives the same findings.
type Rule interface {
	Judge(e *Event) []Finding
}

// Mover is a Rule of moves, which the desk asks about the sum of several that nobody was told of yet.
type Mover interface {
	// Tells reports whether a move of a price is worth telling.
	Tells(was, now money.Amount) bool
}

// Chooser is a Rule that is another one for some products.
type Chooser interface {
	// For returns the rule that judges p; nil where none does.
	For(p market.Product) Rule
}

// Historian is a Rule that looks back at what a listing was sold for.
type Historian interface {
	// Back returns how long before a change the rule must know the past of the listing; 0 where it need not.
	Back(c *market.Change) time.Duration
}

// Configured is a rule as sources.yaml states it.
type Configured struct {
	// Name is unique; Kind names the rule in alerts/rule.
	Name, Kind string
	Rule       Rule
	Timing
	// Channels are the names of the channels that it goes to, unless Routes say otherwise; empty means all.
	Channels []string
	// TellResolved says whether channels hear of the end as well.
	TellResolved bool
	// Since keeps the rule from judging what changed before it was written; zero judges everything.
	Since time.Time
}

// Message is what one channel is told at one time.
type Message struct {
	// ID names the message for idempotency; it is the same when the message is sent again.
	ID string
	// Channel is the channel's name in sources.yaml, Language the one it reads ("nl", "en").
	Channel, Language string
	// Formula is ours.
	Formula market.Formula
	// Firing and Resolved are the alerts to tell, most urgent first.
	Firing, Resolved []market.Alert
	// Repeat says that a message with these alerts may have arrived before: its answer was lost.
	Repeat bool
	// FirstAt is when a repeated message was first tried; zero when it is not a repeat.
	FirstAt time.Time
	// Late counts alerts that became more than a day old before the channel could be told; they are listed, not
	// sent.
	Late int
	// Digest says that it is sent by schedule. GroupBy says under which headings Firing stands, Spell how many products or
	// sources are spelled out (0 leaves it to the channel), and Unknown of how many alerts among others the margin at stake is
	// not known.
	Digest  bool
	GroupBy calm.Grouping
	Spell   int
	Unknown int
	// Earlier are the messages in which Resolved were told as firing: a channel that can edit mends them instead of saying the end anew.
	Earlier []calm.Earlier
	// Escalated counts the alerts that nobody took on where they were told first.
	Escalated int
	// Test marks a message of `alerts test`; it carries no alerts.
	Test bool
	At   time.Time
	// Zone is that of the channel, in which a time of day is told; nil means UTC.
	Zone *time.Location
}

// Notifier tells one channel. It is given everything it needs in the message and tries once: the desk
// retries.
type Notifier interface {
	// Notify returns how the channel calls the message, or an error: one that wraps ErrPermanent is not tried
	// again, a *RetryAfterError not before its time, one that wraps ErrUnanswered may have arrived.
	Notify(ctx context.Context, m Message) (reference string, err error)
}

// ErrPermanent is wrapped by errors that trying again cannot mend, such as channel_not_found.
var ErrPermanent = errors.New("refused for good")

// ErrContent is wrapped, beside ErrPermanent, by errors about what a message says: the channel may well take
// another one.
var ErrContent = errors.New("refused what it says")

// ErrUnanswered is wrapped by errors after which it is not known whether the message arrived.
var ErrUnanswered = errors.New("no answer")

// RetryAfterError says that the channel wants to be left alone for a while.
type RetryAfterError struct {
	After time.Duration
	Err   error
}

// Error implements error.
func (e *RetryAfterError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RetryAfterError) Unwrap() error { return e.Err }

// Channel is a staff channel.
type Channel struct {
	Name, Language string
	Notifier       Notifier
	calm.Manner
}

// Box keeps alerts across restarts; the store satisfies it.
type Box interface {
	PutAlerts(ctx context.Context, cursor string, seq uint64, as ...market.Alert) error
	Alerts(ctx context.Context) iter.Seq2[market.Alert, error]
	Cursor(ctx context.Context, name string) (uint64, error)
	calm.Keeper
}
