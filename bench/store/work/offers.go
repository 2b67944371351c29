package work

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

func (s state) micros() int64 { return int64(s.price) * 10_000 }

func (s state) stock() market.Stock {
	if s.out {
		return market.StockOut
	}
	return market.StockIn
}

var (
	makers  = []string{"Aerox", "Brenholt", "Casanova & Zoon", "Dravik", "Elmwick", "Fonteyn", "Grauhof", "Hollebeek", "Ilvane", "Jorvik", "Kestrel", "Lumen Huis"}
	things  = []string{"stofzuiger", "waterkoker", "broodrooster", "boormachine", "grasmaaier", "monitor", "laptop", "wasmachine", "koptelefoon", "printer"}
	traits  = []string{"Pro", "Compact", "Plus", "Eco", "XL", "Silent", "Turbo", "Classic"}
	phrases = []string{"", "(nieuw model)", "- actie", "2026", "met toebehoren", "(showroom)", "EU-versie", "- laatste stuks"}
)

// title is what all shops call a product.
func title(p int) market.Text {
	h := mix(uint64(p), 1<<43)
	return market.NewText(fmt.Sprintf("%s %s %s %s", makers[h%uint64(len(makers))], things[h>>8%uint64(len(things))], traits[h>>16%uint64(len(traits))], model(uint32(p))))
}

func model(p uint32) string { return fmt.Sprintf("%c%c-%d", 'A'+p%26, 'A'+p/26%26, 100+p/7) }

func (f *Feed) text(n uint32, s state) market.Text {
	t := f.titles[f.Listings[n].Product]
	if phrase := phrases[int(s.text)%len(phrases)]; phrase != "" {
		t = market.NewText(t.Plain() + " " + phrase)
	}
	return t
}

// evidence is where a shop with JSON-LD states each field.
var evidence = []struct {
	field market.Field
	where string
}{
	{market.FieldURL, "script 1: url"},
	{market.FieldSKU, "script 1: sku"},
	{market.FieldGTIN, "script 1: gtin13"},
	{market.FieldMPN, "script 1: mpn"},
	{market.FieldBrand, "script 1: brand.name"},
	{market.FieldName, "script 1: name"},
	{market.FieldCategory, "script 1: category"},
	{market.FieldImage, "script 1: image"},
	{market.FieldPrice, "script 1: offers.price"},
	{market.FieldCurrency, "script 1: offers.priceCurrency"},
	{market.FieldVAT, "script 1: offers.priceSpecification.valueAddedTaxIncluded"},
	{market.FieldShipping, "script 1: offers.shippingDetails.shippingRate.value"},
	{market.FieldAvailability, "script 1: offers.availability"},
	{market.FieldDelivery, "script 1: offers.shippingDetails.deliveryTime.transitTime"},
	{market.FieldCondition, "script 1: offers.itemCondition"},
	{market.FieldWarranty, "script 1: offers.warranty.durationOfWarranty"},
	{market.FieldReturns, "script 1: offers.hasMerchantReturnPolicy.merchantReturnDays"},
	{market.FieldReference, "script 1: offers.priceSpecification.price"},
}

// observation is what a run sees of a listing that is in that state since then.
func (f *Feed) observation(n uint32, s state, run int) market.Observation {
	l := f.Listings[n]
	source, number := Source(int(l.source)), sku(l.Product, int(l.source))
	host := "https://" + string(source) + ".example"
	h := mix(uint64(l.Product), 1<<43)
	o := market.Offer{
		URL: host + "/p/" + number, SKU: number, GTIN: gtin(l.Product), MPN: model(l.Product),
		Brand: market.NewText(makers[h%uint64(len(makers))]), Title: f.text(n, s), Category: market.NewText(things[h>>8%uint64(len(things))]),
		Image: host + "/img/" + number + ".jpg", Price: money.New(s.micros(), "EUR"), Shipping: money.New(0, "EUR"),
		VAT: money.VATIncluded, Stock: s.stock(), Condition: market.ConditionNew, WarrantyMonths: market.CountOf(24), ReturnsDays: market.CountOf(30),
	}
	if !s.out {
		o.DeliveryDays = market.CountOf(2)
	}
	if s.price < s.usual {
		o.Reference = money.New(int64(s.usual)*10_000, "EUR")
	}
	o.Evidence = evidenceOf(o)
	return market.Observation{
		Source: source, Listing: l.ID, SeenAt: time.Unix(f.seenAt(n, run), 0).UTC(), Run: f.RunID(int(l.source), run), Page: o.URL,
		Offer: o, Parser: "auto@1", Body: body(n, s.run), Trust: market.Trust{State: market.Trusted},
	}
}

// evidenceOf is the evidence of an offer: each known field as its page states it.
func evidenceOf(o market.Offer) map[market.Field]market.Evidence {
	raw := map[market.Field]market.Text{
		market.FieldBrand: o.Brand, market.FieldName: o.Title, market.FieldCategory: o.Category, market.FieldURL: market.NewText(o.URL),
		market.FieldSKU: market.NewText(o.SKU), market.FieldGTIN: market.NewText(o.GTIN), market.FieldMPN: market.NewText(o.MPN),
		market.FieldImage: market.NewText(o.Image), market.FieldPrice: market.NewText(o.Price.Decimal()), market.FieldReference: market.NewText(o.Reference.Decimal()),
		market.FieldCurrency: rawEUR, market.FieldVAT: rawTrue, market.FieldShipping: rawNought, market.FieldAvailability: rawStock[o.Stock],
		market.FieldCondition: rawNew, market.FieldWarranty: rawWarranty, market.FieldReturns: rawReturns, market.FieldDelivery: rawDelivery,
	}
	if !o.DeliveryDays.Known() {
		delete(raw, market.FieldDelivery)
	}
	if !o.Reference.Known() {
		delete(raw, market.FieldReference)
	}
	out := make(map[market.Field]market.Evidence, len(raw))
	for _, e := range evidence {
		if text, ok := raw[e.field]; ok {
			out[e.field] = market.Evidence{Reader: "json-ld", Where: e.where, Raw: text}
		}
	}
	return out
}

var (
	rawEUR, rawTrue, rawNought = market.NewText("EUR"), market.NewText("true"), market.NewText("0")
	rawNew                     = market.NewText("https://schema.org/NewCondition")
	rawWarranty, rawReturns    = market.NewText("24 month"), market.NewText("30")
	rawDelivery                = market.NewText("2 day")
	rawStock                   = map[market.Stock]market.Text{
		market.StockIn: market.NewText("https://schema.org/InStock"), market.StockOut: market.NewText("https://schema.org/OutOfStock"),
	}
)

// RunID is the name of a run, as the crawler gives it.
func (f *Feed) RunID(source, run int) market.RunID {
	return market.RunID(f.StartedAt(source, run).Format("20060102T150405Z"))
}

// gtin is a GTIN-13 with its check digit.
func gtin(p uint32) string {
	digits := fmt.Sprintf("87%010d", mix(uint64(p), 1<<44)%10_000_000_000)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// body is the digest of the page that a run saw, as market.Observation has it.
func body(n uint32, run uint16) string {
	var sum [16]byte
	for i := range 2 {
		h := mix(uint64(n)+1<<45, uint64(run)<<2+uint64(i))
		for j := range 8 {
			sum[8*i+j] = byte(h >> (8 * j))
		}
	}
	return hex.EncodeToString(sum[:])
}
