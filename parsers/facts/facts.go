// Package facts reads what a product page states of its product in words: its numbers and its brand, each beside a label or
// as the number under which it is bought.
package facts

import (
	"maps"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/market"
	"pricegap/market/gtin"
	"pricegap/market/lexicon"
	"pricegap/market/link"
)

// maxLabel is how long a label may be, maxValue how long what it says, in bytes, and maxParts how many spaces a name or a maker's
// number has fewer than.
const (
	maxLabel = 32
	maxValue = 48
	maxParts = 5
)

// byLabel are the fields by the words before them, in small letters.
var byLabel = sync.OnceValue(func() map[string]market.Field {
	out := map[string]market.Field{}
	for _, p := range lexicon.Shipped().Phrases("label") {
		out[p.Text] = market.Field(p.Meaning)
	}
	return out
})

// Stated is something that the page states, with its place.
type Stated struct {
	Text, Where string
}

// Read returns the numbers and the brand that a text states, each with its place; a field of which it states several is left
// out. The text has a line for each block.
func Read(text string) map[market.Field]Stated {
	return sole(lines(text))
}

// sole returns the facts of which there is but one.
func sole(all []fact) map[market.Field]Stated {
	out, several := map[market.Field]Stated{}, map[market.Field]bool{}
	for _, f := range all {
		was, ok := out[f.field]
		several[f.field] = several[f.field] || ok && !strings.EqualFold(was.Text, f.Text)
		if !ok {
			out[f.field] = f.Stated
		}
	}
	maps.DeleteFunc(out, func(f market.Field, _ Stated) bool { return several[f] })
	return out
}

// numbered are the names of inputs and attributes that hold the number of a product.
var numbered = map[string]bool{
	"sku": true, "asin": true, "product": true, "productid": true, "productcode": true, "productsku": true, "prodid": true, "pid": true, "item": true, "itemid": true, "itemno": true,
	"itemnumber": true, "itemcode": true, "articleid": true, "articleno": true, "articlenumber": true, "articlecode": true, "articul": true, "styleid": true, "goodsid": true, "goodsno": true,
	"partnumber": true, "catentryid": true, "idproduct": true, "idarticle": true, "id": true,
}

// Sent returns the number that an element sends when its product is bought, where the page's address names it too.
func Sent(n *html.Node, address string) (Stated, bool) {
	for _, a := range n.Attr {
		name := a.Key
		switch {
		case n.DataAtom == atom.Input && a.Key == "value" && strings.EqualFold(attr(n, "type"), "hidden"):
			name = attr(n, "name")
		case !strings.HasPrefix(name, "data-"):
			continue
		}
		if numbered[joined(strings.TrimPrefix(name, "data-"))] && number(a.Val) && link.Names(address, a.Val) {
			return Stated{a.Val, n.Data + " " + name}, true
		}
	}
	return Stated{}, false
}

// Branded returns the brand that an element has for the shop's programs.
func Branded(n *html.Node) (Stated, bool) {
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "data-") && branded[a.Key] {
			v, ok := value(market.FieldBrand, strings.TrimSpace(a.Val))
			return Stated{v, n.Data + " " + a.Key}, ok
		}
	}
	return Stated{}, false
}

// branded are the attributes in which it stands.
var branded = map[string]bool{"data-brand": true, "data-product-brand": true, "data-item-brand": true}

func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}

func digits(s string) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
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

type fact struct {
	field market.Field
	Stated
}

// lines are those that are a label with its value, or a label above one.
func lines(text string) (out []fact) {
	label, at := market.Field(""), ""
	for line := range strings.Lines(text) {
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
		f := byLabel()[plain(name)]
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
		n, err := gtin.Parse(strings.TrimRight(s, " .,;"))
		return n.Digits, err == nil && n.GTIN != ""
	case market.FieldBrand:
		return s, !strings.ContainsAny(s, ":|>") && strings.ContainsFunc(s, unicode.IsLetter) && strings.Count(s, " ") < maxParts
	}
	if f != market.FieldMPN || strings.Count(s, " ") >= maxParts { // makers write "HMP 2000"
		s, _, _ = strings.Cut(s, " ")
	}
	s = strings.Trim(s, "()[]#,; ")
	return s, len(s) >= 3 && digits(s) > 0 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_./ ") == ""
}
