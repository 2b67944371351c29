package alerts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"pricegap/alerts/calm"
	"pricegap/market"
)

// tidy notes, without a word to anybody, what needs none: what came too late for a channel, a channel that is
// owed nothing any more, and what happened once and is told.
func (d *Desk) tidy(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return err
	}
	now, work := d.o.Clock(), map[string]market.Alert{}
	if err := d.look(ctx, now); err != nil {
		return err
	}
	for id, a := range d.alerts {
		b, open, missing := a, false, false
		for _, c := range d.o.Channels {
			b = c.Escalate.Pass(b, c.Name, now)
		}
		for _, c := range d.o.Channels {
			switch owed, held := d.owed(b, c.Name) != "", d.held(b, c.Name); {
			case owed && held != "":
				open = open || held != calm.Silenced // what happens in silence is not told later
			case owed && d.late(b, c.Name, now):
				b = calm.WithTold(b, c.Name, missed(b, b.Told[c.Name]))
				d.o.Log.Warn("alert is listed, not sent: it is more than a day old", "channel", c.Name, "alert", id, "product", b.Topic.Product)
			case owed:
				open = true
			}
			t := b.Told[c.Name]
			missing = missing || t.Late && t.Transition == b.Transition
		}
		if a.Once && firing(a) && !open && (!missing || now.Sub(a.FiredAt) > listedFor) {
			b = end(b, now)
		}
		for _, c := range d.o.Channels {
			t, known := b.Told[c.Name]
			if known && d.owed(b, c.Name) == "" {
				if s := settle(b, t); s != t {
					b = calm.WithTold(b, c.Name, s)
				}
			}
		}
		if b.Transition != a.Transition || len(b.Escalated) != len(a.Escalated) || !maps.Equal(a.Told, b.Told) {
			work[id] = b
		}
	}
	return d.put(ctx, 0, work)
}

// mention notes that a channel has read how many alerts came too late for it.
func (d *Desk) mention(ctx context.Context, channel string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return err
	}
	work := map[string]market.Alert{}
	for id, a := range d.alerts {
		if t := a.Told[channel]; unmentioned(a, t) {
			t.At = d.o.Clock()
			work[id] = calm.WithTold(a, channel, t)
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
			t := a.Told[c.Name]
			waits := d.owed(a, c.Name) != "" && d.held(a, c.Name) == ""
			owed = owed || waits
			if t.Error != "" && (waits || t.Late && firing(a)) { // a channel that is broken for days stays a complaint
				if reasons == nil {
					reasons = map[string]string{}
				}
				reasons[c.Name] = t.Error
			}
		}
		if owed {
			n++
		}
	}
	return n, reasons
}

// ErrNotFiring is returned for an alert that is not there, or does not fire.
var ErrNotFiring = errors.New("alerts: no such alert fires")

// Acknowledgement is somebody's word to take alerts on.
type Acknowledgement struct {
	IDs []string    `json:"ids"`
	By  market.Text `json:"by"`
}

// Taker notes who takes alerts on; every Desk is one.
type Taker interface {
	// Acknowledge notes who has taken alerts on, all or none, and returns them. They are not escalated then, until they are
	// other news. Errors: ErrNotFiring.
	Acknowledge(ctx context.Context, k Acknowledgement) ([]market.Alert, error)
}

// Acknowledge implements Taker.
func (d *Desk) Acknowledge(ctx context.Context, k Acknowledgement) ([]market.Alert, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(ctx); err != nil {
		return nil, err
	}
	work := map[string]market.Alert{}
	out := make([]market.Alert, 0, len(k.IDs))
	for _, id := range k.IDs {
		a, ok := d.alerts[id]
		if !ok || !firing(a) {
			return nil, fmt.Errorf("%w: %s", ErrNotFiring, market.Printable(id))
		}
		a.Acked = market.Acknowledgement{By: k.By, At: d.o.Clock().UTC()}
		work[id] = a
		out = append(out, a)
	}
	return out, d.put(ctx, 0, work)
}
