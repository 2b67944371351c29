// Package notify holds the staff channels, one file each. A channel tells one message once and says what
// became of it; waiting and trying again is the desk's work. A file registers its channel under the name that
// sources.yaml uses as its kind. Text from pages is inert behind every channel: it can make no mention, no
// link and no format, and no error shows a secret.
package notify

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/notify/say"
	"pricegap/market"
)

// ErrKind is wrapped by New for a kind that does not exist.
var ErrKind = errors.New("no such kind of channel")

// Env is what channels share.
type Env struct {
	// HTTP is the client for channels on the network; nil means one with a timeout of 30 seconds. Redirects are
	// never followed: an address that moved is for its owner to correct.
	HTTP *http.Client
	// Out is where the console writes.
	Out   io.Writer
	Clock market.Clock // nil means the wall clock
	// Folder is where a path begins that does not say where; empty means the current one.
	Folder string
	// Web is the address of our own web pages, without a slash at the end; empty when there are none.
	Web string
	// App is the bot token of our Slack app; what a channel with that token tells has buttons. Unknown where there is no app.
	App market.Secret
}

// kind is how one kind of channel is made.
type kind struct {
	options func() any
	build   func(decode func(any) error, env Env) (alerts.Notifier, error)
}

var kinds = map[string]kind{}

// register enters a kind with its options O; build checks them.
func register[O any](name string, build func(O, Env) (alerts.Notifier, error)) {
	kinds[name] = kind{
		options: func() any { return new(O) },
		build: func(decode func(any) error, env Env) (alerts.Notifier, error) {
			var o O
			if decode != nil {
				if err := decode(&o); err != nil {
					return nil, err
				}
			}
			n, err := build(o, env)
			if err != nil {
				return nil, fmt.Errorf("notify: %s: %w", name, err)
			}
			return n, nil
		},
	}
}

// New makes a channel of that kind from its options, which decode fills strictly; a nil decode means none.
// Errors: one that wraps ErrKind, those of decode as they are, and what is wrong with the options.
func New(name string, decode func(any) error, env Env) (alerts.Notifier, error) {
	k, ok := kinds[name]
	if !ok {
		return nil, fmt.Errorf("notify: %w: %q; there are %s", ErrKind, name, strings.Join(Kinds(), ", "))
	}
	if env.Clock == nil {
		env.Clock = market.WallClock
	}
	c := http.Client{Timeout: 30 * time.Second}
	if env.HTTP != nil {
		c = *env.HTTP
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	env.HTTP = &c
	return k.build(decode, env)
}

// Kinds returns the names of all kinds, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Options returns a pointer to the zero options of a kind, for the schema; nil for a kind that does not exist.
func Options(name string) any {
	if k, ok := kinds[name]; ok {
		return k.options()
	}
	return nil
}

// RenderText returns a message as text for people: a title, then each product or source, two spaces in.
func RenderText(m alerts.Message) string { return say.Compose(m, "").Text() }
