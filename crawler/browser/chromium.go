package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"pricegap/market"
)

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 5 * time.Second
	// heapMiB bounds the heap of the scripts of a page; beyond it the tab crashes.
	heapMiB = 256
)

// chromium is one Chromium with all the processes that it starts. Its counts are the Pool's.
type chromium struct {
	ctx  context.Context // chromedp binds the life of the browser to it, and finds it there
	end  context.CancelFunc
	cmd  *exec.Cmd
	dir  string // the one place that it may write to
	wall *http.Server

	opened, users int
}

// start starts Chromium.
func start(ctx context.Context, path string) (*chromium, error) {
	dir, err := os.MkdirTemp("", "pricegap-") // short: a socket is made in it, whose path may have 104 bytes
	if err != nil {
		return nil, err
	}
	c := &chromium{dir: dir}
	proxy, err := c.wallOff()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	options := append(flags(dir, proxy), chromedp.ExecPath(path), chromedp.NoInheritEnv, chromedp.Env(environment(dir)...),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			c.cmd = cmd
			confine(cmd)
		}))
	life, die := context.WithCancel(context.Background()) // it outlives the page for which it starts, and holds nothing of it
	alloc, endAlloc := chromedp.NewExecAllocator(life, options...)
	quiet := func(string, ...any) {}
	browser, endBrowser := chromedp.NewContext(alloc, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	c.ctx, c.end = browser, func() {
		die()
		endBrowser()
		endAlloc()
	}
	limit, done := context.WithTimeout(ctx, startTimeout)
	defer done()
	defer context.AfterFunc(limit, die)()
	if err := chromedp.Do(browser); err != nil {
		c.stop()
		return nil, errors.Join(limit.Err(), reason(err))
	}
	return c, nil
}

// reason is err without the pages of warnings that Chromium prints.
func reason(err error) error {
	lines := strings.Split(err.Error(), "\n")
	for _, l := range lines[1:] {
		if strings.Contains(l, "FATAL") || strings.Contains(l, "sandbox") || strings.Contains(l, "error while loading") {
			return fmt.Errorf("%s %s", lines[0], market.NewText(l).Plain())
		}
	}
	return errors.New(market.NewText(err.Error()).Plain())
}

// wallOff starts the proxy that Chromium is given: it refuses everything. What a page may have is brought through
// the protocol of the browser (requests.go); a connection by any other way ends here.
func (c *chromium) wallOff() (address string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	c.wall = &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }),
		ReadHeaderTimeout: stopTimeout,
		MaxHeaderBytes:    16 << 10,
	}
	go func() { _ = c.wall.Serve(l) }() // until stop
	return l.Addr().String(), nil
}

// lost reports whether the browser has died.
func (c *chromium) lost() bool { return c.ctx.Err() != nil }

// stop ends Chromium, gently if it listens, and removes what it wrote.
func (c *chromium) stop() {
	if !c.lost() {
		ctx, cancel := context.WithTimeout(c.ctx, stopTimeout)
		_ = chromedp.Cancel(ctx) // whatever is left is killed below
		cancel()
	}
	c.end()
	if c.cmd != nil && c.cmd.Process != nil {
		killGroup(c.cmd.Process.Pid)
	}
	_ = c.wall.Close()
	for range 50 { // a process that was killed may still have a file half written
		if os.RemoveAll(c.dir) == nil {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
}

// environment is all that Chromium is told of ours: no secret of a variable reaches it, and its files stay in dir.
func environment(dir string) []string {
	var out []string
	for _, name := range []string{"PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "SystemRoot", "ProgramFiles", "ProgramFiles(x86)"} {
		if v, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+v)
		}
	}
	for _, name := range []string{"HOME", "TMPDIR", "TEMP", "TMP", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "USERPROFILE", "LOCALAPPDATA", "APPDATA"} {
		out = append(out, name+"="+dir)
	}
	return out
}

// flags are the command line of Chromium. Sources: chromium/docs/design, "headless" and "network settings"; content_switches.cc,
// network_switches.cc.
func flags(dir, proxy string) []chromedp.ExecAllocatorOption {
	out := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Flag("js-flags", fmt.Sprintf("--max-old-space-size=%d", heapMiB)),
		chromedp.Flag("disable-features", strings.Join([]string{
			"Translate", "OptimizationHints", "MediaRouter", "DialMediaRouteProvider", "AutofillServerCommunication",
			"CertificateTransparencyComponentUpdater", "Prerender2", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
		}, ",")),
		// No network: every name and address leads to the wall, loopback too, and nothing goes by UDP.
		chromedp.ProxyServer("http://" + proxy),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("webrtc-ip-handling-policy", "disable_non_proxied_udp"),
		chromedp.Flag("force-webrtc-ip-handling-policy", "disable_non_proxied_udp"), // its name until version 13x
		// Nothing that no price needs.
		chromedp.Flag("blink-settings", "imagesEnabled=false"),
	}
	for _, name := range []string{
		"disable-quic", "dns-prefetch-disable", "disable-background-networking", "disable-component-update", "disable-domain-reliability",
		"disable-sync", "disable-extensions", "disable-default-apps", "disable-client-side-phishing-detection", "no-pings",
		"disable-breakpad", "disable-crash-reporter", "metrics-recording-only", "disable-notifications", "deny-permission-prompts",
		"block-new-web-contents", "disable-remote-fonts", "disable-gpu", "disable-3d-apis", "disable-speech-api", "use-mock-keychain",
		"disable-background-timer-throttling", "disable-backgrounding-occluded-windows", "disable-renderer-backgrounding",
		"disable-hang-monitor", "disable-prompt-on-repost", "enable-automation",
		"disable-dev-shm-usage", // containers give 64 MB there, and crash
	} {
		out = append(out, chromedp.Flag(name, true))
	}
	if os.Getuid() == 0 {
		// Chromium refuses its sandbox to root. Everybody else keeps it: without one a page that breaks out of a tab has us.
		out = append(out, chromedp.NoSandbox)
	}
	return append(out, chromedp.Flag("password-store", "basic"))
}
