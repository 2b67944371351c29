package slackapp

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"
)

// maxBodyBytes is the largest request: Slack's own are far smaller.
const maxBodyBytes = 256 << 10

// Where Slack finds the app below the address of the web pages.
const (
	CommandPath = "/slack/command"
	ActionPath  = "/slack/action"
	EventPath   = "/slack/event"
)

// Handler returns the app over HTTP: POST to CommandPath, ActionPath and EventPath. What Slack did not sign is answered with 401,
// what is too large with 413, and nothing more is said.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+CommandPath, a.form(func(f url.Values) (any, bool) { return a.command(commandOf(f)), true }))
	mux.Handle("POST "+ActionPath, a.form(func(f url.Values) (any, bool) {
		return a.interaction([]byte(f.Get("payload")))
	}))
	mux.Handle("POST "+EventPath, a.verified("application/json", func(body []byte) (any, bool) {
		var e envelope
		if json.Unmarshal(body, &e) != nil {
			return nil, false
		}
		return a.event(e), true
	}))
	return mux
}

// form serves a signed form.
func (a *App) form(do func(url.Values) (any, bool)) http.Handler {
	return a.verified("application/x-www-form-urlencoded", func(body []byte) (any, bool) {
		f, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, false
		}
		return do(f)
	})
}

// verified hands do the body of a request that Slack signed and that is of that type. A query is refused: no signature covers it.
func (a *App) verified(kind string, do func([]byte) (reply any, ok bool)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBodyBytes {
			refuse(w, http.StatusRequestEntityTooLarge)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			refuse(w, http.StatusRequestEntityTooLarge)
			return
		}
		t, _, typeErr := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || typeErr != nil || t != kind || r.URL.RawQuery != "" || !a.authentic(r.Header, body) {
			refuse(w, http.StatusUnauthorized)
			return
		}
		reply, ok := do(body)
		switch {
		case !ok:
			refuse(w, http.StatusBadRequest)
		case reply == nil:
			w.WriteHeader(http.StatusOK)
		default:
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(reply) // who left needs no answer
		}
	})
}

func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Connection", "close")
	http.Error(w, http.StatusText(status), status)
}

// commandOf reads a slash command.
func commandOf(f url.Values) slack.SlashCommand {
	return slack.SlashCommand{
		Command: f.Get("command"), Text: f.Get("text"), UserID: f.Get("user_id"), ChannelID: f.Get("channel_id"),
		ResponseURL: f.Get("response_url"), TriggerID: f.Get("trigger_id"),
	}
}
