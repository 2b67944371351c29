// Package facts says what the pages show of runs, sources and alerts, in words of the pages and plain numbers.
package facts

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/watch"
)

// Failure is one kind of failure of a run, as shown.
type Failure struct {
	Kind           market.FailureKind
	Meaning, Phase string
	Count          int
}

// Word is what one channel knows of an alert.
type Word struct{ Channel, State, Error string }

// Safe returns an absolute http or https address without user and password, or nothing.
func Safe(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}

// Failures are the failures of a run, most frequent first.
func Failures(r market.Run) []Failure {
	var out []Failure
	for k, n := range r.Failures {
		out = append(out, failureOf(k, n))
	}
	slices.SortFunc(out, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// failureOf says what a failure code means; its phase is a word of the pages.
func failureOf(k market.FailureKind, n int) Failure {
	return Failure{k, k.Info().Meaning, "phase_" + k.Info().Phase, n}
}

// Reasons are the failures of an alert.
func Reasons(kinds []market.FailureKind) []Failure {
	var out []Failure
	for _, k := range kinds {
		out = append(out, failureOf(k, 1))
	}
	return out
}

// Covered is how many of a hundred listings have a field; Field is a word of the pages.
type Covered struct {
	Field   string
	Percent int
}

// Coverage says it for some telling fields.
func Coverage(h watch.SourceHealth) []Covered {
	var out []Covered
	for _, f := range []market.Field{market.FieldPrice, market.FieldGTIN, market.FieldAvailability, market.FieldShipping, market.FieldDelivery} {
		if n, ok := h.Coverage[f]; ok && h.Listings > 0 {
			out = append(out, Covered{"field_" + string(f), n * 100 / h.Listings})
		}
	}
	return out
}

// EAN is a GTIN as people know it: 13 digits where it has no more. Source: GS1 General Specifications §3.1.
func EAN(gtin string) string {
	if len(gtin) == 14 {
		return strings.TrimPrefix(gtin, "0")
	}
	return gtin
}

// Told says what each channel of an alert knows of it, by name.
func Told(a market.Alert) []Word {
	var out []Word
	for _, name := range slices.Sorted(slices.Values(a.Channels)) {
		t := a.Told[name]
		w := Word{Channel: name, State: "told", Error: market.Printable(t.Error)}
		switch {
		case t.Dead:
			w.State = "refused"
		case Waits(a, t):
			w.State = "waiting"
		case t.Late && t.Transition == a.Transition:
			w.State = "late"
		}
		out = append(out, w)
	}
	return out
}

// Refusal is a channel that took some alerts in no form: Error is why it refused the last of them.
type Refusal struct {
	Channel string
	Alerts  int
	Error   string
}

// Refused are the channels that refused alerts for good, which wait for somebody to mend it, by name.
func Refused(as []market.Alert) []Refusal {
	by, last := map[string]Refusal{}, map[string]time.Time{}
	for _, a := range as {
		for name, t := range a.Told {
			if !t.Dead {
				continue
			}
			r := by[name]
			r.Channel, r.Alerts = name, r.Alerts+1
			if r.Error == "" || a.Since.After(last[name]) {
				r.Error, last[name] = market.Printable(t.Error), a.Since
			}
			by[name] = r
		}
	}
	return slices.SortedFunc(maps.Values(by), func(a, b Refusal) int { return cmp.Compare(a.Channel, b.Channel) })
}

// Waits reports whether a channel is still owed word of an alert. It follows the desk's own rule, except that
// the end of an alert counts as owed until the desk has noted that the channel does not ask for it.
func Waits(a market.Alert, t market.Told) bool {
	if t.Late && t.Transition == a.Transition {
		return false // too old to be told
	}
	if !t.SendingAt.IsZero() {
		return true
	}
	if a.State == market.AlertFiring || a.State == market.AlertRecovering {
		return !a.Knows(t)
	}
	return (!a.Once || a.State == market.AlertResolved) && a.Knows(t) && t.Transition != a.Transition
}
