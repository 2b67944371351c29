package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
	"pricegap/watch/referee"
	"pricegap/web/wire"
)

// list is an answer of the API: at most 500 items, and where to go on.
type list[T any] struct {
	Items []T `json:"items"`
	// Next is the address of the following items; absent where there are none.
	Next string `json:"next,omitzero"`
	// Truncated says that older points of a series were left out: narrow the dates to see them.
	Truncated bool `json:"truncated,omitzero"`
}

// api serves what f returns as one JSON document, and errors as problem details (RFC 9457).
func (s *site) api(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		var b []byte
		if err == nil {
			b, err = json.Marshal(v)
		}
		if err != nil {
			if p := wire.ProblemOf(err); r.Context().Err() == nil {
				if p.Status >= http.StatusInternalServerError {
					s.Log.Error("answer failed", "path", r.URL.Path, "error", err)
				}
				wire.WriteProblem(w, p)
			}
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(b, '\n')) // a visitor who left needs no answer
	})
}

// window reads limit and offset of a question.
func window(q url.Values) (offset, limit int, err error) {
	if limit, err = number(q, "limit", rowsOnPage, 1, maxRows); err == nil {
		offset, err = number(q, "offset", 0, 0, maxPage*maxRows)
	}
	return offset, limit, err
}

// listOf is a list with the address of what follows it.
func listOf[T any](r *http.Request, items []T, offset int, more bool) list[T] {
	l := list[T]{Items: items}
	if l.Items == nil {
		l.Items = []T{}
	}
	if more {
		l.Next = address(r.URL.Path, r.URL.Query(), "offset", fmt.Sprint(offset+len(items)))
	}
	return l
}

func (s *site) apiStandings(r *http.Request) (any, error) {
	offset, limit, err := window(r.URL.Query())
	if err != nil {
		return nil, err
	}
	f, err := s.filter(r.Context(), r.URL.Query())
	if err != nil {
		return nil, err
	}
	rows, more, err := s.standings(r.Context(), f, offset, limit)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].Product = public(rows[i].Product)
	}
	return listOf(r, rows, offset, more), nil
}

func (s *site) apiHistory(r *http.Request) (any, error) {
	from, to, err := s.span(r.URL.Query())
	if err != nil {
		return nil, err
	}
	series, err := s.svc.History(r.Context(), market.ProductID(r.URL.Query().Get("product")), from, to)
	if err != nil {
		return nil, err
	}
	l := listOf[watch.Series](r, nil, 0, false)
	for _, one := range series {
		if n := len(one.Points); n > maxRows {
			one.Points, l.Truncated = one.Points[n-maxRows:], true
		}
		l.Items = append(l.Items, one)
	}
	return l, nil
}

// apiVerdicts says of each rival of a product whether we match its price; who asks is staff unless role says otherwise.
func (s *site) apiVerdicts(r *http.Request) (any, error) {
	f, err := s.filter(r.Context(), r.URL.Query())
	if err != nil {
		return nil, err
	}
	q := referee.Query{Sources: f.Sources, AsOf: f.query.AsOf, Role: policy.Role(r.URL.Query().Get("role")), Store: r.URL.Query().Get("store")}
	if q.Role == "" {
		q.Role = policy.Staff
	}
	if len(f.query.Products) != 1 || !slices.Contains(policy.Roles, q.Role) {
		return nil, fmt.Errorf("%w: one product, and a role of %v", wire.ErrBadRequest, policy.Roles)
	}
	q.Product = f.query.Products[0]
	vs, err := s.svc.Verdicts(r.Context(), q)
	return listOf(r, vs, 0, false), err
}

func (s *site) apiProducts(r *http.Request) (any, error) {
	_, limit, err := window(r.URL.Query())
	if err != nil {
		return nil, err
	}
	found, err := s.svc.Find(r.Context(), r.URL.Query().Get("q"), limit)
	for i := range found {
		found[i] = public(found[i])
	}
	return listOf(r, found, 0, false), err
}

// public is a product without what only buyers may see.
func public(p market.Product) market.Product {
	p.Cost, p.Floor = money.Amount{}, money.Amount{}
	return p
}

func (s *site) apiSources(r *http.Request) (any, error) {
	all, err := s.svc.Sources(r.Context())
	return paged(r, all, err)
}

func (s *site) apiAlerts(r *http.Request) (any, error) {
	all, err := s.svc.Alerts(r.Context())
	return paged(r, all, err)
}

// paged is the part of all that a request asks for.
func paged[T any](r *http.Request, all []T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	offset, limit, err := window(r.URL.Query())
	if err != nil {
		return nil, err
	}
	rows, more := part(all, offset, limit)
	return listOf(r, rows, offset, more), nil
}

func (s *site) apiMatches(r *http.Request) (any, error) {
	offset, limit, err := window(r.URL.Query())
	if err != nil {
		return nil, err
	}
	var rows []market.Match
	skip := offset
	for m, err := range s.svc.Matches(r.Context()) {
		switch {
		case err != nil:
			return nil, err
		case skip > 0:
			skip--
			continue
		case len(rows) == limit:
			return listOf(r, rows, offset, true), nil
		}
		rows = append(rows, m)
	}
	return listOf(r, rows, offset, false), nil
}

func (s *site) apiInfo(r *http.Request) (any, error) {
	i, err := s.svc.Info(r.Context())
	i.Path = "" // where the file lies is the machine's own affair
	return i, err
}
