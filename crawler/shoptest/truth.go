package shoptest

import (
	"fmt"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Fact is what one shop really says about one product on one day.
type Fact struct {
	Shop    market.SourceID
	Product market.ProductID
	// SKU is the shop's own article number, URL the address of the product page.
	SKU, URL string
	// Price is in euros with tax; Reference is struck through, unknown where there is none.
	Price, Reference, Shipping money.Amount
	Stock                      market.Stock
	StockCount                 market.Count
	DeliveryDays               market.Count
	WarrantyMonths             market.Count
	// Down says that the shop answers 503 on that day.
	Down bool
	// TenTimes says that the page reads ten times too high on that day, in its first Fetches fetches (0: in all).
	TenTimes bool
	Fetches  int
	index    int
}

// Truth returns the facts of a day by shop, ours first, and product.
func (w *World) Truth(day int) []Fact {
	var out []Fact
	for i := range w.shops {
		for _, p := range w.listed[w.shops[i].ID] {
			out = append(out, w.fact(&w.shops[i], p, day))
		}
	}
	return out
}

func (w *World) fact(s *Shop, i, day int) Fact {
	p := &w.products[i]
	f := Fact{
		Shop: s.ID, Product: p.ID, SKU: s.sku(p, i), index: i,
		DeliveryDays: market.CountOf(s.DeliveryDays), WarrantyMonths: market.CountOf(s.WarrantyMonths),
	}
	f.URL = s.url(p, f.SKU)
	usual := w.usual(s, i)
	price := w.drift(s, i, day, usual)
	f.Stock, f.StockCount = w.stock(s, i, day)
	for _, e := range w.story {
		if e.Shop != s.ID || day < e.From || day >= e.Until || (e.Kind != Outage && e.Product != i) {
			continue
		}
		switch e.Kind {
		case Price:
			price = usual * e.Percent / 100
		case SoldOut:
			f.Stock, f.StockCount = market.StockOut, market.Count{}
		case Outage:
			f.Down = true
		case TenTimes:
			f.TenTimes, f.Fetches = true, e.Fetches
		}
	}
	f.Price = euros(price)
	switch {
	case price < usual:
		f.Reference = euros(usual)
	case i%9 == 4:
		f.Reference = euros(price/1000*1000 + 1995)
	}
	f.Shipping = euros(s.ShippingCents)
	if s.FreeFromCents > 0 && price >= s.FreeFromCents {
		f.Shipping = euros(0)
	}
	return f
}

// usual is the price in cents around which a shop moves. Rivals are a little above us, some articles below.
func (w *World) usual(s *Shop, i int) int64 {
	ours := w.products[i].usual
	if s.Own {
		return ours
	}
	r := draw(w.seed, "usual "+string(s.ID), i, 0)
	bps := s.distance + int64(r%uint64(2*s.spreadBps+1)) - s.spreadBps
	switch {
	case i < Heroes:
		bps = 300
	case (r>>32)%100 < 5:
		bps = -300 - int64((r>>40)%400)
	}
	return ending(ours*(10_000+bps)/10_000+50, r>>48)
}

// drift moves a price on about three days of a hundred, to within 5 % of the usual price.
func (w *World) drift(s *Shop, i, day int, usual int64) int64 {
	for d := day; d > 0 && i >= Heroes; d-- {
		r := draw(w.seed, "drift "+string(s.ID), i, d)
		if r%100 < 3 {
			return ending(usual*(9_600+int64((r>>16)%900))/10_000, r>>32)
		}
	}
	return usual
}

func (w *World) stock(s *Shop, i, day int) (market.Stock, market.Count) {
	if i < Heroes {
		return market.StockIn, market.CountOf(int64(12 + i))
	}
	for d := day; d >= 0; d-- {
		r := draw(w.seed, "stock "+string(s.ID), i, d)
		if d > 0 && r%100 >= 2 {
			continue // the stock word of a listing moves on about two days of a hundred
		}
		switch v := (r >> 16) % 100; {
		case v < 8:
			return market.StockOut, market.Count{}
		case v < 11:
			return market.StockUnknown, market.Count{}
		default:
			return market.StockIn, market.CountOf(int64(1 + (r>>32)%40))
		}
	}
	return market.StockUnknown, market.Count{}
}

// changedOn returns the last day at or before day on which the listing's page changed.
func (w *World) changedOn(s *Shop, i, day int) time.Time {
	for d := day; d > 0; d-- {
		a, b := w.fact(s, i, d), w.fact(s, i, d-1)
		a.Down, b.Down = false, false
		if a != b {
			return w.Date(d)
		}
	}
	return w.Date(0)
}

func (s *Shop) sku(p *Product, i int) string {
	if s.Own {
		return string(p.ID)
	}
	return fmt.Sprintf("%s%06d", s.prefix, 204_000+i*13)
}

func (s *Shop) url(p *Product, sku string) string {
	var path string
	switch {
	case s.Own, s.Markup == Microdata:
		path = "/artikel/" + sku + ".html"
	case s.Markup == Bare:
		path = "/product/" + sku + "-" + slug(p.Title)
	case s.Markup == State:
		path = "/producten/" + sku + "/" + slug(p.Title)
	default:
		path = "/p/" + slug(p.Title) + "-" + sku
	}
	return "http://" + s.Host + path
}

func euros(cents int64) money.Amount { return money.New(cents*(money.Micros/100), "EUR") }
