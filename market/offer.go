package market

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"pricegap/market/money"
)

// Page is one fetched page, decoded and in UTF-8.
type Page struct {
	Source SourceID
	// Asked is the address that was asked for, URL the one that answered, after redirects.
	Asked, URL string
	Status     int
	Header     http.Header
	Body       []byte
	FetchedAt  time.Time
	// NotModified says that the server confirmed the copy we had (304), or that the body is byte for byte
	// the one of the last visit. Body is empty then.
	NotModified bool
	// Sum is the SHA-256 of Body where the crawler has it, its first half alone where a page that was not modified is read as before, else
	// nought.
	Sum [sha256.Size]byte
}

// Digest is Sum, reckoned where the crawler has it not.
func (p *Page) Digest() [sha256.Size]byte {
	if p.Sum == [sha256.Size]byte{} {
		return sha256.Sum256(p.Body)
	}
	return p.Sum
}

// Stock says whether a thing can be had. The zero Stock means "not known", which is neither in stock nor
// out of stock.
type Stock string

// The kinds of stock, in the words of the command line's contract.
const (
	StockUnknown      Stock = ""
	StockIn           Stock = "in_stock"
	StockLimited      Stock = "limited"
	StockPreorder     Stock = "preorder"
	StockBackorder    Stock = "backorder"
	StockInStoreOnly  Stock = "in_store_only"
	StockOut          Stock = "out_of_stock"
	StockDiscontinued Stock = "discontinued"
)

// Available answers whether a customer can have it now.
func (s Stock) Available() Answer {
	switch s {
	case StockIn, StockLimited, StockInStoreOnly:
		return AnswerYes
	case StockOut, StockDiscontinued, StockPreorder, StockBackorder:
		return AnswerNo
	}
	return AnswerUnknown
}

// Condition is the state of a thing. The zero Condition means "not known".
type Condition string

// The conditions, after schema.org's OfferItemCondition.
const (
	ConditionUnknown     Condition = ""
	ConditionNew         Condition = "new"
	ConditionRefurbished Condition = "refurbished"
	ConditionUsed        Condition = "used"
	ConditionDamaged     Condition = "damaged"
)

// Field names a field of an Offer, in the words of the command line's contract.
type Field string

// The fields of an offer.
const (
	FieldURL          Field = "url"
	FieldSKU          Field = "sku"
	FieldGTIN         Field = "gtin"
	FieldMPN          Field = "mpn"
	FieldBrand        Field = "brand"
	FieldName         Field = "name"
	FieldCategory     Field = "category"
	FieldVariant      Field = "variant"
	FieldImage        Field = "image"
	FieldPrice        Field = "price"
	FieldLowPrice     Field = "low_price"
	FieldHighPrice    Field = "high_price"
	FieldReference    Field = "reference_price"
	FieldMember       Field = "member_price"
	FieldCoupon       Field = "coupon_price"
	FieldPerMonth     Field = "per_month"
	FieldUnitPrice    Field = "unit_price"
	FieldShipping     Field = "shipping"
	FieldVAT          Field = "vat"
	FieldAvailability Field = "availability"
	FieldStockCount   Field = "stock_count"
	FieldDelivery     Field = "delivery"
	FieldPickup       Field = "pickup"
	FieldSeller       Field = "seller"
	FieldCondition    Field = "condition"
	FieldWarranty     Field = "warranty_months"
	FieldReturns      Field = "returns_days"
	FieldServices     Field = "services"
	FieldRating       Field = "rating"
	FieldCurrency     Field = "currency"
)

// Offer is what a page says about one buyable thing. Every field may be unknown, which is its zero value.
type Offer struct {
	// URL is the canonical address of the thing.
	URL string `json:"url,omitzero"`
	// SKU is the shop's own article number, MPN the maker's, GTIN the barcode number as printed, checked.
	SKU  string `json:"sku,omitzero"`
	GTIN string `json:"gtin,omitzero"`
	MPN  string `json:"mpn,omitzero"`

	Brand    Text   `json:"brand,omitzero"`
	Title    Text   `json:"title,omitzero"`
	Category Text   `json:"category,omitzero"`
	Variant  Text   `json:"variant,omitzero"`
	Image    string `json:"image,omitzero"`

	// Price is the current price for anybody who buys one now. Only Price is compared.
	Price money.Amount `json:"price,omitzero"`
	// Low and High are the ends of a range or of a "from" price; Price is then unknown.
	Low  money.Amount `json:"low,omitzero"`
	High money.Amount `json:"high,omitzero"`
	// Reference is the struck-through price, Member and Coupon need a card or a code, PerMonth is paid monthly.
	Reference money.Amount `json:"reference,omitzero"`
	Member    money.Amount `json:"member,omitzero"`
	Coupon    money.Amount `json:"coupon,omitzero"`
	PerMonth  money.Amount `json:"per_month,omitzero"`
	// Shipping is the cost of delivery of one; nought is free, unknown is unknown.
	Shipping money.Amount `json:"shipping,omitzero"`
	// UnitPrice is the price of Unit ("kg", "100 g").
	UnitPrice money.Amount `json:"unit_price,omitzero"`
	Unit      Text         `json:"unit,omitzero"`
	VAT       money.VAT    `json:"vat,omitzero"`

	Stock      Stock `json:"stock,omitzero"`
	StockCount Count `json:"stock_count,omitzero"`
	// BranchStock is the stock of our own stores by Branch.ID; for our own listings only.
	BranchStock map[string]Count `json:"branch_stock,omitzero"`
	// DeliveryDays is the promised time to the customer's door at the latest; DeliveryText the promise in the
	// shop's words.
	DeliveryDays Count  `json:"delivery_days,omitzero"`
	DeliveryText Text   `json:"delivery_text,omitzero"`
	Pickup       Answer `json:"pickup,omitzero"`

	// Seller is who sells on a marketplace; unknown or empty means the shop itself.
	Seller         Text      `json:"seller,omitzero"`
	Condition      Condition `json:"condition,omitzero"`
	WarrantyMonths Count     `json:"warranty_months,omitzero"`
	ReturnsDays    Count     `json:"returns_days,omitzero"`
	Services       []Text    `json:"services,omitzero"`
	// Rating is hundredths of a star out of five; RatingCount how many voted.
	Rating      Count `json:"rating,omitzero"`
	RatingCount Count `json:"rating_count,omitzero"`

	// Evidence says, for each field that is known, where its value came from.
	Evidence map[Field]Evidence `json:"evidence,omitzero"`
}

// Evidence says where a value stands and which reader found it.
type Evidence struct {
	// Reader is the reader's name: "json-ld", "microdata", "rdfa", "opengraph", "selector", "json", "catalog" …
	Reader string `json:"reader"`
	// Where is the place on the page: a path, a selector, a line.
	Where string `json:"where,omitzero"`
	// Raw is the text as it stood there.
	Raw Text `json:"raw,omitzero"`
}

// Detach gives the offer copies of its texts, so that it keeps no page in memory of which they were parts. A Text is never a
// part of another.
func (o *Offer) Detach() {
	for _, s := range []*string{&o.URL, &o.SKU, &o.GTIN, &o.MPN, &o.Image} {
		*s = strings.Clone(*s)
	}
	for f, e := range o.Evidence {
		e.Where = strings.Clone(e.Where)
		o.Evidence[f] = e
	}
	if len(o.BranchStock) > 0 {
		branches := make(map[string]Count, len(o.BranchStock))
		for b, n := range o.BranchStock {
			branches[strings.Clone(b)] = n
		}
		o.BranchStock = branches
	}
}

// Fields lists the fields of an offer in the order in which they are shown.
var Fields = []Field{
	FieldName, FieldBrand, FieldSKU, FieldGTIN, FieldMPN, FieldVariant, FieldCategory, FieldPrice, FieldLowPrice,
	FieldHighPrice, FieldReference, FieldMember, FieldCoupon, FieldPerMonth, FieldUnitPrice, FieldCurrency, FieldVAT,
	FieldShipping, FieldAvailability, FieldStockCount, FieldDelivery, FieldPickup, FieldSeller, FieldCondition,
	FieldWarranty, FieldReturns, FieldServices, FieldRating, FieldURL, FieldImage,
}
