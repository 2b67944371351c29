package feed

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"pricegap/market"
	"pricegap/market/inert"
	"pricegap/parsers/feed/sheet"
)

// field is what a column holds.
type field string

const (
	fID, fGTIN, fBrand, fMPN                      field = "id", "gtin", "brand", "mpn"
	fTitle, fCategory, fVariant, fPrice           field = "title", "category", "variant", "price"
	fSale, fReference, fCurrency, fVAT            field = "sale_price", "reference_price", "currency", "vat"
	fStock, fStockCount, fCost, fFloor            field = "stock", "stock_count", "cost", "floor"
	fRank, fURL, fImage, fShipping                field = "rank", "url", "image", "shipping"
	fDelivery, fDeliveryDays, fCondition, fSeller field = "delivery", "delivery_days", "condition", "seller"
	fSource, fListing, fSeenAt, fProduct          field = "source", "listing", "seen_at", "product"
	fExact, fDecision, fBy                        field = "kind", "decision", "decided_by"
	fLow, fHigh, fStatus, fReason                 field = "low_price", "high_price", "status", "reason"
	fPage, fRun, fParser, fBody                   field = "page", "run", "parser", "body"
	fNeeds, fDecidedAt, fOffer                    field = "needs", "decided_at", "offer"
)

// names lists the usual headers of a field, in Dutch, English and German and as Google Merchant calls them; the
// first that a file has is taken. Case, spaces and punctuation do not count.
type names map[field][]string

var catalogNames = names{
	fID:           {"id", "artikelnummer", "artikelnr", "artnr", "artikelcode", "articlenumber", "articleno", "itemnumber", "itemno", "sku", "productid", "productnummer", "productcode", "artikel", "nummer", "code"},
	fGTIN:         {"gtin", "ean", "eancode", "ean13", "barcode", "streepjescode", "gtin13", "gtin14", "upc", "isbn"},
	fBrand:        {"brand", "merk", "merknaam", "marke", "fabrikant", "manufacturer", "hersteller"},
	fMPN:          {"mpn", "fabrikantcode", "fabrikantnummer", "typenummer", "type", "modelnummer", "model", "herstellernummer", "manufacturerpartnumber", "partnumber"},
	fTitle:        {"title", "titel", "naam", "productnaam", "omschrijving", "artikelomschrijving", "name", "productname", "description", "bezeichnung"},
	fCategory:     {"category", "categorie", "producttype", "productgroep", "artikelgroep", "groep", "kategorie", "googleproductcategory"},
	fVariant:      {"variant", "variante", "uitvoering"},
	fPrice:        {"verkoopprijs", "price", "prijs", "sellingprice", "verkoopprijsinclbtw", "prijsinclbtw", "verkaufspreis", "preis", "consumentenprijs"},
	fSale:         {"saleprice", "actieprijs", "aanbiedingsprijs", "aktionspreis"},
	fReference:    {"referenceprice", "vanprijs", "adviesprijs", "listprice", "rrp", "msrp", "uvp", "oldprice"},
	fCurrency:     {"currency", "valuta", "munt", "waehrung", "währung"},
	fVAT:          {"vat", "btw", "btwtarief", "btwpercentage", "mwst", "tax"},
	fStock:        {"stock", "voorraad", "availability", "beschikbaarheid", "voorraadstatus", "lagerbestand", "bestand", "verfügbarkeit"},
	fStockCount:   {"stockcount", "voorraadaantal", "aantalopvoorraad", "quantity", "aantal", "qty"},
	fCost:         {"cost", "inkoopprijs", "kostprijs", "purchaseprice", "costofgoodssold", "einkaufspreis", "inkoop"},
	fFloor:        {"floor", "bodemprijs", "minimumprijs", "minprijs", "floorprice", "minprice", "mindestpreis"},
	fRank:         {"rank", "rang", "volgorde", "belang", "rangorde"},
	fURL:          {"url", "link", "productlink", "producturl", "deeplink", "webadres"},
	fImage:        {"image", "imagelink", "afbeelding", "imageurl", "bild"},
	fShipping:     {"shipping", "verzendkosten", "shippingprice", "shippingcost", "bezorgkosten", "versandkosten"},
	fDelivery:     {"delivery", "levertijd", "deliverytime", "lieferzeit"},
	fDeliveryDays: {"deliverydays", "leverdagen"},
	fCondition:    {"condition", "staat", "conditie", "zustand"},
}

var observationNames = merged(catalogNames, names{
	fID:      {"sku", "artikelnummer", "articlenumber", "id"},
	fSource:  {"source", "bron", "shop", "winkel", "concurrent", "competitor"},
	fListing: {"listing", "listingid"},
	fSeenAt:  {"seenat", "seen", "datum", "date", "time", "timestamp", "gezienop", "tijd"},
	fSeller:  {"seller", "verkoper"},
	fLow:     {"lowprice", "low"},
	fHigh:    {"highprice", "high"},
	fStatus:  {"status", "truststate"},
	fReason:  {"reason", "trustreason"},
	// What stands in an exported history only.
	fPage: {"page"}, fRun: {"run"}, fParser: {"parser"}, fBody: {"body"},
	fNeeds: {"needs"}, fBy: {"decidedby"}, fDecidedAt: {"decidedat"}, fOffer: {"offer"},
})

var matchNames = names{
	fProduct:  {"product", "productid", "artikelnummer", "artikel", "ours", "ourid"},
	fSource:   {"source", "bron", "shop", "winkel", "concurrent", "competitor"},
	fListing:  {"listing", "listingid"},
	fID:       {"sku", "theirs", "theirsku", "theirid"},
	fURL:      {"url", "link", "webadres"},
	fVariant:  {"variant"},
	fSeller:   {"seller", "verkoper"},
	fExact:    {"kind", "soort", "exact", "type"},
	fDecision: {"decision", "besluit", "beslissing", "oordeel"},
	fBy:       {"decidedby", "door", "by"},
}

func merged(a, b names) names {
	out := names{}
	for _, m := range []names{a, b} {
		for f, ns := range m {
			out[f] = ns
		}
	}
	return out
}

// plainName is a header without case, spaces, punctuation and a namespace prefix.
func plainName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(s, "g:")
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// columns says where each field stands.
type columns struct {
	usual    names
	chosen   map[string]string // field → header, from the options
	branches []market.Branch

	header []string
	at     map[field]int
	store  map[string]int // Branch.ID → column
	// exported tells that the header is that of an exported history, whose values are read by the letter.
	exported bool
}

// exportedNames are columns that only an exported history has all of, in these words.
var exportedNames = []string{"source", "listing", "seen_at", "low_price", "high_price", "reference_price", "status", "reason"}

// use reads the header of rec, unless it is the one of the row before.
func (c *columns) use(rec sheet.Record) error {
	if len(c.header) == len(rec.Names) && len(c.header) > 0 && &c.header[0] == &rec.Names[0] {
		return nil
	}
	c.header, c.at, c.store = rec.Names, map[field]int{}, map[string]int{}
	_, history := c.usual[fStatus]
	c.exported = history && !rec.Loose && !slices.ContainsFunc(exportedNames, func(n string) bool { return !slices.Contains(rec.Names, n) })
	place := map[string]int{}
	for i, n := range rec.Names {
		p := plainName(n)
		if _, ok := place[p]; !ok {
			place[p] = i
		}
	}
	for f, ns := range c.usual {
		for _, n := range ns {
			if i, ok := place[n]; ok {
				c.at[f] = i
				break
			}
		}
	}
	for f, n := range c.chosen {
		i, ok := place[plainName(n)]
		if _, known := c.usual[field(f)]; !known {
			return fmt.Errorf("%w: %q is not a field of a catalogue", ErrColumns, f)
		}
		if !ok {
			delete(c.at, field(f))
			continue
		}
		c.at[field(f)] = i
	}
	for _, b := range c.branches {
		if i, ok := place[plainName(b.StockColumn)]; ok && b.StockColumn != "" {
			c.store[b.ID] = i
		}
	}
	return nil
}

// need fails where the file, or the row that names its own columns, has none of the fields.
func (c *columns) need(rec sheet.Record, fs ...field) error {
	if slices.ContainsFunc(fs, func(f field) bool { _, ok := c.at[f]; return ok }) {
		return nil
	}
	var usual []string
	for _, f := range fs {
		usual = append(usual, c.usual[f][:min(3, len(c.usual[f]))]...)
	}
	if rec.Loose {
		return BadRow{Line: rec.Line, Reason: "it has no field " + strings.Join(usual, " or ")}
	}
	return fmt.Errorf("%w: no column %s (name it under columns)", ErrColumns, strings.Join(usual, ", "))
}

// row opens a record of which one of the fields must be there.
func (c *columns) row(rec sheet.Record, need ...field) (row, error) {
	if err := rec.Open(); err != nil {
		return row{}, err
	}
	if err := c.use(rec); err != nil {
		return row{}, err
	}
	return row{rec, c}, c.need(rec, need...)
}

// row is a record with its columns known.
type row struct {
	sheet.Record
	*columns
}

// get returns the value of a field without surrounding space; words that stand for nothing are nothing.
func (r row) get(f field) sheet.Cell {
	i, ok := r.at[f]
	if !ok || i >= len(r.Cells) {
		return sheet.Cell{}
	}
	return r.value(i)
}

func (r row) value(i int) sheet.Cell {
	c := r.Cells[i]
	if r.exported {
		if !r.Literal {
			c.Text = inert.Read(c.Text)
		}
		return c
	}
	c.Text = strings.TrimSpace(c.Text)
	switch strings.ToLower(c.Text) {
	case "-", "n/a", "na", "nvt", "n.v.t.", "null", "none", "geen", "onbekend", "unknown", "#n/a", "#n/b":
		return sheet.Cell{}
	}
	return c
}

var exportedNumber = regexp.MustCompile(`^-?\d+([.,]\d+)?$`)

// number returns the value of a field that is a number; those of an export have no thousands, whatever the
// decimals and their sign.
func (r row) number(f field) sheet.Cell {
	c := r.get(f)
	if r.exported && exportedNumber.MatchString(c.Text) {
		return sheet.Cell{Text: strings.Replace(c.Text, ",", ".", 1), Plain: true}
	}
	return c
}

// where says where a field stands, as evidence.
func (r row) where(f field) string {
	return "line " + strconv.Itoa(r.Line) + ", column " + market.Printable(r.Names[r.at[f]])
}

// bad makes a BadRow of this row about a field.
func (r row) bad(f field, format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	if i, ok := r.at[f]; ok {
		reason = market.NewText(r.Names[i]).Plain() + ": " + reason
	}
	return BadRow{Line: r.Line, Reason: reason}
}
