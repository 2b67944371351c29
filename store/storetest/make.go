package storetest

import (
	"fmt"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// At is the moment that many hours after the beginning of the tests.
func At(hours int) time.Time {
	return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hours) * time.Hour)
}

// Observe makes a trusted observation of a listing with every field that stores like to lose.
func Observe(source market.SourceID, n int, at time.Time, cents int64) market.Observation {
	sku := fmt.Sprintf("%06d", n)
	return market.Observation{
		Source: source, Listing: market.ListingID(string(source) + ":" + sku), SeenAt: at,
		Run: market.RunID(at.Format("20060102T150405")), Page: "https://" + string(source) + ".example/p/" + sku,
		Parser: "auto@1", Body: fmt.Sprintf("%064x", n),
		Trust: market.Trust{State: market.Trusted},
		Offer: market.Offer{
			URL: "https://" + string(source) + ".example/p/" + sku, SKU: sku, GTIN: "08712345678906", MPN: "X-" + sku,
			Brand: market.NewText("Acme & Zoon"), Title: market.NewText("Stofzuiger “Méga” <2000>"), Category: market.NewText("Huishouden > Stofzuigers"),
			Price: money.New(cents*10_000, "EUR"), Reference: money.New(149_900_000, "EUR"), Shipping: money.New(0, "EUR"),
			UnitPrice: money.New(1_799_000, "EUR"), Unit: market.NewText("l"), VAT: "",
			Stock: market.StockIn, StockCount: market.CountOf(0), BranchStock: map[string]market.Count{"ams": market.CountOf(3), "rtm": {}},
			DeliveryDays: market.CountOf(1), DeliveryText: market.NewText("morgen in huis"), Pickup: market.AnswerNo,
			Condition: market.ConditionNew, WarrantyMonths: market.CountOf(24), ReturnsDays: market.CountOf(30),
			Services: []market.Text{market.NewText("installatie")}, Rating: market.CountOf(450), RatingCount: market.CountOf(12),
			Evidence: map[market.Field]market.Evidence{
				market.FieldPrice:        {Reader: "json-ld", Where: "$.offers.price", Raw: market.NewText("12,34")},
				market.FieldAvailability: {Reader: "microdata", Where: "link[itemprop=availability]", Raw: market.NewText("InStock")},
			},
		},
	}
}

// Quarantined returns o as held back.
func Quarantined(o market.Observation) market.Observation {
	o.Trust = market.Trust{State: market.Quarantined, Reason: "jump", Needs: 1}
	return o
}

// Refused returns o as refused.
func Refused(o market.Observation) market.Observation {
	o.Trust = market.Trust{State: market.Refused, Reason: "jump"}
	return o
}
