package slackapp

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"pricegap/web/slackapp/socket"
)

// listen takes by Socket Mode what else comes over HTTP. Slack vouches for the connection, so nothing is signed; what it delivers again
// is known by the same marks.
func (a *App) listen(ctx context.Context) error {
	api := a.client("", slack.OptionAppLevelToken(a.AppToken.Reveal()))
	o := socket.Options{Handle: a.received, Log: a.Log, Pause: a.Pause}
	if a.API != "" {
		o.Scheme = "ws://" // a Slack for tests
	}
	o.Open = func(ctx context.Context) (string, error) {
		_, address, err := api.StartSocketModeContext(ctx)
		return address, a.safe(err)
	}
	return socket.Serve(ctx, o)
}

// received handles a request of Socket Mode.
func (a *App) received(kind string, payload json.RawMessage) any {
	switch kind {
	case "slash_commands":
		var c slack.SlashCommand
		if json.Unmarshal(payload, &c) == nil {
			return a.command(c)
		}
	case "interactive":
		answer, _ := a.interaction(payload)
		return answer
	case "events_api":
		var e envelope
		if json.Unmarshal(payload, &e) == nil {
			return a.event(e)
		}
	}
	return nil
}
