package market

import (
	"net/netip"
	"time"

	"pricegap/market/money"
)

// Source is a shop we watch, ours included. It is pure data, made from sources.yaml.
type Source struct {
	ID   SourceID
	Name string // as shown to staff
	// Own says that this is our own shop.
	Own bool
	// Locale is the language and currency of its pages.
	Locale money.Locale
	// VAT is the basis of its prices where the page does not say.
	VAT money.VAT
	// Shipping is what the shop charges for delivery where the page does not say.
	Shipping Shipping
	// Formula is what the shop offers besides its prices, as its owner or our buyers state it.
	Formula Formula
	// Parser names the parser that reads its pages; an observation carries it.
	Parser string
	// Starts are the starting points of a crawl, in order.
	Starts []Start
	Scope  Scope
	Pace   Pace
	Limits Limits
	// Render says how product and list pages come to their content.
	Render Render
	// RobotsOverride, where Who is set, lets pages be fetched that robots.txt forbids: the shop agreed.
	RobotsOverride RobotsOverride
	// TermsReviewed says when somebody read the shop's terms of use.
	TermsReviewed TermsReviewed
	// Network has the exceptions for intranets and tests.
	Network  Network
	Schedule Schedule
	// Interval is how often a good observation is expected; stale is twice that. It follows from Schedule
	// where it is not stated.
	Interval time.Duration
}

// Shipping is the delivery fee that a shop states for all its articles.
type Shipping struct {
	// Fee is the usual cost; unknown where the shop states none.
	Fee money.Amount
	// FreeFrom is the price from which delivery is free; unknown where it never is.
	FreeFrom money.Amount
}

// StartKind says what a starting point is.
type StartKind string

// The kinds of starting points.
const (
	StartSitemap  StartKind = "sitemap"  // a sitemap or sitemap index, plain or gzip
	StartCategory StartKind = "category" // pages with links to products and to the next page
	StartProducts StartKind = "products" // product pages, listed one by one
	StartJSON     StartKind = "json"     // JSON endpoints, read by paths
)

// Start is one starting point of a source.
type Start struct {
	Kind StartKind
	// URLs are absolute addresses; for StartProducts the pages themselves.
	URLs []string
	// Include and Exclude filter what a sitemap or category leads to; patterns as in Scope.
	Include, Exclude []string
	// JSON says where the values of a JSON endpoint stand; for StartJSON only.
	JSON JSONPaths
	// TrustLastmod says that the lastmod dates of a sitemap are true: a page that was not modified since it was last
	// fetched counts as seen again without being fetched. For StartSitemap only.
	TrustLastmod bool
}

// JSONPaths says where things stand in a JSON document, as gjson paths.
type JSONPaths struct {
	// Items is the path of the list of offers; empty when the document is one offer or a list itself.
	Items string
	// Fields maps fields of an offer to paths below an item.
	Fields map[Field]string
	// Next is the path of the address of the next page, absolute or relative; empty when there is none.
	Next string
	// MinorUnits says that prices are whole numbers of the minor unit (cents).
	MinorUnits bool
}

// Scope bounds a crawl. A pattern is matched against path and query from the first byte, as in robots.txt
// (RFC 9309 §2.2.3): "*" stands for anything, "$" at the end for the end.
type Scope struct {
	// Hosts are the host names that may be fetched; empty means the hosts of Starts.
	Hosts []string
	// Include, where not empty, lists the patterns one of which must fit; Exclude lists those that must not.
	Include, Exclude []string
	// Products are the patterns of product pages. Where empty, every page that a sitemap or a product list
	// names is a product page, and on category pages the parser tells.
	Products []string
	// Lists are the patterns of further lists that category pages lead to, such as their departments and filters.
	// Where empty, a list is followed to its next pages and no further.
	Lists []string
	// MaxPages is the budget of pages of one run; 0 means 5,000.
	MaxPages int
}

// Pace is how gently a shop is visited.
type Pace struct {
	// Pause is the least time between the end of one request and the start of the next to one host. Nought
	// is possible only where Network allows private addresses.
	Pause time.Duration
	// Parallel is how many requests may be in flight to one host; 0 means 1.
	Parallel int
	// Timeout bounds a whole fetch; 0 means 60 s.
	Timeout time.Duration
}

// Limits bound what one source may cost. A zero field means the default, in brackets.
type Limits struct {
	// ConnectTimeout bounds the connection, and then the TLS handshake [10 s each].
	ConnectTimeout time.Duration
	// HeaderTimeout bounds the wait for the whole header of an answer [20 s]; Pace.Timeout bounds the whole fetch.
	HeaderTimeout time.Duration
	// SlowestRate is the least rate of a body in bytes a second, averaged over any SlowWindow [1 KiB; 20 s].
	SlowestRate int64
	SlowWindow  time.Duration
	// HeaderBytes, WireBytes and BodyBytes bound the header, the body on the wire and the decoded body of a page
	// [256 KiB, 8 MiB, 16 MiB].
	HeaderBytes, WireBytes, BodyBytes int64
	// RunTime and RunBytes bound one run [4 h; 1 GiB on the wire]; Scope.MaxPages bounds its pages.
	RunTime  time.Duration
	RunBytes int64
}

// Render says how a page comes to its content.
type Render string

// The ways to render.
const (
	RenderNone    Render = ""        // the answer of the server is the page
	RenderBrowser Render = "browser" // a browser runs the scripts of the page first
)

// RobotsOverride is the agreement of a shop that we fetch what its robots.txt forbids.
type RobotsOverride struct {
	Reason string `json:"reason"`
	Who    string `json:"who"`
	// Date is when it was agreed, a day in UTC.
	Date time.Time `json:"date"`
}

// TermsReviewed says which terms of use were read and when, a day in UTC.
type TermsReviewed struct {
	URL  string    `json:"url"`
	Date time.Time `json:"date"`
}

// Network has the exceptions a source needs on an intranet or in tests.
type Network struct {
	// ConnectTo redirects connections as curl's --connect-to does.
	ConnectTo []ConnectTo
	// Allow lists special-purpose networks that may be dialled all the same.
	Allow []netip.Prefix
}

// ConnectTo sends connections for Host:Port to ToHost:ToPort; empty Host or Port fit any, an empty target
// part keeps the original. Source: curl(1), --connect-to HOST1:PORT1:HOST2:PORT2.
type ConnectTo struct{ Host, Port, ToHost, ToPort string }

// Schedule says when a source is crawled.
type Schedule struct {
	// Expr is a cron expression of five fields or a descriptor such as "@daily"; empty means: only by hand.
	Expr string
	// Zone is the time zone in which Expr is meant; nil means UTC.
	Zone *time.Location
	// Jitter spreads the start by up to this much.
	Jitter time.Duration
}

// PointKind is what a selling point is about.
type PointKind string

// The kinds of selling points, as staff name them.
const (
	PointDelivery PointKind = "delivery"
	PointPickup   PointKind = "pickup"
	PointWarranty PointKind = "warranty"
	PointReturns  PointKind = "returns"
	PointService  PointKind = "service"
	PointRating   PointKind = "rating" // of the shop by its customers
)

// SellingPoint is one thing a shop offers besides its price.
type SellingPoint struct {
	Kind PointKind `json:"kind"`
	// Words say it to a customer, by language ("nl", "en").
	Words map[string]string `json:"words,omitzero"`
	// Amount is the number behind the words: days of delivery or returns, hours to pick-up, months of
	// warranty, hundredths of a star out of five; unknown where there is none.
	Amount Count `json:"amount,omitzero"`
}

// Formula is a chain's concept as customers meet it: its name and its selling points, in the order in
// which they are told.
type Formula struct {
	Name   string         `json:"name,omitzero"`
	Points []SellingPoint `json:"points,omitzero"`
}

// Branch is one of our own stores.
type Branch struct {
	ID, Name string
	// Hours are the opening hours in words.
	Hours string
	// Channel is the staff channel of the store.
	Channel string
	// StockColumn is the column of the catalogue with the store's own stock.
	StockColumn string
}

// Staff ties a Slack user or group to a store and a role.
type Staff struct {
	Slack  string // a user id (U…) or a user group id (S…)
	Branch string
	Role   string // staff, shift_lead, manager or buyer
}
