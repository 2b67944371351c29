package slackapp

import (
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"
)

// Commands are those that the app answers.
var Commands = []string{"/prijs", "/price"}

// scopes are what the bot token is for: to answer commands, to write and mend messages, to know who is in a user group, and to find a
// message again whose answer was lost, in open channels and in closed ones.
var scopes = []string{"channels:history", "chat:write", "commands", "groups:history", "usergroups:read"}

// Manifest returns the manifest that makes the app in a workspace, as JSON. Requests come to web, the address under which Slack reaches
// the web pages, or by Socket Mode where that is wanted. Source: Slack, "App manifest reference".
func Manifest(web string, socket bool) ([]byte, error) {
	at := func(path string) string {
		if socket {
			return ""
		}
		return strings.TrimSuffix(web, "/") + path
	}
	m := slack.Manifest{
		Metadata: slack.ManifestMetadata{MajorVersion: 1, MinorVersion: 1},
		Display: slack.Display{
			Name: "pricegap", Description: "What competitors ask, what sets us apart, and whether we match it", BackgroundColor: "#1f3a5f",
		},
		Features: slack.Features{
			AppHome: slack.AppHome{HomeTabEnabled: true, MessagesTabEnabled: true, MessagesTabReadOnlyEnabled: true},
			BotUser: slack.BotUser{DisplayName: "pricegap", AlwaysOnline: true},
		},
		OAuthConfig: slack.OAuthConfig{Scopes: slack.OAuthScopes{Bot: scopes}},
		Settings: slack.Settings{
			EventSubscriptions: &slack.EventSubscriptions{RequestUrl: at(EventPath), BotEvents: []string{homeOpened}},
			Interactivity:      &slack.Interactivity{IsEnabled: true, RequestUrl: at(ActionPath)},
			SocketModeEnabled:  socket,
		},
	}
	describe := map[string][2]string{
		"/prijs": {"Wat vragen concurrenten, en mag ik matchen?", "EAN, artikelnummer of woorden"},
		"/price": {"What do competitors ask, and may I match it?", "EAN, article number or words"},
	}
	for _, c := range Commands {
		m.Features.SlashCommands = append(m.Features.SlashCommands, slack.ManifestSlashCommand{
			Command: c, Url: at(CommandPath), Description: describe[c][0], UsageHint: describe[c][1],
		})
	}
	out, err := json.MarshalIndent(m, "", "  ")
	return append(out, '\n'), err
}
