package export

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// seen is an observation as a row of a history.
type seen struct {
	market.Observation
	product market.ProductID
	age     time.Duration
}

// fact is a column of a history. One that moves is another in an observation that repeats the one before.
type fact struct {
	heading
	value func(*seen) cell
	moves bool
}

func fixed(h heading, value func(*seen) cell) fact { return fact{heading: h, value: value} }

func moving(h heading, value func(*seen) cell) fact { return fact{h, value, true} }

func sum(name string, value func(*market.Offer) money.Amount) fact {
	return fixed(amounts(name), func(s *seen) cell { return moneyCell(value(&s.Offer)) })
}

func said(name string, width int, value func(*seen) string) fact {
	return fixed(head(name, text, width), func(s *seen) cell { return textCell(value(s)) })
}

func counted(name string, value func(*market.Offer) market.Count) fact {
	return fixed(numbers(name, 0, 8), func(s *seen) cell { return countCell(value(&s.Offer), false) })
}

var facts = []fact{
	said("product", 14, func(s *seen) string { return string(s.product) }),
	said("source", 14, func(s *seen) string { return string(s.Source) }),
	said("listing", 20, func(s *seen) string { return string(s.Listing) }),
	moving(head("seen_at", moment, 17), func(s *seen) cell { return momentCell(s.SeenAt) }),
	sum("price", func(o *market.Offer) money.Amount { return o.Price }),
	said("currency", 8, func(s *seen) string { return currency(&s.Offer) }),
	said("vat", 9, func(s *seen) string { return string(s.Offer.VAT) }),
	sum("low_price", func(o *market.Offer) money.Amount { return o.Low }),
	sum("high_price", func(o *market.Offer) money.Amount { return o.High }),
	sum("reference_price", func(o *market.Offer) money.Amount { return o.Reference }),
	sum("shipping", func(o *market.Offer) money.Amount { return o.Shipping }),
	said("stock", 12, func(s *seen) string { return string(s.Offer.Stock) }),
	counted("stock_count", func(o *market.Offer) market.Count { return o.StockCount }),
	counted("delivery_days", func(o *market.Offer) market.Count { return o.DeliveryDays }),
	said("condition", 11, func(s *seen) string { return string(s.Offer.Condition) }),
	said("seller", 16, func(s *seen) string { return s.Offer.Seller.Plain() }),
	fixed(states("status"), func(s *seen) cell { return textCell(string(s.Trust.State)) }),
	said("reason", 12, func(s *seen) string { return s.Trust.Reason }),
	said("sku", 14, func(s *seen) string { return s.Offer.SKU }),
	said("gtin", 15, func(s *seen) string { return s.Offer.GTIN }),
	said("brand", 14, func(s *seen) string { return s.Offer.Brand.Plain() }),
	said("mpn", 14, func(s *seen) string { return s.Offer.MPN }),
	said("title", 36, func(s *seen) string { return s.Offer.Title.Plain() }),
	said("url", 24, func(s *seen) string { return compare.Link(s.Observation) }),
	moving(numbers("age_hours", 1, 8), func(s *seen) cell { return hoursCell(s.age) }),
	fixed(numbers("needs", 0, 8), func(s *seen) cell { return neededCell(s.Trust.Needs) }),
	said("decided_by", 12, func(s *seen) string { return s.Trust.By.Plain() }),
	fixed(head("decided_at", moment, 17), func(s *seen) cell { return momentCell(s.Trust.DecidedAt) }),
	said("page", 24, func(s *seen) string { return s.Page }),
	moving(head("run", text, 17), func(s *seen) cell { return textCell(string(s.Run)) }),
	said("parser", 14, func(s *seen) string { return s.Parser }),
	said("body", 16, func(s *seen) string { return s.Body }),
}

// neededCell is empty where nothing more is needed.
func neededCell(n int) cell {
	if n == 0 {
		return cell{}
	}
	return numberCell(int64(n), 0, 0)
}

// whole is the column in which a format that has room for documents keeps all that the page said, with its evidence.
var whole = fixed(head("offer", document, 0), func(s *seen) cell {
	b, err := json.Marshal(s.Offer)
	if err != nil {
		return cell{} // an offer never fails
	}
	return cell{kind: document, s: string(b)}
})

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

// NewHistory returns a writer of observations to w, whose age is that at the moment at. json and jsonl hold the observations
// whole, as `import observations` reads them; the other formats hold HistoryColumns, and parquet the offer whole beside them.
func NewHistory(format string, w io.Writer, at time.Time) (HistoryWriter, error) {
	enc, err := newEncoder(format, w)
	if err != nil {
		return nil, err
	}
	l := &log{enc: enc, at: at, facts: facts, row: new(seen), last: new(seen)}
	if _, ok := enc.(library); ok {
		l.facts = slices.Concat(facts, []fact{whole})
	}
	l.cells = make([]cell, len(l.facts))
	return l, nil
}

// log writes a row of cells for each observation.
type log struct {
	enc   encoder
	at    time.Time
	facts []fact
	cells []cell
	// row is the one that is written and last the one before it, which the cells hold.
	row, last *seen
	started   bool
}

func (l *log) start() error {
	if l.started {
		return nil
	}
	l.started = true
	heads := make([]heading, len(l.facts))
	for i, f := range l.facts {
		heads[i] = f.heading
		heads[i].label = f.name
	}
	return l.enc.head(heads)
}

// Write implements HistoryWriter.
func (l *log) Write(p market.ProductID, o market.Observation) error {
	again := l.started && p == l.last.product && o.Repeats(&l.last.Observation)
	if err := l.start(); err != nil {
		return err
	}
	if w, ok := l.enc.(observer); ok {
		return w.observation(o)
	}
	*l.row = seen{o, p, l.at.Sub(o.SeenAt)}
	for i, f := range l.facts {
		if f.moves || !again {
			l.cells[i] = f.value(l.row)
		}
	}
	l.row, l.last = l.last, l.row
	return l.enc.row(l.cells)
}

// Close implements HistoryWriter.
func (l *log) Close() error {
	if err := l.start(); err != nil {
		return err
	}
	return l.enc.close()
}
