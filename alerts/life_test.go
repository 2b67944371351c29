package alerts_test

import (
	"flag"
	"reflect"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/alerts"
	"pricegap/market"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }

func TestStep(t *testing.T) {
	type stage struct {
		minute     int
		says       alerts.Holds
		state      market.AlertState
		transition int
	}
	for _, tt := range []struct {
		name string
		time alerts.Timing
		life []stage
	}{
		{"at once", alerts.Timing{}, []stage{
			{0, alerts.No, market.AlertInactive, 0},
			{1, alerts.Yes, market.AlertFiring, 1},
			{2, alerts.Neither, market.AlertFiring, 1},
			{3, alerts.No, market.AlertResolved, 2},
			{4, alerts.Neither, market.AlertResolved, 2},
			{5, alerts.Yes, market.AlertFiring, 3},
		}},
		{"patience before", alerts.Timing{For: 10 * time.Minute}, []stage{
			{0, alerts.Yes, market.AlertPending, 0},
			{9, alerts.Yes, market.AlertPending, 0},
			{10, alerts.Yes, market.AlertFiring, 1},
		}},
		{"it came and went", alerts.Timing{For: 10 * time.Minute}, []stage{
			{0, alerts.Yes, market.AlertPending, 0},
			{5, alerts.No, market.AlertInactive, 0},
			{12, alerts.Yes, market.AlertPending, 0},
			{21, alerts.Yes, market.AlertPending, 0},
			{22, alerts.Yes, market.AlertFiring, 1},
		}},
		{"not knowing fires nothing", alerts.Timing{For: 10 * time.Minute}, []stage{
			{0, alerts.Yes, market.AlertPending, 0},
			{60, alerts.Neither, market.AlertPending, 0},
		}},
		{"not knowing ends nothing", alerts.Timing{KeepFiring: 10 * time.Minute}, []stage{
			{0, alerts.Yes, market.AlertFiring, 1},
			{1, alerts.No, market.AlertRecovering, 1},
			{60, alerts.Neither, market.AlertRecovering, 1},
			{61, alerts.No, market.AlertResolved, 2},
		}},
		{"patience after", alerts.Timing{KeepFiring: 10 * time.Minute}, []stage{
			{0, alerts.Yes, market.AlertFiring, 1},
			{1, alerts.No, market.AlertRecovering, 1},
			{5, alerts.Yes, market.AlertFiring, 1},
			{6, alerts.No, market.AlertRecovering, 1},
			{15, alerts.No, market.AlertRecovering, 1},
			{16, alerts.No, market.AlertResolved, 2},
		}},
		{"what was so from the start begins nothing", alerts.Timing{For: 10 * time.Minute}, []stage{
			{0, alerts.Still, market.AlertInactive, 0},
			{1, alerts.Yes, market.AlertPending, 0},
			{11, alerts.Still, market.AlertFiring, 1},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := market.Alert{State: market.AlertInactive}
			for _, s := range tt.life {
				a = alerts.Step(a, alerts.Sign{Holds: s.says, At: at(s.minute), SeenAt: at(s.minute)}, tt.time)
				if a.State != s.state || a.Transition != s.transition {
					t.Fatalf("minute %d, %s: %s, transition %d; want %s, %d", s.minute, s.says, a.State, a.Transition, s.state, s.transition)
				}
			}
		})
	}
}

// TestDamped holds what comes back soon after its end: the same news until it was away for as long as it is damped.
func TestDamped(t *testing.T) {
	timing := alerts.Timing{Damp: time.Hour}
	a := market.Alert{State: market.AlertInactive}
	for _, s := range []struct {
		minute        int
		says          alerts.Holds
		state         market.AlertState
		news, returns int
	}{
		{0, alerts.Yes, market.AlertFiring, 1, 0},
		{10, alerts.No, market.AlertResolved, 1, 0},
		{69, alerts.Yes, market.AlertFiring, 1, 1}, // it came back
		{80, alerts.No, market.AlertRecovering, 1, 1},
		{100, alerts.Yes, market.AlertFiring, 1, 1},
		{110, alerts.No, market.AlertRecovering, 1, 1},
		{169, alerts.No, market.AlertRecovering, 1, 1},
		{170, alerts.No, market.AlertResolved, 1, 1}, // away for an hour
		{230, alerts.Yes, market.AlertFiring, 5, 0},  // other news
		{231, alerts.No, market.AlertResolved, 5, 0},
	} {
		a = alerts.Step(a, alerts.Sign{Holds: s.says, At: at(s.minute)}, timing)
		if a.State != s.state || a.News != s.news || a.Returns != s.returns {
			t.Fatalf("minute %d: %s, news %d, returns %d; want %s, %d, %d", s.minute, a.State, a.News, a.Returns, s.state, s.news, s.returns)
		}
	}
}

// TestConfirmed holds that one look, however often it is judged, confirms nothing.
func TestConfirmed(t *testing.T) {
	timing := alerts.Timing{For: 10 * time.Minute, Confirm: true}
	a := market.Alert{State: market.AlertInactive}
	for _, s := range []struct {
		minute, seen int
		says         alerts.Holds
		state        market.AlertState
	}{
		{0, 0, alerts.Yes, market.AlertPending},
		{30, 0, alerts.Yes, market.AlertPending},
		{31, 20, alerts.Neither, market.AlertPending},
		{32, 20, alerts.No, market.AlertInactive},
		{33, 33, alerts.Yes, market.AlertPending},
		{34, 34, alerts.Yes, market.AlertPending}, // confirmed, and not for ten minutes
		{43, 34, alerts.Still, market.AlertFiring},
	} {
		a = alerts.Step(a, alerts.Sign{Holds: s.says, At: at(s.minute), SeenAt: at(s.seen)}, timing)
		if a.State != s.state {
			t.Fatalf("minute %d: %s, want %s", s.minute, a.State, s.state)
		}
	}
}

// histories checks a property as often as a promise says when it is proved, and a tenth as often else.
func histories(t *testing.T, n int, prop func(*rapid.T)) {
	t.Helper()
	n = max(figure(n), n/10)
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	defer func() { _ = f.Value.Set(was) }()
	if err := f.Value.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, prop)
}

// life is what a test knows of the past of one alert.
type life struct {
	timing alerts.Timing
	// lastNo and lastYes are when it was last said to be over and to hold, look the first one since it was over;
	// ended is when it last ended, news and returns what it was then.
	lastNo, lastYes, look, ended time.Time
	returns                      int
}

// TestStepProperties checks what holds for every one of 10,000 histories: parity, counting, patience, confirmation, damping,
// determinism, and that not knowing changes nothing.
func TestStepProperties(t *testing.T) {
	words := []alerts.Holds{alerts.Yes, alerts.Still, alerts.No, alerts.Neither, alerts.Happened, alerts.Moved}
	histories(t, 10_000, func(t *rapid.T) {
		minutes := func(what string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, what)) * time.Minute
		}
		l := life{
			timing: alerts.Timing{For: minutes("for", 30), KeepFiring: minutes("keep", 30), Damp: minutes("damp", 60), Confirm: rapid.Bool().Draw(t, "confirm")},
			lastNo: start, lastYes: start, ended: start.Add(-1000 * time.Hour),
		}
		says := words[:4]
		if rapid.Bool().Draw(t, "happens") {
			says = words[4:]
		}
		a := market.Alert{State: market.AlertInactive}
		now, seen := start, start
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			now = now.Add(minutes("minutes", 20))
			if rapid.Bool().Draw(t, "looked") {
				seen = now
			}
			s := alerts.Sign{Holds: rapid.SampledFrom(says).Draw(t, "says"), At: now, SeenAt: seen, Back: rapid.Bool().Draw(t, "back")}
			b := alerts.Step(a, s, l.timing)
			if again := alerts.Step(a, s, l.timing); !reflect.DeepEqual(b, again) {
				t.Fatalf("not deterministic: %v, %v", b, again)
			}
			l.check(t, a, b, s)
			l.note(a, b, s)
			a = b
		}
	})
}

// check checks one step.
func (l *life) check(t *rapid.T, a, b market.Alert, s alerts.Sign) {
	on := b.State == market.AlertFiring || b.State == market.AlertRecovering
	turned, keep := b.Transition > a.Transition, l.timing.KeepFiring
	if l.returns > 0 {
		keep = max(keep, l.timing.Damp)
	}
	back := s.At.Sub(l.ended) < l.timing.Damp
	switch {
	case on != (b.Transition%2 == 1):
		t.Fatalf("%s with transition %d", b.State, b.Transition)
	case b.Transition < a.Transition || b.Transition > a.Transition+2:
		t.Fatalf("transition went from %d to %d", a.Transition, b.Transition)
	case b.News > b.Transition || b.News > 0 && b.News%2 == 0:
		t.Fatalf("news %d at transition %d", b.News, b.Transition)
	case s.Holds == alerts.Neither && !reflect.DeepEqual(a, b):
		t.Fatalf("neither changed the alert: %v, %v", a, b)
	case s.Holds == alerts.Moved && on && turned:
		t.Fatal("a small move fired")
	case s.Holds == alerts.Happened && !s.Back && b.News != b.Transition:
		t.Fatalf("what happened is no news: %v", b)
	case s.Holds == alerts.Happened || s.Holds == alerts.Moved:
	case turned && on && s.At.Sub(l.lastNo) < l.timing.For:
		t.Fatalf("fired after %s of %s", s.At.Sub(l.lastNo), l.timing.For)
	case turned && on && l.timing.Confirm && !s.SeenAt.After(l.look):
		t.Fatalf("fired after one look")
	case turned && on && a.News > 0 && back != (b.News == a.News):
		t.Fatalf("ended %s ago, damped for %s: news %d after %d", s.At.Sub(l.ended), l.timing.Damp, b.News, a.News)
	case turned && !on && s.At.Sub(l.lastYes) < keep:
		t.Fatalf("resolved after %s of %s", s.At.Sub(l.lastYes), keep)
	}
}

// note keeps what a step adds to the past.
func (l *life) note(a, b market.Alert, s alerts.Sign) {
	switch s.Holds {
	case alerts.No:
		l.lastNo = s.At
	case alerts.Yes, alerts.Still:
		l.lastYes = s.At
	}
	if b.State == market.AlertPending && a.State != market.AlertPending {
		l.look = s.SeenAt
	}
	if b.Transition > a.Transition {
		l.returns = b.Returns
		if b.Transition%2 == 0 {
			l.ended = s.At
		}
	}
}

func TestID(t *testing.T) {
	a := alerts.ID("cheaper", market.Topic{Product: "1", Source: "23"})
	if b := alerts.ID("cheaper", market.Topic{Product: "12", Source: "3"}); a == b {
		t.Error("two topics share an id")
	}
	if b := alerts.ID("cheaper", market.Topic{Product: "1", Source: "23"}); a != b || len(a) != 16 {
		t.Errorf("id is %q, then %q", a, b)
	}
}
