package robots

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pricegap/crawler/keep"
	"pricegap/market"
)

const origin = "https://shop.example"

// host is a shop whose robots.txt a test changes while time passes; Book and Keep as a crawler has them.
type host struct {
	*Book
	t      *testing.T
	keep   *keep.Memory
	log    bytes.Buffer
	answer Answer
	asked  int
}

func newHost(t *testing.T) *host {
	h := &host{t: t, keep: new(keep.Memory)}
	h.restart()
	return h
}

// restart begins another process over what was kept.
func (h *host) restart() {
	h.Book = &Book{Keep: h.keep, Clock: time.Now, Log: slog.New(slog.NewTextHandler(&h.log, nil)), Agent: "pricegap"}
}

func (h *host) rules(anew *Anew) Rules {
	h.t.Helper()
	r, err := h.Of(h.t.Context(), origin, anew, func(context.Context) (Answer, error) { h.asked++; return h.answer, nil })
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// want asks once and says whether /a may be fetched, and how often the host was asked by then.
func (h *host) want(what string, asked int) Rules {
	h.t.Helper()
	r := h.rules(nil)
	got := "allowed"
	if ok, _ := r.Allowed("/a"); r.Failed != "" {
		got = "unavailable"
	} else if !ok {
		got = "disallowed"
	}
	if got != what || h.asked != asked {
		h.t.Fatalf("%s after %d requests, want %s after %d; failed %q, stale %q", got, h.asked, what, asked, r.Failed, r.Stale)
	}
	return r
}

func file(s string) Answer { return Answer{Body: []byte(s)} }

var (
	forbids = file("User-agent: *\nDisallow: /a\n")
	allows  = file("User-agent: *\nDisallow: /b\n")
	down    = Answer{Failed: "server_error (status 503)"}
)

// TestKept: a file holds for 24 hours, in the next process too (RFC 9309 §2.4).
func TestKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.answer = forbids
		h.want("disallowed", 1)
		h.answer = allows
		time.Sleep(24*time.Hour - time.Second)
		h.want("disallowed", 1)
		h.restart()
		h.want("disallowed", 1)
		time.Sleep(time.Second)
		h.want("allowed", 2)
		h.restart()
		h.want("allowed", 2)
	})
}

// TestChanged is H56: a file that forbids from now on is obeyed within 24 hours, and at once where it is asked for
// anew.
func TestChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.answer = allows
		h.want("allowed", 1)
		h.answer = forbids
		time.Sleep(time.Hour)
		h.want("allowed", 1)
		anew := new(Anew)
		for range 3 {
			if ok, _ := h.rules(anew).Allowed("/a"); ok || h.asked != 2 {
				t.Fatalf("allowed %v, asked %d times", ok, h.asked)
			}
		}
		h.restart()
		h.want("disallowed", 2)
		h.answer = down
		if r := h.rules(new(Anew)); r.Failed != down.Failed || h.asked != 3 {
			t.Errorf("who asks anew is given a copy: %+v, asked %d times", r, h.asked)
		}
		h.want("disallowed", 3)
	})
}

// TestUnavailable is H53 and promise CR2: what was never had forbids everything, and is asked for again after an
// hour, not earlier, by the next process neither.
func TestUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.answer = down
		if r := h.want("unavailable", 1); r.Failed != down.Failed || r.Again != time.Hour {
			t.Errorf("%q, again in %s", r.Failed, r.Again)
		}
		time.Sleep(59 * time.Minute)
		if r := h.want("unavailable", 1); r.Again != time.Minute {
			t.Errorf("again in %s", r.Again)
		}
		h.restart()
		h.want("unavailable", 1)
		h.answer = allows
		time.Sleep(time.Minute)
		h.want("allowed", 2)
	})
}

// TestStale: while a new file cannot be had, the last one holds until it is two days old, also in the next process;
// then nothing may be fetched. It is asked for every hour all the time.
func TestStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.answer = forbids
		h.want("disallowed", 1)
		h.answer = down
		time.Sleep(24 * time.Hour)
		if r := h.want("disallowed", 2); r.Stale != down.Failed {
			t.Errorf("stale %q", r.Stale)
		}
		if ok, _ := h.rules(nil).Allowed("/b"); !ok || !strings.Contains(h.log.String(), "an older copy holds") {
			t.Errorf("allowed %v; log %s", ok, h.log.String())
		}
		time.Sleep(time.Hour - time.Second)
		h.want("disallowed", 2)
		h.restart()
		h.want("disallowed", 2)
		for i := range 23 {
			time.Sleep(time.Hour)
			h.want("disallowed", 3+i)
		}
		time.Sleep(time.Second)
		h.want("unavailable", 25)
		h.restart()
		h.want("unavailable", 25)
		h.answer = allows
		time.Sleep(time.Hour)
		if r := h.want("allowed", 26); r.Stale != "" {
			t.Errorf("stale %q", r.Stale)
		}
	})
}

// TestNoCopy: that there was no file, or a page in its place, is no copy that could stand in for one.
func TestNoCopy(t *testing.T) {
	for name, answer := range map[string]Answer{"none": {}, "a page": file("<html>not found</html>")} {
		synctest.Test(t, func(t *testing.T) {
			h := newHost(t)
			h.answer = answer
			h.want("allowed", 1)
			if warned := strings.Contains(h.log.String(), "has no rules"); warned != (name == "a page") {
				t.Errorf("%s: log %q", name, h.log.String())
			}
			h.answer = down
			time.Sleep(24 * time.Hour)
			h.want("unavailable", 2)
		})
	}
}

// TestLasting: after 30 days a person is asked. Nothing is fetched then either, which RFC 9309 §2.3.1.4 would allow.
func TestLasting(t *testing.T) {
	for name, answer := range map[string]Answer{"host": down, "network": {Failed: "no such host", Unreached: market.FailDNSNotFound}} {
		synctest.Test(t, func(t *testing.T) {
			h := newHost(t)
			h.answer = answer
			h.rules(nil)
			for range 30 {
				time.Sleep(24*time.Hour - time.Second)
				h.restart()
				if r := h.rules(nil); r.Failed != answer.Failed {
					t.Fatalf("%s: %q", name, r.Failed)
				}
			}
			time.Sleep(time.Hour)
			r := h.want("unavailable", 32)
			if want := answer.Failed + "; not to be had since 2000-01-01, which is 30 days: ask the shop, or take the source out"; r.Failed != want {
				t.Errorf("%s: %q", name, r.Failed)
			}
			h.answer = forbids
			time.Sleep(time.Hour)
			h.want("disallowed", 33)
			h.answer = answer
			time.Sleep(72 * time.Hour)
			if r := h.want("unavailable", 34); r.Failed != answer.Failed {
				t.Errorf("%s: the days are not counted from the last answer: %q", name, r.Failed)
			}
		})
	}
}

// TestUnreached: where there was no connection at all, nothing was asked of the host: no hour is waited, the next
// process tries at once, and no copy is used, since there is nothing to fetch. The copy is kept.
func TestUnreached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		h.answer = forbids
		h.want("disallowed", 1)
		h.answer = Answer{Failed: "no such host", Unreached: market.FailDNSNotFound}
		time.Sleep(24 * time.Hour)
		if r := h.want("unavailable", 2); r.Unreached != market.FailDNSNotFound || r.Again != 5*time.Minute {
			t.Errorf("%+v", r)
		}
		time.Sleep(5*time.Minute - time.Second)
		h.want("unavailable", 2)
		time.Sleep(time.Second)
		h.want("unavailable", 3)
		h.restart()
		h.answer = down
		if r := h.want("disallowed", 4); r.Stale == "" {
			t.Error("the copy of before is lost")
		}
	})
}

// TestJunk: more than 512 KiB of which the first have no rule (promise CR2); what is shorter, or a page, has none.
func TestJunk(t *testing.T) {
	junk := strings.Repeat("junk\n", MaxBytes/5+1)
	for name, c := range map[string]struct {
		body string
		want string
	}{
		"junk, then rules":     {junk + "User-agent: *\nDisallow: /\n", "unavailable"},
		"one line":             {strings.Repeat("x", MaxBytes), "unavailable"},
		"comments, then rules": {strings.Repeat("# junk\n", MaxBytes/7+1) + "User-agent: *\nDisallow: /\n", "unavailable"},
		"rules, then junk":     {"User-agent: *\nDisallow: /a\n" + junk, "disallowed"},
		"less junk":            {junk[:MaxBytes/2], "allowed"},
		"a long page":          {"\xef\xbb\xbf \n<!DOCTYPE html>" + junk, "allowed"},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHost(t)
			h.answer = file(c.body[:min(len(c.body), MaxBytes)])
			t.Log(name)
			h.want(c.want, 1)
			if c.want == "unavailable" {
				h.answer = allows
				time.Sleep(time.Hour)
				h.want("allowed", 2)
			}
		})
	}
}

// TestAnew: a run that wants robots.txt anew asks once by origin, and again where nothing was learned.
func TestAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newHost(t).Book
		asked, broken := map[string]int{}, errors.New("broken")
		var fails error
		of := func(origin string, anew *Anew) {
			t.Helper()
			_, err := b.Of(t.Context(), origin, anew, func(context.Context) (Answer, error) { asked[origin]++; return Answer{}, fails })
			if !errors.Is(err, fails) {
				t.Error(err)
			}
		}
		of("a", nil)
		first, second := new(Anew), new(Anew)
		fails = broken
		of("a", first)
		fails = nil
		for _, anew := range []*Anew{first, first, nil, second, second, first} {
			of("a", anew)
			of("b", anew)
		}
		if asked["a"] != 4 || asked["b"] != 2 {
			t.Errorf("asked %v", asked)
		}
	})
}

// TestOneFlight: of 64 that want the rules of an origin at once, one asks, and another where that one gives up; who
// waits can leave; and no origin waits for another.
func TestOneFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newHost(t).Book
		asked := 0 // one at a time asks
		var answered atomic.Int32
		began := time.Now()
		slow := func(ctx context.Context) (Answer, error) {
			asked++
			select {
			case <-time.After(10 * time.Second):
				return forbids, nil
			case <-ctx.Done():
				return Answer{}, ctx.Err()
			}
		}
		first, giveUp := context.WithTimeout(t.Context(), time.Second)
		defer giveUp()
		impatient, leave := context.WithTimeout(t.Context(), 2*time.Second)
		defer leave()
		var wg sync.WaitGroup
		for _, ctx := range []context.Context{first, impatient} {
			wg.Go(func() {
				if _, err := b.Of(ctx, origin, nil, slow); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		for range 64 {
			wg.Go(func() {
				r, err := b.Of(t.Context(), origin, nil, slow)
				if err != nil {
					t.Error(err)
					return
				}
				if ok, _ := r.Allowed("/a"); !ok {
					answered.Add(1)
				}
			})
		}
		if _, err := b.Of(t.Context(), "https://other.example", nil, func(context.Context) (Answer, error) { return Answer{}, nil }); err != nil || time.Since(began) > 0 {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		wg.Wait()
		// The one that was first gave up after a second; the impatient one may have asked in its place for another.
		if asked < 2 || asked > 3 || answered.Load() != 64 {
			t.Errorf("asked %d times, %d answered", asked, answered.Load())
		}
	})
}

// TestOlderForm: what a release kept that knew no copies is read.
func TestOlderForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		raw, err := json.Marshal(map[string]any{"at": time.Now(), "body": forbids.Body})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.keep.PutState(t.Context(), key(origin), raw); err != nil {
			t.Fatal(err)
		}
		h.want("disallowed", 0)
		h.answer = down
		time.Sleep(24 * time.Hour)
		h.want("disallowed", 1)
		if err := h.keep.PutState(t.Context(), key(origin), []byte("{")); err != nil {
			t.Fatal(err)
		}
		h.restart()
		h.want("unavailable", 2)
	})
}

// TestManyOrigins: few files stay in memory, and one that left it is not asked for again.
func TestManyOrigins(t *testing.T) {
	h := newHost(t)
	h.answer.Body = []byte("User-agent: *\nDisallow: /a\n")
	ask := func(origin string) Rules {
		r, err := h.Of(t.Context(), origin, nil, func(context.Context) (Answer, error) { h.asked++; return h.answer, nil })
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	ask(origin)
	for i := range 2 * maxEntries {
		ask(fmt.Sprintf("https://h%d.shop.example", i))
	}
	if n := len(h.entries); n > maxEntries {
		t.Errorf("%d files are in memory", n)
	}
	if ok, _ := ask(origin).Allowed("/a"); ok || h.asked != 2*maxEntries+1 {
		t.Errorf("allowed %v, asked %d times", ok, h.asked)
	}
}

// stopped is a Keeper that does nothing for a context that has ended, as a store does.
type stopped struct{ *keep.Memory }

func (k stopped) GetState(ctx context.Context, key string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.Memory.GetState(ctx, key)
}

// TestLoadCancelled: a run that is stopped just when it comes to a host does not lose the copy that is kept.
func TestLoadCancelled(t *testing.T) {
	h := newHost(t)
	h.answer.Body = []byte("User-agent: *\nDisallow: /a\n")
	h.rules(nil)
	h.restart()
	h.Keep = stopped{h.keep}
	ended, end := context.WithCancel(t.Context())
	end()
	for range 20 { // whether it waits or ends is by lot
		_, _ = h.Of(ended, origin, nil, func(ctx context.Context) (Answer, error) { return Answer{}, ctx.Err() })
	}
	if ok, _ := h.rules(nil).Allowed("/a"); ok || h.asked != 1 {
		t.Errorf("allowed %v, asked %d times", ok, h.asked)
	}
}

// TestUnreachedIsKept: since when there is no connection is not forgotten while the file is asked for.
func TestUnreachedIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		states := &keep.Forgetful{Keeper: h.keep, Clock: time.Now}
		h.Keep = states
		h.answer = Answer{Failed: "no such host", Unreached: market.FailDNSNotFound}
		for range 40 {
			h.rules(nil)
			time.Sleep(24 * time.Hour)
		}
		for i := range 1000 { // whichever is noted beside it
			if err := states.PutState(t.Context(), fmt.Sprintf("pace/h%d.shop.example", i), nil); err != nil {
				t.Fatal(err)
			}
		}
		h.restart()
		if r := h.rules(nil); !strings.Contains(r.Failed, "not to be had since 2000-01-01") {
			t.Errorf("%q", r.Failed)
		}
	})
}
