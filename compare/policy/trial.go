package policy

import (
	"cmp"
	"slices"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Trial counts what a policy would have granted, had one customer asked for each product on each day on which a rival was
// cheaper: the verdict that grants most counts.
type Trial struct {
	// Policy is the name of the policy, Print its fingerprint.
	Policy string    `json:"policy,omitzero"`
	Print  string    `json:"policy_print"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Days were judged, and Asked questions answered; Products are how many articles of ours they were about.
	Days     int `json:"days"`
	Asked    int `json:"asked"`
	Products int `json:"products"`
	// Granted is what each role would have matched within its authority, Doubted what would have been referred because something
	// was not known, with what it would have cost at most, and Declined how many.
	Granted  []Grant `json:"granted"`
	Doubted  Grant   `json:"doubted"`
	Declined int     `json:"declined"`
	// Rivals counts the same by rival, and Rules how often each rule was why something was not granted at once.
	Rivals []RivalCount `json:"rivals"`
	Rules  []RuleCount  `json:"rules"`
}

// Grant counts matches and what they cost, a sum for each currency.
type Grant struct {
	Role    Role           `json:"role,omitzero"`
	Matches int            `json:"matches"`
	Cost    []money.Amount `json:"cost"`
}

// RivalCount counts the questions about one rival.
type RivalCount struct {
	Source   market.SourceID `json:"source"`
	Name     string          `json:"name"`
	Granted  int             `json:"granted"`
	Doubted  int             `json:"doubted"`
	Declined int             `json:"declined"`
	Cost     []money.Amount  `json:"cost"`
}

// RuleCount counts how often a rule failed, and how often it was not known whether it held.
type RuleCount struct {
	Rule    Rule `json:"rule"`
	Failed  int  `json:"failed"`
	Unknown int  `json:"unknown"`
}

// NewTrial returns a Trial in which nobody has asked.
func NewTrial(p Policy, from, to time.Time, days int) Trial {
	return Trial{Policy: p.Name, Print: p.Print(), From: from, To: to, Days: days}
}

// Count adds the verdicts on the rivals of one product at one moment, but not to Products. Where none of them is cheaper, nobody
// asks.
func (t *Trial) Count(vs []Verdict) {
	best := -1
	for i := range vs {
		if !slices.ContainsFunc(vs[i].Findings, func(f Finding) bool { return f.Rule == RuleLower && f.Result == Pass }) {
			continue
		}
		if best < 0 || vs[i].grants(vs[best]) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	v := vs[best]
	t.Asked++
	i := slices.IndexFunc(t.Rivals, func(r RivalCount) bool { return r.Source == v.Source })
	if i < 0 {
		i = len(t.Rivals)
		t.Rivals = append(t.Rivals, RivalCount{Source: v.Source, Name: v.Name})
	}
	r := &t.Rivals[i]
	switch role := v.who(); {
	case v.Outcome == Decline:
		t.Declined++
		r.Declined++
	case role == "":
		t.Doubted.add(v.Discount)
		r.Doubted++
	default:
		t.grant(role).add(v.Discount)
		r.Granted++
		r.Cost = add(r.Cost, v.Discount)
	}
	for _, f := range v.Findings {
		if f.Result != Pass && (f.Rule != RuleAuthority || !f.Found.Known()) { // who has the authority is counted above
			t.rule(f)
		}
	}
}

// grants reports whether v rather than w is what a customer would be told.
func (v Verdict) grants(w Verdict) bool {
	order := func(v Verdict) int {
		switch {
		case v.Outcome == Match:
			return 0
		case v.Outcome == Decline:
			return 3
		case v.who() != "":
			return 1
		}
		return 2
	}
	if a, b := order(v), order(w); a != b {
		return a < b
	}
	c, err := v.Price.Cmp(w.Price)
	return err == nil && c < 0
}

// who returns the first role that may grant it, "" where more than authority is missing.
func (v Verdict) who() Role {
	for _, f := range v.Findings {
		if f.Rule != RuleAuthority && f.Result != Pass {
			return ""
		}
		if f.Rule == RuleAuthority {
			return Role(f.Found.Plain())
		}
	}
	return ""
}

// grant returns the count of a role, in the order of Roles.
func (t *Trial) grant(r Role) *Grant {
	i, found := slices.BinarySearchFunc(t.Granted, r, func(g Grant, r Role) int { return cmp.Compare(g.Role.rank(), r.rank()) })
	if !found {
		t.Granted = slices.Insert(t.Granted, i, Grant{Role: r})
	}
	return &t.Granted[i]
}

func (g *Grant) add(a money.Amount) {
	g.Matches++
	g.Cost = add(g.Cost, a)
}

// add adds a to the sum of its currency, and begins another where there is none or it is full.
func add(sums []money.Amount, a money.Amount) []money.Amount {
	if !a.Known() {
		return sums
	}
	for i, s := range sums {
		if sum, err := s.Add(a); err == nil {
			sums[i] = sum
			return sums
		}
	}
	return append(sums, a)
}

// rule counts a finding, in the order in which rules are told.
func (t *Trial) rule(f Finding) {
	order := RuleNames()
	place := func(r Rule) int { return slices.Index(order, r) }
	i, found := slices.BinarySearchFunc(t.Rules, f.Rule, func(c RuleCount, r Rule) int { return cmp.Compare(place(c.Rule), place(r)) })
	if !found {
		t.Rules = slices.Insert(t.Rules, i, RuleCount{Rule: f.Rule})
	}
	if f.Result == Fail {
		t.Rules[i].Failed++
	} else {
		t.Rules[i].Unknown++
	}
}
