package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pricegap/crawler/shoptest"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch"
	"pricegap/watch/backup"
)

// daemon is `pricegap serve` as a process of its own.
type daemon struct {
	*exec.Cmd
	t       *testing.T
	drained chan struct{}
}

// serve starts the daemon of the chain and waits until it listens.
func (c *chain) serve() *daemon {
	c.t.Helper()
	if raw, err := os.ReadFile(filepath.Join(c.dir, "sources.yaml")); err != nil || !strings.Contains(string(raw), "serve:") {
		c.edit("catalog: {file: catalog.csv}", "catalog: {file: catalog.csv}\nserve: {listen: \"127.0.0.1:0\"}")
	}
	d := &daemon{Cmd: c.process("serve"), t: c.t, drained: make(chan struct{})}
	stderr, err := d.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		c.t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() && !strings.Contains(lines.Text(), "serving http://") {
	}
	go func() {
		defer close(d.drained)
		for lines.Scan() {
		}
	}()
	return d
}

// stop sends a signal and waits for the exit code, -1 for a process that the signal killed.
func (d *daemon) stop(s os.Signal, want int) {
	d.t.Helper()
	if err := d.Process.Signal(s); err != nil {
		d.t.Fatal(err)
	}
	<-d.drained
	if err := d.Wait(); d.ProcessState.ExitCode() != want {
		d.t.Errorf("the daemon ended with %v", err)
	}
}

// TestKeepBesideDaemon: while the daemon runs its data is counted, verified and backed up; what needs the file for
// itself says so and changes nothing.
func TestKeepBesideDaemon(t *testing.T) {
	c := newChain(t)
	c.mustRun(exitDone, "crawl", "--wait", "0s", "--no-alerts")
	d := c.serve()
	copied := filepath.Join(c.dir, "copy.db")

	if out := c.mustRun(exitDone, "store", "verify"); !strings.Contains(out, "is sound") {
		t.Errorf("verify: %s", out)
	}
	if left, err := filepath.Glob(filepath.Join(c.dir, ".pricegap-verify-*")); err != nil || len(left) > 0 {
		t.Errorf("verify leaves %q, %v", left, err)
	}
	var b backup.Copy
	if err := json.Unmarshal([]byte(c.mustRun(exitDone, "store", "backup", copied, "--json")), &b); err != nil || b.Info.Observations == 0 {
		t.Fatalf("backup: %+v, %v", b, err)
	}
	if info, err := os.Stat(copied); err != nil || info.Size() != b.Bytes {
		t.Errorf("the copy: %v, want %d bytes (%v)", info, b.Bytes, err)
	}
	stream := c.mustRun(exitDone, "store", "backup", "-")
	c.write("stream.db", stream)
	for _, path := range []string{copied, filepath.Join(c.dir, "stream.db")} {
		if code, out, errs := runStore(t, nil, "bolt:"+path, "verify"); code != exitDone {
			t.Errorf("%s: exit %d %s%s", path, code, out, errs)
		}
	}
	if out := c.mustRun(exitDone, "store", "compact"); !strings.Contains(out, "bytes after") {
		t.Errorf("compacted by the daemon: %s", out)
	}
	if out := c.mustRun(exitDone, "store", "prune", "--daily", "30d"); !strings.Contains(out, "gone: 0 observations") {
		t.Errorf("pruned by the daemon: %s", out)
	}
	if _, errs, code := c.run("store", "prune", "--daily", "30d", "--source", "nobody"); code != exitUsage || !strings.Contains(errs, `"nobody"`) {
		t.Errorf("pruned of nobody: exit %d: %s", code, errs)
	}
	_, errs, code := c.run("store", "restore", copied, "--force")
	if code != exitLocked || !strings.Contains(errs, "for itself") || !strings.Contains(errs, "stop `pricegap serve`") {
		t.Errorf("restore: exit %d: %s", code, errs)
	}
	c.edit("store: bolt:prices.db", "store: bolt:other.db") // the daemon still has the former one
	c.mustRun(exitDone, "compare")
	if out := c.mustRun(exitDone, "store", "info"); !strings.Contains(out, "other.db") {
		t.Errorf("another store than the daemon's: %s", out)
	}
	c.edit("store: bolt:other.db", "store: bolt:prices.db")
	d.stop(syscall.SIGTERM, exitTerminated)
	c.mustRun(exitDone, "store", "compact")
	c.mustRun(exitDone, "store", "restore", copied, "--force")
}

// TestBackupWhoseDaemonDies: a copy that was cut off is an error and leaves nothing behind.
func TestBackupWhoseDaemonDies(t *testing.T) {
	c := newChain(t)
	st, err := store.Open(t.Context(), "bolt:"+filepath.Join(c.dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := st.PutState(t.Context(), "large", make([]byte, 32<<20)); err != nil { // more than pipe and socket hold
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	d := c.serve()
	cmd := c.process("store", "backup", "-")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs := new(strings.Builder)
	cmd.Stderr = errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, out, 1<<20); err != nil { // under way, and waiting for us
		t.Fatal(err)
	}
	d.stop(os.Kill, -1)
	n, _ := io.Copy(io.Discard, out)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(errs.String(), "backup") {
		t.Errorf("%v after %d bytes: %s", err, n+1<<20, errs)
	}
	c.mustRun(exitDone, "store", "verify") // the file itself bore the kill
}

// health is what `source list --json` says of Voltavia.
func (c *chain) health() watch.SourceHealth {
	c.t.Helper()
	out, err := c.process("source", "list", "--json").Output()
	var hs []watch.SourceHealth
	if err == nil {
		err = json.Unmarshal(out, &hs)
	}
	if err != nil || len(hs) != 2 {
		c.t.Fatalf("source list: %v\n%s", err, out)
	}
	return hs[1]
}

// TestKilledDaemon: a crawl that died with its daemon is shown as interrupted, and begins again when the next daemon
// starts although it is not due.
func TestKilledDaemon(t *testing.T) {
	c := newChain(t)
	c.edit("    pace: {pause: 0s}", "    schedule: {cron: \"0 0 1 1 *\"}\n    pace: {pause: 0s}")
	c.shops.SetFault(voltavia, shoptest.Fault{Delay: 50 * time.Millisecond})
	d := c.serve()
	crawl := c.process("crawl", "voltavia", "--wait", "0s")
	if err := crawl.Start(); err != nil {
		t.Fatal(err)
	}
	for c.fetched() < 8 {
		time.Sleep(5 * time.Millisecond) // another process asks the shop: there is nothing to wait on
	}
	d.stop(os.Kill, -1)
	if err := crawl.Wait(); crawl.ProcessState.ExitCode() != exitFailed {
		t.Errorf("the crawl that asked the daemon: %v", err)
	}
	h := c.health()
	if h.Last.Outcome != market.RunInterrupted {
		t.Errorf("after the kill: %+v", h.Last)
	}
	c.shops.SetFault(voltavia, shoptest.Fault{})
	d = c.serve()
	for end := time.Now().Add(30 * time.Second); h.Last.Outcome != market.RunDone && time.Now().Before(end); h = c.health() {
		time.Sleep(20 * time.Millisecond)
	}
	if h.Last.Outcome != market.RunDone || h.Listings != c.sold() {
		t.Errorf("%d of %d listings, run %+v", h.Listings, c.sold(), h.Last)
	}
	d.stop(syscall.SIGTERM, exitTerminated)
}

// TestAskBesideDaemon: a page that staff ask for goes before all others of the run under way, and is not fetched twice;
// without a run it is fetched at once. What could not be had in time is told.
func TestAskBesideDaemon(t *testing.T) {
	c := newChain(t)
	rows, asked := []string{"source;sku;gtin;url;seen_at;price;currency"}, shoptest.Fact{}
	gtins := map[market.ProductID]string{}
	for _, p := range c.world.Products() {
		gtins[p.ID] = p.GTIN
	}
	for _, f := range c.world.Truth(0) {
		if f.Shop == "voltavia" {
			asked = f // the last one
			rows = append(rows, fmt.Sprintf("%s;%s;%s;%s;2026-03-01;%s;EUR", f.Shop, f.SKU, gtins[f.Product], f.URL, f.Price.Decimal()))
		}
	}
	c.write("history.csv", strings.Join(rows, "\n"))
	c.mustRun(exitDone, "import", "observations", filepath.Join(c.dir, "history.csv"))
	visits := func() (at []int) {
		n := 0
		for _, r := range c.shops.Requests() {
			if r.Host == voltavia && strings.HasPrefix(r.Path, "/p/") {
				if n++; strings.HasSuffix(asked.URL, r.Path) {
					at = append(at, n)
				}
			}
		}
		return at
	}
	ask := func(want int, product market.ProductID, wait string) (card, errs string) {
		card, errs, code := c.run("ask", string(product), "--refresh", "--language", "en", "--wait", wait)
		if code != want {
			t.Errorf("ask --refresh: exit %d, want %d\n%s%s", code, want, card, errs)
		}
		return card, errs
	}
	d := c.serve()
	hero := c.world.Products()[0].ID
	c.shops.SetFault(voltavia, shoptest.Fault{Delay: time.Minute})
	if card, errs := ask(exitPartial, hero, "100ms"); !strings.Contains(card, " days old, stale · ") || errs != "voltavia: its page has not come within 100ms: ask again, or raise --wait\n" {
		t.Errorf("a page that is late:\n%s%s", card, errs)
	}
	c.shops.SetFault(voltavia, shoptest.Fault{})
	if card, errs := ask(exitDone, hero, "30s"); !strings.Contains(card, "  just now · http://voltavia.example/") || errs != "" {
		t.Errorf("without a run:\n%s%s", card, errs)
	}
	if h := c.health(); h.Last.ID != "" || !h.LastGoodAt.IsZero() || h.Fresh != 1 {
		t.Errorf("a look that is no run: %+v", h)
	}

	c.shops.ResetLog()
	c.shops.SetFault(voltavia, shoptest.Fault{Delay: 100 * time.Millisecond})
	crawl := c.process("crawl", "voltavia", "--wait", "0s")
	if err := crawl.Start(); err != nil {
		t.Fatal(err)
	}
	for c.fetched() < 1 {
		time.Sleep(5 * time.Millisecond) // another process asks the shop: there is nothing to wait on
	}
	if card, errs := ask(exitDone, asked.Product, "30s"); !strings.Contains(card, "\n  just now · "+asked.URL+"\n") || errs != "" {
		t.Errorf("in a run:\n%s%s", card, errs)
	}
	if err := crawl.Wait(); err != nil {
		t.Errorf("the crawl: %v", err)
	}
	if at := visits(); len(at) != 1 || at[0] > 6 {
		t.Errorf("of %d pages the one that was asked for came as number %v", c.sold(), at)
	}
	if h := c.health(); h.Last.Outcome != market.RunDone || h.Last.Missing != 0 || h.Last.Failed() != 0 {
		t.Errorf("the run: %+v", h.Last)
	}
	d.stop(syscall.SIGTERM, exitTerminated)
}
