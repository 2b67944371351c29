package feedback

import (
	"cmp"
	"slices"

	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
)

// Gap is theirs minus ours at the moment of an entry, and the same in hundredths of a percent of ours: by what the customer paid or
// saw where that was said, else by what was known. Unknown where either price is.
func (e Entry) Gap() (gap money.Amount, basisPoints market.Count) {
	theirs := e.Price
	if !theirs.Known() {
		theirs = e.Theirs
	}
	gap, err := theirs.Sub(e.Ours)
	if err != nil {
		return money.Amount{}, market.Count{}
	}
	if bp, err := theirs.BasisPoints(e.Ours); err == nil {
		basisPoints = market.CountOf(bp)
	}
	return gap, basisPoints
}

// LostTo counts the sales that went to one shop.
type LostTo struct {
	// Source is the rival, empty where it is none that we watch; Where then is what staff said of it.
	Source market.SourceID `json:"source,omitzero"`
	Where  market.Text     `json:"where,omitzero"`
	Sales  int             `json:"sales"`
	// Widest, Median and Narrowest are the gaps at which they were lost, in hundredths of a percent of our price, over those that are
	// known; unknown where none is.
	Widest    market.Count `json:"widest_basis_points,omitzero"`
	Median    market.Count `json:"median_basis_points,omitzero"`
	Narrowest market.Count `json:"narrowest_basis_points,omitzero"`
}

// Losses counts lost sales by who got them, the most first.
func Losses(es []Entry) []LostTo {
	type to struct {
		source market.SourceID
		where  string
	}
	found, gaps := map[to]*LostTo{}, map[to][]int64{}
	for _, e := range es {
		if e.Verb != Lost || e.Refused != "" {
			continue
		}
		k := to{source: e.Source}
		l := LostTo{Source: e.Source}
		if e.Source == "" {
			k.where, l.Where = e.Where.Plain(), e.Where
		}
		if found[k] == nil {
			found[k] = &l
		}
		found[k].Sales++
		if _, bp := e.Gap(); bp.Known() {
			n, _ := bp.Get()
			gaps[k] = append(gaps[k], n)
		}
	}
	out := make([]LostTo, 0, len(found))
	for k, l := range found {
		if g := gaps[k]; len(g) > 0 {
			slices.Sort(g)
			l.Widest, l.Median, l.Narrowest = market.CountOf(g[0]), market.CountOf(g[(len(g)-1)/2]), market.CountOf(g[len(g)-1])
		}
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b LostTo) int {
		return cmp.Or(cmp.Compare(b.Sales, a.Sales), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Where.Plain(), b.Where.Plain()))
	})
	return out
}

// Granted counts the matches that one tier granted in one store of ours.
type Granted struct {
	Store   string      `json:"store,omitzero"`
	Role    policy.Role `json:"role"`
	Matches int         `json:"matches"`
	// Cost is what they gave away, one sum a currency.
	Cost []money.Amount `json:"cost"`
}

// Grants counts matches by store and tier, in that order.
func Grants(es []Entry) []Granted {
	type by struct {
		store string
		role  policy.Role
	}
	found := map[by]*Granted{}
	for _, e := range es {
		if e.Verb != Matched || e.Refused != "" {
			continue
		}
		k := by{e.By.Store, e.By.Role}
		if found[k] == nil {
			found[k] = &Granted{Store: k.store, Role: k.role}
		}
		g := found[k]
		g.Matches++
		i := slices.IndexFunc(g.Cost, func(a money.Amount) bool { return a.Currency() == e.Discount.Currency() })
		if i < 0 {
			g.Cost = append(g.Cost, e.Discount)
		} else if sum, err := g.Cost[i].Add(e.Discount); err == nil {
			g.Cost[i] = sum
		}
	}
	out := make([]Granted, 0, len(found))
	for _, g := range found {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Granted) int {
		return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(slices.Index(policy.Roles, a.Role), slices.Index(policy.Roles, b.Role)))
	})
	return out
}
