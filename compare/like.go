package compare

import (
	"strings"

	"pricegap/market"
	"pricegap/market/money"
)

// key is what prices must share to be compared.
type key struct {
	currency money.Currency
	vat      money.VAT
	variant  market.Text
}

// keyOf returns the key of a standing: that of our own price. Where we have none, our shop sets the VAT
// basis and the first rival with a price the rest, so that rank and lowest among rivals stay like for like.
func (b *Board) keyOf(ours *Position, links []link) key {
	var k key
	if i, ok := b.index[ours.Source]; ok {
		o := &ours.Seen.Offer
		k = key{currency: o.Price.Currency(), vat: vatOf(o, &b.shops[i]), variant: o.Variant}
	}
	if k.currency != "" {
		return k
	}
	for _, l := range links {
		if o := b.offer(l); o != nil && o.Price.Known() {
			k.currency = o.Price.Currency()
			if k.vat == money.VATUnknown {
				k.vat = vatOf(o, &b.shops[l.shop])
			}
			break
		}
	}
	return k
}

// ownKey returns the key on which the listings of our own shop i are compared with each other.
func (b *Board) ownKey(i int, links []link) key {
	k := key{vat: b.shops[i].VAT}
	for _, l := range links {
		if o := b.offer(l); o != nil && o.Price.Known() {
			return key{currency: o.Price.Currency(), vat: vatOf(o, &b.shops[i]), variant: o.Variant}
		}
	}
	return k
}

// offer returns the trusted offer behind a link, nil when there is none.
func (b *Board) offer(l link) *market.Offer {
	if seen := b.listings[l.of].seen; seen != nil {
		return &seen.Offer
	}
	return nil
}

// vatOf returns the VAT basis of an offer: the page's word, else the shop's.
func vatOf(o *market.Offer, s *Shop) money.VAT {
	if o.VAT != money.VATUnknown {
		return o.VAT
	}
	return s.VAT
}

// price fills in prices, age and comparability of a position whose Seen, Held and Match stand, as of shop i.
func (b *Board) price(p *Position, i int, k key) {
	p.Price, p.Shipping, p.Delivered = money.Amount{}, money.Amount{}, money.Amount{}
	p.Comparable, p.NotBecause, p.Age, p.Stale = false, NoOffer, 0, false
	if p.Seen.Listing == "" {
		return
	}
	shop, o := &b.shops[i], &p.Seen.Offer
	p.Age = b.at.Sub(p.Seen.SeenAt)
	p.Stale = shop.Interval > 0 && p.Age > 2*shop.Interval
	if rate, ok := b.rate(vatOf(o, shop), k.vat); ok {
		p.Price = rate.of(o.Price)
		p.Shipping = rate.of(shipping(o, shop.Shipping))
		if p.Price.Known() && p.Shipping.Known() { // an error costs more
			p.Delivered, _ = p.Price.Add(p.Shipping)
		}
	}
	p.NotBecause = b.because(p, k)
	p.Comparable = p.NotBecause == ""
}

// because returns the first reason why p is not comparable under k, or nothing.
func (b *Board) because(p *Position, k key) Reason {
	o := &p.Seen.Offer
	switch {
	case !o.Price.Known() && (o.Low.Known() || o.High.Known()):
		return Range
	case !o.Price.Known(), o.Price.Sign() <= 0:
		return NoPrice
	case p.Held != nil && p.Held.Trust.By.Known() && p.Held.Offer.Price == o.Price:
		return Disputed
	case o.Price.Currency() != k.currency:
		return Currency
	case !p.Price.Known():
		return VAT
	case o.Condition != market.ConditionUnknown && o.Condition != b.opts.Condition:
		return Condition
	case p.Match.Method == "brand_mpn" && otherVariant(o.Variant, k.variant):
		return Variant
	case !p.Match.Exact:
		return Equivalent
	case p.Age > b.opts.TooOld:
		return TooOld
	case p.Stale:
		return Stale
	case b.opts.Basis == Delivered && !p.Delivered.Known():
		return NoShipping
	}
	return ""
}

// otherVariant reports whether both variants are known and differ.
func otherVariant(x, y market.Text) bool {
	return x.Known() && y.Known() && !strings.EqualFold(x.Plain(), y.Plain())
}

// shipping returns what delivery of the offer costs: the page's word, else what the shop states for all its
// articles; unknown where neither tells.
func shipping(o *market.Offer, s market.Shipping) money.Amount {
	if o.Shipping.Known() {
		return o.Shipping
	}
	if !o.Price.Known() {
		return money.Amount{}
	}
	if s.FreeFrom.Known() {
		if c, err := o.Price.Cmp(s.FreeFrom); err == nil && c >= 0 {
			return money.New(0, o.Price.Currency())
		}
	}
	if s.Fee.Currency() != o.Price.Currency() {
		return money.Amount{}
	}
	return s.Fee
}

// factor brings amounts from one VAT basis onto another; the zero factor leaves them as they are.
type factor struct{ num, den int64 }

// rate returns the factor from one basis to the other; false where there is none.
func (b *Board) rate(from, to money.VAT) (factor, bool) {
	switch {
	case from == to:
		return factor{}, true
	case b.opts.VATBasisPoints <= 0 || from == money.VATUnknown || to == money.VATUnknown:
		return factor{}, false
	case to == money.VATIncluded:
		return factor{10_000 + b.opts.VATBasisPoints, 10_000}, true
	}
	return factor{10_000, 10_000 + b.opts.VATBasisPoints}, true
}

// of converts a, rounded half away from zero to the minor unit as tills do; unknown where it does not fit.
func (f factor) of(a money.Amount) money.Amount {
	if f.den == 0 || !a.Known() {
		return a
	}
	unit := int64(money.Micros)
	for range a.Currency().Digits() {
		unit /= 10
	}
	v, err := a.Scale(f.num, f.den)
	if err != nil {
		return money.Amount{}
	}
	m, half := v.Micros(), unit/2
	if m < 0 {
		half = -half
	}
	return money.New((m+half)/unit*unit, a.Currency())
}
