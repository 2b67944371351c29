package delta

import (
	"encoding/binary"
	"slices"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store/record"
)

// Quote is what an observation begins with.
type Quote struct {
	Price money.Amount
	Stock market.Stock
	Trust market.TrustState
	// Prev, where not 0, is when the listing was seen before this observation, in seconds since 1970.
	Prev uint32
}

// Stocks and Trusts are the values that can be kept, by the number that stands for them. Trusts may grow; Stocks is full, and a
// value more needs another form of the quote.
var (
	Stocks = [1 << stockBits]market.Stock{
		market.StockUnknown, market.StockIn, market.StockLimited, market.StockPreorder, market.StockBackorder,
		market.StockInStoreOnly, market.StockOut, market.StockDiscontinued,
	}
	Trusts = []market.TrustState{market.Trusted, market.Quarantined, market.Refused}
)

// currencies have a number, which only ever grows; the others are written out.
var currencies = []money.Currency{
	"", "EUR", "USD", "GBP", "CHF", "SEK", "DKK", "NOK", "PLN", "CZK", "HUF", "RON", "BGN", "ISK", "TRY", "UAH", "JPY", "CNY",
	"KRW", "INR", "AUD", "CAD", "NZD", "MXN", "BRL", "ZAR", "SGD", "HKD", "TWD", "THB", "AED", "SAR", "ILS", "KWD", "MAD", "RUB",
}

// The form of a price in the first byte of a quote: three bits of stock, two of trust, two of price, one for Prev.
const (
	priceUnknown = iota
	priceMinor   // hundredths, not negative
	priceMicros
	stockBits, trustBits = 3, 2
)

// minor is how many millionths a hundredth has.
const minor = money.Micros / 100

// AppendQuote adds a quote to b.
func AppendQuote(b []byte, q Quote) []byte {
	p := q.Price
	form := priceUnknown
	switch {
	case !p.Known():
	case p.Micros() >= 0 && p.Micros()%minor == 0:
		form = priceMinor
	default:
		form = priceMicros
	}
	first := byte(max(slices.Index(Stocks[:], q.Stock), 0) | max(slices.Index(Trusts, q.Trust), 0)<<stockBits | form<<(stockBits+trustBits))
	if q.Prev != 0 {
		first |= 0x80
	}
	b = append(b, first)
	if form != priceUnknown {
		b = appendCurrency(b, p.Currency())
		if form == priceMinor {
			b = binary.AppendUvarint(b, uint64(p.Micros()/minor))
		} else {
			b = record.AppendSigned(b, p.Micros())
		}
	}
	if q.Prev != 0 {
		b = binary.AppendUvarint(b, uint64(q.Prev))
	}
	return b
}

// ReadQuote returns the quote that an observation begins with. Errors: record.ErrForm.
func ReadQuote(b []byte) (Quote, error) {
	r := record.Reader{B: b}
	q := TakeQuote(&r)
	if r.Bad {
		return Quote{}, record.ErrForm
	}
	return q, nil
}

// Same returns what Append writes of an observation that differs from the other in nothing, with the quote of b. Errors:
// record.ErrForm.
func Same(b []byte) ([]byte, error) {
	r := record.Reader{B: b}
	TakeQuote(&r)
	if r.Bad {
		return nil, record.ErrForm
	}
	return append(slices.Clone(b[:len(b)-len(r.B)]), 0), nil
}

// Currency returns the byte for the currency in a quote of AppendQuote; false where it is not told in one.
func Currency(quote []byte) (c byte, ok bool) {
	if len(quote) < 2 || !Priced(quote[0]) || int(quote[1]) >= len(currencies) {
		return 0, false
	}
	return quote[1], true
}

// Priced reports whether a quote that begins with this byte has a price, and so a currency.
func Priced(first byte) bool { return first>>(stockBits+trustBits)&3 != priceUnknown }

// TakeQuote takes a quote off the front of r.
func TakeQuote(r *record.Reader) Quote { return TakeQuoteIn(r, 0) }

// TakeQuoteIn is TakeQuote for quotes without the byte for their currency, which is that of Currency; 0 for quotes with it.
func TakeQuoteIn(r *record.Reader, currency byte) (q Quote) {
	first := r.Byte()
	trust := int(first >> stockBits & (1<<trustBits - 1))
	if trust >= len(Trusts) {
		r.Bad = true
		return q
	}
	q.Stock, q.Trust = Stocks[first&(1<<stockBits-1)], Trusts[trust]
	switch form := first >> (stockBits + trustBits) & 3; form {
	case priceUnknown:
	case priceMinor:
		c := currencyIn(r, currency)
		q.Price = money.New(int64(r.Number())*minor, c)
	case priceMicros:
		c := currencyIn(r, currency)
		q.Price = money.New(r.Signed(), c)
	default:
		r.Bad = true
	}
	if first&0x80 != 0 {
		q.Prev = uint32(r.Number())
	}
	return q
}

// SkipQuote passes over what TakeQuoteIn takes.
func SkipQuote(r *record.Reader, currency byte) {
	first := r.Byte()
	if Priced(first) {
		if currency == 0 && r.Byte() == 0xFF {
			r.Bytes()
		}
		r.Number()
	}
	if first&0x80 != 0 {
		r.Number()
	}
}

func currencyIn(r *record.Reader, common byte) money.Currency {
	switch {
	case common == 0:
		return readCurrency(r)
	case int(common) < len(currencies):
		return currencies[common]
	}
	r.Bad = true
	return ""
}

// appendAmount adds an amount that stands by itself; an unknown one has no currency.
func appendAmount(b []byte, a money.Amount) []byte {
	if !a.Known() {
		return append(b, 0)
	}
	b = appendCurrency(b, a.Currency())
	// Hundredths are one more, so that 0 says that millionths follow.
	if m := a.Micros(); m%minor == 0 {
		return binary.AppendUvarint(b, zigzag(m/minor)+1)
	}
	return record.AppendSigned(append(b, 0), a.Micros())
}

func readAmount(r *record.Reader) money.Amount {
	c := readCurrency(r)
	if c == "" {
		return money.Amount{}
	}
	v := r.Number()
	if v == 0 {
		return money.New(r.Signed(), c)
	}
	v--
	return money.New((int64(v>>1)^-int64(v&1))*minor, c)
}

func zigzag(v int64) uint64 { return uint64(v)<<1 ^ uint64(v>>63) }

func appendCurrency(b []byte, c money.Currency) []byte {
	if i := slices.Index(currencies, c); i >= 0 {
		return append(b, byte(i))
	}
	return record.AppendBytes(append(b, 0xFF), string(c))
}

func readCurrency(r *record.Reader) money.Currency {
	switch i := r.Byte(); {
	case int(i) < len(currencies):
		return currencies[i]
	case i == 0xFF:
		return money.Currency(r.Bytes())
	}
	r.Bad = true
	return ""
}
