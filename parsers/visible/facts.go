package visible

import (
	"maps"
	"strings"

	"golang.org/x/net/html/atom"

	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/link"
)

// labels are the words before a number or name of the product, in small letters.
var labels = map[market.Field][]string{
	market.FieldSKU: {
		"sku", "item number", "item no", "item", "item code", "item id", "product code", "product number", "product no", "product id", "article number", "article no", "art no", "art nr",
		"artikelnummer", "artikelnr", "artikel nr", "artikelcode", "productcode", "productnummer", "bestelnummer", "bestelcode", "bestellnummer", "bestell nr", "produktnummer", "produkt nr", "référence", "ref", "réf",
		"referencia", "reference", "referência", "riferimento", "codice", "codice prodotto", "codice articolo", "cod", "cod art", "código", "codigo", "código do produto", "kod produktu", "numer katalogowy", "symbol",
		"kód", "kód produktu", "kód zboží", "varenummer", "varenr", "artikkelinumero", "tuotenumero", "tuotekoodi", "artikelnummer", "asin", "catalog number", "catalogue number", "cat no", "stock code", "web code", "webcode",
		"style", "style number", "style no", "product ref", "商品編號", "品號", "商品番号", "артикул", "код товара", "model no", "kods", "preces kods", "tootekood", "prekės kodas",
	},
	market.FieldMPN: {
		"mpn", "manufacturer part number", "mfr part number", "mfg part number", "part number", "part no", "model number", "model", "modelnummer", "model name", "item model number", "fabrikantcode", "fabriekscode",
		"typenummer", "herstellernummer", "hersteller nr", "modellnummer", "modell", "référence fabricant", "codice produttore", "modello", "modelo", "manufacturer number", "manufacturer sku",
	},
	market.FieldGTIN:  {"ean", "ean code", "gtin", "gtin13", "upc", "isbn", "isbn 13", "isbn 10", "barcode", "ean13", "code ean", "kod ean", "codice ean", "ean nummer", "streepjescode", "strichcode"},
	market.FieldBrand: {"brand", "merk", "marke", "marque", "marca", "marka", "značka", "märke", "mærke", "merkki", "brand name", "brands"},
}

// maxLabel is how long a label may be, maxValue how long what it says, in bytes.
const (
	maxLabel = 32
	maxValue = 48
)

var byLabel = func() map[string]market.Field {
	out := map[string]market.Field{}
	for f, words := range labels {
		for _, w := range words {
			out[w] = f
		}
	}
	return out
}()

// Facts are the numbers and the brand that the page states of its own product, each with its place; a field of which it
// states several is left out.
func (p *Page) Facts() map[market.Field]Stated {
	out, several := map[market.Field]Stated{}, map[market.Field]bool{}
	for _, f := range p.facts() {
		was, ok := out[f.field]
		several[f.field] = several[f.field] || ok && !strings.EqualFold(was.Text, f.Text)
		if !ok {
			out[f.field] = f.Stated
		}
	}
	maps.DeleteFunc(out, func(f market.Field, _ Stated) bool { return several[f] })
	if s := p.sent(); s.Text != "" {
		out[market.FieldSKU] = s
	}
	return out
}

// numbered are the names of inputs and attributes that hold the number of a product.
var numbered = map[string]bool{
	"sku": true, "asin": true, "product": true, "productid": true, "productcode": true, "productsku": true, "prodid": true, "pid": true, "item": true, "itemid": true, "itemno": true,
	"itemnumber": true, "itemcode": true, "articleid": true, "articleno": true, "articlenumber": true, "articlecode": true, "articul": true, "styleid": true, "goodsid": true, "goodsno": true,
	"partnumber": true, "catentryid": true, "idproduct": true, "idarticle": true, "id": true,
}

// sent is the number under which the page sends its product when it is bought, where it stands in the page's address
// too; empty where there are none or several.
func (p *Page) sent() Stated {
	var out Stated
	for i := range p.v.els {
		n := p.v.els[i].node
		for _, a := range n.Attr {
			name := a.Key
			switch {
			case n.DataAtom == atom.Input && a.Key == "value" && strings.EqualFold(attr(n, "type"), "hidden"):
				name = attr(n, "name")
			case !strings.HasPrefix(name, "data-"):
				continue
			}
			if !numbered[joined(strings.TrimPrefix(name, "data-"))] || !number(a.Val) || !link.Names(p.known.URL, a.Val) {
				continue
			}
			if out.Text != "" && !strings.EqualFold(out.Text, a.Val) {
				return Stated{}
			}
			out = Stated{a.Val, n.Data + " " + name}
		}
	}
	return out
}

// joined is a name in small letters and nothing else.
func joined(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r | 0x20
		}
		return -1
	}, s[:min(len(s), maxValue)])
}

// number reports whether a text looks like the number of a product.
func number(s string) bool {
	return len(s) >= 4 && len(s) <= maxLabel && digits(s) > 0 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// maxStars is within how many bytes of the headline the stars of the product stand, which are called reviews too.
const maxStars = 200

type fact struct {
	field market.Field
	Stated
}

// facts are the lines of the page's own part that are a label with its value, or a label above one.
func (p *Page) facts() (out []fact) {
	from, to := p.own()
	label, at := market.Field(""), ""
	for line := range strings.Lines(string(p.v.text[from:to])) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if label != "" {
			if v, ok := value(label, line); ok {
				out = append(out, fact{label, Stated{v, "beside " + at}})
			}
			label = ""
		}
		name, rest, cut := strings.Cut(line, ":")
		if !cut {
			name, rest, cut = strings.Cut(line, "#")
		}
		f := byLabel[plain(name)]
		switch {
		case f == "":
		case cut && strings.TrimSpace(rest) != "":
			if v, ok := value(f, strings.TrimSpace(rest)); ok {
				out = append(out, fact{f, Stated{v, "beside " + plain(name)}})
			}
		default:
			label, at = f, plain(name)
		}
	}
	return out
}

// own are the bounds of the text that is about the page's own product: from its headline to other products, or reviews.
func (p *Page) own() (from, to int) {
	to = len(p.v.text)
	if p.title < 0 {
		return 0, 0
	}
	from = min(p.v.els[p.title].from, to)
	for i := p.title + 1; i < len(p.v.els); i++ {
		e := &p.v.els[i]
		ends := e.own&zoneOthers != 0 || e.own&zoneReviews != 0 && e.from-from > maxStars
		if ends && !p.v.within(p.title, i) && !p.v.within(p.buy, i) {
			return from, min(e.from, to)
		}
	}
	return from, to
}

// plain is a label in small letters without its marks: "Art.-Nr." is "art nr".
func plain(s string) string {
	if len(s) > maxLabel {
		return ""
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == '.' || r == '-' || r == ' ' || r == ':' || r == '#' || r == '(' || r == ')' || r == '\u00a0' || r == '°'
	}), " ")
}

// value returns what stands behind a label, where it is of the kind that the label names.
func value(f market.Field, s string) (string, bool) {
	if len(s) > maxValue {
		if s, _, _ = strings.Cut(s, " "); len(s) > maxValue || f == market.FieldBrand {
			return "", false
		}
	}
	switch f {
	case market.FieldGTIN:
		n, err := gtin.Parse(s)
		return n.Digits, err == nil && n.GTIN != ""
	case market.FieldBrand:
		return s, !strings.ContainsAny(s, "0123456789:|>")
	}
	s, _, _ = strings.Cut(s, " ")
	s = strings.Trim(s, "()[]#,;")
	return s, len(s) >= 3 && digits(s) > 0 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_./") == ""
}
