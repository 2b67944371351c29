package warc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pricegap/crawler/guard"
)

// replay opens a folder, and fails the test over what is damaged.
func replay(t testing.TB, paths ...string) *Replay {
	t.Helper()
	r, damaged, err := OpenReplay(t.Context(), paths...)
	if err != nil || len(damaged) > 0 {
		t.Fatal(err, damaged)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// asked is what an answer comes to: status, body and time, or the failure.
func asked(t testing.TB, r *Replay, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.RoundTrip(req)
	if err != nil {
		ge, ok := errors.AsType[*guard.Error](err)
		if !ok {
			t.Fatalf("%s: %v is no *guard.Error", address, err)
		}
		return fmt.Sprintf("%s: %v", ge.Kind, ge.Err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, ok := res.Body.(*guard.Body)
	if !ok || string(b.Bytes) != string(body) || res.ContentLength != int64(len(body)) || res.Request != req {
		t.Fatalf("%s: not an answer as the guard gives them: %+v", address, res)
	}
	at := res.Header.Get(DateHeader)
	if at != "" {
		at = " at " + at[len("2026-"):]
	}
	return fmt.Sprintf("%d %s%s", res.StatusCode, body, at)
}

// TestReplay: an address is answered by its newest answer, at its time, with what the shop said.
func TestReplay(t *testing.T) {
	b := newBench(t, Options{})
	put := func(status int, path, body string, headers ...string) {
		b.Keep("them", answerOf(status, "https://them.example"+path, headers...), []byte(body), netip.Addr{}, b.now)
		b.now = b.now.Add(time.Minute)
	}
	put(200, "/page", "een")                    // 09:30
	put(200, "/page", "twee")                   // 09:31
	put(503, "/page", "dicht")                  // 09:32
	put(429, "/busy", "later")                  // 09:33
	put(500, "/busy", "later")                  // 09:34
	put(302, "/moved", "", "Location", "/page") // 09:35
	put(200, "/same", "gelijk")                 // 09:36
	put(200, "/same", "gelijk")                 // 09:37
	put(200, "/gone", "er")                     // 09:38
	put(404, "/gone", "weg")                    // 09:39
	put(200, "/304", "er")                      // 09:40
	b.Begin("them")
	put(304, "/304", "")                                                // 09:41
	put(304, "/lost", "")                                               // 09:42
	put(200, "/weird?q=a b&c=é", "raar")                                // 09:43
	put(200, "/empty", "")                                              // 09:44
	put(200, "/flap", "a")                                              // 09:45
	put(200, "/flap", "b")                                              // 09:46
	put(200, "/flap", "a")                                              // 09:47
	put(503, "/up", "dicht")                                            // 09:48
	put(404, "/up", "weg")                                              // 09:49
	for name, r := range map[string]*Replay{"open": replay(t, b.dir)} { // also while it is written
		for address, want := range map[string]string{
			"/page": "200 twee at 03-01T09:31:00Z", "/page#part": "200 twee at 03-01T09:31:00Z", "/busy": "500 later at 03-01T09:34:00Z",
			"/moved": "302  at 03-01T09:35:00Z", "/same": "200 gelijk at 03-01T09:37:00Z", "/gone": "404 weg at 03-01T09:39:00Z",
			"/304": "200 er at 03-01T09:41:00Z", "/lost": "client_error: not in the archive: it had not changed since a copy that was not kept",
			"/weird?q=a%20b&c=é": "200 raar at 03-01T09:43:00Z", "/empty": "200  at 03-01T09:44:00Z", "/flap": "200 a at 03-01T09:47:00Z",
			"/up": "404 weg at 03-01T09:49:00Z", "/nothing": "client_error: not in the archive", "/robots.txt": "404 ",
		} {
			if got := asked(t, r, "https://them.example"+address); got != want {
				t.Errorf("%s: %s: %q, want %q", name, address, got, want)
			}
		}
		if got := asked(t, r, "http://them.example/page"); got != "client_error: not in the archive" {
			t.Errorf("another scheme is answered by %s", got)
		}
		if len(r.kept) != 11 {
			t.Errorf("%d addresses", len(r.kept))
		}
	}
	open := replay(t, b.dir)
	b.close()
	if got := asked(t, open, "https://them.example/flap"); got != "200 a at 03-01T09:47:00Z" {
		t.Errorf("a file that was closed since: %s", got)
	}
	var paths []string
	for _, n := range b.names() {
		paths = append(paths, filepath.Join(b.dir, n))
	}
	if got := asked(t, replay(t, paths[0]), "https://them.example/304"); got != "200 er at 03-01T09:40:00Z" {
		t.Errorf("the first run alone: %s", got)
	}
	if got := asked(t, replay(t, paths[1], paths[0]), "https://them.example/304"); got != "200 er at 03-01T09:41:00Z" {
		t.Errorf("the wrong way round: %s", got)
	}
}

// TestReplayHeaders: a shop's own WARC-Date is not believed, and its headers come as they were.
func TestReplayHeaders(t *testing.T) {
	b := newBench(t, Options{})
	b.Keep("them", answerOf(200, "https://them.example/", "ETag", `"1"`, "WARC-Date", "1999-01-01T00:00:00Z"), []byte("x"), netip.Addr{}, b.now)
	b.close()
	req, _ := http.NewRequest(http.MethodGet, "https://them.example/", nil)
	res, err := replay(t, b.dir).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Header.Values(DateHeader); len(got) != 1 || got[0] != "2026-03-01T09:30:00Z" || res.Header.Get("ETag") != `"1"` || res.Header.Get("Content-Length") != "" {
		t.Errorf("headers: %v", res.Header)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := replay(t, b.dir).RoundTrip(req.WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of its context: %v", err)
	}
}

// TestReplayForeign: files of other tools: plain, several records in a member, packed pages, and what was altered.
func TestReplayForeign(t *testing.T) {
	dir := t.TempDir()
	answer := func(path, headers, body, more string) string {
		return plain("response", "WARC-Target-URI: http://them.example"+path+"\r\nWARC-Date: 2026-03-01T09:30:00Z\r\nContent-Type: application/http; msgtype=response\r\n"+more,
			"HTTP/1.1 200 OK\r\n"+headers+"\r\n"+body)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.warc", answer("/plain", "", "een", "")+answer("/chunked", "Transfer-Encoding: chunked\r\n", "4\r\ntwee\r\n0\r\n\r\n", ""))
	write("b.warc.gz", zipped(answer("/member/1", "", "een", "")+answer("/member/2", "Content-Length: 4\r\n", "twee", ""))+
		zipped(answer("/packed", "Content-Encoding: gzip\r\n", zipped("drie"), "")))
	write("c.warc.gz", zipped(answer("/altered", "", "vier", "WARC-Block-Digest: "+sumOf([]byte("iets anders")).String()+"\r\n"))+
		zipped(answer("/short", "Content-Length: 9\r\n", "vijf", ""))+
		zipped(plain("response", "WARC-Target-URI: dns:them.example\r\n", "x"))+
		zipped(plain("response", "WARC-Target-URI: http://them.example/nonsense\r\n", "no answer"))+
		zipped(answer("/whole", "", "zes", ""))+zipped(answer("/torn", "", "zeven", ""))[:40])
	write("notes.txt", "nothing")
	r := replay(t, dir)
	for path, want := range map[string]string{
		"/plain": "200 een", "/chunked": "200 twee", "/member/1": "200 een", "/member/2": "200 twee", "/whole": "200 zes",
		"/packed": "unsupported_encoding: ", "/altered": "decode_error: ", "/short": "decode_error: ", "/torn": "client_error: ", "/nonsense": "client_error: ",
	} {
		if got := asked(t, r, "http://them.example"+path); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}

	write("d.warc", answer("/before", "", "acht", "")+"nonsense")
	r, damaged, err := OpenReplay(t.Context(), dir)
	if err != nil || len(damaged) != 1 || !errors.Is(damaged[0], ErrFormat) || !strings.HasPrefix(damaged[0].Error(), "d.warc: ") {
		t.Fatalf("%v %v", damaged, err)
	}
	defer r.Close()
	if got := asked(t, r, "http://them.example/before"); !strings.HasPrefix(got, "200 acht") {
		t.Errorf("before the damage: %s", got)
	}
}

// TestReplayNothing: a path that is not there, a folder without files, and a context that has ended are errors.
func TestReplayNothing(t *testing.T) {
	if _, _, err := OpenReplay(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, _, err := OpenReplay(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "no WARC file") {
		t.Error(err)
	}
	b := newBench(t, Options{})
	b.page("them", "https://them.example/", "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := OpenReplay(ctx, b.dir); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	outside := filepath.Join(t.TempDir(), "outside.warc")
	if err := os.WriteFile(outside, []byte(plain("metadata", "", "x")), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "link.warc")); err != nil {
		t.Fatal(err)
	}
	r, damaged, err := OpenReplay(t.Context(), dir)
	if err != nil || len(damaged) != 1 {
		t.Errorf("a link out of the folder: %v, %v", damaged, err)
	}
	r.Close()
}

// TestRevisitsOutlive: a body is written again before the copy it would refer to is deleted, so that what was seen
// within half the time to keep can be replayed.
func TestRevisitsOutlive(t *testing.T) {
	const keep = 8 * 24 * time.Hour
	b := newBench(t, Options{Keep: keep})
	for range 40 {
		b.Begin("them")
		b.page("them", "https://them.example/", "altijd gelijk")
		if got, want := asked(t, replay(t, b.dir), "https://them.example/"), "200 altijd gelijk at "+b.now.Format("01-02T15:04:05Z"); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
		b.now = b.now.Add(20 * time.Hour)
	}
	whole := 0
	for _, n := range b.names() {
		if !strings.HasSuffix(n, opened) {
			for _, r := range records(t, filepath.Join(b.dir, n)) {
				if r.Type == typeResponse {
					whole++
				}
			}
		}
	}
	if whole < 1 || whole > 4 {
		t.Errorf("%d whole copies in %d files", whole, len(b.names()))
	}
}

var _ http.RoundTripper = (*Replay)(nil)
