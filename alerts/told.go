package alerts

import (
	"context"
	"errors"
	"time"

	"pricegap/market"
)

// The patience with a channel that fails.
const (
	firstPause = 30 * time.Second
	longPause  = time.Hour
	// maxDeaths is how often an alert that a channel refused for good is tried again when the channel takes
	// others.
	maxDeaths = 3
)

// What is old disturbs nobody.
const (
	// lateAfter is how old a transition may be when a channel first hears of it; an older one is listed.
	lateAfter = 24 * time.Hour
	// listedFor is how long a happening that came too late for some channel stays in the list.
	listedFor = 7 * 24 * time.Hour
)

// missed returns what a channel knows of a transition that came too late for it. A firing that it was told of
// and whose end came too late counts as forgotten, so that the next one is told.
func missed(a market.Alert, t market.Told) market.Told {
	t.Late, t.Transition, t.SendingAt, t.At = true, a.Transition, time.Time{}, time.Time{}
	if !firing(a) {
		t.State = ""
	}
	return t
}

// owes returns what a channel must still be told about a, "" for nothing. It compares what the channel knows
// with what is, not one event with the next: what came and went untold is owed to nobody.
func owes(a market.Alert, t market.Told, member, tellResolved bool) market.AlertState {
	if t.Late && t.Transition == a.Transition {
		return ""
	}
	unsure := !t.SendingAt.IsZero()
	if firing(a) {
		if member && (unsure || !a.Knows(t)) {
			return market.AlertFiring
		}
		return ""
	}
	if tellResolved && (!a.Once || a.State == market.AlertResolved) && (unsure || a.Knows(t)) {
		return market.AlertResolved
	}
	return ""
}

// settle returns what a channel knows once nothing is owed to it. One that was told and whose end it does not want
// to hear goes on knowing it; of other news it knows nothing.
func settle(a market.Alert, t market.Told) market.Told {
	if t.Late && t.Transition == a.Transition {
		return t
	}
	if t.State == market.AlertFiring && !a.Knows(t) {
		t.State = ""
	}
	t.Late, t.SendingAt, t.Attempts, t.Error, t.Dead = false, time.Time{}, 0, "", false
	t.Transition = a.Transition
	return t
}

// failed says what a failed attempt leaves: whether, when and as what the alert is told again.
func failed(t market.Told, now time.Time, err error, repeat bool) market.Told {
	if !errors.Is(err, ErrUnanswered) {
		if !repeat { // a repeat that fails does not undo that the first attempt may have arrived
			t.SendingAt = time.Time{}
		}
		if errors.Is(err, context.Canceled) {
			return t // we were stopped before anything left; the channel did nothing wrong
		}
	}
	t.Error = market.NewText(err.Error()).Plain()
	var rest *RetryAfterError
	if errors.As(err, &rest) {
		t.NotBefore, t.Attempts = now.Add(rest.After), 0 // a wish of the channel is no failure
		return t
	}
	t.Attempts++
	t.NotBefore = now.Add(pause(t.Attempts))
	if errors.Is(err, ErrPermanent) {
		t.Dead, t.NotBefore = true, time.Time{}
	}
	return t
}

// pause doubles with every failure in a row, up to longPause.
func pause(attempts int) time.Duration {
	p := firstPause
	for range attempts - 1 {
		if p *= 2; p >= longPause {
			return longPause
		}
	}
	return p
}
