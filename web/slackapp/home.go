package slackapp

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/market"
)

// home publishes the home tab of a user: the alerts that fire and go to the channels of their stores, of all stores for who works in
// none. Source: Slack, "App Home".
func (a *App) home(ctx context.Context, user string) {
	if a.api == nil {
		return
	}
	who, ok, err := a.people.of(ctx, user)
	var blocks []slack.Block
	switch {
	case err != nil:
		a.Log.Error("the members of a user group are not known", "error", err)
		return
	case !ok:
		blocks = []slack.Block{slack.NewHeaderBlock(plain("pricegap")), slack.NewContextBlock("", plain(a.say("not staff", inert(user))))}
	default:
		if blocks, err = a.open(ctx, who); err != nil {
			a.Log.Error("a home tab was not shown", "error", err)
			return
		}
	}
	blocks = append(blocks, slack.NewContextBlock("", plain(a.say("as of", a.tongue.Moment(a.Clock().In(a.Zone))))))
	_, err = a.api.PublishViewContext(ctx, slack.PublishViewContextRequest{
		UserID: user, View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}},
	})
	if err != nil {
		a.Log.Warn("a home tab was not shown", "error", a.safe(err))
	}
}

// open are the alerts that are open for a person, as blocks.
func (a *App) open(ctx context.Context, who person) ([]slack.Block, error) {
	all, err := a.svc.Alerts(ctx)
	if err != nil {
		return nil, err
	}
	channels := map[string]bool{}
	for _, b := range a.Branches {
		channels[b.Channel] = channels[b.Channel] || slices.Contains(who.stores, b.ID) // stores may share one
	}
	mine := slices.DeleteFunc(slices.Clone(all), func(x market.Alert) bool {
		theirs := len(who.stores) == 0 || slices.ContainsFunc(x.Channels, func(c string) bool { return channels[c] })
		return !theirs || x.State != market.AlertFiring && x.State != market.AlertRecovering
	})
	if len(mine) == 0 {
		return []slack.Block{slack.NewHeaderBlock(plain(a.say("nothing open")))}, nil
	}
	return notify.SlackHome(alerts.Message{Language: string(a.tongue), Firing: mine, At: a.Clock(), Zone: a.Zone}, a.Web), nil
}
