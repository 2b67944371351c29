package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"pricegap/compare"
	"pricegap/compare/export"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
	"pricegap/web/chart"
	"pricegap/web/facts"
	"pricegap/web/wire"
)

// The sizes of a page.
const (
	rowsOnPage   = 100
	pointsOnPage = 60
	maxRows      = 500
	maxPage      = 100_000
	maxQuery     = 200 // runes of a filter
	historyDays  = 90
	maxCounted   = 2000 // standings that a page looks at beyond its own
)

// link is an entry of the navigation, a download or a shop to choose.
type link struct {
	Path, Name string
}

// choice is a shop of the filter.
type choice struct {
	ID   market.SourceID
	Name string
	On   bool
}

// view is what a template sees.
type view struct {
	template string
	status   int
	more     bool

	Title, Formula, Here, Text string
	Nav, Feeds                 []link
	Now                        time.Time

	Filter                   filter
	Sources                  any // []choice on the comparison, []watch.SourceHealth on the page of shops
	Count                    string
	Categories, Brands       []string
	Shops                    []string
	Rows                     []compare.Standing
	Downloads                []link
	Previous, Next, From, To string

	ID        market.ProductID
	Standing  *compare.Standing
	Positions []compare.Position
	Verdicts  map[market.SourceID]facts.Advice
	Points    []market.SellingPoint
	Chart     *chart.Chart
	Series    []shownSeries

	Alerts  []market.Alert
	Refused []facts.Refusal // the channels that refuse some
}

// page serves a page that f makes.
func (s *site) page(f func(*http.Request) (view, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		if err != nil {
			if r.Context().Err() != nil {
				return // they left
			}
			p := wire.ProblemOf(err)
			if p.Status >= http.StatusInternalServerError {
				s.Log.Error("page failed", "path", r.URL.Path, "error", err)
			}
			key := "wrong"
			if p.Status == http.StatusNotFound {
				key = "not_found"
			}
			v = view{template: "error", status: p.Status, Title: s.lang.Word(key), Text: p.Detail}
		}
		v.Formula, v.Here, v.Now = s.Formula, r.URL.Path, s.Clock()
		for _, n := range []link{{"/", "comparison"}, {"/sources", "sources"}, {"/alerts", "alerts"}} {
			v.Nav = append(v.Nav, link{n.Path, s.lang.Word(n.Name)})
		}
		for _, name := range slices.Sorted(maps.Keys(s.Feeds)) {
			v.Feeds = append(v.Feeds, link{"/feed/" + url.PathEscape(name), name})
		}
		v.Title = cmp.Or(v.Title, s.lang.Word(v.template))
		var b bytes.Buffer
		if err := s.pages.ExecuteTemplate(&b, v.template, v); err != nil {
			s.Log.Error("page failed", "path", r.URL.Path, "error", err)
			plain(w, http.StatusInternalServerError, s.lang.Word("wrong"))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(cmp.Or(v.status, http.StatusOK))
		_, _ = w.Write(b.Bytes()) // a visitor who left needs no answer
	})
}

// selected yields the standings that f selects.
func (s *site) selected(ctx context.Context, f filter) iter.Seq2[compare.Standing, error] {
	return func(yield func(compare.Standing, error) bool) {
		if f.empty {
			return
		}
		for st, err := range s.svc.Standings(ctx, f.query) {
			if err == nil && f.Cheaper && !slices.ContainsFunc(st.Rivals, cheaper) {
				continue
			}
			if !yield(st, err) {
				return
			}
		}
	}
}

func cheaper(p compare.Position) bool { return p.Comparable && p.Gap.Sign() < 0 }

// standings gathers up to limit standings after skip of them, and says whether there are more.
func (s *site) standings(ctx context.Context, f filter, skip, limit int) (rows []compare.Standing, more bool, err error) {
	for st, err := range s.selected(ctx, f) {
		if err != nil {
			return nil, false, err
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(rows) == limit {
			return rows, true, nil
		}
		rows = append(rows, st)
	}
	return rows, false, nil
}

// survey puts a page of the standings that f selects into v, counts them, and gathers their categories and brands.
func (s *site) survey(ctx context.Context, v *view) error {
	first, n := (v.Filter.page-1)*rowsOnPage, 0
	most := max(maxCounted, first+rowsOnPage)
	for st, err := range s.selected(ctx, v.Filter) {
		if err != nil {
			return err
		}
		if n++; n > most {
			break
		}
		if n > first && len(v.Rows) < rowsOnPage {
			v.Rows = append(v.Rows, st)
		}
		v.Categories = append(v.Categories, st.Product.Category.Plain())
		v.Brands = append(v.Brands, st.Product.Brand.Plain())
	}
	v.Categories, v.Brands = distinct(v.Categories), distinct(v.Brands)
	v.Count = fmt.Sprintf(s.lang.Word("products_shown"), first+1, first+len(v.Rows), n)
	if n > most {
		v.Count = fmt.Sprintf(s.lang.Word("products_many"), first+1, first+len(v.Rows), most)
	}
	v.more = n > first+len(v.Rows)
	return nil
}

func (s *site) comparison(r *http.Request) (view, error) {
	v := view{template: "comparison"}
	var err error
	if v.Filter, err = s.filter(r.Context(), r.URL.Query()); err != nil {
		return v, err
	}
	health, err := s.svc.Sources(r.Context())
	if err != nil {
		return v, err
	}
	if err := s.survey(r.Context(), &v); err != nil {
		return v, err
	}
	var choices []choice
	for _, h := range health {
		if h.Own {
			continue
		}
		on := slices.Contains(v.Filter.Sources, h.Source)
		choices = append(choices, choice{h.Source, cmp.Or(h.Name, string(h.Source)), on})
	}
	v.Sources = choices
	if len(v.Rows) > 0 {
		for _, p := range v.Rows[0].Rivals {
			v.Shops = append(v.Shops, p.Name)
		}
	} else if r.URL.RawQuery == "" {
		v.Text = s.lang.Word("nothing_yet")
	}
	formats := export.Formats()
	slices.SortStableFunc(formats, func(a, b string) int { return cmp.Compare(spreadsheet(b), spreadsheet(a)) })
	for _, f := range formats {
		v.Downloads = append(v.Downloads, link{address("/download", r.URL.Query(), "format", f, "page", ""), s.lang.Word("format_" + f)})
	}
	v.Previous, v.Next = neighbours("/", r.URL.Query(), v.Filter.page, v.more)
	return v, nil
}

// spreadsheet is 1 for the format that most people want.
func spreadsheet(format string) int {
	if format == "xlsx" {
		return 1
	}
	return 0
}

// distinct sorts texts and drops repeats and empty ones.
func distinct(in []string) []string {
	slices.Sort(in)
	return slices.DeleteFunc(slices.Compact(in), func(t string) bool { return t == "" })
}

// address is a path with a query in which pairs of key and value are replaced; an empty value drops its key.
func address(path string, q url.Values, pairs ...string) string {
	out := url.Values{}
	for k, v := range q {
		out[k] = slices.Clone(v)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Del(pairs[i])
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	if len(out) == 0 {
		return path
	}
	return path + "?" + out.Encode()
}

func neighbours(path string, q url.Values, page int, more bool) (previous, next string) {
	if page > 1 {
		previous = address(path, q, "page", strconv.Itoa(page-1))
	}
	if more {
		next = address(path, q, "page", strconv.Itoa(page+1))
	}
	return previous, next
}

// shownSeries is a series with its changes, newest first.
type shownSeries struct {
	Name   string
	Points []market.Observation
	More   bool
}

func (s *site) product(r *http.Request) (view, error) {
	q := r.URL.Query()
	v := view{template: "product", Points: s.Points, ID: market.ProductID(q.Get("id")), From: q.Get("from"), To: q.Get("to")}
	from, to, err := s.span(q)
	if err != nil {
		return v, err
	}
	series, err := s.svc.History(r.Context(), v.ID, from, to)
	if err != nil {
		return v, err
	}
	for st, err := range s.svc.Standings(r.Context(), watch.StandingQuery{Products: []market.ProductID{v.ID}}) {
		if err != nil {
			return v, err
		}
		v.Standing = &st
		v.Positions = append([]compare.Position{st.Ours}, st.Rivals...)
		v.Title = cmp.Or(st.Product.Title.Plain(), string(v.ID))
	}
	v.From, v.To = from.In(s.Zone).Format(time.DateOnly), ""
	if !to.IsZero() {
		v.To = to.Add(-time.Second).In(s.Zone).Format(time.DateOnly)
	}
	v.Chart = chart.Draw(series, from, cmp.Or(to, s.Clock()), chart.Labels{
		Money: s.lang.Money,
		Day:   func(t time.Time) string { return s.lang.Day(t.In(s.Zone)) },
		Held:  func(a money.Amount) string { return s.lang.Money(a) + " " + s.lang.Word("held") },
	})
	for _, one := range series {
		points := changesOf(one.Points)
		slices.Reverse(points)
		shown := shownSeries{Name: cmp.Or(one.Name, string(one.Source)), Points: points}
		if len(points) > pointsOnPage {
			shown.Points, shown.More = points[:pointsOnPage], true
		}
		v.Series = append(v.Series, shown)
	}
	v.Verdicts, err = facts.Verdicts(r.Context(), s.svc, v.ID, string(s.lang), s.Clock())
	return v, err
}

// changesOf keeps the points at which price, stock or trust differ from the one before.
func changesOf(points []market.Observation) []market.Observation {
	var out []market.Observation
	for _, p := range points {
		if n := len(out); n > 0 && out[n-1].Offer.Price == p.Offer.Price && out[n-1].Offer.Stock == p.Offer.Stock && out[n-1].Trust.State == p.Trust.State {
			continue
		}
		out = append(out, p)
	}
	return out
}

func (s *site) sources(r *http.Request) (view, error) {
	health, err := s.svc.Sources(r.Context())
	return view{template: "sources", Sources: health}, err
}

func (s *site) alerts(r *http.Request) (view, error) {
	v := view{template: "alerts"}
	page, err := number(r.URL.Query(), "page", 1, 1, maxPage)
	if err != nil {
		return v, err
	}
	all, err := s.svc.Alerts(r.Context())
	if err != nil {
		return v, err
	}
	v.Refused = facts.Refused(all)
	slices.SortStableFunc(all, func(a, b market.Alert) int { return cmp.Compare(over(a), over(b)) })
	v.Alerts, v.more = part(all, (page-1)*rowsOnPage, rowsOnPage)
	v.Previous, v.Next = neighbours("/alerts", r.URL.Query(), page, v.more)
	return v, nil
}

// over is 1 for an alert that has ended, which comes after those that have not.
func over(a market.Alert) int {
	if a.State == market.AlertResolved {
		return 1
	}
	return 0
}

// part returns up to limit values after skip of them, and says whether there are more.
func part[T any](all []T, skip, limit int) ([]T, bool) {
	all = all[min(skip, len(all)):]
	return all[:min(limit, len(all))], len(all) > limit
}
