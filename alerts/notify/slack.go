package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"pricegap/alerts"
	"pricegap/alerts/calm"
	"pricegap/alerts/notify/blockkit"
	"pricegap/alerts/notify/button"
	"pricegap/alerts/notify/door"
	"pricegap/alerts/notify/inert"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

func init() { register("slack", newSlack) }

const (
	slackMaxIDs   = 100
	slackMaxPages = 10               // of a channel's history, 100 messages each
	slackSkew     = 10 * time.Minute // by which Slack's clock and ours may differ
	slackEvent    = "pricegap_alert"
)

// slackOptions are the options of the channel "slack": a bot token and a channel, or an incoming webhook.
type slackOptions struct {
	Token   market.Secret `yaml:"token" json:"token,omitzero" jsonschema:"Bot token (xoxb-…) with the scope chat:write; with channels:history a lost answer is looked up instead of repeated."`
	Channel string        `yaml:"channel" json:"channel,omitzero" jsonschema:"Id of the channel (C…), of which the bot is a member; needed with token."`
	Webhook market.Secret `yaml:"webhook" json:"webhook,omitzero" jsonschema:"Address of an incoming webhook, instead of token and channel."`
	// NoThreads keeps threads from being written.
	NoThreads bool   `yaml:"no_threads" json:"no_threads,omitzero" jsonschema:"true keeps the history of a message, what ended of it and when, out of its thread, and leaves it at the edit."`
	API       string `yaml:"api" json:"api,omitzero" jsonschema:"Address of the Slack API where it is not https://slack.com/api/, for tests."`
}

// slackChannel tells one channel of a Slack workspace.
type slackChannel struct {
	o    slackOptions
	api  *slack.Client // nil for a webhook
	door door.Door
	web  string
	pace *rate.Limiter // Slack: about one message a second and channel
	app  bool          // whether the token is that of our app, which hears of buttons
}

func newSlack(o slackOptions, env Env) (alerts.Notifier, error) {
	s := &slackChannel{o: o, door: door.Door{Client: env.HTTP, Clock: env.Clock}, web: env.Web, pace: rate.NewLimiter(rate.Every(time.Second), 1)}
	switch {
	case o.Webhook.Known() && (o.Token.Known() || o.Channel != ""):
		return nil, errors.New("webhook: stands instead of token and channel, not beside them")
	case o.Webhook.Known():
		if _, err := door.Address(o.Webhook); err != nil {
			return nil, fmt.Errorf("webhook: %w", err)
		}
		return s, nil
	case !o.Token.Known():
		return nil, errors.New("token: is not set; give token and channel, or webhook")
	case o.Channel == "":
		return nil, errors.New("channel: is not set; give the channel's id")
	}
	opts := []slack.Option{slack.OptionHTTPClient(s.door)}
	if o.API != "" {
		if _, err := door.Address(market.NewSecret(o.API)); err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
		opts = append(opts, slack.OptionAPIURL(strings.TrimSuffix(o.API, "/")+"/"))
	}
	s.api, s.app = slack.New(o.Token.Reveal(), opts...), env.App.Known() && env.App.Reveal() == o.Token.Reveal()
	return s, nil
}

// Notify implements alerts.Notifier. The reference is Slack's ts; a webhook has none. What Slack cannot take
// as blocks is told once more as plain text. What is over is said by an edit of the message that told it.
func (s *slackChannel) Notify(ctx context.Context, m alerts.Message) (string, error) {
	m, mended, err := s.mend(ctx, m)
	if err != nil || mended != "" {
		return mended, s.safe(err)
	}
	if m.Repeat && s.api != nil {
		ts, err := s.find(ctx, m)
		if err != nil || ts != "" {
			return ts, s.safe(err)
		}
	}
	if err := s.pace.Wait(ctx); err != nil {
		return "", s.safe(err)
	}
	d := say.Compose(m, s.web)
	ts, err := s.post(ctx, m, s.blocks(d, m.Language), blockkit.Summary(d))
	if badBlocks(err) {
		ts, err = s.post(ctx, m, nil, blockkit.Plain(d))
	}
	if badBlocks(err) {
		err = fmt.Errorf("%w: %w", alerts.ErrContent, err)
	}
	return ts, s.safe(err)
}

// mend edits the messages in which was told what is over, and returns what is left to tell; where nothing is, also the
// ts of a message that says it. What Slack does not let us edit is told anew. An edit may be made twice without harm.
func (s *slackChannel) mend(ctx context.Context, m alerts.Message) (left alerts.Message, ts string, err error) {
	if s.api == nil {
		return m, "", nil
	}
	for _, e := range m.Earlier {
		if err := s.pace.Wait(ctx); err != nil {
			return m, "", err
		}
		err := s.edit(ctx, m, e)
		if errors.Is(err, alerts.ErrPermanent) {
			continue
		}
		if err == nil {
			err = s.remember(ctx, m, e)
		}
		switch {
		case errors.Is(err, alerts.ErrUnanswered):
			return m, "", errors.New("no answer to an edit")
		case err != nil:
			return m, "", err
		}
		ts = e.Reference
		m.Resolved = slices.DeleteFunc(slices.Clone(m.Resolved), func(a market.Alert) bool { return a.Told[m.Channel].Reference == e.Reference })
	}
	if len(m.Firing)+len(m.Resolved)+m.Late > 0 {
		ts = ""
	}
	return m, ts, nil
}

// edit writes an earlier message anew. Its id is another one than that of m, which may yet be looked for.
func (s *slackChannel) edit(ctx context.Context, m alerts.Message, e calm.Earlier) error {
	now := alerts.Message{
		ID: m.ID + "/" + e.Reference, Channel: m.Channel, Language: m.Language, Formula: m.Formula, At: m.At, Zone: m.Zone,
		Firing: e.Firing, Resolved: e.Resolved, GroupBy: m.GroupBy, Spell: m.Spell,
	}
	d := say.Compose(now, s.web)
	_, _, _, err := s.api.UpdateMessageContext(ctx, s.o.Channel, e.Reference,
		slack.MsgOptionText(blockkit.Summary(d), false), slack.MsgOptionDisableMarkdown(), slack.MsgOptionParse(false),
		slack.MsgOptionBlocks(s.blocks(d, m.Language)...), slack.MsgOptionMetadata(metadata(now)))
	return slackError(err)
}

func (s *slackChannel) safe(err error) error {
	if err == nil {
		return nil
	}
	return door.Safe("slack", err, s.o.Token, s.o.Webhook)
}

func (s *slackChannel) post(ctx context.Context, m alerts.Message, blocks []slack.Block, text string, more ...slack.MsgOption) (string, error) {
	if s.api == nil {
		return "", s.postWebhook(ctx, blocks, text)
	}
	opts := []slack.MsgOption{
		slack.MsgOptionText(text, false), slack.MsgOptionDisableMarkdown(), slack.MsgOptionParse(false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionMetadata(metadata(m)),
	}
	if blocks != nil {
		opts = append(opts, slack.MsgOptionBlocks(blocks...))
	}
	_, ts, err := s.api.PostMessageContext(ctx, s.o.Channel, append(opts, more...)...)
	if err == nil && ts == "" {
		err = fmt.Errorf("%w: the answer says nothing", alerts.ErrUnanswered)
	}
	return ts, slackError(err)
}

// slackWebhook is the body of an incoming webhook; slack-go's own has no way to switch mark-up off.
type slackWebhook struct {
	Text        string        `json:"text"`
	Blocks      []slack.Block `json:"blocks,omitempty"`
	Markdown    bool          `json:"mrkdwn"`
	Parse       string        `json:"parse"`
	UnfurlLinks bool          `json:"unfurl_links"`
	UnfurlMedia bool          `json:"unfurl_media"`
}

func (s *slackChannel) postWebhook(ctx context.Context, blocks []slack.Block, text string) error {
	body, err := json.Marshal(slackWebhook{Text: text, Blocks: blocks, Parse: "none"})
	if err != nil {
		return fmt.Errorf("%w: %w", alerts.ErrPermanent, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.Webhook.Reveal(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: not an address", alerts.ErrPermanent)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.door.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	word := say.Cut(string(answer), 60)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", alerts.ErrUnanswered, err)
	case resp.StatusCode >= 400:
		return fmt.Errorf("%w: status %d: %w", alerts.ErrPermanent, resp.StatusCode, slack.SlackErrorResponse{Err: word})
	case word != "ok":
		return fmt.Errorf("%w: the answer is not ok: %s", alerts.ErrUnanswered, word)
	}
	return nil
}

// find asks Slack whether a message whose answer was lost has arrived, and returns its ts, "" when it has not
// or when we may not look. It looks back as far as the first attempt.
func (s *slackChannel) find(ctx context.Context, m alerts.Message) (string, error) {
	p := slack.GetConversationHistoryParameters{ChannelID: s.o.Channel, Limit: 100, IncludeAllMetadata: true}
	if !m.FirstAt.IsZero() {
		p.Oldest = strconv.FormatInt(m.FirstAt.Add(-slackSkew).Unix(), 10)
	}
	for range slackMaxPages {
		h, err := s.api.GetConversationHistoryContext(ctx, &p)
		if refused := (slack.SlackErrorResponse{}); errors.As(err, &refused) && !slices.Contains(slackRests, refused.Err) {
			return "", nil
		}
		if err != nil {
			return "", slackError(err)
		}
		for _, x := range h.Messages {
			if x.Metadata.EventType == slackEvent && x.Metadata.EventPayload["message_id"] == m.ID {
				return x.Timestamp, nil
			}
		}
		if p.Cursor = h.ResponseMetaData.NextCursor; !h.HasMore || p.Cursor == "" {
			break
		}
	}
	return "", nil
}

// metadata lets a message be found again by its id. Slack takes no list of strings there, so the alerts are one string.
func metadata(m alerts.Message) slack.SlackMetadata {
	ids := make([]string, 0, slackMaxIDs)
	for _, a := range append(slices.Clone(m.Firing), m.Resolved...) {
		if len(ids) < slackMaxIDs {
			ids = append(ids, transition(a))
		}
	}
	return slack.SlackMetadata{EventType: slackEvent, EventPayload: map[string]any{"message_id": m.ID, "alert_ids": strings.Join(ids, " ")}}
}

// The words of Slack's API. Those in slackRests ask for rest, those in slackPassing may pass by themselves;
// every other refusal stays until somebody changes something.
var (
	slackRests   = []string{"ratelimited", "rate_limited"}
	slackPassing = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
	slackBlocky  = []string{
		"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "metadata_too_large",
		"invalid_metadata_format", "invalid_metadata_schema", "invalid_payload",
	}
)

// slackError classifies what slack-go returns. An answer that cannot be read was an answer all the same: the
// message may have arrived.
func slackError(err error) error {
	var refused slack.SlackErrorResponse
	var status slack.StatusCodeError
	var rest *alerts.RetryAfterError
	switch {
	case err == nil, errors.As(err, &rest), errors.Is(err, alerts.ErrPermanent), errors.Is(err, alerts.ErrUnanswered):
		return err
	case errors.As(err, &refused) && slices.Contains(slackRests, refused.Err):
		return &alerts.RetryAfterError{After: door.Rest, Err: refused}
	case errors.As(err, &refused) && slices.Contains(slackPassing, refused.Err):
		return err
	case errors.As(err, &refused), errors.As(err, &status):
		return fmt.Errorf("%w: %w", alerts.ErrPermanent, err)
	case unreadable(err):
		return fmt.Errorf("%w: the answer cannot be read", alerts.ErrUnanswered)
	}
	return err
}

// unreadable reports whether err comes from decoding an answer.
func unreadable(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &syntax) || errors.As(err, &kind)
}

// badBlocks reports whether Slack refused the form of a message.
func badBlocks(err error) bool {
	var refused slack.SlackErrorResponse
	return errors.As(err, &refused) && slices.Contains(slackBlocky, refused.Err)
}

// SlackBlocks returns the blocks that Slack would be sent, as JSON.
func SlackBlocks(m alerts.Message) []byte {
	b, _ := json.Marshal(blockkit.Blocks(say.Compose(m, ""))) // plain structs: it cannot fail
	return b
}

// SlackText returns the text that stands beside the blocks, for notifications.
func SlackText(m alerts.Message) string { return blockkit.Summary(say.Compose(m, "")) }

// slackBlock is a block as slack-go takes it.
type slackBlock struct{ blockkit.Block }

// BlockType implements slack.Block.
func (b slackBlock) BlockType() slack.MessageBlockType { return slack.MessageBlockType(b.Type) }

// ID implements slack.Block.
func (slackBlock) ID() string { return "" }

// homeEntries is how many products and shops a home tab spells out.
const homeEntries = 20

// SlackHome returns the blocks of a home tab that shows alerts as messages do, each with its buttons; without tables, which it does
// not take. What has no room is counted. Source: Slack, "Table block": in messages only.
func SlackHome(m alerts.Message, web string) []slack.Block {
	for m.Spell = homeEntries; ; m.Spell-- {
		d := say.Compose(m, web)
		for i := range d.Entries {
			d.Entries[i].Card = nil
		}
		bs := (&slackChannel{app: true}).blocks(d, m.Language)
		pressed, tables := 0, false
		for _, b := range bs {
			tables = tables || b.BlockType() == slack.MBTTable
			if b.BlockType() == slack.MBTAction {
				pressed++
			}
		}
		if !tables && pressed == len(d.Entries) || m.Spell == 1 {
			return slices.DeleteFunc(bs, func(b slack.Block) bool { return b.BlockType() == slack.MBTTable })
		}
	}
}

// blocks writes a document as blocks that slack-go takes; behind what our own app tells stand buttons, as far as there is room.
func (s *slackChannel) blocks(d say.Document, language string) []slack.Block {
	bs, first, told := blockkit.Layout(d)
	out := make([]slack.Block, len(bs))
	for i, b := range bs {
		out[i] = slackBlock{b}
	}
	if !s.app {
		return out
	}
	for n := told - 1; n >= 0; n-- { // from behind, so that what follows keeps its place
		with := slices.Insert(slices.Clone(out), first+n+1, buttons(d.Entries[n].First, language)...)
		if raw, err := json.Marshal(with); err == nil && len(with) <= blockkit.MaxBlocks && utf8.RuneCount(raw) <= blockkit.MaxChars {
			out = with
		}
	}
	return out
}

// slackUser is what Slack calls a person; who took an alert on elsewhere has another name.
var slackUser = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)

// buttons are what may be done about an alert: it is taken on, or was; of a product something may be said.
func buttons(a market.Alert, language string) (out []slack.Block) {
	block := button.Block(button.Alert, a.ID)
	if block == "" {
		return nil
	}
	label := func(what string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, button.Label(language, what), false, false)
	}
	b := slack.NewActionBlock(block)
	if by := a.Acked.By.Plain(); by == "" {
		b.Elements.ElementSet = append(b.Elements.ElementSet, slack.NewButtonBlockElement(button.Action(button.Acknowledge), a.ID, label(button.Acknowledge)))
	} else {
		var who slack.RichTextSectionElement = slack.NewRichTextSectionTextElement(inert.Text(by), nil)
		if slackUser.MatchString(by) {
			who = slack.NewRichTextSectionUserElement(by, nil)
		}
		out = append(out, slack.NewRichTextBlock("", slack.NewRichTextSection(
			slack.NewRichTextSectionTextElement("✓ "+button.Label(language, button.TakenOn)+" ", nil), who)))
	}
	if a.Topic.Product != "" {
		var more []*slack.OptionBlockObject
		for _, what := range button.More {
			more = append(more, slack.NewOptionBlockObject(what, label(what), nil))
		}
		b.Elements.ElementSet = append(b.Elements.ElementSet, slack.NewOverflowBlockElement(button.Menu, more...))
	}
	if len(b.Elements.ElementSet) > 0 {
		out = append(out, b)
	}
	return out
}
