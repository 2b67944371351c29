package feed

import (
	"hash/maphash"
	"strings"

	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/link"
	"pricegap/market/money"
	"pricegap/parsers/feed/sheet"
)

// catalog turns rows into articles.
type catalog struct {
	o       Options
	columns columns
	seed    maphash.Seed
	seen    map[uint64]int // article number → line
}

func newCatalog(o Options) *catalog {
	return &catalog{
		o: o, columns: columns{usual: catalogNames, chosen: o.Columns, branches: o.Branches},
		seed: maphash.MakeSeed(), seen: map[uint64]int{},
	}
}

// item reads one article. The error is a BadRow, or ErrColumns.
func (c *catalog) item(rec sheet.Record) (Item, error) {
	r, err := c.columns.row(rec, fID)
	if err != nil {
		return Item{}, err
	}
	id := r.get(fID).Text
	switch {
	case id == "":
		return Item{}, r.bad(fID, "it is empty")
	case len(id) > 100 || market.Printable(id) != id:
		return Item{}, r.bad(fID, "%.40q is no article number", id)
	}
	key := maphash.String(c.seed, id)
	if first, ok := c.seen[key]; ok {
		return Item{}, r.bad(fID, "%.40q stands on line %d already", id, first)
	}
	offer, err := r.offer(c.o)
	if err != nil {
		return Item{}, err
	}
	it := Item{Offer: offer, Line: rec.Line, Product: market.Product{
		ID: market.ProductID(id), Brand: offer.Brand, MPN: offer.MPN, Title: offer.Title, Category: offer.Category, URL: offer.URL,
	}}
	it.Product.GTIN, _ = gtin.Normalize(offer.GTIN)
	if err := r.ours(c.o, &it); err != nil {
		return Item{}, err
	}
	c.seen[key] = rec.Line
	return it, nil
}

// ours reads what only we know about an article.
func (r row) ours(o Options, it *Item) error {
	var err error
	if it.Product.Cost, err = r.amount(fCost, o, r.currency()); err != nil {
		return err
	}
	if it.Product.Floor, err = r.amount(fFloor, o, r.currency()); err != nil {
		return err
	}
	if c := r.get(fRank); c.Text != "" {
		n, ok := count(c)
		if v, _ := n.Get(); !ok || v < 1 {
			return r.bad(fRank, "%.40q is no rank; 1 is first", c.Text)
		}
		it.Product.Rank = n
	}
	for id, i := range r.store {
		if i >= len(r.Cells) {
			continue
		}
		c := r.value(i)
		if c.Text == "" {
			continue
		}
		n, ok := count(c)
		if !ok {
			return BadRow{Line: r.Line, Reason: market.NewText(r.Names[i]).Plain() + ": " + market.NewText(c.Text).Plain() + " is no count"}
		}
		if v, _ := n.Get(); v < 0 {
			n = market.CountOf(0)
		}
		if it.Offer.BranchStock == nil {
			it.Offer.BranchStock = map[string]market.Count{}
		}
		it.Offer.BranchStock[id] = n
	}
	return nil
}

func (r row) currency() money.Currency {
	return money.Currency(strings.ToUpper(r.get(fCurrency).Text))
}

// offer reads the fields of an offer.
func (r row) offer(o Options) (market.Offer, error) {
	out := market.Offer{
		SKU: r.get(fID).Text, MPN: market.NewText(r.get(fMPN).Text).Plain(), Brand: market.NewText(r.get(fBrand).Text),
		Title: market.NewText(r.get(fTitle).Text), Category: market.NewText(r.get(fCategory).Text), Variant: market.NewText(r.get(fVariant).Text),
		Seller: market.NewText(r.get(fSeller).Text), DeliveryText: market.NewText(r.get(fDelivery).Text), VAT: o.VAT,
		Evidence: map[market.Field]market.Evidence{},
	}
	for _, read := range []func(Options, *market.Offer) error{r.codes, r.prices, r.supply} {
		if err := read(o, &out); err != nil {
			return market.Offer{}, err
		}
	}
	for f, m := range evidenced {
		if c := r.get(f); c.Text != "" {
			out.Evidence[m] = market.Evidence{Reader: "catalog", Where: r.where(f), Raw: market.NewText(c.Text)}
		}
	}
	return out, nil
}

// evidenced says which field of an offer a column is evidence of.
var evidenced = map[field]market.Field{
	fID: market.FieldSKU, fGTIN: market.FieldGTIN, fMPN: market.FieldMPN, fBrand: market.FieldBrand, fTitle: market.FieldName,
	fCategory: market.FieldCategory, fVariant: market.FieldVariant, fPrice: market.FieldPrice, fLow: market.FieldLowPrice, fHigh: market.FieldHighPrice, fReference: market.FieldReference,
	fVAT: market.FieldVAT, fStock: market.FieldAvailability, fStockCount: market.FieldStockCount, fURL: market.FieldURL,
	fShipping: market.FieldShipping, fCondition: market.FieldCondition, fSeller: market.FieldSeller, fImage: market.FieldImage,
	fDelivery: market.FieldDelivery, fDeliveryDays: market.FieldDelivery,
}

// codes reads GTIN and addresses.
func (r row) codes(_ Options, out *market.Offer) error {
	if c := r.get(fGTIN); strings.Trim(c.Text, "0") != "" {
		code, err := gtin.Parse(expand(c))
		if err != nil {
			return r.bad(fGTIN, "%.40q is no GTIN, or its check digit is wrong", c.Text)
		}
		out.GTIN = code.Digits
	}
	for f, dst := range map[field]*string{fURL: &out.URL, fImage: &out.Image} {
		if c := r.get(f); c.Text != "" {
			u, err := link.Resolve("", c.Text)
			if err != nil {
				return r.bad(f, "%.60q is no web address", c.Text)
			}
			*dst = u
		}
	}
	return nil
}

// expand writes out a number that a spreadsheet keeps as 8.712345678906E12.
func expand(c sheet.Cell) string {
	if !c.Plain || !strings.ContainsAny(c.Text, "eE.") {
		return c.Text
	}
	a, ok := machineAmount(c.Text, "XXX")
	if !ok {
		return c.Text
	}
	return strings.TrimSuffix(a.Decimal(), ".00")
}

// prices reads the sums. Nought is no price; of the former and the sale price it says that there is none, and
// delivery may be free.
func (r row) prices(o Options, out *market.Offer) error {
	cur := r.currency()
	if cur != "" && !cur.Valid() {
		return r.bad(fCurrency, "%.20q is no currency code", string(cur))
	}
	var sale money.Amount
	var err error
	for _, p := range []struct {
		f    field
		dst  *money.Amount
		free bool
	}{{fPrice, &out.Price, false}, {fLow, &out.Low, false}, {fHigh, &out.High, false}, {fReference, &out.Reference, false}, {fSale, &sale, false}, {fShipping, &out.Shipping, true}} {
		if *p.dst, err = r.amount(p.f, o, cur); err != nil {
			return err
		}
		switch {
		case p.free || !p.dst.Known() || p.dst.Sign() > 0 || r.doubted():
		case p.f == fPrice:
			return r.bad(fPrice, "%.60q is nought, which is no price", r.get(fPrice).Text)
		default:
			*p.dst = money.Amount{}
		}
	}
	if sale.Known() && out.Price.Known() {
		c, err := sale.Cmp(out.Price)
		if err != nil {
			return r.bad(fSale, "it is in another currency than the price")
		}
		if c < 0 {
			out.Reference, out.Price = out.Price, sale
		}
	}
	if c := r.get(fVAT); c.Text != "" {
		v, ok := vat(c)
		if !ok {
			return r.bad(fVAT, "%.40q is neither a rate nor incl or excl", c.Text)
		}
		if v != money.VATUnknown {
			out.VAT = v
		}
	}
	return nil
}

// supply reads stock, delivery and condition.
func (r row) supply(_ Options, out *market.Offer) error {
	var ok bool
	if c := r.get(fStock); c.Text != "" {
		if out.Stock, out.StockCount, ok = stock(c); !ok {
			return r.bad(fStock, "%.40q is neither a count nor a word for stock", c.Text)
		}
	}
	if c := r.get(fStockCount); c.Text != "" {
		s, n, ok := stock(c)
		if !ok || !n.Known() {
			return r.bad(fStockCount, "%.40q is no count", c.Text)
		}
		out.StockCount = n
		if out.Stock == market.StockUnknown && !r.exported {
			out.Stock = s
		}
	}
	if c := r.get(fDeliveryDays); c.Text != "" {
		if out.DeliveryDays, ok = count(c); !ok {
			return r.bad(fDeliveryDays, "%.40q is no number of days", c.Text)
		}
	}
	if c := r.get(fCondition); c.Text != "" {
		if out.Condition, ok = conditionOf(c.Text); !ok {
			return r.bad(fCondition, "%.40q is no condition", c.Text)
		}
	}
	return nil
}
