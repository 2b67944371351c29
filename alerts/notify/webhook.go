package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/notify/door"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

func init() { register("webhook", newWebhook) }

// The headers of a webhook. The signature is "v1=" and, in hex, the HMAC-SHA256 with the shared secret over
// the timestamp (seconds since 1970), a point, and the body; refuse timestamps older than five minutes.
const (
	HeaderTimestamp = "X-Pricegap-Timestamp"
	HeaderSignature = "X-Pricegap-Signature"
	// HeaderID carries the message's id, which is the same when a message is sent again.
	HeaderID = "Idempotency-Key"
)

// maxWebhookAlerts is how many alerts of each sort a webhook spells out.
const maxWebhookAlerts = 500

// webhookOptions are the options of the channel "webhook".
type webhookOptions struct {
	URL    market.Secret `yaml:"url" json:"url" jsonschema:"Address that takes the message by POST; https, or http on this machine."`
	Secret market.Secret `yaml:"secret" json:"secret" jsonschema:"Shared secret that signs each message; at least 16 characters."`
}

// webhook posts messages as signed JSON.
type webhook struct {
	o     webhookOptions
	url   *url.URL
	door  door.Door
	clock market.Clock
	web   string
}

func newWebhook(o webhookOptions, env Env) (alerts.Notifier, error) {
	u, err := door.Address(o.URL)
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	if len(o.Secret.Reveal()) < 16 {
		return nil, errors.New("secret: must have at least 16 characters")
	}
	return &webhook{o, u, door.Door{Client: env.HTTP, Clock: env.Clock}, env.Clock, env.Web}, nil
}

// webhookBody is what a webhook says. Fields may be added.
type webhookBody struct {
	Version  int            `json:"version"`
	ID       string         `json:"id"`
	Channel  string         `json:"channel"`
	Language string         `json:"language"`
	At       time.Time      `json:"at"`
	Formula  string         `json:"formula,omitzero"`
	Repeat   bool           `json:"repeat"`
	Test     bool           `json:"test"`
	Firing   []webhookAlert `json:"firing"`
	Resolved []webhookAlert `json:"resolved"`
	// More are alerts beyond those spelled out.
	More int `json:"more"`
	// Text says the same for people.
	Text string `json:"text"`
}

// webhookAlert is one alert; a receiver that keys by id and transition takes a repeat for what it is.
type webhookAlert struct {
	ID         string            `json:"id"`
	Transition int               `json:"transition"`
	Rule       string            `json:"rule"`
	Kind       string            `json:"kind"`
	State      market.AlertState `json:"state"`
	Since      time.Time         `json:"since"`
	Topic      market.Topic      `json:"topic"`
	Facts      market.Facts      `json:"facts"`
}

func webhookAlerts(as []market.Alert, state market.AlertState) []webhookAlert {
	out := make([]webhookAlert, 0, min(len(as), maxWebhookAlerts))
	for _, a := range as[:min(len(as), maxWebhookAlerts)] {
		out = append(out, webhookAlert{a.ID, a.Transition, a.Rule, a.Kind, state, a.Since, a.Topic, a.Facts})
	}
	return out
}

// Notify implements alerts.Notifier. The reference is the message's id.
func (h *webhook) Notify(ctx context.Context, m alerts.Message) (string, error) {
	body, err := json.Marshal(webhookBody{
		Version: 1, ID: m.ID, Channel: m.Channel, Language: m.Language, At: m.At, Formula: m.Formula.Name,
		Repeat: m.Repeat, Test: m.Test,
		Firing: webhookAlerts(m.Firing, market.AlertFiring), Resolved: webhookAlerts(m.Resolved, market.AlertResolved),
		More: max(0, len(m.Firing)-maxWebhookAlerts) + max(0, len(m.Resolved)-maxWebhookAlerts),
		Text: say.Compose(m, h.web).Text(),
	})
	if err != nil {
		return "", h.safe(fmt.Errorf("%w: %w", alerts.ErrPermanent, err))
	}
	stamp := strconv.FormatInt(h.clock().Unix(), 10)
	head := http.Header{}
	head.Set(HeaderID, m.ID)
	head.Set(HeaderTimestamp, stamp)
	head.Set(HeaderSignature, Sign(h.o.Secret, stamp, body))
	if _, err := h.door.Post(ctx, h.url.String(), head, body); err != nil {
		return "", h.safe(err)
	}
	return m.ID, nil
}

func (h *webhook) safe(err error) error { return door.Safe("webhook", err, h.o.URL, h.o.Secret) }

// Sign returns the signature of a webhook's body at that timestamp, for receivers that check it.
func Sign(secret market.Secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}
