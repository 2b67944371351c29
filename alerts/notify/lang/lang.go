// Package lang holds what messages say around the facts, one file a language: nl.json is Dutch, and a file that is added is a
// language that is spoken. What a file leaves out is said in English.
package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// Words are the words of one language; verbs are those of fmt.
type Words struct {
	language string
	// Decimal is the decimal sign, Share a number of percent.
	Decimal string `json:"decimal"`
	Share   string `json:"percent"`

	Head         string                  `json:"head"`
	HeadOne      string                  `json:"head_one"`
	HeadOver     string                  `json:"head_over"`
	HeadNone     string                  `json:"head_none"`
	HeadOneOver  string                  `json:"head_one_over"`
	HeadAlso     string                  `json:"head_also"`
	Other        string                  `json:"other"` // the heading of what has none
	Late         string                  `json:"late"`
	LateOne      string                  `json:"late_one"`
	Test         string                  `json:"test"`
	Repeat       string                  `json:"repeat"`
	More         string                  `json:"more"`
	MoreWeb      string                  `json:"more_web"`
	MoreList     string                  `json:"more_list"`
	We           string                  `json:"we"`
	Ours         string                  `json:"ours"`
	NoPrice      string                  `json:"no_price"`
	Unknown      string                  `json:"unknown"` // of stock
	Unsaid       string                  `json:"unsaid"`  // of anything else
	Cheaper      string                  `json:"cheaper"`
	Dearer       string                  `json:"dearer"`
	Level        string                  `json:"level"`
	Delivered    string                  `json:"delivered"`
	DoorCheaper  string                  `json:"door_cheaper"`
	DoorDearer   string                  `json:"door_dearer"`
	DoorLevel    string                  `json:"door_level"`
	Lowered      string                  `json:"lowered"`
	Raised       string                  `json:"raised"`
	WeLowered    string                  `json:"we_lowered"`
	WeRaised     string                  `json:"we_raised"`
	WeHave       string                  `json:"we_have"`
	WeLack       string                  `json:"we_lack"`
	Blind        string                  `json:"blind"`
	NeverSeen    string                  `json:"never_seen"`
	LastGood     string                  `json:"last_good"`
	NoNews       string                  `json:"no_news"`
	OverCheaper  string                  `json:"over_cheaper"`
	OverLess     string                  `json:"over_less"`
	OverUnlike   string                  `json:"over_unlike"`
	OverOut      string                  `json:"over_out"`
	OverBoth     string                  `json:"over_both"`
	OverNeither  string                  `json:"over_neither"`
	OverBlind    string                  `json:"over_blind"`
	Over         string                  `json:"over"`
	FreeShipping string                  `json:"free_shipping"`
	Shipping     string                  `json:"shipping"`
	Today        string                  `json:"today"`
	Day          string                  `json:"day"`
	Days         string                  `json:"days"`
	NoDelivery   string                  `json:"no_delivery"`
	WithUs       string                  `json:"with_us"`
	WithThem     string                  `json:"with_them"`
	Now          string                  `json:"now"`
	Minutes      string                  `json:"minutes"`
	Hours        string                  `json:"hours"`
	DaysAgo      string                  `json:"days_ago"`
	Seen         string                  `json:"seen"`
	TheirPage    string                  `json:"their_page"`
	OurPage      string                  `json:"our_page"`
	History      string                  `json:"history"`
	Resolved     string                  `json:"resolved"`
	ResolvedAt   string                  `json:"resolved_at"`
	Reason       string                  `json:"reason"`
	Stock        map[market.Stock]string `json:"stock"`
	Changed      string                  `json:"changed"`
	NewHeld      string                  `json:"new_held"`
	OverChanged  string                  `json:"over_changed"`
	Unstable     string                  `json:"unstable"`
	Odd          map[string]string       `json:"odd"` // what is odd of a shop, by market.Oddity.Kind: of how many
	OverGap      string                  `json:"over_gap"`
	Digest       string                  `json:"digest"`
	LastOne      string                  `json:"last_one"`
	Last         string                  `json:"last"`
	EscalatedOne string                  `json:"escalated_one"`
	Escalated    string                  `json:"escalated"`
	Against      map[string]string       `json:"against"` // the shop that stands for all rivals, by market.Facts.Against
	Kinds        map[string]string       `json:"kinds"`   // what an alert says by itself, by its kind and what it is about
	Ends         map[string]string       `json:"ends"`    // that it is over, by kind
	Phases       map[string]string       `json:"phases"`  // why a shop cannot be seen, by market.FailureInfo.Phase
	Fields       map[string]string       `json:"fields"`  // the headings of tables: what is compared, by market.PointKind where it is one
	Buttons      map[string]string       `json:"buttons"` // below what is told, by the names of package button
	// What a verdict says; Roles are who decides, Rules the rules of a policy, by their names.
	Verdict  string            `json:"verdict"`
	Match    string            `json:"match"`
	Refer    string            `json:"refer"`
	Decline  string            `json:"decline"`
	WouldBe  string            `json:"would_be"`
	Failed   string            `json:"failed"`
	NotKnown string            `json:"not_known"`
	Judged   string            `json:"judged"`
	Roles    map[string]string `json:"roles"`
	Rules    map[string]string `json:"rules"`
}

//go:embed *.json
var files embed.FS

var spoken = sync.OnceValues(func() (map[string]*Words, error) { return read(files) })

// read reads the languages of a folder, English among them.
func read(folder fs.FS) (map[string]*Words, error) {
	english, err := fs.ReadFile(folder, "en.json")
	if err != nil {
		return nil, fmt.Errorf("lang: %w", err)
	}
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("lang: %w", err)
	}
	out := map[string]*Words{}
	for _, name := range names {
		w := &Words{language: strings.TrimSuffix(path.Base(name), ".json")}
		own, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("lang: %w", err)
		}
		for _, text := range [][]byte{english, own} {
			d := json.NewDecoder(strings.NewReader(string(text)))
			d.DisallowUnknownFields()
			if err := d.Decode(w); err != nil {
				return nil, fmt.Errorf("lang: %s: %w", name, err)
			}
		}
		if err := alike(english, own); err != nil {
			return nil, fmt.Errorf("lang: %s: %w", name, err)
		}
		out[w.language] = w
	}
	return out, nil
}

var verb = regexp.MustCompile(`%(\[\d\])?[^% ]`)

// alike tells where a language fills in other values than English does, or says what English does not know.
func alike(english, own []byte) error {
	en, words := leaves(english), leaves(own)
	for _, key := range slices.Sorted(maps.Keys(words)) {
		want, known := en[key]
		verbs := func(s string) []string { return verb.FindAllString(strings.ReplaceAll(s, "%%", ""), -1) }
		if got := words[key]; !known || got == "" || !slices.Equal(verbs(got), verbs(want)) {
			return fmt.Errorf("%s: %q does not fill in what %q does", key, got, want)
		}
	}
	return nil
}

// leaves returns the texts of a file by their keys; those within a mapping have its key before theirs.
func leaves(text []byte) map[string]string {
	var top map[string]any
	if json.Unmarshal(text, &top) != nil {
		return nil // the decoder has said so
	}
	out := map[string]string{}
	for k, v := range top {
		switch v := v.(type) {
		case string:
			out[k] = v
		case map[string]any:
			for k2, s := range v {
				out[k+"."+k2], _ = s.(string)
			}
		}
	}
	return out
}

// Of returns the words of a BCP 47 language; English where its file is not there.
func Of(language string) *Words {
	all, err := spoken()
	if err != nil {
		panic(err) // the files are part of the program, and tested
	}
	tag, _, _ := strings.Cut(strings.ToLower(language), "-")
	if w := all[tag]; w != nil {
		return w
	}
	return all["en"]
}

// Languages names the languages that are spoken, sorted.
func Languages() []string {
	all, err := spoken()
	if err != nil {
		panic(err) // as in Of
	}
	return slices.Sorted(maps.Keys(all))
}

// Count says how many of something there are.
func Count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// Money writes an amount the way of the language; an unknown one is the empty string.
func (w *Words) Money(a money.Amount) string { return money.Format(a, w.language) }

// Percent says a share in hundredths of a percent with one decimal and no sign, rounded half away from nought.
func (w *Words) Percent(basisPoints int64) string {
	n := (max(basisPoints, -basisPoints) + 5) / 10
	return fmt.Sprintf(w.Share, fmt.Sprintf("%d%s%d", n/10, w.Decimal, n%10))
}

// Ago says how long before at something was.
func (w *Words) Ago(then, at time.Time) string {
	switch d := at.Sub(then); {
	case d < time.Minute:
		return w.Now
	case d < 2*time.Hour:
		return fmt.Sprintf(w.Minutes, d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf(w.Hours, d/time.Hour)
	default:
		return fmt.Sprintf(w.DaysAgo, d/(24*time.Hour))
	}
}

// Moment says when something was: the time alone where it was on the day of at, in the zone of both; UTC is named.
func (w *Words) Moment(then, at time.Time, zone *time.Location) string {
	form := "15:04"
	if zone == nil {
		zone, form = time.UTC, "15:04 MST"
	}
	then, at = then.In(zone), at.In(zone)
	if then.Format(time.DateOnly) != at.Format(time.DateOnly) {
		form = time.DateOnly + " " + form
	}
	return then.Format(form)
}

// Pick picks the words of a selling point: this language, else English, else any, by name.
func (w *Words) Pick(m map[string]string) string {
	for _, l := range append([]string{w.language, "en"}, slices.Sorted(maps.Keys(m))...) {
		if m[l] != "" {
			return m[l]
		}
	}
	return ""
}
