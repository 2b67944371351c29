package rule_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"pricegap/alerts"
	"pricegap/alerts/rule"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

var update = flag.Bool("update", false, "rewrite the findings in testdata")

// TestHistories reads testdata/KIND.txtar: files NAME/options (JSON), NAME/history and NAME/findings. A history
// has one event a line:
//
//	TIME SHOP PRICE STOCK [shipping=N] [ref=N] [days=N] [seller=NAME] [gtin=N] [score=BP] [by=NAME] [trust=quarantined]
//	    [not=REASON] [listing=ID] [url=…] [vat=BASIS] [condition=WORD] [familiar=yes] [former=SELLER]
//	TIME run SHOP good|failed [KIND…]
//	TIME gone SHOP
//	TIME tick
//
// A time is 15:04 of the first day, or 3+15:04 of the one three days later. "us" is our shop; a price of "-" is not known; what is older than two hours is stale, and than nine too
// old to be compared. Findings are one a line.
func TestHistories(t *testing.T) {
	for _, kind := range rule.Kinds() {
		path := filepath.Join("testdata", kind+".txtar")
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Errorf("every kind has a history: %v", err)
			continue
		}
		files := map[string]int{}
		for i, f := range ar.Files {
			files[f.Name] = i
		}
		for _, f := range ar.Files {
			name, isHistory := strings.CutSuffix(f.Name, "/history")
			if !isHistory {
				continue
			}
			t.Run(kind+"/"+name, func(t *testing.T) {
				options := ar.Files[files[name+"/options"]].Data
				r, err := rule.New(kind, func(v any) error { return json.Unmarshal(options, v) })
				if err != nil {
					t.Fatal(err)
				}
				got := play(t, r, string(f.Data))
				i := files[name+"/findings"]
				if *update {
					ar.Files[i].Data = []byte(got)
					return
				}
				if d := cmp.Diff(string(ar.Files[i].Data), got); d != "" {
					t.Error(d)
				}
			})
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// shop is what a history knows of a shop.
type shop struct {
	seen, trusted market.Observation
	past          []market.Observation
	match         market.Match
	not           compare.Reason
	lastGood      time.Time
}

func play(t *testing.T, r alerts.Rule, history string) string {
	shops := map[string]*shop{"us": {}, "lamp": {}, "licht": {}}
	var out strings.Builder
	var seq uint64
	for _, l := range strings.Split(strings.TrimSpace(history), "\n") {
		f := strings.Fields(l)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		now := moment(t, f[0])
		e := alerts.Event{Now: now}
		switch f[1] {
		case "tick":
			e.Tick = true
		case "run":
			e.Run = &market.Run{Outcome: market.RunDone, Offers: 1}
			s := shops[f[2]]
			switch f[3] {
			case "good":
				s.lastGood = now
			case "odd":
				s.lastGood = now
				for _, k := range f[4:] {
					e.Run.Odd = append(e.Run.Odd, market.Oddity{Kind: k, Offers: 5, Of: 9})
				}
			default:
				e.Run = &market.Run{Outcome: market.RunFailed, Failures: map[market.FailureKind]int{}}
				for _, k := range f[4:] {
					e.Run.Failures[market.FailureKind(k)]++
				}
			}
			e.Source = alerts.SourceState{ID: market.SourceID(f[2]), Name: f[2], Own: f[2] == "us", Interval: time.Hour, LastGoodAt: s.lastGood}
		case "gone":
			e.Tick, e.Gone = true, shops[f[2]].seen.Listing
		default:
			seq++
			e.Past = slices.Clone(shops[f[1]].past)
			e.Familiar = slices.Contains(f, "familiar=yes")
			for _, x := range f {
				if name, ok := strings.CutPrefix(x, "former="); ok {
					e.Former = market.Observation{Listing: "former", Offer: market.Offer{Seller: market.NewText(name)}}
				}
			}
			e.Change, e.Previous = change(t, shops[f[1]], f, now, seq)
			if h, ok := r.(alerts.Historian); ok && h.Back(e.Change) == 0 {
				e.Past = nil
			}
		}
		if e.Run == nil {
			e.Standing = standing(shops, now)
		}
		for _, x := range r.Judge(&e) {
			if again := r.Judge(&e); len(again) == 0 {
				t.Error("the rule is not pure")
			}
			out.WriteString(f[0] + " " + show(x) + "\n")
		}
	}
	return out.String()
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	days := 0
	if d, rest, ok := strings.Cut(s, "+"); ok {
		var err error
		if days, err = strconv.Atoi(d); err != nil {
			t.Fatal(err)
		}
		s = rest
	}
	clock, err := time.Parse("15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 3, 2+days, clock.Hour(), clock.Minute(), 0, 0, time.UTC)
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func change(t *testing.T, s *shop, f []string, now time.Time, seq uint64) (*market.Change, market.Observation) {
	o := market.Observation{
		Source: market.SourceID(f[1]), Listing: market.ListingID(f[1] + "/1"), SeenAt: now, Page: "https://" + f[1] + ".example/p/1",
		Offer: market.Offer{Stock: market.Stock(f[3])}, Trust: market.Trust{State: market.Trusted},
	}
	if f[3] == "unknown" {
		o.Offer.Stock = market.StockUnknown
	}
	o.Offer.Price = amount(t, f[2])
	s.not, s.match = "", market.Match{Exact: true, ScoreBasisPoints: 9999}
	for _, x := range f[4:] {
		k, v, _ := strings.Cut(x, "=")
		switch k {
		case "shipping":
			o.Offer.Shipping = amount(t, v)
		case "trust":
			o.Trust.State = market.TrustState(v)
		case "reason":
			o.Trust.Reason = v
		case "not":
			s.not = compare.Reason(v)
		case "ref":
			o.Offer.Reference = amount(t, v)
		case "days":
			o.Offer.DeliveryDays = market.CountOf(int64(number(t, v)))
		case "seller":
			o.Offer.Seller = market.NewText(v)
		case "gtin":
			o.Offer.GTIN = v
		case "score":
			s.match.ScoreBasisPoints = number(t, v)
		case "by":
			s.match.DecidedBy = market.NewText(v)
		case "vat":
			o.Offer.VAT = money.VAT(v)
		case "condition":
			o.Offer.Condition = market.Condition(v)
		case "familiar", "former":
		case "listing":
			o.Listing = market.ListingID(v)
		case "url":
			o.Offer.URL = v
		default:
			t.Fatalf("what is %q?", x)
		}
	}
	c, previous := &market.Change{Seq: seq, Before: s.seen, After: o}, s.trusted
	if s.seen.Listing != o.Listing {
		c.Before, previous = market.Observation{}, market.Observation{}
	}
	s.past = append(s.past, o)
	if s.seen = o; o.Trust.State == market.Trusted {
		s.trusted = o
	}
	return c, previous
}

func amount(t *testing.T, s string) money.Amount {
	if s == "-" {
		return money.Amount{}
	}
	c := money.Currency("EUR")
	if v, ok := strings.CutSuffix(s, "USD"); ok {
		s, c = v, "USD"
	}
	a, err := money.FromDecimal(s, c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func standing(shops map[string]*shop, now time.Time) compare.Standing {
	s := compare.Standing{
		Product: market.Product{ID: "10023", GTIN: "08712345678906", Title: market.NewText("Bureaulamp"), Brand: market.NewText("Acme")}, At: now,
		Ours: position("us", shops["us"], now),
	}
	for _, id := range []string{"lamp", "licht"} {
		if p := position(id, shops[id], now); p.Listing != "" || id == "lamp" {
			s.Rivals = append(s.Rivals, p)
		}
	}
	return s
}

func position(id string, s *shop, now time.Time) compare.Position {
	p := compare.Position{Source: market.SourceID(id), Name: id, Listing: s.trusted.Listing, Seen: s.trusted, Match: s.match, NotBecause: compare.NoOffer}
	if s.seen.Listing != "" {
		p.Listing = s.seen.Listing
	}
	if s.trusted.Listing == "" {
		return p
	}
	if s.seen.Trust.State == market.Quarantined {
		p.Held = &s.seen
	}
	p.Price, p.Shipping = s.trusted.Offer.Price, s.trusted.Offer.Shipping
	p.Delivered, _ = p.Price.Add(p.Shipping)
	p.Age = now.Sub(s.trusted.SeenAt)
	p.Stale = p.Age > 2*time.Hour
	switch p.NotBecause = s.not; {
	case s.not != "":
	case !p.Price.Known():
		p.NotBecause = compare.NoPrice
	case p.Age > 9*time.Hour:
		p.NotBecause = compare.TooOld
	case p.Stale:
		p.NotBecause = compare.Stale
	}
	p.Comparable = p.NotBecause == ""
	return p
}

func show(f alerts.Finding) string {
	s := string(f.Topic.Source)
	if f.Topic.Product != "" {
		s = string(f.Topic.Product) + "@" + s
	}
	s += " " + string(f.Holds)
	x := f.Facts()
	if bp, ok := x.GapBasisPoints.Get(); ok {
		s += fmt.Sprintf(" gap %s (%d bp, %s)", x.Gap, bp, x.Basis)
	}
	if x.Against != "" {
		s += " against the " + x.Against
	}
	s += showMore(x)
	if x.Before.Known() {
		s += fmt.Sprintf(" was %s now %s/%s", x.Before, x.Ours.Price, x.Theirs.Price)
	}
	if x.StockBefore != "" {
		s += fmt.Sprintf(" was %s now %s/%s", x.StockBefore, x.Ours.Stock, x.Theirs.Stock)
	}
	if !x.LastGoodAt.IsZero() {
		s += " last good " + x.LastGoodAt.Format("15:04")
	}
	if len(x.Failures) > 0 {
		s += fmt.Sprint(" ", x.Failures)
	}
	for _, o := range x.Odd {
		s += fmt.Sprintf(" %s %d/%d", o.Kind, o.Offers, o.Of)
	}
	if u := x.Theirs.URL; u != "" && !strings.HasSuffix(u, ".example/p/1") {
		s += " " + u
	}
	return s
}

// showMore shows the facts of the rules that have some of their own.
func showMore(x market.Facts) (s string) {
	if n, ok := x.Rank.Get(); ok {
		s += fmt.Sprintf(" place %d of %d", n, x.Of)
	}
	if n, ok := x.Index.Get(); ok {
		s += fmt.Sprintf(" index %d", n)
	}
	if x.Promotion != "" {
		s += " " + x.Promotion
	}
	if x.Reference.Known() {
		s += fmt.Sprintf(" from %s", x.Reference)
	}
	if x.Days != 0 {
		s += fmt.Sprintf(" lowest of %d days %s", x.Days, x.Lowest)
	}
	if x.Seller.Known() {
		s += fmt.Sprintf(" sold by %s, before by %s", x.Seller.Plain(), x.SellerBefore.Plain())
	}
	if x.Doubt != "" {
		s += " doubt " + x.Doubt
	}
	return s
}

func TestNewRefuses(t *testing.T) {
	if _, err := rule.New("undercutt", nil); !errors.Is(err, rule.ErrKind) || !strings.Contains(err.Error(), ", undercut") {
		t.Errorf("unknown kind: %v", err)
	}
	strict := errors.New("unknown key")
	if _, err := rule.New("stock", func(any) error { return strict }); !errors.Is(err, strict) {
		t.Errorf("decode: %v", err)
	}
	for _, bad := range []struct{ kind, options, want string }{
		{"gap", `{"side":"left"}`, "side: must be cheaper or dearer"},
		{"gap", `{"against":"all"}`, "against: must be each, lowest or median"},
		{"undercut", `{"basis":"street"}`, "basis"},
		{"undercut", `{"amount":"-1.00 EUR"}`, "below nought"},
		{"undercut", `{"amount":"1.00 EUR","clear_amount":"2.00 EUR"}`, "clear_amount"},
		{"undercut", `{"amount":"1.00 EUR","clear_amount":"1.00 USD"}`, "currency"},
		{"undercut", `{"percent":"2","clear_percent":"3"}`, "clear_percent"},
		{"price_change", `{"direction":"sideways"}`, "direction"},
		{"price_change", `{"whose":"nobody"}`, "whose"},
		{"price_change", `{"min_percent":"-1"}`, "below nought"},
		{"stock", `{"when":"never"}`, "when"},
		{"source_blind", `{"intervals":-1}`, "intervals"},
		{"own_stale", `{"intervals":-1}`, "intervals"},
		{"expression", `{}`, "when: must state a condition"},
		{"expression", `{"when":"their_stock == 'instock'"}`, "when: line 1, column 16: their_stock is never \"instock\"; it is one of in_stock, limited"},
		{"expression", `{"when":"gap < 0 and\n'in stock' != our_stock"}`, "when: line 2, column 1: our_stock is never"},
		{"expression", `{"when":"their_stock in ['in_stock', 'few']"}`, "when: line 1, column 29: their_stock is never \"few\""},
		{"expression", `{"when":"gap < 0","clear":"their_available == 'maybe'"}`, "clear: line 1, column 20: their_available is never \"maybe\"; it is one of yes, no"},
		{"expression", `{"when":"gap <"}`, "when: line 1, column "},
		{"expression", `{"when":"gap_percent > 1 and their_stok == 'x'"}`, "line 1, column 21: unknown name their_stok"},
		{"expression", `{"when":"gap"}`, "when: "},
		{"expression", `{"when":"gap == 'x'"}`, "when: "},
		{"expression", `{"when":"true"}`, "names no fact"},
		{"expression", `{"when":"gap < 0","clear":"len(1)"}`, "clear: "},
		{"rank", `{"when":"kept"}`, "when: must be lost or won"},
		{"rank", `{"place":-1}`, "place"},
		{"index", `{"below":"105","above":"95"}`, "below"},
		{"index", `{"below":"-5"}`, "below nought"},
		{"delivery", `{"when":"never"}`, "when"},
		{"delivery", `{"days":-1}`, "days"},
		{"promotion", `{"when":"never"}`, "when: must be started, ended or any"},
		{"new_lowest", `{"days":-1}`, "days"},
		{"reference_inflated", `{"percent":"-1"}`, "percent"},
		{"match_doubtful", `{"score":"101"}`, "score"},
	} {
		_, err := rule.New(bad.kind, func(v any) error { return json.Unmarshal([]byte(bad.options), v) })
		if err == nil || !strings.Contains(err.Error(), bad.want) || !strings.HasPrefix(err.Error(), "rule: "+bad.kind+": ") {
			t.Errorf("%s %s: %v", bad.kind, bad.options, err)
		}
	}
}

func TestOptionsAreNew(t *testing.T) {
	for _, k := range rule.Kinds() {
		if v := reflect.ValueOf(rule.Options(k)); v.Kind() != reflect.Pointer || !v.Elem().IsZero() {
			t.Errorf("options of %s: %v", k, v)
		}
		if _, err := rule.New(k, nil); (err != nil) != (k == "expression") {
			t.Errorf("%s without options: %v", k, err)
		}
	}
	if rule.Options("nothing") != nil {
		t.Error("options of a kind that does not exist")
	}
}
