// Package feed reads what people bring as files: our own catalogue (CSV, TSV, XLSX, Google Merchant XML,
// JSONL), history from elsewhere and decided matches. Rows are read one at a time; a bad row is listed with its
// line and the reason, and the good ones go on.
package feed

import (
	"errors"
	"fmt"
	"io"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers/feed/sheet"
)

// Options say how a catalogue is written. The zero Options fit most files.
type Options struct {
	Delimiter string            `yaml:"delimiter" json:"delimiter,omitzero" jsonschema:"The character between the columns of a CSV file; where it is not set, it is found out."`
	Columns   map[string]string `yaml:"columns" json:"columns,omitzero" jsonschema:"Which column of the file holds a field (id, gtin, brand, mpn, title, category, price, reference_price, vat, stock, cost, floor, rank, url, shipping, currency), where its header is not one of the usual names."`
	Currency  money.Currency    `yaml:"currency" json:"currency,omitzero" jsonschema:"The currency of prices that print none."`
	Locale    string            `yaml:"locale" json:"locale,omitzero" jsonschema:"The language in which prices are written, such as nl."`
	VAT       money.VAT         `yaml:"vat" json:"vat,omitzero" jsonschema:"Whether prices include value-added tax, where the file does not say."`
	// Branches are our stores; the StockColumn of each is read into the offer's BranchStock.
	Branches []market.Branch `yaml:"-" json:"-"`
}

// Item is one article of a catalogue.
type Item struct {
	Product market.Product
	// Offer is what the catalogue states about selling it; its price may be unknown.
	Offer market.Offer
	// Line is where it stands in the file, from 1; in a spreadsheet the row.
	Line int
}

// BadRow is a row that was left out, with the reason. It is an error, so that a reader may go on after it.
type BadRow = sheet.BadRow

// The errors that end a whole file.
var (
	// ErrFormat is returned for a file that is none of the formats, or has no header.
	ErrFormat = sheet.ErrFormat
	// ErrColumns is returned where a column that must be there is missing.
	ErrColumns = errors.New("feed: a column is missing")
	// ErrTooLarge is returned for a spreadsheet above 20 MiB or one million cells.
	ErrTooLarge = sheet.ErrTooLarge
	// ErrTooManyBad is returned after maxBad bad rows: it is the wrong file, or the wrong options.
	ErrTooManyBad = errors.New("feed: too many bad rows")
)

const maxBad = 10_000

// Read reads a catalogue and hands its articles to yield, in the order of the file; an error of yield ends it.
// name is the file's name, whose ending helps to tell the format. It returns the rows that were left out.
// Errors: ErrFormat, ErrColumns, ErrTooLarge, ErrTooManyBad, those of r and of yield.
func Read(name string, r io.Reader, o Options, yield func(Item) error) ([]BadRow, error) {
	c := newCatalog(o)
	return each(name, r, o, func(rec sheet.Record) error {
		it, err := c.item(rec)
		if err != nil {
			return err
		}
		return yield(it)
	})
}

// each reads all rows of a file; a BadRow that row returns, or that the format gives, is collected.
func each(name string, r io.Reader, o Options, row func(sheet.Record) error) ([]BadRow, error) {
	rows, err := sheet.Records(name, r, o.Delimiter)
	if err != nil {
		return nil, err
	}
	var bad []BadRow
	for rec, err := range rows {
		if err == nil {
			err = row(rec)
		}
		var b BadRow
		switch {
		case err == nil:
		case !errors.As(err, &b):
			return bad, err
		case len(bad) == maxBad:
			return bad, fmt.Errorf("%w: more than %d", ErrTooManyBad, maxBad)
		default:
			bad = append(bad, b)
		}
	}
	return bad, nil
}
