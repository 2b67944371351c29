package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"pricegap/market"
)

// Timing is how patient an alert is.
type Timing struct {
	// For is how long the condition must hold before the alert fires, KeepFiring how long it must be over
	// before the alert is resolved.
	For, KeepFiring time.Duration
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

// Step returns what becomes of an alert when its rule says h about its topic at that time. It is the life of
// every alert and touches nothing but State, Since, FiredAt, ResolvedAt, Transition and Once:
//
//	inactive → pending → firing → recovering → resolved → pending …
//
// Neither changes nothing, whatever the time: a condition that is not known to hold does not fire, and one
// that is not known to be over is not resolved.
func Step(a market.Alert, h Holds, now time.Time, t Timing) market.Alert {
	switch h {
	case Happened:
		return happen(a, now)
	case Yes, Still:
		return hold(a, h, now, t)
	case No:
		return release(a, now, t)
	}
	return a
}

func hold(a market.Alert, h Holds, now time.Time, t Timing) market.Alert {
	switch a.State {
	case market.AlertFiring:
	case market.AlertRecovering: // it never ended, so nobody is told that it begins
		a.State, a.Since = market.AlertFiring, now
	case market.AlertPending:
		if now.Sub(a.Since) >= t.For {
			a = fire(a, now)
		}
	default:
		if h == Still {
			return a
		}
		if a.State, a.Since = market.AlertPending, now; t.For <= 0 {
			a = fire(a, now)
		}
	}
	return a
}

func release(a market.Alert, now time.Time, t Timing) market.Alert {
	switch a.State {
	case market.AlertPending:
		a.State, a.Since = market.AlertInactive, now
	case market.AlertFiring:
		if a.State, a.Since = market.AlertRecovering, now; t.KeepFiring <= 0 {
			a = resolve(a, now)
		}
	case market.AlertRecovering:
		if now.Sub(a.Since) >= t.KeepFiring {
			a = resolve(a, now)
		}
	}
	return a
}

// happen begins a new firing, unless the one before is still untold: that one then speaks for both.
func happen(a market.Alert, now time.Time) market.Alert {
	if a.Once && firing(a) && untold(a) {
		a.Since, a.FiredAt = now, now
		return a
	}
	if firing(a) {
		a.Transition++
	}
	a.Once = true
	return fire(a, now)
}

func fire(a market.Alert, now time.Time) market.Alert {
	a.State, a.Since, a.FiredAt = market.AlertFiring, now, now
	a.Transition++
	return a
}

func resolve(a market.Alert, now time.Time) market.Alert {
	a.State, a.Since, a.ResolvedAt = market.AlertResolved, now, now
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
