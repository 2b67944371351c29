package alerts

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"pricegap/alerts/calm"
	"pricegap/market"
)

// look asks what keeps alerts from being told now. The caller holds mu.
func (d *Desk) look(ctx context.Context, now time.Time) error {
	var silences []calm.Silence
	if d.o.Silences != nil {
		var err error
		if silences, err = d.o.Silences(ctx); err != nil {
			return fmt.Errorf("alerts: silences: %w", err)
		}
	}
	d.calm, d.gates = calm.Look(now, maps.Values(d.alerts), silences, d.o.Going), map[string]calm.Gate{}
	for _, c := range d.o.Channels {
		if err := d.welcome(ctx, c.Name); err != nil {
			return err
		}
		if c.Digest.Expr != "" && d.diary[c.Name].DigestAt.IsZero() {
			if err := d.diary.Put(ctx, d.o.Box, c.Name, calm.Diary{DigestAt: now}); err != nil { // nothing is due from before it was asked for
				return err
			}
		}
		g, err := c.Gate(d.diary[c.Name], now, d.o.Due)
		if err != nil {
			return fmt.Errorf("alerts: %s: %w", c.Name, err)
		}
		d.gates[c.Name] = g
	}
	return nil
}

// welcome lets a channel that is new, of which nothing is remembered, hear of what fires already and lasts, but not of what happened
// before it was there. The caller holds mu.
func (d *Desk) welcome(ctx context.Context, channel string) error {
	if _, known := d.diary[channel]; known {
		return nil
	}
	work := map[string]market.Alert{}
	for id, a := range d.alerts {
		r, known := d.rules[a.Rule]
		if known && firing(a) && !a.Once && !slices.Contains(a.Channels, channel) && slices.Contains(d.route(a, r), channel) {
			a.Channels = append(slices.Clone(a.Channels), channel)
			work[id] = a
		}
	}
	if err := d.put(ctx, 0, work); err != nil {
		return err
	}
	return d.diary.Put(ctx, d.o.Box, channel, calm.Diary{})
}

// muted says why a channel is not to be told now of a, whether that holds or not. The caller holds mu.
func (d *Desk) muted(a market.Alert, channel string) calm.Reason {
	return cmp.Or(d.gates[channel].Shut, d.calm.Holds(a, channel))
}

// held says why a channel is not to be told of a now, "" for nothing. The caller holds mu.
func (d *Desk) held(a market.Alert, channel string) calm.Reason {
	if r := d.muted(a, channel); r != "" {
		return r
	}
	if firing(a) && d.doubt[a.ID] {
		return calm.Doubt
	}
	return ""
}

// late reports whether the present transition of a is too old for a channel to be told: it is more than a day since
// the channel could be told of it. What happened is old by itself.
func (d *Desk) late(a market.Alert, channel string, now time.Time) bool {
	at := a.ResolvedAt
	if firing(a) {
		at = a.FiredAt
	}
	if free := d.calm.FreeSince(a, channel); !a.Once && free.After(at) {
		at = free
	}
	if since := d.gates[channel].Since; since.After(at) {
		at = since
	}
	return now.Sub(at) > lateAfter
}

// Back returns how long before a change the rules must know the past of its listing, for Event.Past; 0 where none does.
func (d *Desk) Back(c *market.Change) time.Duration {
	var back time.Duration
	for _, r := range d.o.Rules {
		if h, ok := r.Rule.(Historian); ok && !c.After.SeenAt.Before(r.Since) {
			back = max(back, h.Back(c))
		}
	}
	return back
}

// route returns the channels that a goes to: those that the routes say, else the rule's, else all.
func (d *Desk) route(a market.Alert, r Configured) []string {
	if channels := calm.Routed(d.o.Routes, a); len(channels) > 0 {
		return channels
	}
	if len(r.Channels) > 0 {
		return r.Channels
	}
	all := make([]string, len(d.o.Channels))
	for i, c := range d.o.Channels {
		all[i] = c.Name
	}
	return all
}
