package web

import (
	"fmt"
	"html/template"
	"net/url"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/watch"
	"pricegap/web/lang"
	"slices"
	"strings"
	"time"
)

// placed is a position together with the basis of its standing.
type placed struct {
	compare.Position
	Basis compare.Basis
}

// failure is one kind of failure of a run, as shown.
type failure struct {
	Kind    market.FailureKind
	Meaning string
	Count   int
}

// channelWord is what one channel knows of an alert.
type channelWord struct{ Channel, State, Error string }

// funcs are what the templates can call.
func (s *site) funcs() template.FuncMap {
	l := s.lang
	return template.FuncMap{
		"t":          l.Word,
		"money":      l.Money,
		"signed":     l.Signed,
		"side":       side,
		"percent":    l.Percent,
		"hundredths": l.Index,
		"count":      l.Count,
		"days":       func(c market.Count) string { return l.Number(c, "days") },
		"months":     func(c market.Count) string { return l.Number(c, "months") },
		"age":        l.Age,
		"since": func(now, at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return l.Age(now.Sub(at))
		},
		"moment":   s.moment,
		"stock":    func(st market.Stock) string { return l.Word("stock_" + string(st)) },
		"reason":   func(r compare.Reason) string { return l.Word("not_" + string(r)) },
		"place":    func(p compare.Position, b compare.Basis) placed { return placed{p, b} },
		"on":       func(p placed) *money.Amount { return known(p.On(p.Basis)) },
		"href":     href,
		"safe":     safe,
		"product":  func(id market.ProductID) string { return "/product?" + url.Values{"id": {string(id)}}.Encode() },
		"failures": failures,
		"coverage": coverage,
		"told":     told,
	}
}

func known(a money.Amount) *money.Amount {
	if !a.Known() {
		return nil
	}
	return &a
}

// side is the class of a gap: a rival below us is bad news.
func side(gap money.Amount) string {
	switch gap.Sign() {
	case -1:
		return "below"
	case 1:
		return "above"
	}
	return ""
}

// moment is a time to the minute in the zone of the pages.
func (s *site) moment(at time.Time) string {
	if at.IsZero() {
		return lang.Unknown
	}
	return at.In(s.Zone).Format("2006-01-02 15:04")
}

// href is the address of an observation's page where a browser may open it.
func href(o market.Observation) string {
	if u := safe(o.Offer.URL); u != "" {
		return u
	}
	return safe(o.Page)
}

// safe returns an absolute http or https address without user and password, or nothing.
func safe(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}

// failures are the failures of a run, most frequent first.
func failures(r market.Run) []failure {
	var out []failure
	for k, n := range r.Failures {
		out = append(out, failure{k, k.Info().Meaning, n})
	}
	slices.SortFunc(out, func(a, b failure) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(string(a.Kind), string(b.Kind))
	})
	return out
}

// coverage says for some telling fields how many of a hundred listings have them.
func coverage(h watch.SourceHealth) []string {
	var out []string
	for _, f := range []market.Field{market.FieldPrice, market.FieldGTIN, market.FieldAvailability, market.FieldShipping, market.FieldDelivery} {
		if n, ok := h.Coverage[f]; ok && h.Listings > 0 {
			out = append(out, fmt.Sprintf("%s %d %%", f, n*100/h.Listings))
		}
	}
	return out
}

// told says what each channel of an alert knows of it, by name.
func told(a market.Alert) []channelWord {
	var out []channelWord
	for _, name := range slices.Sorted(slices.Values(a.Channels)) {
		t := a.Told[name]
		w := channelWord{Channel: name, State: "told", Error: market.Printable(t.Error)}
		switch {
		case t.Dead:
			w.State = "refused"
		case waits(a, t):
			w.State = "waiting"
		}
		out = append(out, w)
	}
	return out
}

// waits reports whether a channel is still owed word of an alert. It follows the desk's own rule, except that
// the end of an alert counts as owed until the desk has noted that the channel does not ask for it.
func waits(a market.Alert, t market.Told) bool {
	if !t.SendingAt.IsZero() {
		return true
	}
	if a.State == market.AlertFiring || a.State == market.AlertRecovering {
		return t.State != market.AlertFiring || a.Once && t.Transition != a.Transition
	}
	return t.State == market.AlertFiring && !a.Once
}
