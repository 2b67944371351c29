package calm_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/alerts/calm"
	"pricegap/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// gap is an alert about product 1 at a source.
func gap(source market.SourceID) market.Alert {
	return market.Alert{
		ID: "a", Rule: "cheaper", Kind: "undercut", Topic: market.Topic{Product: "1", Source: source}, State: market.AlertFiring, Transition: 1,
		Facts: market.Facts{Category: market.NewText("Koelen/Vriezers"), Brand: market.NewText("Frigo"), Ours: market.Side{Source: "us"}},
	}
}

func TestFits(t *testing.T) {
	for name, tt := range map[string]struct {
		m    calm.Matcher
		want bool
	}{
		"the source":           {calm.Matcher{Source: "lamp"}, true},
		"another source":       {calm.Matcher{Source: "licht"}, false},
		"a beginning":          {calm.Matcher{Category: "koelen"}, true},
		"no beginning":         {calm.Matcher{Category: "Vriezers"}, false},
		"the brand":            {calm.Matcher{Brand: "FRIGO"}, true},
		"part of the brand":    {calm.Matcher{Brand: "Fri"}, false},
		"all but one":          {calm.Matcher{Source: "lamp", Rule: "cheaper", Kind: "undercut", Product: "2"}, false},
		"all of them":          {calm.Matcher{Source: "lamp", Rule: "cheaper", Kind: "undercut", Product: "1", Channel: "floor"}, true},
		"for another channel":  {calm.Matcher{Channel: "managers"}, false},
		"of another rule":      {calm.Matcher{Rule: "dearer"}, false},
		"of rules of its kind": {calm.Matcher{Kind: "undercut"}, true},
	} {
		if got := tt.m.Fits(gap("lamp"), "floor"); got != tt.want {
			t.Errorf("%s: %s fits: %t", name, tt.m, got)
		}
	}
}

func TestIncidents(t *testing.T) {
	blind := market.Alert{ID: "b", Kind: "source_blind", Topic: market.Topic{Source: "lamp"}, State: market.AlertFiring, Transition: 1}
	ours, over := blind, blind
	ours.Topic.Source = "us"
	over.State, over.Transition, over.ResolvedAt = market.AlertResolved, 2, noon.Add(-time.Hour)
	for name, tt := range map[string]struct {
		all   []market.Alert
		a     market.Alert
		want  calm.Reason
		since time.Time
	}{
		"nothing":             {nil, gap("lamp"), "", time.Time{}},
		"the shop is blind":   {[]market.Alert{blind}, gap("lamp"), calm.Incident, time.Time{}},
		"another one is":      {[]market.Alert{blind}, gap("licht"), "", time.Time{}},
		"we are":              {[]market.Alert{ours}, gap("licht"), calm.Incident, time.Time{}},
		"the incident itself": {[]market.Alert{blind, ours}, blind, "", time.Time{}},
		"it is over":          {[]market.Alert{over}, gap("lamp"), "", noon.Add(-time.Hour)},
		"another gap":         {[]market.Alert{gap("lamp")}, gap("lamp"), "", time.Time{}},
	} {
		n := calm.Look(noon, slices.Values(tt.all), nil, nil)
		if got := n.Holds(tt.a, "floor"); got != tt.want {
			t.Errorf("%s: held for %q, want %q", name, got, tt.want)
		}
		if got := n.FreeSince(tt.a, "floor"); !got.Equal(tt.since) {
			t.Errorf("%s: free since %s, want %s", name, got, tt.since)
		}
	}
}

// memory is a Keeper.
type memory map[string][]byte

func (m memory) GetState(_ context.Context, key string) ([]byte, error) { return m[key], nil }

func (m memory) PutState(_ context.Context, key string, value []byte) error {
	m[key] = value
	return nil
}

func TestSilences(t *testing.T) {
	now := noon
	keep := memory{}
	b := calm.NewBook(keep, func() time.Time { return now })
	ask := func(m calm.Matcher, lasts time.Duration, by, reason string) (calm.Silence, error) {
		return b.Silence(t.Context(), calm.Silence{Matcher: m, Until: now.Add(lasts), By: market.NewText(by), Reason: market.NewText(reason)})
	}
	lamp := calm.Matcher{Source: "lamp"}
	for name, err := range map[string]error{
		"of everything":    second(ask(calm.Matcher{}, time.Hour, "anna", "x")),
		"by nobody":        second(ask(lamp, time.Hour, "", "x")),
		"for no reason":    second(ask(lamp, time.Hour, "anna", "")),
		"that is over":     second(ask(lamp, 0, "anna", "x")),
		"that never ends":  second(ask(lamp, 400*24*time.Hour, "anna", "x")),
		"nobody knows of":  second(b.Expire(t.Context(), calm.Expiry{ID: "00000000"})),
		"with an id alone": second(b.Silence(t.Context(), calm.Silence{ID: "00000000"})),
	} {
		if !errors.Is(err, calm.ErrSilence) && !errors.Is(err, calm.ErrUnknown) {
			t.Errorf("a silence %s: %v", name, err)
		}
	}
	first, err := ask(lamp, time.Hour, "anna", "moving")
	if err != nil {
		t.Fatal(err)
	}
	other, err := ask(calm.Matcher{Brand: "Frigo"}, 2*time.Hour, "bob", "ours is on sale")
	if err != nil {
		t.Fatal(err)
	}
	held := func(want calm.Reason, since time.Time) {
		t.Helper()
		b = calm.NewBook(keep, func() time.Time { return now }) // as after a restart
		ss, err := b.Silences(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := calm.Look(now, slices.Values([]market.Alert{}), ss, nil)
		if got := n.Holds(gap("lamp"), "floor"); got != want {
			t.Errorf("at %s: held for %q, want %q", now, got, want)
		}
		if got := n.FreeSince(gap("lamp"), "floor"); !got.Equal(since) {
			t.Errorf("at %s: free since %s, want %s", now, got, since)
		}
	}
	held(calm.Silenced, time.Time{})
	now = noon.Add(30 * time.Minute)
	if ended, err := b.Expire(t.Context(), calm.Expiry{ID: other.ID, By: market.NewText("carl")}); err != nil || ended.EndedBy.Plain() != "carl" || !ended.EndedAt.Equal(now) {
		t.Errorf("ended: %+v, %v", ended, err)
	}
	if _, err := b.Expire(t.Context(), calm.Expiry{ID: other.ID}); !errors.Is(err, calm.ErrUnknown) {
		t.Errorf("ended twice: %v", err)
	}
	held(calm.Silenced, now)
	now = first.Until
	held("", first.Until)
	now = noon.Add(100 * 24 * time.Hour)
	if _, err := ask(lamp, time.Hour, "anna", "again"); err != nil {
		t.Fatal(err)
	}
	if ss, err := b.Silences(t.Context()); err != nil || len(ss) != 1 || ss[0].Reason.Plain() != "again" {
		t.Errorf("after a hundred days there are %+v, %v", ss, err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestGathered holds what a run finds until it ends, or an hour at most.
func TestGathered(t *testing.T) {
	going := func(id market.SourceID) bool { return id == "lamp" }
	ours := gap("")
	ours.Facts.Theirs.Source = "lamp"
	over, blind := gap("lamp"), market.Alert{Topic: market.Topic{Source: "lamp"}, Transition: 1}
	over.Transition, over.ResolvedAt = 2, noon
	for name, tt := range map[string]struct {
		a     market.Alert
		after time.Duration
		want  calm.Reason
	}{
		"found in the run":   {gap("lamp"), time.Minute, calm.Gathered},
		"the lowest is":      {ours, time.Minute, calm.Gathered},
		"over in the run":    {over, time.Minute, calm.Gathered},
		"of another shop":    {gap("licht"), time.Minute, ""},
		"the shop itself":    {blind, time.Minute, ""},
		"an hour ago":        {gap("lamp"), time.Hour, ""},
		"over an hour ago":   {over, time.Hour, ""},
		"nearly an hour ago": {gap("lamp"), time.Hour - time.Second, calm.Gathered},
	} {
		if tt.a.Transition == 1 {
			tt.a.FiredAt = noon
		}
		all := slices.Values([]market.Alert{})
		if got := calm.Look(noon.Add(tt.after), all, nil, going).Holds(tt.a, "floor"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
