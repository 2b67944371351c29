package backup

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"pricegap/store"
	"pricegap/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestServe lets fifteen days pass: every hour has its copy while it is one of the last 24, and every day while it is one of the
// last 14; each can be opened and is what stands beside it.
func TestServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s, err := store.Open(t.Context(), "bolt:"+filepath.Join(dir, "prices.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Record(t.Context(), storetest.Observe("acme", 1, storetest.At(1), 100)); err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(dir, "copies")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"notes.db", ".prices-20000101T000000Z.db.backup-1", ".other-20000101T000000Z.db.backup-1", "other-20000101T000000Z.db"} {
			if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		p := Plan{From: s, Folder: folder, Hourly: 24, Daily: 14, Clock: time.Now, Log: slog.New(slog.DiscardHandler)}
		go func() { defer close(ended); p.Serve(ctx) }()
		began := time.Now()
		time.Sleep(15*24*time.Hour + 2*beat)
		stop()
		<-ended
		of := p.copiesOf("prices.db")
		times, err := of.times()
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
		if len(times) != 24+12 { // two of the days are among the hours
			t.Fatalf("%d copies: %v", len(times), times)
		}
		for i, at := range times[:24] {
			if want := began.Add(15*24*time.Hour - time.Duration(i)*time.Hour).Truncate(time.Hour); !at.Truncate(time.Hour).Equal(want) {
				t.Errorf("copy %d is of %v, want of %v", i, at, want)
			}
		}
		if names, _ := filepath.Glob(filepath.Join(folder, ".*")); len(names) != 1 || !strings.Contains(names[0], ".other-") {
			t.Errorf("left behind: %v", names)
		}
		for _, name := range []string{"notes.db", "other-20000101T000000Z.db"} {
			if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
				t.Errorf("a file that is none of ours: %v", err)
			}
		}
		doc, err := os.ReadFile(of.file(times[0]) + ".json")
		var c Copy
		if err = errors.Join(err, json.Unmarshal(doc, &c)); err != nil || c.Info.Observations != 1 || c.Bytes == 0 || len(c.SHA256) != 64 {
			t.Errorf("%s, %v", doc, err)
		}
		if all, _ := filepath.Glob(filepath.Join(folder, "*.json")); len(all) != len(times) {
			t.Errorf("%d descriptions of %d copies", len(all), len(times))
		}
	})
}

// broken is a source whose copies are no good.
type broken struct{ store.Store }

func (broken) Backup(_ context.Context, w io.Writer) (int64, error) {
	n, err := w.Write([]byte("half of it"))
	return int64(n), err
}

// TestNothingIsDropped for a copy that is no good, or for which there is no room.
func TestNothingIsDropped(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "bolt:"+filepath.Join(dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 3, 6, 0, 0, 0, time.UTC)
	p := Plan{From: s, Folder: filepath.Join(dir, "copies"), Hourly: 1, Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	if err := p.serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	p.From = broken{s}
	if err := p.serve(t.Context()); err == nil || !strings.Contains(err.Error(), "no good") {
		t.Errorf("a copy that is no good: %v", err)
	}
	p.From, p.Disk = s, func() (uint64, uint64, error) { return 256 << 20, 1 << 30, nil }
	if err := p.serve(t.Context()); err == nil || !strings.Contains(err.Error(), "free") {
		t.Errorf("without room: %v", err)
	}
	if times, err := p.copiesOf("prices.db").times(); err != nil || len(times) != 1 || !times[0].Equal(now.Add(-time.Hour)) {
		t.Errorf("copies of %v, %v", times, err)
	}
	p.Disk = nil
	if err := p.serve(t.Context()); err != nil {
		t.Error(err)
	}
	if times, err := p.copiesOf("prices.db").times(); err != nil || len(times) != 1 || !times[0].Equal(now) {
		t.Errorf("copies of %v, %v", times, err)
	}
}

// TestRoom: copies go to make room, the oldest hours before the days, and the newest never.
func TestRoom(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "bolt:"+filepath.Join(dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 3, 20, 0, 0, 0, time.UTC)
	p := Plan{From: s, Folder: dir, Hourly: 24, Daily: 14, Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	of := p.copiesOf("prices.db")
	all := []time.Time{}
	for _, h := range []int{-50, -49, -26, -25, -2, -1} { // of March 1, 2 and 3
		all = append(all, now.Add(time.Duration(h)*time.Hour))
		if err := os.WriteFile(of.file(all[len(all)-1]), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fits := 0 // how many copies there may be besides the new one
	p.Disk = func() (free, size uint64, err error) {
		if times, err := of.times(); err != nil || len(times) > fits {
			return 0, 1 << 30, err
		}
		return 1 << 30, 1 << 30, nil
	}
	for _, tt := range []struct {
		fits int
		left []time.Time
	}{
		{6, all},
		{4, []time.Time{all[1], all[3], all[4], all[5]}},
		{3, []time.Time{all[1], all[3], all[5]}},
		{2, []time.Time{all[3], all[5]}},
		{1, all[5:]},
	} {
		fits = tt.fits
		left, err := p.makeRoom(of, must(of.times())(t), 1)
		there := must(of.times())(t)
		if err != nil || !slices.EqualFunc(left, tt.left, time.Time.Equal) || !slices.EqualFunc(there, tt.left, time.Time.Equal) {
			t.Errorf("room for %d: %v, on the disk %v, want %v; %v", tt.fits, left, there, tt.left, err)
		}
	}
	fits = 0
	if err := p.serve(t.Context()); err == nil || len(must(of.times())(t)) != 1 {
		t.Errorf("the newest copy goes for the next: %v", err)
	}
	fits = 1
	if err := p.serve(t.Context()); err != nil || len(must(of.times())(t)) != 2 {
		t.Errorf("with room for one more: %v", err)
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestTheCopyJustMadeStays where a clock that was ahead, or a plan without days, leaves no place for it.
func TestTheCopyJustMadeStays(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "bolt:"+filepath.Join(dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 3, 20, 0, 0, 0, time.UTC)
	p := Plan{From: s, Folder: dir, Hourly: 1, Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	of := p.copiesOf("prices.db")
	if err := os.WriteFile(of.file(now.Add(48*time.Hour)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(of.file(now)); err != nil {
		t.Error(err)
	}
}

// TestNotOverItself: no copy takes the place of the data file, under whatever name it goes.
func TestNotOverItself(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prices.db")
	s, err := store.Open(t.Context(), "bolt:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	other := file + ".link"
	if err := os.Link(file, other); err != nil {
		t.Skip(err)
	}
	before, _ := os.Stat(file)
	for _, name := range []string{file, other} {
		if _, err := Write(t.Context(), s, name); !errors.Is(err, ErrItself) {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.Stat(name); err != nil || !os.SameFile(before, after) {
			t.Errorf("%s is another file now, %v", name, err)
		}
	}
}
