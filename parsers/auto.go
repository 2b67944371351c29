package parsers

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/facts"
	"pricegap/parsers/pick"
	"pricegap/parsers/price"
	"pricegap/parsers/schema"
	"pricegap/parsers/structured"
	"pricegap/parsers/visible"
)

func init() {
	options := func() any { return new(Rules) }
	register("auto", options, func(decode func(any) error) (Parser, error) { return newRules(decode, true) })
	register("selectors", options, func(decode func(any) error) (Parser, error) { return newRules(decode, false) })
}

// rules is the parser behind "auto" and "selectors": compiled Rules, and whether structured data is read.
type rules struct {
	fields     pick.Fields
	state      *pick.PageState
	list       listing
	structured bool
}

func newRules(decode func(any) error, structuredToo bool) (Parser, error) {
	var o Rules
	if err := decode(&o); err != nil {
		return nil, err
	}
	r := &rules{structured: structuredToo}
	var err error
	if r.fields, err = pick.CompileFields("fields", o.Fields, o.Split); err != nil {
		return nil, err
	}
	if o.State != nil {
		if r.state, err = pick.CompileState(*o.State); err != nil {
			return nil, err
		}
	}
	if r.list, err = compileList(o.List); err != nil {
		return nil, err
	}
	return r, nil
}

// Parse implements Parser.
func (r *rules) Parse(d *Doc) (Result, error) {
	switch d.Role {
	case RoleJSON:
		return readJSON(d)
	case RoleList:
		return r.readList(d)
	}
	return r.readProduct(d)
}

// fail makes a Result of a page that cannot be read at all.
func fail(err error) (Result, error) {
	var e *Error
	if errors.As(err, &e) {
		return Result{Failure: e.Kind, Message: e.Message}, e
	}
	return Result{}, err
}

// reading is what one reader found on a product page.
type reading struct {
	products []schema.Product
	own      int           // the index of the page's own product; -1 none, -2 several
	shelf    visible.Shelf // what the page shows of its stock, and whether its price is sure, of its own readings
	sure     bool
}

func (r reading) main() *schema.Product {
	if r.own < 0 {
		return nil
	}
	return &r.products[r.own]
}

// readProduct reads a product page. The first reader that gives a price wins, the others fill in what it left
// open; a price that cannot be shown to be the page's own is none.
func (r *rules) readProduct(d *Doc) (Result, error) {
	readings, err := r.readings(d)
	if err != nil {
		return fail(err)
	}
	won := -1
	for i, x := range readings {
		if p := x.main(); p != nil && p.Priced() && (p.Problem == "" || p.Offers[0].Price.Known()) {
			won = i
			break
		}
	}
	if won < 0 {
		return d.unpriced(readings), nil
	}
	why := contradicted(readings, won)
	if why != "" {
		if i := settled(readings); i >= 0 {
			won, why = i, ""
		}
	}
	offers := d.compose(readings, won)
	if why != "" {
		res := d.withheld(readings, why)
		if offers[0].Price.Known() {
			res.Disputed = offers[0]
		}
		return res, nil
	}
	return Result{Offers: offers}, nil
}

// compose makes the offers of a page of what one reader says and what the others add.
func (d *Doc) compose(readings []reading, won int) []market.Offer {
	offers := slices.Clone(readings[won].main().Offers)
	offers[0].Evidence = maps.Clone(offers[0].Evidence)
	offers[0] = ofRange(offers, readings[len(readings)-1])
	for i, x := range readings {
		if p := x.main(); p != nil && i != won {
			join(&offers[0], p.Offers[0])
		}
	}
	renumber(&offers[0], readings)
	rename(&offers[0], readings)
	restock(offers, readings[len(readings)-1])
	for i := range offers {
		d.complete(&offers[i])
	}
	d.describe(&offers[0])
	for i := range offers[1:] { // what has no page of its own is sold on this one
		if o := &offers[i+1]; o.URL == "" {
			o.URL, o.Evidence[market.FieldURL] = offers[0].URL, offers[0].Evidence[market.FieldURL]
		}
	}
	return offers
}

// readings asks every reader, in the order in which they are believed.
func (r *rules) readings(d *Doc) ([]reading, error) {
	dom, err := d.HTML()
	if err != nil {
		return nil, err
	}
	data, err := d.Structured()
	if err != nil {
		return nil, err
	}
	var out []reading
	if r.structured {
		id := d.identity(data)
		env := schema.Env{URL: d.Base(), Locale: d.Locale, Own: id.owns, At: d.Page.FetchedAt, Turns: d.turns}
		for _, name := range structured.Readers {
			ps := schema.Products(data, name, env)
			out = append(out, reading{products: ps, own: id.choose(ps)})
		}
	}
	if r.state != nil {
		w := d.writer("state")
		r.state.Read(dom.Nodes[0], w)
		out = append(out, readingOf(w))
	}
	w := d.writer("selector")
	r.fields.Read(dom.Nodes[0], w)
	out = append(out, readingOf(w))
	if r.structured {
		name, _ := schema.Name(data)
		known := visible.Known{URL: d.Page.URL, Names: []string{name.Plain(), data.Title}}
		for _, x := range out {
			known.Products = append(known.Products, x.products...)
		}
		l := d.Locale
		if l.Currency == price.Unnamed {
			l.Currency = cmp.Or(schema.Currency(known.Products), price.OfPage(dom.Nodes[0], d.Page.URL, d.Page.Body), l.Currency)
		}
		shown := visible.Read(dom.Nodes[0], known, l)
		defer shown.Close()
		said := d.scripts.Stated()
		if !calls(known.Names, said[market.FieldBrand].Text) {
			delete(said, market.FieldBrand)
		}
		shelf, sure := shown.Shelf(), shown.Sure()
		for _, p := range []schema.Product{shown.Stated(), facts.Product(facts.Script, said), shown.Product()} {
			out = append(out, reading{products: []schema.Product{p}, shelf: shelf, sure: sure})
		}
	}
	return out, nil
}

// writer returns an empty offer to be written by a reader of the configuration.
func (d *Doc) writer(reader string) *pick.Writer { return pick.NewWriter(reader, d.Locale, d.Resolve) }

// readingOf makes a reading of what the configuration found; it is about the page's own product, since the
// source says so.
func readingOf(w *pick.Writer) reading {
	p, ok := w.Reading()
	if !ok {
		return reading{own: -1}
	}
	return reading{products: []schema.Product{p}}
}

// result makes the Result of a product page of what one reader wrote; it serves the parsers of single shops.
func (d *Doc) result(w *pick.Writer) Result {
	x := readingOf(w)
	if p := x.main(); p == nil || !p.Priced() {
		return d.unpriced([]reading{x})
	}
	d.complete(w.Offer)
	d.describe(w.Offer)
	return Result{Offers: []market.Offer{*w.Offer}}
}

// join fills o from another reader's offer for the same product. Where their numbers contradict each other it
// is not the same; where their prices do, the other's prices stay out.
func join(o *market.Offer, other market.Offer) {
	if !sameThing(*o, other) {
		return
	}
	if o.Price.Known() && other.Price.Known() && o.Price != other.Price {
		other.Reference, other.VAT = money.Amount{}, money.VATUnknown
	}
	schema.Fill(o, other)
}

// sameThing reports whether the numbers of two offers let them be of one thing.
func sameThing(a, b market.Offer) bool {
	return same(a.SKU, b.SKU) && sameGTIN(a.GTIN, b.GTIN) && (same(a.MPN, b.MPN) || same(a.Brand.Plain(), b.Brand.Plain()))
}

// unpriced makes the Result of a product page on which no price is provably its own: first what is known of
// its product, and among the others what else was read.
func (d *Doc) unpriced(readings []reading) Result {
	var own market.Offer
	var rest []market.Offer
	kind := market.FailPriceMissing
	for _, x := range readings {
		if p := x.main(); p != nil {
			o := p.Offers[0]
			o.Low, o.High = money.Amount{}, money.Amount{} // of offers that nothing tells apart
			join(&own, o)
			rest = append(rest, p.Offers[1:]...)
			if p.Problem != "" && kind == market.FailPriceMissing {
				kind = p.Problem
			}
			continue
		}
		if x.own == -2 && len(rest) == 0 {
			kind = market.FailPriceAmbiguous
			for _, p := range x.products {
				if p.Priced() && len(rest) < schema.MaxOffers {
					rest = append(rest, p.Offers...)
				}
			}
		}
	}
	d.complete(&own)
	d.describe(&own)
	if bare := []market.Offer{own}; len(readings) > 0 {
		restock(bare, readings[len(readings)-1])
		own = bare[0]
	}
	for i := range rest {
		d.complete(&rest[i])
	}
	return Result{Offers: []market.Offer{own}, Others: rest, Failure: kind, Message: d.why(kind)}
}

// NoPrice is the message of a page on which nothing looks like a price, and nothing else is wrong with it.
const NoPrice = "no reader found a price; name a selector, the page state or a JSON source in sources.yaml"

// why says in words what a failure code leaves open.
func (d *Doc) why(kind market.FailureKind) string {
	if kind != market.FailPriceMissing {
		return kind.Info().Meaning
	}
	data, err := d.Structured()
	if err == nil && len(data.Broken) > 0 {
		return fmt.Sprintf("no price; %s", market.NewText(data.Broken[0]).Plain())
	}
	return NoPrice
}

// complete gives an offer what its source says where the page says nothing.
func (d *Doc) complete(o *market.Offer) {
	if o.Evidence == nil {
		o.Evidence = map[market.Field]market.Evidence{}
	}
	if !o.Price.Known() && !o.Low.Known() {
		return
	}
	if _, ok := o.Evidence[market.FieldCurrency]; !ok {
		o.Evidence[market.FieldCurrency] = market.Evidence{Reader: "source", Where: "currency"}
	}
	if o.VAT == "" && d.VAT != "" {
		o.VAT = d.VAT
		o.Evidence[market.FieldVAT] = market.Evidence{Reader: "source", Where: "vat"}
	}
}

// describe gives the page's own offer a name and an address where no reader did.
func (d *Doc) describe(o *market.Offer) {
	data, err := d.Structured()
	if err != nil {
		return
	}
	if !o.Title.Known() {
		name, ev := schema.Name(data)
		for _, t := range []struct{ where, text string }{{"h1", data.H1}, {"title", data.Title}} {
			if !name.Known() {
				name = market.NewText(t.text)
				ev = market.Evidence{Reader: "page", Where: t.where, Raw: name}
			}
		}
		if o.Title = name; name.Known() {
			o.Evidence[market.FieldName] = ev
		}
	}
	if o.URL == "" {
		where := "canonical"
		if o.URL = d.own(data.Canonical); o.URL == "" {
			o.URL, where = d.Resolve(d.Page.URL), "address"
		}
		if o.URL != "" {
			o.Evidence[market.FieldURL] = market.Evidence{Reader: "page", Where: where, Raw: market.NewText(o.URL)}
		}
	}
}
