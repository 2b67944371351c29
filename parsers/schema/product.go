// Package schema makes offers of what a page says in the words of schema.org: it finds the products in the
// trees that package structured reads, decides which of several offers is the product's own, and reads every
// field by a strict rule, with its evidence. An unclear value stays unknown.
package schema

import (
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/link"
	"pricegap/market/money"
	"pricegap/parsers/price"
	"pricegap/parsers/structured"
)

// MaxOffers is how many offers are read from one page.
const MaxOffers = 200

// Env is what the mapping must know about a page.
type Env struct {
	// URL is the address against which others are resolved.
	URL    string
	Locale money.Locale
	// Own reports whether an absolute address is that of the page itself; nil means none is.
	Own func(url string) bool
	// At is when the page was fetched; the zero time means that nobody knows.
	At time.Time
	// Turns, where set, hears of moments after At from which on the same page says something else, since it states until or from
	// when it holds.
	Turns func(time.Time)
}

// Product is a product that one reader found on the page, with its offers.
type Product struct {
	Reader string
	// Offers are never empty. The first is the product's own: with a range and without a price where several
	// offers of it differ and none is provably meant; the others are variants, sellers and conditions with an
	// identity of their own.
	Offers []market.Offer
	// Main says that the page names this product as its main entity; Listed that it stands in a list, a review
	// or beside the product, and so is rather the product of another page.
	Main, Listed bool
	// Problem says why the first offer has no price, where the page states one: price_ambiguous or
	// price_implausible. Candidates are what the price may be, where that is known.
	Problem    market.FailureKind
	Candidates []money.Amount
}

// Priced reports whether the product's own offer has a price or a range.
func (p Product) Priced() bool { return p.Offers[0].Price.Known() || p.Offers[0].Low.Known() }

// Currency is the only one in which products have prices, "" where there are several or none.
func Currency(ps []Product) (only money.Currency) {
	for _, p := range ps {
		for _, o := range p.Offers {
			c := o.Price.Currency()
			if c == "" {
				c = o.Low.Currency()
			}
			if c == "" || c == price.Unnamed || c == only {
				continue
			}
			if only != "" {
				return ""
			}
			only = c
		}
	}
	return only
}

// Products maps what a reader found on a page to products, in the order of the page: at most MaxOffers offers.
func Products(p *structured.Page, reader string, e Env) []Product {
	m := &mapper{page: p, env: e, reader: reader, seen: map[*structured.Item]bool{}}
	for _, it := range p.Top(reader) {
		m.visit(it, place{}, 0)
	}
	return m.out
}

type mapper struct {
	page   *structured.Page
	env    Env
	reader string
	seen   map[*structured.Item]bool
	out    []Product
	offers int
}

// place says how an item was reached.
type place struct{ main, listed bool }

var productTypes = []string{"Product", "ProductGroup", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Car"}

// The properties whose products belong to other pages.
var elsewhere = []string{
	"itemListElement", "isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor",
	"hasPart", "itemReviewed", "review", "reviews", "mentions", "about", "relatedLink", "itemListed",
}

// The properties that are read with their product and not by themselves.
var inner = []string{"offers", "Offers", "hasVariant", "isVariantOf", "brand", "manufacturer", "aggregateRating", "model"}

// visit looks for products in an item and in what it holds.
func (m *mapper) visit(it *structured.Item, at place, depth int) {
	if depth > structured.MaxDepth || m.seen[it] || m.offers >= MaxOffers {
		return
	}
	m.seen[it] = true
	product := m.isProduct(it)
	switch {
	case product:
		m.product(it, nil, at)
	case it.Is("Offer", "AggregateOffer"):
		m.loose(it, at)
		return
	}
	for _, name := range it.Names() {
		if product && slices.Contains(inner, name) {
			continue
		}
		next := place{listed: at.listed || slices.Contains(elsewhere, name)}
		if name == "mainEntity" && !it.Is("CollectionPage", "SearchResultsPage") {
			next.main = true
		}
		for _, v := range it.All(name) {
			if v.Item != nil {
				m.visit(v.Item, next, depth+1)
			}
		}
	}
}

func (m *mapper) isProduct(it *structured.Item) bool {
	if it.Is(productTypes...) {
		return !it.Bare()
	}
	if len(it.All("offers")) == 0 || it.Is("AggregateOffer") {
		return false
	}
	return !slices.ContainsFunc(it.Types, func(t string) bool {
		return strings.HasSuffix(t, "Event") || strings.HasSuffix(t, "Organization") || strings.HasSuffix(t, "Store")
	})
}

// loose maps an offer that stands outside of its product.
func (m *mapper) loose(it *structured.Item, at place) {
	of := m.whole(it, "itemOffered")
	if len(of) > 0 {
		if m.seen[of[0]] || len(of[0].All("offers")) > 0 {
			return // the product names its offers itself
		}
		m.seen[of[0]] = true
		m.product(of[0], []*structured.Item{it}, at)
		return
	}
	m.product(&structured.Item{Where: it.Where}, []*structured.Item{it}, at)
}

// product maps a product; offers are those that stand outside of it.
func (m *mapper) product(it *structured.Item, offers []*structured.Item, at place) {
	var base filler
	base.reader = m.reader
	m.identity(it, &base)
	var all []found
	for _, v := range m.page.Items(it, "hasVariant") {
		if m.seen[v] || v.Bare() {
			continue
		}
		m.seen[v] = true
		b := base.variant()
		m.identity(v, &b)
		m.variantText(it, v, &b)
		all = append(all, m.offersOf(v, m.offerItems(v), b, len(all))...)
	}
	own := slices.Concat(offers, m.offerItems(it))
	if len(own) > 0 || len(all) == 0 {
		group := m.offersOf(it, own, base, len(all))
		if len(all) > 0 { // what a group says of itself comes before its variants only where nothing else is known
			group = nil
		}
		all = append(all, group...)
	}
	p := m.settle(base, all)
	p.Reader, p.Main, p.Listed = m.reader, at.main, at.listed
	m.offers += len(p.Offers)
	m.out = append(m.out, p)
}

// offerItems returns the offers of a product. "Offers" is accepted as a name of the list, since nothing but
// structure depends on it; names within an offer are exact.
func (m *mapper) offerItems(it *structured.Item) []*structured.Item {
	if out := m.page.Items(it, "offers"); len(out) > 0 {
		return out
	}
	return m.page.Items(it, "Offers")
}

// whole returns the items of a property, without references that lead nowhere.
func (m *mapper) whole(it *structured.Item, name string) []*structured.Item {
	return slices.DeleteFunc(m.page.Items(it, name), (*structured.Item).Bare)
}

// filler writes fields of an offer together with their evidence; the first value of a field stays.
type filler struct {
	o      market.Offer
	reader string
}

func (f *filler) note(field market.Field, where, raw string) {
	if f.o.Evidence == nil {
		f.o.Evidence = map[market.Field]market.Evidence{}
	}
	f.o.Evidence[field] = market.Evidence{Reader: f.reader, Where: where, Raw: market.NewText(raw)}
}

func (f *filler) str(to *string, field market.Field, text, where string) {
	if *to == "" && text != "" {
		*to = market.NewText(text).Plain()
		f.note(field, where, text)
	}
}

func (f *filler) text(to *market.Text, field market.Field, text, where string) {
	if t := market.NewText(text); !to.Known() && t.Known() {
		*to = t
		f.note(field, where, text)
	}
}

func (f *filler) count(to *market.Count, field market.Field, n int64, text, where string) {
	if !to.Known() && n >= 0 {
		*to = market.CountOf(n)
		f.note(field, where, text)
	}
}

func (f *filler) amount(to *money.Amount, field market.Field, a money.Amount, text, where string) {
	if !to.Known() && a.Known() {
		*to = a
		f.note(field, where, text)
	}
}

// clone returns a copy whose evidence is its own.
func (f filler) clone() filler {
	ev := make(map[market.Field]market.Evidence, len(f.o.Evidence)+8)
	for k, v := range f.o.Evidence {
		ev[k] = v
	}
	f.o.Evidence = ev
	return f
}

// variant returns a copy without what belongs to the group as a whole.
func (f filler) variant() filler {
	f = f.clone()
	f.o.URL, f.o.SKU, f.o.GTIN, f.o.MPN, f.o.Title, f.o.Image = "", "", "", "", market.Text{}, ""
	for _, k := range []market.Field{market.FieldURL, market.FieldSKU, market.FieldGTIN, market.FieldMPN, market.FieldName, market.FieldImage} {
		delete(f.o.Evidence, k)
	}
	return f
}

// identity reads what a product is.
func (m *mapper) identity(it *structured.Item, f *filler) {
	p := m.page
	name, where := p.Text(it, "name", "title")
	f.text(&f.o.Title, market.FieldName, name, where)
	brand, where := p.Text(it, "brand", "manufacturer")
	if i := strings.LastIndex(brand, ": "); i >= 0 { // with its label
		brand = brand[i+2:]
	}
	f.text(&f.o.Brand, market.FieldBrand, brand, where)
	cat, where := p.Text(it, "category")
	f.text(&f.o.Category, market.FieldCategory, cat, where)
	m.numbers(it, f)
	m.address(&f.o.URL, market.FieldURL, it, f, "url")
	m.address(&f.o.Image, market.FieldImage, it, f, "image")
	if c, where := p.Text(it, "itemCondition"); Condition(c) != "" {
		f.o.Condition = Condition(c)
		f.note(market.FieldCondition, where, c)
	}
	m.rating(it, f)
	m.promises(it, f)
}

// numbers reads the numbers of a product or an offer. A GTIN whose check digit is wrong is no GTIN.
func (m *mapper) numbers(it *structured.Item, f *filler) {
	p := m.page
	sku, where := p.Text(it, "sku")
	if sku == "" {
		if sku, where = p.Text(it, "productID"); strings.Contains(sku, ":") {
			sku = "" // a number of another kind, with its name
		}
	}
	f.str(&f.o.SKU, market.FieldSKU, sku, where)
	mpn, where := p.Text(it, "mpn")
	f.str(&f.o.MPN, market.FieldMPN, mpn, where)
	for _, n := range []string{"gtin13", "gtin", "gtin14", "gtin12", "gtin8", "isbn", "productID"} {
		t, where := p.Text(it, n)
		if n == "productID" && !strings.Contains(t, ":") {
			continue
		}
		if c, err := gtin.Parse(t); err == nil && c.GTIN != "" {
			f.str(&f.o.GTIN, market.FieldGTIN, c.Digits, where)
			return
		}
	}
}

// address reads a property that holds an address, perhaps within an item.
func (m *mapper) address(to *string, field market.Field, it *structured.Item, f *filler, name string) {
	if *to != "" {
		return
	}
	for _, v := range it.All(name) {
		ref, where := strings.TrimSpace(strings.ReplaceAll(v.Text, "&amp;", "&")), it.Place(name, v)
		if v.Item != nil {
			if ref, _ = m.page.Text(v.Item, "url", "contentUrl"); ref == "" {
				ref = v.Item.ID
			}
		}
		if ref == "" {
			continue
		}
		if u, err := link.Resolve(m.env.URL, ref); err == nil {
			*to = u
			f.note(field, where, ref)
			return
		}
	}
}

// rating reads an aggregateRating as hundredths of five stars.
func (m *mapper) rating(it *structured.Item, f *filler) {
	for _, r := range m.page.Items(it, "aggregateRating") {
		text, where := m.page.Text(r, "ratingValue")
		if t, _ := m.page.Text(r, "bestRating"); t != "" && !strings.Contains(text, "/") {
			text += "/" + t
		}
		n, ok := Rating(text)
		if !ok || f.o.Rating.Known() {
			continue
		}
		f.o.Rating = market.CountOf(n)
		f.note(market.FieldRating, where, text)
		for _, n := range []string{"ratingCount", "reviewCount"} {
			if t, _ := m.page.Text(r, n); t != "" && !f.o.RatingCount.Known() {
				f.o.RatingCount = wholeNumber(t)
			}
		}
	}
}

// variantText says in words what sets a variant apart from its group.
func (m *mapper) variantText(group, v *structured.Item, f *filler) {
	var words []string
	where := ""
	for _, n := range []string{"color", "size", "material", "pattern"} {
		if t, w := m.page.Text(v, n); t != "" {
			words = append(words, structured.Short(t))
			where = w
		}
	}
	if len(words) == 0 {
		whole, _ := m.page.Text(group, "name")
		name, w := m.page.Text(v, "name")
		if rest, ok := strings.CutPrefix(name, whole); ok && whole != "" {
			words, where = []string{strings.Trim(rest, " -–,/()|")}, w
		}
	}
	t := strings.Join(words, ", ")
	f.text(&f.o.Variant, market.FieldVariant, t, where)
}
