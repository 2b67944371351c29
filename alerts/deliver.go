package alerts

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pricegap/alerts/calm"
	"pricegap/market"
)

const (
	// channelsAtOnce is how many channels are told at the same time.
	channelsAtOnce = 8
	// maxSplits is how many messages of one delivery are told in halves; enough to find a few bad ones among
	// thousands.
	maxSplits = 24
)

// Report is what a delivery did.
type Report struct {
	// Messages were accepted by a channel; Alerts is how many alerts they told.
	Messages, Alerts int
	// Waiting are alerts that some channel should know and does not.
	Waiting int
	// Errors are the reasons, by channel, safe to show.
	Errors map[string]string
}

// parcel is one message with what it tells.
type parcel struct {
	message  Message
	items    []item
	products map[market.ProductID]market.Product
}

// item is one alert in a parcel: what the channel knows when it has the message.
type item struct {
	id         string
	state      market.AlertState
	transition int
}

// attempt is one to tell a channel of which the answer was lost: when it was, and the id of its message, by which it is
// found again; the id is empty for what has changed since. The zero attempt is none.
type attempt struct {
	at time.Time
	id string
}

// Deliver tells every channel what it should know and does not, in one message each; alerts whose answer was
// lost go in a message of their own, marked as a possible repeat. Channels are told at the same time, so one
// that fails or hangs delays no other; it keeps its alerts. The error is that of the box only: what went
// wrong with a channel is in the report.
func (d *Desk) Deliver(ctx context.Context) (Report, error) {
	d.delivering.Lock()
	defer d.delivering.Unlock()
	if err := d.tidy(ctx); err != nil {
		return Report{}, err
	}
	var (
		mu sync.Mutex
		r  Report
		g  errgroup.Group // without a shared context: a failing channel must not stop the others
	)
	g.SetLimit(channelsAtOnce)
	for _, c := range d.o.Channels {
		g.Go(func() error {
			messages, told, err := d.deliver(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			r.Messages += messages
			r.Alerts += told
			return err
		})
	}
	err := g.Wait()
	if err2 := d.tidy(context.WithoutCancel(ctx)); err == nil {
		err = err2
	}
	r.Waiting, r.Errors = d.waiting()
	return r, err
}

// deliver tells one channel and returns how many messages and alerts it took. A message that the channel
// refuses for what it says is told in halves, so that one alert that it cannot take is set aside alone.
func (d *Desk) deliver(ctx context.Context, c Channel) (messages, told int, err error) {
	parcels, err := d.collect(ctx, c)
	splits := 0
	for err == nil && len(parcels) > 0 {
		p := parcels[0]
		parcels = parcels[1:]
		if err = d.mark(ctx, c.Name, p, p.message.At); err != nil {
			break
		}
		reference, sendErr := d.send(ctx, c, p.message)
		if errors.Is(sendErr, ErrContent) && len(p.items) > 1 && splits < maxSplits {
			splits++
			parcels = append(d.halves(c, p), parcels...)
			err = d.mark(context.WithoutCancel(ctx), c.Name, p, time.Time{})
			continue
		}
		err = d.record(context.WithoutCancel(ctx), c.Name, p, reference, sendErr)
		switch {
		case sendErr == nil && err == nil:
			messages++
			told += len(p.items)
			var enough bool
			if enough, err = d.note(context.WithoutCancel(ctx), c, p.message.Digest); err == nil && p.message.Late > 0 {
				err = d.mention(context.WithoutCancel(ctx), c.Name)
			}
			if enough {
				parcels = nil // what is left keeps waiting
			}
			d.o.Log.Info("channel told", "channel", c.Name, "alerts", len(p.items), "repeat", p.message.Repeat)
		case sendErr != nil && !errors.Is(sendErr, ErrContent):
			parcels = nil // the channel wants rest; what is left keeps waiting
			d.hush(c.Name, p, sendErr)
		}
	}
	if err != nil || messages == 0 {
		return messages, told, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return messages, told, d.revive(ctx, c.Name, maxDeaths)
}

// hush leaves a channel alone that took no heartbeat: no alert remembers that.
func (d *Desk) hush(channel string, p parcel, err error) {
	if len(p.items) > 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quiet[channel] = failed(market.Told{}, d.o.Clock(), err, false).NotBefore
}

func (d *Desk) send(ctx context.Context, c Channel, m Message) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, d.o.Timeout)
	defer cancel()
	return c.Notifier.Notify(ctx, m)
}

// collect makes the messages that a channel is owed now; none while it wants rest.
func (d *Desk) collect(ctx context.Context, c Channel) ([]parcel, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return nil, err
	}
	now := d.o.Clock()
	if d.restUntil(c.Name, false).After(now) {
		return nil, nil
	}
	batches := map[attempt][]market.Alert{} // by the lost attempt; zero for the first attempt
	unsaid := 0
	for _, a := range d.alerts {
		t := a.Told[c.Name]
		if unmentioned(a, t) {
			unsaid++
		}
		if !t.Dead && d.owed(a, c.Name) != "" && d.held(a, c.Name) == "" {
			at := attempt{at: t.SendingAt.UTC()}
			if t.SendingTransition == a.Transition && !t.SendingAt.IsZero() {
				at.id = t.SendingID
			}
			batches[at] = append(batches[at], a)
		}
	}
	if len(batches) == 0 && d.gates[c.Name].Digest && c.Heartbeat {
		batches[attempt{}] = nil
	} else if len(batches) == 0 && d.gates[c.Name].Digest {
		return nil, d.diary.Put(ctx, d.o.Box, c.Name, c.Note(d.diary[c.Name], now, true)) // nothing to tell this time
	}
	var out []parcel
	for _, at := range slices.SortedFunc(maps.Keys(batches), func(a, b attempt) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) }) {
		products, err := d.o.Products.Of(ctx, batches[at])
		if err != nil {
			return nil, err
		}
		p := d.parcel(c, batches[at], now, at.at, products)
		p.message.ID = cmp.Or(at.id, p.message.ID)
		p.message.Earlier = calm.Mendable(c.Name, c.GroupBy, p.message.Resolved, maps.Values(d.alerts))
		out = append(out, p)
	}
	if len(out) > 0 {
		out[0].message.Late = unsaid
	}
	return out, nil
}

// note remembers that a channel took a message, and reports whether it was told so often that the next one must wait.
func (d *Desk) note(ctx context.Context, c Channel, digest bool) (enough bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return false, err
	}
	now := d.o.Clock()
	if err := d.diary.Put(ctx, d.o.Box, c.Name, c.Note(d.diary[c.Name], now, digest)); err != nil {
		return false, err
	}
	return c.Paced(d.diary[c.Name], now), nil
}

// unmentioned reports whether a fires, came too late for a channel, and no message said that there is such.
func unmentioned(a market.Alert, t market.Told) bool {
	return firing(a) && t.Late && t.Transition == a.Transition && t.At.IsZero()
}

// restUntil is when a channel may be told again; with asked, only what the channel itself asked for counts
// and not our own patience after a failure. The caller holds mu.
func (d *Desk) restUntil(channel string, asked bool) time.Time {
	rest := d.quiet[channel]
	for _, a := range d.alerts {
		if t := a.Told[channel]; t.NotBefore.After(rest) && (!asked || t.Attempts == 0) {
			rest = t.NotBefore
		}
	}
	return rest
}

func (d *Desk) owed(a market.Alert, channel string) market.AlertState {
	return owes(a, a.Told[channel], slices.Contains(a.Channels, channel), d.rules[a.Rule].TellResolved)
}

// parcel groups alerts into one message, those that matter most first; first is when it was tried before, zero for never.
func (d *Desk) parcel(c Channel, as []market.Alert, now, first time.Time, products map[market.ProductID]market.Product) parcel {
	unknown := calm.Order(as, c.GroupBy, products)
	p := parcel{products: products, message: Message{
		Channel: c.Name, Language: c.Language, Formula: d.o.Formula, Repeat: !first.IsZero(), FirstAt: first, At: now, Zone: c.Hours.Zone,
		Digest: d.gates[c.Name].Digest, GroupBy: c.GroupBy, Spell: c.Spell, Unknown: unknown,
	}}
	names := make([]string, 0, len(as))
	for _, a := range as {
		state := d.owed(a, c.Name)
		if state == market.AlertFiring {
			p.message.Firing = append(p.message.Firing, a)
			if slices.Contains(a.Escalated, c.Name) {
				p.message.Escalated++
			}
		} else {
			p.message.Resolved = append(p.message.Resolved, a)
		}
		p.items = append(p.items, item{a.ID, state, a.Transition})
		names = append(names, a.ID+":"+strconv.Itoa(a.Transition))
	}
	if len(as) == 0 {
		names = append(names, now.UTC().Format(time.RFC3339)) // nothing new at that time
	}
	slices.Sort(names)
	p.message.ID = digest(append(names, c.Name)...)
	return p
}

// halves makes two parcels of one. Only one of them is on its way at a time, so after a crash each is known again.
func (d *Desk) halves(c Channel, p parcel) []parcel {
	as, m := append(slices.Clone(p.message.Firing), p.message.Resolved...), p.message
	one, two := d.parcel(c, as[:len(as)/2], m.At, m.FirstAt, p.products), d.parcel(c, as[len(as)/2:], m.At, m.FirstAt, p.products)
	one.message.Late, one.message.Digest, two.message.Digest = m.Late, m.Digest, m.Digest
	return []parcel{one, two}
}

// mark notes when a message leaves that may arrive; zero that it certainly did not. A repeat may have at its first attempt,
// which stays the one to repeat.
func (d *Desk) mark(ctx context.Context, channel string, p parcel, at time.Time) error {
	return d.change(ctx, channel, p, func(i item, t market.Told) market.Told {
		if !p.message.Repeat {
			t.SendingAt, t.SendingID, t.SendingTransition = at, p.message.ID, i.transition
		}
		return t
	})
}

// record keeps the answer of a channel to a message.
func (d *Desk) record(ctx context.Context, channel string, p parcel, reference string, err error) error {
	now := d.o.Clock()
	return d.change(ctx, channel, p, func(i item, t market.Told) market.Told {
		if err != nil {
			return failed(t, now, err, p.message.Repeat)
		}
		told := market.Told{State: i.state, Transition: i.transition, At: now, Reference: reference}
		if i.state == market.AlertResolved && t.Reference != "" {
			told.Reference = t.Reference // where it was told as firing, which may be mended again for its neighbours
		}
		return told
	})
}

// change rewrites what a channel was told about the alerts of a parcel, in one transaction.
func (d *Desk) change(ctx context.Context, channel string, p parcel, f func(item, market.Told) market.Told) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return err
	}
	work := map[string]market.Alert{}
	for _, i := range p.items {
		if a, ok := d.alerts[i.id]; ok {
			work[i.id] = calm.WithTold(a, channel, f(i, a.Told[channel]))
		}
	}
	return d.put(ctx, 0, work)
}
