package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.etcd.io/bbolt"

	"pricegap/store"
	"pricegap/store/record"
)

// TestUpgradeKeepsItsOwnCopy: a copy of another file that has the name stays as it is, one of this very file is enough, and what a
// process left half made is removed.
func TestUpgradeKeepsItsOwnCopy(t *testing.T) {
	t.Parallel()
	raw, dir := schema1(t), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "prices.db"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	openBolt(t, dir).Close()
	copied, err := os.ReadFile(filepath.Join(dir, "prices.db.schema-1"))
	if err != nil {
		t.Fatal(err)
	}
	for what, before := range map[string]struct {
		there []byte
		want  string
	}{
		"another file": {[]byte("of another file"), "prices.db.schema-1-2"},
		"this file":    {copied, "prices.db.schema-1"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "prices.db")
		half := filepath.Join(dir, ".prices.db.schema-1.new-123")
		if err := errors.Join(
			os.WriteFile(path, raw, 0o600), os.WriteFile(path+".schema-1", before.there, 0o600), os.WriteFile(half, raw[:100], 0o600),
		); err != nil {
			t.Fatal(err)
		}
		openBolt(t, dir).Close()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if want := slices.Compact([]string{"prices.db", "prices.db.schema-1", before.want}); !slices.Equal(names, want) {
			t.Errorf("%s: there are %v, want %v", what, names, want)
		}
		first, err := os.ReadFile(path + ".schema-1")
		if err != nil || !bytes.Equal(first, before.there) {
			t.Errorf("%s: the copy that was there is another, %v", what, err)
		}
		kept, err := os.ReadFile(filepath.Join(dir, before.want))
		if err != nil || !bytes.Equal(kept, copied) {
			t.Errorf("%s: %s is not the copy of the file, %v", what, before.want, err)
		}
	}
}

// TestUpgradeComparesCounts: a file that says of more than there is stays as it is.
func TestUpgradeComparesCounts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "prices.db")
	if err := os.WriteFile(path, schema1(t), 0o600); err != nil {
		t.Fatal(err)
	}
	tamper(t, path, func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte("pricegap"))
		p, err := record.Unseal("pricegap", []byte("counts"), b.Get([]byte("counts")))
		if err != nil {
			return err
		}
		p = bytes.Replace(p, []byte(`"Observations":`), []byte(`"Observations":1`), 1)
		return b.Put([]byte("counts"), record.Seal("pricegap", []byte("counts"), p))
	})
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path); !errors.Is(err, store.ErrIncomplete) {
		t.Errorf("Open: %v, want ErrIncomplete", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was touched, %v", err)
	}
	to := filepath.Join(filepath.Dir(path), "salvaged.db")
	got, err := store.Salvage(t.Context(), path, to)
	if err != nil {
		t.Fatalf("Salvage: %v", err)
	}
	if all := got.Kept[1]; all.Kind != "observations" || all.Kept == 0 || all.Of <= all.Kept || got.Info.Observations != int(all.Kept) {
		t.Errorf("Salvage = %+v", got)
	}
}
