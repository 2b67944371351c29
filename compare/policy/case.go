package policy

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Case is an offer with the verdict that is expected of a policy. What it does not state is in order: the same article, new,
// in stock, sold by the shop itself, seen three times in a week, the last time an hour ago, with no less of any point of our
// formula, and with everything delivered for nothing.
type Case struct {
	Name   string       `json:"name" required:"true" jsonschema:"What the case shows."`
	Ours   Side         `json:"ours" required:"true" jsonschema:"Our own offer."`
	Theirs Side         `json:"theirs" required:"true" jsonschema:"The rival's."`
	Floor  money.Amount `json:"floor,omitzero" jsonschema:"Our lowest price of the article."`
	Store  string       `json:"store,omitzero" jsonschema:"The id of the store of ours where it is asked."`
	Asked  Role         `json:"asked,omitzero" jsonschema:"Who asks; staff when empty."`
	// Expects, To and Missed are the verdict.
	Expects Outcome `json:"expects" required:"true" jsonschema:"The verdict: MATCH, REFER or DECLINE."`
	To      Role    `json:"to,omitzero" jsonschema:"With REFER: who may decide."`
	Missed  []Rule  `json:"missed,omitzero" jsonschema:"The rules that do not pass, all of them, in the order in which they are told."`
}

// Side is what one shop shows in a case.
type Side struct {
	Source     market.SourceID  `json:"source,omitzero" jsonschema:"The rival's id; the first rival of the policy when empty."`
	Price      money.Amount     `json:"price,omitzero" jsonschema:"The price."`
	Shipping   money.Amount     `json:"shipping,omitzero" jsonschema:"What delivery costs; nothing when empty."`
	GTIN       string           `json:"gtin,omitzero" jsonschema:"The article number of GS1."`
	MPN        string           `json:"mpn,omitzero" jsonschema:"The maker's number."`
	Title      market.Text      `json:"name,omitzero" jsonschema:"The name on the page."`
	Category   market.Text      `json:"category,omitzero" jsonschema:"The category on the page."`
	URL        string           `json:"url,omitzero" jsonschema:"The address of the page."`
	Variant    market.Text      `json:"variant,omitzero" jsonschema:"The colour or variant."`
	Condition  market.Condition `json:"condition,omitzero" jsonschema:"The condition."`
	Stock      market.Stock     `json:"availability,omitzero" jsonschema:"The stock."`
	Seller     market.Text      `json:"seller,omitzero" jsonschema:"Who sells it."`
	Member     money.Amount     `json:"member_price,omitzero" jsonschema:"The price for members."`
	Coupon     money.Amount     `json:"coupon_price,omitzero" jsonschema:"The price with a code."`
	Delivery   market.Count     `json:"delivery,omitzero" jsonschema:"Days to the door."`
	Warranty   market.Count     `json:"warranty_months,omitzero" jsonschema:"Months of warranty."`
	Returns    market.Count     `json:"returns_days,omitzero" jsonschema:"Days to return it."`
	Age        time.Duration    `json:"age,omitzero" range:"1s..366d" jsonschema:"How long ago it was seen; an hour when empty."`
	Stood      time.Duration    `json:"stood,omitzero" range:"1s..366d" jsonschema:"How long the price has been seen; a look before showed another."`
	Looks      int64            `json:"looks,omitzero" range:"1..100" jsonschema:"How many looks showed the price; 3 when empty."`
	Held       bool             `json:"held,omitzero" jsonschema:"A newer price is held back."`
	Equivalent bool             `json:"equivalent,omitzero" jsonschema:"Another article that serves the same purpose."`
	Unknown    []market.Field   `json:"unknown,omitzero" jsonschema:"What the page does not say."`
}

// The usual facts of a case.
const (
	caseGTIN  = "09501101530003"
	caseOurs  = "ours"
	caseRival = "rival"
)

var caseAt = time.Date(2026, 1, 14, 12, 0, 0, 0, time.UTC)

func (c Case) check() (out []Fault) {
	for key, s := range map[string]Side{"ours": c.Ours, "theirs": c.Theirs} {
		if s.Price.Sign() <= 0 && !slices.Contains(s.Unknown, market.FieldPrice) {
			out = append(out, Fault{key + ".price", "must be above nought"})
		}
	}
	if (c.Expects == Refer) != (c.To != "") {
		out = append(out, Fault{"to", "goes with expects: REFER, and with nothing else"})
	}
	slices.SortFunc(out, func(a, b Fault) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// Try judges a case and says what is otherwise than expected; "" where nothing is.
func (p Policy) Try(c Case) string {
	v := p.Judge(p.facts(c), cmp.Or(c.Asked, Staff))
	if v.Outcome == c.Expects && v.To == c.To && slices.Equal(v.Missed(), c.Missed) {
		return ""
	}
	say := func(o Outcome, to Role, missed []Rule) string {
		if to != "" {
			return fmt.Sprintf("%s to %s, missed %v", o, to, missed)
		}
		return fmt.Sprintf("%s, missed %v", o, missed)
	}
	return fmt.Sprintf("%s; expected %s", say(v.Outcome, v.To, v.Missed()), say(c.Expects, c.To, c.Missed))
}

// facts are the facts of a case, judged by a board as those of a store are.
func (p Policy) facts(c Case) Facts {
	rival := market.SourceID(caseRival)
	if len(p.Rivals) > 0 {
		rival = p.Rivals[0].Source
	}
	rival = cmp.Or(c.Theirs.Source, rival)
	shops := []compare.Shop{
		{ID: caseOurs, Name: caseOurs, Own: true, Interval: 24 * time.Hour},
		{ID: rival, Name: string(rival), Interval: 24 * time.Hour},
	}
	for i := range shops {
		for _, k := range p.Same {
			point := market.SellingPoint{Kind: k, Words: map[string]string{"en": "as promised"}}
			if k != market.PointService {
				point.Amount = market.CountOf(12)
			}
			if i == 0 || !slices.Contains(c.Theirs.Unknown, fields[k]) {
				shops[i].Formula.Points = append(shops[i].Formula.Points, point)
			}
		}
	}
	mine, theirs := c.Ours.looks(caseOurs, "1"), c.Theirs.looks(rival, "2")
	tie := func(s market.SourceID, l market.ListingID, side Side, method string) market.Match {
		return market.Match{Product: "1", Source: s, Listing: l, Exact: !side.Equivalent, Method: method, Decision: market.Accept}
	}
	board := compare.NewBoard(shops, []market.Match{tie(caseOurs, "1", c.Ours, "own"), tie(rival, "2", c.Theirs, "")}, caseAt,
		compare.Options{Basis: p.Compared()})
	for _, o := range slices.Concat(mine, theirs) {
		board.See(&o)
	}
	last := mine[len(mine)-1].Offer
	product := market.Product{ID: "1", GTIN: last.GTIN, Brand: last.Brand, MPN: last.MPN, Floor: c.Floor}
	s := board.Standing(product)
	return Facts{
		At: caseAt, Product: product, Ours: s.Ours, Theirs: s.Rivals[0], OurShop: shops[0], TheirShop: shops[1],
		Past: theirs, Store: c.Store,
	}
}

// looks are the observations of a side, in order of time.
func (s Side) looks(source market.SourceID, listing market.ListingID) (out []market.Observation) {
	end := caseAt.Add(-cmp.Or(s.Age, time.Hour))
	stood := cmp.Or(s.Stood, 7*24*time.Hour)
	look := func(at time.Time, price money.Amount, trust market.TrustState) {
		o := s.offer(source)
		o.Price = price
		out = append(out, market.Observation{Source: source, Listing: listing, SeenAt: at, Offer: o, Trust: market.Trust{State: trust}})
	}
	if s.Stood > 0 {
		look(end.Add(-stood-time.Second), money.New(2*s.Price.Micros(), s.Price.Currency()), market.Trusted)
	}
	price := s.offer(source).Price
	for n, i := cmp.Or(s.Looks, 3), int64(1); i < n; i++ {
		look(end.Add(-stood+stood*time.Duration(i-1)/time.Duration(n-1)), price, market.Trusted)
	}
	look(end, price, market.Trusted)
	if s.Held {
		look(end.Add(time.Second), money.New(s.Price.Micros()/2, s.Price.Currency()), market.Quarantined)
	}
	return out
}

// offer is what the page of a side says.
func (s Side) offer(source market.SourceID) market.Offer {
	text := func(t market.Text, usual string) market.Text {
		if t.Known() {
			return t
		}
		return market.NewText(usual)
	}
	o := market.Offer{
		Price: s.Price, Shipping: s.Shipping, GTIN: cmp.Or(s.GTIN, caseGTIN), MPN: cmp.Or(s.MPN, "A-1"), Brand: market.NewText("Maker"),
		Title: text(s.Title, "Maker A-1"), Category: s.Category, URL: s.URL, Variant: text(s.Variant, "one"),
		Condition: cmp.Or(s.Condition, market.ConditionNew), Stock: cmp.Or(s.Stock, market.StockIn),
		Seller: text(s.Seller, string(source)), Member: s.Member, Coupon: s.Coupon, Pickup: market.AnswerYes,
		DeliveryDays: s.Delivery, WarrantyMonths: s.Warranty, ReturnsDays: s.Returns,
		Evidence: map[market.Field]market.Evidence{market.FieldPrice: {Reader: "case"}},
	}
	if !o.Shipping.Known() {
		o.Shipping = money.New(0, s.Price.Currency())
	}
	for _, f := range s.Unknown {
		forget(&o, f)
	}
	return o
}

// forget takes a field out of an offer.
func forget(o *market.Offer, f market.Field) {
	switch f {
	case market.FieldPrice:
		o.Price = money.Amount{}
	case market.FieldShipping:
		o.Shipping = money.Amount{}
	case market.FieldGTIN:
		o.GTIN = ""
	case market.FieldMPN:
		o.MPN = ""
	case market.FieldName:
		o.Title = market.Text{}
	case market.FieldVariant:
		o.Variant = market.Text{}
	case market.FieldSeller:
		o.Seller = market.Text{}
	case market.FieldCondition:
		o.Condition = market.ConditionUnknown
	case market.FieldAvailability:
		o.Stock = market.StockUnknown
	}
}
