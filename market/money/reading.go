package money

// VAT says whether a price holds value-added tax.
type VAT string

// The VAT bases. The zero VAT means "not known".
const (
	VATUnknown  VAT = ""
	VATIncluded VAT = "included"
	VATExcluded VAT = "excluded"
)

// Locale is what a reader of printed prices must know about the page: how its language writes numbers and
// which currency an ambiguous sign stands for. Every part may be empty.
type Locale struct {
	// Language is a BCP 47 language tag, with or without a region: "nl", "de-AT", "en-US".
	Language string `json:"language,omitzero"`
	// Currency is the currency of the source; it settles "$", "kr" and prices without a sign.
	Currency Currency `json:"currency,omitzero"`
}

// Kind says what sort of price a printed text states.
type Kind string

// The kinds of printed prices. Only KindCurrent is compared with anything.
const (
	KindCurrent    Kind = "current"    // what the customer pays now
	KindReference  Kind = "reference"  // struck through, "van", "was", advised price
	KindMember     Kind = "member"     // for members, app or loyalty card only
	KindCoupon     Kind = "coupon"     // with a code
	KindFrom       Kind = "from"       // "vanaf", "ab": the lowest of several
	KindRange      Kind = "range"      // low to high
	KindPerMonth   Kind = "per_month"  // subscription
	KindInstalment Kind = "instalment" // paid in parts
	KindPerUnit    Kind = "per_unit"   // per kg, per 100 g, per litre
	KindDeposit    Kind = "deposit"    // statiegeld, Pfand
	KindShipping   Kind = "shipping"   // the cost of delivery
	KindThreshold  Kind = "threshold"  // free delivery from this sum
	KindSaving     Kind = "saving"     // "bespaar", cashback, trade-in
	KindNone       Kind = "none"       // no price stands there
	KindAmbiguous  Kind = "ambiguous"  // several readings, none provable
)

// Reading is what Parse understood of one printed text.
type Reading struct {
	Kind Kind
	// Amount is the price; of a range the low end. It is unknown where Kind is KindNone or KindAmbiguous, where
	// the text states several prices of Kind, which then are Candidates, and where no currency is printed or
	// configured; there Decimal has the number all the same.
	Amount Amount
	// High is the high end of a range.
	High Amount
	// Decimal is the number as a plain decimal string, "" where there is none.
	Decimal string
	// Currency is the ISO 4217 code, "" where the text and the locale leave it open.
	Currency Currency
	// Symbol is the currency as printed ("€", "kr.", "US$"), "" where none is.
	Symbol string
	// VAT is the tax basis that the text itself states.
	VAT VAT
	// Unit is what a KindPerUnit price is for ("kg", "100 g"), as printed.
	Unit string
	// Reference is a struck-through or "van" price found in the same text.
	Reference Amount
	// Candidates are the other possible readings, most likely first, where Kind is KindAmbiguous or the text
	// holds several prices.
	Candidates []Reading
}
