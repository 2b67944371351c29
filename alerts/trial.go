package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pricegap/alerts/calm"
	"pricegap/market"
)

// ErrNoChannel is returned for the name of a channel that is not configured.
var ErrNoChannel = errors.New("alerts: no such channel")

// Test sends a test message to a channel. When the channel takes it, alerts that it had refused for good are
// tried again. Errors: ErrNoChannel, those of the notifier, those of the box.
func (d *Desk) Test(ctx context.Context, channel string) error {
	i := slices.IndexFunc(d.o.Channels, func(c Channel) bool { return c.Name == channel })
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrNoChannel, channel)
	}
	d.delivering.Lock()
	defer d.delivering.Unlock()
	c, now := d.o.Channels[i], d.o.Clock()
	d.mu.Lock()
	err := d.load(ctx)
	rest := d.restUntil(channel, true)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	if rest.After(now) {
		return fmt.Errorf("alerts: %s: the channel wants rest until %s", channel, rest.UTC().Format(time.RFC3339))
	}
	_, err = d.send(ctx, c, Message{
		ID: digest("test", channel, now.String()), Channel: c.Name, Language: c.Language, Formula: d.o.Formula, Test: true, At: now,
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		if r := (*RetryAfterError)(nil); errors.As(err, &r) {
			d.quiet[channel] = now.Add(r.After)
		}
		return fmt.Errorf("alerts: %s: %w", channel, err)
	}
	return d.revive(ctx, channel, 0)
}

// revive lets alerts that a channel refused for good be tried again, unless it refused them as often as
// that; with 0 all that failed are tried again, and at once. What came too late is no complaint any more. The
// caller holds mu.
func (d *Desk) revive(ctx context.Context, channel string, deaths int) error {
	work := map[string]market.Alert{}
	for id, a := range d.alerts {
		t := a.Told[channel]
		switch {
		case t.Late:
			if t.Error == "" {
				continue
			}
			t.Dead, t.Attempts, t.NotBefore, t.Error = false, 0, time.Time{}, ""
		case deaths > 0 && t.Dead && t.Attempts < deaths:
			t.Dead = false
		case deaths == 0 && (t.Dead || t.Attempts > 0):
			t.Dead, t.Attempts, t.NotBefore = false, 0, time.Time{}
		default:
			continue
		}
		work[id] = calm.WithTold(a, channel, t)
	}
	return d.put(ctx, 0, work)
}
