package slackapp

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
	return nil
}
