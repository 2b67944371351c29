package calm_test

import (
	"testing"
	"time"

	"pricegap/alerts/calm"
	"pricegap/market"
)

func hours(t *testing.T, zone string, spans ...string) calm.Hours {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	h := calm.Hours{Zone: z, Holidays: []string{"2026-12-25"}}
	for _, s := range spans {
		var x calm.Span
		if err := x.UnmarshalText([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if b, err := x.MarshalText(); err != nil || string(b) != s {
			t.Errorf("%s is written %s, %v", s, b, err)
		}
		h.Spans = append(h.Spans, x)
	}
	return h
}

func TestSpans(t *testing.T) {
	for _, s := range []string{"", "mon", "mon 9-17", "mon 09:00", "mon 17:00-09:00", "mon 09:00-09:00", "maandag 09:00-17:00", "mon-fri-sat 09:00-17:00", "mon 24:00-25:00", "mon 9:00-17:00"} {
		if err := new(calm.Span).UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q was read", s)
		}
	}
}

// TestOpen holds the hours on the wall, over both changes of the clock, on holidays, and over the weekend.
func TestOpen(t *testing.T) {
	h := hours(t, "Europe/Amsterdam", "mon-fri 08:30-18:00", "sat 10:00-24:00", "fri-mon 20:00-22:00")
	for at, want := range map[string]string{
		"2026-03-02T07:29:00Z": "",                 // Monday, 08:29
		"2026-03-02T07:30:00Z": "2026-03-02 08:30", // 08:30
		"2026-03-02T16:59:00Z": "2026-03-02 08:30",
		"2026-03-02T17:00:00Z": "",
		"2026-03-30T06:30:00Z": "2026-03-30 08:30", // summer time since yesterday
		"2026-10-26T07:29:00Z": "",                 // and winter time
		"2026-03-07T21:30:00Z": "2026-03-07 10:00", // Saturday: the longer of both
		"2026-03-07T23:00:00Z": "",                 // Sunday
		"2026-03-08T19:30:00Z": "2026-03-08 20:00",
		"2026-12-25T11:00:00Z": "", // a holiday, a Friday
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		since, open := h.Open(moment)
		if open != (want != "") || open && since.Format("2006-01-02 15:04") != want {
			t.Errorf("%s: open %t since %s, want %q", at, open, since, want)
		}
	}
	if since, open := (calm.Hours{}).Open(noon); !open || !since.IsZero() {
		t.Error("without hours it is always open")
	}
	if _, open := (calm.Hours{Holidays: []string{"2026-03-02"}}).Open(noon); open {
		t.Error("holidays alone close it as well")
	}
}

func TestGate(t *testing.T) {
	sent := func(minutesAgo ...int) (d calm.Diary) {
		for _, m := range minutesAgo {
			d.Sent = append(d.Sent, noon.Add(-time.Duration(m)*time.Minute))
		}
		return d
	}
	often := []int{59, 58, 50, 40, 30, 20, 10, 5, 3, 0}
	daily := market.Schedule{Expr: "0 9 * * *"}
	nine := func(_ market.Schedule, after time.Time) (time.Time, error) {
		due := time.Date(after.Year(), after.Month(), after.Day(), 9, 0, 0, 0, time.UTC)
		if !due.After(after) {
			due = due.Add(24 * time.Hour)
		}
		return due, nil
	}
	for name, tt := range map[string]struct {
		m    calm.Manner
		d    calm.Diary
		want calm.Reason
	}{
		"nothing asked":            {calm.Manner{}, sent(5, 3), ""},
		"ten within the hour":      {calm.Manner{}, sent(often...), calm.Paced},
		"nine within the hour":     {calm.Manner{}, sent(often[1:]...), ""},
		"ten, and a minute later":  {calm.Manner{}, sent(59, 58, 50, 40, 30, 20, 10, 5, 3, 1), ""},
		"the budget is spent":      {calm.Manner{Budget: 2}, sent(700, 3), calm.Spent},
		"one was sent yesterday":   {calm.Manner{Budget: 2}, sent(721, 3), ""},
		"the digest was served":    {calm.Manner{Digest: daily}, calm.Diary{DigestAt: noon.Add(-time.Hour)}, calm.Digest},
		"the digest is due":        {calm.Manner{Digest: daily}, calm.Diary{DigestAt: noon.Add(-4 * time.Hour)}, ""},
		"a digest beside a budget": {calm.Manner{Digest: daily, Budget: 2}, calm.Diary{DigestAt: noon}, ""},
	} {
		g, err := tt.m.Gate(tt.d, noon, nine)
		if err != nil || g.Shut != tt.want {
			t.Errorf("%s: shut for %q, %v; want %q", name, g.Shut, err, tt.want)
		}
	}
}

// TestNote holds that a diary does not grow, and that digests are no part of a budget.
func TestNote(t *testing.T) {
	m := calm.Manner{Budget: 20}
	var d calm.Diary
	now := noon
	for range 500 {
		now = now.Add(10 * time.Minute)
		d = m.Note(d, now, false)
	}
	if n := len(d.Sent); n != 20 {
		t.Errorf("the diary holds %d messages", n)
	}
	if e := m.Note(d, now.Add(time.Minute), true); len(e.Sent) != len(d.Sent) || !e.DigestAt.Equal(now.Add(time.Minute)) {
		t.Errorf("after a digest: %d messages, digest at %s", len(e.Sent), e.DigestAt)
	}
}
