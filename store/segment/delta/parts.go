package delta

import (
	"encoding/binary"
	"maps"
	"slices"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/record"
)

// evidenceFields have a number, which only ever grows; the others are written out.
var evidenceFields = []market.Field{
	market.FieldName, market.FieldBrand, market.FieldSKU, market.FieldGTIN, market.FieldMPN, market.FieldVariant, market.FieldCategory,
	market.FieldPrice, market.FieldLowPrice, market.FieldHighPrice, market.FieldReference, market.FieldMember, market.FieldCoupon,
	market.FieldPerMonth, market.FieldUnitPrice, market.FieldCurrency, market.FieldVAT, market.FieldShipping, market.FieldAvailability,
	market.FieldStockCount, market.FieldDelivery, market.FieldPickup, market.FieldSeller, market.FieldCondition, market.FieldWarranty,
	market.FieldReturns, market.FieldServices, market.FieldRating, market.FieldURL, market.FieldImage,
}

// What of a field's evidence is not as expected; nothing is written of evidence that is gone.
const (
	newReader = 1 << iota
	newWhere
	newRaw
	goneEvidence
	likeAnother // base has none of the field, and what is expected is another field's; see alike
)

// outlook is what base lets expect of the evidence of o.
type outlook struct {
	base, o *obs
	closer  bool // as it is since schema 6
	still   bool // o says what base does but for amounts and stock, so that most of the evidence is the same
}

func outlookOf(base, o *obs, closer bool) outlook {
	p, q := &base.Offer, &o.Offer
	return outlook{base, o, closer, p.SKU == q.SKU && p.Title == q.Title && p.URL == q.URL && p.GTIN == q.GTIN && p.MPN == q.MPN && p.Brand == q.Brand &&
		p.Category == q.Category && p.Variant == q.Variant && p.Image == q.Image && p.Seller == q.Seller && p.DeliveryText == q.DeliveryText &&
		p.DeliveryDays.Known() == q.DeliveryDays.Known() && p.StockCount.Known() == q.StockCount.Known()}
}

// expected is the evidence of a field: the same place, and there what o says where base's raw text is what base says; none where base
// has none, and where o says no more what base says.
func (l *outlook) expected(f market.Field) (market.Evidence, bool) {
	e, known := l.base.Offer.Evidence[f]
	if !known {
		return e, false
	}
	return l.from(f, e)
}

// from is what e, base's evidence of a field, lets expect.
func (l *outlook) from(f market.Field, e market.Evidence) (market.Evidence, bool) {
	switch {
	case f == market.FieldAvailability:
		if e.Raw.Known() && l.closer {
			e.Raw = stockLike(e.Raw, l.base, l.o)
			return e, true
		}
	case l.still && !isAmount(f):
		return e, true
	}
	if l.closer && vanishes(f, l.base, l.o) {
		return market.Evidence{}, false
	}
	if e.Raw.Known() {
		e.Raw = rawLike(f, e.Raw, l.base, l.o)
	}
	return e, true
}

// isAmount reports whether a field is one of those of priceOf.
func isAmount(f market.Field) bool {
	switch f {
	case market.FieldPrice, market.FieldLowPrice, market.FieldHighPrice, market.FieldReference, market.FieldMember, market.FieldCoupon, market.FieldPerMonth,
		market.FieldShipping, market.FieldUnitPrice:
		return true
	}
	return false
}

func rawLike(f market.Field, raw market.Text, base, o *obs) market.Text {
	switch a, b := priceOf(f, base), priceOf(f, o); {
	case a != b && a.Known() && b.Known():
		return asPrice(raw, a, b)
	case a.Known():
		return raw
	}
	switch from, to := textOf(f, base), textOf(f, o); {
	case from == to:
	case raw.Plain() == from && to != "":
		return market.NewText(to)
	}
	if s := numbered(raw.Plain(), base, o); s != raw.Plain() {
		return market.NewText(s)
	}
	return raw
}

// priceOf returns the amount that a field is about; unknown for others.
func priceOf(f market.Field, o *obs) money.Amount {
	p := &o.Offer
	switch f {
	case market.FieldPrice:
		return p.Price
	case market.FieldLowPrice:
		return p.Low
	case market.FieldHighPrice:
		return p.High
	case market.FieldReference:
		return p.Reference
	case market.FieldMember:
		return p.Member
	case market.FieldCoupon:
		return p.Coupon
	case market.FieldPerMonth:
		return p.PerMonth
	case market.FieldShipping:
		return p.Shipping
	case market.FieldUnitPrice:
		return p.UnitPrice
	}
	return money.Amount{}
}

// textOf returns the text that a field is about; empty for others.
func textOf(f market.Field, o *obs) string {
	p := &o.Offer
	switch f {
	case market.FieldName:
		return p.Title.Plain()
	case market.FieldBrand:
		return p.Brand.Plain()
	case market.FieldSKU:
		return p.SKU
	case market.FieldGTIN:
		return p.GTIN
	case market.FieldMPN:
		return p.MPN
	case market.FieldCategory:
		return p.Category.Plain()
	case market.FieldVariant:
		return p.Variant.Plain()
	case market.FieldURL:
		return p.URL
	case market.FieldImage:
		return p.Image
	case market.FieldSeller:
		return p.Seller.Plain()
	case market.FieldDelivery:
		return p.DeliveryText.Plain()
	}
	return ""
}

func expectEvidence(base, o *obs, closer bool) {
	l := outlookOf(base, o, closer)
	o.Offer.Evidence = nil
	if base.Offer.Evidence != nil {
		o.Offer.Evidence = make(map[market.Field]market.Evidence, len(base.Offer.Evidence))
	}
	for f, e := range base.Offer.Evidence {
		if is, ok := l.from(f, e); ok {
			o.Offer.Evidence[f] = is
		}
	}
	if closer && len(o.Offer.Evidence) == 0 {
		o.Offer.Evidence = nil
	}
}

// differing are the fields of which the evidence is not what base lets expect, in order, behind those in some.
func differing(some []market.Field, base, o *obs) []market.Field {
	known, l := 0, outlookOf(base, o, true)
	for f, is := range o.Offer.Evidence {
		e, ok := l.expected(f)
		if ok {
			known++
		}
		if !ok || e != is {
			some = append(some, f)
		}
	}
	if known < len(base.Offer.Evidence) {
		for f, e := range base.Offer.Evidence {
			if _, there := o.Offer.Evidence[f]; !there {
				if _, ok := l.from(f, e); ok {
					some = append(some, f)
				}
			}
		}
	}
	slices.Sort(some)
	return some
}

func appendEvidence(b []byte, differ []market.Field, base, o *obs) []byte {
	b = binary.AppendUvarint(b, uint64(len(differ)))
	l := outlookOf(base, o, true)
	for _, f := range differ {
		if i := slices.Index(evidenceFields, f); i >= 0 {
			b = append(b, byte(i))
		} else {
			b = record.AppendBytes(append(b, 0xFF), string(f))
		}
		is, known := o.Offer.Evidence[f]
		if !known {
			b = append(b, goneEvidence)
			continue
		}
		e, known := l.expected(f)
		if !known {
			like, i := alike(f, is.Where, base, o)
			if i >= 0 {
				e, b = like, append(b, likeAnother, byte(i))
			}
		}
		b = appendOne(b, e, is)
	}
	return b
}

// alike returns what may be expected of the evidence of a field of which base has none: the place of that field of base's which
// shares most with where, whose number it returns, and o's price as base states its own; -1 where no field shares anything.
func alike(f market.Field, where string, base, o *obs) (e market.Evidence, best int) {
	best = -1
	most := 0
	for i, other := range evidenceFields {
		head, tail := ends(base.Offer.Evidence[other].Where, where)
		if head+tail > most {
			best, most = i, head+tail
		}
	}
	if best >= 0 {
		e = likeField(f, evidenceFields[best], base, o)
	}
	return e, best
}

// likeField is what is expected of the evidence of a field that stands beside another one.
func likeField(f, other market.Field, base, o *obs) market.Evidence {
	e := base.Offer.Evidence[other]
	e.Raw = market.Text{}
	if p, is := base.Offer.Price, priceOf(f, o); p.Known() && is.Known() {
		e.Raw = asPrice(base.Offer.Evidence[market.FieldPrice].Raw, p, is)
	}
	return e
}

// appendOne adds what of e is not as in was.
func appendOne(b []byte, was, e market.Evidence) []byte {
	var what byte
	if e.Reader != was.Reader {
		what |= newReader
	}
	if e.Where != was.Where {
		what |= newWhere
	}
	if e.Raw != was.Raw {
		what |= newRaw
	}
	b = append(b, what)
	if what&newReader != 0 {
		b = appendString(b, was.Reader, e.Reader)
	}
	if what&newWhere != 0 {
		b = appendString(b, was.Where, e.Where)
	}
	if what&newRaw != 0 {
		b = appendString(b, was.Raw.Plain(), e.Raw.Plain())
	}
	return b
}

// readEvidence reads into o, which has what is expected, what appendEvidence wrote.
func readEvidence(r *record.Reader, base, o *obs) {
	out := o.Offer.Evidence
	n := r.Number()
	if out == nil {
		out = make(map[market.Field]market.Evidence, min(n, 64))
	}
	for ; n > 0 && !r.Bad; n-- {
		var f market.Field
		switch i := r.Byte(); {
		case int(i) < len(evidenceFields):
			f = evidenceFields[i]
		case i == 0xFF:
			f = market.Field(r.Bytes())
		default:
			r.Bad = true
		}
		what := r.Byte()
		if what&goneEvidence != 0 {
			delete(out, f)
			continue
		}
		e := out[f]
		if what == likeAnother {
			i := int(r.Byte())
			if i >= len(evidenceFields) {
				r.Bad = true
				return
			}
			e, what = likeField(f, evidenceFields[i], base, o), r.Byte()
		}
		if what&newReader != 0 {
			e.Reader = readString(r, e.Reader)
		}
		if what&newWhere != 0 {
			e.Where = readString(r, e.Where)
		}
		if what&newRaw != 0 {
			e.Raw = market.NewText(readString(r, e.Raw.Plain()))
		}
		out[f] = e
	}
	if len(out) == 0 {
		out = nil
	}
	o.Offer.Evidence = out
}

// asPrice returns raw, which stands at the price a, as it would stand at b; raw itself where it does not say a.
func asPrice(raw market.Text, a, b money.Amount) market.Text {
	from, to, s := a.Decimal(), b.Decimal(), raw.Plain()
	for _, point := range []byte{'.', ','} {
		if i := indexPrice(s, from, point); i >= 0 {
			return market.NewText(s[:i] + withPoint(to, point) + s[i+len(from):])
		}
	}
	return raw
}

// indexPrice returns where the decimal number stands in s with that point; -1 for nowhere.
func indexPrice(s, decimal string, point byte) int {
	for i := 0; i+len(decimal) <= len(s); i++ {
		j := 0
		for j < len(decimal) && (s[i+j] == decimal[j] && decimal[j] != '.' || decimal[j] == '.' && s[i+j] == point) {
			j++
		}
		if j == len(decimal) {
			return i
		}
	}
	return -1
}

func withPoint(decimal string, point byte) string {
	b := []byte(decimal)
	for i := range b {
		if b[i] == '.' {
			b[i] = point
		}
	}
	return string(b)
}

func sameBranches(a, b *obs) bool { return maps.Equal(a.Offer.BranchStock, b.Offer.BranchStock) }

func appendBranches(b []byte, _, o *obs) []byte {
	b = binary.AppendUvarint(b, uint64(len(o.Offer.BranchStock)))
	for _, id := range slices.Sorted(maps.Keys(o.Offer.BranchStock)) {
		b = appendCount(record.AppendBytes(b, id), market.Count{}, o.Offer.BranchStock[id])
	}
	return b
}

func readBranches(r *record.Reader, _, o *obs) {
	n := r.Number()
	o.Offer.BranchStock = nil
	if n > 0 {
		o.Offer.BranchStock = make(map[string]market.Count, min(n, 64))
	}
	for ; n > 0 && !r.Bad; n-- {
		id := string(r.Bytes())
		o.Offer.BranchStock[id] = readCount(r, market.Count{})
	}
}

func sameServices(a, b *obs) bool { return slices.Equal(a.Offer.Services, b.Offer.Services) }

func appendServices(b []byte, _, o *obs) []byte {
	b = binary.AppendUvarint(b, uint64(len(o.Offer.Services)))
	for _, s := range o.Offer.Services {
		b = record.AppendBytes(b, s.Plain())
	}
	return b
}

func readServices(r *record.Reader, _, o *obs) {
	n := r.Number()
	o.Offer.Services = nil
	for ; n > 0 && !r.Bad; n-- {
		o.Offer.Services = append(o.Offer.Services, market.NewText(string(r.Bytes())))
	}
}
