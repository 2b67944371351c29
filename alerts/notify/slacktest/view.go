package slacktest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"unicode/utf8"

	"pricegap/alerts/notify/slacktest/specimen"
)

// The bounds of views. Source: Slack, "Views" in its reference: 100 blocks, 24 characters of a title, 3,000 of private_metadata.
const (
	maxViewBlocks = 100
	maxViewTitle  = 24
	maxMetadata   = 3_000
	maxReplies    = 5 // of one response_url
)

// View is a view that was opened by a trigger, or the home tab of a user.
type View struct {
	Method, Trigger, User string
	View                  json.RawMessage
}

// Reply is what came to a response_url.
type Reply struct {
	Hook string // its last part
	Body json.RawMessage
}

// Hook returns a response_url; replies to it are kept, five at most.
func (s *Server) Hook(id string) string { return s.http.URL + "/hooks/" + id }

// Hooks is how every response_url begins.
func (s *Server) Hooks() string { return s.http.URL + "/hooks/" }

// Views returns the views so far, Replies what came to response_urls.
func (s *Server) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.views)
}

// Replies returns what came to response_urls so far.
func (s *Server) Replies() []Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.replies)
}

// Await waits until that many views and replies came, or ctx ends.
func (s *Server) Await(ctx context.Context, views, replies int) error {
	return s.wait(ctx, func() bool { return len(s.views) >= views && len(s.replies) >= replies })
}

// came wakes those who wait. The caller holds mu.
func (s *Server) came() {
	close(s.told)
	s.told = make(chan struct{})
}

// view opens or publishes a view, if Slack would.
func (s *Server) view(w http.ResponseWriter, r *http.Request, method string, body []byte) {
	var in struct {
		Trigger string          `json:"trigger_id"`
		User    string          `json:"user_id"`
		View    json.RawMessage `json:"view"`
	}
	if s.play(w, r, method, Message{}) {
		return
	}
	if json.Unmarshal(body, &in) != nil {
		answer(w, map[string]any{"ok": false, "error": "invalid_json"})
		return
	}
	if word := CheckView(in.View, method == "views.publish"); word != "" {
		answer(w, map[string]any{"ok": false, "error": word})
		return
	}
	specimen.Keep(specimen.View, in.View)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.views = append(s.views, View{method, in.Trigger, in.User, in.View})
	s.came()
	answer(w, map[string]any{"ok": true, "view": map[string]any{"id": "V" + in.Trigger}})
}

// CheckView returns the word with which Slack refuses a view, or nothing.
func CheckView(raw json.RawMessage, home bool) string {
	var v struct {
		Type     string `json:"type"`
		Title    *text  `json:"title"`
		Submit   *text  `json:"submit"`
		Metadata string `json:"private_metadata"`
		Blocks   []struct {
			Type  string `json:"type"`
			ID    string `json:"block_id"`
			Label *text  `json:"label"`
		} `json:"blocks"`
	}
	if json.Unmarshal(raw, &v) != nil || len(v.Blocks) == 0 || len(v.Blocks) > maxViewBlocks || utf8.RuneCountInString(v.Metadata) > maxMetadata {
		return "invalid_arguments"
	}
	if home {
		if v.Type != "home" {
			return "invalid_arguments"
		}
		return ""
	}
	ids, inputs := map[string]bool{}, false
	for _, b := range v.Blocks {
		if ids[b.ID] && b.ID != "" || b.Type == "input" && (b.Label == nil || !b.Label.valid(2000)) {
			return "invalid_arguments"
		}
		ids[b.ID], inputs = true, inputs || b.Type == "input"
	}
	if v.Type != "modal" || v.Title == nil || !v.Title.valid(maxViewTitle) || inputs && (v.Submit == nil || !v.Submit.valid(maxViewTitle)) {
		return "invalid_arguments"
	}
	return ""
}

// serveHook is a response_url: five uses. Source: Slack, "Handling user interaction".
func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	var body json.RawMessage
	id := r.PathValue("id")
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&body)
	if s.play(w, r, "response_url", Message{}) {
		return
	}
	var m struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	uses := 0
	for _, x := range s.replies {
		if x.Hook == id {
			uses++
		}
	}
	switch {
	case err != nil || json.Unmarshal(body, &m) != nil:
		http.Error(w, "invalid_payload", http.StatusBadRequest)
	case uses >= maxReplies:
		http.Error(w, "used_url", http.StatusNotFound)
	case len(m.Blocks) > 0 && Check(m.Text, m.Blocks) != "":
		http.Error(w, Check(m.Text, m.Blocks), http.StatusBadRequest)
	default:
		s.replies = append(s.replies, Reply{id, body})
		s.came()
		_, _ = w.Write([]byte(`{"ok":true}`))
	}
}
