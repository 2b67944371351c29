package lang

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"pricegap/market"
)

// recent is how old a verdict may be before its age is told.
const recent = 15 * time.Minute

// Say says a verdict at a moment: the outcome, and what is behind it; both are empty where there is none.
func (w *Words) Say(v market.Verdict, at time.Time) (outcome, why string) {
	var more []string
	switch v.Outcome {
	case "MATCH":
		outcome = fmt.Sprintf(w.Match, w.Money(v.Price))
	case "REFER":
		outcome = fmt.Sprintf(w.Refer, cmp.Or(w.Roles[v.To], v.To))
		if v.Price.Known() {
			more = append(more, fmt.Sprintf(w.WouldBe, w.Money(v.Price)))
		}
	case "DECLINE":
		outcome = w.Decline
	default:
		return "", ""
	}
	more = w.rules(more, w.Failed, v.Failed)
	more = w.rules(more, w.NotKnown, v.Unknown)
	if at.Sub(v.At) > recent {
		more = append(more, fmt.Sprintf(w.Judged, w.Ago(v.At, at)))
	}
	return outcome, strings.Join(more, " · ")
}

// rules adds the names of rules to what is said, if there are any.
func (w *Words) rules(said []string, say string, rules []string) []string {
	if len(rules) == 0 {
		return said
	}
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = cmp.Or(w.Rules[r], r)
	}
	return append(said, fmt.Sprintf(say, strings.Join(names, ", ")))
}
