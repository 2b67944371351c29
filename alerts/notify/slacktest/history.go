package slacktest

import (
	"net/http"
	"slices"
	"strconv"
)

// history answers with the messages of a channel, the newest first, or with those of a thread, the oldest first; by pages, with their
// metadata when it is asked for.
func (s *Server) history(w http.ResponseWriter, r *http.Request, channel, thread string) {
	switch {
	case s.o.NoHistory:
		answer(w, map[string]any{"ok": false, "error": "missing_scope"})
		return
	case !slices.Contains(s.o.Channels, channel):
		answer(w, map[string]any{"ok": false, "error": "channel_not_found"})
		return
	}
	limit, _ := strconv.Atoi(r.PostForm.Get("limit"))
	if limit <= 0 {
		limit = 100
	}
	oldest, _ := strconv.ParseFloat(r.PostForm.Get("oldest"), 64)
	skip, _ := strconv.Atoi(r.PostForm.Get("cursor")) // ours is how many were shown
	with := r.PostForm.Get("include_all_metadata")
	list, more := []map[string]any{}, false
	all := newest(s.Messages(channel), oldest)
	if thread != "" {
		if all = s.thread(channel, thread); len(all) == 0 {
			answer(w, map[string]any{"ok": false, "error": "thread_not_found"})
			return
		}
	}
	for i, m := range all {
		if more = len(list) == limit; more {
			break
		}
		if i < skip {
			continue
		}
		x := map[string]any{"type": "message", "ts": m.TS, "text": m.Text}
		if m.Metadata != nil && (with == "1" || with == "true") {
			x["metadata"] = m.Metadata
		}
		list = append(list, x)
	}
	next := ""
	if more {
		next = strconv.Itoa(skip + limit)
	}
	answer(w, map[string]any{"ok": true, "messages": list, "has_more": more, "response_metadata": map[string]any{"next_cursor": next}})
}

// newest returns the messages since then, newest first.
func newest(ms []Message, oldest float64) []Message {
	ms = slices.DeleteFunc(ms, func(m Message) bool {
		ts, err := strconv.ParseFloat(m.TS, 64)
		return err != nil || ts < oldest
	})
	slices.Reverse(ms)
	return ms
}

// thread returns a message of a channel and the replies to it, oldest first; none where there is no such message.
func (s *Server) thread(channel, ts string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.messages, func(m Message) bool { return m.Channel == channel && m.TS == ts })
	if i < 0 {
		return nil
	}
	return append([]Message{s.messages[i]}, slices.DeleteFunc(slices.Clone(s.threads), func(m Message) bool { return m.Channel != channel || m.Thread != ts })...)
}

// Thread returns the replies to a message of a channel, oldest first.
func (s *Server) Thread(channel, ts string) []Message {
	ms := s.thread(channel, ts)
	return ms[min(1, len(ms)):]
}
