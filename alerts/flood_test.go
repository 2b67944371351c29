package alerts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/alerts"
	"pricegap/alerts/notify"
	"pricegap/alerts/notify/slacktest"
	"pricegap/market"
)

// floodRuns is after how many runs a flood has come.
const floodRuns = 50

// floodChannels are the channels that a flood is told to.
var floodChannels = []string{"C1", "C2", "C3"}

// gauge notes what is asked of Slack, and who asks while told to wait.
type gauge struct {
	next http.RoundTripper
	// refuse are the words with which posts in a channel are refused, whatever they say.
	refuse map[string]string

	mu    sync.Mutex
	sends map[string][]time.Time // posts, replies and edits, by channel, whatever the answer
	posts map[string][]time.Time // posts in the channel itself that were taken
	rest  map[string]time.Time
	early []string
}

// RoundTrip implements http.RoundTripper.
func (g *gauge) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	channel, method, now := form.Get("channel"), r.URL.Path[len("/api/"):], time.Now()
	g.mu.Lock()
	if now.Before(g.rest[channel]) {
		g.early = append(g.early, fmt.Sprintf("%s %s %s too early", method, channel, g.rest[channel].Sub(now)))
	}
	if !strings.HasPrefix(method, "conversations.") {
		g.sends[channel] = append(g.sends[channel], now)
	}
	word := g.refuse[channel]
	g.mu.Unlock()
	if word != "" {
		body := `{"ok":false,"error":"` + word + `"}`
		return &http.Response{
			StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch n, _ := strconv.Atoi(resp.Header.Get("Retry-After")); {
	case n > 0:
		g.rest[channel] = now.Add(time.Duration(n) * time.Second)
	case method == "chat.postMessage" && form.Get("thread_ts") == "" && resp.StatusCode == http.StatusOK:
		g.posts[channel] = append(g.posts[channel], now)
	}
	return resp, nil
}

// flood is a desk that many alerts come to, before a Slack that is not always well.
type flood struct {
	*world
	rnd   *rand.Rand
	gauge *gauge
	slack *slacktest.Server

	mu    sync.Mutex
	heard map[string]map[string]int // transitions by channel, as they were taken
}

// teller hands messages on and keeps what was taken.
type teller struct {
	f *flood
	alerts.Notifier
}

// Notify implements alerts.Notifier.
func (n teller) Notify(ctx context.Context, m alerts.Message) (string, error) {
	ref, err := n.Notifier.Notify(ctx, m)
	if err == nil {
		n.f.mu.Lock()
		defer n.f.mu.Unlock()
		for _, a := range append(slices.Clone(m.Firing), m.Resolved...) {
			n.f.heard[m.Channel][fmt.Sprint(a.ID, ":", a.Transition)]++
		}
	}
	return ref, err
}

// reopen makes a new desk over the same box, as a restart of the daemon does.
func (f *flood) reopen() {
	o := alerts.Options{Box: f.box, Rules: f.rules, Shops: shops, Clock: time.Now}
	for _, c := range floodChannels {
		raw, err := json.Marshal(map[string]string{"token": harnessToken, "channel": c, "api": "http://localhost/api/"})
		if err != nil {
			f.t.Fatal(err)
		}
		n, err := notify.New("slack", func(v any) error { return json.Unmarshal(raw, v) }, notify.Env{HTTP: &http.Client{Transport: f.gauge}, Clock: time.Now})
		if err != nil {
			f.t.Fatal(err)
		}
		o.Channels = append(o.Channels, alerts.Channel{Name: c, Language: "en", Notifier: teller{f, n}})
	}
	f.desk = alerts.NewDesk(o)
}

// run moves the price of some products, and tells what that means.
func (f *flood) run(from, to int, cents int64) {
	f.now = time.Now()
	events := make([]alerts.Event, 0, to-from)
	for p := from; p < to; p++ {
		events = append(events, f.event(good(p), "lamp", cents))
	}
	if err := f.desk.Judge(f.t.Context(), f.seq, events...); err != nil {
		f.t.Fatal(err)
	}
	f.beat()
}

// beat is what the daemon does every 20 seconds.
func (f *flood) beat() alerts.Report {
	f.now = time.Now()
	f.tick()
	return f.deliver()
}

// drain goes on until nobody was told anything for two minutes, and returns how long that took. What is paced counts as not
// waiting, so what it says of that is no end.
func (f *flood) drain() time.Duration {
	begin := time.Now()
	last := begin
	for time.Since(last) < 2*time.Minute {
		r := f.beat()
		if r.Messages+r.Waiting > 0 {
			last = time.Now()
		}
		if time.Since(begin) > time.Hour {
			f.t.Fatalf("%d still wait after an hour", r.Waiting)
		}
		time.Sleep(20 * time.Second)
	}
	return last.Sub(begin)
}

// TestHarnessFlood lets ten thousand alerts come over fifty runs within minutes, and go again, before a Slack that asks for rest,
// breaks off and fails: every channel hears of each once, in peace (AL4).
func TestHarnessFlood(t *testing.T) {
	n := max(figure(10_000), 10*floodRuns)
	rnd := seeded(t)
	slack := slacktest.New(slacktest.Options{Token: harnessToken, Channels: floodChannels})
	defer slack.Close()
	synctest.Test(t, func(t *testing.T) {
		f := newFlood(t, slack, rnd, n)
		for transition, cents := range []int64{9000, 10000} {
			f.rush(n, cents)
			took := f.drain()
			f.check(n, transition+1)
			t.Logf("%d alerts in %d channels, transition %d: told within %s of the last run", n, len(floodChannels), transition+1, took)
			time.Sleep(2 * time.Hour)
		}
	})
}

// newFlood makes a desk over n products of ours.
func newFlood(t *testing.T, slack *slacktest.Server, rnd *rand.Rand, n int) *flood {
	r := cheaper(t)
	r.TellResolved = true
	f := &flood{
		world: newWorld(t, nil, r), rnd: rnd, slack: slack, heard: map[string]map[string]int{},
		gauge: &gauge{
			next: slack.Transport(), refuse: map[string]string{},
			sends: map[string][]time.Time{}, posts: map[string][]time.Time{}, rest: map[string]time.Time{},
		},
	}
	for _, c := range floodChannels {
		f.heard[c] = map[string]int{}
	}
	f.reopen()
	for p := range n {
		f.event(good(p), "us", 10000)
	}
	return f
}

// rush is fifty runs in ten minutes.
func (f *flood) rush(n int, cents int64) {
	faults := []slacktest.Step{slacktest.RateLimited("30"), slacktest.RateLimited("7"), slacktest.AcceptThenDrop(), slacktest.Drop(), slacktest.Answer(502, "<html>")}
	for run := range floodRuns {
		if run%4 == 1 {
			f.slack.Script(faults[f.rnd.IntN(len(faults))])
		}
		if run%10 == 9 {
			time.Sleep(time.Second) // a process does not start at once
			f.reopen()
		}
		f.run(run*n/floodRuns, (run+1)*n/floodRuns, cents)
		time.Sleep(12 * time.Second)
	}
}

// check holds what Slack was asked against what it allows, and what channels heard against what they should have.
func (f *flood) check(n, transition int) {
	f.t.Helper()
	if len(f.gauge.early) > 0 {
		f.t.Errorf("%d requests inside a Retry-After, such as %s", len(f.gauge.early), f.gauge.early[0])
	}
	for _, c := range floodChannels {
		sends, posts := f.gauge.sends[c], f.gauge.posts[c]
		for i := 10; i < len(sends); i++ {
			if sends[i].Sub(sends[i-10]) < 10*time.Second {
				f.t.Fatalf("%s: eleven messages within %s", c, sends[i].Sub(sends[i-10]))
			}
		}
		for i := 10; i < len(posts); i++ {
			if d := posts[i].Sub(posts[i-1]); posts[i].Sub(posts[i-10]) < time.Hour && d < time.Minute {
				f.t.Errorf("%s: message %d came %s after the one before", c, i+1, d)
			}
		}
		lost, again := 0, 0
		for p := range n {
			id := alerts.ID("cheaper", market.Topic{Product: good(p), Source: "lamp"})
			switch heard := f.heard[c][fmt.Sprint(id, ":", transition)]; {
			case heard == 0:
				lost++
			case heard > 1:
				again++
			}
		}
		if lost+again > 0 {
			f.t.Errorf("%s: of %d alerts %d are lost and %d were told again", c, n, lost, again)
		}
		shown := map[string]bool{}
		for _, m := range f.slack.Posted(c) {
			id, _ := tells(f.t, m)
			if shown[id] {
				f.t.Errorf("%s: message %s is there twice", c, id)
			}
			shown[id] = true
		}
		f.t.Logf("%s: %d messages, %d posts, replies and edits in all", c, len(posts), len(sends))
	}
}
