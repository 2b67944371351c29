package alerts

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"pricegap/alerts/calm"
	"pricegap/alerts/formula"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

// Cursor is the name of the desk's place in the change log. Whoever feeds the desk reads the log from there.
const Cursor = "alerts"

// Options are the parts of a Desk.
type Options struct {
	// Box keeps the alerts; the desk is the only one that writes them.
	Box      Box
	Rules    []Configured
	Routes   []calm.Route
	Channels []Channel
	// Shops are all shops, ours included; they say what our formula offers that a rival does not.
	Shops []compare.Shop
	// Formula is ours, as messages name it.
	Formula market.Formula
	Clock   market.Clock // nil means the wall clock
	Log     *slog.Logger // nil discards
	// Timeout bounds one attempt to tell a channel; 0 means one minute.
	Timeout time.Duration
	// LookEvery is how often what fires and is told is judged again, though only growing stale can change it; 0 means 10 minutes.
	LookEvery time.Duration
	// Silences returns the silences; nil means that there are none.
	Silences func(ctx context.Context) ([]calm.Silence, error)
	// Going reports whether a source is being crawled: what is found there is told when the run ends. nil means never.
	Going func(id market.SourceID) bool
	// Due says when digests are due; nil means never.
	Due calm.Due
	// Products yields products, by which messages are put in order; nil means that nothing is known of them.
	Products calm.Catalog
	// Advise says whether we match a rival's price; nil means that there is no policy.
	Advise formula.Advise
}

// Desk stands between what changes and who is told: it judges, waits, groups and delivers. It is safe for
// concurrent use, but there must be only one for a Box.
type Desk struct {
	o     Options
	rules map[string]Configured

	mu     sync.Mutex
	loaded bool
	alerts map[string]market.Alert // as the box has them; replaced, never edited
	ids    map[subject]string      // of the alerts by what they are about, since to reckon them costs much
	quiet  map[string]time.Time    // channels that asked for rest outside a delivery
	looked map[string]time.Time    // when an alert was last judged, by id
	calm   calm.Now
	gates  map[string]calm.Gate // by channel
	diary  calm.Diaries
	doubt  map[string]bool // alerts of which the last look could not say that they hold, by id

	delivering sync.Mutex // one delivery at a time
}

// NewDesk returns a desk over the alerts that the box has kept.
func NewDesk(o Options) *Desk {
	if o.Clock == nil {
		o.Clock = market.WallClock
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Timeout, o.LookEvery = cmp.Or(o.Timeout, time.Minute), cmp.Or(o.LookEvery, 10*time.Minute)
	d := &Desk{o: o, rules: make(map[string]Configured, len(o.Rules)), quiet: map[string]time.Time{}, looked: map[string]time.Time{}, doubt: map[string]bool{}}
	for _, r := range o.Rules {
		d.rules[r.Name] = r
	}
	return d
}

// load reads the box at first need and after a failed write, whose outcome nobody knows. The caller holds mu.
func (d *Desk) load(ctx context.Context) error {
	if d.loaded {
		return nil
	}
	d.alerts, d.ids = map[string]market.Alert{}, map[subject]string{}
	for a, err := range d.o.Box.Alerts(ctx) {
		if err != nil {
			return fmt.Errorf("alerts: box: %w", err)
		}
		d.alerts[a.ID], d.ids[subject{a.Rule, a.Topic}] = a, a.ID
	}
	var err error
	if d.diary, err = calm.ReadDiaries(ctx, d.o.Box); err != nil {
		return fmt.Errorf("alerts: %w", err)
	}
	d.loaded = true
	return nil
}

// put writes alerts and moves the Cursor, in one transaction. The caller holds mu.
func (d *Desk) put(ctx context.Context, seq uint64, as map[string]market.Alert) error {
	name := Cursor
	if seq == 0 {
		if name = ""; len(as) == 0 {
			return nil
		}
	}
	list := make([]market.Alert, 0, len(as))
	for _, id := range slices.Sorted(maps.Keys(as)) {
		as[id] = d.o.Advise.Give(ctx, d.alerts[id], as[id])
		list = append(list, as[id])
	}
	if err := d.o.Box.PutAlerts(ctx, name, seq, list...); err != nil {
		d.loaded = false
		return fmt.Errorf("alerts: box: %w", err)
	}
	maps.Copy(d.alerts, as)
	return nil
}

// Judge lets every rule judge the events, in order, and keeps what follows together with the place in the
// log, in one transaction. The events of one change belong in one call; seq is the last change that they, and
// those changes that touch no product, bring the desk up to, 0 for events that are not of the log. A change
// that was judged before is passed over, so judging twice is harmless.
func (d *Desk) Judge(ctx context.Context, seq uint64, events ...Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return err
	}
	done, err := d.o.Box.Cursor(ctx, Cursor)
	if err != nil {
		return fmt.Errorf("alerts: box: %w", err)
	}
	work := map[string]market.Alert{}
	for i := range events {
		e := &events[i]
		if e.Change != nil && e.Change.Seq <= done {
			continue
		}
		for _, r := range d.o.Rules {
			if e.Change != nil && e.Change.After.SeenAt.Before(r.Since) {
				continue
			}
			fs := r.Rule.Judge(e)
			for _, f := range fs {
				d.apply(work, e, r, f)
			}
			if len(fs) == 0 && e.Source.ID != "" {
				d.leave(work, ID(r.Name, market.Topic{Source: e.Source.ID}), e.Now)
			}
		}
	}
	if seq <= done {
		seq = 0
	}
	return d.put(ctx, seq, work)
}

// leave ends the alert of that id, if it lives, of which its rule does not speak any more. The caller holds mu.
func (d *Desk) leave(work map[string]market.Alert, id string, now time.Time) {
	if a, known := d.alerts[id]; known && alive(a) {
		work[id] = end(a, now)
	}
}

// Tick judges the living alerts about products again, since nothing changes while one waits; lookup gives the standings of products at
// now, in that order, one without a product id when it is no longer known. A topic that its rule no longer sees is over. Call it before
// Deliver: so the condition is checked once more before anybody is told. It asks for what waits for its time and for what is to be told
// each time, and for the rest every Options.LookEvery. What is not known to hold by then is told to nobody until it is.
func (d *Desk) Tick(ctx context.Context, now time.Time, lookup func([]market.ProductID) ([]compare.Standing, error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return err
	}
	if err := d.look(ctx, now); err != nil {
		return err
	}
	work, of := map[string]market.Alert{}, map[market.ProductID][]string{}
	for id, a := range d.alerts {
		switch _, known := d.rules[a.Rule]; {
		case !alive(a):
		case !known, a.Topic.Product == "" && !slices.ContainsFunc(d.o.Shops, func(s compare.Shop) bool { return s.ID == a.Topic.Source }):
			work[id] = end(a, now)
		case a.Topic.Product != "" && d.due(a, now):
			of[a.Topic.Product] = append(of[a.Topic.Product], id)
		}
	}
	ids := slices.Sorted(maps.Keys(of))
	standings, err := lookup(ids)
	if err != nil {
		return fmt.Errorf("alerts: standings: %w", err)
	}
	for i, product := range ids {
		for _, id := range of[product] {
			d.tick(work, id, now, standings[i])
		}
	}
	return d.put(ctx, 0, work)
}

// tick judges one alert again. The caller holds mu.
func (d *Desk) tick(work map[string]market.Alert, id string, now time.Time, s compare.Standing) {
	a := d.alerts[id]
	if d.looked[id] = now; a.Once {
		d.doubt[id] = a.Facts.EndedAt.IsZero() && formula.Unseen(&s, a.Topic.Source)
		if f := formula.Renew(a.Facts, s, d.o.Shops); firing(a) && !reflect.DeepEqual(f, a.Facts) {
			a.Facts = f // it may have waited to be told
			work[id] = a
		}
		return
	}
	r, e := d.rules[a.Rule], &Event{Now: now, Tick: true, Standing: s}
	d.apply(work, e, r, on(a, r.Rule.Judge(e)))
}

// due reports whether a is to be judged again at now. The caller holds mu.
func (d *Desk) due(a market.Alert, now time.Time) bool {
	if !a.Once && d.looked[a.ID].Equal(now) {
		return false // it was, at that moment
	}
	if a.State != market.AlertFiring {
		return true
	}
	for _, c := range d.o.Channels {
		if d.owed(a, c.Name) != "" && d.muted(a, c.Name) == "" {
			return true
		}
	}
	since := now.Sub(d.looked[a.ID])
	return !a.Once && (since < 0 || since >= d.o.LookEvery)
}

// on picks the finding on a's topic; where there is none, the topic is over, and its prices with it.
func on(a market.Alert, fs []Finding) Finding {
	for _, f := range fs {
		if f.Topic == a.Topic {
			return f
		}
	}
	f := a.Facts
	f.Gap, f.GapBasisPoints = money.Amount{}, market.Count{}
	f.Ours.Price, f.Ours.Delivered, f.Theirs.Price, f.Theirs.Delivered = money.Amount{}, money.Amount{}, money.Amount{}, money.Amount{}
	return Finding{Topic: a.Topic, Holds: No, Facts: func() market.Facts { return f }}
}

// subject is what one alert is about.
type subject struct {
	rule  string
	topic market.Topic
}

// concerned returns the alert that f is about as it is; false where it stays that: most findings are that nothing holds, of what nobody
// was told of, and of them it is not asked what they say.
func (d *Desk) concerned(work map[string]market.Alert, e *Event, r Configured, f Finding) (a market.Alert, ok bool) {
	of := subject{r.Name, f.Topic}
	id := d.ids[of]
	switch {
	case id != "":
	case f.Holds != Yes && f.Holds != Happened:
		return a, false
	default:
		id = ID(r.Name, f.Topic)
		d.ids[of] = id
	}
	a, known := work[id]
	if !known {
		a, known = d.alerts[id]
	}
	if !known {
		a = market.Alert{ID: id, Rule: r.Name, Kind: r.Kind, Topic: f.Topic, State: market.AlertInactive, Since: e.Now}
	}
	if e.Tick {
		d.looked[id] = e.Now
	}
	delete(d.doubt, id)
	if f.Holds == Neither {
		d.doubt[id] = true
	}
	return a, f.Holds != Neither && (alive(a) || f.Holds != No && f.Holds != Still) // else Step leaves it
}

// apply steps the alert that f is about and puts it into work when it differs.
func (d *Desk) apply(work map[string]market.Alert, e *Event, r Configured, f Finding) {
	before, ok := d.concerned(work, e, r, f)
	if !ok {
		return
	}
	var facts market.Facts
	if f.Facts != nil {
		facts = f.Facts()
	}
	after := Step(before, sign(before, e, f, &facts), r.Timing)
	changed := after.Transition != before.Transition
	switch {
	case !alive(before) && !alive(after) && !changed:
		return
	case f.Holds == Moved && !changed && (!before.Once || !firing(before) || !calm.Untold(before)):
		return
	}
	after.Facts = facts
	after.Facts.Verdict = before.Facts.Verdict // until advised
	formula.Enrich(&after.Facts, e.Standing, d.o.Shops)
	if f.Holds != Happened {
		formula.KeepBegin(&after.Facts, before.Facts)
	}
	if (f.Holds == Happened || f.Holds == Moved) && !changed {
		after.Facts.Before = before.Facts.Before
		if undone(after, r.Rule) {
			after = end(after, e.Now)
		}
	}
	if after.State != before.State {
		after.ChangeSeq = 0
		if e.Change != nil {
			after.ChangeSeq = e.Change.Seq
		}
	}
	if changed {
		after.Channels, after.Escalated = d.route(after, r), nil
		after.Told = calm.Revived(after.Told)
	}
	if f, g := &after.Facts, &before.Facts; f.Ours != g.Ours || f.Theirs != g.Theirs || !reflect.DeepEqual(after, before) { // which costs much
		work[after.ID] = after
	}
}

// sign is what the life of an alert is given of a finding.
func sign(a market.Alert, e *Event, f Finding, facts *market.Facts) Sign {
	side := formula.About(f.Topic, facts)
	s := Sign{
		Holds: f.Holds, At: e.Now, SeenAt: side.SeenAt,
		// the end of a promotion is news of its own to a rule that tells of both
		Back: side.Price.Known() && side.Price == a.Facts.Before && facts.Promotion == a.Facts.Promotion,
	}
	if s.SeenAt.IsZero() {
		s.SeenAt = e.Now // nothing of it was seen on a page
	}
	return s
}

// undone reports whether a price is back where it was before anybody was told, or so near that the rule would
// not have told it.
func undone(a market.Alert, r Rule) bool {
	side := formula.About(a.Topic, &a.Facts)
	if c, ok := r.(Chooser); ok {
		r = c.For(market.Product{ID: a.Topic.Product, Brand: a.Facts.Brand, Category: a.Facts.Category})
	}
	if m, ok := r.(Mover); ok {
		return !m.Tells(a.Facts.Before, side.Price)
	}
	return a.Facts.Before.Known() && a.Facts.Before == side.Price
}
