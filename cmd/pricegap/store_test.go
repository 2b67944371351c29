package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/store"
	"pricegap/watch"
)

// runStore runs a store command on the store at url.
func runStore(t *testing.T, in []byte, url string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(append([]string{"store", "--store", url}, args...), bytes.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// keepOne records one observation.
func keepOne(t *testing.T, url string, n int) {
	t.Helper()
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Record(t.Context(), market.Observation{
		Source: "acme", Listing: market.ListingID("acme:" + strings.Repeat("x", n)), SeenAt: time.Unix(1_780_000_000, 0),
		Trust: market.Trust{State: market.Trusted}, Offer: market.Offer{Price: money.New(1_000_000, "EUR")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestStoreCommands(t *testing.T) {
	dir := t.TempDir()
	url, copied := "bolt:"+filepath.Join(dir, "prices.db"), filepath.Join(dir, "copy.db")

	for _, args := range [][]string{{"info"}, {"verify"}, {"backup", copied}, {"compact"}} {
		code, _, errs := runStore(t, nil, url, args...)
		if code != exitFailed || !strings.Contains(errs, "there is no store yet") {
			t.Errorf("%v without a store: %d %q", args, code, errs)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("asking made a store: %v", entries)
	}
	keepOne(t, url, 1)

	code, out, errs := runStore(t, nil, url, "info", "--json")
	var i store.Info
	if err := json.Unmarshal([]byte(out), &i); code != 0 || err != nil || i.Observations != 1 || i.Listings != 1 {
		t.Errorf("info: %d %s%s (%v)", code, out, errs, err)
	}
	if code, out, _ := runStore(t, nil, url, "info"); code != 0 || !strings.Contains(out, "observations") {
		t.Errorf("info: %d %s", code, out)
	}
	if code, out, errs := runStore(t, nil, url, "verify"); code != 0 || !strings.Contains(out, "is sound: 1 observations") {
		t.Errorf("verify: %d %s%s", code, out, errs)
	}
	if code, out, errs := runStore(t, nil, url, "backup", copied); code != 0 || !strings.Contains(out, "SHA-256") {
		t.Errorf("backup: %d %s%s", code, out, errs)
	}
	if code, _, errs := runStore(t, nil, url, "backup", copied); code != exitFailed || !strings.Contains(errs, "--force") {
		t.Errorf("backup over a file: %d %q", code, errs)
	}
	for _, args := range [][]string{{}, {"--force"}} {
		code, _, errs := runStore(t, nil, url, append([]string{"backup", filepath.Join(dir, "prices.db")}, args...)...)
		if code != exitUsage || !strings.Contains(errs, "the data file itself") || strings.Contains(errs, "--force") {
			t.Errorf("backup over the data file: %d %q", code, errs)
		}
	}
	code, stream, errs := runStore(t, nil, url, "backup", "-")
	whole, err := os.ReadFile(copied)
	if code != 0 || err != nil || stream != string(whole) {
		t.Errorf("backup to standard output: %d %q, %d bytes of %d, %v", code, errs, len(stream), len(whole), err)
	}

	folder := t.TempDir()
	old := filepath.Join(folder, "prices-20200101T000000Z.db")
	if err := os.WriteFile(old, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{}, {"--daily", "1"}} {
		_, err := os.Stat(old)
		if err != nil {
			t.Errorf("before %v: %v", args, err)
		}
		if code, out, errs := runStore(t, nil, url, append([]string{"backup", folder}, args...)...); code != 0 || !strings.Contains(out, "SHA-256") {
			t.Errorf("backup into a folder: %d %s%s", code, out, errs)
		}
	}
	if files, err := filepath.Glob(filepath.Join(folder, "prices-*.db")); err != nil || len(files) != 1 || files[0] == old {
		t.Errorf("in the folder: %q, %v", files, err)
	}

	keepOne(t, url, 2)
	if code, _, errs := runStore(t, nil, url, "restore", copied); code != exitFailed || !strings.Contains(errs, "--force") {
		t.Errorf("restore over a store: %d %q", code, errs)
	}
	if code, _, errs := runStore(t, whole[:len(whole)/2], url, "restore", "-", "--force"); code != exitFailed || !strings.Contains(errs, "the backup is no good") || !strings.Contains(errs, "restore another backup") {
		t.Errorf("restore of half a backup: %d %q", code, errs)
	}
	if code, out, errs := runStore(t, []byte(stream), url, "restore", "-", "--force"); code != 0 || !strings.Contains(out, "1 observations") || !strings.Contains(out, "former-1") {
		t.Errorf("restore: %d %s%s", code, out, errs)
	}
	if code, out, _ := runStore(t, nil, url+".former-1", "verify"); code != 0 || !strings.Contains(out, "2 observations") {
		t.Errorf("the former store: %d %s", code, out)
	}
	if code, out, errs := runStore(t, nil, url, "compact"); code != 0 || !strings.Contains(out, "bytes after") {
		t.Errorf("compact: %d %s%s", code, out, errs)
	}
}

func TestStoreCommandsBadInput(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("garbage "), 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	used := "bolt:" + filepath.Join(dir, "used.db")
	s, err := store.Open(t.Context(), used)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, tt := range map[string]struct {
		url  string
		args []string
		code int
		says string
	}{
		"foreign":        {garbage, []string{"verify"}, exitFailed, "not a pricegap store"},
		"in use":         {used, []string{"verify"}, exitLocked, "in use by another process"},
		"engine":         {"postgres://x", []string{"verify"}, exitUsage, "bolt:PATH"},
		"no argument":    {used, []string{"backup"}, exitUsage, ""},
		"no folder":      {used, []string{"backup", filepath.Join(dir, "none"), "--daily", "3"}, exitUsage, "is none"},
		"missing backup": {"bolt:" + filepath.Join(dir, "new.db"), []string{"restore", filepath.Join(dir, "none")}, exitFailed, "no such file"},
		"no such engine": {"sqlite:x", []string{"restore", garbage}, exitUsage, "bolt:PATH"},
	} {
		code, out, errs := runStore(t, nil, tt.url, tt.args...)
		if code != tt.code || !strings.Contains(errs, tt.says) || out != "" {
			t.Errorf("%s: exit %d, %q, %q, want %d and %q", name, code, out, errs, tt.code, tt.says)
		}
	}
}

// TestVerifyApart holds what is said of a process that verifies and does not come to its end, and that no copy stays.
func TestVerifyApart(t *testing.T) {
	dir := t.TempDir()
	url := "bolt:" + filepath.Join(dir, "prices.db")
	keepOne(t, url, 1)
	was := self
	defer func() { self = was }()
	for name, tt := range map[string]struct {
		script string
		code   int
		says   []string
	}{
		"it is killed":            {`echo '{"done":1,"total":9}'; echo "fatal error: fault" >&2; echo "goroutine 1" >&2; kill -9 $$`, exitFailed, []string{"store_corrupt", "came to no end: fatal error: fault (signal: killed)", "pricegap store salvage"}},
		"it ends without a word":  {`exit 0`, exitFailed, []string{"store_corrupt", "it said nothing (exit status"}},
		"it says nothing of ours": {`echo nonsense; exit 2`, exitFailed, []string{"store_corrupt", "it said nothing (exit status"}},
		"it says what is wrong":   {`echo '{"ended":true}'; echo "pricegap: page 7 is spoilt" >&2; exit 3`, exitPartial, []string{"pricegap: page 7 is spoilt"}},
	} {
		self = func(ctx context.Context, _ ...string) (*exec.Cmd, error) {
			return exec.CommandContext(ctx, "sh", "-c", tt.script), nil
		}
		code, out, errs := runStore(t, nil, url, "verify")
		if code != tt.code || out != "" || strings.Contains(errs, "goroutine") {
			t.Errorf("%s: %d, %q, %q", name, code, out, errs)
		}
		for _, want := range tt.says {
			if !strings.Contains(errs, want) {
				t.Errorf("%s: %q lacks %q", name, errs, want)
			}
		}
	}
}

// spoilt gives a backup that is none.
type spoilt struct{ watch.Keeper }

func (spoilt) Backup(_ context.Context, w io.Writer) (int64, error) {
	n, err := w.Write(make([]byte, 1<<14))
	return int64(n), err
}

// TestVerifyCopy holds that what is wrong with a copy is said of the file of which it is one, and that it does not stay.
func TestVerifyCopy(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "prices.db")
	keepOne(t, "bolt:"+path, 1)
	var said bytes.Buffer
	s := storeCommand{app: &app{err: &said}}
	_, err := s.verifyCopy(t.Context(), spoilt{}, path, nil)
	if err == nil || strings.Contains(said.String(), "verify-") || !strings.Contains(said.String(), path) {
		t.Errorf("%v, %q", err, said.String())
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}

// TestStoreListsWhatExists keeps the promise that a command which is listed works.
func TestStoreListsWhatExists(t *testing.T) {
	var o bytes.Buffer
	run([]string{"store", "--help"}, nil, &o, &o)
	for _, later := range []string{"copy"} {
		if strings.Contains(o.String(), "  "+later+" ") {
			t.Errorf("%s is listed but does not exist", later)
		}
	}
	if !strings.Contains(o.String(), "backup") {
		t.Errorf("no backup in %s", o.String())
	}
}
