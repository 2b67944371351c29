package export

import (
	"fmt"
	"slices"
	"strings"

	"pricegap/compare"
	"pricegap/market"
)

// column is one column of a comparison.
type column struct {
	heading
	value func(*compare.Standing) cell
}

// field is a column that stands once, place one that each rival has.
type field struct {
	heading
	nl, en string
	value  func(*compare.Standing) cell
}

type place struct {
	heading
	nl, en string
	value  func(*compare.Position) cell
}

func head(name string, k kind, width int) heading { return heading{name: name, kind: k, width: width} }

func numbers(name string, scale int8, width int) heading {
	return heading{name: name, kind: number, scale: scale, width: width}
}

func amounts(name string) heading { return numbers(name, 6, 11) }

func gaps(h heading) heading {
	h.sign = true
	return h
}

func states(name string) heading { return heading{name: name, kind: text, width: 11, state: true} }

var before = []field{
	{head("product", text, 14), "Artikel", "Product", func(s *compare.Standing) cell { return textCell(string(s.Product.ID)) }},
	{head("gtin", text, 15), "EAN", "GTIN", func(s *compare.Standing) cell { return textCell(s.Product.GTIN) }},
	{head("brand", text, 14), "Merk", "Brand", func(s *compare.Standing) cell { return textCell(s.Product.Brand.Plain()) }},
	{head("mpn", text, 14), "MPN", "MPN", func(s *compare.Standing) cell { return textCell(s.Product.MPN) }},
	{head("title", text, 36), "Omschrijving", "Title", func(s *compare.Standing) cell { return textCell(s.Product.Title.Plain()) }},
	{head("category", text, 18), "Categorie", "Category", func(s *compare.Standing) cell { return textCell(s.Product.Category.Plain()) }},
	ours(head("currency", text, 8), "Valuta", "Currency", currencyOf),
	ours(amounts("our_price"), "Onze prijs", "Our price", func(p *compare.Position) cell { return moneyCell(p.Price) }),
	ours(amounts("our_delivered"), "Onze prijs bezorgd", "Our price delivered", func(p *compare.Position) cell { return moneyCell(p.Delivered) }),
	ours(head("our_stock", text, 12), "Onze voorraad", "Our stock", func(p *compare.Position) cell { return textCell(string(p.Seen.Offer.Stock)) }),
	ours(head("our_observed_at", moment, 17), "Gezien op (UTC)", "Our price seen at (UTC)", func(p *compare.Position) cell { return momentCell(p.Seen.SeenAt) }),
	ours(numbers("our_age_hours", 1, 8), "Uren oud", "Hours old", ageOf),
	ours(states("our_status"), "Onze status", "Our status", func(p *compare.Position) cell { return textCell(Status(*p)) }),
	ours(head("our_url", text, 24), "Onze pagina", "Our page", urlOf),
}

var after = []field{
	{numbers("rank", 0, 7), "Plaats", "Rank", func(s *compare.Standing) cell { return countCell(s.Rank, false) }},
	{head("lowest", text, 14), "Laagste bij", "Lowest at", func(s *compare.Standing) cell { return textCell(string(s.Lowest)) }},
	{amounts("lowest_price"), "Laagste prijs", "Lowest price", func(s *compare.Standing) cell { return moneyCell(s.LowestPrice) }},
	{numbers("index", 2, 8), "Prijsindex", "Price index", func(s *compare.Standing) cell { return countCell(s.Index, true) }},
	{head("basis", text, 9), "Basis", "Basis", func(s *compare.Standing) cell { return textCell(string(s.Basis)) }},
	{head("as_of", moment, 17), "Stand van (UTC)", "As of (UTC)", func(s *compare.Standing) cell { return momentCell(s.At) }},
}

var places = []place{
	{amounts("price"), "prijs", "price", func(p *compare.Position) cell { return moneyCell(p.Shown()) }},
	{head("currency", text, 8), "valuta", "currency", currencyOf},
	{amounts("delivered"), "bezorgd", "delivered", func(p *compare.Position) cell { return moneyCell(p.Delivered) }},
	{gaps(amounts("gap")), "verschil", "gap", func(p *compare.Position) cell { return moneyCell(p.Gap) }},
	{gaps(numbers("gap_percent", 2, 9)), "verschil %", "gap %", func(p *compare.Position) cell { return countCell(p.GapBasisPoints, true) }},
	{head("stock", text, 12), "voorraad", "stock", func(p *compare.Position) cell { return textCell(string(p.Seen.Offer.Stock)) }},
	{head("observed_at", moment, 17), "gezien op (UTC)", "seen at (UTC)", func(p *compare.Position) cell { return momentCell(p.Seen.SeenAt) }},
	{numbers("age_hours", 1, 8), "uren oud", "hours old", ageOf},
	{states("status"), "status", "status", func(p *compare.Position) cell { return textCell(Status(*p)) }},
	{numbers("confidence", 2, 10), "zekerheid %", "confidence %", confidenceOf},
	{head("url", text, 24), "pagina", "page", urlOf},
}

func ours(h heading, nl, en string, value func(*compare.Position) cell) field {
	return field{h, nl, en, func(s *compare.Standing) cell { return value(&s.Ours) }}
}

func currencyOf(p *compare.Position) cell { return textCell(string(p.Seen.Offer.Price.Currency())) }

func urlOf(p *compare.Position) cell { return textCell(p.Link()) }

func ageOf(p *compare.Position) cell {
	if p.Seen.Listing == "" {
		return cell{}
	}
	return hoursCell(p.Age)
}

// confidenceOf is how sure the match is, in percent.
func confidenceOf(p *compare.Position) cell {
	if p.Match.Listing == "" {
		return cell{}
	}
	return numberCell(int64(p.Match.ScoreBasisPoints), 2, 2)
}

// Status says in one word how far a position can be relied on: "fresh"; "held" where a newer value is held
// back, or only such a one is known; "none" where nothing is known; else the reason why it is not comparable.
func Status(p compare.Position) string {
	switch {
	case p.Held != nil && (p.Comparable || p.Seen.Listing == ""):
		return "held"
	case p.Seen.Listing == "":
		return "none"
	case p.Comparable:
		return "fresh"
	}
	return string(p.NotBecause)
}

// Columns returns the names of all columns of a comparison, in order; those that each rival has begin with
// "rival.".
func Columns() []string {
	var out []string
	for _, f := range before {
		out = append(out, f.name)
	}
	for _, p := range places {
		out = append(out, "rival."+p.name)
	}
	for _, f := range after {
		out = append(out, f.name)
	}
	return out
}

// checkColumns returns an error for the first column that cannot exist, whoever the rivals are.
func checkColumns(o Options) error {
	for _, name := range o.Columns {
		_, last, ok := strings.Cut(name, ".")
		if slices.Contains(Columns(), name) || ok && slices.Contains(Columns(), "rival."+last) {
			continue
		}
		return fmt.Errorf("export: column %q: unknown; there are %s", name, strings.Join(Columns(), ", "))
	}
	return nil
}

// selectColumns returns the columns asked for. Neighbouring "rival." columns stand together for each rival.
func selectColumns(o Options, rivals []rival) ([]column, error) {
	names := o.Columns
	if len(names) == 0 {
		names = Columns()
	}
	var out []column
	for i := 0; i < len(names); i++ {
		if strings.HasPrefix(names[i], "rival.") {
			from := i
			for i+1 < len(names) && strings.HasPrefix(names[i+1], "rival.") {
				i++
			}
			for n := range rivals {
				for _, name := range names[from : i+1] {
					out = append(out, rivalColumn(strings.TrimPrefix(name, "rival."), n, rivals[n], o.Language))
				}
			}
			continue
		}
		if at := slices.IndexFunc(allFields(), func(f field) bool { return f.name == names[i] }); at >= 0 {
			f := allFields()[at]
			out = append(out, column{labelled(f.heading, "", f.nl, f.en, o.Language), f.value})
			continue
		}
		source, name, _ := strings.Cut(names[i], ".")
		n := slices.IndexFunc(rivals, func(r rival) bool { return string(r.id) == source })
		if n < 0 {
			return nil, fmt.Errorf("export: column %q: no such rival in this comparison", names[i])
		}
		out = append(out, rivalColumn(name, n, rivals[n], o.Language))
	}
	return out, nil
}

func allFields() []field { return slices.Concat(before, after) }

func rivalColumn(name string, n int, r rival, language string) column {
	p := places[slices.IndexFunc(places, func(p place) bool { return p.name == name })]
	h := labelled(p.heading, market.NewText(r.name).Plain()+": ", p.nl, p.en, language)
	h.name = string(r.id) + "." + name
	if language == "" {
		h.label = h.name
	}
	none := compare.Position{Source: r.id, Name: r.name, NotBecause: compare.NoOffer}
	return column{h, func(s *compare.Standing) cell {
		if n < len(s.Rivals) && s.Rivals[n].Source == r.id {
			return p.value(&s.Rivals[n])
		}
		for i := range s.Rivals {
			if s.Rivals[i].Source == r.id {
				return p.value(&s.Rivals[i])
			}
		}
		return p.value(&none)
	}}
}

func labelled(h heading, prefix, nl, en, language string) heading {
	switch base, _, _ := strings.Cut(language, "-"); base {
	case "":
		h.label = h.name
	case "nl":
		h.label = prefix + nl
	default:
		h.label = prefix + en
	}
	return h
}
