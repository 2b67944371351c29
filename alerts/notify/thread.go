package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify/blockkit"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

// remember says in the thread of a message what an edit of it has changed, so that the history of its alerts can be read there: a reply
// in a thread disturbs nobody but those who follow it. What the thread says already is not said twice, whatever became of earlier
// attempts; where we may not look it says nothing. A reply that Slack refuses for good is let go, since the message says it, too.
func (s *slackChannel) remember(ctx context.Context, m alerts.Message, e calm.Earlier) error {
	if s.o.NoThreads {
		return nil
	}
	said, err := s.said(ctx, e.Reference)
	if errors.Is(err, alerts.ErrPermanent) {
		return nil
	}
	if err != nil {
		return err
	}
	over := slices.DeleteFunc(slices.Clone(m.Resolved), func(a market.Alert) bool {
		return a.Told[m.Channel].Reference != e.Reference || said[transition(a)]
	})
	if len(over) == 0 {
		return nil
	}
	if err := s.pace.Wait(ctx); err != nil {
		return err
	}
	now := alerts.Message{
		ID: m.ID + "/" + e.Reference + "/thread", Channel: m.Channel, Language: m.Language, Formula: m.Formula, At: m.At, Zone: m.Zone,
		Resolved: over[:min(len(over), slackMaxIDs)], GroupBy: m.GroupBy, Spell: m.Spell,
	}
	d := say.Compose(now, s.web)
	_, err = s.post(ctx, now, s.blocks(d, m.Language), blockkit.Summary(d), slack.MsgOptionTS(e.Reference))
	if errors.Is(err, alerts.ErrPermanent) {
		return nil
	}
	return err
}

// said returns the transitions of alerts that the thread of a message tells, as metadata names them.
func (s *slackChannel) said(ctx context.Context, ts string) (map[string]bool, error) {
	out := map[string]bool{}
	p := slack.GetConversationRepliesParameters{ChannelID: s.o.Channel, Timestamp: ts, Limit: 100, IncludeAllMetadata: true}
	for range slackMaxPages {
		ms, more, next, err := s.api.GetConversationRepliesContext(ctx, &p)
		if err != nil {
			return nil, slackError(err)
		}
		for _, x := range ms {
			ids, _ := x.Metadata.EventPayload["alert_ids"].(string)
			if x.Metadata.EventType != slackEvent || x.Timestamp == ts { // the message itself says what it began with
				continue
			}
			for id := range strings.FieldsSeq(ids) {
				out[id] = true
			}
		}
		if p.Cursor = next; !more || next == "" {
			break
		}
	}
	return out, nil
}

// transition names one transition of an alert.
func transition(a market.Alert) string { return fmt.Sprintf("%s:%d", a.ID, a.Transition) }
