package config

import (
	"strings"
	"time"

	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/market"
)

const (
	defaultParallel = 1
	defaultTimeout  = time.Minute
	leastPause      = time.Second
)

// pace holds the manners of a visitor: less than a second between requests only on networks that are nobody
// else's, and no bound above its default by accident.
func (b *builder) pace(p *stanza.Source, n *document.Node) {
	pace, limits := n.Get("pace"), n.Get("limits")
	if p.Pace.Pause < leastPause && len(p.AllowNetworks) == 0 {
		b.report.Add(pace.Get("pause"), "less than 1s needs allow_networks, for an intranet or a test", "is out of range; allowed is 1s to 1h")
	}
	if p.Limits.AboveDefault {
		return
	}
	const hint = "write limits: {above_default: true} to exceed the default"
	above := func(at *document.Node, is bool, standard any) {
		if is {
			b.report.Add(at, hint, "is beyond the default of %v", standard)
		}
	}
	is, usual := p.Limits, stanza.DefaultLimits()
	above(pace.Get("parallel"), p.Pace.Parallel > defaultParallel, defaultParallel)
	above(pace.Get("timeout"), p.Pace.Timeout > defaultTimeout, "1m")
	above(limits.Get("max_pages"), is.MaxPages > usual.MaxPages, usual.MaxPages)
	above(limits.Get("max_time"), is.MaxTime > usual.MaxTime, "4h")
	above(limits.Get("connect"), is.Connect > usual.Connect, "10s")
	above(limits.Get("header"), is.Header > usual.Header, "20s")
	above(limits.Get("slow_window"), is.SlowWindow > usual.SlowWindow, "20s")
	above(limits.Get("slowest_rate"), is.SlowestRate < usual.SlowestRate, usual.SlowestRate)
	above(limits.Get("max_bytes"), is.MaxBytes > usual.MaxBytes, usual.MaxBytes)
	above(limits.Get("header_bytes"), is.HeaderBytes > usual.HeaderBytes, usual.HeaderBytes)
	above(limits.Get("wire_bytes"), is.WireBytes > usual.WireBytes, usual.WireBytes)
	above(limits.Get("body_bytes"), is.BodyBytes > usual.BodyBytes, usual.BodyBytes)
}

// agreed refuses an override of robots.txt for which nobody answers, and terms of use that stand nowhere.
func (b *builder) agreed(p *stanza.Source, n *document.Node) {
	for _, key := range []string{"reason", "who"} {
		if v := n.Get("robots_override").Get(key); v != nil && strings.TrimSpace(v.Text) == "" {
			b.report.Add(v, "", "is empty")
		}
	}
	if v := n.Get("terms_reviewed").Get("url"); v != nil {
		if wrong := stanza.Address(p.Terms.URL); wrong != "" {
			b.report.Add(v, "", "%s", wrong)
		}
	}
}

func limitsOf(l stanza.Limits) market.Limits {
	return market.Limits{
		ConnectTimeout: l.Connect, HeaderTimeout: l.Header, SlowestRate: int64(l.SlowestRate), SlowWindow: l.SlowWindow,
		HeaderBytes: int64(l.HeaderBytes), WireBytes: int64(l.WireBytes), BodyBytes: int64(l.BodyBytes),
		RunTime: l.MaxTime, RunBytes: int64(l.MaxBytes),
	}
}

// quality checks when a price is doubted: a limit is for some articles, and says something of them.
func (b *builder) quality() {
	q, n := b.file.Quality, b.root.Get("quality")
	if q.Jump < 0 || q.Jump > 1_000_00 {
		b.report.Add(n.Get("jump"), "", "is out of range; allowed is 0%% to 1000%%")
	}
	for i, l := range q.Limits {
		at := n.Get("limits").At(i)
		if !at.Sound() {
			continue // which has been said
		}
		if len(l.Products)+len(l.Categories) == 0 {
			b.report.Add(at, "", "names neither products nor categories")
		}
		for j, c := range l.Categories {
			if strings.TrimSpace(c) == "" {
				b.report.Add(at.Get("categories").At(j), "", "is empty") // it would fit all
			}
		}
		switch c, err := l.Lowest.Cmp(l.Highest); {
		case !l.Lowest.Known() && !l.Highest.Known():
			b.report.Add(at, "", "says neither lowest nor highest")
		case l.Lowest.Known() && l.Lowest.Sign() <= 0, l.Highest.Known() && l.Highest.Sign() <= 0:
			b.report.Add(at, "", "lowest and highest must be above nought")
		case l.Lowest.Known() && l.Highest.Known() && (err != nil || c > 0):
			b.report.Add(at.Get("highest"), "", "must not be below lowest, in the same currency")
		}
	}
	b.out.Quality = q
}
