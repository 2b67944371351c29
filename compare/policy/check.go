package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pricegap/compare"
	"pricegap/market"
)

// Fault is one thing that does not fit together in a policy.
type Fault struct {
	// Key is where, below the policy, such as "tiers[1].amount"; "" for the policy itself.
	Key, Message string
}

// Check returns what does not fit together in p, nothing where p can be used.
func (p Policy) Check() []Fault {
	var out []Fault
	add := func(key, format string, args ...any) { out = append(out, Fault{key, fmt.Sprintf(format, args...)}) }
	if p.NamedOnly && len(p.Rivals) == 0 {
		add("named_only", "names no rivals: nothing would ever be matched")
	}
	if p.SameDay != "" {
		if _, err := zone(p.SameDay); err != nil {
			add("same_day", "must be a time zone such as Europe/Amsterdam")
		}
	}
	seen := map[market.SourceID]bool{}
	for i, r := range p.Rivals {
		if key := fmt.Sprintf("rivals[%d]", i); seen[r.Source] {
			add(key, "there are two rivals %q", r.Source)
		}
		seen[r.Source] = true
	}
	p.checkExcluded(add)
	for i, k := range p.Same {
		if slices.Contains(p.Same[:i], k) {
			add(fmt.Sprintf("same[%d]", i), "stands here twice")
		}
		if k == market.PointRating {
			add(fmt.Sprintf("same[%d]", i), "is what customers say, and comes with no article")
		}
	}
	p.Cap.check("cap", add)
	if len(p.Tiers) == 0 {
		add("", "has no tiers: nobody could match anything")
	}
	for i, t := range p.Tiers {
		key := fmt.Sprintf("tiers[%d]", i)
		t.check(key, add)
		if i > 0 && t.Role.rank() <= p.Tiers[i-1].Role.rank() {
			add(key+".role", "must have more authority than the tier before: staff, shift_lead, manager, buyer")
		}
		if i > 0 && !p.Tiers[i-1].within(t.Bound) {
			add(key, "must not allow less than the tier before, and in the same currency")
		}
	}
	for i, c := range p.Cases {
		for _, f := range c.check() {
			add(strings.TrimSuffix(fmt.Sprintf("cases[%d].%s", i, f.Key), "."), "%s", f.Message)
		}
	}
	return out
}

func (p Policy) checkExcluded(add func(key, format string, args ...any)) {
	seen := map[Kind]bool{}
	for i, x := range p.Excluded {
		key := fmt.Sprintf("excluded[%d]", i)
		switch {
		case seen[x.Kind]:
			add(key, "there are two exclusions of the kind %q", x.Kind)
		case (x.Kind == Clearance || x.Kind == Bundle) && len(x.Words) == 0:
			add(key, "needs words by which such an offer is known")
		case x.Kind == Flash && x.For <= 0:
			add(key, "needs for: how long a price must have stood")
		case x.Kind != Flash && x.For != 0:
			add(key+".for", "is for the kind flash only")
		}
		for j, w := range x.Words {
			if compare.PlainWords(w) == "" {
				add(fmt.Sprintf("%s.words[%d]", key, j), "has no letter or digit")
			}
		}
		seen[x.Kind] = true
	}
}

func (b Bound) check(key string, add func(key, format string, args ...any)) {
	if b.Amount.Known() && b.Amount.Sign() < 0 {
		add(key+".amount", "must not be below nought")
	}
	if b.Percent < 0 || b.Percent > 100_00 {
		add(key+".percent", "is out of range; allowed is 0%% to 100%%")
	}
}

// within reports whether wider allows all that b allows.
func (b Bound) within(wider Bound) bool {
	if wider.Amount.Known() {
		if c, err := b.Amount.Cmp(wider.Amount); err != nil || c > 0 {
			return false
		}
	}
	return wider.Percent == 0 || b.Percent != 0 && b.Percent <= wider.Percent
}

// zone is time.LoadLocation without the names that are not those of a place.
func zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("policy: %q is no time zone", name)
	}
	return time.LoadLocation(name)
}

// Needs returns the points of our formula that the policy asks rivals to equal and that ours does not have.
func (p Policy) Needs(ours market.Formula) (out []market.PointKind) {
	for _, k := range p.Same {
		if !slices.ContainsFunc(ours.Points, func(s market.SellingPoint) bool { return s.Kind == k }) {
			out = append(out, k)
		}
	}
	return out
}
