// Package slackapp is the door for staff in Slack: the commands /prijs and /price, the buttons below an answer, and the home tab.
// It asks watch.Service everything and keeps nothing itself. Requests come signed over HTTP, or through Socket Mode; either way
// they are acknowledged first and worked on afterwards, and a delivery that comes again has no second effect.
package slackapp

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"pricegap/alerts/notify/door"
	"pricegap/market"
	"pricegap/watch"
	"pricegap/web/lang"
)

// Options shape the app. The zero values of those in brackets mean what stands there.
type Options struct {
	// SigningSecret is that of the app; without it requests over HTTP are refused.
	SigningSecret market.Secret
	// AppToken (xapp-…) opens Socket Mode; without it there is none.
	AppToken market.Secret
	// BotToken (xoxb-…) opens views, shows the home tab and reads who is in a user group; without it none of them is there.
	BotToken market.Secret
	// Staff are those who may use the app, Branches our own stores.
	Staff    []market.Staff
	Branches []market.Branch
	// Web is the address of our web pages, without a slash at the end; empty where staff cannot reach them.
	Web string
	// Language is that of the answers, "nl" or "en" ["en"].
	Language string
	// Zone is the time zone of moments [UTC].
	Zone *time.Location
	// API is the address of Slack's Web API, Hooks how every response_url begins [those of Slack].
	API, Hooks string
	// HTTP is the way out; it should follow no redirect [one that waits 10 s at most].
	HTTP *http.Client
	// Pause is how long Socket Mode waits before the attempt after so many that failed [longer and longer, a minute at most].
	Pause func(failed int) time.Duration
	Clock market.Clock // [the wall clock]
	Log   *slog.Logger // [discards]
}

const (
	// hooks is how a response_url begins.
	hooks = "https://hooks.slack.com/"
	// atOnce is how many requests are worked on at one time, and liveAtOnce how many of them may wait for pages of rivals.
	atOnce, liveAtOnce = 256, 64
	// tremble is how long a second press of the same button is the first one.
	tremble = 3 * time.Second
	// callTimeout bounds one call of Slack.
	callTimeout = 10 * time.Second
	// liveWait is how long pages of rivals are waited for; a salesperson waits no longer.
	liveWait = 20 * time.Second
)

// App is the app. Its handler and Serve are safe for concurrent use.
type App struct {
	Options
	svc     watch.Service
	api     *slack.Client // nil without a bot token
	door    door.Door
	tongue  lang.Language
	jobs    chan func(context.Context)
	live    chan struct{}
	heard   *once // deliveries, for as long as Slack delivers again
	pressed *once // presses, for as long as a finger trembles
	signed  *once // signatures, for as long as they are fresh
	people  *people
}

// New returns the app over a service. Nothing is answered before Serve runs.
func New(svc watch.Service, o Options) *App {
	o.Hooks = cmp.Or(o.Hooks, hooks)
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Clock == nil {
		o.Clock = market.WallClock
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: callTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	a := &App{
		Options: o, svc: svc, door: door.Door{Client: o.HTTP, Clock: o.Clock}, tongue: lang.Of(o.Language),
		jobs: make(chan func(context.Context), atOnce), live: make(chan struct{}, liveAtOnce),
		heard: newOnce(time.Hour), pressed: newOnce(tremble), signed: newOnce(2 * skew),
	}
	if o.BotToken.Known() {
		a.api = a.client(o.BotToken.Reveal())
	}
	a.people = newPeople(o.Staff, a.members, o.Clock)
	return a
}

// client is the way to Slack's Web API with a bot token, or with an option instead.
func (a *App) client(token string, opts ...slack.Option) *slack.Client {
	opts = append(opts, slack.OptionHTTPClient(a.door))
	if a.API != "" {
		opts = append(opts, slack.OptionAPIURL(strings.TrimSuffix(a.API, "/")+"/"))
	}
	return slack.New(token, opts...)
}

// Serve works on what was acknowledged, and keeps the connection of Socket Mode open where there is an app token, until ctx ends and all
// is done or given up.
func (a *App) Serve(ctx context.Context) error {
	var g, socket errgroup.Group
	if a.AppToken.Known() {
		socket.Go(func() error { return a.listen(ctx) })
	}
	defer func() { _ = socket.Wait() }()
	g.SetLimit(atOnce)
	defer func() { _ = g.Wait() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case job := <-a.jobs:
			g.Go(func() error { job(ctx); return nil })
		}
	}
}

// later has a job done after the acknowledgement; it reports false where too many wait already.
func (a *App) later(job func(context.Context)) bool {
	select {
	case a.jobs <- job:
		return true
	default:
		return false
	}
}
