package calm

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"pricegap/market"
)

// ErrUnknown is returned for a silence that is not there, or is over.
var ErrUnknown = errors.New("calm: no such silence")

// ErrSilence is wrapped by errors about what a silence lacks.
var ErrSilence = errors.New("calm: not a silence")

// maxSilence is how long a silence may last: one that nobody remembers keeps staff from what they should know.
const maxSilence = 366 * 24 * time.Hour

// silenceKept is how long a silence is listed after its end.
const silenceKept = 90 * 24 * time.Hour

// Silence keeps channels from being told of some alerts for a while. It is kept after its end, as the record of who asked
// for it and who ended it.
type Silence struct {
	// ID names it: 8 hexadecimal digits.
	ID string `json:"id"`
	Matcher
	// By asked for it At that time, for a Reason.
	By     market.Text `json:"by"`
	At     time.Time   `json:"at"`
	Reason market.Text `json:"reason"`
	// Until is when it ends by itself.
	Until time.Time `json:"until"`
	// EndedBy ended it EndedAt, before its time.
	EndedBy market.Text `json:"ended_by,omitzero"`
	EndedAt time.Time   `json:"ended_at,omitzero"`
}

// Matcher selects alerts: each field that is stated must fit. Category is a beginning; it and Brand ignore case.
type Matcher struct {
	Rule     string           `json:"rule,omitzero"`
	Kind     string           `json:"kind,omitzero"`
	Source   market.SourceID  `json:"source,omitzero"`
	Product  market.ProductID `json:"product,omitzero"`
	Category string           `json:"category,omitzero"`
	Brand    string           `json:"brand,omitzero"`
	Channel  string           `json:"channel,omitzero"`
}

// Fits reports whether an alert that a channel is owed is one of those meant.
func (m Matcher) Fits(a market.Alert, channel string) bool {
	f := a.Facts
	return (m.Rule == "" || m.Rule == a.Rule) && (m.Kind == "" || m.Kind == a.Kind) &&
		(m.Source == "" || m.Source == source(a)) && (m.Product == "" || m.Product == a.Topic.Product) &&
		hasPrefix(f.Category.Plain(), m.Category) && (m.Brand == "" || strings.EqualFold(m.Brand, f.Brand.Plain())) &&
		(m.Channel == "" || m.Channel == channel)
}

func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// String says which alerts are meant, as the flags of the command line do.
func (m Matcher) String() string {
	var out []string
	for _, f := range [][2]string{
		{"rule", m.Rule},
		{"kind", m.Kind},
		{"source", string(m.Source)},
		{"product", string(m.Product)},
		{"category", m.Category},
		{"brand", m.Brand},
		{"channel", m.Channel},
	} {
		if f[1] != "" {
			out = append(out, f[0]+"="+market.Printable(f[1]))
		}
	}
	return strings.Join(out, " ")
}

// End is when the silence ends, or ended.
func (s Silence) End() time.Time {
	if s.EndedAt.IsZero() {
		return s.Until
	}
	return s.EndedAt
}

// Active reports whether the silence lasts at a moment.
func (s Silence) Active(at time.Time) bool { return !at.Before(s.At) && at.Before(s.End()) }

// Quieter keeps silences. It is safe for concurrent use.
type Quieter interface {
	// Silences returns all silences, those that ended lately too, the newest first.
	Silences(ctx context.Context) ([]Silence, error)
	// Silence adds a silence from now on, and returns it with its ID. Errors: ErrSilence.
	Silence(ctx context.Context, s Silence) (Silence, error)
	// Expire ends a silence before its time. Errors: ErrUnknown.
	Expire(ctx context.Context, e Expiry) (Silence, error)
}

// Expiry ends a silence.
type Expiry struct {
	ID string      `json:"id"`
	By market.Text `json:"by"`
}

// Keeper keeps small values across restarts; store.Store satisfies it.
type Keeper interface {
	GetState(ctx context.Context, key string) ([]byte, error)
	PutState(ctx context.Context, key string, value []byte) error
}

// SilencesKey is where a Keeper has the silences.
const SilencesKey = "alerts/silences"

// Book implements Quieter over a Keeper. There must be one for a Keeper.
type Book struct {
	mu    sync.Mutex
	keep  Keeper
	clock market.Clock
}

// NewBook returns a Book.
func NewBook(k Keeper, clock market.Clock) *Book { return &Book{keep: k, clock: clock} }

// Silences implements Quieter.
func (b *Book) Silences(ctx context.Context) ([]Silence, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read(ctx)
}

func (b *Book) read(ctx context.Context) ([]Silence, error) {
	raw, err := b.keep.GetState(ctx, SilencesKey)
	if err != nil || raw == nil {
		return nil, err
	}
	var out []Silence
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("calm: silences: %w", err)
	}
	return out, nil
}

func (b *Book) write(ctx context.Context, ss []Silence) error {
	now := b.clock()
	raw, err := json.Marshal(slices.DeleteFunc(ss, func(s Silence) bool { return now.Sub(s.End()) > silenceKept }))
	if err != nil {
		return err
	}
	return b.keep.PutState(ctx, SilencesKey, raw)
}

// Silence implements Quieter.
func (b *Book) Silence(ctx context.Context, s Silence) (Silence, error) {
	now := b.clock().UTC()
	s.ID, s.At, s.Until = newID(), now, s.Until.UTC()
	s.EndedBy, s.EndedAt = market.Text{}, time.Time{}
	switch {
	case s.Matcher == Matcher{}:
		return s, fmt.Errorf("%w: it must say which alerts are meant", ErrSilence)
	case !s.By.Known() || !s.Reason.Known():
		return s, fmt.Errorf("%w: it needs an author and a reason", ErrSilence)
	case !s.Until.After(now) || s.Until.Sub(now) > maxSilence:
		return s, fmt.Errorf("%w: it must end in the future, within a year", ErrSilence)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	all, err := b.read(ctx)
	if err != nil {
		return s, err
	}
	return s, b.write(ctx, append([]Silence{s}, all...))
}

// Expire implements Quieter.
func (b *Book) Expire(ctx context.Context, e Expiry) (Silence, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all, err := b.read(ctx)
	if err != nil {
		return Silence{}, err
	}
	now := b.clock().UTC()
	i := slices.IndexFunc(all, func(s Silence) bool { return s.ID == e.ID && s.Active(now) })
	if i < 0 {
		return Silence{}, fmt.Errorf("%w: %s", ErrUnknown, market.Printable(e.ID))
	}
	all[i].EndedBy, all[i].EndedAt = e.By, now
	return all[i], b.write(ctx, all)
}

func newID() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	return hex.EncodeToString(b[:])
}
