package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"pricegap/alerts/notify/slacktest"
	"pricegap/crawler/shoptest"
)

const voltavia = "voltavia.example"

// process starts pricegap as a process of its own in the chain's folder.
func (c *chain) process(args ...string) *exec.Cmd {
	c.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	c.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, exe, append([]string{"--config", filepath.Join(c.dir, "sources.yaml")}, args...)...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// TestShopsThatFail: each failure has its code and its exit code, no offer comes of it, and what was known stays.
func TestShopsThatFail(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault shoptest.Fault
		want  string
	}{
		{"403", shoptest.Fault{Status: 403}, "client_error"},
		{"404", shoptest.Fault{Status: 404}, "client_error"},
		{"410", shoptest.Fault{Status: 410}, "gone"},
		{"429", shoptest.Fault{Status: 429, RetryAfter: "3600"}, "rate_limited"},
		{"503", shoptest.Fault{Status: 503, RetryAfter: "3600"}, "server_error"},
		{"robots 503", shoptest.Fault{Status: 503, Robots: true}, "robots_unavailable"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChain(t)
			c.mustRun(exitDone, "crawl", "--wait", "0s", "--no-alerts")
			before := c.mustRun(exitDone, "export", "--format", "csv", "--columns", "product,voltavia.price,voltavia.stock", "-")
			c.shops.SetFault(voltavia, tc.fault)
			out := c.mustRun(exitPartial, "crawl", "--wait", "0s", "--refresh-robots")
			if !strings.Contains(out, tc.want) {
				t.Errorf("the summary does not name %s:\n%s", tc.want, out)
			}
			if after := c.mustRun(exitDone, "export", "--format", "csv", "--columns", "product,voltavia.price,voltavia.stock", "-"); after != before {
				t.Errorf("what was known changed:\n%s\n%s", before, after)
			}
			if out := c.mustRun(exitDone, "source", "doctor", "voltavia"); !strings.Contains(out, tc.want) {
				t.Errorf("source doctor does not name %s:\n%s", tc.want, out)
			}
		})
	}
}

// TestUnreachableShop: nobody listens there.
func TestUnreachableShop(t *testing.T) {
	c := newChain(t)
	if err := c.shops.Close(); err != nil {
		t.Fatal(err)
	}
	out := c.mustRun(exitPartial, "crawl", "--wait", "0s")
	if !strings.Contains(out, "robots_unavailable") && !strings.Contains(out, "connect_refused") {
		t.Errorf("summary:\n%s", out)
	}
	srv, err := shoptest.Start(c.world) // the cleanup closes one
	if err != nil {
		t.Fatal(err)
	}
	c.shops = srv
}

// TestPagesWithoutAPrice: information pages are counted as such and make no offer.
func TestPagesWithoutAPrice(t *testing.T) {
	c := newChain(t)
	c.edit(`, exclude: ["/info/*"]`, "")
	out := c.mustRun(exitPartial, "crawl", "--wait", "0s")
	if !strings.Contains(out, "price_missing") {
		t.Errorf("summary:\n%s", out)
	}
}

// edit changes the chain's sources.yaml.
func (c *chain) edit(from, to string) {
	c.t.Helper()
	raw, err := os.ReadFile(filepath.Join(c.dir, "sources.yaml"))
	if err != nil || !strings.Contains(string(raw), from) {
		c.t.Fatalf("sources.yaml has no %q (%v)", from, err)
	}
	c.write("sources.yaml", strings.Replace(string(raw), from, to, 1))
}

// TestNoContact: nothing is fetched anonymously.
func TestNoContact(t *testing.T) {
	c := newChain(t)
	c.edit(`crawler: {contact: "https://fonkelplein.example/crawler"}`, "")
	_, errs, code := c.run("crawl")
	if code != exitUsage || !strings.Contains(errs, "crawler.contact") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if n := len(c.shops.Requests()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// TestSlackThatFails: the alert waits, is told once when Slack is well again, and never twice.
func TestSlackThatFails(t *testing.T) {
	for _, tc := range []struct {
		name string
		step slacktest.Step
		want string
		// later says that the next run tells it; otherwise it is set aside until the configuration is mended.
		later bool
	}{
		{"invalid_auth", slacktest.Refuse("invalid_auth"), "invalid_auth", false},
		{"channel_not_found", slacktest.Refuse("channel_not_found"), "channel_not_found", false},
		{"429", slacktest.RateLimited("1"), "429", true},
		{"502", slacktest.Answer(502, "<html>Bad gateway</html>"), "502", true},
		{"no answer", slacktest.Drop(), "", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChain(t)
			c.world.SetDay(1)
			c.catalog()
			c.slack.Script(tc.step)
			out, errs, code := c.run("crawl", "--wait", "0s")
			if code != exitPartial || !strings.Contains(out, "channel floor") || !strings.Contains(out, tc.want) {
				t.Fatalf("exit %d\n%s%s", code, out, errs)
			}
			if strings.Contains(out+errs, token) {
				t.Fatalf("the token was printed:\n%s%s", out, errs)
			}
			if list := c.mustRun(exitDone, "alerts", "list"); !strings.Contains(list, "cheaper") {
				t.Errorf("the alert is not listed:\n%s", list)
			}
			want := 0
			if tc.later {
				want = 1
			}
			c.later(want)
			if n := len(c.slack.Messages("C1")); n != want {
				t.Errorf("%d messages, want %d", n, want)
			}
			if v := c.slack.Violations(); len(v) > 0 {
				t.Errorf("Slack was called when it asked not to be: %v", v)
			}
		})
	}
}

// later crawls again, for up to a minute, until that many messages have arrived, and once more after that.
func (c *chain) later(want int) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		c.run("crawl", "--wait", "2s")
		if len(c.slack.Messages("C1")) >= want {
			break
		}
	}
	c.run("crawl", "--wait", "0s")
}

// TestStoreInUse: a second process says so within a moment, and a running daemon is asked instead.
func TestStoreInUse(t *testing.T) {
	c := newChain(t)
	db, err := bolt.Open(filepath.Join(c.dir, "prices.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, errs, code := c.run("compare")
	if code != exitLocked || !strings.Contains(errs, "prices.db") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestForeignStore: what is not ours is refused and left as it is.
func TestForeignStore(t *testing.T) {
	c := newChain(t)
	path := filepath.Join(c.dir, "prices.db")
	if err := os.WriteFile(path, []byte("somebody else's data"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := c.run("compare")
	if code != exitFailed || !strings.Contains(errs, "not a pricegap store") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if raw, _ := os.ReadFile(path); string(raw) != "somebody else's data" {
		t.Error("the file was changed")
	}
}

// TestDaemon: commands give the same answers while the daemon runs, and SIGTERM ends it cleanly.
func TestDaemon(t *testing.T) {
	c := newChain(t)
	c.mustRun(exitDone, "crawl", "--wait", "0s", "--no-alerts")
	args := []string{"export", "--format", "csv", "--as-of", time.Now().Format("2006-01-02 15:04"), "-"}
	alone := c.mustRun(exitDone, args...)

	daemon := c.serve()
	if served := c.mustRun(exitDone, args...); served != alone {
		t.Errorf("the daemon answers otherwise:\n%s\n%s", served, alone)
	}
	if out := c.mustRun(exitDone, "crawl", "--wait", "0s"); !strings.Contains(out, "voltavia") {
		t.Errorf("crawl through the daemon:\n%s", out)
	}
	if second, err := c.process("serve").CombinedOutput(); err == nil || !strings.Contains(string(second), "prices.db") {
		t.Errorf("a second daemon: %v\n%s", err, second)
	}
	daemon.stop(syscall.SIGTERM, exitTerminated)
	c.mustRun(exitDone, "compare")
}

// TestInterruptedCrawl: everything recorded by then is kept, and the next run goes on without asking for it again.
func TestInterruptedCrawl(t *testing.T) {
	c := newChain(t)
	c.shops.SetFault(voltavia, shoptest.Fault{Delay: 20 * time.Millisecond})
	crawl := c.process("crawl", "--wait", "0s")
	if err := crawl.Start(); err != nil {
		t.Fatal(err)
	}
	for c.fetched() < 6 {
		time.Sleep(5 * time.Millisecond) // the shop is asked by another process: there is nothing to wait on
	}
	if err := crawl.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = crawl.Wait()
	if code := crawl.ProcessState.ExitCode(); code != exitInterrupted {
		t.Fatalf("exit %d", code)
	}
	kept := strings.Count(c.mustRun(exitDone, "export", "--format", "csv", "--columns", "voltavia.price", "-"), ".")
	if kept < 4 {
		t.Fatalf("%d prices kept after %d pages", kept, c.fetched())
	}
	c.shops.SetFault(voltavia, shoptest.Fault{})
	first := c.fetched()
	c.mustRun(exitDone, "crawl", "--wait", "0s")
	c.agrees(0)
	if all, sold := c.fetched(), c.sold(); all-first > sold-kept+1 {
		t.Errorf("%d pages after the stop, although %d of %d were kept", all-first, kept, sold)
	}
}

// fetched counts the product pages that Voltavia served.
func (c *chain) fetched() int {
	n := 0
	for _, r := range c.shops.Requests() {
		if r.Host == voltavia && strings.HasPrefix(r.Path, "/p/") && r.Status == 200 {
			n++
		}
	}
	return n
}

// sold counts the products that Voltavia sells.
func (c *chain) sold() int {
	n := 0
	for _, f := range c.world.Truth(0) {
		if f.Shop == "voltavia" {
			n++
		}
	}
	return n
}

// TestFullDisk: a crawl on a full disk fails with a name, keeps what was there, and goes on when there is space.
func TestFullDisk(t *testing.T) {
	c := newChain(t)
	c.mustRun(exitDone, "crawl", "--wait", "0s", "--no-alerts")
	fi, err := os.Stat(filepath.Join(c.dir, "prices.db"))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Repeat(`{"source":"voltavia","sku":"X-%d","seen_at":"2026-01-01T00:00:00Z","price":"10.00","currency":"EUR"}`+"\n", 1)
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, rows, i)
	}
	c.write("history.jsonl", b.String())
	cmd := c.process("import", "observations", filepath.Join(c.dir, "history.jsonl"))
	blocks := fi.Size()/512 + 64
	sh := exec.Command("bash", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; trap "" XFSZ; exec "$@"`, blocks/2+1), "bash"}, cmd.Args...)...)
	sh.Env = cmd.Env
	out, err := sh.CombinedOutput()
	if err == nil || sh.ProcessState.ExitCode() != exitFailed || !strings.Contains(string(out), "no space left") {
		t.Errorf("%v\n%.2000s", err, out)
	}
	c.mustRun(exitDone, "compare")
	c.mustRun(exitDone, "import", "observations", filepath.Join(c.dir, "history.jsonl"))
}
