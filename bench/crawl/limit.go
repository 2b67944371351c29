package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A limit is what no crawler can do better: net/http alone, 16 in flight, every page fetched twice and nothing done with
// it. Its second pass is what counts: it asks with the ETag of the first, or hashes the body as it came.
type limit struct {
	client *http.Client
	packed bool // ask for gzip, and leave it packed
	mu     sync.Mutex
	known  map[string]string // ETag, or sum, by address
}

// runLimit measures the limit in a process of its own, and prints the figures of its second pass.
func runLimit(addr, host string, packed bool) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	}
	l := &limit{
		client: &http.Client{Transport: &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 16, DisableCompression: true}},
		packed: packed, known: map[string]string{},
	}
	pages, err := sitemapped([]string{host}, func(u string) ([]byte, error) {
		body, _, err := l.get(u, "")
		return body, err
	})
	if err != nil {
		return err
	}
	if _, err := l.pass(pages); err != nil {
		return err
	}
	var before, after syscall.Rusage
	start := time.Now()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		return err
	}
	same, err := l.pass(pages)
	if err != nil {
		return err
	}
	wall := time.Since(start)
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		return err
	}
	cpu := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	return json.NewEncoder(os.Stdout).Encode(figures{
		Work: "crawl", Contestant: "limit: net/http", Pages: len(pages), Rows: same, PagesPerS: float64(len(pages)) / wall.Seconds(),
		CPUPer1000: cpu.Seconds() * 1000 / float64(len(pages)), PeakMB: peak(), WallS: wall.Seconds(),
	})
}

// peak is the most memory that this process has held, in MB; 0 where the system does not tell.
func peak() float64 {
	raw, _ := os.ReadFile("/proc/self/status")
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(raw)
	if m == nil {
		return 0
	}
	kb, _ := strconv.ParseFloat(string(m[1]), 64) // digits
	return kb / 1024
}

var loc = regexp.MustCompile(`<loc>([^<]+)</loc>`)

func unpacked(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// pass fetches all pages and returns how many are as they were.
func (l *limit) pass(pages []string) (same int, err error) {
	jobs := make(chan string)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for u := range jobs {
				ok, e := l.visit(u)
				l.mu.Lock()
				if ok {
					same++
				}
				if e != nil {
					err = e
				}
				l.mu.Unlock()
			}
		})
	}
	for _, u := range pages {
		jobs <- u
	}
	close(jobs)
	wg.Wait()
	return same, err
}

func (l *limit) visit(u string) (same bool, err error) {
	l.mu.Lock()
	was := l.known[u]
	l.mu.Unlock()
	etag := was
	if l.packed {
		etag = ""
	}
	body, res, err := l.get(u, etag)
	if err != nil {
		return false, err
	}
	if res.StatusCode == http.StatusNotModified {
		return true, nil
	}
	now := res.Header.Get("ETag")
	if l.packed {
		sum := sha256.Sum256(body)
		now = string(sum[:])
	}
	l.mu.Lock()
	l.known[u] = now
	l.mu.Unlock()
	return l.packed && now == was, nil
}

func (l *limit) get(u, etag string) ([]byte, *http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, u, nil)
	if err != nil {
		return nil, nil, err
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	if l.packed {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	res, err := l.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return body, res, err
}

// limitOf runs the limit of a family over its shops as a child process.
func limitOf(s *shops, packed bool) (figures, error) {
	self, err := os.Executable()
	if err != nil {
		return figures{}, err
	}
	args := []string{"-limit", s.addr + "," + s.hosts[0]}
	if packed {
		args = append(args, "-packed")
	}
	cmd := exec.Command(self, args...) //nolint:gosec // ourselves
	cmd.Stderr = os.Stderr
	raw, err := cmd.Output()
	if err != nil {
		return figures{}, fmt.Errorf("limit: %w", err)
	}
	var f figures
	return f, json.Unmarshal(raw, &f)
}

func parseLimit(v string) (addr, host string, ok bool) { return strings.Cut(v, ",") }
