package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/web/wire"
)

// filter is the question of a comparison as its form states it.
type filter struct {
	Text, Category, Brand, Basis, AsOf string
	Sources                            []market.SourceID
	// Cheaper leaves only products for which somebody is cheaper; Date is AsOf where it is a date.
	Cheaper bool
	Date    string
	query   watch.StandingQuery
	empty   bool // a search that found nothing
	page    int
}

// filter reads the question of a request. Errors wrap wire.ErrBadRequest.
func (s *site) filter(ctx context.Context, q url.Values) (filter, error) {
	f := filter{page: 1}
	for key, to := range map[string]*string{"q": &f.Text, "category": &f.Category, "brand": &f.Brand, "basis": &f.Basis, "as_of": &f.AsOf} {
		*to = strings.TrimSpace(q.Get(key))
		if len([]rune(*to)) > maxQuery {
			return f, fmt.Errorf("%w: %s: longer than %d characters", wire.ErrBadRequest, key, maxQuery)
		}
	}
	f.query = watch.StandingQuery{Category: f.Category, Brand: f.Brand, Basis: compare.Basis(f.Basis)}
	if f.Basis != "" && f.query.Basis != compare.Shelf && f.query.Basis != compare.Delivered {
		return f, fmt.Errorf("%w: basis: shelf or delivered, not %q", wire.ErrBadRequest, f.Basis)
	}
	f.Cheaper = q.Get("cheaper") == "1"
	for _, id := range q["source"] {
		f.Sources = append(f.Sources, market.SourceID(id))
	}
	f.query.Sources = f.Sources
	for _, id := range q["product"] {
		f.query.Products = append(f.query.Products, market.ProductID(id))
	}
	var err error
	if f.query.AsOf, err = s.when(f.AsOf, true); err != nil {
		return f, fmt.Errorf("%w: as_of: %w", wire.ErrBadRequest, err)
	}
	if _, err := time.Parse(time.DateOnly, f.AsOf); err == nil {
		f.Date = f.AsOf
	}
	if f.page, err = number(q, "page", 1, 1, maxPage); err != nil {
		return f, err
	}
	if f.Text != "" {
		found, err := s.svc.Find(ctx, f.Text, rowsOnPage)
		if err != nil {
			return f, err
		}
		for _, p := range found {
			f.query.Products = append(f.query.Products, p.ID)
		}
		f.empty = len(found) == 0
	}
	return f, nil
}

// when reads a date or an RFC 3339 moment; a date means its end where end is set, else its beginning. Nothing is the zero time.
func (s *site) when(text string, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseInLocation(time.DateOnly, text, s.Zone); err == nil {
		if end {
			d = d.AddDate(0, 0, 1).Add(-time.Second)
		}
		return d.UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("neither a date (2026-03-31) nor a moment (2026-03-31T14:00:00Z): %.40q", text)
	}
	return t.UTC(), nil
}

// number reads a whole number of the query. Errors wrap wire.ErrBadRequest.
func number(q url.Values, key string, otherwise, low, high int) (int, error) {
	text := q.Get(key)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%w: %s: a whole number from %d to %d, not %.20q", wire.ErrBadRequest, key, low, high, text)
	}
	return n, nil
}

// span reads the dates of a history: the last 90 days where from is not given, open where to is not.
func (s *site) span(q url.Values) (from, to time.Time, err error) {
	if from, err = s.when(q.Get("from"), false); err == nil {
		to, err = s.when(q.Get("to"), true)
	}
	if err != nil {
		return from, to, fmt.Errorf("%w: from and to: %w", wire.ErrBadRequest, err)
	}
	if !to.IsZero() {
		to = to.Add(time.Second) // the end is exclusive
	}
	if from.IsZero() {
		from = cmp.Or(to, s.Clock()).AddDate(0, 0, -historyDays)
	}
	if !to.IsZero() && !from.Before(to) {
		return from, to, fmt.Errorf("%w: from must be before to", wire.ErrBadRequest)
	}
	return from, to, nil
}
