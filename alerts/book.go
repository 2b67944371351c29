package alerts

import (
	"context"
	"maps"
	"slices"

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
	for id, a := range d.alerts {
		b, open, missing := a, false, false
		for _, c := range d.o.Channels {
			switch owed := d.owed(b, c.Name) != ""; {
			case owed && late(b, now):
				b = withTold(b, c.Name, missed(b, b.Told[c.Name]))
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
			work[id] = withTold(a, channel, t)
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
			waits := d.owed(a, c.Name) != ""
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
