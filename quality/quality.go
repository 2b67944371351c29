// Package quality doubts observations: is this price believable, given what was seen before? It is pure:
// an observation and its past in, a verdict out. A wrong price is worse than none, so what cannot be
// believed at once is held in quarantine until it is seen again, or refused when it is not.
package quality

import (
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// The reasons of quarantine. The strings are a contract.
const (
	Zero        = "zero"        // the price is nought
	Negative    = "negative"    // the price is below nought
	Placeholder = "placeholder" // the price is one minor unit (0.01), which shops write where none is set
	GeoVariant  = "geo_variant" // the number stayed, the currency is another
	Currency    = "currency"    // number and currency are others
	Factor10    = "factor_10"   // ten times as much or a tenth
	Factor100   = "factor_100"  // a hundred times as much or a hundredth: a lost decimal sign
	Factor1000  = "factor_1000" // a thousand times as much or a thousandth: a lost thousands sign
	Collapse    = "collapse"    // a fifth or less of what it was
	Jump        = "jump"        // a change of Policy.Jump or more
)

// exactBasisPoints is how far a change may lie from an exact factor and still count as one: 0.2 %.
const exactBasisPoints = 20

// collapseBasisPoints is the share of the old price at which a fall is a collapse.
const collapseBasisPoints = 2_000

// Policy are the limits of doubt. The zero Policy means the defaults in brackets.
type Policy struct {
	// Jump is the change, up or down, from which a price needs a witness [30%].
	Jump market.Percent `yaml:"jump" json:"jump,omitzero" jsonschema:"Change of a price, up or down, from which it is held back until it is seen again; 30% when empty."`
	// ConfirmAfter is how long after a held value the page is fetched again [10m]. A repetition sooner than half
	// of that is the same glitch seen twice and confirms nothing.
	ConfirmAfter time.Duration `yaml:"confirm_after" json:"confirm_after,omitzero" jsonschema:"How long after a held price the page is fetched again to confirm it; 10m when empty."`
}

// WithDefaults returns p with the defaults in the place of what is not set.
func (p Policy) WithDefaults() Policy {
	if p.Jump <= 0 {
		p.Jump = 3_000
	}
	if p.ConfirmAfter <= 0 {
		p.ConfirmAfter = 10 * time.Minute
	}
	return p
}

// Verdict is what Judge says.
type Verdict struct {
	Trust market.Trust
	// Refused are the held observations that this one shows to be wrong; they never become trusted.
	Refused []market.Observation
}

// Judge says whether obs is to be trusted. trusted is the newest trusted observation of the listing that
// has a price, the zero Observation when there is none; held are the quarantined ones since, in order of time.
// Baseline picks both out of a history.
//
// The first price of a listing is trusted unless it cannot be one. A price that differs too much from the
// trusted one is quarantined until equal observations in a row, each at least half of ConfirmAfter after
// the one before, are as many as its reason needs: one more for a jump, two for an exact factor, a collapse
// or another currency. Nought, less and the placeholder are never released by repetition: Needs is 0. A price
// near the trusted one is trusted, and refuses what was held. An offer without a price has nothing to doubt.
func Judge(obs, trusted market.Observation, held []market.Observation, p Policy) Verdict {
	p = p.WithDefaults()
	price, old := obs.Offer.Price, trusted.Offer.Price
	if !price.Known() {
		return Verdict{Trust: market.Trust{State: market.Trusted}}
	}
	if reason := impossible(price); reason != "" {
		return Verdict{Trust: market.Trust{State: market.Quarantined, Reason: reason}}
	}
	reason, needs := doubt(price, old, p)
	if reason == "" {
		return Verdict{Trust: market.Trust{State: market.Trusted}, Refused: held}
	}
	same, others := repetitions(obs, held, p.ConfirmAfter/2)
	if same >= needs {
		return Verdict{Trust: market.Trust{State: market.Trusted}, Refused: others}
	}
	return Verdict{Trust: market.Trust{State: market.Quarantined, Reason: reason, Needs: needs - same}}
}

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

// doubt returns why price is not believed beside the old one and how many repetitions it needs.
func doubt(price, old money.Amount, p Policy) (reason string, needs int) {
	if !old.Known() || old.Sign() <= 0 {
		return "", 0
	}
	if price.Currency() != old.Currency() {
		if price.Micros() == old.Micros() {
			return GeoVariant, 2
		}
		return Currency, 2
	}
	if r := factor(price, old); r != "" {
		return r, 2
	}
	if share, err := price.Share(old); err == nil && share <= collapseBasisPoints {
		return Collapse, 2
	}
	change, err := price.BasisPoints(old)
	if err != nil || change >= int64(p.Jump) || -change >= int64(p.Jump) {
		return Jump, 1
	}
	return "", 0
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

// repetitions counts the observations at the end of held that state the same price, each apart enough
// from the next to be a witness of its own, and returns the ones that do not.
func repetitions(obs market.Observation, held []market.Observation, apart time.Duration) (n int, others []market.Observation) {
	i, at := len(held), obs.SeenAt
	for i > 0 && held[i-1].Offer.Price == obs.Offer.Price {
		i--
		if d := at.Sub(held[i].SeenAt); d > 0 && d >= apart {
			n++
			at = held[i].SeenAt
		}
	}
	return n, held[:i]
}

// Baseline picks out of a listing's history, in order of time, what Judge needs: the newest trusted
// observation with a price, and the quarantined ones after it.
func Baseline(history []market.Observation) (trusted market.Observation, held []market.Observation) {
	for _, o := range history {
		switch {
		case o.Trust.State == market.Trusted && o.Offer.Price.Known():
			trusted, held = o, nil
		case o.Trust.State == market.Quarantined:
			held = append(held, o)
		}
	}
	return trusted, held
}
