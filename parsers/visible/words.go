package visible

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/parsers/visible/word"
)

// The names by which shops call parts of their pages, in the languages in which code is written.
var zoneWords = []struct {
	zone  zone
	words []string
}{
	{zoneFrame, []string{"nav", "navbar", "navigation", "menu", "megamenu", "breadcrumb", "breadcrumbs", "footer", "topbar", "header menu", "site header"}},
	{zoneAside, []string{"sidebar", "advert", "advertisement", "sponsored", "promo banner", "newsletter"}},
	{zoneOthers, []string{
		"related", "recommend", "recommended", "recommendation", "recommendations", "recommender", "similar", "upsell", "up sell", "upsells", "cross sell", "crosssell", "crosssells",
		"cross sells", "also", "carousel", "recently", "recent", "viewed", "bundle", "bundles", "fbt", "frequently", "sims", "accessories", "accessory", "compare", "comparison",
		"you may", "youmay", "bestseller", "bestsellers", "best sellers", "trending", "other products", "more products", "alternatives", "alternative", "collection", "listing",
		"product list", "products list", "product grid", "products grid", "tile", "tiles", "reco", "recs", "suggestions", "suggested", "lookbook", "complete the look", "olp", "mbc",
		"variations", "twister", "slick", "swiper", "owl",
	}},
	{zoneCart, []string{"cart", "minicart", "mini cart", "basket", "minibasket", "bag", "checkout", "wishlist"}},
	{zoneReviews, []string{"review", "reviews", "comment", "comments", "rating", "ratings", "question", "questions", "qa", "faq"}},
	{zoneExtra, []string{
		"shipping", "delivery", "installment", "installments", "instalment", "instalments", "financing", "finance", "monthly", "klarna", "afterpay", "affirm", "warranty", "protection",
		"insurance", "deposit", "points", "reward", "rewards", "coupon", "coupons", "gift", "giftcard", "tradein", "trade in", "used", "refurbished", "rental", "rent", "threshold",
		"savings", "saving", "save", "discount", "tax", "unit price", "per unit", "priceperunit", "price per unit", "volume", "tier", "tiers", "quantity discount",
	}},
	{zoneForm, []string{"filter", "filters", "facet", "facets", "slider", "range"}},
	{zoneUnseen, []string{"visually hidden", "visuallyhidden", "sr only", "sronly", "screen reader", "screenreader", "offscreen", "off screen", "hide visually", "a11y hidden"}},
}

// zoneOf says what an element begins by its kind.
func zoneOf(n *html.Node) (z zone) {
	switch n.DataAtom {
	case atom.Nav, atom.Footer:
		z = zoneFrame
	case atom.Aside:
		z = zoneAside
	case atom.Del, atom.S, atom.Strike:
		z = zoneStruck
	}
	if strings.Contains(attr(n, "style"), "line-through") {
		z |= zoneStruck
	}
	if style := attr(n, "style"); style != "" && unseen(strings.ToLower(strings.ReplaceAll(style, " ", ""))+";") {
		z |= zoneUnseen
	}
	if attr(n, "aria-hidden") == "true" {
		z |= zoneUnread
	}
	return z
}

// unseen reports whether a style lets nothing be seen. It is in small letters, without spaces, and ends with ";".
func unseen(style string) bool {
	return slices.ContainsFunc([]string{
		"opacity:0;", "font-size:0;", "font-size:0px;", "left:-9", "left:-10000", "left:-100vw", "top:-9999", "top:-10000", "text-indent:-9999", "clip:rect(", "clip-path:inset(50%",
		"clip-path:inset(100%",
	}, func(part string) bool { return strings.Contains(style, part) })
}

// zoneNamed says what an element of these names begins.
func zoneNamed(words string) (z zone) {
	for _, w := range zoneWords {
		if word.Any(words, w.words) {
			z |= w.zone
		}
	}
	return z
}
