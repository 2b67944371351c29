package seen

import "time"

const (
	// lookAgain is how long a date is believed before the page itself is looked at; one page of sampled is looked at in
	// every run.
	lookAgain = 7 * 24 * time.Hour
	sampled   = 64
	// A date without a time is a day somewhere between UTC-12 and UTC+14; other dates may be off by a slow clock.
	wholeDay, slack = 36 * time.Hour, time.Hour
)

// Dates are what the sitemaps of a run say about when pages were modified. The zero Dates say nothing. They are for one
// goroutine.
type Dates struct {
	of     map[uint64]int64 // the latest moment at which the page may have been modified, seconds since 1970
	saidAt time.Time
	wrong  bool
}

// Put notes that a sitemap fetched at saidAt says when a page was modified; the zero time says nothing. Of several dates
// the latest counts.
func (d *Dates) Put(url string, modified, saidAt time.Time) {
	if modified.IsZero() || d.wrong {
		return
	}
	if modified.Equal(modified.Truncate(24 * time.Hour)) {
		modified = modified.Add(wholeDay)
	}
	if d.of == nil {
		d.of = map[uint64]int64{}
	}
	h := hash(url)
	d.of[h] = max(d.of[h], modified.Add(slack).Unix())
	if d.saidAt.IsZero() || saidAt.Before(d.saidAt) {
		d.saidAt = saidAt
	}
}

// says reports whether the page of m was not modified since it was fetched.
func (d *Dates) says(m Mark) bool {
	at, ok := d.of[hash(m.URL)]
	return ok && !d.wrong && at < m.FetchedAt.Unix()
}

// Spare reports whether the page of m need not be fetched now, since it was not modified, and as of when that is said.
// Every page is due once a week all the same, and some of them in every run, so that dates which are not true are
// found out.
func (d *Dates) Spare(m Mark, now time.Time) (saidAt time.Time, ok bool) {
	day := uint64(now.Unix() / 86400)
	if !d.says(m) || now.Sub(m.FetchedAt) >= lookAgain || (hash(m.URL)+day)%sampled == 0 {
		return time.Time{}, false
	}
	return d.saidAt, true
}

// Check compares the page of was with what was fetched now, and reports whether its date proved wrong for the first
// time. From then on no date is believed.
func (d *Dates) Check(was, now Mark) bool {
	if was.Sum == now.Sum || !d.says(was) {
		return false
	}
	d.wrong, d.of = true, nil
	return true
}
