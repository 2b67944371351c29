package facts

import (
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/parsers/schema"
)

// Script is the name of the reader of scripts, as it stands in market.Evidence.
const Script = "script"

// keys are the names, in small letters, under which scripts state the numbers of a product.
var keys = map[string]market.Field{
	"sku": market.FieldSKU, "brand": market.FieldBrand, "brandname": market.FieldBrand,
	"mpn": market.FieldMPN, "manufacturerpartnumber": market.FieldMPN, "mfgpartnumber": market.FieldMPN,
	"gtin": market.FieldGTIN, "gtin8": market.FieldGTIN, "gtin12": market.FieldGTIN, "gtin13": market.FieldGTIN, "gtin14": market.FieldGTIN,
	"ean": market.FieldGTIN, "ean13": market.FieldGTIN, "eans": market.FieldGTIN, "upc": market.FieldGTIN, "barcode": market.FieldGTIN, "isbn": market.FieldGTIN,
}

// initials are the first two letters of keys, by which most others are known at a glance.
var initials = func() (in [1 << 10]bool) {
	for k := range keys {
		in[initial(k)] = true
	}
	return in
}()

// initial is one number for the first two letters of a key of two at least, whatever their case.
func initial(key string) int { return int(key[0]&31)<<5 | int(key[1]&31) }

// maxKey is how long a key may be, in bytes.
const maxKey = 24

// Scripts are the scripts of a page. The zero Scripts has none.
type Scripts struct{ all []fact }

// Read reads one script.
func (s *Scripts) Read(text string) { s.all = pairs(s.all, text) }

// Stated returns the numbers that the scripts state, each under a key that names it; a number of which they state several is
// left out, and so are all where the shop's own is one, for they are then of several products.
func (s *Scripts) Stated() map[market.Field]Stated {
	out := sole(s.all)
	if _, one := out[market.FieldSKU]; !one && slices.ContainsFunc(s.all, func(f fact) bool { return f.field == market.FieldSKU }) {
		return nil
	}
	return out
}

// pairs appends what stands behind the keys of a script: "sku":"884412", and the same within a string.
func pairs(all []fact, text string) []fact {
	for from := 0; ; {
		i := strings.Index(text[from:], `":`)
		if i < 0 {
			return all
		}
		i += from
		from = i + 2
		key := strings.TrimSuffix(text[max(0, i-maxKey):i], `\`)
		key = key[strings.LastIndexByte(key, '"')+1:]
		if len(key) < 2 || !initials[initial(key)] {
			continue
		}
		f, ok := keys[strings.ToLower(key)]
		if !ok {
			continue
		}
		rest := strings.TrimLeft(text[from:min(len(text), from+2*maxValue)], " \t\n[\\")
		v, quoted := strings.CutPrefix(rest, `"`)
		end := strings.IndexAny(v, `\",}]`)
		if end <= 0 || !quoted && strings.Trim(v[:end], "0123456789") != "" {
			continue
		}
		if v, ok := value(f, strings.TrimSpace(v[:end])); ok && (f != market.FieldSKU || number(v)) {
			all = append(all, fact{f, Stated{v, key}})
		}
	}
}

// Product makes a product of what is stated of it.
func Product(reader string, stated map[market.Field]Stated) schema.Product {
	o := market.Offer{Evidence: map[market.Field]market.Evidence{}}
	for f, s := range stated {
		switch f {
		case market.FieldSKU:
			o.SKU = s.Text
		case market.FieldMPN:
			o.MPN = s.Text
		case market.FieldGTIN:
			o.GTIN = s.Text
		case market.FieldBrand:
			o.Brand = market.NewText(s.Text)
		}
		o.Evidence[f] = market.Evidence{Reader: reader, Where: s.Where, Raw: market.NewText(s.Text)}
	}
	return schema.Product{Reader: reader, Offers: []market.Offer{o}}
}
