package config

import (
	"strings"
	"time"

	"pricegap/alerts/calm"
	"pricegap/cmd/internal/config/document"
	"pricegap/cmd/internal/config/stanza"
	"pricegap/market"
	"pricegap/watch/schedule"
)

// manner is how a channel wants to be told.
func (b *builder) manner(c stanza.Channel, n *document.Node) calm.Manner {
	p := c.Calm
	zone := b.zone(p.Zone, n.Get("zone"))
	m := calm.Manner{
		Hours:  calm.Hours{Spans: p.Hours, Zone: zone},
		Budget: p.Budget, Heartbeat: p.Heartbeat, GroupBy: calm.GroupedBy(p.GroupBy, b.out.Branches), Spell: p.SpellOut,
		Escalate: calm.Escalation{After: p.Escalate.After, To: p.Escalate.To},
	}
	if m.GroupBy.By == calm.ByStore && len(m.GroupBy.Stores) == 0 {
		b.report.Add(n.Get("group_by"), "give each store its channel under stores", "no store has a channel")
	}
	for _, d := range p.Holidays {
		m.Hours.Holidays = append(m.Hours.Holidays, d.Format(time.DateOnly))
	}
	if at := n.Get("digest"); at != nil {
		m.Digest = market.Schedule{Expr: p.Digest, Zone: zone}
		due, err := schedule.Due(m.Digest, time.Now())
		switch {
		case strings.Contains(p.Digest, "TZ="):
			b.report.Add(at, "", "must not name a time zone: write zone beside it")
		case err != nil || p.Digest == "":
			b.report.Add(at, "", "must be a cron expression such as 0 9 * * mon-fri")
		case due.IsZero():
			b.report.Add(at, "", "is never due")
		}
	} else if p.Heartbeat {
		b.report.Add(n.Get("heartbeat"), "", "goes with a digest: write digest beside it")
	}
	to := n.Get("escalate").Get("to")
	b.refer(p.Escalate.To, to, b.channelNames(), "channel")
	for i, name := range p.Escalate.To {
		if name == c.Name {
			b.report.Add(to.At(i), "", "is the channel itself")
		}
	}
	return m
}

// zone is the time zone of that name; UTC where there is none.
func (b *builder) zone(name string, n *document.Node) *time.Location {
	zone, err := time.LoadLocation(name)
	if n != nil && (err != nil || name == "" || name == "Local") {
		b.report.Add(n, "", "must be the name of a time zone, such as Europe/Amsterdam")
		return time.UTC
	}
	return zone
}
