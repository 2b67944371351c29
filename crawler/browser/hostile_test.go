//go:build unix

package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"pricegap/market"
)

// canary listens where nobody may come, by TCP and by UDP on the same port.
func canary(t testing.TB) (port string, came *atomic.Int64) {
	t.Helper()
	came = new(atomic.Int64)
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		u, err := net.ListenPacket("udp", l.Addr().String())
		if err != nil {
			l.Close()
			continue
		}
		t.Cleanup(func() { l.Close(); u.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				came.Add(1)
				b := make([]byte, 200)
				c.SetReadDeadline(time.Now().Add(time.Second))
				n, _ := c.Read(b)
				t.Logf("canary by TCP: %q", b[:n])
				c.Close()
			}
		}()
		go func() {
			for {
				b := make([]byte, 1500)
				n, from, err := u.ReadFrom(b)
				if err != nil {
					return
				}
				came.Add(1)
				t.Logf("canary by UDP from %v: %x", from, b[:n])
			}
		}()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		return port, came
	}
	t.Fatal("no port is free for both")
	return "", nil
}

// escapes are ways out of a page, @ being the host and port of the canary.
const escapes = `<!doctype html><html><head>
<link rel="dns-prefetch" href="//@"><link rel="preconnect" href="http://@"><link rel="prefetch" href="http://@/prefetch">
<link rel="prerender" href="http://@/prerender"><link rel="modulepreload" href="http://@/m.js"><link rel="stylesheet" href="http://@/c.css">
<link rel="manifest" href="http://@/manifest.json"><link rel="icon" href="http://@/icon.png"><link rel="preload" as="font" href="http://@/f.woff2" crossorigin>
<script type="speculationrules">{"prefetch":[{"source":"list","urls":["http://@/spec"]}],"prerender":[{"source":"list","urls":["/prerendered"]}]}</script>
</head><body>
<img src="http://@/img"><iframe src="http://@/frame"></iframe><iframe srcdoc="<img src='http://@/srcdoc'><script src='http://@/s.js'></script>"></iframe>
<iframe src="data:text/html,<script src='http://@/data.js'></script>"></iframe><iframe src="/frame"></iframe>
<object data="http://@/object"></object><embed src="http://@/embed"><video src="http://@/v.mp4" poster="http://@/poster"></video><audio src="http://@/a.mp3"></audio>
<script src="http://@/s.js"></script><script type="module">import 'http://@/mod.js'</script><svg><use href="http://@/u.svg#a"></use></svg>
<form id=f action="http://@/form" method=post><input name=a></form><a id=a href="http://@/a" ping="http://@/ping" download>a</a>
<script>
const tries = [
	() => fetch('http://@/fetch'), () => fetch('http://@/fetch', {mode: 'no-cors'}), () => fetch('/to-canary'), () => fetch('file:///etc/passwd'),
	() => { const x = new XMLHttpRequest(); x.open('GET', 'http://@/xhr'); x.send() },
	() => { const x = new XMLHttpRequest(); x.open('GET', 'http://@/sync', false); x.send() },
	() => new WebSocket('ws://@/ws'), () => new EventSource('http://@/es'), () => navigator.sendBeacon('http://@/beacon', 'x'),
	() => new WebTransport('https://@/wt').ready,
	() => new Worker(URL.createObjectURL(new Blob(["fetch('http://@/worker'); new WebSocket('ws://@/w'); importScripts('http://@/i.js')"]))),
	() => new SharedWorker(URL.createObjectURL(new Blob(["fetch('http://@/shared')"]))), () => new Worker('/worker.js'),
	() => navigator.serviceWorker.register('/sw.js'),
	() => window.open('http://@/open'), () => window.open('file:///etc/passwd'),
	async () => {
		const pc = new RTCPeerConnection({iceServers: [{urls: 'stun:@'}, {urls: 'turn:@?transport=udp', username: 'u', credential: 'c'}, {urls: 'turn:@?transport=tcp', username: 'u', credential: 'c'}]})
		pc.createDataChannel('x'); pc.onicecandidate = e => { document.body.dataset.ice = (document.body.dataset.ice || '') + (e.candidate ? e.candidate.candidate : '.') }
		await pc.setLocalDescription(await pc.createOffer())
	},
	() => { const i = new Image(); i.src = 'http://@/image' }, () => { document.body.append(Object.assign(document.createElement('script'), {src: '//@/late.js'})) },
	() => document.fonts.add(new FontFace('x', 'url(http://@/font)')) && document.fonts.load('1em x'),
	() => import('http://@/dynamic.js'), () => CSS.paintWorklet && CSS.paintWorklet.addModule('http://@/paint.js'),
	() => new AudioContext().audioWorklet.addModule('http://@/audio.js'),
]
for (const t of tries) { try { Promise.resolve(t()).catch(() => {}) } catch (e) {} }
setTimeout(() => { document.body.dataset.done = tries.length }, 400)
</script></body></html>`

// leaves are ways to leave the page itself for the canary.
const leaves = `<meta http-equiv="refresh" content="0;url=http://@/refresh"><script>
setTimeout(() => { a.click() }, 5)
setTimeout(() => { f.submit() }, 10)
setTimeout(() => { location = 'http://@/location' }, 20)
setTimeout(() => { location = 'file:///etc/passwd' }, 30)
setTimeout(() => { location = "data:text/html,<script src='http://@/x.js'></scr" + 'ipt>' }, 40)
setTimeout(() => { location.replace('/to-canary') }, 50)
</script>`

// TestCanary: no page leads Chromium to an address that its source does not name, loopback least of all.
func TestCanary(t *testing.T) {
	t.Parallel()
	tempt(t, "127.0.0.1", "canary.example")
}

func tempt(t *testing.T, names ...string) {
	port, came := canary(t)
	for _, host := range names {
		host += ":" + port
		t.Run(host, func(t *testing.T) {
			s := newShop(t, map[string]any{
				"/": strings.ReplaceAll(escapes+leaves, "@", host), "/frame": "<script src='http://" + host + "/framed.js'></script>",
				"/to-canary": func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, "http://"+host+"/redirected", http.StatusFound)
				},
				"/worker.js": "fetch('http://" + host + "/worker')", "/sw.js": "fetch('http://" + host + "/sw')", "/prerendered": "",
			})
			r := rules(t)
			// Chromium reaches the shop under a name; 127.0.0.1 itself is then another site.
			r.Next = connect(t, "shop.example", s)
			_, dom, kind := get(t, pool(t).Transport(r), "http://shop.example/")
			if kind != "" || !strings.Contains(dom, "data-done") {
				t.Errorf("%s: the page did not come to its end: %s", kind, dom)
			}
			for _, path := range s.asked() {
				if path != "GET /" && path != "GET /to-canary" {
					t.Errorf("the page had %s", path)
				}
			}
		})
	}
	if n := came.Load(); n > 0 {
		t.Errorf("the canary was reached %d times", n)
	}
}

// TestWall: without us in between there is no network, whatever Chromium wants of its own accord.
func TestWall(t *testing.T) {
	t.Parallel()
	climb(t, "127.0.0.1")
}

func climb(t *testing.T, names ...string) {
	port, came := canary(t)
	c, err := start(t.Context(), pool(t).path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.stop()
	tab := tabOf(t, c)
	for _, host := range names {
		host += ":" + port
		for _, to := range []string{"http://" + host, "https://" + host, "data:text/html," + url.PathEscape(strings.ReplaceAll(escapes, "@", host))} {
			if _, err := cdp.Call(t.Context(), tab, page.Navigate, page.NavigateParams{URL: to}); err != nil {
				t.Fatal(err)
			}
		}
		for range 100 {
			if done(t, tab) {
				break
			}
			<-time.After(50 * time.Millisecond)
		}
		if !done(t, tab) {
			t.Error("the page does not come to its end")
		}
	}
	if n := came.Load(); n > 0 {
		t.Errorf("the canary was reached %d times", n)
	}
}

// done reports whether the page with the escapes has tried them all.
func done(t testing.TB, tab *chromedp.Target) bool {
	t.Helper()
	got, err := cdp.Call(t.Context(), tab, cdpruntime.Evaluate, cdpruntime.EvaluateParams{Expression: "document.body.dataset.done > 0"})
	if err != nil {
		t.Fatal(err)
	}
	return string(got.Result.Value) == "true"
}

// hostile are pages that do what they can, by their path. The heavy ones are for the harness.
var hostile = map[string]struct {
	page  any
	kind  market.FailureKind
	want  string
	heavy bool
}{
	"/loop":   {page: `<body><script>for (;;) {}</script>`, kind: market.FailBodyTimeout},
	"/later":  {page: `<body><script>onload = () => setTimeout(() => { for (;;) {} }, 50)</script>`, kind: market.FailBodyTimeout, heavy: true},
	"/storm":  {page: `<body><script>for (;;) alert(1)</script>`, kind: market.FailBodyTimeout, heavy: true},
	"/hangs":  {page: `<body><script src="/hang.js"></script>`, kind: market.FailBodyTimeout},
	"/alerts": {page: `<body><script>for (let i = 0; i < 30; i++) { alert(i); confirm(i); prompt(i) } document.body.textContent = 'dismissed'</script>`, want: "dismissed"},
	"/unload": {page: `<body><script>onbeforeunload = e => { e.preventDefault(); return 'stay' }; location = '/fine'; document.body.textContent = 'stays'</script>`, want: "stays"},
	"/popups": {page: `<body><script>for (let i = 0; i < 30; i++) open('/fine?' + i); document.body.textContent = 'popped'</script>`, want: "popped"},
	"/print":  {page: `<body><script>print(); document.body.textContent = 'printed'</script>`, want: "printed"},
	"/huge":   {page: `<body><script>const s = 'x'.repeat(1 << 20); for (let i = 0; i < 20; i++) document.body.append(document.createComment(s))</script>`, kind: market.FailBodyTooLarge},
	"/heap":   {page: `<body><script>const a = []; for (;;) a.push(new Array(1e6).fill(0.5))</script>`, kind: market.FailProtocolError, heavy: true},
	"/many":   {page: `<body><script>for (let i = 0; i < 300; i++) fetch('/x.json?' + i).catch(() => {})</script>`, kind: market.FailBodyTooLarge},
	"/flood":  {page: `<body><script>for (let i = 0; i < 5000; i++) fetch('http://other.example/' + i).catch(() => {})</script>`, kind: market.FailBodyTooLarge, heavy: true},
	"/heavy":  {page: `<body><script>for (let i = 0; i < 10; i++) fetch('/big?' + i)</script>`, kind: market.FailBodyTooLarge},
	"/leaves": {page: `<body>here<script>location = '/fine'</script>`, want: "here"},
	"/logs":   {page: `<body><script>for (let i = 0; i < 20000; i++) console.log('x'.repeat(100), i); document.body.textContent = 'logged'</script>`, want: "logged", heavy: true},
	"/nodes":  {page: `<body><script>for (let i = 0; i < 30000; i++) document.body.append(document.createElement('i')); document.title = 'nodes'</script>`, want: "<title>nodes", heavy: true},
	"/lies":   {page: `<body>true<script>Object.defineProperty(document, 'documentElement', {get: () => ({outerHTML: 'faked'})}); document.querySelector = () => 1</script>`, want: "<body>true"},
	"/stops":  {page: `<body>stopped<script>window.stop()</script>`, want: "stopped"},
	"/opens":  {page: `<body><script>onload = () => { document.open(); document.write('<p>rewritten'); document.close() }</script>`, want: "rewritten"},
}

// TestHostile: whatever a page does ends by its name, and harms no other.
func TestHostile(t *testing.T) {
	t.Parallel()
	suffer(t, false)
}

// TestHarnessBrowser does what the tests of this file do at greater length, with the pages that use up a machine, and with
// a DOM without end, which only the bound on the memory of a process ends.
func TestHarnessBrowser(t *testing.T) {
	if os.Getenv("PRICEGAP_HARNESS") == "" {
		t.Skip("set PRICEGAP_HARNESS to run it")
	}
	names := []string{"127.0.0.1", "localhost", "[::1]", "canary.example"}
	tempt(t, names...)
	climb(t, names...)
	queueUp(t, 20, 8)
	suffer(t, true)
	s := newShop(t, map[string]any{"/": `<body style="display: none"><script>const e = document.createElement('div')
		for (let i = 0; i < 1e3; i++) e.append(document.createElement('b'))
		for (;;) document.body.append(e.cloneNode(true))</script>`})
	r := rules(t)
	r.Timeout = 3 * time.Minute
	if _, _, kind := get(t, pool(t).Transport(r), s.URL+"/"); kind != market.FailProtocolError {
		t.Errorf("a DOM without end gave %q", kind)
	}
}

func suffer(t *testing.T, heavy bool) {
	pages := map[string]any{
		"/fine": `<body><script>document.body.textContent = 'fi' + 'ne'</script>`, "/x.json": "{}",
		"/big": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, strings.Repeat("x", 1<<20))
		},
		"/hang.js": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}
	for path, h := range hostile {
		pages[path] = h.page
	}
	s := newShop(t, pages)
	slow, quick, fine := rules(t), rules(t), rules(t)
	slow.Limits.WireBytes = 4 << 20
	slow.Timeout, quick.Timeout = 2*time.Minute, 2*time.Second // the machine may be busy with other tests
	var all sync.WaitGroup
	for path, h := range hostile {
		if h.heavy != heavy {
			continue
		}
		all.Go(func() {
			r := slow
			if h.kind == market.FailBodyTimeout {
				r = quick
			}
			_, dom, kind := get(t, pool(t).Transport(r), s.URL+path)
			if kind != h.kind || !strings.Contains(dom, h.want) {
				t.Errorf("%s: got %q, want %q: %.300s", path, kind, h.kind, dom)
			}
		})
	}
	all.Wait()
	for range cap(pool(t).slots) {
		if _, dom, kind := get(t, pool(t).Transport(fine), s.URL+"/fine"); !strings.Contains(dom, "fine") {
			t.Errorf("the next page gives %q", kind)
		}
	}
}

// TestNothingHeld: a browser holds nothing of the page for which it started.
func TestNothingHeld(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{})
	type job struct{}
	if err := p.Start(context.WithValue(t.Context(), job{}, "page")); err != nil {
		t.Fatal(err)
	}
	if held := p.now.ctx.Value(job{}); held != nil {
		t.Errorf("it holds %v", held)
	}
}

// TestDeadline: the time of a page is over when it is over, whatever its scripts do.
func TestDeadline(t *testing.T) {
	t.Parallel()
	s := newShop(t, map[string]any{"/": `<body><script>for (;;) {}</script>`})
	p := newPool(t, Options{Tabs: 1})
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := rules(t)
	r.Timeout = 2 * time.Second
	began := time.Now()
	_, _, kind := get(t, p.Transport(r), s.URL+"/")
	if d := time.Since(began); kind != market.FailBodyTimeout || d < r.Timeout || d > 3*r.Timeout {
		t.Errorf("%q after %s", kind, d)
	}
}

// TestCrash: a tab or a browser that dies fails its page, and no other.
func TestCrash(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 1)
	s := newShop(t, map[string]any{
		"/":       `<body><script>fetch('/reached').then(() => { for (;;) {} })</script>`,
		"/idle":   `<body><script>fetch('/reached'); setInterval(() => fetch('/x.json'), 50)</script>`,
		"/fine":   `<body><script>document.body.textContent = 'fi' + 'ne'</script>`,
		"/x.json": "{}",
		"/reached": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "{}")
			reached <- struct{}{}
		},
	})
	p := newPool(t, Options{})
	tr := p.Transport(rules(t))
	for name, c := range map[string]struct {
		path string
		kill func(pid int)
		want market.FailureKind
	}{
		"tab at work":     {"/", func(pid int) { kill(t, renderers(t, pid)) }, market.FailProtocolError},
		"browser at rest": {"/idle", func(pid int) { kill(t, []int{pid}) }, market.FailBrowserUnavailable}, // the shop had no part in it
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan market.FailureKind, 1)
			go func() {
				_, _, kind := get(t, tr, s.URL+c.path)
				done <- kind
			}()
			<-reached
			p.mu.Lock()
			pid := p.now.cmd.Process.Pid
			p.mu.Unlock()
			began := time.Now()
			c.kill(pid)
			if kind := <-done; kind != c.want {
				t.Errorf("got %q, want %q", kind, c.want)
			}
			if d := time.Since(began); d > 5*time.Second {
				t.Errorf("told after %s", d)
			}
			if _, dom, kind := get(t, tr, s.URL+"/fine"); !strings.Contains(dom, "fine") {
				t.Errorf("the next page gives %q", kind)
			}
		})
	}
}

func kill(t testing.TB, pids []int) {
	t.Helper()
	if len(pids) == 0 {
		t.Error("nothing to kill")
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}
}

// members are the processes of the group that pid leads, with their command lines; zombies have none.
func members(t testing.TB, pid int) map[int]string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("it looks into /proc")
	}
	out := map[int]string{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range stats {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		_, after, _ := strings.Cut(string(raw), ") ")
		fields := strings.Fields(after)
		if len(fields) < 3 || fields[2] != strconv.Itoa(pid) {
			continue
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		cmd, _ := os.ReadFile(filepath.Join(filepath.Dir(f), "cmdline"))
		out[id] = fields[0] + " " + strings.ReplaceAll(string(cmd), "\x00", " ")
	}
	return out
}

// renderers are the processes that run pages.
func renderers(t testing.TB, pid int) []int {
	t.Helper()
	var out []int
	for id, cmd := range members(t, pid) {
		if strings.Contains(cmd, "--type=renderer") {
			out = append(out, id)
		}
	}
	return out
}

// TestNothingStays: a Pool that is closed leaves no process and no file.
func TestNothingStays(t *testing.T) {
	pool(t)
	for name, end := range map[string]func(p *Pool, pid int){
		"closed":  func(*Pool, int) {},
		"crashed": func(_ *Pool, pid int) { kill(t, []int{pid}) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "pg")
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(dir)
			t.Setenv("TMPDIR", dir)
			s := newShop(t, map[string]any{"/": "<p>fine"})
			p := newPool(t, Options{})
			if _, dom, kind := get(t, p.Transport(rules(t)), s.URL+"/"); !strings.Contains(dom, "fine") {
				t.Fatal(kind)
			}
			pid := p.now.cmd.Process.Pid
			if n := len(members(t, pid)); n < 2 {
				t.Errorf("%d processes in the group", n)
			}
			end(p, pid)
			p.Close()
			if left := members(t, pid); len(left) > 0 {
				t.Errorf("left running: %v", left)
			}
			files, err := os.ReadDir(dir)
			if err != nil || len(files) > 0 {
				t.Errorf("left lying: %v, %v", files, err)
			}
			if _, _, kind := get(t, p.Transport(rules(t)), s.URL+"/"); kind != market.FailBrowserUnavailable {
				t.Errorf("a closed pool gave %q", kind)
			}
		})
	}
}

// TestStartFails: a Chromium that does not start fails its pages, says why, leaves nothing, and is not
// tried for each page.
func TestStartFails(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	tries := filepath.Join(t.TempDir(), "tries")
	bad := filepath.Join(t.TempDir(), "chromium")
	script := "#!/bin/sh\necho x >> " + tries + "\necho warning >&2\necho 'FATAL: No usable sandbox!' >&2\nexit 1\n"
	if err := os.WriteFile(bad, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	p := &Pool{path: bad, pages: 1, log: slog.New(slog.DiscardHandler), slots: make(chan struct{}, 1)}
	defer p.Close()
	s := newShop(t, map[string]any{"/": "<p>never"})
	for range 2 {
		if _, _, kind := get(t, p.Transport(rules(t)), s.URL+"/"); kind != market.FailBrowserUnavailable {
			t.Errorf("got %q", kind)
		}
	}
	if err := p.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "does not start") || !strings.Contains(err.Error(), "No usable sandbox") {
		t.Errorf("got %v", err)
	}
	if raw, err := os.ReadFile(tries); err != nil || string(raw) != "x\n" {
		t.Errorf("started %q, %v", raw, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("left lying: %v, %v", files, err)
	}
	if asked := s.asked(); len(asked) > 0 {
		t.Errorf("asked for %q", asked)
	}
}

// TestPool: many pages come through few tabs, and Chromium is started anew now and then.
func TestPool(t *testing.T) {
	t.Parallel()
	queueUp(t, 8, 4)
}

// queueUp asks for n pages at once in 2 tabs, with each pages a browser.
func queueUp(t *testing.T, n, each int) {
	var open, most atomic.Int64
	s := newShop(t, map[string]any{"/": func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), open.Add(1)))
		fmt.Fprintf(w, `<body><script>const r = new XMLHttpRequest(); r.open('GET', '/done', false); r.send(); document.body.textContent = 'page ' + '%s'</script>`, r.URL.RawQuery)
	}, "/done": func(http.ResponseWriter, *http.Request) { open.Add(-1) }})
	p := newPool(t, Options{Tabs: 2, Pages: each})
	tr := p.Transport(rules(t))
	errs := make(chan error)
	seen := map[*chromium]bool{}
	for i := range n {
		go func() {
			_, dom, kind := get(t, tr, fmt.Sprintf("%s/?%d", s.URL, i))
			p.mu.Lock()
			seen[p.now] = true
			p.mu.Unlock()
			if !strings.Contains(dom, fmt.Sprintf("page %d<", i)) {
				errs <- fmt.Errorf("page %d: %q, %q", i, kind, dom)
				return
			}
			errs <- nil
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if m := most.Load(); m != 2 {
		t.Errorf("%d pages at once", m)
	}
	if want := (n + each - 1) / each; len(seen) != want {
		t.Errorf("%d browsers for %d pages, %d each", len(seen), n, each)
	}
}

// TestStopped: whoever asked goes away.
func TestStopped(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 1)
	s := newShop(t, map[string]any{"/": `<script>fetch('/reached').then(() => { for (;;) {} })</script>`, "/reached": func(http.ResponseWriter, *http.Request) { reached <- struct{}{} }})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := pool(t).Transport(rules(t)).RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("after %s", d)
	}
}
