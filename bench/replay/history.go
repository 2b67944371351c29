package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"pricegap/bench/saved"
	"pricegap/market"
	"pricegap/market/money"
)

// source is whose listings the articles are.
const source market.SourceID = "replay"

// histories are those of a shop.
type histories struct {
	articles []*article
	// days are all days from the first entry to the last.
	days []time.Time
	// priced says that what has no price is not kept.
	priced bool
}

// article is one line of a file of histories.
type article struct {
	id      market.ListingID
	sku     string
	name    market.Text
	given   []entry
	entered []time.Time // the days of given
}

// entry is a price from a day on. The unknown amount is none.
type entry struct {
	day   time.Time
	price money.Amount
}

// look is what was seen of an article at a moment.
type look struct {
	at    int64 // Unix seconds
	price money.Amount
}

func load(file string) (*histories, error) {
	lines, err := saved.Unzip(file)
	if err != nil {
		return nil, err
	}
	h := new(histories)
	var first, last time.Time
	sc := bufio.NewScanner(bytes.NewReader(lines))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		a, err := parse(sc.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s: article %d: %w", file, len(h.articles)+1, err)
		}
		for _, e := range a.given {
			if first.IsZero() || e.day.Before(first) {
				first = e.day
			}
			if e.day.After(last) {
				last = e.day
			}
		}
		h.articles = append(h.articles, a)
	}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		h.days = append(h.days, d)
	}
	return h, sc.Err()
}

func parse(line []byte) (*article, error) {
	var in struct {
		ID, Name string
		History  [][2]json.RawMessage
	}
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	a := &article{id: market.Identify(source, "", market.Offer{SKU: in.ID}), sku: in.ID, name: market.NewText(in.Name)}
	for _, h := range in.History {
		var e entry
		var day string
		err := json.Unmarshal(h[0], &day)
		if err == nil {
			e.day, err = time.Parse(time.DateOnly, day)
		}
		if err == nil && string(h[1]) != "null" {
			e.price, err = money.FromDecimal(string(h[1]), "EUR")
		}
		if err != nil {
			return nil, err
		}
		a.given, a.entered = append(a.given, e), append(a.entered, e.day)
	}
	return a, nil
}

// on yields what is seen of an article on a day from noon on: all that was entered for it, or else what holds since before.
func (a *article) on(day time.Time) []look {
	to := sort.Search(len(a.entered), func(i int) bool { return a.entered[i].After(day) })
	if to == 0 {
		return nil
	}
	from := to - 1
	for from > 0 && a.entered[from].Equal(day) && a.entered[from-1].Equal(day) {
		from--
	}
	out := make([]look, 0, to-from)
	for i, e := range a.given[from:to] {
		out = append(out, look{day.Unix() + 12*3600 + int64(i), e.price})
	}
	return out
}

// want is every look that must be kept of an article.
func (h *histories) want(a *article) []look {
	var out []look
	for _, day := range h.days {
		out = append(out, a.on(day)...)
	}
	if h.priced {
		out = slices.DeleteFunc(out, func(l look) bool { return !l.price.Known() })
	}
	return out
}

// last is the newest look that must be kept of an article until that moment.
func (h *histories) last(a *article, at time.Time) look {
	for day := at.Truncate(24 * time.Hour); !day.Before(h.days[0]); day = day.AddDate(0, 0, -1) {
		looks := a.on(day)
		for i := len(looks) - 1; i >= 0; i-- {
			if l := looks[i]; l.at <= at.Unix() && (l.price.Known() || !h.priced) {
				return l
			}
		}
	}
	return look{}
}

// entries is the history as it was given, but for entries that repeat the one before.
func (h *histories) entries(a *article) []entry {
	out := slices.Clone(a.given)
	if h.priced {
		out = slices.DeleteFunc(out, func(e entry) bool { return !e.price.Known() })
	}
	return slices.CompactFunc(out, func(a, b entry) bool { return a.price == b.price })
}

// asGiven makes a history of looks as it is given: an entry a change.
func asGiven(looks []look) []entry {
	var out []entry
	for _, l := range changes(looks) {
		out = append(out, entry{time.Unix(l.at, 0).UTC().Truncate(24 * time.Hour), l.price})
	}
	return out
}

// changes keeps of looks those that differ from the one before.
func changes(looks []look) []look {
	return slices.CompactFunc(slices.Clone(looks), func(a, b look) bool { return a.price == b.price })
}

// trust is how a price is kept: one of nought waits for people.
func trust(price money.Amount) market.Trust {
	if price.Known() && price.Sign() == 0 {
		return market.Trust{State: market.Quarantined, Reason: "zero"}
	}
	return market.Trust{State: market.Trusted}
}
