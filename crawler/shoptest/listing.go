package shoptest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// perPage is how many products a category page or a page of the JSON listing has, perSitemap a sitemap.
const (
	perPage    = 12
	perSitemap = 1000
)

// page returns what stands at an address of a shop; an empty answer is a page that does not exist.
func (s *Server) page(h *hostState, u *url.URL, day int) (answer, error) {
	w, shop := s.world, h.shop
	if i, ok := h.paths[u.Path]; ok {
		body, err := w.productPage(shop, i, day, w.wrong(shop, i, day))
		return answer{kind: kindHTML, body: body}, err
	}
	path := u.Path
	switch {
	case path == "/robots.txt":
		return answer{kind: kindText, body: shop.robots()}, nil
	case path == "/" || strings.HasPrefix(path, "/info/") || slices.Contains(disallowed, path):
		body, err := render("info", view{Shop: shop, Nav: shop.nav(), Title: "Welkom bij " + shop.Name})
		return answer{kind: kindHTML, body: body}, err
	case path == "/sitemap.xml" && (shop.Own || shop.Markup == State):
		return answer{kind: kindXML, body: w.sitemap(shop, day, 0, len(w.listed[shop.ID]))}, nil
	case path == "/sitemap_index.xml" && shop.Markup == JSONLD:
		return answer{kind: kindXML, body: w.sitemapIndex(shop)}, nil
	case strings.HasPrefix(path, "/sitemaps/") && shop.Markup == JSONLD:
		return w.gzippedSitemap(shop, day, strings.TrimPrefix(path, "/sitemaps/"))
	case path == "/api/listing" && shop.Markup == State:
		return w.listing(shop, day, u)
	case strings.HasPrefix(path, "/c/") && shop.Markup == Microdata:
		n, _ := strconv.Atoi(u.Query().Get("pagina"))
		return w.category(shop, day, strings.TrimPrefix(path, "/c/"), max(n, 1))
	case strings.HasPrefix(path, "/categorie/") && shop.Markup == Bare:
		name, n, _ := strings.Cut(strings.TrimPrefix(path, "/categorie/"), "/")
		no, _ := strconv.Atoi(n)
		return w.category(shop, day, name, max(no, 1))
	}
	return answer{}, nil
}

func (s *Shop) robots() []byte {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for _, p := range disallowed {
		b.WriteString("Disallow: " + p + "\n")
	}
	b.WriteString("\nUser-agent: somebody-else\nDisallow: /\n")
	switch {
	case s.Own || s.Markup == State:
		b.WriteString("\nSitemap: http://" + s.Host + "/sitemap.xml\n")
	case s.Markup == JSONLD:
		b.WriteString("\nSitemap: http://" + s.Host + "/sitemap_index.xml\n")
	}
	return []byte(b.String())
}

// inCategory returns the products of a shop in a category, nil for a category that does not exist.
func (w *World) inCategory(s *Shop, slug string) (name string, listed []int) {
	for _, a := range assortment {
		if a.slug == slug {
			name = a.category
		}
	}
	for _, i := range w.listed[s.ID] {
		if w.products[i].Category == name {
			listed = append(listed, i)
		}
	}
	return name, listed
}

func (w *World) category(s *Shop, day int, slug string, n int) (answer, error) {
	name, listed := w.inCategory(s, slug)
	from := (n - 1) * perPage
	if name == "" || from > len(listed) {
		return answer{}, nil
	}
	v := view{Shop: s, Nav: s.nav(), Title: name}
	for _, i := range listed[from:min(from+perPage, len(listed))] {
		v.Tiles = append(v.Tiles, w.tile(s, i, day))
	}
	if from+perPage < len(listed) {
		v.Next = fmt.Sprintf("/categorie/%s/%d", slug, n+1)
		if s.Markup == Microdata {
			v.Next = fmt.Sprintf("/c/%s?pagina=%d", slug, n+1)
		}
	}
	body, err := render(string(s.Markup)+"-list", v)
	return answer{kind: kindHTML, body: body}, err
}

func (w *World) listing(s *Shop, day int, u *url.URL) (answer, error) {
	n, _ := strconv.Atoi(u.Query().Get("page"))
	n = max(n, 1)
	listed := w.listed[s.ID]
	from := min((n-1)*4*perPage, len(listed))
	to := min(from+4*perPage, len(listed))
	items := []any{}
	for _, i := range listed[from:to] {
		items = append(items, item(w.view(s, i, day, false)))
	}
	doc := map[string]any{"page": n, "items": items, "next": nil}
	if to < len(listed) {
		doc["next"] = fmt.Sprintf("/api/listing?page=%d", n+1)
	}
	body, err := json.Marshal(doc)
	return answer{kind: kindJSON, body: body}, err
}

func (w *World) sitemap(s *Shop, day, from, to int) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, i := range w.listed[s.ID][from:to] {
		p := &w.products[i]
		fmt.Fprintf(&b, "<url><loc>%s</loc><lastmod>%s</lastmod></url>\n", s.url(p, s.sku(p, i)), w.changedOn(s, i, day).Format(time.DateOnly))
	}
	b.WriteString("</urlset>\n")
	return []byte(b.String())
}

func (w *World) sitemapIndex(s *Shop) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for i := 0; i*perSitemap < len(w.listed[s.ID]); i++ {
		fmt.Fprintf(&b, "<sitemap><loc>http://%s/sitemaps/products-%d.xml.gz</loc></sitemap>\n", s.Host, i+1)
	}
	fmt.Fprintf(&b, "<sitemap><loc>http://%s/sitemaps/info.xml.gz</loc></sitemap>\n</sitemapindex>\n", s.Host)
	return []byte(b.String())
}

func (w *World) gzippedSitemap(s *Shop, day int, name string) (answer, error) {
	var plain []byte
	if name == "info.xml.gz" {
		plain = fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://%s/info/over-ons</loc></url><url><loc>http://%s/info/verzending</loc></url></urlset>`, s.Host, s.Host)
	} else {
		var n int
		all := len(w.listed[s.ID])
		if _, err := fmt.Sscanf(name, "products-%d.xml.gz", &n); err != nil || n < 1 || (n-1)*perSitemap >= all {
			return answer{}, nil //nolint:nilerr // a name that is none is a page that does not exist
		}
		plain = w.sitemap(s, day, (n-1)*perSitemap, min(n*perSitemap, all))
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(plain)
	err = errors.Join(err, z.Close())
	return answer{kind: kindGzip, body: b.Bytes()}, err
}
