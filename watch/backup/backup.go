// Package backup makes copies of a store that is in use, and keeps the newest of each hour and day.
package backup

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/room"
)

// Source is what is copied; every store.Store is one.
type Source interface {
	Info(ctx context.Context) (store.Info, error)
	Backup(ctx context.Context, w io.Writer) (int64, error)
}

// Copy is a copy that was verified.
type Copy struct {
	File   string     `json:"file"`
	Bytes  int64      `json:"bytes"`
	SHA256 string     `json:"sha256"`
	Info   store.Info `json:"info"` // what is in the copy
}

// Write writes a copy beside file, verifies it, and gives it its name when it is sound and durable.
func Write(ctx context.Context, from Source, file string) (c Copy, err error) {
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".backup-*")
	if err != nil {
		return c, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	h := sha256.New()
	c.Bytes, err = from.Backup(ctx, io.MultiWriter(f, h))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return c, err
	}
	s, err := store.Open(ctx, "bolt:"+f.Name())
	if err == nil {
		if err = s.Verify(ctx); err == nil {
			c.Info, err = s.Info(ctx)
		}
		err = errors.Join(err, s.Close())
	}
	if err != nil {
		return c, fmt.Errorf("store backup: the copy is no good: %w", err)
	}
	c.File, c.SHA256, c.Info.Path = file, fmt.Sprintf("%x", h.Sum(nil)), file
	if err := os.Rename(f.Name(), file); err != nil {
		return c, err
	}
	d, err := os.Open(filepath.Dir(file)) // the name must be durable, too
	if err != nil {
		return c, err
	}
	return c, errors.Join(d.Sync(), d.Close())
}

// Plan is what is copied by the hour, and how many copies stay.
type Plan struct {
	From Source
	// Folder holds the copies; it is made where there is none, and nothing else in it is touched.
	Folder string
	// Hourly and Daily are of how many hours and of how many days (UTC) the newest copy stays; no copies are made where both are 0.
	Hourly, Daily int
	// Disk is where Folder is: no copy is made that would have it run short. nil is never short.
	Disk  room.Disk
	Clock market.Clock
	Log   *slog.Logger
}

// The name of a copy: its time, UTC. Beside it stands the Copy as JSON.
const (
	stamp = "20060102T150405Z"
	front = "pricegap-"
	back  = ".db"
)

// beat is how often it is looked whether a copy is due, and how long after the start the first one is made.
const beat = time.Minute

// Serve makes copies until ctx ends. What fails is logged, once, and tried again a minute later.
func (p Plan) Serve(ctx context.Context) {
	if p.Hourly+p.Daily == 0 {
		return
	}
	said := ""
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		err := p.serve(ctx)
		if err != nil && ctx.Err() == nil && err.Error() != said {
			said = err.Error()
			p.Log.Error("no backup", "folder", p.Folder, "error", err)
		}
		if err == nil {
			said = ""
		}
	}
}

// serve makes a copy where this hour has none, and then lets go of those that are not kept any more.
func (p Plan) serve(ctx context.Context) error {
	now := p.Clock().UTC()
	times, err := p.times()
	if err != nil || slices.ContainsFunc(times, func(t time.Time) bool { return t.Truncate(time.Hour).Equal(now.Truncate(time.Hour)) }) {
		return err
	}
	info, err := p.From.Info(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.Folder, 0o700); err != nil {
		return err
	}
	if why := p.Disk.Short(uint64(info.Bytes)); why != "" {
		return errors.New(why)
	}
	c, err := Write(ctx, p.From, p.file(now))
	if err != nil {
		return err
	}
	doc, err := json.Marshal(c)
	if err == nil {
		err = os.WriteFile(p.file(now)+".json", append(doc, '\n'), 0o600)
	}
	if err != nil {
		return err
	}
	p.Log.Info("backup made", "file", c.File, "bytes", c.Bytes, "observations", c.Info.Observations, "sha256", c.SHA256)
	for _, t := range dropped(append(times, now), p.Hourly, p.Daily) {
		err = errors.Join(err, os.Remove(p.file(t)))
		if jerr := os.Remove(p.file(t) + ".json"); !errors.Is(jerr, os.ErrNotExist) {
			err = errors.Join(err, jerr)
		}
	}
	return err
}

func (p Plan) file(t time.Time) string { return filepath.Join(p.Folder, front+t.Format(stamp)+back) }

// times are those of the copies that are there, to the second. What a process left that was killed is removed.
func (p Plan) times() (out []time.Time, err error) {
	list, err := os.ReadDir(p.Folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range list {
		name, ours := strings.CutPrefix(e.Name(), front)
		name, whole := strings.CutSuffix(name, back)
		if t, err := time.Parse(stamp, name); ours && whole && err == nil {
			out = append(out, t)
		}
		if strings.HasPrefix(e.Name(), "."+front) && strings.Contains(e.Name(), back+".backup-") {
			_ = os.Remove(filepath.Join(p.Folder, e.Name()))
		}
	}
	return out, err
}

// dropped are the times of copies that are neither the newest of one of the last hours that have one, nor of one of the last days.
func dropped(times []time.Time, hourly, daily int) (out []time.Time) {
	times = slices.SortedFunc(slices.Values(times), func(a, b time.Time) int { return b.Compare(a) })
	hours, days := map[time.Time]bool{}, map[time.Time]bool{}
	for _, t := range times {
		hour, day := t.Truncate(time.Hour), t.Truncate(24*time.Hour)
		kept := !hours[hour] && len(hours) < hourly || !days[day] && len(days) < daily
		hours[hour], days[day] = true, true
		if !kept {
			out = append(out, t)
		}
	}
	return out
}
