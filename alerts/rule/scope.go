package rule

import (
	"slices"
	"strings"
	"time"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
)

// Scope says which products a rule is about, and beside which rivals; an empty list fits all.
type Scope struct {
	// Categories are beginnings of categories of our catalogue.
	Sources, Categories, Brands, Products []string
}

// Exception is a rule as it reads for some products; a nil Rule is none.
type Exception struct {
	Scope
	// Rules has for each exception of a category or a brand before this one, in order, this exception on top of it, and
	// last this exception alone. An exception of a category or a brand has the last alone.
	Rules []alerts.Rule
}

// Wide reports whether an exception is one of categories or brands rather than of products.
func (s Scope) Wide() bool { return len(s.Products) == 0 }

// scoped is a rule that is about some products or rivals only, and another one for some of them. Of the exceptions of
// categories and brands the first that fits counts, and on top of it the first of products that fits.
type scoped struct {
	about        Scope
	base         alerts.Rule
	wide, narrow []Exception
}

// Scoped returns r for what it is about, with its exceptions in order.
func Scoped(r alerts.Rule, about Scope, except []Exception) alerts.Rule {
	s := scoped{about: about, base: r}
	for _, x := range except {
		if x.Wide() {
			s.wide = append(s.wide, x)
		} else {
			s.narrow = append(s.narrow, x)
		}
	}
	return s
}

// For implements alerts.Chooser.
func (s scoped) For(p market.Product) alerts.Rule {
	if !s.about.fits(p) {
		return nil
	}
	w := slices.IndexFunc(s.wide, func(x Exception) bool { return x.fits(p) })
	for _, x := range s.narrow {
		switch {
		case !x.fits(p):
		case w >= 0:
			return x.Rules[w]
		default:
			return x.Rules[len(x.Rules)-1]
		}
	}
	if w >= 0 {
		return s.wide[w].Rules[0]
	}
	return s.base
}

// Judge implements alerts.Rule.
func (s scoped) Judge(e *alerts.Event) []alerts.Finding {
	if e.Standing.Product.ID == "" {
		if len(s.about.Sources) > 0 && !slices.Contains(s.about.Sources, string(e.Source.ID)) {
			return nil
		}
		return s.base.Judge(e)
	}
	r := s.For(e.Standing.Product)
	if r == nil {
		return nil
	}
	if len(s.about.Sources) > 0 {
		only := *e
		only.Standing.Rivals = slices.DeleteFunc(slices.Clone(e.Standing.Rivals), func(p compare.Position) bool {
			return !slices.Contains(s.about.Sources, string(p.Source))
		})
		e = &only
	}
	return r.Judge(e)
}

// Back implements alerts.Historian.
func (s scoped) Back(c *market.Change) time.Duration {
	var back time.Duration
	look := func(r alerts.Rule) {
		if h, ok := r.(alerts.Historian); ok {
			back = max(back, h.Back(c))
		}
	}
	look(s.base)
	for _, x := range slices.Concat(s.wide, s.narrow) {
		for _, r := range x.Rules {
			look(r)
		}
	}
	return back
}

// fits reports whether a product is one of the scope.
func (s Scope) fits(p market.Product) bool {
	return oneFits(s.Products, func(v string) bool { return v == string(p.ID) }) &&
		oneFits(s.Brands, func(v string) bool { return strings.EqualFold(v, p.Brand.Plain()) }) &&
		oneFits(s.Categories, func(v string) bool {
			c := p.Category.Plain()
			return len(c) >= len(v) && strings.EqualFold(c[:len(v)], v)
		})
}

func oneFits(list []string, fits func(string) bool) bool {
	return len(list) == 0 || slices.ContainsFunc(list, fits)
}
