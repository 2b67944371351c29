package policy

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func eur(cents int64) money.Amount { return money.New(cents*10_000, "EUR") }

// everything is a policy that asks for all there is.
func everything() Policy {
	return Policy{
		Name: "everything", Identity: []Proof{ByGTIN, ByModel, ByPerson}, Variant: true, Conditions: []market.Condition{market.ConditionNew},
		FirstParty: true, NamedOnly: true, Rivals: []Rival{{Source: "a", DistanceKM: map[string]int64{"here": 5, "there": 50}}}, WithinKM: 10,
		InStock: true, Basis: compare.Delivered, MaxAge: 24 * time.Hour, SameDay: "Europe/Amsterdam", Looks: 2, FloorKnown: true,
		Excluded: []Exclusion{{Kind: Clearance, Words: []string{"outlet"}}, {Kind: Member}, {Kind: Coupon}, {Kind: Flash, For: 6 * time.Hour}, {Kind: Bundle, Words: []string{"set van"}}},
		Same:     []market.PointKind{market.PointDelivery, market.PointPickup, market.PointWarranty, market.PointReturns, market.PointService},
		Cap:      Bound{Amount: eur(40_00), Percent: 35_00}, Tiers: []Tier{{Staff, Bound{Percent: 5_00}}, {Manager, Bound{Amount: eur(20_00), Percent: 20_00}}, {Role: Buyer}},
	}
}

// inOrder is a case in which everything passes.
func inOrder() Case {
	return Case{Ours: Side{Price: eur(100_00)}, Theirs: Side{Price: eur(96_00)}, Floor: eur(90_00), Store: "here", Asked: Staff, Expects: Match}
}

// TestBrief: staff are told which rules do not hold, never what a floor is.
func TestBrief(t *testing.T) {
	v := Verdict{Outcome: Refer, To: Manager, Price: eur(96_00), Findings: []Finding{
		{Rule: RuleStock, Result: Pass}, {Rule: RuleFloor, Result: Unknown, Amount: eur(90_00)}, {Rule: RuleAuthority, Result: Fail},
	}}
	b := v.Brief()
	if text, err := json.Marshal(b); err != nil || strings.Contains(string(text), "90") {
		t.Errorf("%s %v", text, err)
	}
	if b.To != "manager" || !cmp.Equal(b.Unknown, []string{"floor"}) || b.Failed != nil {
		t.Errorf("%+v", b)
	}
	v.Outcome, v.To = Decline, ""
	if b := v.Brief(); !cmp.Equal(b.Failed, []string{"authority"}) {
		t.Errorf("%+v", b)
	}
}

// TestRules: one thing that is otherwise than in order, and which rule says so.
func TestRules(t *testing.T) {
	for name, tt := range map[string]struct {
		turn    func(*Facts)
		rule    Rule
		result  Result
		outcome Outcome
	}{
		"in order":             {func(*Facts) {}, RuleStock, Pass, Match},
		"pick-up takes longer": {func(f *Facts) { f.TheirShop.Formula.Points[1].Amount = market.CountOf(13) }, "same_pickup", Fail, Decline},
		"no pick-up":           {func(f *Facts) { f.Theirs.Seen.Offer.Pickup = market.AnswerNo }, "same_pickup", Fail, Decline},
		"other service":        {func(f *Facts) { f.TheirShop.Formula.Points[4].Words = map[string]string{"en": "gift wrap"} }, "same_service", Fail, Decline},
		"service not known":    {func(f *Facts) { f.TheirShop.Formula.Points = f.TheirShop.Formula.Points[:4] }, "same_service", Unknown, Refer},
		"one service of two": {func(f *Facts) {
			f.OurShop.Formula.Points = append([]market.SellingPoint{{Kind: market.PointService, Words: map[string]string{"en": "gift wrap"}}}, f.OurShop.Formula.Points...)
			f.TheirShop.Formula.Points, f.Theirs.Seen.Offer.Services = f.TheirShop.Formula.Points[:4], []market.Text{market.NewText("As promised")}
		}, "same_service", Unknown, Refer},
		"we say nothing of it": {func(f *Facts) { f.OurShop.Formula.Points = f.OurShop.Formula.Points[:3] }, "same_returns", Unknown, Refer},
		"shorter returns":      {func(f *Facts) { f.Theirs.Seen.Offer.ReturnsDays = market.CountOf(11) }, "same_returns", Fail, Decline},
		"longer returns":       {func(f *Facts) { f.Theirs.Seen.Offer.ReturnsDays = market.CountOf(40) }, "same_returns", Pass, Match},
		"our price not known": {func(f *Facts) {
			f.Ours.Price, f.Ours.Delivered, f.Ours.Comparable = money.Amount{}, money.Amount{}, false
		}, RuleOurs, Unknown, Refer},
		"our feed stands still":  {func(f *Facts) { f.Ours.Stale, f.Ours.Comparable = true, false }, RuleOurs, Unknown, Refer},
		"theirs is stale":        {func(f *Facts) { f.Theirs.Stale = true }, RuleAge, Unknown, Refer},
		"too old to compare":     {func(f *Facts) { f.Theirs.NotBecause = compare.TooOld }, RuleAge, Unknown, Refer},
		"tied by MPN, other one": {func(f *Facts) { f.Theirs.NotBecause = compare.Variant }, RuleIdentity, Fail, Decline},
		"from the future":        {func(f *Facts) { f.Theirs.Age = -time.Second }, RuleAge, Unknown, Refer},
		"not accepted":           {func(f *Facts) { f.Theirs.Match.Decision = market.Review }, RuleIdentity, Unknown, Refer},
		"a number of one shop": {func(f *Facts) {
			f.Product.GTIN, f.Theirs.Seen.Offer.GTIN, f.Product.MPN = "2000000000008", "2000000000008", ""
		}, RuleIdentity, Unknown, Refer},
		"tied by GTIN": {func(f *Facts) { f.Theirs.Match.Method, f.Theirs.Seen.Offer.GTIN, f.Product.MPN = "gtin", "", "" }, RuleIdentity, Pass, Match},
		"tied by MPN":  {func(f *Facts) { f.Theirs.Match.Method, f.Product.GTIN, f.Theirs.Seen.Offer.MPN = "brand_mpn", "", "" }, RuleIdentity, Pass, Match},
		"tied by another MPN": {func(f *Facts) {
			f.Theirs.Match.Method, f.Product.GTIN, f.Theirs.Seen.Offer.MPN = "brand_mpn", "", "B-2"
		}, RuleIdentity, Unknown, Refer},
		"another maker":          {func(f *Facts) { f.Product.GTIN, f.Theirs.Seen.Offer.Brand = "", market.NewText("Other") }, RuleIdentity, Unknown, Refer},
		"no number at all":       {func(f *Facts) { f.Product.GTIN, f.Product.MPN, f.Theirs.Seen.Offer.MPN = "", "", "" }, RuleIdentity, Unknown, Refer},
		"a person said so":       {func(f *Facts) { f.Theirs.Match.Method, f.Product.GTIN, f.Product.MPN = "explicit", "", "" }, RuleIdentity, Pass, Match},
		"a person, other number": {func(f *Facts) { f.Theirs.Match.Method, f.Theirs.Seen.Offer.GTIN = "explicit", "4006381333931" }, RuleIdentity, Fail, Decline},
		"written otherwise":      {func(f *Facts) { f.Product.GTIN, f.Theirs.Seen.Offer.MPN = "", "a 1" }, RuleIdentity, Pass, Match},
		"no evidence":            {func(f *Facts) { f.Theirs.Seen.Offer.Evidence = nil }, RuleEvidence, Unknown, Refer},
		"a look was refused":     {func(f *Facts) { f.Past[1].Trust.State = market.Refused }, RuleEvidence, Pass, Match},
		"looks at once":          {func(f *Facts) { f.Past = f.Past[1:]; f.Past[0].SeenAt = f.Theirs.Seen.SeenAt.Add(-apart + 1) }, RuleEvidence, Unknown, Refer},
		"a look is held":         {func(f *Facts) { f.Past[1].Trust.State = market.Quarantined }, RuleEvidence, Unknown, Refer},
		"a look of later":        {func(f *Facts) { f.Past[1].SeenAt = f.At.Add(time.Hour) }, RuleEvidence, Pass, Match},
		"nothing seen":           {func(f *Facts) { f.Theirs = compare.Position{Source: "a", Name: "a"} }, RuleStock, Unknown, Refer},
		"floor of other money":   {func(f *Facts) { f.Product.Floor = money.New(1, "USD") }, RuleFloor, Unknown, Refer},
		"floor not known":        {func(f *Facts) { f.Product.Floor = money.Amount{} }, RuleFloor, Unknown, Refer},
	} {
		t.Run(name, func(t *testing.T) {
			p := everything()
			f := p.facts(inOrder())
			if f.Past[0].SeenAt.After(f.At.Add(-24 * time.Hour)) {
				t.Fatal("the looks are too young for the policy")
			}
			tt.turn(&f)
			v := p.Judge(f, Staff)
			if got := find(v, tt.rule).Result; got != tt.result || v.Outcome != tt.outcome {
				t.Errorf("%s is %s, %s %v; want %s, %s", tt.rule, got, v.Outcome, v.Missed(), tt.result, tt.outcome)
			}
		})
	}
}

func find(v Verdict, r Rule) Finding {
	for _, f := range v.Findings {
		if f.Rule == r {
			return f
		}
	}
	return Finding{}
}

// TestLeast: a policy that asks for next to nothing grants nothing on what is old, and needs a lower price and a role.
func TestLeast(t *testing.T) {
	p := Policy{Tiers: []Tier{{Role: Staff}}}
	for age, want := range map[time.Duration]Outcome{time.Hour: Match, 40 * time.Hour: Match, 60 * time.Hour: Refer} {
		c := inOrder()
		c.Theirs.Age = age
		if v := p.Judge(p.facts(c), Staff); v.Outcome != want {
			t.Errorf("%s old: %s %v", age, v.Outcome, v.Missed())
		}
	}
	f := p.facts(inOrder())
	f.Theirs.Age = 8 * 24 * time.Hour // of a shop that is looked at once a month
	if v := p.Judge(f, Staff); v.Outcome != Refer {
		t.Errorf("8 days old: %s", v.Outcome)
	}
	if v := (Policy{}).Judge(f, Buyer); v.Outcome != Decline {
		t.Errorf("nobody may: %s", v.Outcome)
	}
}

// TestWho: what a role may, and whom it has to ask.
func TestWho(t *testing.T) {
	for _, tt := range []struct {
		asked   Role
		cents   int64
		unknown bool
		outcome Outcome
		to      Role
	}{
		{Staff, 95_00, false, Match, ""},
		{Staff, 94_99, false, Refer, Manager},
		{ShiftLead, 94_99, false, Refer, Manager},
		{Manager, 94_99, false, Match, ""},
		{Manager, 79_99, false, Refer, Buyer},
		{Buyer, 79_99, false, Match, ""},
		{Buyer, 64_99, false, Decline, ""}, // the cap
		{"", 99_00, false, Refer, Staff},
		{"director", 99_00, false, Refer, Staff},
		{Staff, 99_00, true, Refer, ShiftLead},
		{Staff, 90_00, true, Refer, Manager},
		{Buyer, 99_00, true, Refer, Buyer},
	} {
		c := inOrder()
		c.Theirs.Price, c.Floor = eur(tt.cents), eur(1)
		if tt.unknown {
			c.Theirs.Unknown = []market.Field{market.FieldAvailability}
		}
		v := everything().Judge(everything().facts(c), tt.asked)
		if v.Outcome != tt.outcome || v.To != tt.to {
			t.Errorf("%+v: %s to %q, %v", tt, v.Outcome, v.To, v.Missed())
		}
		if known := v.Price.Known(); known != (v.Outcome != Decline) {
			t.Errorf("%+v: price %s", tt, v.Price)
		}
	}
}

// turns are ways in which an offer is not in order, or no longer usual.
var turns = []func(*Case){
	func(c *Case) { c.Theirs.Price = money.New(c.Theirs.Price.Micros(), "USD") },
	func(c *Case) { c.Theirs.Shipping = eur(4_95) },
	func(c *Case) { c.Theirs.Stock = market.StockOut },
	func(c *Case) { c.Theirs.Stock = market.StockLimited },
	func(c *Case) { c.Theirs.Condition = market.ConditionUsed },
	func(c *Case) { c.Store = "there" },
	func(c *Case) { c.Store = "" },
	func(c *Case) { c.Theirs.Held = true },
	func(c *Case) { c.Theirs.Equivalent = true },
	func(c *Case) { c.Theirs.Looks = 1 },
	func(c *Case) { c.Theirs.Age = 20 * time.Hour },
	func(c *Case) { c.Theirs.Age = 80 * time.Hour },
	func(c *Case) { c.Theirs.Stood = time.Hour },
	func(c *Case) { c.Theirs.Stood = 48 * time.Hour },
	func(c *Case) { c.Theirs.Member = c.Theirs.Price },
	func(c *Case) { c.Theirs.Coupon = eur(1) },
	func(c *Case) { c.Theirs.Seller = market.NewText("somebody") },
	func(c *Case) { c.Theirs.Title = market.NewText("Set van 2") },
	func(c *Case) { c.Theirs.GTIN = "4006381333931" },
}

// anyCase draws a case with a few turns, of which some fields may not be known.
func anyCase(t *rapid.T) Case {
	c := inOrder()
	c.Theirs.Price = eur(rapid.OneOf(rapid.Int64Range(90_00, 101_00), rapid.Int64Range(50_00, 101_00)).Draw(t, "theirs"))
	c.Floor = eur(rapid.Int64Range(40_00, 100_00).Draw(t, "floor"))
	for range rapid.IntRange(0, 2).Draw(t, "turns") {
		turns[rapid.IntRange(0, len(turns)-1).Draw(t, "turn")](&c)
	}
	if rapid.IntRange(0, 3).Draw(t, "forgets") == 0 {
		c.Theirs.Unknown = append(c.Theirs.Unknown, rapid.SampledFrom([]market.Field{
			market.FieldPrice, market.FieldGTIN, market.FieldMPN, market.FieldName, market.FieldVariant, market.FieldSeller,
			market.FieldCondition, market.FieldAvailability, market.FieldShipping, market.FieldWarranty,
		}).Draw(t, "unknown"))
	}
	return c
}

var height = map[Outcome]int{Decline: 0, Refer: 1, Match: 2}

// TestMatchIsEarned holds for any case: with MATCH every rule passes, what it promises is below our price, within what the role
// may give, and not below the floor; what is not known never gives it. Every verdict is the same again.
func TestMatchIsEarned(t *testing.T) {
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		p, c := everything(), anyCase(t)
		f := p.facts(c)
		role := rapid.SampledFrom(Roles).Draw(t, "role")
		v := p.Judge(f, role)
		if d := cmp.Diff(v, p.Judge(p.facts(c), role), cmp.AllowUnexported(market.Text{}, money.Amount{}, market.Count{})); d != "" {
			t.Fatalf("judged again:\n%s", d)
		}
		if v.Price.Known() {
			if below, err := v.Price.Cmp(c.Floor); err != nil || below < 0 {
				t.Fatalf("%s promises %s, below %s", v.Outcome, v.Price, c.Floor)
			}
		}
		if v.Outcome != Match {
			return
		}
		matched++
		o := f.Theirs.Seen.Offer
		switch sum, err := v.Price.Add(v.Discount); {
		case len(v.Missed()) > 0:
			t.Fatalf("MATCH although %v", v.Missed())
		case o.Stock.Available() != market.AnswerYes, o.Condition != market.ConditionNew, o.Seller.Plain() != "a", !o.Title.Known(),
			!f.Theirs.Match.Exact, f.Theirs.Held != nil, f.Theirs.Age > 24*time.Hour, c.Store != "here", len(f.Past) < 2:
			t.Fatalf("MATCH of %+v", c)
		case err != nil || sum != eur(100_00) || v.Discount.Sign() <= 0:
			t.Fatalf("%s less %s", v.Price, v.Discount)
		case role == Staff && v.Discount.Micros() > eur(5_00).Micros(), v.Discount.Micros() > eur(35_00).Micros():
			t.Fatalf("%s gives %s", role, v.Discount)
		}
	})
	if matched == 0 {
		t.Error("nothing was ever matched")
	}
}

// TestDoubtNeverRaises: the same offer, older, held, on less evidence or no longer trusted, is judged no higher.
func TestDoubtNeverRaises(t *testing.T) {
	doubts := map[string]func(*Facts){
		"older":     func(f *Facts) { f.Theirs.Age += 48 * time.Hour },
		"stale":     func(f *Facts) { f.Theirs.Stale = true },
		"own stale": func(f *Facts) { f.Ours.Stale, f.Ours.Comparable = true, false },
		"held":      func(f *Facts) { held := f.Theirs.Seen; f.Theirs.Held = &held },
		"untrusted": func(f *Facts) { f.Theirs.Seen.Trust.State = market.Quarantined },
		"unproved":  func(f *Facts) { f.Theirs.Seen.Offer.Evidence = nil },
	}
	rapid.Check(t, func(t *rapid.T) {
		p, c := everything(), anyCase(t)
		name := rapid.SampledFrom([]string{"older", "stale", "own stale", "held", "untrusted", "unproved"}).Draw(t, "doubt")
		f := p.facts(c)
		before := p.Judge(f, Staff)
		doubts[name](&f)
		if after := p.Judge(f, Staff); height[after.Outcome] > height[before.Outcome] {
			t.Fatalf("%s: %s %v became %s %v", name, before.Outcome, before.Missed(), after.Outcome, after.Missed())
		}
	})
}

// TestForgettingNeverGrants: a field that the policy needs, taken away, makes no MATCH; nor do fewer looks.
func TestForgettingNeverGrants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, c := everything(), anyCase(t)
		p.Identity = []Proof{ByGTIN}
		f := p.facts(c)
		field := rapid.SampledFrom([]market.Field{
			market.FieldPrice, market.FieldGTIN, market.FieldName, market.FieldSeller, market.FieldCondition, market.FieldAvailability, market.FieldShipping, "looks",
		}).Draw(t, "field")
		if field == "looks" {
			f.Past = f.Past[len(f.Past)-1:]
		} else {
			c.Theirs.Unknown = append(c.Theirs.Unknown, field)
			f = p.facts(c)
		}
		if v := p.Judge(f, Buyer); v.Outcome == Match {
			t.Fatalf("MATCH without %s", field)
		}
	})
}

// TestFloorIsNotTold: a verdict that goes out says nothing of the floor but whether it holds.
func TestFloorIsNotTold(t *testing.T) {
	c := inOrder()
	for _, floor := range []int64{93_17, 97_31} {
		c.Floor = eur(floor)
		v := everything().Judge(everything().facts(c), Staff)
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), c.Floor.Decimal()) || find(v, RuleFloor).Result == "" {
			t.Errorf("%s", b)
		}
		var back Verdict
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(v, back, cmp.AllowUnexported(market.Text{}, money.Amount{}, market.Count{})); d != "" {
			t.Errorf("there and back:\n%s", d)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	p := everything()
	f := p.facts(inOrder())
	for b.Loop() {
		p.Judge(f, Staff)
	}
}
