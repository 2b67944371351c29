// Package policy says whether we match a rival's price: rules as data, each with what was read, and a verdict. It is pure:
// the same policy and the same observations give the same verdict at any later time.
//
// What is not known never grants anything. A rule that fails declines; a rule of which it is not known whether it holds
// sends the question to somebody who can look.
package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Role is what somebody may decide.
type Role string

// The roles, each above the one before.
const (
	Staff     Role = "staff"
	ShiftLead Role = "shift_lead"
	Manager   Role = "manager"
	Buyer     Role = "buyer"
)

// Roles lists the roles from the one with the least authority upwards.
var Roles = []Role{Staff, ShiftLead, Manager, Buyer}

// rank is the place of a role in Roles; nobody's is below all.
func (r Role) rank() int { return slices.Index(Roles, r) }

// above returns the one of both with more authority.
func above(a, b Role) Role {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// Proof is what shows that both shops sell the same article.
type Proof string

// The proofs.
const (
	ByGTIN   Proof = "gtin"   // one article number of GS1
	ByModel  Proof = "model"  // one brand, and one number of the maker
	ByPerson Proof = "person" // a person or a file of decided matches said so
)

// Kind is a kind of offer that is not matched.
type Kind string

// The kinds.
const (
	Clearance Kind = "clearance" // by its words
	Member    Kind = "member"    // for members or with a card
	Coupon    Kind = "coupon"    // with a code
	Flash     Kind = "flash"     // younger than For
	Bundle    Kind = "bundle"    // several articles together, by its words
)

// Kinds lists the kinds of offers that can be excluded.
var Kinds = []Kind{Clearance, Member, Coupon, Flash, Bundle}

// Policy is a price-match policy. What is not stated is not asked for, except that prices can be compared, that theirs is the
// lower one, that no floor is crossed, and that somebody has the authority.
type Policy struct {
	Name       string             `json:"name,omitzero" jsonschema:"What staff call the policy."`
	Identity   []Proof            `json:"identity,omitzero" jsonschema:"What proves the same article, one of which is enough: gtin, model or person; gtin when empty."`
	Variant    bool               `json:"same_variant,omitzero" jsonschema:"The colour or variant is the same; the same GTIN proves it."`
	Conditions []market.Condition `json:"conditions,omitzero" jsonschema:"Conditions that are matched, such as new; any when empty."`
	FirstParty bool               `json:"first_party,omitzero" jsonschema:"The rival itself sells it, nobody on its marketplace."`
	NamedOnly  bool               `json:"named_only,omitzero" jsonschema:"Only the rivals below are matched."`
	Rivals     []Rival            `json:"rivals,omitzero" jsonschema:"What is known of rivals, and with named_only the list of those that are matched."`
	WithinKM   int64              `json:"within_km,omitzero" range:"1..20000" jsonschema:"The rival has a store within so many kilometres of the store of ours where it is asked."`
	InStock    bool               `json:"in_stock,omitzero" jsonschema:"The rival has it now."`
	Basis      compare.Basis      `json:"basis,omitzero" jsonschema:"What is compared: the shelf price, or the price plus shipping; shelf when empty."`
	Excluded   []Exclusion        `json:"excluded,omitzero" jsonschema:"Kinds of offers that are not matched."`
	MaxAge     time.Duration      `json:"max_age,omitzero" range:"1m..30d" jsonschema:"Older looks at the rival's page prove nothing, 1m to 30d; 7d when empty. What is stale proves nothing in any case."`
	SameDay    string             `json:"same_day,omitzero" jsonschema:"The look is of the same day in this time zone, such as Europe/Amsterdam."`
	Looks      int64              `json:"looks,omitzero" range:"1..100" jsonschema:"How many looks one after the other must have shown the price; 1 when empty."`
	Same       []market.PointKind `json:"same,omitzero" jsonschema:"Points of our formula in which the rival offers as much: delivery, pickup, warranty, returns, service."`
	Cap        Bound              `json:"cap,omitzero" jsonschema:"The most that anybody gives away."`
	FloorKnown bool               `json:"floor_known,omitzero" jsonschema:"Our own lowest price must stand in the catalogue; where it does, no match goes below it in any case."`
	Tiers      []Tier             `json:"tiers,omitzero" jsonschema:"Who may give away how much, the least authority first."`
	Doubt      Role               `json:"doubt,omitzero" jsonschema:"Who is asked where something is not known; shift_lead when empty."`
	Cases      []Case             `json:"cases,omitzero" jsonschema:"Offers with the verdict that is expected; check --offline tries them."`
}

// Rival is what is known of a rival besides its pages.
type Rival struct {
	Source     market.SourceID  `json:"source" required:"true" jsonschema:"The id of the source."`
	OnlySeller bool             `json:"only_seller,omitzero" jsonschema:"Nobody else sells in this shop, so that a page that names no seller is the shop's own offer."`
	OnlyNew    bool             `json:"only_new,omitzero" jsonschema:"All it sells is new, so that a page that states no condition is of a new one."`
	DistanceKM map[string]int64 `json:"distance_km,omitzero" range:"0..20000" jsonschema:"How far its nearest store is from each of our stores, by the id of our store."`
}

// Exclusion is one kind of offer that is not matched.
type Exclusion struct {
	Kind  Kind          `json:"kind" required:"true" jsonschema:"What kind of offer."`
	Words []string      `json:"words,omitzero" jsonschema:"Words in its name, variant, category or address by which it is known."`
	For   time.Duration `json:"for,omitzero" range:"1h..90d" jsonschema:"For flash: how long a price must have stood, 1h to 90d."`
}

// Bound is a most in money and in percent of our price; both hold where both are stated.
type Bound struct {
	Amount  money.Amount   `json:"amount,omitzero" jsonschema:"The most in money."`
	Percent market.Percent `json:"percent,omitzero" jsonschema:"The most in percent of our price."`
}

// Tier is how much a role may give away; without a bound, anything that the cap and the floor allow.
type Tier struct {
	Role  Role `json:"role" required:"true" jsonschema:"Who."`
	Bound `yaml:",inline"`
}

// withDefaults returns p with the defaults in the place of what is not stated.
func (p Policy) withDefaults() Policy {
	if len(p.Identity) == 0 {
		p.Identity = []Proof{ByGTIN}
	}
	if p.Basis == "" {
		p.Basis = compare.Shelf
	}
	if p.MaxAge == 0 {
		p.MaxAge = 7 * 24 * time.Hour
	}
	if p.Looks == 0 {
		p.Looks = 1
	}
	if p.Doubt == "" {
		p.Doubt = ShiftLead
	}
	return p
}

// Compared returns the basis on which prices are compared.
func (p Policy) Compared() compare.Basis { return p.withDefaults().Basis }

// Print returns 16 hexadecimal digits that differ where two policies decide differently; the cases do not count.
func (p Policy) Print() string {
	p = p.withDefaults()
	p.Name, p.Cases = "", nil
	b, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("policy: print: %v", err)) // plain data always can be marshalled
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// rival returns what is known of a source, and whether it is named at all.
func (p Policy) rival(id market.SourceID) (Rival, bool) {
	i := slices.IndexFunc(p.Rivals, func(r Rival) bool { return r.Source == id })
	if i < 0 {
		return Rival{}, false
	}
	return p.Rivals[i], true
}
