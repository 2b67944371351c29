// Command realpages serves saved product pages of real shops under their own addresses from loopback, crawls
// them with the pricegap binary and compares what was recorded with the labels. The pages are not part of the
// project: they are read from the folder given with -data.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"pricegap/bench/saved"
	"pricegap/market"
	"pricegap/store"
)

// structured finds pages that say their price in mark-up.
var structured = regexp.MustCompile(`application/ld\+json|itemprop=["']?price|product:price|og:price|property=["']?price`)

func main() {
	bin := flag.String("bin", "bin/pricegap", "the pricegap binary")
	data := flag.String("data", "../shared/data", "the folder with pages/rows.jsonl")
	flag.Parse()
	if err := run(*bin, *data); err != nil {
		fmt.Fprintln(os.Stderr, "realpages:", err)
		os.Exit(1)
	}
}

func run(bin, data string) error {
	rows, err := load(data)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pricegap-realpages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	pages := map[string][]byte{}
	for _, r := range rows {
		pages[key(r.In.URL)] = r.Body
	}
	authority, err := newAuthority(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return err
	}
	plain, secure, stop, err := serve(pages, authority)
	if err != nil {
		return err
	}
	defer stop()
	config := configuration(rows, plain, secure)
	if err := os.WriteFile(filepath.Join(dir, "sources.yaml"), []byte(config), 0o600); err != nil {
		return err
	}
	bin, err = filepath.Abs(bin)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "crawl", "--no-alerts", "--wait", "0s", "--jsonl")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+filepath.Join(dir, "ca.pem"))
	start := time.Now()
	out, err := cmd.Output()
	fmt.Printf("crawl of %d pages: %v, %.1f s\n", len(rows), exit(err), time.Since(start).Seconds())
	if err := summary(out); err != nil {
		return err
	}
	return compare(ctx, filepath.Join(dir, "prices.db"), rows)
}

func exit(err error) string {
	if err == nil {
		return "exit code 0"
	}
	return err.Error()
}

// load reads the labelled pages that have structured data, each address once.
func load(data string) ([]saved.Row, error) {
	rows, err := saved.Load(data)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(rows, func(r saved.Row) bool {
		k := key(r.In.URL)
		had := seen[k] || !structured.Match(r.Body)
		seen[k] = seen[k] || !had
		return had
	}), nil
}

// key is an address without scheme and fragment, as a server sees it.
func key(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host + u.RequestURI()
}

// serve answers for every host on two loopback ports, one of them with TLS.
func serve(pages map[string][]byte, a *authority) (plain, secure string, stop func(), err error) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.Host+r.URL.RequestURI()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(body)
	})
	one, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", nil, err
	}
	two, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", nil, err
	}
	srv := &http.Server{Handler: h, TLSConfig: a.config(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(one) }()
	go func() { _ = srv.ServeTLS(two, "", "") }()
	return one.Addr().String(), two.Addr().String(), func() { _ = srv.Close() }, nil
}

// configuration has one source a host.
func configuration(rows []saved.Row, plain, secure string) string {
	byHost := map[string][]saved.Row{}
	for _, r := range rows {
		u, _ := url.Parse(r.In.URL)
		byHost[u.Hostname()] = append(byHost[u.Hostname()], r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "crawler:\n  contact: bench@pricegap.example\nstore: bolt:prices.db\nformula:\n  name: Bench\nsources:\n")
	for i, host := range slices.Sorted(maps.Keys(byHost)) {
		currency := "USD"
		for _, r := range byHost[host] {
			if len(r.Want.Currency) == 3 {
				currency = r.Want.Currency
			}
		}
		fmt.Fprintf(&b, "  - id: shop-%03d\n    name: %q\n    currency: %s\n    locale: en\n    start:\n      - products:\n", i, host, currency)
		for _, r := range byHost[host] {
			fmt.Fprintf(&b, "          - %q\n", r.In.URL)
		}
		fmt.Fprintf(&b, "    pace: {pause: 0s}\n    connect_to: [\":80:%s\", \":443:%s\"]\n    allow_networks: [127.0.0.0/8]\n", plain, secure)
	}
	return b.String()
}

// summary prints runs added up, and failures by kind.
func summary(out []byte) error {
	var pages, offers int
	failures := map[market.FailureKind]int{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var r market.Run
		if err := dec.Decode(&r); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		pages += r.Pages
		offers += r.Offers
		for k, n := range r.Failures {
			failures[k] += n
		}
	}
	fmt.Printf("%d pages fetched, %d offers recorded\n", pages, offers)
	for _, k := range slices.Sorted(maps.Keys(failures)) {
		fmt.Printf("  %4d × %s\n", failures[k], k)
	}
	return nil
}

// compare holds the recorded price of each page against its label.
func compare(ctx context.Context, db string, rows []saved.Row) error {
	st, err := store.Open(ctx, "bolt:"+db)
	if err != nil {
		return err
	}
	defer st.Close()
	got := map[string][]market.Observation{}
	for o, err := range st.Latest(ctx, store.Query{}) {
		if err != nil {
			return err
		}
		got[key(o.Page)] = append(got[key(o.Page)], o)
	}
	right, wrong, none, spurious := 0, 0, 0, 0
	for _, r := range rows {
		obs := got[key(r.In.URL)]
		said := map[string]bool{}
		for _, o := range obs {
			if o.Offer.Price.Known() {
				said[o.Offer.Price.Decimal()] = true
			}
		}
		switch {
		case len(said) == 0:
			none++
		case len(r.Want.Price) == 0:
			spurious++
			fmt.Printf("  none wanted  %s: %v\n", r.ID, slices.Sorted(maps.Keys(said)))
		case slices.ContainsFunc(r.Want.Price, func(p string) bool { return said[decimal(p)] }):
			right++
		default:
			wrong++
			fmt.Printf("  wrong price  %s: %v, wanted %v\n", r.ID, slices.Sorted(maps.Keys(said)), r.Want.Price)
		}
	}
	fmt.Printf("%d pages with the right price, %d with a wrong one, %d with one where none is wanted, %d without\n", right, wrong, spurious, none)
	return nil
}

// decimal writes a label as an amount is written: with two decimals at least.
func decimal(s string) string {
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) < 2 {
		frac += "0"
	}
	return whole + "." + frac
}
