package store_test

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// disk is a folder on a disk: what the kernel has of it, and what of that is sure to be there after a power cut. A name is sure
// when its folder was synced, and what is in a file when the file was.
type disk struct {
	dir       string
	now, sure map[string]*inode
	unsure    []func(names map[string]*inode)
}

// inode is a file on a disk.
type inode struct {
	now, sure []byte
	unsure    []act // writes and truncations
}

// diskOf returns a disk with a folder as it is.
func diskOf(t *testing.T, dir string) *disk {
	d := &disk{dir: dir, now: map[string]*inode{}, sure: map[string]*inode{}}
	for name, b := range contents(t, dir) {
		f := &inode{now: b, sure: bytes.Clone(b)}
		d.now[name], d.sure[name] = f, f
	}
	return d
}

// contents reads the files of a folder.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	list, err := os.ReadDir(dir)
	for _, e := range list {
		if err == nil {
			files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name()))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// do does to the disk what a program did.
func (d *disk) do(a act) {
	name, to := filepath.Base(a.path), filepath.Base(a.to)
	f := d.now[name]
	switch {
	case a.kind == "sync" && a.path == d.dir:
		d.sure, d.unsure = maps.Clone(d.now), nil
	case a.kind == "sync" && a.failed: // the kernel takes what it could not write for written
		f.unsure = nil
	case a.kind == "sync" && f != nil:
		for _, a := range f.unsure {
			f.sure = a.change(f.sure)
		}
		f.unsure = nil
	case a.kind == "open" && f == nil && a.flags&unix.O_CREAT != 0:
		f = &inode{}
		d.rename(func(names map[string]*inode) { names[name] = f })
	case a.kind == "open" && f != nil && a.flags&unix.O_TRUNC != 0:
		f.change(act{kind: "truncate"})
	case a.kind == "write", a.kind == "truncate":
		f.change(a)
	case a.kind == "rename" && f != nil:
		d.rename(func(names map[string]*inode) { names[to] = f; delete(names, name) })
	case a.kind == "link" && f != nil && d.now[to] == nil:
		d.rename(func(names map[string]*inode) { names[to] = f })
	case a.kind == "unlink":
		d.rename(func(names map[string]*inode) { delete(names, name) })
	}
}

func (d *disk) rename(do func(map[string]*inode)) {
	do(d.now)
	d.unsure = append(d.unsure, do)
}

func (f *inode) change(a act) {
	f.now = a.change(f.now)
	f.unsure = append(f.unsure, a)
}

// change returns what a file holds after a write or a truncation.
func (a act) change(b []byte) []byte {
	end := a.size
	if a.kind == "write" {
		end = max(int64(len(b)), a.off+int64(len(a.data)))
	}
	b = append(b[:min(int64(len(b)), end)], make([]byte, max(0, end-int64(len(b))))...)
	if a.kind == "write" {
		copy(b[a.off:], a.data)
	}
	return b
}

// sector is what a disk writes whole or not at all.
const sector = 512

// refused is a cut of the power behind syncs that failed.
const refused = "failed"

// The ways in which the power goes: what of the changes that were not made sure of is on the disk.
var cuts = map[string]func(rnd *rand.Rand, unsure []act) []act{
	"lost": func(rnd *rand.Rand, unsure []act) []act { // the last of them, often all
		return unsure[:max(0, rnd.IntN(2*len(unsure)+1)-len(unsure))]
	},
	refused: func(rnd *rand.Rand, unsure []act) []act { return unsure[:rnd.IntN(len(unsure)+1)] },
	"reordered": func(rnd *rand.Rand, unsure []act) (kept []act) { // any of them
		for _, a := range unsure {
			if rnd.IntN(2) == 0 {
				kept = append(kept, a)
			}
		}
		return kept
	},
	"torn": func(rnd *rand.Rand, unsure []act) (kept []act) { // any sector of any of them
		for _, a := range unsure {
			if a.kind == "truncate" && rnd.IntN(2) == 0 {
				kept = append(kept, a)
			}
			for at := int64(0); at < int64(len(a.data)); {
				end := min(int64(len(a.data)), at+sector-(a.off+at)%sector)
				if rnd.IntN(2) == 0 {
					kept = append(kept, act{kind: "write", off: a.off + at, data: a.data[at:end]})
				}
				at = end
			}
		}
		return kept
	},
}

// cut writes what is on the disk after a power cut into a new folder, and reports whether of a store anything was unsure. Of the
// names, as in a journal, the first that are not sure may have been kept.
func (d *disk) cut(t *testing.T, rnd *rand.Rand, mode, to string) (unsure bool) {
	for name, f := range d.now {
		unsure = unsure || name != acks && name != "prices.db.lock" && len(f.unsure) > 0
	}
	names := maps.Clone(d.sure)
	for _, do := range d.unsure[:rnd.IntN(len(d.unsure)+1)] {
		do(names)
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	left := map[*inode][]byte{} // one by two names is the same under both
	for _, name := range slices.Sorted(maps.Keys(names)) {
		f := names[name]
		if _, known := left[f]; !known {
			b := bytes.Clone(f.sure)
			for _, a := range cuts[mode](rnd, f.unsure) {
				b = a.change(b)
			}
			left[f] = b
		}
		if err := os.WriteFile(filepath.Join(to, name), left[f], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return unsure
}

// acks is the file in which a child acknowledges: what it said before a cut is known to the act.
const acks = "acks"

// recording runs a child in a folder and returns what it did to the files in it. Of its syncs, once the store
// is open, those fail of which fails says so.
func recording(t *testing.T, run, role, dir string, fails func(act) bool) (before *disk, did []act) {
	t.Helper()
	before, now := diskOf(t, dir), diskOf(t, dir)
	w := &watcher{t: t, dir: dir, each: func(a act) (fault unix.Errno) {
		if a.kind == "sync" && len(now.said()) > len(before.said()) && fails(a) {
			a.failed, fault = true, unix.EIO
		}
		did = append(did, a)
		now.do(a)
		return fault
	}}
	if err := w.run(run, role); err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(w.out, "\n"))
	}
	is := contents(t, dir)
	for name, b := range is {
		if f := now.now[name]; f == nil || !bytes.Equal(f.now, b) {
			t.Fatalf("%s is not as the calls that were seen made it", name)
		}
	}
	if len(is) != len(now.now) {
		t.Fatalf("%d files, but the calls that were seen made %d", len(is), len(now.now))
	}
	return before, did
}

// observed runs in a child: what follows is reported. It returns the file to acknowledge in.
func observed(t *testing.T) *os.File {
	if err := reportCalls(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(os.Getenv("STORE_DIR"), acks), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// said returns what a child had acknowledged.
func (d *disk) said() []string {
	f := d.now[acks]
	if f == nil || len(f.now) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(f.now), "\n"), "\n")
}

// cutter cuts the power in the course of a child's work.
type cutter struct {
	rnd                 *rand.Rand
	root, mode          string
	made, unsure, acked int // cuts, those with something of the store unsynced, and acknowledgements that were held to
	failed              int // syncs that failed
}

// fails reports whether a sync fails: in a mode of its own now and then one of the store's.
func (x *cutter) fails(a act) bool {
	fails := x.mode == refused && filepath.Base(a.path) == "prices.db" && x.rnd.IntN(5) == 0
	if fails {
		x.failed++
	}
	return fails
}

// cut lets a child work in a folder and cuts the power so often between its acts, up to the one by which it acknowledged so much. It
// returns the folder that the last cut left.
func (x *cutter) cut(t *testing.T, run, role, dir string, times, acked int) string {
	d, did := recording(t, run, role, dir, x.fails)
	end := 0
	for ; end < len(did) && acked > 0; end++ {
		if did[end].kind == "write" && filepath.Base(did[end].path) == acks {
			acked--
		}
	}
	at := make([]int, times)
	for i := range at {
		at[i] = x.rnd.IntN(end + 1)
	}
	slices.Sort(at)
	done := 0
	for _, n := range at {
		for ; done < n; done++ {
			d.do(did[done])
		}
		x.made++
		dir = filepath.Join(x.root, x.mode+strconv.Itoa(x.made))
		if d.cut(t, x.rnd, x.mode, dir) {
			x.unsure++
		}
		last := map[string]int{}
		for _, line := range d.said() {
			heard(t, line, last)
		}
		if _, err := os.Stat(filepath.Join(dir, "prices.db")); err != nil && len(d.said()) > 0 {
			t.Errorf("the store was open, and is not there: %v", err)
		}
		x.acked += len(last)
		checkKilled(t, dir, last)
		if t.Failed() {
			t.Fatalf("%s, cut %d, after act %d of %d", x.mode, x.made, n, len(did))
		}
	}
	if f := d.now[acks]; f != nil {
		if err := os.WriteFile(filepath.Join(dir, acks), f.now, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fresh makes a folder for a new file.
func (x *cutter) fresh(t *testing.T) string {
	dir := filepath.Join(x.root, "new-"+x.mode+strconv.Itoa(x.made))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestHarnessPowerCut cuts the power anywhere in the course of an ingest, in each of the ways, and asks each time what the kill loop
// asks. The ingest goes on with what the last cut left, now and then with a new file.
func TestHarnessPowerCut(t *testing.T) {
	if os.Getenv("STORE_CHILD") == "cut" {
		ingest(t, 12, observed(t))
		return
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	unsure, acked, failed := 0, 0, 0
	for _, mode := range slices.Sorted(maps.Keys(cuts)) {
		x, dir := cutter{rnd: rnd, root: root, mode: mode}, ""
		for n := figure(100); x.made < n; {
			if x.made%40 == 0 {
				dir = x.fresh(t)
			}
			dir = x.cut(t, "^TestHarnessPowerCut$", "cut", dir, min(10, n-x.made), math.MaxInt)
		}
		t.Logf("%s: %d power cuts, %d of them with something unsynced, %d failed syncs; %d acknowledgements held to, 0 broken", mode, x.made, x.unsure, x.failed, x.acked)
		unsure, acked, failed = unsure+x.unsure, acked+x.acked, failed+x.failed
	}
	if acked == 0 || unsure == 0 || failed == 0 {
		t.Error("nothing was at stake: the harness proves nothing")
	}
}

// TestHarnessFirstStart cuts the power anywhere while a store is made: what is left can be opened, and it is there where the store
// was open.
func TestHarnessFirstStart(t *testing.T) {
	if os.Getenv("STORE_CHILD") == "first" {
		ingest(t, 1, observed(t))
		return
	}
	rnd, root := seeded(t), t.TempDir()
	defer keep(t, root)
	modes := slices.Sorted(maps.Keys(cuts))
	cuts, unsure := 0, 0
	for n := figure(100); cuts < n; {
		x := cutter{rnd: rnd, root: filepath.Join(root, strconv.Itoa(cuts)), mode: modes[cuts/5%len(modes)]}
		if err := os.Mkdir(x.root, 0o700); err != nil {
			t.Fatal(err)
		}
		x.cut(t, "^TestHarnessFirstStart$", "first", x.fresh(t), 5, 2)
		cuts, unsure = cuts+x.made, unsure+x.unsure
	}
	t.Logf("%d power cuts while a store is made, %d of them with something unsynced, 0 unusable", cuts, unsure)
	if unsure == 0 && cuts >= 50 { // a handful may all fall between
		t.Error("nothing was at stake: the harness proves nothing")
	}
}
