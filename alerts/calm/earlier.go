package calm

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"pricegap/market"
)

// maxEarlier is how many messages are mended at a time.
const maxEarlier = 10

// Earlier is a message that a channel took, with the alerts that it told, as they are now.
type Earlier struct {
	// Reference is how the channel calls the message.
	Reference        string
	Firing, Resolved []market.Alert
}

// Mendable returns the messages in which a channel was told that alerts fire which are over, oldest first and at most ten.
func Mendable(channel string, by Grouping, over []market.Alert, all iter.Seq[market.Alert]) []Earlier {
	told := map[string][]market.Alert{}
	for _, a := range over {
		if r := a.Told[channel].Reference; r != "" {
			told[r] = nil
		}
	}
	if len(told) == 0 {
		return nil
	}
	for a := range all {
		r := a.Told[channel].Reference
		if as, is := told[r]; is {
			told[r] = append(as, a)
		}
	}
	refs := slices.Sorted(maps.Keys(told))
	out := make([]Earlier, 0, maxEarlier)
	for _, r := range refs[:min(len(refs), maxEarlier)] {
		as := told[r]
		slices.SortFunc(as, func(a, b market.Alert) int { return strings.Compare(a.ID, b.ID) })
		Order(as, by, nil)
		e := Earlier{Reference: r}
		for _, a := range as {
			if a.Transition%2 == 1 || a.Once && a.State != market.AlertResolved { // what happened is not over when it is told
				e.Firing = append(e.Firing, a)
			} else {
				e.Resolved = append(e.Resolved, a)
			}
		}
		out = append(out, e)
	}
	return out
}

// Revived lets channels that refused an alert for good, or heard of it too late, be told of the next transition.
func Revived(told map[string]market.Told) map[string]market.Told {
	out := maps.Clone(told)
	for name, t := range out {
		if t.Dead || t.Late {
			t.Dead, t.Late, t.Attempts = false, false, 0
			out[name] = t
		}
	}
	return out
}

// Untold reports whether no channel was told, or may have been told, of the present firing.
func Untold(a market.Alert) bool {
	for _, t := range a.Told {
		if t.Transition == a.Transition || !t.SendingAt.IsZero() {
			return false
		}
	}
	return true
}

// WithTold returns a with another word on a channel; a itself is shared and stays as it is.
func WithTold(a market.Alert, channel string, t market.Told) market.Alert {
	a.Told = maps.Clone(a.Told)
	if a.Told == nil {
		a.Told = map[string]market.Told{}
	}
	a.Told[channel] = t
	return a
}
