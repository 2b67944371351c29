package delta

import (
	"encoding/binary"
	"strings"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/record"
)

// closer are the fields of what is written since schema 6, against an observation of the same listing, and beside those of what
// is written against another listing's. What is expected lies closer than in fields, and strings are cut where words end, so
// that listings that stand together are cut alike.
var closer, beside = func() (closer, beside [bits_]field) {
	closer = fields
	closer[bitReference] = field{sameReference, appendReference, readReference, nil}
	beside = closer
	beside[bitListing] = near(func(o *obs) *market.ListingID { return &o.Listing }, func(base, _ *obs) market.ListingID { return base.Listing })
	beside[bitSKU] = near(func(o *obs) *string { return &o.Offer.SKU }, numberLike)
	for i, at := range map[int]func(*obs) *string{
		bitPage: func(o *obs) *string { return &o.Page }, bitURL: func(o *obs) *string { return &o.Offer.URL },
		bitGTIN: func(o *obs) *string { return &o.Offer.GTIN }, bitMPN: func(o *obs) *string { return &o.Offer.MPN },
		bitImage: func(o *obs) *string { return &o.Offer.Image },
	} {
		beside[i] = near(at, func(base, o *obs) string { return numbered(*at(base), base, o) })
	}
	beside[bitTitle] = field{same: func(_, _ *obs) bool { return true }} // it is bitName's
	beside[bitName] = field{
		same: func(base, o *obs) bool { return nameLike(base, o) == o.Offer.Title.Plain() },
		append: func(b []byte, base, o *obs) []byte {
			return appendNear(b, nameLike(base, o), o.Offer.Title.Plain())
		},
		read: func(r *record.Reader, base, o *obs) {
			o.Offer.Title = market.NewText(readNear(r, nameLike(base, o)))
		},
		expect: func(base, o *obs) { o.Offer.Title = market.NewText(nameLike(base, o)) },
	}
	return closer, beside
}()

// isBeside reports whether o is of another listing than base: only of one that was seen before can more be expected.
func isBeside(base, o *obs) bool { return base.Listing != "" && base.Listing != o.Listing }

// near is a string that is written against what is expected of it.
func near[T ~string](at func(*obs) *T, like func(base, o *obs) T) field {
	return field{
		same:   func(base, o *obs) bool { return like(base, o) == *at(o) },
		append: func(b []byte, base, o *obs) []byte { return appendNear(b, string(like(base, o)), string(*at(o))) },
		read:   func(r *record.Reader, base, o *obs) { *at(o) = T(readNear(r, string(like(base, o)))) },
		expect: func(base, o *obs) { *at(o) = like(base, o) },
	}
}

// numberLike is the article number that o's id lets expect: what stands there where base's has base's number.
func numberLike(base, o *obs) string {
	number, id := base.Offer.SKU, string(o.Listing)
	head, tail, ok := strings.Cut(string(base.Listing), number)
	if number == "" || !ok || len(id) <= len(head)+len(tail) || !strings.HasPrefix(id, head) || !strings.HasSuffix(id, tail) {
		return number
	}
	return id[len(head) : len(id)-len(tail)]
}

// nameLike is base's title with o's brand, part number and category where it has base's.
func nameLike(base, o *obs) string {
	s := base.Offer.Title.Plain()
	s = instead(s, base.Offer.Brand.Plain(), o.Offer.Brand.Plain())
	s = instead(s, base.Offer.MPN, o.Offer.MPN)
	return instead(s, base.Offer.Category.Plain(), o.Offer.Category.Plain())
}

// instead is s with to in the place of from, where it says that.
func instead(s, from, to string) string {
	if from == to || len(from) < 3 || to == "" {
		return s
	}
	return strings.Replace(s, from, to, 1)
}

// The kinds of bytes in a word: those of one stand together, but that each other one stands alone.
const (
	other = iota
	digit
	letter
)

func kind(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return digit
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
		return letter
	}
	return other
}

// ends reports whether a word ends at i.
func wordEnds(s string, i int) bool {
	return i == 0 || i == len(s) || kind(s[i-1]) == other || kind(s[i-1]) != kind(s[i])
}

// appendNear adds v as how many words it shares with like at both ends, and what stands between.
func appendNear(b []byte, like, v string) []byte {
	head, tail := ends(like, v)
	for !wordEnds(like, head) || !wordEnds(v, head) {
		head--
	}
	for !wordEnds(like, len(like)-tail) || !wordEnds(v, len(v)-tail) {
		tail--
	}
	b = binary.AppendUvarint(b, words(v[:head]))
	b = binary.AppendUvarint(b, words(v[len(v)-tail:]))
	return record.AppendBytes(b, v[head:len(v)-tail])
}

func words(s string) (n uint64) {
	for i := range len(s) {
		if wordEnds(s, i+1) {
			n++
		}
	}
	return n
}

func readNear(r *record.Reader, like string) string {
	first, last, mid := r.Number(), r.Number(), r.Bytes()
	head, tail := 0, len(like)
	for ; first > 0 && head < len(like); first-- {
		for head++; !wordEnds(like, head); head++ {
		}
	}
	for ; last > 0 && tail > 0; last-- {
		for tail--; !wordEnds(like, tail); tail-- {
		}
	}
	if first > 0 || last > 0 {
		r.Bad = true
		return ""
	}
	return like[:head] + string(mid) + like[tail:]
}

// asPriced stands for the currency of a reference price that is base's price.
const asPriced = 0xFE

func sameReference(base, o *obs) bool { return base.Offer.Reference == o.Offer.Reference }

func appendReference(b []byte, base, o *obs) []byte {
	if o.Offer.Reference == base.Offer.Price && base.Offer.Price.Known() {
		return append(b, asPriced)
	}
	return appendAmount(b, o.Offer.Reference)
}

func readReference(r *record.Reader, base, o *obs) {
	if len(r.B) > 0 && r.B[0] == asPriced {
		r.Byte()
		o.Offer.Reference = base.Offer.Price
		return
	}
	o.Offer.Reference = readAmount(r)
}

func skipReference(r *record.Reader) {
	if len(r.B) > 0 && r.B[0] == asPriced {
		r.Byte()
		return
	}
	readAmount(r)
}

// vanishes reports whether the evidence of a field is expected to be gone: base says something of it, and o does not.
func vanishes(f market.Field, base, o *obs) bool { return says(f, base) && !says(f, o) }

// says reports whether o says something of a field, as far as that can be told.
func says(f market.Field, o *obs) bool {
	switch f {
	case market.FieldStockCount:
		return o.Offer.StockCount.Known()
	case market.FieldDelivery:
		return o.Offer.DeliveryDays.Known() || o.Offer.DeliveryText != market.Text{}
	}
	return priceOf(f, o) != money.Amount{} || textOf(f, o) != ""
}

// availability is what schema.org calls each stock (https://schema.org/ItemAvailability).
var availability = map[market.Stock]string{
	market.StockIn: "InStock", market.StockLimited: "LimitedAvailability", market.StockPreorder: "PreOrder", market.StockBackorder: "BackOrder",
	market.StockInStoreOnly: "InStoreOnly", market.StockOut: "OutOfStock", market.StockDiscontinued: "Discontinued",
}

// stockLike is what is expected to stand where raw stands at base.
func stockLike(raw market.Text, base, o *obs) market.Text {
	if s := instead(raw.Plain(), availability[base.Offer.Stock], availability[o.Offer.Stock]); s != raw.Plain() {
		return market.NewText(s)
	}
	return raw
}
