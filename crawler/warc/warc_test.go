package warc

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"pricegap/market"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var start = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// bench is a Writer in a folder of its own, with a clock that the test moves.
type bench struct {
	*Writer
	t   testing.TB
	dir string
	now time.Time
	// warned are what Warn was told.
	warned []error
}

func newBench(t testing.TB, o Options) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), now: start}
	b.open(o)
	t.Cleanup(func() { b.close() })
	return b
}

func (b *bench) open(o Options) {
	b.t.Helper()
	o.Folder, o.Clock = b.dir, func() time.Time { return b.now }
	o.Software = "pricegap/test"
	o.Warn = func(err error) { b.warned = append(b.warned, err) }
	w, err := Open(o)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Writer = w
}

func (b *bench) close() {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Error(err)
	}
}

// answerOf makes an answer to a plain request. headers are names and values by turns.
func answerOf(status int, address string, headers ...string) *http.Response {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Add(headers[i], headers[i+1])
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  h,
		Request: &http.Request{Method: http.MethodGet, URL: u, Header: http.Header{"User-Agent": {"pricegap/test"}, "Accept": {"text/html"}}},
	}
}

// page keeps a page at the bench's time.
func (b *bench) page(source market.SourceID, address, body string) {
	b.Keep(source, answerOf(200, address, "Content-Type", "text/html"), []byte(body), netip.Addr{}, b.now)
}

// names are the files in the folder.
func (b *bench) names() []string {
	b.t.Helper()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// records reads a file; the blocks are copies.
func records(t testing.TB, path string) []Record {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out, err := readAll(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readAll(r io.Reader) (out []Record, err error) {
	for rec, err := range Read(r) {
		if err != nil {
			return out, err
		}
		rec.Block = bytes.Clone(rec.Block)
		out = append(out, rec)
	}
	return out, nil
}

var uuidRE = regexp.MustCompile(`urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

// numbered gives every record's random name the number of its first appearance.
func numbered(s string) string {
	seen := map[string]string{}
	return uuidRE.ReplaceAllStringFunc(s, func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("urn:uuid:%d", len(seen)+1)
		}
		return seen[id]
	})
}

// everything keeps one answer of each kind.
func everything(b *bench) {
	host := netip.MustParseAddr("192.0.2.7")
	secretive := answerOf(200, "https://user:word@them.example/lamp?kleur=zwart&q=a%20b#top", "Content-Type", "text/html; charset=utf-8",
		"ETag", `"1"`, "Set-Cookie", "sid=canary", "Content-Encoding", "gzip", "Content-Length", "4", "Transfer-Encoding", "chunked", "X-Two", "a", "X-Two", "b")
	secretive.Request.Header.Set("Cookie", "sid=canary")
	secretive.Request.Header.Set("Authorization", "Bearer canary")
	b.Keep("them", answerOf(200, "https://them.example/robots.txt", "Content-Type", "text/plain"), []byte("User-agent: *\nDisallow: /mand\n"), host, b.now)
	b.Keep("them", secretive, []byte("<h1>Lamp</h1> € 12,95\n"), host, b.now)
	b.Keep("them", answerOf(302, "https://them.example/oud", "Location", "/lamp"), nil, netip.MustParseAddr("2001:db8::7"), b.now)
	b.Keep("them", answerOf(404, "https://them.example/weg", "Content-Type", "text/html"), []byte("weg"), netip.Addr{}, b.now)
	b.now = b.now.Add(time.Hour)
	b.Keep("them", answerOf(304, "https://them.example/lamp?kleur=zwart&q=a%20b", "ETag", `"1"`), nil, host, b.now)
	b.Keep("them", answerOf(200, "https://them.example/robots.txt", "Content-Type", "text/plain"), []byte("User-agent: *\nDisallow: /mand\n"), host, b.now)
	b.Keep("them", answerOf(200, "https://them.example/leeg", "Content-Type", "text/html"), nil, host, b.now)
}

// TestGolden holds the bytes of a file to what they were.
func TestGolden(t *testing.T) {
	b := newBench(t, Options{})
	everything(b)
	b.close()
	f, err := os.Open(filepath.Join(b.dir, "pricegap-them-20260301T093000Z-00000.warc.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("canary")) || bytes.Contains(text, []byte("word")) {
		t.Error("the file holds a key to a session")
	}
	got := numbered(string(text))
	golden := filepath.Join("testdata", "golden.warc")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if len(b.warned) > 0 {
		t.Error(b.warned)
	}
}

// TestStandard checks a file against the rules of ISO 28500:2017.
func TestStandard(t *testing.T) {
	b := newBench(t, Options{})
	everything(b)
	b.close()
	path := filepath.Join(b.dir, b.names()[0])
	recs := records(t, path)
	if len(recs) != 1+2*7 {
		t.Fatalf("%d records", len(recs))
	}
	kinds := map[string]string{}
	for i, r := range recs {
		for _, problem := range problems(r, kinds) {
			t.Errorf("record %d, %s of %s: %s", i, r.Type, r.URL, problem)
		}
		if i == 0 != (r.Type == typeInfo) || i > 0 && r.Header.Get("WARC-Warcinfo-ID") != "<"+recs[0].ID+">" {
			t.Errorf("record %d: not under the warcinfo record that comes first", i)
		}
		if r.Index != 0 || i > 0 && r.Offset <= recs[i-1].Offset { // annex D: a record, a member
			t.Errorf("record %d shares its gzip member", i)
		}
		if kinds[r.ID] != "" {
			t.Errorf("record %d: its name is not its own", i)
		}
		kinds[r.ID] = r.Type
	}
	if name := recs[0].Header.Get("WARC-Filename"); name != filepath.Base(path) {
		t.Errorf("the file calls itself %s", name)
	}
	if gz, err := exec.LookPath("gzip"); err != nil {
		t.Log("no gzip here to ask as well")
	} else if out, err := exec.Command(gz, "-t", path).CombinedOutput(); err != nil {
		t.Errorf("gzip -t: %v\n%s", err, out)
	}
}

// problems are what the standard forbids about a record. before are the types of the records before it.
func problems(r Record, before map[string]string) (out []string) {
	must := func(ok bool, what string) {
		if !ok {
			out = append(out, what)
		}
	}
	h := r.Header
	must(uuidRE.MatchString(r.ID) && strings.HasPrefix(h.Get("WARC-Record-ID"), "<urn:"), "§5.2 record id")
	must(!r.At.IsZero() && strings.HasSuffix(h.Get("WARC-Date"), "Z"), "§5.4 date")
	must(h.Get("WARC-Truncated") == "", "§5.13 nothing is truncated")
	must(strings.HasPrefix(h.Get("WARC-Block-Digest"), "sha256:") && r.Verify() == nil, "§5.8 digests")
	if ip := h.Get("WARC-IP-Address"); ip != "" {
		_, err := netip.ParseAddr(ip)
		must(err == nil, "§5.10 address of the host")
	}
	for name, values := range h {
		must(len(values) == 1 || name == "Warc-Concurrent-To", "§4 "+name+" is repeated")
	}
	if r.Type == typeInfo {
		must(r.URL == "" && h.Get("Content-Type") == mediaFields, "§6.2 warcinfo")
		return out
	}
	must(strings.HasPrefix(r.URL, "https://") && !strings.ContainsAny(h.Get("WARC-Target-URI"), "<> #@"), "§5.12 target")
	message, body, _ := bytes.Cut(r.Block, []byte("\r\n\r\n"))
	switch r.Type {
	case typeRequest:
		must(h.Get("Content-Type") == mediaRequest && bytes.HasPrefix(message, []byte("GET /")) && len(body) == 0, "§6.5 request")
		of := before[strings.Trim(h.Get("WARC-Concurrent-To"), "<>")]
		must(of == typeResponse || of == typeRevisit, "§5.7 concurrent to its answer")
	case typeResponse:
		must(h.Get("Content-Type") == mediaResponse && bytes.HasPrefix(message, []byte("HTTP/1.1 ")), "§6.3 response")
		must(strings.HasPrefix(h.Get("WARC-Payload-Digest"), "sha256:"), "§5.9 payload digest")
		must(bytes.Contains(message, fmt.Appendf(nil, "\r\nContent-Length: %d\r\n", len(body))), "the length of the body")
		must(!regexp.MustCompile(`(?i)\n(content|transfer)-encoding:`).Match(message), "the body is decoded")
	case typeRevisit:
		if h.Get("WARC-Profile") == profileSame {
			must(before[strings.Trim(h.Get("WARC-Refers-To"), "<>")] == typeResponse, "§6.7.2 refers to an answer")
			must(h.Get("WARC-Payload-Digest") != "" && h.Get("WARC-Refers-To-Date") != "" && h.Get("WARC-Refers-To-Target-URI") == r.URL, "§6.7.2")
			must(len(r.Block) == 0, "§6.7.2 nothing is truncated where there is no block")
			break
		}
		must(h.Get("WARC-Profile") == profileNotModified && bytes.HasPrefix(message, []byte("HTTP/1.1 304 ")), "§6.7.3")
	default:
		must(false, "a type that is not written")
	}
	return out
}

// TestRunsAndSizes: a file for each source and run, another where it has grown too large; one that is written says so.
func TestRunsAndSizes(t *testing.T) {
	b := newBench(t, Options{MaxFileBytes: 2_500})
	b.Begin("us")
	b.page("us", "https://us.example/1", "een")
	b.page("them", "https://them.example/1", "een")
	want := []string{"pricegap-them-20260301T093000Z-00000.warc.gz.open", "pricegap-us-20260301T093000Z-00000.warc.gz.open"}
	if d := cmp.Diff(want, b.names()); d != "" {
		t.Error(d)
	}
	b.now = b.now.Add(time.Minute)
	b.Begin("us")
	b.Begin("us")
	b.page("us", "https://us.example/2", "twee")
	for i := range 4 {
		b.page("them", fmt.Sprintf("https://them.example/%d", 2+i), strings.Repeat(fmt.Sprint(i), 50))
	}
	b.close()
	want = []string{
		"pricegap-them-20260301T093000Z-00000.warc.gz", "pricegap-them-20260301T093100Z-00000.warc.gz",
		"pricegap-us-20260301T093000Z-00000.warc.gz", "pricegap-us-20260301T093100Z-00000.warc.gz",
	}
	if d := cmp.Diff(want, b.names()); d != "" {
		t.Error(d)
	}
	pages := 0
	for _, n := range b.names() {
		for _, r := range records(t, filepath.Join(b.dir, n)) {
			if r.Type == typeResponse {
				pages++
			}
		}
	}
	if pages != 7 || len(b.warned) > 0 {
		t.Errorf("%d pages, %v", pages, b.warned)
	}
}

// TestManySources: no more files are open at once than the bound, and none loses a page.
func TestManySources(t *testing.T) {
	b := newBench(t, Options{})
	for round := range 2 {
		for i := range maxFiles + 6 {
			b.page(market.SourceID(fmt.Sprintf("s%d", i)), "https://s.example/", fmt.Sprint("ronde", round))
		}
	}
	open := 0
	for _, n := range b.names() {
		if strings.HasSuffix(n, opened) {
			open++
		}
	}
	if open != maxFiles {
		t.Errorf("%d files are open", open)
	}
	b.close()
	pages := 0
	for _, n := range b.names() {
		for _, r := range records(t, filepath.Join(b.dir, n)) {
			if r.Type == typeResponse {
				pages++
			}
		}
	}
	if want := 2 * (maxFiles + 6); pages != want || len(b.warned) > 0 {
		t.Errorf("%d pages, want %d; %v", pages, want, b.warned)
	}
}

// TestNames: whatever a source is called, its file is in the folder and is known again as ours.
func TestNames(t *testing.T) {
	for _, id := range []market.SourceID{
		"a", "a-1", "", ".", "..", "../../etc/passwd", "/etc/passwd", "A", "é", "a b", "a\nb", "-a", "nul\x00", market.SourceID(strings.Repeat("a", 41)),
		market.SourceID(strings.Repeat("../", 100)), `..\..\x`,
	} {
		b := newBench(t, Options{})
		b.page(id, "https://them.example/", "x")
		b.close()
		names := b.names()
		if len(names) != 1 || len(b.warned) > 0 {
			t.Fatalf("%q: %v %v", id, names, b.warned)
		}
		if at, open, ok := stamp(names[0]); !ok || open || !at.Equal(start) {
			t.Errorf("%q: %s is not known as ours", id, names[0])
		}
	}
	if a, b := fileName("x y", start, 0), fileName("x\ty", start, 0); a == b {
		t.Error("two sources have one name")
	}
	for _, foreign := range []string{"notes.txt", "pricegap-a-20260301T093000Z-00000.warc", "crawl.warc.gz", "pricegap-a-20260301T093000Z-0.warc.gz", "pricegap-a-20269901T093000Z-00000.warc.gz"} {
		if _, _, ok := stamp(foreign); ok {
			t.Errorf("%s is taken for ours", foreign)
		}
	}
}

// TestRetention deletes the files of ours that hold nothing but what is too old, and no other.
func TestRetention(t *testing.T) {
	b := newBench(t, Options{Keep: 48 * time.Hour})
	old := start.Add(-365 * 24 * time.Hour)
	for _, foreign := range []string{"notes.txt", "crawl.warc.gz"} {
		if err := os.WriteFile(filepath.Join(b.dir, foreign), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(b.dir, foreign), old, old); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	linked := fileName("link", old, 0)
	if err := os.Symlink(outside, filepath.Join(b.dir, linked)); err != nil {
		t.Fatal(err)
	}
	b.page("old", "https://old.example/", "x")
	b.Begin("old")
	b.page("long", "https://long.example/", "x")
	b.now = start.Add(40 * time.Hour)
	b.page("long", "https://long.example/2", "x") // a file that was begun as long ago, and written since
	b.Begin("long")
	b.now = start.Add(49 * time.Hour)
	b.page("new", "https://new.example/", "x")
	b.Begin("new")
	want := []string{"crawl.warc.gz", "notes.txt", linked, fileName("long", start, 0), fileName("new", b.now, 0)}
	slices.Sort(want)
	got := b.names()
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	b.close()
	b.now = start.Add(100 * time.Hour)
	b.open(Options{Keep: 48 * time.Hour})
	if got := b.names(); slices.Contains(got, fileName("long", start, 0)) || slices.Contains(got, fileName("new", start.Add(49*time.Hour), 0)) || len(got) != 3 {
		t.Errorf("after 100 h there are %v", got)
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
	if len(b.warned) > 0 {
		t.Error(b.warned)
	}
}

// TestOtherProcess: a file that another Writer is writing is left alone by those that open the folder.
func TestOtherProcess(t *testing.T) {
	b := newBench(t, Options{})
	b.page("them", "https://them.example/1", "een")
	other, err := Open(Options{Folder: b.dir, Clock: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	other.Keep("them", answerOf(200, "https://them.example/other"), []byte("ander"), netip.Addr{}, b.now)
	b.page("them", "https://them.example/2", "twee")
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	b.close()
	want := []string{fileName("them", start, 0), fileName("them", start, 1)}
	if d := cmp.Diff(want, b.names()); d != "" {
		t.Error(d)
	}
	if n := len(records(t, filepath.Join(b.dir, want[0]))); n != 5 {
		t.Errorf("%d records", n)
	}
	if len(b.warned) > 0 {
		t.Error(b.warned)
	}
}

// TestFolderGone: an archive whose folder is not to be had says so once, and never stops anybody.
func TestFolderGone(t *testing.T) {
	b := newBench(t, Options{})
	b.page("them", "https://them.example/1", "een")
	if err := os.RemoveAll(b.dir); err != nil {
		t.Fatal(err)
	}
	b.Begin("them")
	b.warned = nil
	for range 3 {
		b.page("them", "https://them.example/2", "twee")
	}
	if len(b.warned) != 1 || !errors.Is(b.warned[0], fs.ErrNotExist) {
		t.Errorf("warned %v", b.warned)
	}
}
