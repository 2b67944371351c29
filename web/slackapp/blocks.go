package slackapp

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	quiet "pricegap/alerts/notify/inert"
	"pricegap/market"
	"pricegap/web/facts"
)

// The bounds of a message. Slack documents 50 blocks a message and 150 characters a header, and refuses from about 13,000
// characters in all, which it does not document.
const (
	maxBlocks = 50
	maxChars  = 12_000
	maxHeader = 150
)

// plain is text that Slack does not parse.
func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// foreign is text from a page or a person, of which a chat acts on nothing.
func foreign(t market.Text) string { return quiet.Text(cut(t.Plain(), maxHeader)) }

// cut shortens s to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// rich is lines of text as one block; what stands first in a line may be bold, and a line may end in a link.
type rich struct {
	els []slack.RichTextSectionElement
}

func (r *rich) text(s string, bold bool) {
	var style *slack.RichTextSectionTextStyle
	if bold {
		style = &slack.RichTextSectionTextStyle{Bold: true}
	}
	if s != "" {
		r.els = append(r.els, slack.NewRichTextSectionTextElement(s, style))
	}
}

// line writes facts that are known, with dots between, on a line of their own.
func (r *rich) line(facts ...string) {
	var known []string
	for _, f := range facts {
		if f != "" {
			known = append(known, f)
		}
	}
	if len(known) > 0 {
		r.text("\n"+strings.Join(known, " · "), false)
	}
}

// link writes a link to a page under a label of ours.
func (r *rich) link(url, label string) {
	if url = facts.Safe(url); url != "" {
		r.text(" · ", false)
		r.els = append(r.els, slack.NewRichTextSectionLinkElement(url, label, nil))
	}
}

func (r *rich) block() slack.Block {
	return slack.NewRichTextBlock("", slack.NewRichTextSection(r.els...))
}

// chars counts the characters of blocks as they travel.
func chars(blocks ...slack.Block) int {
	b, _ := json.Marshal(blocks) // plain structs: it cannot fail
	return utf8.RuneCount(b)
}

// reply is a message as a response_url takes it, and as the answer to a command. mrkdwn and parse keep Slack from reading its text.
type reply struct {
	Type        string        `json:"response_type"`
	Replace     bool          `json:"replace_original"`
	Text        string        `json:"text"`
	Blocks      []slack.Block `json:"blocks,omitempty"`
	Markdown    bool          `json:"mrkdwn"`
	Parse       string        `json:"parse"`
	UnfurlLinks bool          `json:"unfurl_links"`
	UnfurlMedia bool          `json:"unfurl_media"`
}

// options are the reply as a message of its own.
func (r *reply) options() []slack.MsgOption {
	out := []slack.MsgOption{
		slack.MsgOptionText(r.Text, true), slack.MsgOptionDisableMarkdown(), slack.MsgOptionParse(false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if len(r.Blocks) > 0 {
		out = append(out, slack.MsgOptionBlocks(r.Blocks...))
	}
	return out
}

// message is what can be sent to where somebody sits.
type message interface{ options() []slack.MsgOption }

// edited is a message of ours once more, as it came back to us, in the place of what stands there.
type edited struct {
	Replace bool              `json:"replace_original"`
	Text    string            `json:"text"`
	Blocks  []json.RawMessage `json:"blocks"`
	Parse   string            `json:"parse"`
}

// options are none: only where a message stands can it be replaced.
func (*edited) options() []slack.MsgOption { return nil }

// aside is a reply that only who asked sees.
func aside(text string, blocks ...slack.Block) *reply {
	return &reply{Type: slack.ResponseTypeEphemeral, Text: text, Blocks: blocks, Parse: "none"}
}

// inert is a name or number of which a chat acts on nothing.
func inert(s string) string { return quiet.Text(cut(market.Printable(s), maxHeader)) }
