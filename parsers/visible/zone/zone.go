// Package zone tells the parts of a page: its frame, its reviews, what it shows of other products and so on. It knows them by
// their elements, their styles and what the shop's people call them.
package zone

import (
	"iter"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pricegap/parsers/visible/word"
)

// Set says in what parts of a page an element stands.
type Set uint16

// The parts of a page.
const (
	Frame   Set = 1 << iota // header, footer, navigation, menu
	Aside                   // beside the page's own matter
	Others                  // other products: related, recommended, recently viewed
	Cart                    // what the visitor has chosen already
	Reviews                 // what others say
	Struck                  // struck through
	Extra                   // shipping, instalments, warranty, accessories
	Form                    // filters and choices
	Unseen                  // kept from the eye, for those who have the page read to them
	Unread                  // seen, and kept from those
)

// The names by which shops call parts of their pages, in the languages in which code is written.
var named = []struct {
	zone  Set
	words []string
}{
	{Frame, []string{"nav", "navbar", "navigation", "menu", "megamenu", "breadcrumb", "breadcrumbs", "footer", "topbar", "header menu", "site header"}},
	{Aside, []string{"sidebar", "advert", "advertisement", "sponsored", "promo banner", "newsletter"}},
	{Others, []string{
		"related", "recommend", "recommended", "recommendation", "recommendations", "recommender", "similar", "upsell", "up sell", "upsells", "cross sell", "crosssell", "crosssells",
		"cross sells", "also", "carousel", "recently", "recent", "viewed", "bundle", "bundles", "fbt", "frequently", "sims", "accessories", "accessory", "compare", "comparison",
		"you may", "youmay", "bestseller", "bestsellers", "best sellers", "trending", "other products", "more products", "alternatives", "alternative", "collection", "listing",
		"product list", "products list", "product grid", "products grid", "tile", "tiles", "reco", "recs", "suggestions", "suggested", "lookbook", "complete the look",
		"variations", "slick", "swiper", "owl",
	}},
	{Cart, []string{"cart", "minicart", "mini cart", "basket", "minibasket", "bag", "checkout", "wishlist"}},
	{Reviews, []string{"review", "reviews", "comment", "comments", "rating", "ratings", "question", "questions", "qa", "faq"}},
	{Extra, []string{
		"shipping", "delivery", "installment", "installments", "instalment", "instalments", "financing", "finance", "monthly", "klarna", "afterpay", "affirm", "warranty", "protection",
		"insurance", "deposit", "points", "reward", "rewards", "coupon", "coupons", "gift", "giftcard", "tradein", "trade in", "used", "refurbished", "rental", "rent", "threshold",
		"savings", "saving", "save", "discount", "tax", "unit price", "per unit", "priceperunit", "price per unit", "volume", "tier", "tiers", "quantity discount",
		"member", "members", "club", "loyalty", "subscribe", "subscription",
	}},
	{Form, []string{"filter", "filters", "facet", "facets", "slider", "range"}},
	{Unseen, []string{"visually hidden", "visuallyhidden", "sr only", "sronly", "screen reader", "screenreader", "offscreen", "off screen", "hide visually", "a y hidden"}},
}

// Of says what an element begins by its kind.
func Of(n *html.Node) (z Set) {
	switch n.DataAtom {
	case atom.Nav, atom.Footer:
		z = Frame
	case atom.Aside:
		z = Aside
	case atom.Del, atom.S, atom.Strike:
		z = Struck
	}
	for property, value := range declared(attr(n, "style")) {
		switch {
		case strings.HasPrefix(property, "text-decoration") && strings.Contains(value, "line-through"):
			z |= Struck
		case unseen(property, value):
			z |= Unseen
		}
	}
	if attr(n, "aria-hidden") == "true" {
		z |= Unread
	}
	return z
}

// declared are the properties of a style with their values, in small letters, without white space and "!important".
func declared(style string) iter.Seq2[string, string] {
	return func(yield func(property, value string) bool) {
		for d := range strings.SplitSeq(style, ";") {
			property, value, ok := strings.Cut(strings.ToLower(strings.Join(strings.Fields(d), "")), ":")
			if ok && !yield(property, strings.TrimSuffix(value, "!important")) {
				return
			}
		}
	}
}

// offScreen is how long a minus and a number of three digits are: what is moved so far is off the screen.
const offScreen = 4

// unseen reports whether a declaration of a style lets nothing be seen.
func unseen(property, value string) bool {
	switch property {
	case "opacity", "font-size":
		number := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz%")
		return number != "" && strings.Trim(number, "0.") == ""
	case "left", "right", "top", "margin-left", "margin-top", "text-indent":
		return strings.HasPrefix(value, "-") && len(value)-len(strings.TrimLeft(value[1:], "0123456789")) >= offScreen
	case "clip":
		return strings.HasPrefix(value, "rect(")
	case "clip-path":
		return strings.HasPrefix(value, "inset(50%") || strings.HasPrefix(value, "inset(100%")
	}
	return false
}

// Named says what an element of these names begins.
func Named(words string) (z Set) {
	for _, w := range named {
		if word.Any(words, w.words) {
			z |= w.zone
		}
	}
	return z
}

// maxReview is how many nodes what one customer says has at most.
const maxReview = 100

// Told reports whether an element that is called a review is one: it is small and holds nothing to be pressed. What a customer
// says of a product is nothing that the shop says of it.
func Told(n *html.Node) bool {
	left := maxReview
	for d := range n.Descendants() {
		if left--; left < 0 || d.DataAtom == atom.Form || d.DataAtom == atom.Input || d.DataAtom == atom.Button {
			return false
		}
	}
	return true
}

// Silent reports whether nothing in an element is to be seen.
func Silent(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head, atom.Svg, atom.Textarea, atom.Iframe, atom.Select, atom.Option:
		return true
	}
	open := n.DataAtom != atom.Dialog
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden", "popover":
			return true
		case "open":
			open = true
		case "style":
			for property, value := range declared(a.Val) {
				if property == "display" && value == "none" || property == "visibility" && (value == "hidden" || value == "collapse") {
					return true
				}
			}
		}
	}
	return !open
}

func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}
