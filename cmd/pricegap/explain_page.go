package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/net/html/charset"

	"pricegap/crawler"
	"pricegap/market"
	"pricegap/market/link"
	"pricegap/market/money"
	"pricegap/parsers"
	"pricegap/parsers/price"
)

// maxPageFile is how large a page may be, unpacked; it is the bound of a fetched page.
const maxPageFile = 16 << 20

// pageQuestion is a line of `explain page`.
type pageQuestion struct {
	URL string `json:"url"`
	// File is a saved page, perhaps gzip; without it the URL is fetched.
	File     string `json:"file"`
	Locale   string `json:"locale"`
	Currency string `json:"currency"`
	// List says that the page is a category page.
	List bool `json:"list"`
}

// pageAnswer is how a page is read; unknown is null.
type pageAnswer struct {
	Failure *string        `json:"failure"`
	Message string         `json:"message,omitempty"`
	Offers  []pageOffer    `json:"offers"`
	Links   []parsers.Link `json:"links"`
}

// pageOffer is an offer in the words of the command line's contract.
type pageOffer struct {
	Name         *string      `json:"name"`
	Brand        *string      `json:"brand"`
	SKU          *string      `json:"sku"`
	MPN          *string      `json:"mpn"`
	GTIN         *string      `json:"gtin"`
	Price        *string      `json:"price"`
	LowPrice     *string      `json:"low_price"`
	HighPrice    *string      `json:"high_price"`
	Currency     *string      `json:"currency"`
	Reference    *string      `json:"reference_price"`
	Member       *string      `json:"member_price,omitempty"`
	PerMonth     *string      `json:"per_month,omitempty"`
	UnitPrice    *string      `json:"unit_price,omitempty"`
	VAT          *string      `json:"vat,omitempty"`
	Shipping     *string      `json:"shipping"`
	Availability *string      `json:"availability"`
	StockCount   market.Count `json:"stock_count,omitzero"`
	DeliveryDays market.Count `json:"delivery_days,omitzero"`
	Delivery     *string      `json:"delivery,omitempty"`
	Condition    *string      `json:"condition"`
	Seller       *string      `json:"seller"`
	Warranty     market.Count `json:"warranty_months,omitzero"`
	Returns      market.Count `json:"returns_days,omitzero"`
	Rating       *json.Number `json:"rating"`
	RatingCount  market.Count `json:"rating_count"`
	Image        *string      `json:"image"`
	URL          *string      `json:"url"`
	Variant      *string      `json:"variant"`
	Category     *string      `json:"category,omitempty"`

	Evidence map[market.Field]market.Evidence `json:"evidence"`
}

func init() {
	explainers = append(explainers, func(a *app) *cobra.Command { return pageExplanation(&visits{a: a}).command(a) })
}

func pageExplanation(v *visits) explanation[pageQuestion] {
	return explanation[pageQuestion]{
		use:   "page URL",
		short: "Show what is read on a page, and where each field stands",
		long:  fetching,
		example: `  pricegap explain page https://shop.example/p/1
  pricegap explain page https://shop.example/p/1 --file saved.html.gz --locale nl-NL --currency EUR`,
		args: cobra.ExactArgs(1),
		flags: func(cmd *cobra.Command) func([]string) (pageQuestion, error) {
			var q pageQuestion
			cmd.Flags().StringVar(&q.File, "file", "", "a saved copy of the page, perhaps .gz, instead of fetching it")
			cmd.Flags().StringVar(&q.Locale, "locale", "", "language of the page, such as nl-NL (default: of the host's country)")
			cmd.Flags().StringVar(&q.Currency, "currency", "", "currency of the shop, such as EUR (default: of the host's country)")
			cmd.Flags().BoolVar(&q.List, "list", false, "read it as a category page")
			return func(args []string) (pageQuestion, error) {
				q.URL = args[0]
				return q, nil
			}
		},
		answer: v.explainPage,
		text:   printPage,
	}
}

func (v *visits) explainPage(ctx context.Context, q pageQuestion) (any, error) {
	in, p, err := v.inputOf(ctx, q)
	var fe *crawler.FetchError
	if errors.As(err, &fe) {
		return answerOf(parsers.Result{Failure: fe.Kind, Message: fe.Error()}), nil
	}
	if err != nil {
		return nil, err
	}
	res, err := parsers.Read(p, parsers.NewDoc(in))
	var failed *parsers.Error
	if err != nil && !errors.As(err, &failed) {
		return nil, err
	}
	return answerOf(res), nil
}

// answerOf puts what a page says into the words of the command line's contract. The first offer is that of the page's
// own product; a page without one, such as a captcha, shows none.
func answerOf(res parsers.Result) pageAnswer {
	a := pageAnswer{Failure: orNull(string(res.Failure)), Message: res.Message, Offers: []pageOffer{}, Links: res.Links}
	if len(res.Offers) > 0 {
		for _, o := range slices.Concat(res.Offers, res.Others) {
			a.Offers = append(a.Offers, pageOfferOf(o))
		}
	}
	if a.Links == nil {
		a.Links = []parsers.Link{}
	}
	return a
}

// inputOf returns the page that a question is about and what reads it: the parser of its source where it was
// fetched, else "auto". Errors: *crawler.FetchError where the page could not be had.
func (v *visits) inputOf(ctx context.Context, q pageQuestion) (in parsers.Input, p parsers.Parser, err error) {
	u, err := link.Resolve("", q.URL)
	if err != nil {
		return in, nil, fmt.Errorf("explain page: %w", err)
	}
	in.Role, in.Locale = parsers.RoleProduct, localeOf(q)
	if q.List {
		in.Role = parsers.RoleList
	}
	if q.File != "" {
		body, err := readPageFile(q.File)
		if err != nil {
			return in, nil, fmt.Errorf("explain page: %w", err)
		}
		in.Page = market.Page{Asked: u, URL: u, Status: 200, Body: body}
		p, err = parsers.New("auto", nil)
		return in, p, err
	}
	site, page, err := v.fetch(ctx, u, in.Role)
	in.Page, in.VAT = page, site.Source.VAT
	if q.Locale == "" {
		in.Locale.Language = site.Source.Locale.Language
	}
	if q.Currency == "" {
		in.Locale.Currency = site.Source.Locale.Currency
	}
	return in, site.Parser, err
}

// readPageFile reads a saved page as UTF-8, gzip or not.
func readPageFile(name string) ([]byte, error) {
	body, err := readBounded(name, maxPageFile)
	if err != nil {
		return nil, err
	}
	enc, _, certain := charset.DetermineEncoding(body, "text/html")
	if !certain && utf8.Valid(body) {
		return body, nil
	}
	return enc.NewDecoder().Bytes(body)
}

// readBounded reads a file of at most limit bytes, unpacked where it is gzip.
func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader
	head := make([]byte, 2)
	if n, _ := io.ReadFull(f, head); n == 2 && head[0] == 0x1f && head[1] == 0x8b {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, err
		}
		r = z
	} else {
		r = io.MultiReader(bytes.NewReader(head[:n]), f)
	}
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("%s is larger than %d MiB", name, limit>>20)
	}
	return body, err
}

// The usual language and currency of the shops of a country, by the top-level domain.
var countries = map[string]money.Locale{
	"nl": {Language: "nl-NL", Currency: "EUR"}, "be": {Language: "nl-BE", Currency: "EUR"}, "de": {Language: "de-DE", Currency: "EUR"},
	"at": {Language: "de-AT", Currency: "EUR"}, "fr": {Language: "fr-FR", Currency: "EUR"}, "lu": {Language: "fr-LU", Currency: "EUR"},
	"it": {Language: "it-IT", Currency: "EUR"}, "es": {Language: "es-ES", Currency: "EUR"}, "pt": {Language: "pt-PT", Currency: "EUR"},
	"ie": {Language: "en-IE", Currency: "EUR"}, "fi": {Language: "fi-FI", Currency: "EUR"}, "gr": {Language: "el-GR", Currency: "EUR"},
	"sk": {Language: "sk-SK", Currency: "EUR"}, "ch": {Language: "de-CH", Currency: "CHF"}, "uk": {Language: "en-GB", Currency: "GBP"},
	"se": {Language: "sv-SE", Currency: "SEK"}, "no": {Language: "nb-NO", Currency: "NOK"}, "dk": {Language: "da-DK", Currency: "DKK"},
	"pl": {Language: "pl-PL", Currency: "PLN"}, "cz": {Language: "cs-CZ", Currency: "CZK"}, "hu": {Language: "hu-HU", Currency: "HUF"},
	"ro": {Language: "ro-RO", Currency: "RON"}, "tr": {Language: "tr-TR", Currency: "TRY"}, "ru": {Language: "ru-RU", Currency: "RUB"},
	"ua": {Language: "uk-UA", Currency: "UAH"}, "us": {Language: "en-US", Currency: "USD"}, "ca": {Language: "en-CA", Currency: "CAD"},
	"au": {Language: "en-AU", Currency: "AUD"}, "nz": {Language: "en-NZ", Currency: "NZD"}, "in": {Language: "en-IN", Currency: "INR"},
	"jp": {Language: "ja-JP", Currency: "JPY"}, "br": {Language: "pt-BR", Currency: "BRL"}, "mx": {Language: "es-MX", Currency: "MXN"},
	"za": {Language: "en-ZA", Currency: "ZAR"}, "sg": {Language: "en-SG", Currency: "SGD"}, "ae": {Language: "en-AE", Currency: "AED"},
	"my": {Language: "en-MY", Currency: "MYR"}, "il": {Language: "he-IL", Currency: "ILS"}, "cl": {Language: "es-CL", Currency: "CLP"},
}

// localeOf returns what a question says about language and currency, else what is usual in the country of the
// host, else price.Unnamed: there is no source here that could say it.
func localeOf(q pageQuestion) money.Locale {
	host := link.Host(q.URL)
	l := countries[host[strings.LastIndexByte(host, '.')+1:]]
	if l.Currency == "" {
		l.Currency = price.Unnamed
	}
	if q.Locale != "" {
		l.Language = strings.ReplaceAll(q.Locale, "_", "-")
	}
	if c := money.Currency(strings.ToUpper(strings.TrimSpace(q.Currency))); c.Valid() {
		l.Currency = c
	}
	return l
}

func decimalOrNull(a money.Amount) *string { return orNull(a.Decimal()) }

func pageOfferOf(o market.Offer) pageOffer {
	p := pageOffer{
		Name: orNull(o.Title.Plain()), Brand: orNull(o.Brand.Plain()), SKU: orNull(o.SKU), MPN: orNull(o.MPN), GTIN: orNull(o.GTIN),
		Price: decimalOrNull(o.Price), LowPrice: decimalOrNull(o.Low), HighPrice: decimalOrNull(o.High), Reference: decimalOrNull(o.Reference),
		Member: decimalOrNull(o.Member), PerMonth: decimalOrNull(o.PerMonth), UnitPrice: decimalOrNull(o.UnitPrice), VAT: orNull(string(o.VAT)),
		Shipping: decimalOrNull(o.Shipping), StockCount: o.StockCount, DeliveryDays: o.DeliveryDays, Delivery: orNull(o.DeliveryText.Plain()),
		Condition: orNull(string(o.Condition)), Seller: orNull(o.Seller.Plain()), Warranty: o.WarrantyMonths, Returns: o.ReturnsDays,
		RatingCount: o.RatingCount, Image: orNull(o.Image), URL: orNull(o.URL), Variant: orNull(o.Variant.Plain()), Category: orNull(o.Category.Plain()),
		Evidence: o.Evidence,
	}
	stock := string(o.Stock)
	if stock == "" {
		stock = "unknown"
	}
	p.Availability = &stock
	p.Currency = orNull(string(currencyOf(o)))
	if o.Price.Currency() == price.Unnamed || o.Low.Currency() == price.Unnamed { // nobody named it, no source either
		delete(p.Evidence, market.FieldCurrency)
	}
	if n, ok := o.Rating.Get(); ok {
		r := json.Number(money.New(n*10_000, price.Unnamed).Decimal())
		p.Rating = &r
	}
	return p
}

// currencyOf returns the currency of an offer's amounts. Where nobody names it, a bare "$" on the host of no
// country is the US dollar.
func currencyOf(o market.Offer) money.Currency {
	for _, x := range []struct {
		a money.Amount
		f market.Field
	}{{o.Price, market.FieldPrice}, {o.Low, market.FieldLowPrice}, {o.Reference, market.FieldReference}} {
		switch {
		case !x.a.Known():
		case x.a.Currency() != price.Unnamed:
			return x.a.Currency()
		case strings.HasPrefix(strings.TrimSpace(o.Evidence[x.f].Raw.Plain()), "$"):
			return "USD"
		}
	}
	return ""
}

// printPage prints an answer for people: each field of each offer with its evidence.
func printPage(w io.Writer, answer any) error {
	a := answer.(pageAnswer)
	if a.Failure != nil {
		fmt.Fprintf(w, "failure  %s: %s\n\n", *a.Failure, printable(a.Message))
	}
	for i, o := range a.Offers {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := printOffer(w, o); err != nil {
			return err
		}
	}
	if len(a.Links) > 0 {
		fmt.Fprintln(w)
	}
	for _, l := range a.Links {
		fmt.Fprintf(w, "%-8s %s\n", l.Kind, printable(l.URL))
	}
	return nil
}

func printOffer(w io.Writer, o pageOffer) error {
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(body, &values); err != nil {
		return err
	}
	delete(values, "evidence")
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		e := o.Evidence[market.Field(name)]
		from := strings.TrimSpace(e.Reader + " " + e.Where)
		if e.Raw.Known() {
			from += fmt.Sprintf(" %q", e.Raw.Plain())
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\n", name, plainValue(values[name]), printable(from))
	}
	return tab.Flush()
}
