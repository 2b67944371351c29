package slackapp

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// needs are the scopes of the methods of Slack's Web API; see the page of each at docs.slack.dev/reference/methods.
var needs = map[string][]string{
	"PostMessage": {"chat:write"}, "UpdateMessage": {"chat:write"}, "GetConversationHistory": {"channels:history", "groups:history"},
	"GetConversationReplies": {"channels:history", "groups:history"}, "GetUserGroupMembers": {"usergroups:read"}, "OpenView": nil, "PublishView": nil,
}

// TestManifest holds the manifest against what the code really calls, answers and listens to.
func TestManifest(t *testing.T) {
	called := map[string]bool{"commands": true}
	for _, folder := range []string{".", "../../alerts/notify"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`\.api\.(\w+)Context\(`).FindAllSubmatch(src, -1) {
				scopes, known := needs[string(m[1])]
				if !known {
					t.Errorf("%s calls %s: say which scope it needs", f, m[1])
				}
				for _, s := range scopes {
					called[s] = true
				}
			}
		}
	}
	for _, socket := range []bool{false, true} {
		raw, err := Manifest("https://prices.example/", socket)
		if err != nil {
			t.Fatal(err)
		}
		var m slack.Manifest
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(slices.Sorted(maps.Keys(called)), m.OAuthConfig.Scopes.Bot); d != "" {
			t.Errorf("scopes (-called +asked for):\n%s", d)
		}
		if d := cmp.Diff([]string{homeOpened}, m.Settings.EventSubscriptions.BotEvents); d != "" || !m.Features.AppHome.HomeTabEnabled || !m.Settings.Interactivity.IsEnabled {
			t.Errorf("events: %s; %+v", d, m)
		}
		at := []string{m.Settings.EventSubscriptions.RequestUrl, m.Settings.Interactivity.RequestUrl}
		var commands []string
		for _, c := range m.Features.SlashCommands {
			if commands = append(commands, c.Command); c.Description == "" || c.UsageHint == "" || c.ShouldEscape {
				t.Errorf("%+v", c)
			}
			at = append(at, c.Url)
		}
		if d := cmp.Diff(Commands, commands); d != "" {
			t.Error(d)
		}
		a := New(&shop{}, Options{})
		for _, u := range at {
			path, ok := strings.CutPrefix(u, "https://prices.example")
			if socket {
				if u != "" || !m.Settings.SocketModeEnabled {
					t.Errorf("by Socket Mode to %s", u)
				}
				continue
			}
			if w := serve(a, sign(path, formType, "", noon, "x")); !ok || w.Code != http.StatusUnauthorized {
				t.Errorf("%s: %d", u, w.Code) // 404 where nobody listens
			}
		}
	}
}
