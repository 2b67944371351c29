// Package stanza is sources.yaml as it is written: its structs, the options of plug-ins beside them, and the JSON
// Schema made of both. A file is checked here value by value; what must fit together is checked by its reader.
package stanza

import (
	"time"

	"pricegap/compare"
	"pricegap/compare/policy"
	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/feed"
	"pricegap/quality"
)

// File is sources.yaml as it is written. The JSON Schema is made from it: a field tagged required must be
// given, and every description is one sentence for the reader of the file.
type File struct {
	Crawler   Crawler        `yaml:"crawler" json:"crawler,omitzero" jsonschema:"Who crawls."`
	Formula   Formula        `yaml:"formula" json:"formula" required:"true" jsonschema:"Our own formula: its name and what sets it apart."`
	Catalog   Catalog        `yaml:"catalog" json:"catalog,omitzero" jsonschema:"Our own articles."`
	Stores    []Store        `yaml:"stores" json:"stores,omitzero" jsonschema:"Our own branches."`
	Staff     []Staff        `yaml:"staff" json:"staff,omitzero" jsonschema:"Who works where, by Slack user or user group."`
	Sources   []Source       `yaml:"sources" json:"sources" required:"true" jsonschema:"The shops we watch, ours included."`
	Channels  []Channel      `yaml:"channels" json:"channels,omitzero" jsonschema:"Where staff are told."`
	Routes    []Route        `yaml:"routes" json:"routes,omitzero" jsonschema:"Which alerts go where; the first route that fits decides unless it goes on, and without one the rule's own channels are told."`
	Rules     []Rule         `yaml:"rules" json:"rules,omitzero" jsonschema:"What is worth an alert."`
	Compare   Compare        `yaml:"compare" json:"compare,omitzero" jsonschema:"How prices are compared."`
	Policy    Policy         `yaml:"policy" json:"policy,omitzero" jsonschema:"When we match a rival's price, and who may; nothing is said of it when empty."`
	Quality   quality.Policy `yaml:"quality" json:"quality,omitzero" jsonschema:"When a price is doubted."`
	Store     string         `yaml:"store" json:"store,omitzero" jsonschema:"The data file, such as bolt:prices.db, relative to this file; by default prices.db in the data folder of the user."`
	Archive   Archive        `yaml:"archive" json:"archive,omitzero" jsonschema:"Fetched pages, kept as evidence; none are when empty."`
	Backup    Backup         `yaml:"backup" json:"backup,omitzero" jsonschema:"The copies of the data file that the daemon makes, one an hour."`
	Retention Retention      `yaml:"retention" json:"retention,omitzero" jsonschema:"What of old history the daemon removes, once a day; nothing when empty."`
	Slack     Slack          `yaml:"slack" json:"slack,omitzero" jsonschema:"The Slack app, in which staff ask and answer; there is none when empty."`
	Serve     Serve          `yaml:"serve" json:"serve,omitzero" jsonschema:"How the daemon can be reached."`
}

// Crawler says who crawls.
type Crawler struct {
	Contact string `yaml:"contact" json:"contact,omitzero" jsonschema:"An https address or an e-mail address at which a shop can reach you; it stands in the user agent, and nothing is crawled without it."`
}

// Formula is our own formula.
type Formula struct {
	Name   string  `yaml:"name" json:"name" required:"true" jsonschema:"The name of the chain as customers know it."`
	Points []Point `yaml:"points" json:"points,omitzero" jsonschema:"The selling points, in the order in which staff tell them."`
}

// Point is one selling point.
type Point struct {
	Kind   market.PointKind  `yaml:"kind" json:"kind" required:"true" jsonschema:"What the point is about."`
	Amount *int64            `yaml:"amount" json:"amount,omitzero" range:"0..100000" jsonschema:"The number behind the words: days of delivery or returns, hours to pick-up, months of warranty, hundredths of a star out of five (460 is 4.6 stars)."`
	Words  map[string]string `yaml:"words" json:"words" required:"true" jsonschema:"What to tell a customer, by language."`
}

// Catalog says where our own articles come from; the options of its reader stand beside the file.
type Catalog struct {
	File         string `yaml:"file" json:"file,omitzero" jsonschema:"The catalogue, relative to this file; it is what import catalog reads when it is given no file."`
	feed.Options `yaml:",inline"`
}

// Store is one of our branches; its fields are those of market.Branch.
type Store struct {
	ID          string `yaml:"id" json:"id" required:"true" jsonschema:"Short name: lower-case letters, digits and hyphens."`
	Name        string `yaml:"name" json:"name" required:"true" jsonschema:"The name as staff say it."`
	Hours       string `yaml:"hours" json:"hours,omitzero" jsonschema:"The opening hours in words."`
	Channel     string `yaml:"channel" json:"channel,omitzero" jsonschema:"The staff channel of the store."`
	StockColumn string `yaml:"stock_column" json:"stock_column,omitzero" jsonschema:"The column of the catalogue that holds the store's stock."`
}

// Staff says who works where.
type Staff struct {
	Slack string      `yaml:"slack" json:"slack" required:"true" jsonschema:"A Slack user id (U…) or user group id (S…)."`
	Store string      `yaml:"store" json:"store,omitzero" jsonschema:"The id of their store."`
	Role  policy.Role `yaml:"role" json:"role" required:"true" jsonschema:"What they may decide."`
}

// Source is one shop.
type Source struct {
	ID            string         `yaml:"id" json:"id" required:"true" jsonschema:"Short name: lower-case letters, digits and hyphens. History hangs on it: do not change it."`
	Name          string         `yaml:"name" json:"name,omitzero" jsonschema:"The name as staff say it; the id when empty."`
	Own           bool           `yaml:"own" json:"own,omitzero" jsonschema:"This is our own shop."`
	Start         []Start        `yaml:"start" json:"start,omitzero" jsonschema:"Where a crawl begins; our own shop needs none when there is a catalogue."`
	Scope         Scope          `yaml:"scope" json:"scope,omitzero" jsonschema:"Which addresses belong to the crawl."`
	Parser        Parser         `yaml:"parser" json:"parser,omitzero" jsonschema:"What reads the pages: a name such as auto, or a mapping with kind and the options of that parser."`
	Currency      money.Currency `yaml:"currency" json:"currency" required:"true" jsonschema:"ISO 4217 code of its prices, such as EUR."`
	Locale        string         `yaml:"locale" json:"locale" required:"true" jsonschema:"BCP 47 language of its pages, such as nl or de-AT; it says how numbers are written."`
	VAT           money.VAT      `yaml:"vat" json:"vat,omitzero" jsonschema:"Whether prices hold VAT where a page does not say."`
	Shipping      Shipping       `yaml:"shipping" json:"shipping,omitzero" jsonschema:"What delivery costs where a page does not say."`
	Formula       []Point        `yaml:"formula" json:"formula,omitzero" jsonschema:"What the shop offers besides its prices, as far as we know."`
	Schedule      Schedule       `yaml:"schedule" json:"schedule,omitzero" jsonschema:"When the daemon crawls it; without one it is crawled by hand or from cron."`
	Interval      time.Duration  `yaml:"interval" json:"interval,omitzero" range:"1m..90d" jsonschema:"How often a good look at the shop is expected, 1m to 90d; stale is twice that. By default it follows from the schedule, else it is 1d."`
	Pace          Pace           `yaml:"pace" json:"pace,omitzero" jsonschema:"How gently it is visited."`
	ConnectTo     []ConnectTo    `yaml:"connect_to" json:"connect_to,omitzero" jsonschema:"Redirected connections as of curl --connect-to: HOST1:PORT1:HOST2:PORT2."`
	AllowNetworks []Network      `yaml:"allow_networks" json:"allow_networks,omitzero" jsonschema:"Private or special networks that may be dialled all the same, such as 127.0.0.0/8."`
	Limits        Limits         `yaml:"limits" json:"limits,omitzero" jsonschema:"Bounds of one fetch and of one run. All may be lowered; raising one above its default needs above_default."`
	Render        market.Render  `yaml:"render" json:"render,omitzero" jsonschema:"browser: the scripts of each page are run in Chromium before it is read; nothing is run when empty."`
	Override      Override       `yaml:"robots_override" json:"robots_override,omitzero" jsonschema:"The shop agreed that we fetch what its robots.txt forbids."`
	Retention     Retention      `yaml:"retention" json:"retention,omitzero" jsonschema:"What of its old history the daemon removes, in the place of all that retention at the top of the file says; {} keeps everything."`
	Terms         Terms          `yaml:"terms_reviewed" json:"terms_reviewed,omitzero" jsonschema:"Who crawls a shop has read its terms of use: where they stand, and when that was."`
}

// Start is one starting point: exactly one of its first five fields is given.
type Start struct {
	Sitemap      Texts                   `yaml:"sitemap" json:"sitemap,omitzero" jsonschema:"Addresses of sitemaps or sitemap indexes."`
	Category     Texts                   `yaml:"category" json:"category,omitzero" jsonschema:"Addresses of pages with links to products and to the next page."`
	Products     Texts                   `yaml:"products" json:"products,omitzero" jsonschema:"Addresses of product pages."`
	ProductsFile string                  `yaml:"products_file" json:"products_file,omitzero" jsonschema:"A file with one product address a line, relative to this file."`
	JSON         Texts                   `yaml:"json" json:"json,omitzero" jsonschema:"Addresses of JSON endpoints."`
	Include      []Pattern               `yaml:"include" json:"include,omitzero" jsonschema:"Patterns one of which must fit what a sitemap or category leads to: * is anything, $ the end."`
	Exclude      []Pattern               `yaml:"exclude" json:"exclude,omitzero" jsonschema:"Patterns none of which may fit."`
	Items        string                  `yaml:"items" json:"items,omitzero" jsonschema:"For json: the path of the list of offers; empty when the document is the list."`
	Fields       map[market.Field]string `yaml:"fields" json:"fields,omitzero" jsonschema:"For json: the path of each field below an item."`
	Next         string                  `yaml:"next" json:"next,omitzero" jsonschema:"For json: the path of the address of the next page."`
	TrustLastmod bool                    `yaml:"trust_lastmod" json:"trust_lastmod,omitzero" jsonschema:"For sitemap: its lastmod dates are true, so that a page that was not modified is not fetched; it is looked at once a week all the same, and never trusted again in a run in which a date proved wrong."`
	MinorUnits   bool                    `yaml:"minor_units" json:"minor_units,omitzero" jsonschema:"For json: prices are whole numbers of cents."`
}

// Scope says which addresses belong to a crawl.
type Scope struct {
	Hosts    []string  `yaml:"hosts" json:"hosts,omitzero" jsonschema:"Host names that may be fetched; by default those of the starting points."`
	Include  []Pattern `yaml:"include" json:"include,omitzero" jsonschema:"Patterns of path and query one of which must fit: * is anything, $ the end."`
	Exclude  []Pattern `yaml:"exclude" json:"exclude,omitzero" jsonschema:"Patterns of path and query none of which may fit."`
	Products []Pattern `yaml:"products" json:"products,omitzero" jsonschema:"Patterns of product pages; by default what a sitemap or a product list names, and what the parser finds."`
	Lists    []Pattern `yaml:"lists" json:"lists,omitzero" jsonschema:"Patterns of further lists that category pages lead to, such as departments; by default a list is followed to its next pages only."`
}

// Shipping is what delivery costs.
type Shipping struct {
	Fee      money.Amount `yaml:"fee" json:"fee,omitzero" jsonschema:"The usual fee."`
	FreeFrom money.Amount `yaml:"free_from" json:"free_from,omitzero" jsonschema:"The price from which delivery is free."`
}

// Schedule says when a source is crawled.
type Schedule struct {
	Cron   string        `yaml:"cron" json:"cron" required:"true" jsonschema:"A cron expression of five fields, or a word such as @daily."`
	Zone   string        `yaml:"zone" json:"zone,omitzero" jsonschema:"The time zone of the expression, such as Europe/Amsterdam; UTC when empty."`
	Jitter time.Duration `yaml:"jitter" json:"jitter,omitzero" range:"0s..12h" jsonschema:"The start is spread by up to this much, 0s to 12h."`
}

// Pace is how gently it is visited.
type Pace struct {
	Pause    time.Duration `yaml:"pause" json:"pause,omitzero" range:"0s..1h" jsonschema:"The least pause between two requests to one host, 1s to 1h; less only with allow_networks. 2s by default."`
	Parallel int           `yaml:"parallel" json:"parallel,omitzero" range:"1..16" jsonschema:"Requests in flight to one host, 1 to 16; more than 1 needs limits.above_default."`
	Timeout  time.Duration `yaml:"timeout" json:"timeout,omitzero" range:"1s..10m" jsonschema:"The time a whole fetch may take, 1s to 10m; more than 1m needs limits.above_default."`
}

// Limits are the bounds of one fetch and of one run.
type Limits struct {
	MaxPages     int           `yaml:"max_pages" json:"max_pages,omitzero" range:"1..500000" jsonschema:"Pages of one run, 1 to 500000; 5000 by default."`
	MaxTime      time.Duration `yaml:"max_time" json:"max_time,omitzero" range:"1m..7d" jsonschema:"The time of one run, 1m to 7d; 4h by default."`
	MaxBytes     Size          `yaml:"max_bytes" json:"max_bytes,omitzero" jsonschema:"What one run may take over the wire; 1GiB by default."`
	Connect      time.Duration `yaml:"connect" json:"connect,omitzero" range:"100ms..1m" jsonschema:"The time for a connection, and again for its TLS handshake, 100ms to 1m; 10s by default."`
	Header       time.Duration `yaml:"header" json:"header,omitzero" range:"100ms..5m" jsonschema:"The time until the header of an answer is complete, 100ms to 5m; 20s by default."`
	SlowestRate  Size          `yaml:"slowest_rate" json:"slowest_rate,omitzero" jsonschema:"The least bytes a second of a page, averaged over slow_window; 1KiB by default. Only a lower one needs above_default."`
	SlowWindow   time.Duration `yaml:"slow_window" json:"slow_window,omitzero" range:"400ms..5m" jsonschema:"What slowest_rate is averaged over, 400ms to 5m; 20s by default."`
	HeaderBytes  Size          `yaml:"header_bytes" json:"header_bytes,omitzero" jsonschema:"The header of an answer; 256KiB by default."`
	WireBytes    Size          `yaml:"wire_bytes" json:"wire_bytes,omitzero" jsonschema:"A page on the wire; 8MiB by default."`
	BodyBytes    Size          `yaml:"body_bytes" json:"body_bytes,omitzero" jsonschema:"A page unpacked; 16MiB by default."`
	AboveDefault bool          `yaml:"above_default" json:"above_default,omitzero" jsonschema:"Allows bounds of this source above their defaults."`
}

// Override is the agreement of a shop that goes beyond its robots.txt.
type Override struct {
	Reason string `yaml:"reason" json:"reason" required:"true" jsonschema:"Why, in words."`
	Who    string `yaml:"who" json:"who" required:"true" jsonschema:"Who agreed, at the shop."`
	Date   Date   `yaml:"date" json:"date" required:"true" jsonschema:"The day of the agreement (YYYY-MM-DD)."`
}

// Terms says when the terms of use of a shop were read.
type Terms struct {
	URL  string `yaml:"url" json:"url" required:"true" jsonschema:"Where the terms stand."`
	Date Date   `yaml:"date" json:"date" required:"true" jsonschema:"The day on which they were read (YYYY-MM-DD)."`
}

// Route sends alerts by what they are about; its fields are those of calm.Route.
type Route struct {
	Categories []string `yaml:"categories" json:"categories,omitzero" jsonschema:"Beginnings of categories, one of which must fit."`
	Brands     []string `yaml:"brands" json:"brands,omitzero" jsonschema:"Brands, one of which must fit."`
	Sources    []string `yaml:"sources" json:"sources,omitzero" jsonschema:"Ids of sources, one of which must fit."`
	Rules      []string `yaml:"rules" json:"rules,omitzero" jsonschema:"Names of rules, one of which must fit."`
	Channels   []string `yaml:"channels" json:"channels" required:"true" jsonschema:"Names of the channels that are told."`
	GoOn       bool     `yaml:"go_on" json:"go_on,omitzero" jsonschema:"The routes below are asked as well; without it the first route that fits decides."`
}

// RuleKeys are the keys of a rule that are not its options.
type RuleKeys struct {
	Name         string        `yaml:"name" json:"name" required:"true" jsonschema:"The name of the rule; alerts hang on it: do not change it."`
	Kind         string        `yaml:"kind" json:"kind" required:"true" jsonschema:"What kind of rule it is."`
	For          time.Duration `yaml:"for" json:"for,omitzero" range:"0s..30d" jsonschema:"How long it must hold before it fires, 0s to 30d."`
	KeepFiring   time.Duration `yaml:"keep_firing" json:"keep_firing,omitzero" range:"0s..30d" jsonschema:"How long it must be over before it is resolved, 0s to 30d."`
	Confirm      bool          `yaml:"confirm" json:"confirm,omitzero" jsonschema:"A second look must find the same before it fires."`
	Damp         time.Duration `yaml:"damp" json:"damp,omitzero" range:"0s..30d" jsonschema:"How long after its end an alert that comes back is no news, 0s to 30d; 1d when empty."`
	Channels     []string      `yaml:"channels" json:"channels,omitzero" jsonschema:"Names of the channels that are told, unless a route says otherwise."`
	TellResolved bool          `yaml:"tell_resolved" json:"tell_resolved,omitzero" jsonschema:"Channels hear of the end as well."`
	Since        Date          `yaml:"since" json:"since,omitzero" jsonschema:"What changed before this day (YYYY-MM-DD, UTC) is not judged."`
	Sources      []string      `yaml:"sources" json:"sources,omitzero" jsonschema:"The rivals that it looks at, by id; all when empty."`
	Categories   []string      `yaml:"categories" json:"categories,omitzero" jsonschema:"Beginnings of the categories that it is about; all when empty."`
	Brands       []string      `yaml:"brands" json:"brands,omitzero" jsonschema:"The brands that it is about; all when empty."`
	Products     []string      `yaml:"products" json:"products,omitzero" jsonschema:"The article numbers that it is about; all when empty."`
	Except       []Exception   `yaml:"except" json:"except,omitzero" jsonschema:"How it reads for some categories, brands or products: the options given there, on top of those of the rule."`
}

// Rule is a rule with its options.
type Rule struct {
	RuleKeys `yaml:",inline"`
	Options  any `yaml:",inline" json:"-"`
}

// ExceptionKeys are the keys of an exception that are not options of its rule.
type ExceptionKeys struct {
	Categories []string `yaml:"categories" json:"categories,omitzero" jsonschema:"Beginnings of categories."`
	Brands     []string `yaml:"brands" json:"brands,omitzero" jsonschema:"Brands."`
	Products   []string `yaml:"products" json:"products,omitzero" jsonschema:"Article numbers; what is said of products goes on top of what is said of their category or brand."`
	Off        bool     `yaml:"off" json:"off,omitzero" jsonschema:"The rule is not for these."`
}

// Exception is how a rule reads for some products, with the options that differ.
type Exception struct {
	ExceptionKeys `yaml:",inline"`
	Options       any `yaml:",inline" json:"-"`
}

// Compare says how prices are compared.
type Compare struct {
	Basis     compare.Basis    `yaml:"basis" json:"basis,omitzero" jsonschema:"What two prices are compared on: the shelf price, or the price plus shipping; shelf when empty."`
	TooOld    time.Duration    `yaml:"too_old" json:"too_old,omitzero" range:"1h..366d" jsonschema:"The age at which a price is compared with nothing, 1h to 366d; 7d when empty."`
	Condition market.Condition `yaml:"condition" json:"condition,omitzero" jsonschema:"The condition of what we sell; new when empty."`
	VAT       market.Percent   `yaml:"vat" json:"vat,omitzero" jsonschema:"The usual VAT rate, to bring prices without VAT onto ours; not done when empty."`
}

// Archive says where fetched pages are kept, as WARC files.
type Archive struct {
	Folder  string        `yaml:"folder" json:"folder" required:"true" jsonschema:"The folder, relative to this file; it is made where it does not exist."`
	Keep    time.Duration `yaml:"keep" json:"keep,omitzero" range:"1h..3660d" jsonschema:"How long a file is kept after its last page, 1h to 3660d; 7d when empty."`
	MaxFile Size          `yaml:"max_file" json:"max_file,omitzero" jsonschema:"The size at which another file is begun, 1MB at least; 100MiB when empty."`
}

// Backup says which copies of the data file the daemon keeps.
type Backup struct {
	Off    bool   `yaml:"off" json:"off,omitzero" jsonschema:"No copies are made."`
	Folder string `yaml:"folder" json:"folder,omitzero" jsonschema:"The folder of the copies, relative to this file; when empty, one beside the data file, with its name and .backups."`
	Hourly int    `yaml:"hourly" json:"hourly,omitzero" range:"1..1000" jsonschema:"Of how many hours the newest copy is kept, 1 to 1000; 24 by default."`
	Daily  int    `yaml:"daily" json:"daily,omitzero" range:"1..1000" jsonschema:"Of how many days the newest copy is kept, 1 to 1000; 14 by default."`
}

// Retention says how long history stays. Every change stays up to the age of Forget.
type Retention struct {
	Daily  time.Duration `yaml:"daily" json:"daily,omitzero" range:"1d..36500d" jsonschema:"The age from which on, of looks that showed nothing new, the last of each day stays, 1d to 36500d, such as 30d."`
	Weekly time.Duration `yaml:"weekly" json:"weekly,omitzero" range:"1d..36500d" jsonschema:"The age from which on, of looks that showed nothing new, the last of each week stays, 1d to 36500d."`
	Forget time.Duration `yaml:"forget" json:"forget,omitzero" range:"1d..36500d" jsonschema:"The age from which on nothing stays but what was in force then, 1d to 36500d."`
}

// Serve says how the daemon can be reached.
type Serve struct {
	Listen string `yaml:"listen" json:"listen,omitzero" jsonschema:"Host and port of the web pages; 127.0.0.1:8080 when empty."`
	URL    string `yaml:"url" json:"url,omitzero" jsonschema:"The address under which staff reach the web pages; messages link to it."`
	// Heartbeat is who hears that the daemon does its work.
	Heartbeat Heartbeat `yaml:"heartbeat" json:"heartbeat,omitzero" jsonschema:"Who hears that the daemon does its work; systemd does where it has a watchdog for it."`
	Socket    string    `yaml:"socket" json:"socket,omitzero" jsonschema:"Path of the unix socket on which commands reach the daemon, relative to this file; beside the data file when empty."`
}

// Heartbeat is an address that raises the alarm when it is not asked for in time.
type Heartbeat struct {
	URL   market.Secret `yaml:"url" json:"url,omitzero" jsonschema:"An address that is asked for as long as the daemon does its work, and raises the alarm when it is not."`
	Every time.Duration `yaml:"every" json:"every,omitzero" range:"10s..1h" jsonschema:"How often, 10s to 1h; 1m when empty."`
}

// Slack is the Slack app.
type Slack struct {
	SigningSecret market.Secret `yaml:"signing_secret" json:"signing_secret,omitzero" jsonschema:"Signing secret of the app: Slack sends its requests to /slack/ of the web pages."`
	AppToken      market.Secret `yaml:"app_token" json:"app_token,omitzero" jsonschema:"App-level token (xapp-…) with the scope connections:write: requests come through Socket Mode, and nothing need be reachable."`
	BotToken      market.Secret `yaml:"bot_token" json:"bot_token,omitzero" jsonschema:"Bot token (xoxb-…) with the scopes of the manifest: forms, the home tab and user groups need it."`
	Language      Language      `yaml:"language" json:"language,omitzero" jsonschema:"The language of its answers; en when empty."`
	API           string        `yaml:"api" json:"api,omitzero" jsonschema:"Address of the Slack API where it is not https://slack.com/api/, for tests."`
}

// Defaults is the file before anything is read into it.
func Defaults() File {
	return File{
		Compare: Compare{Basis: compare.Shelf, TooOld: 7 * 24 * time.Hour, Condition: market.ConditionNew},
		Quality: quality.Policy{}.WithDefaults(),
		Backup:  Backup{Hourly: 24, Daily: 14},
		Serve:   Serve{Listen: "127.0.0.1:8080", Heartbeat: Heartbeat{Every: time.Minute}},
	}
}

// defaultSource is a source before anything is read into it.
func defaultSource() Source {
	return Source{
		Parser: Parser{Kind: "auto"},
		Pace:   Pace{Pause: 2 * time.Second, Parallel: 1, Timeout: time.Minute},
		Limits: DefaultLimits(),
	}
}

// DefaultLimits are the bounds of a source that states none.
func DefaultLimits() Limits {
	return Limits{
		MaxPages: 5_000, MaxTime: 4 * time.Hour, MaxBytes: 1 << 30, Connect: 10 * time.Second, Header: 20 * time.Second,
		SlowestRate: 1 << 10, SlowWindow: 20 * time.Second, HeaderBytes: 256 << 10, WireBytes: 8 << 20, BodyBytes: 16 << 20,
	}
}
