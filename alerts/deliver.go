package alerts

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pricegap/market"
)

// channelsAtOnce is how many channels are told at the same time.
const channelsAtOnce = 8

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
	message Message
	items   []item
}

// item is one alert in a parcel: what the channel knows when it has the message.
type item struct {
	id         string
	state      market.AlertState
	transition int
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

// deliver tells one channel and returns how many messages and alerts it took.
func (d *Desk) deliver(ctx context.Context, c Channel) (messages, told int, err error) {
	parcels, err := d.collect(ctx, c)
	if err != nil {
		return 0, 0, err
	}
	for _, p := range parcels {
		if err := d.mark(ctx, c.Name, p); err != nil {
			return messages, told, err
		}
		reference, sendErr := d.send(ctx, c, p.message)
		if err := d.record(context.WithoutCancel(ctx), c.Name, p, reference, sendErr); err != nil {
			return messages, told, err
		}
		if sendErr != nil {
			break // the channel wants rest; what is left keeps waiting
		}
		messages++
		told += len(p.items)
		d.o.Log.Info("channel told", "channel", c.Name, "alerts", len(p.items), "repeat", p.message.Repeat)
	}
	if messages == 0 {
		return 0, 0, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return messages, told, d.revive(ctx, c.Name, maxDeaths)
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
	batches := map[time.Time][]market.Alert{} // by the time of the lost attempt; zero for the first attempt
	for _, a := range d.alerts {
		t := a.Told[c.Name]
		if !t.Dead && d.owed(a, c.Name) != "" {
			at := t.SendingAt.UTC()
			batches[at] = append(batches[at], a)
		}
	}
	var out []parcel
	for _, at := range slices.SortedFunc(maps.Keys(batches), time.Time.Compare) {
		out = append(out, d.parcel(c, batches[at], now, !at.IsZero()))
	}
	return out, nil
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

// parcel groups alerts into one message, most urgent first.
func (d *Desk) parcel(c Channel, as []market.Alert, now time.Time, repeat bool) parcel {
	slices.SortFunc(as, moreUrgent)
	p := parcel{message: Message{Channel: c.Name, Language: c.Language, Formula: d.o.Formula, Repeat: repeat, At: now}}
	names := make([]string, 0, len(as))
	for _, a := range as {
		state := d.owed(a, c.Name)
		if state == market.AlertFiring {
			p.message.Firing = append(p.message.Firing, a)
		} else {
			p.message.Resolved = append(p.message.Resolved, a)
		}
		p.items = append(p.items, item{a.ID, state, a.Transition})
		names = append(names, a.ID+":"+strconv.Itoa(a.Transition))
	}
	slices.Sort(names)
	p.message.ID = digest(append(names, c.Name)...)
	return p
}

// moreUrgent orders alerts: blind sources first, then the widest gap, then the newest.
func moreUrgent(a, b market.Alert) int {
	return cmp.Or(
		-compareBool(a.Topic.Product == "", b.Topic.Product == ""),
		-cmp.Compare(width(a), width(b)),
		b.FiredAt.Compare(a.FiredAt),
		cmp.Compare(a.ID, b.ID),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func width(a market.Alert) int64 {
	n, _ := a.Facts.GapBasisPoints.Get()
	return max(n, -n)
}

// mark notes, before a message leaves, that it may arrive.
func (d *Desk) mark(ctx context.Context, channel string, p parcel) error {
	return d.change(ctx, channel, p, func(_ item, t market.Told) market.Told {
		if !p.message.Repeat { // the first attempt whose answer was lost stays the one to repeat
			t.SendingAt = p.message.At
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
		return market.Told{State: i.state, Transition: i.transition, At: now, Reference: reference}
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
		a, ok := d.alerts[i.id]
		if !ok {
			continue
		}
		work[i.id] = withTold(a, channel, f(i, a.Told[channel]))
	}
	return d.put(ctx, 0, work)
}

// tidy notes, without a word to anybody, what needs none: a channel that is owed nothing any more, and what
// happened once and is told.
func (d *Desk) tidy(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return err
	}
	work := map[string]market.Alert{}
	for id, a := range d.alerts {
		open := false
		for _, c := range d.o.Channels {
			if d.owed(a, c.Name) != "" {
				open = true
			}
		}
		b := a
		if a.Once && firing(a) && !open {
			b = end(a, d.o.Clock())
		}
		for _, c := range d.o.Channels {
			t, known := b.Told[c.Name]
			if known && d.owed(b, c.Name) == "" {
				if s := settle(b, t); s != t {
					b = withTold(b, c.Name, s)
				}
			}
		}
		if b.Transition != a.Transition || !maps.Equal(a.Told, b.Told) {
			work[id] = b
		}
	}
	return d.put(ctx, 0, work)
}

// waiting counts the alerts that some channel is owed, and says why by channel.
func (d *Desk) waiting() (int, map[string]string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	var reasons map[string]string
	for _, id := range slices.Sorted(maps.Keys(d.alerts)) {
		a, owed := d.alerts[id], false
		for _, c := range d.o.Channels {
			if d.owed(a, c.Name) == "" {
				continue
			}
			owed = true
			if e := a.Told[c.Name].Error; e != "" {
				if reasons == nil {
					reasons = map[string]string{}
				}
				reasons[c.Name] = e
			}
		}
		if owed {
			n++
		}
	}
	return n, reasons
}
