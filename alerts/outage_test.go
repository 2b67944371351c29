package alerts_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/alerts/notify/slacktest"
)

// inBubble runs a test before a fake Slack, in a bubble of synctest.
func inBubble(t *testing.T, n int, f func(*flood)) {
	slack := slacktest.New(slacktest.Options{Token: harnessToken, Channels: floodChannels})
	defer slack.Close()
	synctest.Test(t, func(t *testing.T) { f(newFlood(t, slack, rand.New(rand.NewPCG(1, 2)), n)) })
}

// TestOutage lets Slack ask for rest for an hour in which alerts come: what waits is then told in one message a channel, and
// nothing is lost (AL7).
func TestOutage(t *testing.T) {
	const n = 240
	inBubble(t, n, func(f *flood) {
		f.slack.Script(slacktest.RateLimited("3600"), slacktest.RateLimited("3600"), slacktest.RateLimited("3600"))
		begin := time.Now()
		for i := range 60 {
			f.run(i*n/60, (i+1)*n/60, 9000)
			time.Sleep(time.Minute)
		}
		f.drain()
		f.check(n, 1)
		for _, c := range floodChannels {
			posts := f.gauge.posts[c]
			if len(posts) == 0 || len(posts) > 3 || posts[0].Sub(begin) < time.Hour || posts[len(posts)-1].Sub(begin) > 65*time.Minute {
				t.Errorf("%s: told at %v", c, posts)
			}
		}
	})
}

// TestPoison lets a channel refuse whatever it is told, with every word: those beside it are told as soon as without it (AL6).
func TestPoison(t *testing.T) {
	p99 := func(word string) (d time.Duration) {
		const n = 100
		inBubble(t, n, func(f *flood) {
			f.gauge.refuse["C1"] = word
			var took []time.Duration
			for i := range n {
				time.Sleep(7 * time.Minute)
				at := time.Now()
				f.run(i, i+1, 9000)
				for _, c := range []string{"C2", "C3"} {
					if len(f.gauge.posts[c]) != i+1 {
						t.Fatalf("%s: %s has %d messages of %d", word, c, len(f.gauge.posts[c]), i+1)
					}
					took = append(took, f.gauge.posts[c][i].Sub(at))
				}
			}
			slices.Sort(took)
			d = took[len(took)*99/100]
			if tries := len(f.gauge.sends["C1"]); word != "" && tries > 4*n {
				t.Errorf("%s: C1 was asked %d times for %d alerts", word, tries, n)
			}
		})
		return d
	}
	alone := p99("")
	for _, word := range []string{"invalid_blocks", "msg_blocks_too_long", "channel_not_found", "is_archived", "invalid_auth", "token_revoked"} {
		if beside := p99(word); beside > alone*11/10 {
			t.Errorf("beside a channel that says %s: %s, alone %s", word, beside, alone)
		}
	}
}
