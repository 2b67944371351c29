package slackapp

import "context"

// homeOpened is the event that somebody looks at the home tab.
const homeOpened = "app_home_opened"

// envelope is what the Events API sends: the proof that the address is ours, or an event.
type envelope struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	EventID   string `json:"event_id"`
	Event     struct {
		Type string `json:"type"`
		User string `json:"user"`
		Tab  string `json:"tab"`
	} `json:"event"`
}

// challenge proves that the address is ours. Source: Slack, "url_verification event".
type challenge struct {
	Challenge string `json:"challenge"`
}

func (a *App) event(e envelope) any {
	if e.Type == "url_verification" {
		return challenge{e.Challenge}
	}
	if e.Event.Type == homeOpened && e.Event.Tab == "home" && a.heard.first(e.EventID, a.Clock()) {
		if !a.later(func(ctx context.Context) { a.home(ctx, e.Event.User) }) {
			a.heard.forget(e.EventID)
		}
	}
	return nil
}
