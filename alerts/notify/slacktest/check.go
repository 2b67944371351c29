package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"pricegap/alerts/notify/slacktest/specimen"
)

// Slack's limits. Source: its reference of Block Kit; the 13,200 characters in all are undocumented and were
// measured by others (bolt-js issue 2509).
const (
	maxBlocks  = 50
	maxChars   = 13_200
	maxHeader  = 150
	maxSection = 3_000
	maxText    = 40_000
	maxRows    = 100
	maxColumns = 20
	maxCells   = 10_000 // characters in all cells of the tables of a message

	maxControls = 25
	maxLabel    = 75
	maxID       = 255
)

// check returns the word with which Slack refuses a message, or nothing.
func (s *Server) check(m Message) string {
	switch {
	case slices.Contains(s.o.Archived, m.Channel):
		return "is_archived"
	case !slices.Contains(s.o.Channels, m.Channel):
		return "channel_not_found"
	case m.Text == "" && len(m.Blocks) == 0:
		return "no_text"
	case utf8.RuneCountInString(m.Text) > maxText:
		return "msg_too_long"
	case m.Metadata != nil && !validMetadata(m.Metadata):
		return "invalid_metadata_format"
	case m.Thread != "" && len(s.thread(m.Channel, m.Thread)) == 0:
		return "cannot_reply_to_message"
	}
	if m.Metadata != nil {
		specimen.Keep(specimen.Metadata, m.Metadata)
	}
	if len(m.Blocks) == 0 || string(m.Blocks) == "null" {
		return ""
	}
	return Check(m.Text, m.Blocks)
}

// Check returns the word with which Slack refuses a message of that text and those blocks, or nothing. What is good by its
// limits is kept for `make blockkit`, which holds it against Slack's types.
func Check(text string, raw json.RawMessage) string {
	switch {
	case utf8.RuneCountInString(text) > maxText:
		return "msg_too_long"
	case utf8.RuneCount(raw) > maxChars:
		return "msg_blocks_too_long"
	}
	var blocks []block
	if json.Unmarshal(raw, &blocks) != nil || len(blocks) == 0 || len(blocks) > maxBlocks {
		return "invalid_blocks"
	}
	tables, ids := 0, map[string]bool{}
	for _, b := range blocks {
		if b.Type == "table" {
			tables++
		}
		if !b.valid() || tables > 1 || b.ID != "" && ids[b.ID] {
			return "invalid_blocks"
		}
		ids[b.ID] = true
	}
	specimen.Keep(specimen.Blocks, raw)
	return ""
}

func validMetadata(raw json.RawMessage) bool {
	var m struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	}
	return json.Unmarshal(raw, &m) == nil && m.Type != "" && m.Payload != nil
}

type text struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func (t text) valid(limit int) bool {
	n := utf8.RuneCountInString(t.Text)
	return (t.Type == "plain_text" || t.Type == "mrkdwn") && n > 0 && n <= limit
}

type block struct {
	Type     string          `json:"type"`
	ID       string          `json:"block_id"`
	Text     *text           `json:"text"`
	Elements json.RawMessage `json:"elements"`
	Rows     [][]text        `json:"rows"`
	Columns  []struct {
		Align string `json:"align"`
	} `json:"column_settings"`
}

func (b block) valid() bool {
	switch b.Type {
	case "header":
		return b.Text != nil && b.Text.Type == "plain_text" && b.Text.valid(maxHeader)
	case "section":
		return b.Text != nil && b.Text.valid(maxSection)
	case "divider":
		return true
	case "table":
		return b.validTable()
	case "context":
		var es []text
		return json.Unmarshal(b.Elements, &es) == nil && len(es) > 0 && len(es) <= 10 &&
			!slices.ContainsFunc(es, func(t text) bool { return !t.valid(maxSection) })
	case "actions":
		var es []control
		return len(b.ID) <= maxID && json.Unmarshal(b.Elements, &es) == nil && len(es) > 0 && len(es) <= maxControls &&
			!slices.ContainsFunc(es, func(c control) bool { return !c.valid() })
	case "rich_text":
		var es []struct {
			Type     string        `json:"type"`
			Elements []richElement `json:"elements"`
		}
		if json.Unmarshal(b.Elements, &es) != nil || len(es) == 0 {
			return false
		}
		for _, e := range es {
			if e.Type != "rich_text_section" || len(e.Elements) == 0 ||
				slices.ContainsFunc(e.Elements, func(r richElement) bool { return !r.valid() }) {
				return false
			}
		}
		return true
	}
	return false
}

// validTable checks a table whose cells are raw texts; Slack wants rows of one length.
func (b block) validTable() bool {
	if len(b.Rows) == 0 || len(b.Rows) > maxRows || len(b.Columns) > maxColumns {
		return false
	}
	chars := 0
	for _, r := range b.Rows {
		if len(r) == 0 || len(r) > maxColumns || len(r) != len(b.Rows[0]) {
			return false
		}
		for _, c := range r {
			if chars += utf8.RuneCountInString(c.Text); c.Type != "raw_text" || c.Text == "" {
				return false
			}
		}
	}
	for _, c := range b.Columns {
		if !slices.Contains([]string{"", "left", "center", "right"}, c.Align) {
			return false
		}
	}
	return chars <= maxCells
}

// control is a button, or a menu of a few.
type control struct {
	Type    string `json:"type"`
	ID      string `json:"action_id"`
	Text    *text  `json:"text"`
	Value   string `json:"value"`
	Options []struct {
		Text  text   `json:"text"`
		Value string `json:"value"`
	} `json:"options"`
}

func (c control) valid() bool {
	if c.ID == "" || len(c.ID) > maxID {
		return false
	}
	switch c.Type {
	case "button":
		return c.Text != nil && c.Text.Type == "plain_text" && c.Text.valid(maxLabel) && len(c.Value) <= 2_000
	case "overflow":
		for _, o := range c.Options {
			if !o.Text.valid(maxLabel) || o.Value == "" || len(o.Value) > maxLabel {
				return false
			}
		}
		return len(c.Options) > 0 && len(c.Options) <= 5
	}
	return false
}

type richElement struct {
	Type string `json:"type"`
	Text string `json:"text"`
	URL  string `json:"url"`
	User string `json:"user_id"`
}

func (r richElement) valid() bool {
	switch r.Type {
	case "text":
		return r.Text != ""
	case "user":
		return r.User != ""
	case "link":
		return strings.HasPrefix(r.URL, "https://") || strings.HasPrefix(r.URL, "http://")
	}
	return false
}
