// Package referee says what our price-match policy makes of what was seen: a verdict now or at any moment before, and what a
// policy would have granted over a time.
package referee

import (
	"context"
	"iter"
	"slices"
	"sort"
	"time"

	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/store"
)

// Query asks for verdicts on the rivals of one product.
type Query struct {
	Product market.ProductID `json:"product"`
	// Sources restricts the rivals.
	Sources []market.SourceID `json:"sources,omitzero"`
	// AsOf looks back; zero is now.
	AsOf time.Time `json:"as_of,omitzero"`
	// Role is who asks, Store the id of the store of ours where, "" where that is not known.
	Role  policy.Role `json:"role"`
	Store string      `json:"store,omitzero"`
}

// BacktestQuery asks what a policy would have granted.
type BacktestQuery struct {
	// Since is the first moment that is judged; from then on one a day is, up to now.
	Since time.Time `json:"since"`
	// Category is a prefix, Brand a whole word; both ignore case.
	Category string `json:"category,omitzero"`
	Brand    string `json:"brand,omitzero"`
	// Sources restricts the rivals.
	Sources []market.SourceID `json:"sources,omitzero"`
	Store   string            `json:"store,omitzero"`
	// Policy is tried in the place of the one in force; nil means that one.
	Policy *policy.Policy `json:"policy,omitzero"`
}

// Judge answers what a price-match policy says. Neither answer holds a floor.
type Judge interface {
	// Verdicts returns the verdict on each rival of whom anything was seen, in the order of sources.yaml; none where there is no
	// policy in force, no such product, or nothing seen.
	Verdicts(ctx context.Context, q Query) ([]policy.Verdict, error)
	// Backtest counts what a policy would have granted; the zero Trial where there is none.
	Backtest(ctx context.Context, q BacktestQuery) (policy.Trial, error)
}

// Store is what a Referee reads; store.Store satisfies it.
type Store interface {
	Products(ctx context.Context, ids ...market.ProductID) iter.Seq2[market.Product, error]
	Matches(ctx context.Context, products ...market.ProductID) iter.Seq2[market.Match, error]
	History(ctx context.Context, id market.ListingID, from, to time.Time) iter.Seq2[market.Observation, error]
}

var _ Store = store.Store(nil)

// Referee implements Judge over a store. It is safe for concurrent use.
type Referee struct {
	store  Store
	policy *policy.Policy
	shops  []compare.Shop
	opts   compare.Options
	clock  market.Clock
}

// New returns a Referee for shops in the order of sources.yaml; p is nil where there is no policy in force.
func New(st Store, p *policy.Policy, shops []compare.Shop, o compare.Options, clock market.Clock) *Referee {
	return &Referee{st, p, shops, o, clock}
}

// Verdicts implements Judge.
func (r *Referee) Verdicts(ctx context.Context, q Query) ([]policy.Verdict, error) {
	if r.policy == nil || q.Product == "" {
		return nil, nil
	}
	at := q.AsOf
	if at.IsZero() {
		at = r.clock()
	}
	for p, err := range r.store.Products(ctx, q.Product) {
		if err != nil {
			return nil, err
		}
		b := r.bench(*r.policy, q.Sources, q.Store)
		f, err := b.file(ctx, p, at, at)
		if err != nil {
			return nil, err
		}
		return b.judge(f, at, q.Role, func(compare.Position) bool { return true }), nil
	}
	return nil, nil
}

// Advise returns what staff are told at this moment of one rival's price; none where there is no policy, or nothing to judge.
func (r *Referee) Advise(ctx context.Context, p market.ProductID, s market.SourceID) (market.Verdict, error) {
	vs, err := r.Verdicts(ctx, Query{Product: p, Sources: []market.SourceID{s}, Role: policy.Staff})
	if err != nil || len(vs) == 0 {
		return market.Verdict{}, err
	}
	return vs[0].Brief(), nil
}

// bench judges by one policy, for one store of ours, among some of the shops.
type bench struct {
	*Referee
	by    policy.Policy
	among []compare.Shop
	where string
}

func (r *Referee) bench(p policy.Policy, sources []market.SourceID, store string) bench {
	b := bench{Referee: r, by: p, where: store}
	for _, s := range r.shops {
		if s.Own || len(sources) == 0 || slices.Contains(sources, s.ID) {
			b.among = append(b.among, s)
		}
	}
	return b
}

// file is all that was seen of one product over a time.
type file struct {
	product market.Product
	matches []market.Match
	looks   map[market.ListingID][]market.Observation // in order of time
}

// file reads what verdicts between from and to need.
func (b bench) file(ctx context.Context, p market.Product, from, to time.Time) (file, error) {
	f := file{product: p, looks: map[market.ListingID][]market.Observation{}}
	from = from.Add(-b.memory())
	for m, err := range b.store.Matches(ctx, p.ID) {
		if err != nil {
			return f, err
		}
		if m.Decision != market.Accept || !slices.ContainsFunc(b.among, func(s compare.Shop) bool { return s.ID == m.Source }) {
			continue
		}
		f.matches = append(f.matches, m)
		var looks []market.Observation
		for o, err := range b.store.History(ctx, m.Listing, from, to.Add(time.Second)) {
			if err != nil {
				return f, err
			}
			looks = append(looks, o)
		}
		f.looks[m.Listing] = looks
	}
	return f, nil
}

// memory is how far back a look can count for anything: what is older is stale, and too old to be compared.
func (b bench) memory() time.Duration {
	back := max(b.by.Memory(), b.opts.TooOld)
	for _, s := range b.among {
		back = max(back, 2*s.Interval)
	}
	return back + time.Second
}

// judge returns the verdicts at a moment on the rivals of whom anything was seen that counts, as far as they are wanted; none
// where our own position is not.
func (b bench) judge(f file, at time.Time, role policy.Role, wanted func(compare.Position) bool) (out []policy.Verdict) {
	opts := b.opts
	opts.Basis, opts.Advantages = b.by.Compared(), false
	board := compare.NewBoard(b.among, f.matches, at, opts)
	past := make(map[market.ListingID][]market.Observation, len(f.looks))
	for id, looks := range f.looks {
		old := sort.Search(len(looks), func(i int) bool { return looks[i].SeenAt.After(at.Add(-b.memory())) })
		n := sort.Search(len(looks), func(i int) bool { return looks[i].SeenAt.After(at) })
		past[id] = looks[old:n]
		for i := n - 1; i >= old; i-- { // the newest trusted one, and what came after it
			if board.See(&looks[i]); looks[i].Trust.State == market.Trusted {
				break
			}
		}
	}
	s := board.Standing(f.product)
	if !wanted(s.Ours) {
		return nil
	}
	for _, p := range s.Rivals {
		if p.Seen.Listing == "" && p.Held == nil || !wanted(p) {
			continue
		}
		out = append(out, b.by.Judge(policy.Facts{
			At: at, Product: f.product, Ours: s.Ours, Theirs: p, OurShop: b.shop(s.Ours.Source), TheirShop: b.shop(p.Source),
			Past: past[p.Listing], Store: b.where,
		}, role))
	}
	return out
}

func (b bench) shop(id market.SourceID) compare.Shop {
	for _, s := range b.among {
		if s.ID == id {
			return s
		}
	}
	return compare.Shop{}
}
