package policy

import (
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Outcome is what a verdict says.
type Outcome string

// The outcomes.
const (
	Match   Outcome = "MATCH"   // who asks may match
	Refer   Outcome = "REFER"   // Verdict.To may decide
	Decline Outcome = "DECLINE" // nobody matches this
)

// Result is what a rule says.
type Result string

// The results.
const (
	Pass    Result = "pass"
	Fail    Result = "fail"
	Unknown Result = "unknown"
)

// Rule names a rule, in the words of the command line's contract. Rules of exclusion are named after the kind, and those of
// Policy.Same "same_" and the kind.
type Rule string

// The rules, in the order in which they are told.
const (
	RuleIdentity  Rule = "identity"
	RuleVariant   Rule = "variant"
	RuleCondition Rule = "condition"
	RuleSeller    Rule = "seller"
	RuleNamed     Rule = "named"
	RuleDistance  Rule = "distance"
	RuleStock     Rule = "stock"
	RuleOurs      Rule = "our_price"
	RuleTheirs    Rule = "their_price"
	RuleAge       Rule = "age"
	RuleEvidence  Rule = "evidence"
	RuleLower     Rule = "lower"
	RuleCap       Rule = "cap"
	RuleFloor     Rule = "floor"
	RuleAuthority Rule = "authority"
)

// RuleNames lists all rules.
func RuleNames() []Rule {
	out := []Rule{
		RuleIdentity, RuleVariant, RuleCondition, RuleSeller, RuleNamed, RuleDistance, RuleStock, RuleOurs, RuleTheirs, RuleAge,
		RuleEvidence,
	}
	for _, k := range Kinds {
		out = append(out, Rule(k))
	}
	for _, k := range []market.PointKind{market.PointDelivery, market.PointPickup, market.PointWarranty, market.PointReturns, market.PointService} {
		out = append(out, sameRule(k))
	}
	return append(out, RuleLower, RuleCap, RuleFloor, RuleAuthority)
}

// sameRule names the rule that a rival offers as much of a point.
func sameRule(k market.PointKind) Rule { return Rule("same_" + k) }

// Finding is what one rule says, and the fact that it read.
type Finding struct {
	Rule   Rule   `json:"rule"`
	Result Result `json:"result"`
	// Found is the fact; Amount is it where it is a sum of money. The floor's are always empty.
	Found  market.Text  `json:"found,omitzero"`
	Amount money.Amount `json:"amount,omitzero"`
	// Age is how old the fact was, in nanoseconds in JSON, and Evidence where it stood; nought and empty where it is no fact of
	// a page.
	Age      time.Duration   `json:"age,omitzero"`
	Evidence market.Evidence `json:"evidence,omitzero"`
}

// Verdict says whether we match one rival's price of one product.
type Verdict struct {
	// Policy is the name of the policy, Print its fingerprint.
	Policy  string           `json:"policy,omitzero"`
	Print   string           `json:"policy_print"`
	Product market.ProductID `json:"product"`
	Source  market.SourceID  `json:"source"`
	Name    string           `json:"name"`
	Listing market.ListingID `json:"listing,omitzero"`
	At      time.Time        `json:"at"`
	Outcome Outcome          `json:"outcome"`
	// Asked is who asks, To who may decide where the outcome is REFER.
	Asked Role `json:"asked"`
	To    Role `json:"to,omitzero"`
	// Price is what we would ask in the shop, Discount how much less than now, DiscountBasisPoints the same in hundredths of a
	// percent; unknown where the outcome is DECLINE, or where a price is not known.
	Price               money.Amount  `json:"price,omitzero"`
	Discount            money.Amount  `json:"discount,omitzero"`
	DiscountBasisPoints market.Count  `json:"discount_basis_points,omitzero"`
	Basis               compare.Basis `json:"basis"`
	Findings            []Finding     `json:"rules"`
}

// Missed returns the rules that do not pass.
func (v Verdict) Missed() (out []Rule) {
	for _, f := range v.Findings {
		if f.Result != Pass {
			out = append(out, f.Rule)
		}
	}
	return out
}

// Brief returns what staff are told of a verdict: no fact that was read, and no floor.
func (v Verdict) Brief() market.Verdict {
	b := market.Verdict{Outcome: string(v.Outcome), To: string(v.To), Price: v.Price, At: v.At}
	for _, f := range v.Findings {
		switch {
		case f.Rule == RuleAuthority && v.To != "": // To says it
		case f.Result == Fail:
			b.Failed = append(b.Failed, string(f.Rule))
		case f.Result == Unknown:
			b.Unknown = append(b.Unknown, string(f.Rule))
		}
	}
	return b
}

// Facts are what a verdict is made of: all of it was known at one moment.
type Facts struct {
	At time.Time
	// Product is ours, with its floor.
	Product market.Product
	// Ours and Theirs are the positions of a standing of that moment on the policy's basis.
	Ours, Theirs compare.Position
	// OurShop and TheirShop are the shops behind them.
	OurShop, TheirShop compare.Shop
	// Past are the observations of their listing up to the moment, in order of time, back to Policy.Memory before it.
	Past []market.Observation
	// Store is the id of the store of ours where it is asked; "" where that is not known.
	Store string
}

// memory is how far back the looks at a listing count at least.
const memory = 30 * 24 * time.Hour

// Memory returns how far back a policy looks at a listing's past.
func (p Policy) Memory() time.Duration {
	back := memory
	for _, x := range p.Excluded {
		back = max(back, 2*x.For)
	}
	return back
}

// Judge says whether somebody of that role may match. A role that is none has no authority.
func (p Policy) Judge(f Facts, asked Role) Verdict {
	p = p.withDefaults()
	v := Verdict{
		Policy: p.Name, Print: p.Print(), Product: f.Product.ID, Source: f.Theirs.Source, Name: f.Theirs.Name,
		Listing: f.Theirs.Listing, At: f.At, Asked: asked, Basis: p.Basis,
	}
	j := &judging{p: p, f: f, o: &f.Theirs.Seen.Offer}
	for _, rule := range rules {
		v.Findings = append(v.Findings, rule(j)...)
	}
	authority, may := j.authority(asked)
	v.Findings = append(v.Findings, authority...)
	beyond, failed, unknown := false, false, false
	for _, x := range v.Findings {
		beyond = beyond || x.Rule == RuleAuthority && x.Result == Fail
		failed = failed || x.Rule != RuleAuthority && x.Result == Fail
		unknown = unknown || x.Result == Unknown
	}
	switch {
	case failed, beyond && may == "":
		v.Outcome = Decline
		return v
	case unknown:
		v.Outcome, v.To = Refer, above(above(p.Doubt, may), asked)
	case beyond:
		v.Outcome, v.To = Refer, may
	default:
		v.Outcome = Match
	}
	v.Price, v.Discount = j.price, j.discount
	if j.discount.Known() {
		v.DiscountBasisPoints = market.CountOf(j.share)
	}
	return v
}
