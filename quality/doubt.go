package quality

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"pricegap/market"
	"pricegap/market/money"
)

// exactBasisPoints is how far a change may lie from an exact factor and still count as one: 0.2 %.
const exactBasisPoints = 20

// collapseBasisPoints is the share of the old price at which a fall is a collapse.
const collapseBasisPoints = 2_000

// impossible returns why no shop asks this price, or nothing.
func impossible(price money.Amount) string {
	unit := int64(money.Micros)
	for range price.Currency().Digits() {
		unit /= 10
	}
	switch {
	case price.Sign() == 0:
		return Zero
	case price.Sign() < 0:
		return Negative
	case price.Micros() <= unit && price.Currency().Digits() > 0:
		return Placeholder
	}
	return ""
}

// doubt returns why an observation is not believed beside the trusted one, and how many repetitions release it; 0 for
// none that do.
func (p Past) doubt(obs market.Observation, limits Policy) (reason string, needs int) {
	price, old := obs.Offer.Price, p.Trusted.Offer.Price
	if !old.Known() || old.Sign() <= 0 {
		if p.Limit.passed(price, old) {
			return PastLimit, 1
		}
		return "", 0
	}
	if reason, needs = identity(p.Trusted.Offer, obs.Offer); reason != "" {
		return reason, needs
	}
	if reason = terms(p.Trusted.Offer, obs.Offer); reason != "" {
		return reason, 2
	}
	if price == old {
		return "", 0
	}
	if price.Currency() != old.Currency() {
		if price.Micros() == old.Micros() {
			return GeoVariant, 2
		}
		return Currency, 2
	}
	if p.flaps(obs) {
		return Unstable, 0
	}
	if r := factor(price, old); r != "" {
		return r, 2
	}
	if share, err := price.Share(old); err == nil && share <= collapseBasisPoints {
		return Collapse, 2
	}
	if isVAT(price, old, limits.VAT) {
		return VATFactor, 2
	}
	change, err := price.BasisPoints(old)
	if err != nil || change >= int64(limits.Jump) || -change >= int64(limits.Jump) {
		return Jump, 1
	}
	if p.Limit.passed(price, old) {
		return PastLimit, 1
	}
	if p.beyondSpread(obs, max(change, -change)) {
		return Spread, 1
	}
	return "", 0
}

// identity returns Identity where two offers are not of one thing. A barcode that they share proves that they are. Another
// barcode under the same name may be a mistake that was mended; under another name it is another thing, as is another
// name without a number to prove it.
func identity(before, after market.Offer) (reason string, needs int) {
	alike, named := sameName(before.Title, after.Title)
	if before.GTIN != "" && after.GTIN != "" {
		switch {
		case strings.TrimLeft(before.GTIN, "0") == strings.TrimLeft(after.GTIN, "0"):
			return "", 0
		case alike || !named:
			return Identity, 2
		}
		return Identity, 0
	}
	if alike || !named || before.MPN != "" && strings.EqualFold(before.MPN, after.MPN) {
		return "", 0
	}
	return Identity, 0
}

// sameName reports whether two names share half of the words of the shorter one; named is whether there are two.
func sameName(a, b market.Text) (alike, named bool) {
	x, y := words(a), words(b)
	if len(x) == 0 || len(y) == 0 {
		return false, false
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	n := 0
	for _, w := range x {
		if slices.Contains(y, w) {
			n++
		}
	}
	return 2*n >= len(x), true
}

// words are the words of a name in lower case, each once.
func words(t market.Text) []string {
	ws := strings.FieldsFunc(strings.ToLower(t.Plain()), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(ws)
	return slices.Compact(ws)
}

// terms returns why two prices are not for the same: another unit, or another basis of VAT. Variant, seller and condition
// are parts of a listing's identity and cannot change in it.
func terms(before, after market.Offer) string {
	switch a, b := strings.Join(words(before.Unit), " "), strings.Join(words(after.Unit), " "); {
	case a != "" && b != "" && a != b:
		return Unit
	case before.VAT != money.VATUnknown && after.VAT != money.VATUnknown && before.VAT != after.VAT:
		return VATBasis
	}
	return ""
}

// factor returns the reason where one price is ten, a hundred or a thousand times the other.
func factor(x, y money.Amount) string {
	if x.Micros() < y.Micros() {
		x, y = y, x
	}
	for _, f := range []struct {
		times  int64
		reason string
	}{{10, Factor10}, {100, Factor100}, {1000, Factor1000}} {
		times, err := y.Scale(f.times, 1)
		if err != nil {
			return ""
		}
		if off, err := x.BasisPoints(times); err == nil && off >= -exactBasisPoints && off <= exactBasisPoints {
			return f.reason
		}
	}
	return ""
}

// isVAT reports whether the lower of two prices is the higher one without VAT at one of the rates, to one minor unit and
// to exactBasisPoints.
func isVAT(x, y money.Amount, rates []market.Percent) bool {
	if x.Micros() < y.Micros() {
		x, y = y, x
	}
	unit := int64(money.Micros)
	for range x.Currency().Digits() {
		unit /= 10
	}
	return slices.ContainsFunc(rates, func(r market.Percent) bool {
		net, err := x.Scale(10_000, 10_000+int64(r))
		if err != nil {
			return false
		}
		near := min(unit, y.Micros()/(10_000/exactBasisPoints))
		off := net.Micros() - y.Micros()
		return off <= near && off >= -near
	})
}

// flapWindow is within which time prices that take turns are unstable, and flapTurns how many in a row: A, B, A, B.
const (
	flapWindow = 24 * time.Hour
	flapTurns  = 4
)

// flaps reports whether obs goes on with two prices that take turns.
func (p Past) flaps(obs market.Observation) bool {
	turns := []money.Amount{obs.Offer.Price}
	for i := len(p.Recent) - 1; i >= 0 && obs.SeenAt.Sub(p.Recent[i].SeenAt) <= flapWindow; i-- {
		price := p.Recent[i].Offer.Price
		n := len(turns)
		if !price.Known() || p.Recent[i].Trust.State == market.Refused || price == turns[n-1] {
			continue
		}
		if n >= 2 && price != turns[n-2] {
			return false
		}
		if turns = append(turns, price); len(turns) >= flapTurns {
			return true
		}
	}
	return false
}

// A price has ups and downs of its own where it was trusted spreadLooks times within spreadDays. A change from the last
// trusted price of more than spreadTimes the median distance of those prices from their median is doubted; one below
// spreadLeast (5 %) never is, nor is any where most prices are the same.
const (
	spreadDays  = 30 * 24 * time.Hour
	spreadLooks = 8
	spreadTimes = 6
	spreadLeast = 500
)

// beyondSpread reports whether a change of so many basis points is far beyond what the price usually does.
func (p Past) beyondSpread(obs market.Observation, change int64) bool {
	if change < spreadLeast {
		return false
	}
	var prices []int64
	for _, o := range p.Recent {
		a := o.Offer.Price
		if o.Trust.State == market.Trusted && a.Known() && a.Currency() == obs.Offer.Price.Currency() && obs.SeenAt.Sub(o.SeenAt) <= spreadDays {
			prices = append(prices, a.Micros())
		}
	}
	if len(prices) < spreadLooks {
		return false
	}
	middle := median(prices)
	for i, m := range prices {
		prices[i] = max(m-middle, middle-m)
	}
	moved := obs.Offer.Price.Micros() - p.Trusted.Offer.Price.Micros()
	distance := median(prices)
	return distance > 0 && max(moved, -moved)/spreadTimes > distance
}

// median sorts xs and returns the one in the middle, the lower of two.
func median(xs []int64) int64 {
	slices.Sort(xs)
	return xs[(len(xs)-1)/2]
}

// Release says in words what would release a value that is held.
func Release(t market.Trust, p Policy) string {
	apart := p.WithDefaults().ConfirmAfter / 2
	switch {
	case t.State != market.Quarantined:
		return ""
	case t.Reason == Rejected:
		return "nothing but a person who accepts it"
	case t.Reason == Unstable:
		return "24 hours without another turn, or a person"
	case t.Reason == Disagree:
		return "a page that says one price, a rule in sources.yaml that says which counts, or a person"
	case t.Reason == ShopChanged:
		return "a run in which the shop is as before, or a person"
	case t.Needs == 1:
		return fmt.Sprintf("1 more look that says the same, %s later or more, or a person", apart)
	case t.Needs > 1:
		return fmt.Sprintf("%d more looks that say the same, %s apart or more, or a person", t.Needs, apart)
	}
	return "a person"
}
