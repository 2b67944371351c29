package alerts_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pricegap/alerts"
	"pricegap/market"
)

func refused() error { return fmt.Errorf("%w: channel_not_found", alerts.ErrPermanent) }

func TestFailingChannelKeepsItsAlerts(t *testing.T) {
	w := newWorld(t, []string{"good", "bad"}, cheaper(t))
	w.ears["bad"].answers(errDown)
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	want := alerts.Report{Messages: 1, Alerts: 1, Waiting: 1, Errors: map[string]string{"bad": errDown.Error()}}
	if r := w.deliver(); !cmp.Equal(r, want) {
		t.Fatal(cmp.Diff(want, r))
	}
	// Our patience doubles; it survives a restart; nothing is sent before its time.
	for i, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		tries := 0
		w.ears["bad"].answer = func(context.Context, alerts.Message) error { tries++; return errDown }
		w.restart()
		w.wait(pause - time.Second)
		w.deliver()
		if tries != 0 {
			t.Fatalf("try %d came too early", i)
		}
		w.wait(time.Second)
		w.deliver()
		if tries != 1 {
			t.Fatalf("%d tries after pause %d", tries, i)
		}
	}
	w.ears["bad"].answers(nil)
	w.wait(time.Hour)
	w.price("2", "us", 10000)
	w.price("2", "lamp", 8000)
	if r := w.deliver(); r.Messages != 2 || r.Waiting != 0 || r.Errors != nil {
		t.Errorf("report: %+v", r)
	}
	ms := w.ears["bad"].take()
	if d := cmp.Diff([]string{"firing 2", "firing 1"}, told(ms)); d != "" || len(ms) != 1 {
		t.Error(d)
	}
}

func TestHangingChannelDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, []string{"good", "hangs"}, cheaper(t))
		w.ears["hangs"].answer = func(ctx context.Context, _ alerts.Message) error {
			<-ctx.Done()
			return fmt.Errorf("%w: %w", alerts.ErrUnanswered, ctx.Err())
		}
		w.price("1", "us", 10000)
		w.price("1", "lamp", 9000)
		done := make(chan alerts.Report)
		go func() { done <- w.deliver() }()
		synctest.Wait()
		if len(w.ears["good"].take()) != 1 {
			t.Error("the good channel was not told while the other hangs")
		}
		if r := <-done; r.Messages != 1 || r.Waiting != 1 || r.Errors["hangs"] == "" {
			t.Errorf("report: %+v", r)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.ears["a"].answers(&alerts.RetryAfterError{After: 90 * time.Second, Err: errors.New("slow down")})
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	w.ears["a"].answers(nil)
	w.restart()
	w.wait(89 * time.Second)
	w.price("2", "us", 10000)
	w.price("2", "lamp", 9000) // a newcomer does not wake the channel either
	if r := w.deliver(); r.Messages != 0 || r.Waiting != 2 {
		t.Errorf("report: %+v", r)
	}
	if err := w.desk.Test(t.Context(), "a"); err == nil || len(w.ears["a"].take()) != 0 {
		t.Error("a test was sent while the channel wants rest")
	}
	w.wait(time.Second)
	if r := w.deliver(); r.Messages != 1 || r.Alerts != 2 {
		t.Errorf("report: %+v", r)
	}
}

func TestRefusedForGood(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.ears["a"].answers(refused())
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	if r := w.deliver(); r.Waiting != 1 || r.Errors["a"] == "" {
		t.Errorf("report: %+v", r)
	}
	if told := w.box.only(t).Told["a"]; !told.Dead || told.Error == "" {
		t.Errorf("told: %+v", told)
	}
	w.ears["a"].answers(nil)
	w.wait(24 * time.Hour)
	w.restart()
	if r := w.deliver(); r.Messages != 0 || r.Waiting != 1 || r.Errors["a"] == "" {
		t.Errorf("a dead alert is listed and not sent: %+v", r)
	}
	if err := w.desk.Test(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	w.ears["a"].take()
	if r := w.deliver(); r.Messages != 1 || r.Waiting != 0 || r.Errors != nil {
		t.Errorf("after a test that went well: %+v", r)
	}
}

func TestRefusedThenTakenAgain(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.ears["a"].answers(refused())
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	w.ears["a"].answers(nil)
	w.price("1", "lamp", 10000)
	w.price("1", "lamp", 9000) // a new transition is tried
	if r := w.deliver(); r.Messages != 1 || r.Waiting != 0 {
		t.Errorf("report: %+v", r)
	}
	// A channel that takes another alert is asked again for those that it refused, a few times.
	tries := 0
	w.ears["a"].answer = func(_ context.Context, m alerts.Message) error {
		for _, a := range m.Firing {
			if a.Topic.Product == "2" {
				tries++
				return refused()
			}
		}
		return nil
	}
	w.price("2", "us", 10000)
	w.price("2", "lamp", 9000)
	w.deliver()
	for i := range 8 {
		p := market.ProductID(fmt.Sprint("x", i))
		w.price(p, "us", 10000)
		w.price(p, "lamp", 9000)
		for range 4 {
			w.deliver()
		}
	}
	if tries == 1 || tries > 8 {
		t.Errorf("tried %d times", tries)
	}
}

func TestLostAnswer(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	lost := fmt.Errorf("%w: connection reset", alerts.ErrUnanswered)
	var first alerts.Message
	w.ears["a"].answer = func(_ context.Context, m alerts.Message) error { first = m; return lost }
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	w.deliver()
	w.ears["a"].answers(nil)
	w.price("2", "us", 10000)
	w.price("2", "lamp", 9500)
	w.wait(time.Hour)
	if r := w.deliver(); r.Messages != 2 || r.Waiting != 0 {
		t.Errorf("report: %+v", r)
	}
	var repeats, fresh int
	for _, m := range w.ears["a"].take() {
		if m.Repeat {
			repeats++
			if m.ID != first.ID || len(m.Firing) != 1 {
				t.Errorf("the repeat is another message: %s, %s", m.ID, first.ID)
			}
		} else {
			fresh++
		}
	}
	if repeats != 1 || fresh != 1 {
		t.Errorf("%d repeats, %d fresh", repeats, fresh)
	}
}

// TestLostAnswerOfMany repeats a message under its own id, by which a channel is asked whether it arrived, although one of the
// alerts that it told is over by now, with or without a word of the end.
func TestLostAnswerOfMany(t *testing.T) {
	for _, tell := range []bool{false, true} {
		t.Run(fmt.Sprint("the end is told: ", tell), func(t *testing.T) {
			r := cheaper(t)
			r.TellResolved = tell
			w := newWorld(t, []string{"a"}, r)
			w.ears["a"].answers(errLost)
			for _, p := range []market.ProductID{"1", "2"} {
				w.price(p, "us", 10000)
				w.price(p, "lamp", 9000)
			}
			w.deliver()
			first := w.ears["a"].take()[0]
			w.ears["a"].answers(nil)
			w.wait(time.Hour)
			w.price("2", "lamp", 20000)
			w.restart()
			w.deliver()
			var ended []string
			for _, m := range w.ears["a"].take() {
				switch got := told([]alerts.Message{m}); {
				case slices.Contains(got, "firing 1"):
					if m.ID != first.ID || !m.Repeat || len(got) != 1 {
						t.Errorf("repeated as %s, which was %s: %v, repeat %v", m.ID, first.ID, got, m.Repeat)
					}
				case m.ID == first.ID:
					t.Errorf("what has changed goes under the id of what was told: %v", got)
				default:
					ended = append(ended, got...)
				}
			}
			if tell != slices.Equal(ended, []string{"resolved 2"}) || !tell && len(ended) > 0 {
				t.Errorf("of the end: %v", ended)
			}
			if r := w.deliver(); r.Messages != 0 || r.Waiting != 0 {
				t.Errorf("told once more: %+v", r)
			}
		})
	}
}

func TestKilledWhileSending(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	var killed *memory
	w.ears["a"].answer = func(context.Context, alerts.Message) error { killed = w.box.copy(); return nil }
	w.deliver()
	first := w.ears["a"].take()
	w.ears["a"].answers(nil)
	w.box = killed
	w.restart()
	w.deliver()
	again := w.ears["a"].take()
	if len(again) != 1 || !again[0].Repeat || again[0].ID != first[0].ID {
		t.Errorf("after the kill: %+v", again)
	}
	w.restart()
	if r := w.deliver(); r.Messages != 0 {
		t.Errorf("told a third time: %+v", r)
	}
}

func TestStoppedBeforeSending(t *testing.T) {
	w := newWorld(t, []string{"a"}, cheaper(t))
	w.price("1", "us", 10000)
	w.price("1", "lamp", 9000)
	ctx, cancel := context.WithCancel(t.Context())
	w.ears["a"].answer = func(ctx context.Context, _ alerts.Message) error { cancel(); return ctx.Err() }
	if _, err := w.desk.Deliver(ctx); err != nil {
		t.Fatal(err)
	}
	w.ears["a"].answers(nil)
	if r := w.deliver(); r.Messages != 1 {
		t.Errorf("report: %+v", r)
	}
	if ms := w.ears["a"].take(); ms[0].Repeat {
		t.Error("marked as a repeat although nothing had left")
	}
}

// TestDeliveryProperties lets 10,000 random histories meet random channels and crashes. Whatever comes, no channel
// hears a transition twice but as a marked repeat, and when all is well again every channel knows what is.
func TestDeliveryProperties(t *testing.T) {
	products := []market.ProductID{"1", "2"}
	histories(t, 10_000, func(rt *rapid.T) {
		r := cheaper(t)
		r.For = time.Duration(rapid.IntRange(0, 1).Draw(rt, "for")) * 10 * time.Minute
		r.KeepFiring = time.Duration(rapid.IntRange(0, 1).Draw(rt, "keep")) * 10 * time.Minute
		r.TellResolved = rapid.Bool().Draw(rt, "tell")
		r.Damp = time.Duration(rapid.IntRange(0, 2).Draw(rt, "damp")) * 20 * time.Minute
		w := newWorld(t, []string{"a", "b"}, r)
		calm := newWorld(t, []string{"a"}, r) // the same events without deliveries and crashes
		for _, p := range products {
			w.price(p, "us", 10000)
			calm.price(p, "us", 10000)
		}
		knows := map[string]map[string]bool{"a": {}, "b": {}} // channel → alert → is told that it fires
		heard := map[string]bool{}
		listen := func() {
			for name, e := range w.ears {
				for _, m := range e.take() {
					hear(rt, name, m, heard, knows[name])
				}
			}
		}
		answers := []error{nil, errDown, refused(), &alerts.RetryAfterError{After: time.Minute, Err: errDown}, alerts.ErrUnanswered, errLost}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			pause := time.Duration(rapid.IntRange(0, 12).Draw(rt, "minutes")) * time.Minute
			w.wait(pause)
			calm.wait(pause)
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0, 1:
				p := rapid.SampledFrom(products).Draw(rt, "product")
				cents := rapid.SampledFrom([]int64{9000, 9400, 9700, 9900, 10500}).Draw(rt, "cents")
				w.price(p, "lamp", cents)
				calm.price(p, "lamp", cents)
			case 2:
				w.tick()
				calm.tick()
			case 3:
				w.deliver()
			case 4:
				w.restart()
			case 5:
				w.ears["b"].answers(rapid.SampledFrom(answers).Draw(rt, "answer"))
			}
			listen()
		}
		w.ears["b"].answers(nil)
		w.restart()
		if err := w.desk.Test(context.Background(), "b"); err != nil {
			w.wait(2 * time.Hour)
			calm.wait(2 * time.Hour)
			if err := w.desk.Test(context.Background(), "b"); err != nil {
				rt.Fatal(err)
			}
		}
		w.wait(2 * time.Hour)
		if r := w.deliver(); r.Waiting != 0 || r.Errors != nil {
			rt.Fatalf("still waiting: %+v", r)
		}
		listen()
		settled(rt, w, r.TellResolved, knows)
		if got, want := lives(w), lives(calm); !reflect.DeepEqual(got, want) {
			rt.Fatalf("alerts are not a function of the events: %s", cmp.Diff(want, got))
		}
	})
}

// hear checks one message against what was heard before.
func hear(t *rapid.T, name string, m alerts.Message, heard map[string]bool, knows map[string]bool) {
	for i, a := range append(append([]market.Alert{}, m.Firing...), m.Resolved...) {
		key := fmt.Sprintf("%s %s:%d", name, a.ID, a.Transition)
		if heard[key] && !m.Repeat {
			t.Fatalf("%s was told twice", key)
		}
		heard[key] = true
		knows[a.ID] = i < len(m.Firing)
	}
}

// settled checks that every channel knows of every alert that fires, and of no other.
func settled(t *rapid.T, w *world, tellResolved bool, knows map[string]map[string]bool) {
	for a, err := range w.box.Alerts(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		fires := a.State == market.AlertFiring || a.State == market.AlertRecovering
		for name := range w.ears {
			if fires && !knows[name][a.ID] {
				t.Fatalf("%s does not know that %s fires", name, a.ID)
			}
			if !fires && tellResolved && knows[name][a.ID] {
				t.Fatalf("%s does not know that %s is over", name, a.ID)
			}
		}
	}
}

// lives is what the alerts are, without what channels were told.
func lives(w *world) map[string]string {
	out := map[string]string{}
	for a := range w.box.Alerts(context.Background()) {
		out[a.ID] = fmt.Sprint(a.State, a.Since, a.FiredAt, a.ResolvedAt, a.Transition, a.Facts.Gap, a.ChangeSeq)
	}
	return out
}
