package seen

import (
	"fmt"
	"testing"
	"time"
)

func TestSpare(t *testing.T) {
	t.Parallel()
	fetched := day0.Add(48 * time.Hour)
	for name, tt := range map[string]struct {
		modified time.Time
		now      time.Time
		want     bool
	}{
		"modified before":                   {day0.Add(time.Minute), fetched.Add(time.Hour), true},
		"modified since":                    {fetched.Add(time.Minute), fetched.Add(time.Hour), false},
		"within the slack of a clock":       {fetched.Add(-time.Minute), fetched.Add(time.Hour), false},
		"a day that ended before":           {day0.Truncate(24 * time.Hour), fetched.Add(time.Hour), true},
		"the day of the fetch":              {fetched.Truncate(24 * time.Hour), fetched.Add(time.Hour), false},
		"the day before, somewhere":         {fetched.Truncate(24 * time.Hour).Add(-24 * time.Hour), fetched.Add(time.Hour), false},
		"no date":                           {time.Time{}, fetched.Add(time.Hour), false},
		"a week later it is looked at":      {day0.Add(time.Minute), fetched.Add(lookAgain), false},
		"a fetch in the future says little": {day0.Add(time.Minute), fetched.Add(-time.Hour), true},
	} {
		t.Run(name, func(t *testing.T) {
			var d Dates
			d.Put("u", tt.modified, tt.now)
			m := Mark{URL: "u", FetchedAt: fetched}
			at, ok := d.Spare(m, tt.now)
			if ok != tt.want || ok && !at.Equal(tt.now) {
				t.Errorf("got %t as of %s", ok, at)
			}
			if _, ok := d.Spare(Mark{URL: "other", FetchedAt: fetched}, tt.now); ok {
				t.Error("a page without a date is spared")
			}
		})
	}
}

// TestSpareLatest: of a page that stands in two sitemaps the later date counts, whichever comes first.
func TestSpareLatest(t *testing.T) {
	t.Parallel()
	fetched := day0.Add(48 * time.Hour)
	old, late := day0.Add(time.Minute), fetched.Add(time.Hour)
	for _, dates := range [][]time.Time{{old, late}, {late, old}} {
		var d Dates
		for _, modified := range dates {
			d.Put("u", modified, late)
		}
		if _, ok := d.Spare(Mark{URL: "u", FetchedAt: fetched}, late); ok {
			t.Errorf("a page modified at %s is spared", dates)
		}
	}
}

// TestSpareSample: some pages are looked at in every run, and within some days each is.
func TestSpareSample(t *testing.T) {
	t.Parallel()
	var d Dates
	looked := map[string]bool{}
	for i := range 1000 {
		d.Put(fmt.Sprint(i), day0.Add(time.Minute), day0)
	}
	for day := range sampled {
		now := day0.AddDate(0, 0, day+1)
		n := 0
		for i := range 1000 {
			m := Mark{URL: fmt.Sprint(i), FetchedAt: now.Add(-3 * time.Hour)}
			if _, ok := d.Spare(m, now); !ok {
				looked[m.URL] = true
				n++
			}
		}
		if n == 0 || n > 60 {
			t.Errorf("day %d: %d of 1000 pages are looked at", day, n)
		}
	}
	if len(looked) != 1000 {
		t.Errorf("%d of 1000 pages were ever looked at", len(looked))
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	var d Dates
	d.Put("u", day0.Add(-100*time.Hour), day0)
	was := of("u", "", "", []byte("a"))
	was.FetchedAt = day0
	if d.Check(was, of("u", "", "", []byte("a"))) {
		t.Error("the same page proves nothing wrong")
	}
	later := was
	later.FetchedAt = day0.Add(-200 * time.Hour)
	if d.Check(later, of("u", "", "", []byte("b"))) {
		t.Error("a page that was modified since may have changed")
	}
	if !d.Check(was, of("u", "", "", []byte("b"))) {
		t.Error("a page that changed without a new date proves the dates wrong")
	}
	if _, ok := d.Spare(was, day0.Add(time.Hour)); ok {
		t.Error("a date is believed after one proved wrong")
	}
	d.Put("v", day0.Add(-100*time.Hour), day0)
	if _, ok := d.Spare(Mark{URL: "v", FetchedAt: day0}, day0.Add(time.Hour)); ok {
		t.Error("a later date is believed after one proved wrong")
	}
}
