package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/money"
)

// judging is one verdict in the making.
type judging struct {
	p Policy
	f Facts
	o *market.Offer // theirs
	// price is what we would ask, discount how much less than now, share that in hundredths of a percent of our price; unknown
	// until lower has read the prices.
	price, discount money.Amount
	share           int64
}

// rules are all rules but authority, in the order in which they are told. One that the policy does not ask for says nothing.
var rules = []func(*judging) []Finding{
	(*judging).identity, (*judging).variant, (*judging).condition, (*judging).seller, (*judging).named, (*judging).distance,
	(*judging).stock, (*judging).ours, (*judging).theirs, (*judging).age, (*judging).evidence, (*judging).excluded,
	(*judging).same, (*judging).lower, (*judging).most, (*judging).floor,
}

// page is a finding about a field of their page.
func (j *judging) page(r Rule, is Result, found market.Text, field market.Field) []Finding {
	f := Finding{Rule: r, Result: is, Found: found}
	if j.f.Theirs.Seen.Listing != "" {
		f.Age, f.Evidence = j.f.Theirs.Age, j.o.Evidence[field]
	}
	return []Finding{f}
}

// told is a finding that stands on no page.
func told(r Rule, is Result, format string, args ...any) []Finding {
	return []Finding{{Rule: r, Result: is, Found: market.NewText(fmt.Sprintf(format, args...))}}
}

// of turns the answer of a rule into its result.
func of(pass bool) Result {
	if pass {
		return Pass
	}
	return Fail
}

func (j *judging) identity() []Finding {
	m, ours := j.f.Theirs.Match, j.f.Product
	mine, theirs := shared(ours.GTIN), shared(j.o.GTIN)
	switch {
	case m.Decision != market.Accept:
		return told(RuleIdentity, Unknown, "")
	case !m.Exact:
		return told(RuleIdentity, Fail, "equivalent")
	case mine != "" && theirs != "" && mine != theirs:
		return j.page(RuleIdentity, Fail, market.NewText(j.o.GTIN), market.FieldGTIN)
	case j.f.Theirs.NotBecause == compare.Variant:
		return j.page(RuleIdentity, Fail, j.o.Variant, market.FieldVariant)
	}
	for _, proof := range j.p.Identity {
		switch {
		case proof == ByGTIN && j.sameGTIN():
			return j.page(RuleIdentity, Pass, market.NewText("gtin "+mine), market.FieldGTIN)
		case proof == ByModel && j.sameModel():
			return j.page(RuleIdentity, Pass, market.NewText("model "+ours.Brand.Plain()+" "+ours.MPN), market.FieldMPN)
		case proof == ByPerson && m.Method == "explicit":
			return told(RuleIdentity, Pass, "person %s", m.DecidedBy.Plain())
		}
	}
	return j.page(RuleIdentity, Unknown, market.Text{}, market.FieldGTIN)
}

// sameGTIN reports whether both have one article number that shops share: on the page, or when the two were tied.
func (j *judging) sameGTIN() bool {
	mine, theirs := shared(j.f.Product.GTIN), shared(j.o.GTIN)
	return mine != "" && (mine == theirs || theirs == "" && j.f.Theirs.Match.Method == "gtin")
}

// sameModel reports whether both have one brand and one number of the maker: on the page, or when the two were tied as far as
// the page no longer says.
func (j *judging) sameModel() bool {
	same := func(ours, theirs string) bool {
		if theirs == "" {
			return ours != "" && j.f.Theirs.Match.Method == "brand_mpn"
		}
		return ours == theirs
	}
	p := j.f.Product
	return same(squeeze(p.MPN), squeeze(j.o.MPN)) && same(squeeze(p.Brand.Plain()), squeeze(j.o.Brand.Plain()))
}

// shared returns the GTIN-14 of a number that is not one for use inside one shop; "" where it is none.
func shared(s string) string {
	g, ok := gtin.Normalize(s)
	if !ok || gtin.RestrictedGTIN(g) {
		return ""
	}
	return g
}

// squeeze leaves the letters and digits of s, in lower case.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func (j *judging) variant() []Finding {
	if !j.p.Variant {
		return nil
	}
	ours, is := j.f.Ours.Seen.Offer.Variant, Unknown
	switch {
	case ours.Known() && j.o.Variant.Known():
		is = of(strings.EqualFold(ours.Plain(), j.o.Variant.Plain()))
	case j.sameGTIN():
		is = Pass
	}
	return j.page(RuleVariant, is, j.o.Variant, market.FieldVariant)
}

func (j *judging) condition() []Finding {
	if len(j.p.Conditions) == 0 {
		return nil
	}
	is, c := Unknown, j.o.Condition
	if r, _ := j.p.rival(j.f.Theirs.Source); r.OnlyNew && c == market.ConditionUnknown && j.f.Theirs.Seen.Listing != "" {
		c = market.ConditionNew
	}
	if c != market.ConditionUnknown {
		is = of(slices.Contains(j.p.Conditions, c))
	}
	return j.page(RuleCondition, is, market.NewText(string(c)), market.FieldCondition)
}

func (j *judging) seller() []Finding {
	if !j.p.FirstParty {
		return nil
	}
	r, _ := j.p.rival(j.f.Theirs.Source)
	s, is := j.o.Seller, Unknown
	switch {
	case s.Known():
		is = of(squeeze(s.Plain()) == squeeze(j.f.Theirs.Name))
	case r.OnlySeller && j.f.Theirs.Seen.Listing != "":
		is, s = Pass, market.NewText(j.f.Theirs.Name)
	}
	return j.page(RuleSeller, is, s, market.FieldSeller)
}

func (j *judging) named() []Finding {
	if !j.p.NamedOnly {
		return nil
	}
	_, ok := j.p.rival(j.f.Theirs.Source)
	return told(RuleNamed, of(ok), "%s", j.f.Theirs.Source)
}

func (j *judging) distance() []Finding {
	if j.p.WithinKM == 0 {
		return nil
	}
	r, _ := j.p.rival(j.f.Theirs.Source)
	km, ok := r.DistanceKM[j.f.Store]
	if !ok {
		return told(RuleDistance, Unknown, "")
	}
	return told(RuleDistance, of(km <= j.p.WithinKM), "%d km", km)
}

func (j *judging) stock() []Finding {
	if !j.p.InStock {
		return nil
	}
	is := Unknown
	if a := j.o.Stock.Available(); a != market.AnswerUnknown {
		is = of(a == market.AnswerYes)
	}
	return j.page(RuleStock, is, market.NewText(string(j.o.Stock)), market.FieldAvailability)
}

// age: what is old proves nothing, neither for nor against.
func (j *judging) age() []Finding {
	p, is := j.f.Theirs, Pass
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	if p.Seen.Listing == "" || p.Stale || p.NotBecause == compare.TooOld || p.Age < 0 || p.Age > j.p.MaxAge {
		is = Unknown
	} else if j.p.SameDay != "" {
		if z, err := zone(j.p.SameDay); err != nil || day(p.Seen.SeenAt.In(z)) != day(j.f.At.In(z)) {
			is = Unknown
		}
	}
	return j.page(RuleAge, is, market.Text{}, market.FieldPrice)
}

// evidence asks for looks that agree; what is held back, or stands on no evidence, proves nothing.
func (j *judging) evidence() []Finding {
	p := j.f.Theirs
	n, _, _ := j.run()
	is := Pass
	if p.Held != nil || p.Seen.Trust.State != market.Trusted || j.o.Evidence[market.FieldPrice].Reader == "" || n < j.p.Looks {
		is = Unknown
	}
	found := market.NewText(fmt.Sprintf("%d", n))
	if p.Held != nil {
		found = market.NewText("held")
	}
	return j.page(RuleEvidence, is, found, market.FieldPrice)
}

// apart is how far looks must be from each other to count as several: sooner, the same glitch is seen twice.
const apart = 5 * time.Minute

// run returns how many looks one after the other, the newest among them, showed their price, when the first of them was, and
// when a look before that showed another; the zero time where none did. A look that is held back ends the run; what was shown
// to be wrong counts for nothing.
func (j *judging) run() (n int64, since, other time.Time) {
	var counted time.Time
	for i := range slices.Backward(j.f.Past) {
		x := &j.f.Past[i]
		switch {
		case x.Trust.State == market.Refused || x.SeenAt.After(j.f.Theirs.Seen.SeenAt):
			continue
		case x.Trust.State != market.Trusted || !x.Offer.Price.Known() || x.Offer.Price != j.o.Price:
			return n, since, x.SeenAt
		}
		if since = x.SeenAt; n == 0 || counted.Sub(since) >= apart {
			n, counted = n+1, since
		}
	}
	return n, since, time.Time{}
}
