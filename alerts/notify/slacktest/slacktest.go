// Package slacktest is a fake Slack for tests: it keeps what is posted, answers as Slack does, checks what
// Slack checks, and misbehaves on demand. It speaks chat.postMessage, chat.update, auth.test, conversations.history, conversations.replies, views.open,
// views.publish, usergroups.users.list, Socket Mode, incoming webhooks and response_urls. It also notes whoever does not leave it alone as long as it asked.
package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Message is one message that a channel shows.
type Message struct {
	Channel string
	TS      string
	Text    string
	// Blocks and Metadata are as they came, nil when there were none.
	Blocks, Metadata json.RawMessage
	// Webhook says that it came through an incoming webhook; Form are the other parameters of the call.
	Webhook bool
	Form    map[string]string
	At      time.Time
	// Edits counts how often it was written anew.
	Edits int
	// Thread is the TS of the message that it replies to, "" where it stands in the channel itself.
	Thread string
}

// Step is one misbehaviour; posts use up the steps of a script in order.
type Step struct {
	status     int
	retryAfter string
	body       string
	err        string
	accept     bool // the message is kept all the same
	drop, hang bool
}

// RateLimited answers 429; an empty retryAfter leaves the header out.
func RateLimited(retryAfter string) Step {
	return Step{status: http.StatusTooManyRequests, retryAfter: retryAfter, body: `{"ok":false,"error":"ratelimited"}`}
}

// Refuse answers 200 with ok:false, or a webhook with 400, and that word.
func Refuse(word string) Step { return Step{err: word} }

// Answer answers with that status and body and keeps nothing.
func Answer(status int, body string) Step { return Step{status: status, body: body} }

// Empty answers 200 without a body and keeps nothing.
func Empty() Step { return Step{status: http.StatusOK} }

// AcceptThenDrop keeps the message and breaks the connection without an answer.
func AcceptThenDrop() Step { return Step{accept: true, drop: true} }

// Pass answers as Slack does.
func Pass() Step { return Step{} }

// Drop reads the message, keeps nothing and breaks the connection.
func Drop() Step { return Step{drop: true} }

// Hang reads the message, keeps nothing and answers when the caller has gone or the server closes.
func Hang() Step { return Step{hang: true} }

// Options say what the workspace has.
type Options struct {
	Token string
	// AppToken opens Socket Mode.
	AppToken string
	// Channels are the ids of the channels; Archived those that take nothing any more.
	Channels, Archived []string
	// Groups are the members of user groups, by id.
	Groups map[string][]string
	// NoHistory refuses conversations.history and conversations.replies as missing_scope.
	NoHistory bool
	// Clock is the time by which Retry-After is kept; nil means the wall clock.
	Clock func() time.Time
}

// Server is the fake. Close it after use.
type Server struct {
	o    Options
	http *httptest.Server
	mux  *http.ServeMux
	done chan struct{}

	mu         sync.Mutex
	messages   []Message
	posted     []Message // as they first came
	threads    []Message // replies, by the TS of the message in Thread
	edits      []Message
	views      []View
	replies    []Reply
	sockets    map[*websocket.Conn]bool
	acked      map[string]json.RawMessage // by envelope
	tickets    int
	told       chan struct{} // closed and made anew with each view and reply
	script     []Step
	calls      map[string]int
	rest       map[string]time.Time // by method and channel
	violations []string
}

// New starts a fake Slack on loopback.
func New(o Options) *Server {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &Server{o: o, done: make(chan struct{}), calls: map[string]int{}, rest: map[string]time.Time{}, told: make(chan struct{}), sockets: map[*websocket.Conn]bool{}, acked: map[string]json.RawMessage{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{method}", s.serveAPI)
	mux.HandleFunc("POST /services/{channel}", s.serveWebhook)
	mux.HandleFunc("POST /hooks/{id}", s.serveHook)
	mux.HandleFunc("GET /link/{ticket}", s.serveSocket)
	s.mux, s.http = mux, httptest.NewServer(mux)
	return s
}

// Close ends hanging answers and the server.
func (s *Server) Close() {
	close(s.done)
	s.DropSockets()
	s.http.CloseClientConnections()
	s.http.Close()
}

// API is the address of the API, Webhook that of the incoming webhook of a channel.
func (s *Server) API() string { return s.http.URL + "/api/" }

// Webhook returns the address of the incoming webhook of a channel.
func (s *Server) Webhook(channel string) string { return s.http.URL + "/services/" + channel }

// Script makes the next posts misbehave, one step each.
func (s *Server) Script(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, steps...)
}

// Messages returns what a channel shows, oldest first; all channels when it is empty.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.messages), func(m Message) bool { return channel != "" && m.Channel != channel })
}

// Calls returns how often a method of the API ("webhook" for incoming webhooks) was called.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Violations are the calls that came inside a Retry-After; a test fails when there are any.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// enter counts a call and notes one that comes too early.
func (s *Server) enter(method, channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	if until := s.rest[method+" "+channel]; s.o.Clock().Before(until) {
		s.violations = append(s.violations, fmt.Sprintf("%s %s called %s too early", method, channel, until.Sub(s.o.Clock())))
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if err := r.ParseForm(); err != nil {
		answer(w, map[string]any{"ok": false, "error": "invalid_form_data"})
		return
	}
	method, channel := r.PathValue("method"), r.PostForm.Get("channel")
	s.enter(method, channel)
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if t := r.PostForm.Get("token"); t != "" {
		token = t
	}
	switch {
	case token == "":
		answer(w, map[string]any{"ok": false, "error": "not_authed"})
	case token != s.o.Token && (method != "apps.connections.open" || token != s.o.AppToken):
		answer(w, map[string]any{"ok": false, "error": "invalid_auth"})
	case method == "auth.test":
		answer(w, map[string]any{"ok": true, "team": "Test", "user": "pricegap", "user_id": "U0", "bot_id": "B0"})
	case method == "chat.postMessage":
		s.postMessage(w, r, channel)
	case method == "chat.update":
		s.update(w, r, channel)
	case method == "conversations.history", method == "conversations.replies":
		s.history(w, r, channel, r.PostForm.Get("ts"))
	case method == "apps.connections.open":
		s.connection(w, r)
	case method == "views.open", method == "views.publish":
		s.view(w, r, method, body)
	case method == "usergroups.users.list":
		answer(w, map[string]any{"ok": true, "users": s.o.Groups[r.PostForm.Get("usergroup")]})
	default:
		answer(w, map[string]any{"ok": false, "error": "unknown_method"})
	}
}

// posted reads a message out of a call.
func posted(r *http.Request, channel string) Message {
	m := Message{Channel: channel, Text: r.PostForm.Get("text"), Form: map[string]string{}}
	for k, v := range r.PostForm {
		switch k {
		case "blocks":
			m.Blocks = json.RawMessage(v[0])
		case "metadata":
			m.Metadata = json.RawMessage(v[0])
		case "ts":
			m.TS = v[0]
		case "thread_ts":
			m.Thread = v[0]
		case "text", "channel", "token":
		default:
			m.Form[k] = v[0]
		}
	}
	return m
}

func (s *Server) postMessage(w http.ResponseWriter, r *http.Request, channel string) {
	m := posted(r, channel)
	if s.play(w, r, "chat.postMessage", m) {
		return
	}
	if word := s.check(m); word != "" {
		answer(w, map[string]any{"ok": false, "error": word})
		return
	}
	ts := s.keep(m)
	answer(w, map[string]any{"ok": true, "channel": channel, "ts": ts, "message": map[string]any{"text": m.Text, "ts": ts}})
}

func (s *Server) serveWebhook(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
		Mrkdwn *bool           `json:"mrkdwn"`
		Parse  string          `json:"parse"`
	}
	m := Message{Channel: r.PathValue("channel"), Webhook: true, Form: map[string]string{}}
	s.enter("webhook", m.Channel)
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in)
	m.Text, m.Blocks, m.Form["parse"] = in.Text, in.Blocks, in.Parse
	if in.Mrkdwn != nil {
		m.Form["mrkdwn"] = strconv.FormatBool(*in.Mrkdwn)
	}
	if s.play(w, r, "webhook", m) {
		return
	}
	if err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	switch word := s.check(m); word {
	case "":
		s.keep(m)
		_, _ = io.WriteString(w, "ok")
	case "channel_not_found":
		http.Error(w, "no_service", http.StatusNotFound)
	case "is_archived":
		http.Error(w, "channel_is_archived", http.StatusGone)
	default:
		http.Error(w, word, http.StatusBadRequest)
	}
}

// play takes the next step of the script, if there is one, and reports whether it answered.
func (s *Server) play(w http.ResponseWriter, r *http.Request, method string, m Message) bool {
	s.mu.Lock()
	if len(s.script) == 0 {
		s.mu.Unlock()
		return false
	}
	step := s.script[0]
	s.script = s.script[1:]
	if step == Pass() {
		s.mu.Unlock()
		return false
	}
	if n, err := strconv.Atoi(step.retryAfter); err == nil {
		s.rest[method+" "+m.Channel] = s.o.Clock().Add(time.Duration(n) * time.Second)
	}
	s.mu.Unlock()
	switch {
	case step.accept && method == "chat.update":
		s.edit(m)
	case step.accept:
		s.keep(m)
	}
	switch {
	case step.hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case step.drop:
		panic(http.ErrAbortHandler)
	case step.err != "" && method == "webhook":
		http.Error(w, step.err, http.StatusBadRequest)
	case step.err != "":
		answer(w, map[string]any{"ok": false, "error": step.err})
	default:
		if step.retryAfter != "" {
			w.Header().Set("Retry-After", step.retryAfter)
		}
		w.WriteHeader(step.status)
		_, _ = io.WriteString(w, step.body)
	}
	return true
}

func (s *Server) keep(m Message) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.At = s.o.Clock()
	m.TS = fmt.Sprintf("%d.%06d", m.At.Unix(), len(s.posted)+len(s.threads)+1)
	if m.Thread != "" {
		s.threads = append(s.threads, m)
		return m.TS
	}
	s.messages, s.posted = append(s.messages, m), append(s.posted, m)
	return m.TS
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
