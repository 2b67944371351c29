// Package feed reads what people bring as files: our own catalogue (CSV, TSV, XLSX, Google Merchant XML,
// JSONL), history from elsewhere and decided matches. Rows are read one at a time; a bad row is listed with its
// line and the reason, and the good ones go on.
package feed

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"pricegap/market"
	"pricegap/market/money"
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
type BadRow struct {
	Line   int
	Reason string
}

// Error implements error.
func (b BadRow) Error() string { return fmt.Sprintf("line %d: %s", b.Line, b.Reason) }

// The errors that end a whole file.
var (
	// ErrFormat is returned for a file that is none of the formats, or has no header.
	ErrFormat = errors.New("feed: not a file that can be read")
	// ErrColumns is returned where a column that must be there is missing.
	ErrColumns = errors.New("feed: a column is missing")
	// ErrTooLarge is returned for a spreadsheet above 20 MiB or one million cells.
	ErrTooLarge = errors.New("feed: the file is too large")
	// ErrTooManyBad is returned after maxBad bad rows: it is the wrong file, or the wrong options.
	ErrTooManyBad = errors.New("feed: too many bad rows")
)

const (
	maxBad    = 10_000
	maxRecord = 1 << 20 // bytes of one row
	maxFields = 1024    // columns of one row
)

// cell is one value. plain tells that a machine wrote it as a number with a decimal point.
type cell struct {
	text  string
	plain bool
}

// record is one row: the names of its columns and their values.
type record struct {
	line  int
	names []string
	cells []cell
	// loose tells that each row has names of its own, so that a missing one is that row's fault.
	loose bool
}

// Read reads a catalogue and hands its articles to yield, in the order of the file; an error of yield ends it.
// name is the file's name, whose ending helps to tell the format. It returns the rows that were left out.
// Errors: ErrFormat, ErrColumns, ErrTooLarge, ErrTooManyBad, those of r and of yield.
func Read(name string, r io.Reader, o Options, yield func(Item) error) ([]BadRow, error) {
	c := newCatalog(o)
	return each(name, r, o, func(rec record) error {
		it, err := c.item(rec)
		if err != nil {
			return err
		}
		return yield(it)
	})
}

// each reads all rows of a file; a BadRow that row returns, or that the format gives, is collected.
func each(name string, r io.Reader, o Options, row func(record) error) ([]BadRow, error) {
	rows, err := records(name, r, o)
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

// records tells the format and opens it.
func records(name string, r io.Reader, o Options) (iter.Seq2[record, error], error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return xlsxRecords(br)
	}
	if bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}) {
		return nil, fmt.Errorf("%w: an old spreadsheet (.xls); save it as .xlsx or CSV", ErrFormat)
	}
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) {
		br = bufio.NewReaderSize(transform.NewReader(br, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), 64<<10)
		head, _ = br.Peek(512)
	}
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		_, _ = br.Discard(3) // three bytes were just seen
		head = head[3:]
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, fmt.Errorf("%w: it is not text", ErrFormat)
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case len(text) == 0:
		return nil, fmt.Errorf("%w: it is empty", ErrFormat)
	case text[0] == '<':
		return xmlRecords(br), nil
	case text[0] == '{' || ext == ".jsonl" || ext == ".ndjson":
		return jsonRecords(br), nil
	case text[0] == '[':
		return nil, fmt.Errorf("%w: a JSON list; write one object a line", ErrFormat)
	}
	delimiter := o.Delimiter
	if delimiter == "" && (ext == ".tsv" || ext == ".tab") {
		delimiter = "\t"
	}
	return csvRecords(br, delimiter)
}
