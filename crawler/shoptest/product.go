package shoptest

import (
	"fmt"
	"hash/fnv"
	"strings"

	"pricegap/market"
)

// Product is an article of our own catalogue in a World.
type Product struct {
	ID market.ProductID
	// GTIN has 13 digits and a right check digit, in the range that GS1 keeps for examples (prefix 952).
	GTIN, Brand, MPN, Title, Category string
	// Rank is its importance, 1 first.
	Rank int
	// usual is our usual price, cost what we pay, both in cents.
	usual, cost int64
}

// sort of articles: a category, what its articles are called, and the range of prices in euros.
var assortment = []struct {
	category, slug, noun string
	low, high            int64
}{
	{"Tafellampen", "tafellampen", "Tafellamp", 19, 189},
	{"Stofzuigers", "stofzuigers", "Steelstofzuiger", 119, 649},
	{"Koffiemachines", "koffiemachines", "Volautomaat", 299, 1499},
	{"Waterkokers", "waterkokers", "Waterkoker", 24, 129},
	{"Ventilatoren", "ventilatoren", "Torenventilator", 39, 299},
	{"Koptelefoons", "koptelefoons", "Koptelefoon", 29, 399},
	{"Broodroosters", "broodroosters", "Broodrooster", 19, 119},
	{"Luchtreinigers", "luchtreinigers", "Luchtreiniger", 89, 799},
}

var (
	brands  = []string{"Brommelux", "Snorrewind", "Kletterkan", "Glimmerik", "Droomstoom", "Zwiepa"}
	series  = []string{"Nova", "Duin", "Polder", "Gracht", "Kade", "Vonk", "Mist", "Wolk", "Ster", "Brug"}
	colours = []string{"zwart", "wit", "antraciet", "zand", "mosgroen", "rood"}
)

func products(n int, seed uint64) []Product {
	out := make([]Product, n)
	for i := range out {
		kind := assortment[i%len(assortment)]
		r := draw(seed, "product", i, 0)
		brand := brands[r%uint64(len(brands))]
		model := fmt.Sprintf("%s%s-%d", strings.ToUpper(brand[:2]), strings.ToUpper(kind.noun[:1]), 100+i)
		usual := kind.low*100 + int64((r>>8)%uint64((kind.high-kind.low)*100))
		out[i] = Product{
			ID:    market.ProductID(fmt.Sprintf("FP%05d", 10001+i)),
			GTIN:  gtin13(fmt.Sprintf("952%09d", 100_000+i*7)),
			Brand: brand, MPN: model, Category: kind.category, Rank: i + 1,
			Title: fmt.Sprintf("%s %s %s %d %s", brand, kind.noun, series[(r>>24)%uint64(len(series))], 100+i,
				colours[(r>>32)%uint64(len(colours))]),
			usual: ending(usual, r>>40), cost: usual * 7 / 10,
		}
	}
	return out
}

// gtin13 appends the check digit to twelve digits. Source: GS1 General Specifications §7.9.
func gtin13(twelve string) string {
	sum := 0
	for i, d := range twelve {
		v := int(d - '0')
		if i%2 == 1 {
			v *= 3
		}
		sum += v
	}
	return twelve + string(rune('0'+(10-sum%10)%10))
}

// ending gives cents one of the endings of a price tag: ",95", ",99", ",50" or whole euros.
func ending(cents int64, r uint64) int64 {
	whole := cents / 100 * 100
	switch r % 4 {
	case 0:
		return whole + 95
	case 1:
		return whole + 99
	case 2:
		return whole + 50
	}
	return whole
}

// draw returns a number that depends on its arguments only: FNV-1a, then the finalizer of splitmix64.
func draw(seed uint64, what string, i, day int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %d %d", seed, what, i, day)
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// slug is a title as it stands in an address.
func slug(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}
