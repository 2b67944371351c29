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
	"pricegap/store/sealed/beside"
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

// ErrItself says that a copy was to take the place of what is copied.
var ErrItself = errors.New("store backup: that is the data file itself")

// Write writes a copy beside file, verifies it, and gives it its name when it is sound and durable. Errors: ErrItself.
func Write(ctx context.Context, from Source, file string) (c Copy, err error) {
	info, err := from.Info(ctx)
	if err != nil {
		return c, err
	}
	if store.At("bolt:"+file, info.Path) {
		return c, fmt.Errorf("%w: %s", ErrItself, file)
	}
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".backup-*")
	if err != nil {
		return c, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	h := sha256.New()
	if c.Bytes, err = from.Backup(ctx, f); err == nil {
		_, err = io.Copy(h, io.NewSectionReader(f, 0, c.Bytes))
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return c, err
	}
	s, err := store.Open(ctx, "bolt:"+f.Name())
	if err == nil {
		if err = s.Verify(ctx, nil); err == nil {
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
	return c, beside.SyncDir(file)
}

// Plan is what is copied by the hour, and how many copies stay.
type Plan struct {
	From Source
	// Folder holds the copies; it is made where there is none, and nothing else in it is touched.
	Folder string
	// Hourly and Daily are of how many hours and of how many days (UTC) the newest copy stays; no copies are made where both are 0.
	Hourly, Daily int
	// Disk is where Folder is: no copy is made that would have it run short, and older ones go to make room. nil is never short.
	Disk  room.Disk
	Clock market.Clock
	Log   *slog.Logger
}

// copies are those of one data file in a folder that others may use too. A copy bears the name of the data file and its time, UTC;
// beside it stands the Copy as JSON.
type copies struct{ folder, front string }

const (
	stamp = "20060102T150405Z"
	back  = ".db"
)

func (p Plan) copiesOf(file string) copies {
	return copies{p.Folder, strings.TrimSuffix(filepath.Base(file), back) + "-"}
}

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

// serve makes a copy where this hour has none.
func (p Plan) serve(ctx context.Context) error {
	info, err := p.From.Info(ctx)
	if err != nil {
		return err
	}
	hour := p.Clock().UTC().Truncate(time.Hour)
	times, err := p.copiesOf(info.Path).times()
	if err != nil || slices.ContainsFunc(times, func(t time.Time) bool { return t.Truncate(time.Hour).Equal(hour) }) {
		return err
	}
	c, err := p.Make(ctx)
	if c.File != "" {
		p.Log.Info("backup made", "file", c.File, "bytes", c.Bytes, "observations", c.Info.Observations, "sha256", c.SHA256)
	}
	return err
}

// Make makes a copy now, and then lets go of those that are not kept any more; all are where both Hourly and Daily are 0. With an
// error about the others it returns the copy as well.
func (p Plan) Make(ctx context.Context) (c Copy, err error) {
	info, err := p.From.Info(ctx)
	if err != nil {
		return c, err
	}
	of, now := p.copiesOf(info.Path), p.Clock().UTC().Truncate(time.Second)
	times, err := of.times()
	if err != nil {
		return c, err
	}
	if err := os.MkdirAll(p.Folder, 0o700); err != nil {
		return c, err
	}
	if p.Hourly+p.Daily > 0 {
		times, err = p.makeRoom(of, times, uint64(info.Bytes))
	} else if why := p.Disk.Short(uint64(info.Bytes)); why != "" {
		err = errors.New(why)
	}
	if err != nil {
		return c, err
	}
	if c, err = Write(ctx, p.From, of.file(now)); err != nil {
		return Copy{}, err
	}
	doc, err := json.Marshal(c)
	if err == nil {
		err = os.WriteFile(c.File+".json", append(doc, '\n'), 0o600)
	}
	if err != nil || p.Hourly+p.Daily == 0 {
		return c, err
	}
	for _, t := range dropped(append(times, now), p.Hourly, p.Daily) {
		if !t.Equal(now) { // the clock may have been ahead
			err = errors.Join(err, of.remove(t))
		}
	}
	return c, err
}

// makeRoom lets go of copies until the disk has room for so many bytes, and returns those that stay.
func (p Plan) makeRoom(of copies, times []time.Time, need uint64) (stay []time.Time, err error) {
	stay = times
	for _, t := range spare(times) {
		if p.Disk.Short(need) == "" {
			break
		}
		if err := of.remove(t); err != nil {
			return stay, err
		}
		stay = slices.DeleteFunc(slices.Clone(stay), t.Equal)
		p.Log.Warn("backup removed for want of room", "file", of.file(t))
	}
	if why := p.Disk.Short(need); why != "" {
		return stay, errors.New(why)
	}
	return stay, nil
}

func (c copies) file(t time.Time) string {
	return filepath.Join(c.folder, c.front+t.Format(stamp)+back)
}

// remove removes a copy and what stands beside it.
func (c copies) remove(t time.Time) error {
	err := os.Remove(c.file(t))
	if jerr := os.Remove(c.file(t) + ".json"); !errors.Is(jerr, os.ErrNotExist) {
		err = errors.Join(err, jerr)
	}
	return err
}

// times are those of the copies that are there, to the second. What a process left that was killed is removed.
func (c copies) times() (out []time.Time, err error) {
	list, err := os.ReadDir(c.folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range list {
		if t, ours := c.time(e.Name()); ours {
			out = append(out, t)
		}
		name, hidden := strings.CutPrefix(e.Name(), ".")
		name, _, half := strings.Cut(name, ".backup-")
		if _, ours := c.time(name); hidden && half && ours {
			_ = os.Remove(filepath.Join(c.folder, e.Name()))
		}
	}
	return out, err
}

// time returns the time of the copy of a name.
func (c copies) time(name string) (t time.Time, ours bool) {
	name, ours = strings.CutPrefix(name, c.front)
	name, whole := strings.CutSuffix(name, back)
	t, err := time.Parse(stamp, name)
	return t, ours && whole && err == nil
}

// newest sorts times, the newest first.
func newest(times []time.Time) []time.Time {
	return slices.SortedFunc(slices.Values(times), func(a, b time.Time) int { return b.Compare(a) })
}

// dropped are the times of copies that are neither the newest of one of the last hours that have one, nor of one of the last days.
func dropped(times []time.Time, hourly, daily int) (out []time.Time) {
	hours, days := map[time.Time]bool{}, map[time.Time]bool{}
	for _, t := range newest(times) {
		hour, day := t.Truncate(time.Hour), t.Truncate(24*time.Hour)
		kept := !hours[hour] && len(hours) < hourly || !days[day] && len(days) < daily
		hours[hour], days[day] = true, true
		if !kept {
			out = append(out, t)
		}
	}
	return out
}

// spare are the times of copies that may go to make room, in the order in which they do: of each day all but the newest, then whole
// days, the oldest first. The newest copy of all stays.
func spare(times []time.Time) []time.Time {
	var hours, days []time.Time
	last := time.Time{}
	for _, t := range newest(times) {
		if day := t.Truncate(24 * time.Hour); day.Equal(last) {
			hours = append(hours, t)
		} else {
			days, last = append(days, t), day
		}
	}
	slices.Reverse(hours)
	slices.Reverse(days)
	return append(hours, days[:max(0, len(days)-1)]...)
}
