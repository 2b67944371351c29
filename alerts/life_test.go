package alerts_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pricegap/alerts"
	"pricegap/market"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestStep(t *testing.T) {
	type at struct {
		minute     int
		says       alerts.Holds
		state      market.AlertState
		transition int
	}
	for _, tt := range []struct {
		name string
		time alerts.Timing
		life []at
	}{
		{"at once", alerts.Timing{}, []at{
			{0, alerts.No, market.AlertInactive, 0},
			{1, alerts.Yes, market.AlertFiring, 1},
			{2, alerts.Neither, market.AlertFiring, 1},
			{3, alerts.No, market.AlertResolved, 2},
			{4, alerts.Neither, market.AlertResolved, 2},
			{5, alerts.Yes, market.AlertFiring, 3},
		}},
		{"patience before", alerts.Timing{For: 10 * time.Minute}, []at{
			{0, alerts.Yes, market.AlertPending, 0},
			{9, alerts.Yes, market.AlertPending, 0},
			{10, alerts.Yes, market.AlertFiring, 1},
		}},
		{"it came and went", alerts.Timing{For: 10 * time.Minute}, []at{
			{0, alerts.Yes, market.AlertPending, 0},
			{5, alerts.No, market.AlertInactive, 0},
			{12, alerts.Yes, market.AlertPending, 0},
			{21, alerts.Yes, market.AlertPending, 0},
			{22, alerts.Yes, market.AlertFiring, 1},
		}},
		{"not knowing fires nothing", alerts.Timing{For: 10 * time.Minute}, []at{
			{0, alerts.Yes, market.AlertPending, 0},
			{60, alerts.Neither, market.AlertPending, 0},
		}},
		{"not knowing ends nothing", alerts.Timing{KeepFiring: 10 * time.Minute}, []at{
			{0, alerts.Yes, market.AlertFiring, 1},
			{1, alerts.No, market.AlertRecovering, 1},
			{60, alerts.Neither, market.AlertRecovering, 1},
			{61, alerts.No, market.AlertResolved, 2},
		}},
		{"patience after", alerts.Timing{KeepFiring: 10 * time.Minute}, []at{
			{0, alerts.Yes, market.AlertFiring, 1},
			{1, alerts.No, market.AlertRecovering, 1},
			{5, alerts.Yes, market.AlertFiring, 1},
			{6, alerts.No, market.AlertRecovering, 1},
			{15, alerts.No, market.AlertRecovering, 1},
			{16, alerts.No, market.AlertResolved, 2},
		}},
		{"what was so from the start begins nothing", alerts.Timing{For: 10 * time.Minute}, []at{
			{0, alerts.Still, market.AlertInactive, 0},
			{1, alerts.Yes, market.AlertPending, 0},
			{11, alerts.Still, market.AlertFiring, 1},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := market.Alert{State: market.AlertInactive}
			for _, s := range tt.life {
				a = alerts.Step(a, s.says, start.Add(time.Duration(s.minute)*time.Minute), tt.time)
				if a.State != s.state || a.Transition != s.transition {
					t.Fatalf("minute %d, %s: %s, transition %d; want %s, %d", s.minute, s.says, a.State, a.Transition, s.state, s.transition)
				}
			}
		})
	}
}

// TestStepProperties checks what holds for every history: parity, counting, patience, determinism.
func TestStepProperties(t *testing.T) {
	words := []alerts.Holds{alerts.Yes, alerts.Still, alerts.No, alerts.Neither, alerts.Happened}
	rapid.Check(t, func(t *rapid.T) {
		timing := alerts.Timing{
			For:        time.Duration(rapid.IntRange(0, 30).Draw(t, "for")) * time.Minute,
			KeepFiring: time.Duration(rapid.IntRange(0, 30).Draw(t, "keep")) * time.Minute,
		}
		happens := rapid.Bool().Draw(t, "happens")
		n := rapid.IntRange(1, 60).Draw(t, "n")
		a := market.Alert{State: market.AlertInactive}
		now, lastNo, lastYes := start, start, start
		for range n {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "minutes")) * time.Minute)
			h := rapid.SampledFrom(words[:4]).Draw(t, "says")
			if happens {
				h = alerts.Happened
			}
			b := alerts.Step(a, h, now, timing)
			if again := alerts.Step(a, h, now, timing); !reflect.DeepEqual(b, again) {
				t.Fatalf("not deterministic: %v, %v", b, again)
			}
			on := b.State == market.AlertFiring || b.State == market.AlertRecovering
			switch {
			case on != (b.Transition%2 == 1):
				t.Fatalf("%s with transition %d", b.State, b.Transition)
			case b.Transition < a.Transition || b.Transition > a.Transition+2:
				t.Fatalf("transition went from %d to %d", a.Transition, b.Transition)
			case h == alerts.Neither && !reflect.DeepEqual(a, b):
				t.Fatalf("neither changed the alert: %v, %v", a, b)
			case !happens && b.Transition > a.Transition && on && now.Sub(lastNo) < timing.For:
				t.Fatalf("fired after %s of %s", now.Sub(lastNo), timing.For)
			case !happens && b.Transition > a.Transition && !on && now.Sub(lastYes) < timing.KeepFiring:
				t.Fatalf("resolved after %s of %s", now.Sub(lastYes), timing.KeepFiring)
			}
			switch h {
			case alerts.No:
				lastNo = now
			case alerts.Yes, alerts.Still:
				lastYes = now
			}
			a = b
		}
	})
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
