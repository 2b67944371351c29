// Package rehearse lets alert rules judge what was recorded as if they had been there: the same judging, the same life of an
// alert and the same calm as of now, over a store as it was at each moment, with channels that count.
package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"pricegap/alerts"
	"pricegap/market"
	"pricegap/store"
)

// Query asks what rules would have sent. The zero Query asks for those in force since for ever.
type Query struct {
	// Since is the first moment of which is told; what stood before it is no news.
	Since time.Time `json:"since"`
	Ruling
}

// Ruling says which rules are tried. The zero Ruling is those in force.
type Ruling struct {
	// Rules is the text of a file of rules that are tried in the place of those in force; nil means those in force.
	Rules []byte `json:"rules,omitzero"`
	// File is what messages about it call the file.
	File string `json:"file,omitzero"`
	// Only are the names of the rules to try; all where it is empty.
	Only []string `json:"only,omitzero"`
	// Set are options to try, such as "percent=3%", in each rule that states them.
	Set []string `json:"set,omitzero"`
}

// Rehearser tries rules on history.
type Rehearser interface {
	// Rehearse returns what rules would have sent. Errors: what is wrong with the rules.
	Rehearse(ctx context.Context, q Query) (Trial, error)
}

// Trial is what rules would have sent.
type Trial struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Rules are those that were tried, in order, those that would have sent nothing too.
	Rules []Rule `json:"rules"`
	// Days are those on which a channel would have been told something, by channel and day.
	Days []Day `json:"days"`
	// Products are those of which most would have been told, and Others how many more there are.
	Products []Product `json:"products"`
	Others   int       `json:"others,omitzero"`
}

// Rule is what one rule would have told, each channel counted by itself.
type Rule struct {
	Name string `json:"name"`
	Told
}

// Day is what one channel would have been sent on one day, in UTC.
type Day struct {
	Channel string `json:"channel"`
	Day     string `json:"day"` // YYYY-MM-DD
	// Messages, of which Digests are those by schedule.
	Messages int `json:"messages"`
	Digests  int `json:"digests,omitzero"`
	Told
}

// Product is what would have been told of one product, each channel counted by itself.
type Product struct {
	ID    market.ProductID `json:"product"`
	Title market.Text      `json:"title,omitzero"`
	Told
}

// Told counts alerts: Alerts that began, Ended those of which the end was told.
type Told struct {
	Alerts int `json:"alerts"`
	Ended  int `json:"ended,omitzero"`
}

func (t *Told) add(o Told) { t.Alerts, t.Ended = t.Alerts+o.Alerts, t.Ended+o.Ended }

// mostProducts is how many products a Trial names.
const mostProducts = 20

// Company is what a rehearsal is made of.
type Company struct {
	Store store.Store
	Shops []market.SourceID
	Rules []alerts.Configured
	// Channels say how they want to be told; their notifiers are not used.
	Channels []alerts.Channel
	// Now is the end of history.
	Now time.Time
	// Stage returns what judges and tells over a store, to be called at each moment with whether a run has ended since the one before.
	Stage func(st store.Store, channels []alerts.Channel, clock market.Clock) (deliver func(ctx context.Context, ended bool) error, err error)
}

// lead is how long before its beginning a rehearsal starts, besides the patience of the rules, so that what stood then is told by then.
const lead = 24 * time.Hour

// Run rehearses since a moment.
func Run(ctx context.Context, c Company, since time.Time) (Trial, error) {
	patience := time.Duration(0)
	for _, r := range c.Rules {
		patience = max(patience, r.For+r.KeepFiring, r.Damp)
	}
	t := &tally{trial: Trial{From: since, To: c.Now}, rules: map[string]*Told{}, days: map[[2]string]*Day{}, products: map[market.ProductID]*Product{}}
	v, err := newView(ctx, c, since.Add(-patience-lead))
	if err != nil {
		return Trial{}, fmt.Errorf("rehearse: %w", err)
	}
	channels := slices.Clone(c.Channels)
	for i := range channels {
		channels[i].Notifier = counter{t, channels[i].Name}
	}
	deliver, err := c.Stage(v, channels, v.clock)
	if err != nil {
		return Trial{}, err
	}
	for ended := true; ; ended = v.step(c.Now) {
		if err := deliver(ctx, ended); err != nil {
			return Trial{}, fmt.Errorf("rehearse: %s: %w", v.now.Format(time.RFC3339), err)
		}
		if !v.now.Before(c.Now) {
			return t.sum(c.Rules), ctx.Err()
		}
	}
}

// tally counts what channels are told.
type tally struct {
	mu       sync.Mutex
	trial    Trial
	rules    map[string]*Told
	days     map[[2]string]*Day // by channel and day
	products map[market.ProductID]*Product
}

// counter is a channel that counts.
type counter struct {
	*tally
	channel string
}

// Notify implements alerts.Notifier.
func (c counter) Notify(_ context.Context, m alerts.Message) (string, error) {
	if m.At.Before(c.trial.From) {
		return "", nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	day := m.At.UTC().Format(time.DateOnly)
	d := entry(c.days, [2]string{c.channel, day}, Day{Channel: c.channel, Day: day})
	d.Messages++
	if m.Digest {
		d.Digests++
	}
	for _, a := range m.Firing {
		c.count(d, a, Told{Alerts: 1})
	}
	for _, a := range m.Resolved {
		c.count(d, a, Told{Ended: 1})
	}
	return "", nil
}

func (t *tally) count(d *Day, a market.Alert, n Told) {
	d.add(n)
	entry(t.rules, a.Rule, Told{}).add(n)
	if id := a.Topic.Product; id != "" {
		entry(t.products, id, Product{ID: id, Title: a.Facts.Title}).add(n)
	}
}

// entry returns what m has for a key, which begins as that.
func entry[K comparable, V any](m map[K]*V, key K, first V) *V {
	if m[key] == nil {
		m[key] = &first
	}
	return m[key]
}

func (t *tally) sum(rules []alerts.Configured) Trial {
	out := t.trial
	out.Rules, out.Days, out.Products = []Rule{}, []Day{}, []Product{} // lists, not null
	for _, r := range rules {
		out.Rules = append(out.Rules, Rule{r.Name, *entry(t.rules, r.Name, Told{})})
	}
	for d := range maps.Values(t.days) {
		out.Days = append(out.Days, *d)
	}
	slices.SortFunc(out.Days, func(a, b Day) int { return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Day, b.Day)) })
	for p := range maps.Values(t.products) {
		out.Products = append(out.Products, *p)
	}
	slices.SortFunc(out.Products, func(a, b Product) int {
		return cmp.Or(cmp.Compare(b.Alerts+b.Ended, a.Alerts+a.Ended), cmp.Compare(a.ID, b.ID))
	})
	if n := len(out.Products); n > mostProducts {
		out.Products, out.Others = out.Products[:mostProducts], n-mostProducts
	}
	return out
}
