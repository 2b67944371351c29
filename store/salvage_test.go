package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
)

const pageBytes = 4096

// holding is the observations of a store by source, listing and second, its changes by number, and where its cursor stands.
type holding struct {
	observations map[string]string // without their runs
	runs         map[string]market.RunID
	changes      map[uint64]string
	cursor       uint64
}

// TestSalvageLeavesOthers: nothing that people may have named so is taken for the rest of a run that was killed.
func TestSalvageLeavesOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	damaged := sample(t, dir)
	to := filepath.Join(dir, "new.db")
	for _, name := range []string{".salvage", ".loose", ".compact", ".upgrade"} {
		if err := os.WriteFile(to+name, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Salvage(t.Context(), damaged, to); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Compact(t.Context(), to, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".salvage", ".loose", ".compact", ".upgrade"} {
		if b, err := os.ReadFile(to + name); string(b) != "mine" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

func holdingOf(t testing.TB, s store.Store, listings []market.ListingID) holding {
	t.Helper()
	c := holding{observations: map[string]string{}, runs: map[string]market.RunID{}, changes: map[uint64]string{}}
	for _, id := range listings {
		for o, err := range s.History(t.Context(), id, time.Time{}, time.Time{}) {
			if err != nil {
				t.Fatal(err)
			}
			key := string(o.Source) + " " + string(id) + " " + o.SeenAt.String()
			c.runs[key], o.Run = o.Run, ""
			c.observations[key] = item(o)
		}
	}
	for x, err := range s.Changes(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		x.After.Run = ""
		c.changes[x.Seq] = item(x.After)
	}
	var err error
	if c.cursor, err = s.Cursor(t.Context(), "desk"); err != nil {
		t.Fatal(err)
	}
	return c
}

// among reports what of c is not in the truth, or differs from it; sources and runs may have lost their names.
func (c holding) among(t testing.TB, what string, truth holding) {
	t.Helper()
	for key, v := range c.observations {
		if run := c.runs[key]; (truth.observations[key] != v || run != "" && run != truth.runs[key]) && !strings.HasPrefix(key, "lost-") {
			t.Errorf("%s: %s is not what it was", what, key)
			return
		}
	}
}

func listingsOfSample() (ids []market.ListingID) {
	for n := range 10 {
		ids = append(ids, storetest.Observe("acme", n, storetest.At(0), 1).Listing)
	}
	return append(ids, "zoon:000001")
}

// TestSalvageServesNothingWrong damages each page of a store, one at a time: what is salvaged is sound and was there, changes keep
// their numbers, cursors pass over nothing, and the damaged file stays as it is.
func TestSalvageServesNothingWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := sampleOfAll(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := openBolt(t, dir)
	truth := holdingOf(t, s, listingsOfSample())
	s.Close()
	seqs := map[string]uint64{}
	for seq, v := range truth.changes {
		seqs[v] = seq
	}
	most := 0
	for at := 2 * pageBytes; at < len(whole); at += pageBytes {
		hurt := bytes.Clone(whole)
		clear(hurt[at : at+pageBytes])
		got, report := salvage(t, hurt)
		got.among(t, fmt.Sprintf("page %d", at/pageBytes), truth)
		logged := !slices.ContainsFunc(report.Lost, func(l store.Lost) bool { return l.Kind == "log" || l.Kind == "all" })
		for seq, v := range got.changes {
			is, known := seqs[v]
			switch {
			case len(report.Unnamed) > 0:
			case !known, logged && is != seq:
				t.Errorf("page %d: change %d was %d", at/pageBytes, seq, is)
			case is > truth.cursor && seq <= got.cursor:
				t.Errorf("page %d: change %d is %d now, and the cursor stands at %d", at/pageBytes, is, seq, got.cursor)
			}
		}
		if got.cursor > truth.cursor {
			t.Errorf("page %d: the cursor stands at %d, before at %d", at/pageBytes, got.cursor, truth.cursor)
		}
		if len(got.observations) < len(truth.observations) && len(report.Lost) == 0 {
			t.Errorf("page %d: %d of %d observations, and nobody says so", at/pageBytes, len(got.observations), len(truth.observations))
		}
		most = max(most, len(got.observations))
	}
	if most != len(truth.observations) {
		t.Errorf("at best %d of %d observations", most, len(truth.observations))
	}
}

// salvage salvages a file, and returns what is in the new one.
func salvage(t testing.TB, hurt []byte) (holding, store.Salvaged) {
	t.Helper()
	return salvageOf(t, hurt, listingsOfSample())
}

func salvageOf(t testing.TB, hurt []byte, listings []market.ListingID) (holding, store.Salvaged) {
	t.Helper()
	dir := t.TempDir()
	damaged, path := filepath.Join(dir, "damaged.db"), filepath.Join(dir, "prices.db")
	if err := os.WriteFile(damaged, hurt, 0o400); err != nil {
		t.Fatal(err)
	}
	report, err := store.Salvage(t.Context(), damaged, "bolt:"+path)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(damaged)
	if err != nil || !bytes.Equal(after, hurt) {
		t.Errorf("the damaged file was touched, %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("beside the files stand %v, %v", left, err)
	}
	s := openBolt(t, dir)
	defer s.Close()
	return holdingOf(t, s, listings), report
}

// TestSalvageOfASoundFile: nothing is lost, and everything reads as before.
func TestSalvageOfASoundFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole, err := os.ReadFile(sampleOfAll(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	before := allOf(t, filepath.Join(dir, "prices.db"))
	made := filepath.Join(t.TempDir(), "prices.db")
	report, err := store.Salvage(t.Context(), filepath.Join(dir, "prices.db"), made)
	if err != nil || len(report.Lost) > 0 || report.Doubtful > 0 || report.Behind {
		t.Errorf("%+v, %v", report, err)
	}
	for _, k := range report.Kept {
		if k.Kept != k.Of {
			t.Errorf("%+v", k)
		}
	}
	if got := allOf(t, made); strings.Join(got, "\n") != strings.Join(before, "\n") {
		t.Error("it does not read as before")
	}
	if now, err := os.ReadFile(filepath.Join(dir, "prices.db")); err != nil || len(now) != len(whole) {
		t.Error("the file was touched")
	}
}

// TestSalvageRefuses: a file that stands there, one that is in use, and what is no store.
func TestSalvageRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := sample(t, dir)
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("x"), 1<<15), 0o600); err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(dir, "first-pages")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole[40] ^= 1
	whole[pageBytes+40] ^= 1
	if err := os.WriteFile(first, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		damaged, to string
		want        error
	}{
		{path, garbage, store.ErrExists},
		{garbage, filepath.Join(dir, "new"), store.ErrForeign},
		{first, filepath.Join(dir, "new"), store.ErrCorrupt},
		{filepath.Join(dir, "none"), filepath.Join(dir, "new"), os.ErrNotExist},
		{"postgres://x", filepath.Join(dir, "new"), store.ErrEngine},
	} {
		if _, err := store.Salvage(t.Context(), c.damaged, c.to); !errors.Is(err, c.want) {
			t.Errorf("%s to %s: %v, want %v", c.damaged, c.to, err, c.want)
		}
	}
	s := openBolt(t, dir)
	defer s.Close()
	if _, err := store.Salvage(t.Context(), path, filepath.Join(dir, "new")); !errors.Is(err, store.ErrLocked) {
		t.Errorf("of a file in use: %v, want ErrLocked", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := store.Salvage(stopped, first, filepath.Join(dir, "new")); err == nil {
		t.Error("a context that is done: no error")
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was made all the same")
	}
}

// salvageListings are how many listings a source of the salvage harness has, at its full figure.
const salvageListings = 30_000

// TestHarnessSalvage damages pages of a store at random, one at a time: at most one observation of a hundred is lost. What a page
// holds does not grow with the store, so that of one at a tenth of its size ten of a hundred may be. Outside of harnesses it is of
// a hundredth, and holds what is said against what is lost.
func TestHarnessSalvage(t *testing.T) {
	rnd, dir := seeded(t), t.TempDir()
	listings, runs := salvageListings/100, 20
	switch os.Getenv("PRICEGAP_HARNESS") {
	case "prove":
		listings = salvageListings
	case "ci":
		listings = salvageListings / 10
	}
	path := grown(t, dir, listings, runs)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before := openInfo(t, path)
	most, wounds := 0, max(5, figure(12))
	var took time.Duration
	for range wounds {
		hurt := bytes.Clone(whole)
		at := (2 + rnd.IntN(len(whole)/pageBytes-2)) * pageBytes
		for i := range pageBytes {
			hurt[at+i] = byte(rnd.Uint32())
		}
		damaged, made := filepath.Join(dir, "damaged.db"), filepath.Join(dir, "salvaged.db")
		if err := os.WriteFile(damaged, hurt, 0o600); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		report, err := store.Salvage(t.Context(), damaged, made)
		took += time.Since(start)
		if err != nil {
			t.Fatalf("page %d: %v", at/pageBytes, err)
		}
		lost := before.Observations - report.Info.Observations
		if most = max(most, lost); lost*100 > 2*salvageListings*runs {
			t.Errorf("page %d: %d of %d observations are lost: %+v", at/pageBytes, lost, before.Observations, report)
		}
		if lost > 0 && len(report.Lost) == 0 {
			t.Errorf("page %d: %d observations are lost, and nobody says so", at/pageBytes, lost)
		}
		if err := os.Remove(made); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d pages damaged: at most %d of %d observations lost; %s each", wounds, most, before.Observations, took/time.Duration(wounds))
}

func openInfo(t testing.TB, path string) store.Info {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return openInfoOf(t, s)
}

// grown writes a store of two sources, with so many listings each, that so many runs saw: three of a hundred change in each.
func grown(t testing.TB, dir string, listings, runs int) string {
	t.Helper()
	s := openBolt(t, dir)
	defer s.Close()
	rnd := rand.New(rand.NewPCG(1, 1))
	for run := range runs {
		for _, source := range []market.SourceID{"acme", "zoon"} {
			var obs []market.Observation
			for n := range listings {
				at := time.Duration(n/10+rnd.IntN(60)) * time.Second
				o := storetest.Observe(source, n, storetest.At(run).Add(at), int64(100+(run*3+n)/100))
				o.Run = market.RunID(fmt.Sprintf("%s-%d", source, run))
				if obs = append(obs, o); len(obs) == 1000 || n == listings-1 {
					if _, err := s.Record(t.Context(), obs...); err != nil {
						t.Fatal(err)
					}
					obs = obs[:0]
				}
			}
		}
	}
	return filepath.Join(dir, "prices.db")
}
