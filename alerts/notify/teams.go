package notify

import (
	"encoding/json"
	"fmt"

	"pricegap/alerts"
	"pricegap/alerts/notify/door"
	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

// teamsOptions are the options of the channel "teams".
type teamsOptions struct {
	URL market.Secret `yaml:"url" json:"url" jsonschema:"Address of a workflow of Microsoft Teams that posts to a channel when a webhook request is received."`
}

func newTeams(o teamsOptions, env Env) (alerts.Notifier, error) {
	u, err := door.Address(o.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	c := &chat{kind: "teams", door: door.Door{Client: env.HTTP, Clock: env.Clock}, web: env.Web, address: u.String(), secrets: []market.Secret{o.URL}}
	c.body = func(d say.Document) any {
		card := teamsCard{Type: "AdaptiveCard", Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Version: "1.4"}
		apart := ""
		for _, l := range d.Within(teamsBytes, func(l say.Line) int { return len(jsonOf(teamsLine(l, "medium"))) + 1 }) {
			if l == nil {
				apart = "medium" // an empty line is room above the next
				continue
			}
			card.Body = append(card.Body, teamsLine(l, apart))
			apart = ""
		}
		return map[string]any{
			"type":        "message",
			"attachments": []any{map[string]any{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}},
		}
	}
	return c, nil
}

// teamsCard is an adaptive card: https://adaptivecards.io/explorer/AdaptiveCard.html.
type teamsCard struct {
	Type    string       `json:"type"`
	Schema  string       `json:"$schema"`
	Version string       `json:"version"`
	Body    []teamsBlock `json:"body"`
}

// teamsBlock is a line. In a RichTextBlock, unlike a TextBlock, nothing is mark-up.
type teamsBlock struct {
	Type    string     `json:"type"`
	Spacing string     `json:"spacing,omitzero"`
	Inlines []teamsRun `json:"inlines"`
}

type teamsRun struct {
	Type   string     `json:"type"`
	Text   string     `json:"text"`
	Weight string     `json:"weight,omitzero"`
	Select *teamsOpen `json:"selectAction,omitzero"`
}

type teamsOpen struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

func teamsLine(l say.Line, spacing string) teamsBlock {
	b := teamsBlock{Type: "RichTextBlock", Spacing: spacing}
	for _, s := range l {
		r := teamsRun{Type: "TextRun", Text: s.Text}
		if s.Foreign {
			r.Text = inert.Text(s.Text)
		}
		if s.Bold {
			r.Weight = "bolder"
		}
		if s.URL != "" {
			r.Select = &teamsOpen{"Action.OpenUrl", s.URL}
		}
		b.Inlines = append(b.Inlines, r)
	}
	return b
}

// jsonOf is v, which can be written, as JSON.
func jsonOf(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}
