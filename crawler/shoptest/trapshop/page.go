package trapshop

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// today is the day on which the calendars begin.
var today = time.Date(2026, time.November, 21, 0, 0, 0, 0, time.UTC)

// trap names the maze that an address belongs to.
func (s *Shop) trap(u *url.URL) Trap {
	q := u.Query()
	facets := slices.ContainsFunc(keys(q), func(k string) bool { return strings.HasPrefix(k, "f") })
	switch p := u.Path; {
	case strings.HasPrefix(p, "/p/"):
		return ""
	case strings.HasPrefix(p, "/agenda/"):
		return Calendar
	case p == "/kalender":
		return Dates
	case p == "/c/nieuw" && q.Get("page") != "":
		return Endless
	case strings.HasPrefix(p, "/m/"):
		return PathFacet
	case strings.HasPrefix(p, "/s/"):
		return PathID
	case strings.Contains(p, "/extra/"):
		return Loop
	case facets:
		return Facets
	case q.Get("bezoek") != "":
		return VisitID
	}
	return ""
}

func keys(q url.Values) (out []string) {
	for k := range q {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// page returns what stands at an address, or where it leads to; nothing where there is nothing.
func (s *Shop) page(u *url.URL, visit string) (body, to string) {
	p := u.Path
	if rest, ok := strings.CutPrefix(p, "/s/"); ok { // the same shop, below an id of the visit
		if _, rest, ok = strings.Cut(rest, "/"); ok {
			p = "/" + rest
		}
	}
	switch {
	case strings.HasPrefix(p, "/p/"):
		return s.article(p), ""
	case strings.HasPrefix(p, "/print/"):
		return s.article(strings.TrimPrefix(p, "/print")), ""
	case strings.HasPrefix(p, "/ga/"):
		return "", s.goes(strings.TrimPrefix(p, "/ga/"))
	case p == "/c/":
		return s.list("Alle afdelingen", nil, "", "", u, visit), ""
	case strings.HasPrefix(p, "/c/afd-"):
		n, err := strconv.Atoi(strings.TrimPrefix(p, "/c/afd-"))
		if err != nil || n < 0 || n >= departments {
			return "", ""
		}
		return s.department(n, u, visit), ""
	case p == "/c/nieuw":
		n, _ := strconv.Atoi(u.Query().Get("page"))
		return s.list("Nieuw", s.first(perPage), fmt.Sprintf("/c/nieuw?page=%d", max(n, 1)+1), "", u, visit), ""
	case strings.HasPrefix(p, "/m/"), strings.Contains(p, "/extra/"):
		return s.list("Merken", s.first(perPage), "", p, u, visit), ""
	case strings.HasPrefix(p, "/agenda/"):
		day, err := time.Parse("/agenda/2006/01/02/", p)
		if err != nil {
			return "", ""
		}
		next := day.AddDate(0, 0, 1).Format("/agenda/2006/01/02/")
		return s.list("Agenda", nil, next, day.AddDate(0, -1, 0).Format("/agenda/2006/01/02/"), u, visit), ""
	case p == "/kalender":
		day, err := time.Parse(time.DateOnly, u.Query().Get("date"))
		if err != nil {
			return "", ""
		}
		return s.list("Kalender", nil, "", day.AddDate(0, 0, 7).Format("/kalender?date=2006-01-02"), u, visit), ""
	case forbidden(u.RequestURI()):
		return s.list("Niets voor robots", s.first(perPage), "", "", u, visit), ""
	}
	return "", ""
}

// goes is where a short address leads: to the product, on to another short one, or to where robots.txt forbids it.
func (s *Shop) goes(name string) string {
	n, err := strconv.Atoi(name)
	if err != nil {
		return "/"
	}
	switch n % 4 {
	case 0:
		return fmt.Sprintf("/ga/%d", n+2)
	case 1:
		return "/print" + s.product(n%s.o.Products)
	case 3:
		return "/zoeken?q=" + name
	}
	return s.product(n % s.o.Products)
}

func (s *Shop) first(n int) []int {
	var out []int
	for i := range min(n, s.o.Products) {
		out = append(out, i)
	}
	return out
}

// department is a list that can be narrowed by every filter.
func (s *Shop) department(n int, u *url.URL, visit string) string {
	q := u.Query()
	page, _ := strconv.Atoi(q.Get("page"))
	page = max(page, 1)
	q.Del("page")
	q.Del("bezoek")
	var shown []int
	for i := n; i < s.o.Products; i += departments {
		if s.fits(i, q) {
			shown = append(shown, i)
		}
	}
	next := ""
	if page*perPage < len(shown) {
		to := cloned(q)
		to.Set("page", strconv.Itoa(page+1))
		next = fmt.Sprintf("/c/afd-%d?%s", n, to.Encode())
	}
	from := min((page-1)*perPage, len(shown))
	return s.list(fmt.Sprintf("Afdeling %d", n), shown[from:min(from+perPage, len(shown))], next, "", u, visit)
}

// fits reports whether a product passes all filters of a query.
func (s *Shop) fits(product int, q url.Values) bool {
	for k := range q {
		v, err := strconv.ParseUint(q.Get(k), 10, 64)
		if strings.HasPrefix(k, "f") && (err != nil || draw(product, k)%uint64(s.o.Values) != v%uint64(s.o.Values)) { //nolint:gosec // a few values
			return false
		}
	}
	return true
}

func cloned(q url.Values) url.Values {
	out := url.Values{}
	for k := range q {
		out.Set(k, q.Get(k))
	}
	return out
}

// list writes a list: its products, its next page, and all the mazes.
func (s *Shop) list(title string, shown []int, next, other string, u *url.URL, visit string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="nl"><head><title>%s</title></head><body><h1>%[1]s</h1><nav>`, title)
	a := func(href string) { fmt.Fprintf(&b, `<a href="%s">verder</a> `, strings.ReplaceAll(href, "&", "&amp;")) }
	for d := range departments {
		if u.Path == "/c/" {
			a(fmt.Sprintf("/c/afd-%d", d))
		}
		a(fmt.Sprintf("/c/afd-%d?bezoek=%s", d, visit))
		a(fmt.Sprintf("/s/%s/c/afd-%d", visit, d))
		a(fmt.Sprintf("/c/afd-%d?sorteer=prijs", d))
	}
	for _, to := range []string{
		"/winkelwagen?leeg=1", "/zoeken?q=lamp", "/c/nieuw", "/m/merk-1/", "/c/extra/",
		today.Format("/agenda/2006/01/02/"), today.Format("/kalender?date=2006-01-02"),
	} {
		a(to)
	}
	if other != "" {
		a(other)
	}
	s.mazes(u, a)
	b.WriteString("</nav><ul>")
	for i, p := range shown {
		href := s.product(p)
		if p%2 == 1 && i%2 == 1 { // some carry the id of the visit
			href += "?bezoek=" + visit
		}
		fmt.Fprintf(&b, `<li class="tegel"><a class="naam" href="%s">Lamp %05d</a><a href="/print%s">afdrukken</a></li>`, href, p, s.product(p))
	}
	b.WriteString("</ul>")
	if next != "" {
		fmt.Fprintf(&b, `<a class="volgende" rel="next" href="%s">volgende</a>`, strings.ReplaceAll(next, "&", "&amp;"))
	}
	b.WriteString("</body></html>")
	return b.String()
}

// mazes writes the links that a list makes of its own address: one more filter, one more step in a path.
func (s *Shop) mazes(u *url.URL, a func(string)) {
	if strings.HasPrefix(u.Path, "/c/afd-") {
		for f := range s.o.Facets {
			for v := range s.o.Values {
				q := cloned(u.Query())
				q.Del("page")
				q.Del("bezoek")
				q.Set(fmt.Sprintf("f%02d", f+1), strconv.Itoa(v+1))
				a(u.Path + "?" + q.Encode())
			}
		}
	}
	if strings.HasPrefix(u.Path, "/m/") {
		for _, kind := range []string{"merk", "kleur", "maat", "vorm", "fitting"} {
			for v := range s.o.Values {
				if !strings.Contains(u.Path, "/"+kind+"-") || kind == "merk" && strings.Count(u.Path, "/") == 3 {
					a(fmt.Sprintf("%s%s-%d/", u.Path, kind, v+1))
				}
			}
		}
		for v := range 3 * s.o.Values {
			a(fmt.Sprintf("/m/merk-%d/", v+1))
		}
	}
	if strings.Contains(u.Path, "/extra/") {
		a(u.Path + "extra/")
	}
}

// article is a product page; nothing where there is no such product.
func (s *Shop) article(path string) string {
	_, number, _ := strings.Cut(strings.TrimPrefix(path, "/p/"), "/")
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= s.o.Products || s.product(i) != path {
		return ""
	}
	return fmt.Sprintf(`<!doctype html><html lang="nl"><head><title>Lamp %05[1]d</title>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"Lamp %05[1]d","sku":"DH%05[1]d",
"offers":{"@type":"Offer","price":"%[2]d.95","priceCurrency":"EUR","availability":"https://schema.org/InStock"}}</script></head>
<body><h1>Lamp %05[1]d</h1><p class="prijs">€ %[2]d,95</p></body></html>`, i, 5+draw("price", i)%90)
}
