package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"pricegap/alerts"
	"pricegap/alerts/notify/door"
	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

func init() {
	register("discord", newDiscord)
	register("teams", newTeams)
	register("telegram", newTelegram)
	register("ntfy", newNtfy)
}

// Bounds of what a message may hold.
const (
	discordRunes  = 4096     // of the description of an embed: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
	telegramUnits = 4096     // UTF-16 code units: https://core.telegram.org/bots/api#sendmessage
	ntfyBytes     = 4096     // https://docs.ntfy.sh/publish/#limitations
	teamsBytes    = 24 << 10 // of the 28 KB of a message, which has a frame: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
)

// chat posts each message as JSON to a chat service.
type chat struct {
	kind    string
	door    door.Door
	web     string
	address string
	header  http.Header
	secrets []market.Secret
	// body puts a message into what the service takes.
	body func(say.Document) any
	// refused reads a refusal; nil keeps what its status says.
	refused func(answer []byte, err error) error
	// told returns how the service calls the message, out of its answer; nil where it says nothing of it.
	told func(answer []byte) string
}

// Notify implements alerts.Notifier. The reference is how the service calls the message, or else the message's id.
func (c *chat) Notify(ctx context.Context, m alerts.Message) (string, error) {
	body, err := json.Marshal(c.body(say.Compose(m, c.web)))
	if err != nil {
		return "", c.safe(fmt.Errorf("%w: %w", alerts.ErrPermanent, err))
	}
	answer, err := c.door.Post(ctx, c.address, c.header.Clone(), body)
	switch {
	case err != nil && c.refused != nil && errors.Is(err, alerts.ErrPermanent):
		return "", c.safe(c.refused(answer, err))
	case err != nil:
		return "", c.safe(err)
	case c.told != nil:
		if id := c.told(answer); id != "" {
			return id, nil
		}
	}
	return m.ID, nil
}

func (c *chat) safe(err error) error { return door.Safe(c.kind, err, c.secrets...) }

// discordOptions are the options of the channel "discord".
type discordOptions struct {
	URL market.Secret `yaml:"url" json:"url" jsonschema:"Address of a webhook of a Discord channel (https://discord.com/api/webhooks/…)."`
}

func newDiscord(o discordOptions, env Env) (alerts.Notifier, error) {
	u, err := door.Address(o.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	q := u.Query()
	q.Set("wait", "true") // for an answer that names the message
	u.RawQuery = q.Encode()
	c := &chat{kind: "discord", door: door.Door{Client: env.HTTP, Clock: env.Clock}, web: env.Web, address: u.String(), secrets: []market.Secret{o.URL}}
	c.body = func(d say.Document) any {
		return map[string]any{
			"embeds":           []any{map[string]string{"description": fit(d, discordRunes, utf8.RuneCountInString, discordLine)}},
			"allowed_mentions": map[string]any{"parse": []string{}},
		}
	}
	c.told = func(answer []byte) string {
		var said struct{ ID string }
		_ = json.Unmarshal(answer, &said) // the message arrived, whatever the answer looks like
		return said.ID
	}
	return c, nil
}

// discordMarks are what Discord takes for mark-up, which a backslash takes from it.
var discordMarks = regexp.MustCompile("[\\\\*_~`|>#\\[\\]()<:@-]")

func discordLine(l say.Line) string {
	return written(l, func(s string) string { return discordMarks.ReplaceAllString(s, `\$0`) }, func(s string) string { return "**" + s + "**" },
		func(s, address string) string {
			return "[" + s + "](" + strings.NewReplacer("(", "%28", ")", "%29").Replace(address) + ")"
		})
}

// fit writes a document within a limit of what size says of a text.
func fit(d say.Document, limit int, size func(string) int, line func(say.Line) string) string {
	lines := d.Within(limit, func(l say.Line) int { return size(line(l)) + 1 })
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = line(l)
	}
	return strings.Join(texts, "\n")
}

// written writes the spans of a line, foreign text inert, by what makes text plain, bold and a link.
func written(l say.Line, plain, bold func(string) string, link func(text, address string) string) string {
	var b strings.Builder
	for _, s := range l {
		text := s.Text
		if s.Foreign {
			text = inert.Text(text)
		}
		text = plain(text)
		if s.Bold && text != "" {
			text = bold(text)
		}
		if s.URL != "" {
			text = link(text, s.URL)
		}
		b.WriteString(text)
	}
	return b.String()
}

// telegramOptions are the options of the channel "telegram".
type telegramOptions struct {
	Token market.Secret `yaml:"token" json:"token" jsonschema:"Token of a bot (123456:ABC…), which is a member of the chat."`
	Chat  string        `yaml:"chat" json:"chat" jsonschema:"Id of the chat (-100…), or @name of a public channel."`
	API   string        `yaml:"api" json:"api,omitzero" jsonschema:"Address of the Bot API where it is not https://api.telegram.org, such as a server of your own."`
}

func newTelegram(o telegramOptions, env Env) (alerts.Notifier, error) {
	if !regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`).MatchString(o.Token.Reveal()) {
		return nil, errors.New("token: must look like 123456:ABC…")
	}
	if !strings.HasPrefix(o.Chat, "@") {
		if _, err := strconv.ParseInt(o.Chat, 10, 64); err != nil {
			return nil, errors.New("chat: must be a number or start with @")
		}
	}
	api := "https://api.telegram.org"
	if o.API != "" {
		u, err := door.Address(market.NewSecret(o.API))
		if err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
		api = strings.TrimRight(u.String(), "/")
	}
	c := &chat{kind: "telegram", door: door.Door{Client: env.HTTP, Clock: env.Clock}, web: env.Web, secrets: []market.Secret{o.Token}}
	c.address = api + "/bot" + o.Token.Reveal() + "/sendMessage"
	c.body = func(d say.Document) any {
		return map[string]any{
			"chat_id": o.Chat, "text": fit(d, telegramUnits, units, telegramLine), "parse_mode": "HTML",
			"link_preview_options": map[string]bool{"is_disabled": true},
		}
	}
	c.refused = func(answer []byte, err error) error {
		var said struct{ Description string }
		_ = json.Unmarshal(answer, &said)
		if why := market.NewText(said.Description).Plain(); strings.Contains(why, "chat") { // "chat not found": another text mends nothing
			return fmt.Errorf("%w: %s", alerts.ErrPermanent, why)
		}
		return err
	}
	c.told = func(answer []byte) string {
		var said struct {
			Result struct {
				ID int64 `json:"message_id"`
			}
		}
		_ = json.Unmarshal(answer, &said)
		return strconv.FormatInt(said.Result.ID, 10)
	}
	return c, nil
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func telegramLine(l say.Line) string {
	return written(l, html.EscapeString, func(s string) string { return "<b>" + s + "</b>" },
		func(s, address string) string { return `<a href="` + html.EscapeString(address) + `">` + s + "</a>" })
}

// ntfyOptions are the options of the channel "ntfy".
type ntfyOptions struct {
	URL   market.Secret `yaml:"url" json:"url" jsonschema:"Address of a topic, such as https://ntfy.sh/my-secret-topic."`
	Token market.Secret `yaml:"token" json:"token,omitzero" jsonschema:"Access token (tk_…), where the topic asks for one."`
}

func newNtfy(o ntfyOptions, env Env) (alerts.Notifier, error) {
	u, err := door.Address(o.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	base, topic := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String(), strings.Trim(u.Path, "/")
	if topic == "" || strings.Contains(topic, "/") {
		return nil, errors.New("url: must end with a topic, such as https://ntfy.sh/my-secret-topic")
	}
	c := &chat{
		kind: "ntfy", door: door.Door{Client: env.HTTP, Clock: env.Clock}, web: env.Web, address: base, header: http.Header{},
		secrets: []market.Secret{o.URL, market.NewSecret(topic), o.Token},
	}
	if o.Token.Known() {
		c.header.Set("Authorization", "Bearer "+o.Token.Reveal())
	}
	c.body = func(d say.Document) any {
		body := map[string]string{"topic": topic, "message": fit(d, ntfyBytes, func(s string) int { return len(s) }, ntfyLine)}
		if env.Web != "" {
			body["click"] = env.Web + "/alerts"
		}
		return body
	}
	return c, nil
}

func ntfyLine(l say.Line) string {
	same := func(s string) string { return s }
	return written(l, same, same, func(s, address string) string { return s + ": " + address })
}
