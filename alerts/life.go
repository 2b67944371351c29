package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"pricegap/alerts/calm"
	"pricegap/market"
)

// Timing is how patient an alert is.
type Timing struct {
	// For is how long the condition must hold before the alert fires, KeepFiring how long it must be over
	// before the alert is resolved.
	For, KeepFiring time.Duration
	// Confirm asks for a second look that finds the condition to hold as well, besides For.
	Confirm bool
	// Damp is how long after its end an alert that comes back is the same news: who was not told of the end is not
	// told again, and it must then be over for as long before it is resolved. 0 damps nothing.
	Damp time.Duration
}

// keep is how long a must be over before it is resolved.
func (t Timing) keep(a market.Alert) time.Duration {
	if a.Returns > 0 {
		return max(t.KeepFiring, t.Damp)
	}
	return t.KeepFiring
}

// DueAt returns when time alone changes a, if nothing else does; zero when it never does.
func (t Timing) DueAt(a market.Alert) time.Time {
	switch {
	case a.State == market.AlertPending && !t.Confirm:
		return a.Since.Add(t.For)
	case a.State == market.AlertRecovering:
		return a.Since.Add(t.keep(a))
	}
	return time.Time{}
}

// Sign is what a rule says about a topic at a moment.
type Sign struct {
	Holds Holds
	At    time.Time
	// SeenAt is when that was seen on which it rests.
	SeenAt time.Time
	// Back says of a move that it takes a price back to what it was before the move before it.
	Back bool
}

// ID returns the stable name of the alert of that rule about that topic: 16 hexadecimal digits.
func ID(rule string, t market.Topic) string {
	return digest(rule, string(t.Product), string(t.Source), string(t.Listing))
}

// digest names a list of strings; no two lists share a name by moving a border between their members.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Step returns what becomes of an alert when its rule gives that sign of its topic. It is the life of every alert,
// a function of what it is given, and touches nothing but State, Since, SeenAt, FiredAt, ResolvedAt, Transition, News,
// Returns, Acked and Once:
//
//	inactive → pending → firing → recovering → resolved → pending …
//
// Neither changes nothing, whatever the time: a condition that is not known to hold does not fire, and one
// that is not known to be over is not resolved.
func Step(a market.Alert, s Sign, t Timing) market.Alert {
	switch s.Holds {
	case Happened, Moved:
		return move(a, s, t)
	case Yes, Still:
		return hold(a, s, t)
	case No:
		return release(a, s, t)
	}
	return a
}

func hold(a market.Alert, s Sign, t Timing) market.Alert {
	switch a.State {
	case market.AlertFiring:
	case market.AlertRecovering: // it never ended, so nobody is told that it begins
		a.State, a.Since = market.AlertFiring, s.At
	case market.AlertPending:
		if s.At.Sub(a.Since) >= t.For && (!t.Confirm || s.SeenAt.After(a.SeenAt)) {
			a = fire(a, s.At, recent(a, s.At, t))
		}
	default:
		if s.Holds == Still {
			return a
		}
		if a.State, a.Since, a.SeenAt = market.AlertPending, s.At, s.SeenAt; t.For <= 0 && !t.Confirm {
			a = fire(a, s.At, recent(a, s.At, t))
		}
	}
	return a
}

func release(a market.Alert, s Sign, t Timing) market.Alert {
	switch a.State {
	case market.AlertPending:
		a.State, a.Since = market.AlertInactive, s.At
	case market.AlertFiring:
		if a.State, a.Since = market.AlertRecovering, s.At; t.keep(a) <= 0 {
			a = resolve(a, s.At)
		}
	case market.AlertRecovering:
		if s.At.Sub(a.Since) >= t.keep(a) {
			a = resolve(a, s.At)
		}
	}
	return a
}

// move is the life of what happens: a move begins a new firing, unless the one before is still untold, which then
// speaks for both; one that takes back what was told ends it.
func move(a market.Alert, s Sign, t Timing) market.Alert {
	open := a.Once && firing(a) && calm.Untold(a)
	switch {
	case open && s.Holds == Happened:
		a.Since, a.FiredAt, a.News, a.Returns = s.At, s.At, a.Transition, 0
	case open:
	case a.Once && s.Back && a.State != market.AlertResolved:
		if !firing(a) {
			a.Transition++ // told, and closed since
		}
		a = resolve(a, s.At)
	case s.Holds == Happened:
		if firing(a) {
			a.Transition++
		}
		a = fire(a, s.At, a.Once && s.Back && recent(a, s.At, t))
		a.Once = true
	}
	return a
}

// recent reports whether a ended so lately that its coming back is the same news.
func recent(a market.Alert, at time.Time, t Timing) bool {
	return a.News > 0 && t.Damp > 0 && at.Sub(a.ResolvedAt) < t.Damp
}

// fire begins a firing: of the same news that was told before, or of other.
func fire(a market.Alert, at time.Time, same bool) market.Alert {
	a.State, a.Since, a.FiredAt = market.AlertFiring, at, at
	a.Transition++
	if same {
		a.Returns++
		return a
	}
	a.News, a.Returns, a.Acked = a.Transition, 0, market.Acknowledgement{}
	return a
}

func resolve(a market.Alert, at time.Time) market.Alert {
	a.State, a.Since, a.ResolvedAt = market.AlertResolved, at, at
	a.Transition++
	return a
}

// end closes an alert without a word: what happened is told, undone, or its rule is gone.
func end(a market.Alert, now time.Time) market.Alert {
	if firing(a) {
		a.Transition++
		a.ResolvedAt = now
	}
	a.State, a.Since = market.AlertInactive, now
	return a
}

// firing reports whether staff should know of a: firing or recovering.
func firing(a market.Alert) bool { return a.Transition%2 == 1 }

// alive reports whether time alone may change a.
func alive(a market.Alert) bool {
	return a.State == market.AlertPending || a.State == market.AlertFiring || a.State == market.AlertRecovering
}
