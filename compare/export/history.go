package export

import (
	"io"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// fact is a column of a history.
type fact struct {
	heading
	value func(market.ProductID, *market.Observation) cell
}

func of(h heading, value func(*market.Observation) cell) fact {
	return fact{h, func(_ market.ProductID, o *market.Observation) cell { return value(o) }}
}

func sum(name string, value func(*market.Offer) money.Amount) fact {
	return of(amounts(name), func(o *market.Observation) cell { return moneyCell(value(&o.Offer)) })
}

func said(name string, width int, value func(*market.Offer) string) fact {
	return of(head(name, text, width), func(o *market.Observation) cell { return textCell(value(&o.Offer)) })
}

var facts = []fact{
	{head("product", text, 14), func(p market.ProductID, _ *market.Observation) cell { return textCell(string(p)) }},
	of(head("source", text, 14), func(o *market.Observation) cell { return textCell(string(o.Source)) }),
	of(head("listing", text, 20), func(o *market.Observation) cell { return textCell(string(o.Listing)) }),
	of(head("seen_at", moment, 17), func(o *market.Observation) cell { return momentCell(o.SeenAt) }),
	sum("price", func(o *market.Offer) money.Amount { return o.Price }),
	said("currency", 8, currency),
	said("vat", 9, func(o *market.Offer) string { return string(o.VAT) }),
	sum("low_price", func(o *market.Offer) money.Amount { return o.Low }),
	sum("high_price", func(o *market.Offer) money.Amount { return o.High }),
	sum("reference_price", func(o *market.Offer) money.Amount { return o.Reference }),
	sum("shipping", func(o *market.Offer) money.Amount { return o.Shipping }),
	said("stock", 12, func(o *market.Offer) string { return string(o.Stock) }),
	of(head("stock_count", number, 8), func(o *market.Observation) cell { return countCell(o.Offer.StockCount, false) }),
	of(head("delivery_days", number, 8), func(o *market.Observation) cell { return countCell(o.Offer.DeliveryDays, false) }),
	said("condition", 11, func(o *market.Offer) string { return string(o.Condition) }),
	said("seller", 16, func(o *market.Offer) string { return o.Seller.Plain() }),
	of(states("status"), func(o *market.Observation) cell { return textCell(string(o.Trust.State)) }),
	of(head("reason", text, 12), func(o *market.Observation) cell { return textCell(o.Trust.Reason) }),
	said("sku", 14, func(o *market.Offer) string { return o.SKU }),
	said("gtin", 15, func(o *market.Offer) string { return o.GTIN }),
	said("brand", 14, func(o *market.Offer) string { return o.Brand.Plain() }),
	said("mpn", 14, func(o *market.Offer) string { return o.MPN }),
	said("title", 36, func(o *market.Offer) string { return o.Title.Plain() }),
	of(head("url", text, 24), func(o *market.Observation) cell { return textCell(compare.Link(*o)) }),
}

// currency is that of the sums of an offer; a page states one.
func currency(o *market.Offer) string {
	for _, a := range []money.Amount{o.Price, o.Low, o.High, o.Reference, o.Shipping} {
		if a.Known() {
			return string(a.Currency())
		}
	}
	return ""
}

// HistoryColumns returns the names of the columns of a history, in order.
func HistoryColumns() []string {
	out := make([]string, len(facts))
	for i, f := range facts {
		out[i] = f.name
	}
	return out
}

// NewHistory returns a writer of observations to w. json and jsonl hold the observations whole, as `import
// observations` reads them; the other formats hold HistoryColumns.
func NewHistory(format string, w io.Writer) (HistoryWriter, error) {
	enc, err := newEncoder(format, w)
	if err != nil {
		return nil, err
	}
	return &log{enc: enc, cells: make([]cell, len(facts))}, nil
}

// log writes a row of cells for each observation.
type log struct {
	enc     encoder
	cells   []cell
	started bool
}

func (l *log) start() error {
	if l.started {
		return nil
	}
	l.started = true
	heads := make([]heading, len(facts))
	for i, f := range facts {
		heads[i] = f.heading
		heads[i].label = f.name
	}
	return l.enc.head(heads)
}

// Write implements HistoryWriter.
func (l *log) Write(p market.ProductID, o market.Observation) error {
	if err := l.start(); err != nil {
		return err
	}
	if w, ok := l.enc.(observer); ok {
		return w.observation(o)
	}
	for i := range facts {
		l.cells[i] = facts[i].value(p, &o)
	}
	return l.enc.row(l.cells)
}

// Close implements HistoryWriter.
func (l *log) Close() error {
	if err := l.start(); err != nil {
		return err
	}
	return l.enc.close()
}
