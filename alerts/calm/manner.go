package calm

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// After pacedAfter messages within an hour, a channel is told once a minute at most; what comes meanwhile goes together.
const (
	pacedAfter = 10
	pacedFor   = time.Hour
	pace       = time.Minute
)

// Manner is how a channel wants to be told. The zero Manner is: at once, whatever it is.
type Manner struct {
	Hours Hours
	// Digest is when the channel is told of what waits for it. Where there is no Budget, it is told at no other time.
	Digest market.Schedule
	// Heartbeat sends a digest also when there is nothing to tell: who misses it knows that nobody watches.
	Heartbeat bool
	// Budget is how many messages a day the channel is sent as things happen; what comes after waits for the digest, or for
	// the next day where there is none. 0 is no limit.
	Budget int
	// GroupBy says under which headings alerts stand.
	GroupBy Grouping
	// Spell is how many products or sources a message spells out; the rest is counted. 0 leaves it to the channel.
	Spell int
	// Escalate passes on what nobody of the channel takes on.
	Escalate Escalation
}

// Escalation is who is told of what fires for After without an acknowledgement. The zero Escalation is nobody.
type Escalation struct {
	After time.Duration
	To    []string // channels
}

// Pass adds to an alert the channels that are told of it since nobody took it on for so long after a channel was told.
func (e Escalation) Pass(a market.Alert, channel string, now time.Time) market.Alert {
	t := a.Told[channel]
	if a.Transition%2 == 0 || a.Once || a.Acked.By.Known() || !a.Knows(t) || t.At.IsZero() || now.Sub(t.At) < e.After {
		return a
	}
	for _, to := range e.To {
		if !slices.Contains(a.Channels, to) {
			a.Channels, a.Escalated = append(slices.Clone(a.Channels), to), append(slices.Clone(a.Escalated), to)
		}
	}
	return a
}

// Diary is what is remembered of a channel.
type Diary struct {
	// Sent are the times of its newest messages, in order: those of this day and the last few.
	Sent []time.Time `json:"sent,omitzero"`
	// DigestAt is up to when digests were served.
	DigestAt time.Time `json:"digest_at,omitzero"`
}

// Gate says whether a channel may be told now.
type Gate struct {
	// Shut says why not; "" where it may.
	Shut Reason
	// Since is when it was opened, zero where it always was.
	Since time.Time
	// Digest says that it is told by schedule.
	Digest bool
}

// Due returns when a schedule is due after a moment; zero when it never is.
type Due func(s market.Schedule, after time.Time) (time.Time, error)

// Gate says whether a channel may be told now. Errors: those of due.
func (m Manner) Gate(d Diary, now time.Time, due Due) (Gate, error) {
	since, open := m.Hours.Open(now)
	if !open {
		return Gate{Shut: Closed}, nil
	}
	g := Gate{Since: since}
	if m.Digest.Expr != "" {
		at, err := due(m.Digest, d.DigestAt)
		if err != nil {
			return Gate{}, err
		}
		if !at.IsZero() && !at.After(now) {
			return Gate{Since: later(since, at), Digest: true}, nil
		}
		if m.Budget == 0 {
			return Gate{Shut: Digest}, nil
		}
	}
	if m.Budget > 0 {
		_, midnight := m.Hours.day(now)
		g.Since = later(g.Since, midnight)
		if m.since(d, midnight) >= m.Budget {
			return Gate{Shut: Spent}, nil
		}
	}
	if m.Paced(d, now) {
		return Gate{Shut: Paced}, nil
	}
	return g, nil
}

// Paced reports whether a channel was told a moment ago, after many messages.
func (m Manner) Paced(d Diary, now time.Time) bool {
	n := len(d.Sent)
	return m.since(d, now.Add(-pacedFor)) >= pacedAfter && now.Sub(d.Sent[n-1]) < pace
}

// since counts the messages since a moment.
func (Manner) since(d Diary, at time.Time) (n int) {
	for _, t := range d.Sent {
		if !t.Before(at) {
			n++
		}
	}
	return n
}

// Note adds a message to the diary.
func (m Manner) Note(d Diary, now time.Time, digest bool) Diary {
	_, midnight := m.Hours.day(now)
	keep := min(midnight.Unix(), now.Add(-pacedFor).Unix())
	most := max(m.Budget, pacedAfter)
	sent := slices.DeleteFunc(slices.Clone(d.Sent), func(t time.Time) bool { return t.Unix() < keep })
	if digest {
		return Diary{sent, now} // a digest is no part of the budget
	}
	sent = append(sent, now)
	return Diary{sent[max(0, len(sent)-most):], d.DigestAt}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Group says under which headings alerts stand; "" is none.
type Group string

// The groups.
const (
	ByCategory   Group = "category"
	ByBrand      Group = "brand"
	ByCompetitor Group = "competitor"
	ByStore      Group = "store" // of ours
)

// Grouping is a Group with what it must know. The zero Grouping is none.
type Grouping struct {
	By Group
	// Stores are the names of our stores by the channel of each: an alert concerns those whose channels hear of it.
	Stores map[string]string
}

// GroupedBy is the grouping of those stores.
func GroupedBy(by Group, stores []market.Branch) Grouping {
	g := Grouping{By: by}
	if by == ByStore {
		g.Stores = map[string]string{}
		for _, s := range stores {
			if s.Channel != "" {
				g.Stores[s.Channel] = strings.TrimPrefix(g.Stores[s.Channel]+", "+s.Name, ", ")
			}
		}
	}
	return g
}

// Of is the heading of an alert, foreign where it came from a page; "" for alerts about a source, and where it is not known.
func (g Grouping) Of(a market.Alert) (heading string, foreign bool) {
	f := a.Facts
	switch {
	case a.Topic.Product == "":
		return "", false
	case g.By == ByCategory:
		return f.Category.Plain(), true
	case g.By == ByBrand:
		return f.Brand.Plain(), true
	case g.By == ByCompetitor:
		return cmp.Or(f.Theirs.Name, string(source(a))), false
	case g.By == ByStore:
		var names []string
		for _, channel := range a.Channels {
			if name, is := g.Stores[channel]; is {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return strings.Join(slices.Compact(names), ", "), false
	}
	return "", false
}

// Order puts alerts in the order in which they matter, and those of a group together, where its first stands: shops that
// cannot be seen, then by the margin at stake, by the rank of the product, by the width of the gap, the newest first. What is
// not known stands last; it returns of how many the margin is not known, 0 where none is.
func Order(as []market.Alert, g Grouping, products map[market.ProductID]market.Product) (unknown int) {
	stakes := map[string]money.Amount{}
	for _, a := range as {
		if s := stake(a, products[a.Topic.Product]); s.Known() {
			stakes[a.ID] = s
		} else if a.Topic.Product != "" {
			unknown++
		}
	}
	slices.SortFunc(as, func(a, b market.Alert) int {
		return cmp.Or(
			-boolean(a.Topic.Product == "", b.Topic.Product == ""),
			-boolean(stakes[a.ID].Known(), stakes[b.ID].Known()),
			-cmp.Compare(stakes[a.ID].Micros(), stakes[b.ID].Micros()),
			rank(products[a.Topic.Product], products[b.Topic.Product]),
			-cmp.Compare(width(a), width(b)),
			b.FiredAt.Compare(a.FiredAt),
			cmp.Compare(a.ID, b.ID),
		)
	})
	if g.By != "" {
		at := map[string]int{}
		for i, a := range as {
			if h, _ := g.Of(a); at[h] == 0 {
				at[h] = i + 1
			}
		}
		slices.SortStableFunc(as, func(a, b market.Alert) int {
			x, _ := g.Of(a)
			y, _ := g.Of(b)
			return cmp.Or(-boolean(a.Topic.Product == "", b.Topic.Product == ""), boolean(x == "", y == ""), cmp.Compare(at[x], at[y]))
		})
	}
	if len(stakes) == 0 {
		return 0 // nobody told us what anything costs
	}
	return unknown
}

// stake is the margin that is lost with a sale: our price less what we pay. Unknown where either is.
func stake(a market.Alert, p market.Product) money.Amount {
	d, err := a.Facts.Ours.Price.Sub(p.Cost)
	if err != nil {
		return money.Amount{}
	}
	return d
}

// rank compares the importance of two products; one without a rank is the last.
func rank(p, q market.Product) int {
	m, known := p.Rank.Get()
	n, known2 := q.Rank.Get()
	return cmp.Or(-boolean(known, known2), cmp.Compare(m, n))
}

func boolean(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func width(a market.Alert) int64 {
	n, _ := a.Facts.GapBasisPoints.Get()
	return max(n, -n)
}
