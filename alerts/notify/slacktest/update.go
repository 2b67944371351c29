package slacktest

import (
	"net/http"
	"slices"
)

// update writes a message anew.
func (s *Server) update(w http.ResponseWriter, r *http.Request, channel string) {
	m := posted(r, channel)
	if s.play(w, r, "chat.update", m) {
		return
	}
	word := s.check(m)
	if word == "" && !s.edit(m) {
		word = "message_not_found"
	}
	if word != "" {
		answer(w, map[string]any{"ok": false, "error": word})
		return
	}
	answer(w, map[string]any{"ok": true, "channel": channel, "ts": m.TS, "text": m.Text})
}

// edit puts m in the place of the message of its ts and reports whether there is one.
func (s *Server) edit(m Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.messages, func(x Message) bool { return x.Channel == m.Channel && x.TS == m.TS })
	if i < 0 {
		return false
	}
	s.edits = append(s.edits, m)
	was := s.messages[i]
	m.At, m.Edits = was.At, was.Edits+1
	s.messages[i] = m
	return true
}

// Posted returns the messages of a channel as they first came, oldest first.
func (s *Server) Posted(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.posted), func(m Message) bool { return m.Channel != channel })
}

// Edits returns what messages were written anew as, oldest first.
func (s *Server) Edits() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.edits)
}
