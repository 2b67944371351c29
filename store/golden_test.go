package store_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/storetest"
)

// schema1 is a file of the first schema.
func schema1(t *testing.T) []byte { return golden(t, "schema1.db.gz") }

// golden returns a packed file of testdata.
func golden(t *testing.T, name string) []byte {
	t.Helper()
	packed, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestSchema1IsKept: a backup of the first schema is restored, compacted, written to out of order, and backed up again.
func TestSchema1IsKept(t *testing.T) {
	t.Parallel()
	restore := func(raw []byte) string {
		url := "bolt:" + filepath.Join(t.TempDir(), "prices.db")
		if _, err := store.Restore(t.Context(), url, bytes.NewReader(raw), false); err != nil {
			t.Fatal(err)
		}
		if _, _, err := store.Compact(t.Context(), url, nil); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(filepath.Dir(strings.TrimPrefix(url, "bolt:")))
		if err != nil || len(left) != 1 {
			t.Errorf("beside the store stand %v, %v", left, err)
		}
		return url
	}
	s, err := store.Open(t.Context(), restore(schema1(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := storetest.Observe("acme", 1, storetest.At(1), 100)
	before, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{a.SeenAt.Add(-time.Minute), a.SeenAt.Add(time.Minute), a.SeenAt.Add(time.Second)} {
		o := a
		o.SeenAt = at
		if _, err := s.Record(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	var copied bytes.Buffer
	if _, err := s.Backup(t.Context(), &copied); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(t.Context(), restore(copied.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if after, err := again.Info(t.Context()); err != nil || after.Observations != before.Observations+3 || after.Changes != before.Changes {
		t.Errorf("%+v, and then %+v, %v", before, after, err)
	}
}

// TestUpgradeThroughALink: a link to a file stays one, and the file behind it is the new one.
func TestUpgradeThroughALink(t *testing.T) {
	t.Parallel()
	path, link := filepath.Join(t.TempDir(), "prices.db"), filepath.Join(t.TempDir(), "prices.db")
	if err := errors.Join(os.WriteFile(path, schema1(t), 0o600), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != path {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if _, err := os.Stat(path + ".schema-1"); err != nil {
		t.Error(err)
	}
	if s, err = store.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Info(t.Context()); err != nil || n.Schema != 6 || n.Observations == 0 {
		t.Errorf("%+v, %v", n, err)
	}
	_ = s.Close()
}

// TestSchema1 opens a file of the first schema: it is read as it was, goes on as one of this schema, and is sound.
func TestSchema1(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "prices.db")
	if err := os.WriteFile(path, schema1(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".upgrade"), []byte("of a process that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := storetest.Observe("acme", 1, storetest.At(1), 100)
	held := storetest.Quarantined(storetest.Observe("acme", 2, storetest.At(1), 5000))
	want := []market.Sighting{
		{Listing: a.Listing, SeenAt: a.SeenAt, Run: a.Run, Page: a.Page, Trust: market.Trusted, Priced: true},
		{Listing: held.Listing, SeenAt: held.SeenAt, Run: held.Run, Page: held.Page, Trust: market.Quarantined, Priced: true},
	}
	for round := range 2 { // before and after it was written to
		s, err := store.Open(t.Context(), "bolt:"+path)
		if err != nil {
			t.Fatal(err)
		}
		var got []market.Sighting
		for g, err := range s.Sightings(t.Context(), "acme") {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, g)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d: %s", round, diff)
		}
		if err := s.Again(t.Context(), "acme", market.Sighting{Listing: held.Listing, Gone: true}); err != nil {
			t.Fatal(err)
		}
		want[1].Gone = true
		for g, err := range s.Sightings(t.Context(), "acme") {
			if err != nil || g.Listing == held.Listing && g != want[1] {
				t.Errorf("round %d: gone: %+v, %v, want %+v", round, g, err, want[1])
			}
		}
		at := storetest.At(2 + round)
		if err := s.Again(t.Context(), "acme", market.Sighting{Listing: a.Listing, SeenAt: at, Run: "next"}); err != nil {
			t.Fatal(err)
		}
		want[0].SeenAt, want[0].Run = at, "next"
		dearer := storetest.Observe("acme", 2, at, 5000)
		changes, err := s.Record(t.Context(), dearer)
		if err != nil || len(changes) != 1-round {
			t.Errorf("round %d: changes %v, %v", round, changes, err)
		}
		want[1] = market.Sighting{Listing: dearer.Listing, SeenAt: at, Run: dearer.Run, Page: dearer.Page, Trust: market.Trusted, Priced: true}
		if err := s.Verify(t.Context(), nil); err != nil {
			t.Errorf("round %d: %v", round, err)
		}
		if info, err := s.Info(t.Context()); err != nil || info.Schema != 6 {
			t.Errorf("round %d: %+v, %v", round, info, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path + ".schema-1")
	if err != nil {
		t.Fatalf("no copy is kept of the file as it was: %v", err)
	}
	before := filepath.Join(t.TempDir(), "prices.db")
	if err := os.WriteFile(before, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), "bolt:"+before)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for g, err := range s.Sightings(t.Context(), "acme") {
		if err != nil || !g.SeenAt.Equal(storetest.At(1)) {
			t.Errorf("in the copy: %+v, %v", g, err)
		}
	}
}
