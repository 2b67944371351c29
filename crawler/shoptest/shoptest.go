// Package shoptest holds plainly fictional shops on loopback, for tests and for the demo: our own chain and
// four competitors with different mark-up, whose prices and stock move by simulated days, deterministically.
// Truth says what a shop really asks, so that what was read can be compared with it.
package shoptest

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"pricegap/market"
)

// Markup says how a shop writes its pages.
type Markup string

// The kinds of mark-up.
const (
	JSONLD    Markup = "json-ld"   // schema.org in a script; a sitemap index with gzipped sitemaps
	Microdata Markup = "microdata" // Dutch microdata; category pages with a next page
	Bare      Markup = "bare"      // nothing but Dutch prices, some with split cents; tiles carry article numbers
	State     Markup = "state"     // page state in a script; a JSON endpoint that lists everything
)

// The shops of a World.
const (
	Own           market.SourceID = "fonkelplein"
	Voltavia      market.SourceID = "voltavia"
	Snoerderij    market.SourceID = "snoerderij"
	Stekkerkelder market.SourceID = "stekkerkelder"
	Zoemhal       market.SourceID = "zoemhal"
)

// BigShop is the only shop of a Big world.
const BigShop market.SourceID = "reuzenrek"

// Shop is one shop of a World.
type Shop struct {
	ID   market.SourceID
	Name string
	// Host is the host name under which it answers.
	Host   string
	Own    bool
	Markup Markup
	// ShippingCents is the delivery fee in cents below FreeFromCents.
	ShippingCents, FreeFromCents int64
	// DeliveryDays and DeliveryText are its promise; WarrantyMonths and ReturnsDays hold for every article.
	DeliveryDays   int64
	DeliveryText   string
	WarrantyMonths int64
	ReturnsDays    int64
	// prefix begins its article numbers; share is how many of a hundred products it sells; markup is its usual
	// distance from our price in hundredths of a percent, with spread either way.
	prefix              string
	share               uint64
	distance, spreadBps int64
}

func shops() []Shop {
	return []Shop{
		{
			ID: Own, Name: "Fonkelplein", Host: "fonkelplein.example", Own: true, Markup: JSONLD, ShippingCents: 495, FreeFromCents: 5000,
			DeliveryDays: 1, DeliveryText: "Vandaag besteld, morgen in huis", WarrantyMonths: 36, ReturnsDays: 60, prefix: "FP", share: 100,
		},
		{
			ID: Voltavia, Name: "Voltavia", Host: "voltavia.example", Markup: JSONLD, ShippingCents: 0, FreeFromCents: 0,
			DeliveryDays: 1, DeliveryText: "Voor 22.00 uur besteld, morgen in huis", WarrantyMonths: 24, ReturnsDays: 30, prefix: "V", share: 80, distance: 250, spreadBps: 300,
		},
		{
			ID: Snoerderij, Name: "De Snoerderij", Host: "snoerderij.example", Markup: Microdata, ShippingCents: 595, FreeFromCents: 10000,
			DeliveryDays: 2, DeliveryText: "Binnen 2 werkdagen in huis", WarrantyMonths: 24, ReturnsDays: 14, prefix: "SN", share: 65, distance: 350, spreadBps: 350,
		},
		{
			ID: Stekkerkelder, Name: "Stekkerkelder", Host: "stekkerkelder.example", Markup: Bare, ShippingCents: 695, FreeFromCents: 0,
			DeliveryDays: 5, DeliveryText: "Binnen 5 werkdagen in huis", WarrantyMonths: 12, ReturnsDays: 14, prefix: "SK", share: 60, distance: 200, spreadBps: 300,
		},
		{
			ID: Zoemhal, Name: "Zoemhal", Host: "zoemhal.example", Markup: State, ShippingCents: 395, FreeFromCents: 7500,
			DeliveryDays: 2, DeliveryText: "Overmorgen in huis", WarrantyMonths: 24, ReturnsDays: 30, prefix: "Z", share: 70, distance: 300, spreadBps: 400,
		},
	}
}

// EventKind says what happens at a shop in the story of a World.
type EventKind string

// The kinds of events.
const (
	Price    EventKind = "price"     // the price of one product is Percent of the shop's usual price
	SoldOut  EventKind = "sold_out"  // one product is out of stock
	Outage   EventKind = "outage"    // every address but robots.txt answers 503
	TenTimes EventKind = "ten_times" // one page reads ten times too high
)

// Event is one thing that happens while From ≤ day < Until.
type Event struct {
	From, Until int
	Shop        market.SourceID
	Kind        EventKind
	// Product is the index of the product; an Outage has none.
	Product int
	// Percent is for Price only.
	Percent int64
	// Fetches is for TenTimes: only that many fetches of the page in a day read wrong; 0 means all of them.
	Fetches int
}

// Heroes is how many of the first products are sold by every shop and move in the story only.
const Heroes = 8

// Story is what happens when Options name nothing else: Voltavia undercuts us twice, Zoemhal is down for two
// days, one page of De Snoerderij reads ten times too high once, Stekkerkelder runs out of something, a price
// of Voltavia falls and comes back, and we lower one of ours.
func Story() []Event {
	return []Event{
		{From: 1, Until: 5, Shop: Voltavia, Kind: Price, Product: 0, Percent: 86},
		{From: 1, Until: 99, Shop: Voltavia, Kind: Price, Product: 1, Percent: 88},
		{From: 2, Until: 4, Shop: Zoemhal, Kind: Outage},
		{From: 3, Until: 4, Shop: Snoerderij, Kind: TenTimes, Product: 3, Fetches: 1},
		{From: 3, Until: 5, Shop: Stekkerkelder, Kind: SoldOut, Product: 4},
		{From: 4, Until: 5, Shop: Voltavia, Kind: Price, Product: 5, Percent: 88},
		{From: 5, Until: 99, Shop: Own, Kind: Price, Product: 1, Percent: 88},
	}
}

// Options shape a World. The zero Options mean the defaults in brackets.
type Options struct {
	// Products is how many products we sell [240]; at least Heroes.
	Products int
	// Seed changes everything that is drawn [1].
	Seed uint64
	// Begin is the date of day 0 [5 January 2026, UTC].
	Begin time.Time
	// Story is what happens beyond the daily drift [Story()].
	Story []Event
}

// World is a few shops with their products. It is safe for concurrent use.
type World struct {
	begin    time.Time
	seed     uint64
	story    []Event
	shops    []Shop
	products []Product
	// listed are the indexes of the products of each shop, in the order of the products.
	listed map[market.SourceID][]int
	// filler is how many bytes of reviews and scripts a page carries; 0 for friendly small pages.
	filler bool

	mu      sync.Mutex
	day     int
	fetched map[string]int // fetches of the pages that read wrong today
}

// New makes a World on day 0.
func New(o Options) *World {
	o.Products = max(cmp.Or(o.Products, 240), Heroes)
	w := &World{
		begin: o.Begin, seed: cmp.Or(o.Seed, 1), story: o.Story, shops: shops(),
		listed: map[market.SourceID][]int{}, fetched: map[string]int{},
	}
	if w.begin.IsZero() {
		w.begin = time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)
	}
	if w.story == nil {
		w.story = Story()
	}
	w.products = products(o.Products, w.seed)
	w.list()
	return w
}

// Big makes a World of one shop with n product pages of 60 to 150 KB, for measuring: of a hundred pages 65
// have JSON-LD in two shapes, 5 broken JSON-LD beside microdata, and 30 microdata alone. All are in the
// sitemaps of a sitemap index.
func Big(n int) *World { return BigAt(n, "reuzenrek.example") }

// BigAt is Big under another host name, for several of them side by side.
func BigAt(n int, host string) *World {
	w := New(Options{Products: max(n, Heroes), Story: []Event{}})
	s := w.shops[1]
	s.ID, s.Name, s.Host, s.prefix, s.share = BigShop, "Reuzenrek", host, "R", 100
	w.shops, w.filler = []Shop{s}, true
	w.products = w.products[:n]
	w.listed = map[market.SourceID][]int{}
	w.list()
	return w
}

func (w *World) list() {
	for _, s := range w.shops {
		for i := range w.products {
			if i < Heroes || s.Own || draw(w.seed, string(s.ID), i, 0)%100 < s.share {
				w.listed[s.ID] = append(w.listed[s.ID], i)
			}
		}
	}
}

// Shops returns the shops, ours first.
func (w *World) Shops() []Shop { return slices.Clone(w.shops) }

// Shop returns the shop with that id.
func (w *World) Shop(id market.SourceID) (Shop, bool) {
	for _, s := range w.shops {
		if s.ID == id {
			return s, true
		}
	}
	return Shop{}, false
}

// Products returns our products, in the order of their numbers.
func (w *World) Products() []Product { return slices.Clone(w.products) }

// Day returns the present day, from 0.
func (w *World) Day() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.day
}

// SetDay moves the World to day n, back too.
func (w *World) SetDay(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.day = n
	clear(w.fetched)
}

// Date returns midnight of day n.
func (w *World) Date(n int) time.Time { return w.begin.AddDate(0, 0, n) }

// Happens says in plain words what begins and ends on day n, for people who follow a demo.
func (w *World) Happens(n int) []string {
	var out []string
	for _, e := range w.story {
		s, ok := w.Shop(e.Shop)
		if !ok || (e.From != n && e.Until != n) {
			continue
		}
		title := ""
		if e.Kind != Outage {
			title = w.products[e.Product].Title
		}
		if said := e.say(s.Name, title, e.From == n); said != "" {
			out = append(out, said)
		}
	}
	return out
}

// say is what people see of the beginning or the end of an event.
func (e Event) say(shop, title string, begins bool) string {
	switch {
	case e.Kind == Price && begins:
		return fmt.Sprintf("%s lowers %s by %d %%", shop, title, 100-e.Percent)
	case e.Kind == Price:
		return fmt.Sprintf("%s asks the usual price again for %s", shop, title)
	case e.Kind == SoldOut && begins:
		return fmt.Sprintf("%s runs out of %s", shop, title)
	case e.Kind == SoldOut:
		return fmt.Sprintf("%s has %s again", shop, title)
	case e.Kind == Outage && begins:
		return shop + " is down: it answers every request with status 503"
	case e.Kind == Outage:
		return shop + " answers again"
	case e.Kind == TenTimes && begins:
		return fmt.Sprintf("a page of %s reads ten times too high: %s", shop, title)
	}
	return ""
}
