// Package web is the door for people with a browser and for programs on this machine: read-only pages and a
// JSON API on loopback, and the control door, a unix socket over which commands reach the daemon. It asks
// watch.Service everything and keeps nothing itself.
package web

import (
	"cmp"
	"context"
	"embed"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"pricegap/market"
	"pricegap/watch"
	"pricegap/web/lang"
	"pricegap/web/wire"
)

//go:embed pages/*.html
var files embed.FS

//go:embed pages/style.css
var style []byte

// Options shape the pages. The zero Options mean the defaults in brackets.
type Options struct {
	// Formula is the name of our own chain as it stands above each page ["pricegap"].
	Formula string
	// Points are what our own chain offers besides its prices, as staff tell them.
	Points []market.SellingPoint
	// Branches are our own stores, whose stock is told by name, in this order.
	Branches []market.Branch
	// Language is that of the pages: "nl" or "en" ["en"].
	Language string
	// Zone is the time zone in which moments are shown and dates are meant [UTC].
	Zone *time.Location
	// Hosts are the host names, beside those of loopback, under which the pages may be asked for.
	Hosts []string
	// Feeds are the files of the feeds of alerts, by the names of their channels.
	Feeds map[string]string
	// Slack is the Slack app, which asks for a signature itself; nil where there is none.
	Slack http.Handler
	// Ready returns an error while the program cannot do its work yet [always ready].
	Ready func(context.Context) error
	Clock market.Clock // [the wall clock]
	Log   *slog.Logger // [discards]
}

// site is the pages over a service.
type site struct {
	Options
	svc   watch.Service
	lang  lang.Language
	pages *template.Template
}

// securityPolicy lets a page load nothing but our own style sheet, whatever stands in it.
const securityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// New returns the pages, the feeds of alerts, the API under /api/v1/, /healthz, /readyz and /metrics. It answers only under the host
// names of loopback and Options.Hosts, and changes nothing but through Options.Slack.
func New(svc watch.Service, o Options) http.Handler {
	s := newSite(svc, o)
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, r.handler)
	}
	return s.guard(http.NewCrossOriginProtection().Handler(mux))
}

func newSite(svc watch.Service, o Options) *site {
	o.Formula = cmp.Or(o.Formula, "pricegap")
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Clock == nil {
		o.Clock = market.WallClock
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &site{Options: o, svc: svc, lang: lang.Of(o.Language)}
	s.pages = template.Must(template.New("").Funcs(s.funcs()).ParseFS(files, "pages/*.html")) // embedded: proved by any test
	return s
}

// route is one address of the door.
type route struct {
	pattern string
	handler http.Handler
}

// routes are all addresses; nothing is served that does not stand here.
func (s *site) routes() []route {
	page := func(f func(*http.Request) (view, error)) http.Handler { return s.page(f) }
	api := func(f func(*http.Request) (any, error)) http.Handler { return s.api(f) }
	rs := []route{
		{"GET /{$}", page(s.comparison)},
		{"GET /product", page(s.product)},
		{"GET /sources", page(s.sources)},
		{"GET /alerts", page(s.alerts)},
		{"GET /download", http.HandlerFunc(s.download)},
		{"GET /feed/{channel}", http.HandlerFunc(s.feed)},
		{"GET /style.css", http.HandlerFunc(s.css)},
		{"GET /healthz", http.HandlerFunc(s.healthz)},
		{"GET /readyz", http.HandlerFunc(s.readyz)},
		{"GET /metrics", s.metrics()},
		{"GET /api/v1/standings", api(s.apiStandings)},
		{"GET /api/v1/verdicts", api(s.apiVerdicts)},
		{"GET /api/v1/history", api(s.apiHistory)},
		{"GET /api/v1/products", api(s.apiProducts)},
		{"GET /api/v1/sources", api(s.apiSources)},
		{"GET /api/v1/alerts", api(s.apiAlerts)},
		{"GET /api/v1/matches", api(s.apiMatches)},
		{"GET /api/v1/info", api(s.apiInfo)},
	}
	if s.Slack != nil {
		rs = append(rs, route{"POST /slack/", s.Slack})
	}
	return rs
}

// guard refuses foreign host names, so that no page of somebody else can reach us through a name of its own
// (DNS rebinding), bounds the body, and sets the headers that every answer has.
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", securityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !s.knownHost(r.Host) {
			wire.WriteProblem(w, wire.Problem{
				Type: "about:blank", Title: http.StatusText(http.StatusForbidden), Status: http.StatusForbidden, Code: "unknown_host",
				Detail: "this host name is not one of ours",
			})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		next.ServeHTTP(w, r)
	})
}

func (s *site) knownHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

func (s *site) css(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(style) // a visitor who left needs no answer
}

// healthz says that the process answers.
func (s *site) healthz(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") }

// readyz says whether the store answers and the program can do its work.
func (s *site) readyz(w http.ResponseWriter, r *http.Request) {
	_, err := s.svc.Info(r.Context())
	if err == nil && s.Ready != nil {
		err = s.Ready(r.Context())
	}
	if err != nil {
		s.Log.Warn("not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "not ready: "+market.Printable(err.Error()))
		return
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a visitor who left needs no answer
}
