package store_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pricegap/market"
	"pricegap/store"
	"pricegap/store/segment"
	"pricegap/store/storetest"
)

func TestMain(m *testing.M) {
	if os.Getenv("PRICEGAP_HARNESS") == "" { // the random histories of storetest; -rapid.checks wins
		if err := flag.Set("rapid.checks", "25"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

// figure returns how often a harness runs: a few times in `go test`, a tenth of the figure in CI, all of it to
// prove the promise.
func figure(full int) int {
	switch os.Getenv("PRICEGAP_HARNESS") {
	case "prove":
		return full
	case "ci":
		return full / 10
	}
	return max(5, full/200)
}

// seeded returns a source of chance, and prints its seed; PRICEGAP_SEED repeats a run.
func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("PRICEGAP_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed: PRICEGAP_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// keep copies a folder to where it outlives a test that failed.
func keep(t *testing.T, dir string) {
	if !t.Failed() {
		return
	}
	to, err := os.MkdirTemp("", "pricegap-store-")
	if err == nil {
		err = os.CopyFS(to, os.DirFS(dir))
	}
	t.Logf("the data is kept in %s (%v)", to, err)
}

// child prepares this test binary to run one test as another process, and returns its output by lines.
func child(t testing.TB, run, role, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run="+run, "-test.count=1")
	cmd.Env = append(os.Environ(), "STORE_CHILD="+role, "STORE_DIR="+dir, "GOTRACEBACK=single", "GORACE=atexit_sleep_ms=0")
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() && failure.Len() > 0 {
			t.Logf("child: %.2000s", failure.String())
		}
	})
	return cmd, bufio.NewScanner(out)
}

// The kill loop's work: so many writers, each of which writes batches of so many listings.
const (
	killWriters = 3
	killBatch   = 5
)

// killed makes the observation that writer w makes of its n-th listing in round i.
func killed(w, n, i int) market.Observation {
	return storetest.Observe("acme", w*killBatch+n, storetest.At(i), int64(1000+w+i/3))
}

// ingest is the work of the children that are killed: each writer records so many rounds, and says so after each commit. The first
// compacts the file now and then.
func ingest(t *testing.T, rounds int, acks io.Writer) {
	// So small that batches are sealed all the time: a kill falls between the last batch and the seal, too.
	s, err := store.OpenLimited(context.Background(), filepath.Join(os.Getenv("STORE_DIR"), "prices.db"), segment.Limits{Observations: 60, Batches: 11, Few: 20, Runs: 3})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	done := make([]uint64, killWriters)
	for w := range killWriters {
		if done[w], err = s.Cursor(ctx, strconv.Itoa(w)); err != nil {
			t.Fatal(err)
		}
	}
	var out sync.Mutex
	say := func(what ...any) {
		out.Lock()
		defer out.Unlock()
		if _, err := fmt.Fprintln(acks, what...); err != nil {
			panic(err)
		}
	}
	say("open")
	var wg sync.WaitGroup
	for w := range killWriters {
		wg.Go(func() {
			for i := int(done[w]); i < int(done[w])+rounds; i++ {
				var obs []market.Observation
				for n := range killBatch {
					obs = append(obs, killed(w, n, i))
				}
				at := store.Value{Key: "at/" + strconv.Itoa(w), Value: strconv.AppendInt(nil, int64(i+1), 10)}
				insist(func() error {
					_, err := s.Keep(ctx, store.Batch{Observations: obs, State: []store.Value{at}})
					return err
				})
				say("recorded", w, i)
				id := strconv.Itoa(w)
				insist(func() error {
					return s.PutAlerts(ctx, id, uint64(i+1), market.Alert{ID: id, Transition: i + 1, Since: storetest.At(i)})
				})
				say("alerted", w, i)
				if w == 0 && i%8 == 5 {
					if _, _, err := s.Compact(ctx, nil); err != nil {
						panic(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// insist does what a disk fails to do until it is done.
func insist(do func() error) {
	err := do()
	for ; errors.Is(err, syscall.EIO); err = do() {
	}
	if err != nil {
		panic(err)
	}
}

// heard notes what a child acknowledged, the last round of each kind, and reports whether the line was about a round.
func heard(t *testing.T, line string, last map[string]int) bool {
	f := strings.Fields(line)
	if len(f) != 3 {
		return false
	}
	i, err := strconv.Atoi(f[2])
	if err != nil {
		t.Fatal(err)
	}
	last[f[0]+f[1]] = i
	return true
}

// TestHarnessKill kills a process that records, again and again, and asks each time: is everything that was
// acknowledged there, is each batch whole or absent, do log and observations match?
func TestHarnessKill(t *testing.T) {
	if os.Getenv("STORE_CHILD") == "ingest" {
		ingest(t, math.MaxInt32, os.Stdout)
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	cycles, acked := figure(1000), 0
	var dir string
	var last map[string]int
	for c := range cycles {
		if c%40 == 0 { // a new file now and then, so that the first commits are met, too
			dir, last = filepath.Join(root, strconv.Itoa(c)), map[string]int{}
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		acked += killOnce(t, dir, last, time.Duration(5+rnd.IntN(40))*time.Millisecond, rnd.IntN(8) == 0)
		checkKilled(t, dir, last)
		if t.Failed() {
			t.Fatalf("in cycle %d", c)
		}
	}
	t.Logf("%d kills, %d acknowledged commits, 0 lost", cycles, acked)
	if acked == 0 {
		t.Error("nothing was acknowledged: the harness proves nothing")
	}
}

// killOnce runs a child until it is killed and notes what it acknowledged.
func killOnce(t *testing.T, dir string, last map[string]int, after time.Duration, early bool) (acked int) {
	cmd, out := child(t, "^TestHarnessKill$", "ingest", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = cmd.Process.Kill() }
	var timer *time.Timer
	if early { // while it opens
		timer = time.AfterFunc(after/2, kill)
	}
	for out.Scan() {
		if out.Text() == "open" && timer == nil {
			timer = time.AfterFunc(after, kill)
		}
		if heard(t, out.Text(), last) {
			acked++
		}
	}
	if timer == nil {
		t.Fatalf("the child ended by itself: %v", cmd.Wait())
	}
	timer.Stop()
	kill()
	_ = cmd.Wait()
	return acked
}

func checkKilled(t *testing.T, dir string, last map[string]int) {
	s := openBolt(t, dir)
	defer s.Close()
	if err := s.Verify(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for w := range killWriters {
		id := strconv.Itoa(w)
		rounds := -1
		for n := range killBatch {
			i := 0
			for o, err := range s.History(t.Context(), killed(w, n, 0).Listing, time.Time{}, time.Time{}) {
				want := killed(w, n, i)
				if err != nil || o.Offer.Price != want.Offer.Price || !o.SeenAt.Equal(want.SeenAt) || o.Run != want.Run {
					t.Fatalf("writer %d, listing %d, round %d: %v %v %v, %v", w, n, i, o.SeenAt, o.Offer.Price, o.Run, err)
				}
				i++
			}
			if rounds >= 0 && i != rounds {
				t.Errorf("writer %d: half a batch: listing %d has %d rounds, the one before %d", w, n, i, rounds)
			}
			rounds = i
		}
		if at, err := s.GetState(t.Context(), "at/"+id); err != nil || string(at) != strconv.Itoa(rounds) && rounds > 0 {
			t.Errorf("writer %d: %d rounds are there, and that it is at %q, %v", w, rounds, at, err)
		}
		if want, ok := last["recorded"+id]; ok && rounds <= want {
			t.Errorf("writer %d: round %d was acknowledged, %d rounds are there", w, want, rounds)
		}
		seq, err := s.Cursor(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if want, ok := last["alerted"+id]; ok && seq <= uint64(want) {
			t.Errorf("writer %d: cursor %d was acknowledged, it is at %d", w, want+1, seq)
		}
		if int(seq) > rounds {
			t.Errorf("writer %d: an alert about round %d, of which nothing is known", w, seq)
		}
		for a, err := range s.Alerts(t.Context()) {
			if err != nil || a.ID == id && a.Transition != int(seq) {
				t.Errorf("alert %s is at %d, its cursor at %d, %v", id, a.Transition, seq, err)
			}
		}
	}
}

// item is a short form of a value that was read.
func item(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))[:12]
}

func items[T any](name string, seq iter.Seq2[T, error], say func(string)) {
	for v, err := range seq {
		if err != nil {
			say(name + " " + kind(err))
			return
		}
		say(name + " " + item(v))
	}
	say(name + " complete")
}

// kind is how an error is typed; "untyped" must not occur.
func kind(err error) string {
	for name, target := range map[string]error{
		"corrupt": store.ErrCorrupt, "foreign": store.ErrForeign, "newer": store.ErrNewer,
	} {
		if errors.Is(err, target) {
			return name
		}
	}
	return "untyped: " + err.Error()
}

// readAll says everything that can be read from a store, line by line.
func readAll(path string, say func(string)) {
	ctx := context.Background()
	s, err := store.Open(ctx, path)
	if err != nil {
		say("open " + kind(err))
		return
	}
	items("latest", s.Latest(ctx, store.Query{}), say)
	items("zoon", s.Latest(ctx, store.Query{Sources: []market.SourceID{"zoon"}}), say)
	items("trusted", s.Latest(ctx, store.Query{Trusted: true, Sources: []market.SourceID{"acme"}}), say)
	items("as-of", s.Latest(ctx, store.Query{AsOf: storetest.At(7)}), say)
	var ids []market.ListingID
	for n := range 11 {
		id := storetest.Observe("acme", n, storetest.At(0), 1).Listing
		if n == 10 {
			id = "zoon:000001"
		}
		ids = append(ids, id)
		items("history "+string(id), s.History(ctx, id, time.Time{}, time.Time{}), say)
		items("part "+string(id), s.History(ctx, id, storetest.At(5), storetest.At(9)), say)
	}
	items("listings", s.Latest(ctx, store.Query{Listings: ids}), say)
	items("changes", s.Changes(ctx, 0), say)
	items("late-changes", s.Changes(ctx, 20), say)
	items("products", s.Products(ctx), say)
	items("matches", s.Matches(ctx), say)
	items("runs", s.Runs(ctx, ""), say)
	items("acme-runs", s.Runs(ctx, "acme"), say)
	items("alerts", s.Alerts(ctx), say)
	one := func(name string, v any, err error) {
		items(name, func(yield func(any, error) bool) { yield(v, err) }, say)
	}
	seq, err := s.Cursor(ctx, "desk")
	one("cursor", seq, err)
	state, err := s.GetState(ctx, "big")
	one("state", state, err)
	i, err := s.Info(ctx)
	i.Path, i.Bytes, i.Free, i.Sizes = "", 0, 0, nil
	one("info", i, err)
	if err := s.Close(); err != nil {
		say("close " + kind(err))
	}
}

// sections sorts lines by what was read; the last line of each says how it ended.
func sections(lines []string) map[string][]string {
	out := map[string][]string{}
	for _, l := range lines {
		i := strings.LastIndexByte(l, ' ')
		if j := strings.Index(l, " untyped"); j >= 0 {
			i = j
		}
		out[l[:i]] = append(out[l[:i]], l[i+1:])
	}
	return out
}

// damage is one way to hurt a file.
type damage func(rnd *rand.Rand, b []byte) ([]byte, string)

func flipBit(rnd *rand.Rand, b []byte) ([]byte, string) {
	i := rnd.IntN(len(b) * 8)
	b[i/8] ^= 1 << (i % 8)
	return b, fmt.Sprintf("bit %d", i)
}

func overwritePage(rnd *rand.Rand, b []byte) ([]byte, string) {
	const page = 4096
	at := rnd.IntN(len(b)/page) * page
	switch rnd.IntN(3) {
	case 0:
		clear(b[at : at+page])
		return b, fmt.Sprintf("page at %d zeroed", at)
	case 1:
		from := rnd.IntN(len(b)/page) * page
		copy(b[at:at+page], bytes.Clone(b[from:from+page]))
		return b, fmt.Sprintf("page at %d from %d", at, from)
	}
	for i := range page {
		b[at+i] = byte(rnd.Uint32())
	}
	return b, fmt.Sprintf("page at %d random", at)
}

func truncate(rnd *rand.Rand, b []byte) ([]byte, string) {
	n := rnd.IntN(len(b))
	return b[:n], fmt.Sprintf("cut to %d", n)
}

// TestHarnessDamage hurts copies of a store and has a child read each of them: what it serves must be right,
// and what it cannot serve a typed error.
func TestHarnessDamage(t *testing.T) {
	if os.Getenv("STORE_CHILD") == "read" {
		readAll(filepath.Join(os.Getenv("STORE_DIR"), "prices.db"), func(l string) { fmt.Println("> " + l) })
		return
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	path := sampleOfAll(t, root)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	readAll(path, func(l string) { lines = append(lines, l) })
	truth := sections(lines)
	for name, s := range truth {
		if s[len(s)-1] != "complete" {
			t.Fatalf("the whole file: %s: %v", name, s)
		}
	}
	for _, kind := range []struct {
		name string
		full int
		hurt damage
	}{{"bit flips", 2000, flipBit}, {"page overwrites", 500, overwritePage}, {"truncations", 500, truncate}} {
		seen := map[string]int{}
		n := figure(kind.full)
		for range n {
			dir := filepath.Join(root, "hurt")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			b, what := kind.hurt(rnd, bytes.Clone(whole))
			if err := os.WriteFile(filepath.Join(dir, "prices.db"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			verdict := readHurt(t, dir, truth)
			seen[verdict]++
			if strings.HasPrefix(verdict, "BAD") {
				t.Fatalf("%s: %s: %s", kind.name, what, verdict)
			}
		}
		t.Logf("%d %s: %v", n, kind.name, seen)
		if seen["right"] == n && n >= 50 { // a handful may all miss
			t.Errorf("no damage was met in %d %s: the harness proves nothing", n, kind.name)
		}
	}
}

// readHurt lets a child read a damaged store and judges what it says.
func readHurt(t *testing.T, dir string, truth map[string][]string) string {
	cmd, out := child(t, "^TestHarnessDamage$", "read", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var lines []string
	for out.Scan() {
		if l, ok := strings.CutPrefix(out.Text(), "> "); ok {
			lines = append(lines, l)
		}
	}
	if err := cmd.Wait(); err != nil {
		return "BAD: unexplained exit: " + err.Error()
	}
	got, verdict := sections(lines), "right"
	if s := got["open"]; len(s) == 1 {
		if strings.HasPrefix(s[0], "untyped") {
			return "BAD: open: " + s[0]
		}
		return "refused as " + s[0]
	}
	for name, want := range truth {
		s := got[name]
		if len(s) == 0 {
			return "BAD: " + name + ": nothing was said"
		}
		end := s[len(s)-1]
		switch {
		case strings.HasPrefix(end, "untyped"):
			return "BAD: " + name + ": " + end
		case end == "complete" && len(s) != len(want):
			return fmt.Sprintf("BAD: %s: %d values of %d, and no error", name, len(s)-1, len(want)-1)
		case end != "complete":
			verdict = "typed error"
		}
		for i, v := range s[:len(s)-1] {
			if i >= len(want) || v != want[i] {
				return fmt.Sprintf("BAD: %s: value %d is wrong", name, i)
			}
		}
	}
	return verdict
}

// sampleOfAll writes a store with something of everything.
func sampleOfAll(t *testing.T, dir string) string {
	path := sample(t, dir)
	s := openBolt(t, dir)
	defer s.Close()
	ctx := t.Context()
	var err error
	for i := range 20 {
		id := strconv.Itoa(100 + i)
		err = errors.Join(
			err,
			s.PutProducts(ctx, market.Product{ID: market.ProductID(id), Title: market.NewText("Artikel " + id)}),
			s.PutMatches(ctx, market.Match{Product: market.ProductID(id), Listing: "acme:000001", Decision: market.Accept}),
			s.PutRun(ctx, market.Run{ID: market.RunID(id), Source: "acme", StartedAt: storetest.At(i)}),
			s.PutAlerts(ctx, "desk", uint64(i), market.Alert{ID: id, Since: storetest.At(i)}),
		)
	}
	late := storetest.Observe("acme", 5, storetest.At(7), 44)
	late.SeenAt = late.SeenAt.Add(time.Minute)
	_, rerr := s.Record(ctx, late, storetest.Quarantined(storetest.Observe("acme", 3, storetest.At(50), 9)), storetest.Refused(storetest.Observe("acme", 4, storetest.At(50), 9)))
	if err = errors.Join(err, rerr, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestHarnessBackup takes backups while a crawl is recorded, and verifies each.
func TestHarnessBackup(t *testing.T) {
	dir := t.TempDir()
	s := openBolt(t, dir)
	defer s.Close()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	// Each backup leaves the ingest this many batches to record beside it, so that the file grows by the number of
	// backups and not with the time that they take.
	leave := make(chan struct{}, 8)
	for w := range 2 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-leave:
				case <-ctx.Done():
					return
				}
				if _, err := s.Record(ctx, killed(w, 0, i), killed(w, 1, i)); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	n := figure(200)
	for range n {
		for range cap(leave) + 1 { // one more than there is room for: the ingest is at work when the last is taken
			leave <- struct{}{}
		}
		before, err := s.Info(ctx)
		if err != nil {
			t.Fatal(err)
		}
		b, err := backup(ctx, s, t.TempDir())
		if err != nil || b.Observations < before.Observations || b.Observations%2 != 0 {
			t.Fatalf("%d observations before, %d in the backup, %v", before.Observations, b.Observations, err)
		}
	}
	stop()
	wg.Wait()
	t.Logf("%d backups verified", n)
}

// backup takes a backup into dir, verifies it and returns what is in it.
func backup(ctx context.Context, s store.Store, dir string) (i store.Info, err error) {
	path := filepath.Join(dir, "backup.db")
	f, err := os.Create(path)
	if err != nil {
		return i, err
	}
	sum := sha256.New()
	n, err := s.Backup(ctx, io.MultiWriter(f, sum))
	if err = errors.Join(err, f.Close()); err != nil {
		return i, err
	}
	b, err := os.ReadFile(path)
	if is := sha256.Sum256(b); err != nil || int64(len(b)) != n || !bytes.Equal(is[:], sum.Sum(nil)) {
		return i, fmt.Errorf("%d bytes of %d, or others, %w", len(b), n, err)
	}
	c, err := store.Open(ctx, path)
	if err != nil {
		return i, err
	}
	if err = c.Verify(ctx, nil); err == nil {
		i, err = c.Info(ctx)
	}
	return i, errors.Join(err, c.Close(), os.Remove(path))
}
