// Package watch joins the parts: crawl, doubt, record, judge, tell. It is the product as one Go value, and
// Service is what every door asks: *Watcher in this process, *client.Client over HTTP.
package watch

import (
	"context"
	"io"
	"iter"
	"time"

	"pricegap/compare"
	"pricegap/market"
	"pricegap/store"
	"pricegap/watch/chronicle"
	"pricegap/watch/feedback"
	"pricegap/watch/health"
	"pricegap/watch/referee"
	"pricegap/watch/rehearse"
	"pricegap/watch/review"
	"pricegap/watch/visit"
)

// StandingQuery selects products and the moment of a comparison. The zero query asks for all products now,
// on the shelf basis.
type StandingQuery struct {
	Products []market.ProductID `json:"products,omitzero"`
	// Category is a prefix, Brand a whole word; both ignore case.
	Category string `json:"category,omitzero"`
	Brand    string `json:"brand,omitzero"`
	// Sources restricts the rivals.
	Sources []market.SourceID `json:"sources,omitzero"`
	AsOf    time.Time         `json:"as_of,omitzero"`
	Basis   compare.Basis     `json:"basis,omitzero"`
}

// Series is the history of one listing of a product.
type Series struct {
	Source market.SourceID      `json:"source"`
	Name   string               `json:"name"`
	Own    bool                 `json:"own,omitzero"`
	Match  market.Match         `json:"match,omitzero"`
	Points []market.Observation `json:"points"`
}

// PastQuery selects observations; the zero query asks for every observation of every listing.
type PastQuery = chronicle.Query

// Past is an observation with the product of ours that its listing sells.
type Past = chronicle.Seen

// SourceHealth is how a source does.
type SourceHealth = health.Source

// CrawlRequest asks for one run of each source.
type CrawlRequest struct {
	// Sources are the sources to visit; empty means all.
	Sources []market.SourceID `json:"sources,omitzero"`
	// NoAlerts keeps alerts from being judged and sent.
	NoAlerts bool `json:"no_alerts,omitzero"`
	// Wait is how long to stay for confirming fetches, pending alerts and the outbox.
	Wait          time.Duration `json:"wait,omitzero"`
	RefreshRobots bool          `json:"refresh_robots,omitzero"`
	// Trigger says who asked: "hand", "schedule".
	Trigger string `json:"trigger,omitzero"`
}

// Progress is one step of a crawl as a door shows it.
type Progress struct {
	Source market.SourceID `json:"source,omitzero"`
	// Done of Known pages are finished.
	Done  int `json:"done,omitzero"`
	Known int `json:"known,omitzero"`
	// Failure is set when a page failed.
	Failure *market.Failure `json:"failure,omitzero"`
	// Run is set once, when the source's run ended.
	Run *market.Run `json:"run,omitzero"`
	// Sent is set when channels were told, at the end.
	Sent *Delivery `json:"sent,omitzero"`
	// Note is a line for people: "waiting 40 s for 3 confirming fetches".
	Note string `json:"note,omitzero"`
}

// RefreshRequest asks what rivals show of one product at this moment.
type RefreshRequest struct {
	Product market.ProductID `json:"product"`
	// Sources restricts the rivals.
	Sources []market.SourceID `json:"sources,omitzero"`
	// Wait is how long to stay for their pages.
	Wait time.Duration `json:"wait"`
}

// Looked is what became of one page that was asked for.
type Looked = visit.Looked

// Delivery counts what channels were told.
type Delivery struct {
	// Messages were accepted by a channel; Alerts is how many alerts they told.
	Messages int `json:"messages"`
	Alerts   int `json:"alerts"`
	// Waiting are alerts that some channel does not know yet; Errors are the last errors by channel.
	Waiting int               `json:"waiting,omitzero"`
	Errors  map[string]string `json:"errors,omitzero"`
}

// Imported counts what an import did.
type Imported struct {
	Products     int `json:"products,omitzero"`
	Observations int `json:"observations,omitzero"`
	Matches      int `json:"matches,omitzero"`
	Changes      int `json:"changes,omitzero"`
	// Known are observations that were passed over, since their listing was seen in that second already: they were imported
	// before, or two rows say something of one second, of which the first counts.
	Known int `json:"known,omitzero"`
}

// Asker answers questions; it changes nothing.
type Asker interface {
	// Standings yields the standing of each product that q selects, by rank and id.
	Standings(ctx context.Context, q StandingQuery) iter.Seq2[compare.Standing, error]
	// History returns one series for each listing of a product, ours first, then in the order of sources.yaml.
	History(ctx context.Context, id market.ProductID, from, to time.Time) ([]Series, error)
	// Observations yields the observations that q selects, as chronicle.Observations does. Errors: ErrUnknownProduct,
	// ErrUnknownSource.
	Observations(ctx context.Context, q PastQuery) iter.Seq2[Past, error]
	// Find returns the products that text may mean, best first: an article number, a GTIN, an MPN or words.
	Find(ctx context.Context, text string, limit int) ([]market.Product, error)
	// Sources returns the health of every source, in the order of sources.yaml.
	Sources(ctx context.Context) ([]SourceHealth, error)
	// Alerts returns all alerts that are not inactive, newest first.
	Alerts(ctx context.Context) ([]market.Alert, error)
	// Matches yields the matches, rejected ones too.
	Matches(ctx context.Context) iter.Seq2[market.Match, error]
}

// Keeper takes care of the data while it is in use. Every store.Store is one.
type Keeper interface {
	// Info counts what the store keeps.
	Info(ctx context.Context) (store.Info, error)
	// Backup writes a consistent copy of the data file, which store.Open accepts, and returns its length in bytes.
	// What was written before an error is worth nothing.
	Backup(ctx context.Context, w io.Writer) (int64, error)
	store.Tending
}

// Doer changes things.
type Doer interface {
	// Crawl visits sources and yields progress; it ends after the alerts that follow were sent. Errors that end
	// everything come last; a source that fails is a Progress with its Run.
	Crawl(ctx context.Context, r CrawlRequest) iter.Seq2[Progress, error]
	// ImportCatalog keeps our own products and their offers, and matches them.
	ImportCatalog(ctx context.Context, items []CatalogItem) (Imported, error)
	// ImportObservations keeps history from elsewhere, in the order given, a few thousand at a time; what was kept
	// before an error, one of obs among them, stays and is counted. Of a listing, an observation that is older
	// than its newest is kept as history without a change. Errors: ErrUnknownSource.
	ImportObservations(ctx context.Context, obs iter.Seq2[market.Observation, error]) (Imported, error)
	// ImportMatches keeps decided matches.
	ImportMatches(ctx context.Context, ms []market.Match) (Imported, error)
	// Deliver judges what is new in the log and tells the channels.
	Deliver(ctx context.Context) (Delivery, error)
	// TestChannel sends a test message to a channel.
	TestChannel(ctx context.Context, channel string) error
	// Refresh looks at each rival's page of a product that was not seen within the last minute, before anything else
	// that is to be visited, and returns what became of each, in the order of sources.yaml. Errors: ErrUnknownProduct,
	// ErrUnknownSource.
	Refresh(ctx context.Context, r RefreshRequest) ([]Looked, error)
}

// CatalogItem is a product of ours with its own offer as the catalogue states it.
type CatalogItem struct {
	Product market.Product `json:"product"`
	Offer   market.Offer   `json:"offer"`
}

// Trier says what our price-match policy and our alert rules come to, and would have come to.
type Trier interface {
	referee.Judge
	rehearse.Rehearser
}

// Service is the product behind every door.
type Service interface {
	Asker
	Doer
	Keeper
	review.Reviewer
	Trier
	feedback.Floor
}
