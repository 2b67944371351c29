// Package quality doubts observations: is this price believable, given what was seen before? It is pure:
// an observation and its past in, a verdict out. A wrong price is worse than none, so what cannot be
// believed at once is held in quarantine until it is seen again or a person decides.
package quality

import (
	"time"

	"pricegap/market"
)

// The reasons of quarantine. The strings are a contract.
const (
	Zero        = "zero"         // the price is nought
	Negative    = "negative"     // the price is below nought
	Placeholder = "placeholder"  // the price is one minor unit (0.01), which shops write where none is set
	GeoVariant  = "geo_variant"  // the number stayed, the currency is another
	Currency    = "currency"     // number and currency are others
	Factor10    = "factor_10"    // ten times as much or a tenth
	Factor100   = "factor_100"   // a hundred times as much or a hundredth: a lost decimal sign
	Factor1000  = "factor_1000"  // a thousand times as much or a thousandth: a lost thousands sign
	Collapse    = "collapse"     // a fifth or less of what it was
	Jump        = "jump"         // a change of Policy.Jump or more
	VATFactor   = "vat_factor"   // exactly the old price with, or without, a rate of VAT
	VATBasis    = "vat_basis"    // the price is said to be with VAT and was without, or the other way round
	Spread      = "spread"       // a change far beyond the price's own ups and downs of 30 days
	PastLimit   = "limit"        // far past what a person said that such articles cost
	Unit        = "unit"         // the price is for another unit than before
	Identity    = "identity"     // the page is about another thing than before
	Unstable    = "unstable"     // two prices by turns within 24 hours
	Disagree    = "disagree"     // readers of the page contradict each other
	ShopChanged = "shop_changed" // new in a run in which the whole shop was odd
	Rejected    = "rejected"     // a person decided that it is wrong
	Disputed    = "disputed"     // somebody who knows better said that it is wrong; a person decides
)

// Reasons are all of them.
var Reasons = []string{
	Zero, Negative, Placeholder, GeoVariant, Currency, Factor10, Factor100, Factor1000, Collapse, Jump, VATFactor, VATBasis, Spread, PastLimit,
	Unit, Identity, Unstable, Disagree, Rejected, Disputed, ShopChanged,
}

// Accepted is the reason of trust in a value that a person let pass.
const Accepted = "accepted"

// lasting are the reasons that repetition does not release where Needs is 0: who sees the same value again knows no more
// than before.
var lasting = map[string]bool{Rejected: true, Disputed: true, Identity: true}

// Policy are the limits of doubt. The zero Policy means the defaults in brackets.
type Policy struct {
	// Jump is the change, up or down, from which a price needs a witness [30%].
	Jump market.Percent `yaml:"jump" json:"jump,omitzero" jsonschema:"Change of a price, up or down, from which it is held back until it is seen again; 30% when empty."`
	// ConfirmAfter is how long after a held value the page is fetched again [10m]. A repetition sooner than half
	// of that is the same glitch seen twice and confirms nothing.
	ConfirmAfter time.Duration `yaml:"confirm_after" json:"confirm_after,omitzero" jsonschema:"How long after a held price the page is fetched again to confirm it; 10m when empty."`
	// Limits are what articles of ours cost, as people know; the first that is for an article counts.
	Limits []Limit `yaml:"limits" json:"limits,omitzero" jsonschema:"What articles of ours cost at least and at most in the trade; the first that is for an article counts."`
	// VAT are the rates of the source's country; see Rates.
	VAT []market.Percent `yaml:"-" json:"-"`
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

// Past is what is known of a listing. Baseline picks Trusted and Held out of a history.
type Past struct {
	// Trusted is the newest trusted observation that has a price, the zero Observation when there is none; Held are the
	// quarantined ones since, in order of time.
	Trusted market.Observation
	Held    []market.Observation
	// Recent are all observations of Memory before, in order of time. They are needed where Moved says so.
	Recent []market.Observation
	// Limit is what the article costs that the listing sells, as far as that is known.
	Limit Limit
}

// Memory is how far back a listing's own past is looked at where its price moves.
const Memory = 90 * 24 * time.Hour

// Moved reports whether a look says another price than the trusted one, so that Past.Recent is needed.
func Moved(obs, trusted market.Observation) bool {
	return obs.Offer.Price.Known() && trusted.Listing != "" && obs.Offer.Price != trusted.Offer.Price
}

// Verdict is what Judge says.
type Verdict struct {
	Trust market.Trust
	// Refused are the held observations that this one shows to be wrong; they never become trusted.
	Refused []market.Observation
}

// Judge says whether obs is to be trusted, given what is known of its listing.
//
// The first price of a listing is trusted unless it cannot be one, or lies far past a limit. What cannot be believed beside the trusted
// observation is quarantined until equal prices in a row, each at least half of ConfirmAfter after the one before, are as
// many as the reason needs; see Trust.Needs. Some are never released by repetition: Needs is 0, and a person decides, or
// for an unstable price time. What a person rejected stays so when it is seen again. A price near the trusted one is
// trusted, and refuses what was held. An offer without a price has nothing to doubt. One that comes with Disagree for the reason of
// its trust is held, and bears no witness, unless a person accepted its price when it was seen last.
func Judge(obs market.Observation, past Past, p Policy) Verdict {
	p = p.WithDefaults()
	price, old := obs.Offer.Price, past.Trusted.Offer.Price
	if !price.Known() {
		return Verdict{Trust: market.Trust{State: market.Trusted}}
	}
	if t, ok := past.decided(obs); ok {
		return Verdict{Trust: t}
	}
	if reason := impossible(price); reason != "" && price != old { // unless a person accepted it
		return Verdict{Trust: market.Trust{State: market.Quarantined, Reason: reason}}
	}
	reason, needs := past.doubt(obs, p)
	if obs.Trust.Reason == Disagree {
		if reason == "" && price == old && past.Trusted.Trust.Reason == Accepted {
			return Verdict{Trust: past.Trusted.Trust, Refused: past.Held}
		}
		return Verdict{Trust: market.Trust{State: market.Quarantined, Reason: Disagree}}
	}
	if reason == "" {
		return Verdict{Trust: market.Trust{State: market.Trusted}, Refused: past.Held}
	}
	same, others := repetitions(obs, past.Held, p.ConfirmAfter/2)
	if needs > 0 && same >= needs {
		return Verdict{Trust: market.Trust{State: market.Trusted}, Refused: others}
	}
	return Verdict{Trust: market.Trust{State: market.Quarantined, Reason: reason, Needs: max(needs-same, 0)}}
}

// decided returns the trust in a value on which the last word was spoken: by a person who rejected it, or for a reason
// that lasts while the same is seen.
func (p Past) decided(obs market.Observation) (market.Trust, bool) {
	price := obs.Offer.Price
	if n := len(p.Held); n > 0 && p.Held[n-1].Offer.Price == price && p.Held[n-1].Trust.Needs == 0 && lasting[p.Held[n-1].Trust.Reason] {
		if i, _ := identity(p.Held[n-1].Offer, obs.Offer); i == "" {
			return p.Held[n-1].Trust, true
		}
	}
	for i := len(p.Recent) - 1; i >= 0; i-- {
		o := p.Recent[i]
		if o.Offer.Price == price && (o.Trust.Reason == Rejected || o.Trust.Reason == Accepted) {
			return o.Trust, o.Trust.Reason == Rejected
		}
	}
	return market.Trust{}, false
}

// Reject returns the trust in a value that a person says is wrong, and Accept that in one that a person lets pass.
func Reject(by market.Text, at time.Time) market.Trust {
	return market.Trust{State: market.Quarantined, Reason: Rejected, By: by, DecidedAt: at.UTC().Truncate(time.Second)}
}

// Dispute returns the trust in a value that somebody says is wrong, about which a person has to decide. It takes the value away from
// what was trusted until then.
func Dispute(by market.Text, at time.Time) market.Trust {
	return market.Trust{State: market.Quarantined, Reason: Disputed, By: by, DecidedAt: at.UTC().Truncate(time.Second)}
}

// Accept is the opposite of Reject.
func Accept(by market.Text, at time.Time) market.Trust {
	return market.Trust{State: market.Trusted, Reason: Accepted, By: by, DecidedAt: at.UTC().Truncate(time.Second)}
}

// repetitions counts the observations at the end of held that state the same price, each apart enough
// from the next to be a witness of its own, and returns the ones that do not. One whose page contradicts itself is none.
func repetitions(obs market.Observation, held []market.Observation, apart time.Duration) (n int, others []market.Observation) {
	i, at := len(held), obs.SeenAt
	for i > 0 && held[i-1].Offer.Price == obs.Offer.Price && held[i-1].Trust.Reason != Disagree {
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
