package quality

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"pricegap/market"
	"pricegap/market/money"
)

// stated is an offer at a price in cents that a reader found at a place.
func stated(cents int64, where string, fields ...market.Field) market.Offer {
	o := market.Offer{Price: money.New(cents*10_000, "EUR"), Evidence: map[market.Field]market.Evidence{market.FieldPrice: {Reader: "json-ld", Where: where}}}
	for _, f := range fields {
		o.Evidence[f] = market.Evidence{Reader: "json-ld"}
	}
	return o
}

// tally sums up n offers, each made from its number.
func tally(n int, of func(i int) market.Offer) *Tally {
	t := new(Tally)
	for i := range n {
		t.See(of(i))
	}
	return t
}

// usually are runs of a shop in which its pages have those fields.
func usually(runs, n int, of func(i int) market.Offer) (u Usual) {
	for i := range runs {
		u, _ = u.Next(tally(n, of), market.RunID(fmt.Sprint(i)), nil)
	}
	return u
}

func kinds(odd []market.Oddity) (out []string) {
	for _, o := range odd {
		out = append(out, o.Kind+" "+o.What)
	}
	return out
}

// TestOddMoved: ten offers and more than a fifth of all that move by one factor, or to another currency.
func TestOddMoved(t *testing.T) {
	move := func(tt *Tally, n int, num, den int64) {
		for i := range n {
			before := money.New((1999+137*int64(i))*10_000, "EUR")
			after := money.New((before.Micros()/10_000*num+den/2)/den*10_000, "EUR")
			tt.Move(market.Offer{Price: before}, market.Offer{Price: after})
		}
	}
	for _, tt := range []struct {
		name   string
		n      int
		offers int
		want   bool
	}{
		{"few", 9, 20, false}, {"ten of forty", 10, 40, true}, {"a fifth", 10, 50, false}, {"all", 200, 200, true},
	} {
		x := new(Tally)
		move(x, tt.n, 121, 100)
		odd := x.Odd(Usual{}, tt.offers, 0)
		if (len(odd) == 1) != tt.want || tt.want && (odd[0].Kind != OddMoved || odd[0].Offers != tt.n || odd[0].Of != tt.offers) {
			t.Errorf("%s: %+v", tt.name, odd)
		}
	}
	mixed := new(Tally)
	for i := range int64(40) {
		move(mixed, 1, 80+i, 100) // forty factors
	}
	if odd := mixed.Odd(Usual{}, 40, 0); odd != nil {
		t.Errorf("each by its own factor: %v", odd)
	}
	dollars := new(Tally)
	for range 12 {
		dollars.Move(market.Offer{Price: money.New(1, "EUR")}, market.Offer{Price: money.New(1, "USD")})
	}
	if got := fmt.Sprint(kinds(dollars.Odd(Usual{}, 40, 0))); got != "[moved currency]" {
		t.Errorf("another currency: %s", got)
	}
}

// TestOddPages: pages that lose their price, show other articles, or are all the same.
func TestOddPages(t *testing.T) {
	for _, tt := range []struct {
		lost, swapped, same, fine int
		want                      string
	}{
		{4, 0, 0, 3, "[]"},
		{5, 0, 0, 10, "[lost_price ]"},
		{5, 0, 0, 20, "[]"},
		{40, 0, 0, 60, "[lost_price ]"},
		{0, 5, 0, 10, "[listings ]"},
		{0, 4, 0, 2, "[]"},
		{0, 0, 5, 500, "[same_page ]"},
		{0, 0, 4, 500, "[]"},
	} {
		x := new(Tally)
		for i := range tt.fine {
			x.Page(uint64(1000+i), true, true, true)
			if i < tt.same {
				x.Page(1, true, true, true)
			}
		}
		for i := range tt.lost {
			x.Page(uint64(5000+i), true, false, false)
		}
		for i := range tt.swapped {
			x.Page(uint64(9000+i), true, false, true)
		}
		if got := fmt.Sprint(kinds(x.Odd(Usual{}, tt.fine+tt.swapped+tt.same, 0))); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

// TestAliases: a shop whose products have several addresses each has them in every run.
func TestAliases(t *testing.T) {
	of := func(n int) *Tally {
		x := tally(20, func(int) market.Offer { return stated(1999, "price") })
		for range n {
			x.Page(1, true, true, true)
		}
		return x
	}
	u, _ := Usual{}.Next(of(6), "r", nil)
	if odd := of(7).Odd(u, 50, 0); odd != nil {
		t.Errorf("seven addresses where six were: %v", odd)
	}
	if odd := of(20).Odd(u, 50, 0); len(odd) != 1 || odd[0].Kind != OddSame {
		t.Errorf("twenty addresses where six were: %v", odd)
	}
}

// TestOddTemplate: a field that is gone, and a price that stands elsewhere.
func TestOddTemplate(t *testing.T) {
	template := func(i int) market.Offer {
		o := stated(1999, fmt.Sprintf("script %d: offers.price", i), market.FieldSKU, market.FieldBrand)
		if i%10 != 0 {
			o.Evidence[market.FieldGTIN] = market.Evidence{}
		}
		return o
	}
	u := usually(7, 50, template)
	for _, tt := range []struct {
		name string
		n    int
		of   func(i int) market.Offer
		want string
	}{
		{"as ever", 50, template, "[]"},
		{"few pages", 9, func(int) market.Offer { return stated(1999, "other") }, "[]"},
		{"a field is gone", 50, func(i int) market.Offer {
			o := template(i)
			delete(o.Evidence, market.FieldSKU)
			return o
		}, "[field sku]"},
		{"a field is gone from a tenth", 100, func(i int) market.Offer {
			o := template(i)
			if i%10 == 1 {
				delete(o.Evidence, market.FieldBrand)
			}
			return o
		}, "[field brand]"},
		{"as few numbers as chance allows", 20, func(i int) market.Offer {
			o := template(i)
			if i%4 == 0 {
				delete(o.Evidence, market.FieldGTIN)
			}
			return o
		}, "[]"},
		{"no cents", 50, func(i int) market.Offer {
			o := template(i)
			o.Price = money.New(19_000_000, "EUR")
			return o
		}, "[field cents]"},
		{"another place", 50, func(i int) market.Offer {
			o := template(i)
			o.Evidence[market.FieldPrice] = market.Evidence{Reader: "visible", Where: "div > span.x"}
			return o
		}, "[place visible div > span.x place json-ld script : offers.price]"},
		{"another place on a tenth", 50, func(i int) market.Offer {
			o := template(i)
			if i%10 == 0 {
				o.Evidence[market.FieldPrice] = market.Evidence{Reader: "visible"}
			}
			return o
		}, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := tally(tt.n, tt.of)
			odd := x.Odd(u, tt.n, 0)
			if got := fmt.Sprint(kinds(odd)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			for _, o := range odd {
				if Words(o) == "" || Words(o) == Words(market.Oddity{}) {
					t.Errorf("no words for %+v", o)
				}
			}
			if next, _ := u.Next(x, "x", odd); len(odd) > 0 && len(next.Runs) != len(u.Runs) {
				t.Error("an odd run is usual")
			}
		})
	}
	if odd := tally(50, func(int) market.Offer { return stated(1000, "") }).Odd(Usual{}, 50, 0); odd != nil {
		t.Errorf("the first run of a shop: %v", odd)
	}
	random := func(seed int) func(i int) market.Offer {
		return func(i int) market.Offer { return stated(1999, fmt.Sprintf("div.%c%c", 'a'+(i+seed)%26, 'a'+i/26+seed)) }
	}
	if odd := tally(100, random(9)).Odd(usually(3, 100, random(1)), 100, 0); odd != nil {
		t.Errorf("names that were always another at every load: %v", odd)
	}
}

// TestStaysOdd: what is odd stays so while too little is read, or too much is held, to know better.
func TestStaysOdd(t *testing.T) {
	template := func(int) market.Offer { return stated(1999, "price", market.FieldSKU) }
	u := usually(2, 50, template)
	moved := []market.Oddity{{Kind: OddMoved}}
	field := []market.Oddity{{Kind: OddField}}
	for _, tt := range []struct {
		was                []market.Oddity
		read, offers, held int
		stays              bool
	}{
		{nil, 3, 50, 0, false},
		{field, 3, 50, 0, true},
		{field, 3, 4, 0, false},
		{field, 30, 50, 30, false},
		{moved, 30, 50, 30, true},
		{moved, 30, 50, 3, false},
		{moved, 0, 50, 0, true},
	} {
		u.Odd = tt.was
		if got := tally(tt.read, template).Odd(u, tt.offers, tt.held); (len(got) > 0) != tt.stays {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// TestUsual: seven runs are remembered, and no more than that; a run that read little is passed over unless it is the first.
func TestUsual(t *testing.T) {
	template := func(int) market.Offer { return stated(1999, "price") }
	u := usually(20, 50, template)
	if len(u.Runs) != goodRuns || u.Runs[6].Run != "19" {
		t.Errorf("%d runs, the newest %s", len(u.Runs), u.Runs[6].Run)
	}
	if _, changed := u.Next(tally(3, template), "x", nil); changed {
		t.Error("three pages changed what is usual")
	}
	if first, changed := (Usual{}).Next(tally(3, template), "x", nil); !changed || len(first.Runs) != 1 {
		t.Error("the first run is not remembered")
	}
}

// TestTallyIsSmall: whatever a shop shows, a Tally stays as small, and knows the page that comes most often.
func TestTallyIsSmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := new(Tally)
		n := rapid.IntRange(100, 3000).Draw(t, "pages")
		for i := range n {
			x.See(stated(int64(100+i), fmt.Sprintf("p%x", i*7919)))
			x.Move(stated(int64(1000+i), ""), stated(int64(2000+3*i), ""))
			x.Page(uint64(2+i), true, true, true)
			if i%5 == 0 {
				x.Page(1, true, true, true)
			}
		}
		if len(x.Places) > maxPlaces+1 || len(x.bodies) > maxBodies || len(x.factors) > maxFactors {
			t.Fatalf("%d places, %d pages, %d factors", len(x.Places), len(x.bodies), len(x.factors))
		}
		if x.Same < oddSamePages {
			t.Fatalf("a sixth of %d pages are the same, and %d were noticed", n, x.Same)
		}
	})
}

// TestFewPagesSayLittle: a first run that read one page says of no field or place that it is usual, and a larger one takes its
// place.
func TestFewPagesSayLittle(t *testing.T) {
	offer := func(where string, fields ...market.Field) market.Offer {
		o := market.Offer{Evidence: map[market.Field]market.Evidence{market.FieldPrice: {Reader: "json-ld", Where: where}}}
		for _, f := range fields {
			o.Evidence[f] = market.Evidence{}
		}
		return o
	}
	var one, all Tally
	one.See(offer("offers.price", market.FieldBrand))
	u, _ := Usual{}.Next(&one, "r1", nil)
	for range 50 {
		all.See(offer("offers.price", market.FieldBrand))
		all.See(offer("offers.0.price"))
	}
	odd := all.Odd(u, 100, 0)
	if odd != nil {
		t.Errorf("beside one page: %v", odd)
	}
	if u, _ = u.Next(&all, "r2", odd); len(u.Runs) != 1 || u.Runs[0].Run != "r2" {
		t.Errorf("usual are %+v", u.Runs)
	}
}
