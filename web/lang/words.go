package lang

// words are the words of the pages by language. A word that a language lacks is shown in English, and one that
// English lacks as it is.
var words = map[Language]map[string]string{
	"en": {
		"lang": "en", "made": "made at", "comparison": "Comparison", "sources": "Shops", "alerts": "Alerts", "page": "page",
		"search": "Search", "category": "Category", "brand": "Brand", "basis": "Compare on", "shelf": "shelf price",
		"delivered": "price with delivery", "as_of": "As of", "show": "Show", "download": "Download", "product": "Product", "rank": "Rank",
		"index": "Index", "nothing": "Nothing to show.", "previous": "previous", "next": "next", "stale": "stale", "held": "held back",
		"shop": "Shop", "price": "Price", "shipping": "Shipping", "delivery": "Delivery", "warranty": "Warranty", "seen": "Seen",
		"match": "Match", "history": "History", "from": "From", "to": "To", "since": "Since", "stock": "Stock", "day": "day", "days": "days", "month": "month",
		"months": "months", "more": "Older changes are left out; narrow the dates to see them.", "quarantined": "held back", "refused": "refused",
		"listings": "Listings", "fresh": "Fresh", "last_run": "Last run", "failures": "Failures", "last_good": "Last good look",
		"next_run": "Next run", "coverage": "Coverage", "own": "ours", "blind": "blind", "pages": "pages", "offers": "offers",
		"changes": "changes", "what": "What", "state": "State", "theirs": "Theirs", "gap": "Gap", "told": "told", "waiting": "waiting",
		"no_alerts": "No alerts.", "done": "done", "partial": "in part", "failed": "failed", "interrupted": "interrupted", "running": "running",
		"firing": "firing", "pending": "pending", "recovering": "recovering", "resolved": "resolved", "not_found": "Not found",
		"wrong":  "Something went wrong",
		"stock_": Unknown, "stock_in_stock": "in stock", "stock_limited": "few left", "stock_preorder": "pre-order",
		"stock_backorder": "on back-order", "stock_in_store_only": "in store only", "stock_out_of_stock": "out of stock", "stock_discontinued": "discontinued",
		"not_no_offer": "not seen", "not_range": "price range", "not_no_price": "no price", "not_currency": "other currency", "not_vat": "other VAT basis",
		"not_condition": "other condition", "not_variant": "other variant", "not_equivalent": "equivalent", "not_too_old": "too old",
		"not_stale": "stale", "not_no_shipping": "shipping unknown",
	},
	"nl": {
		"lang": "nl", "made": "gemaakt op", "comparison": "Vergelijking", "sources": "Winkels", "alerts": "Meldingen", "page": "pagina",
		"search": "Zoek", "category": "Groep", "brand": "Merk", "basis": "Vergelijk op", "shelf": "schapprijs",
		"delivered": "prijs met bezorging", "as_of": "Op datum", "show": "Toon", "download": "Download", "product": "Artikel", "rank": "Plaats",
		"index": "Index", "nothing": "Niets te tonen.", "previous": "vorige", "next": "volgende", "stale": "verouderd", "held": "vastgehouden",
		"shop": "Winkel", "price": "Prijs", "shipping": "Verzendkosten", "delivery": "Levering", "warranty": "Garantie", "seen": "Gezien",
		"match": "Koppeling", "history": "Verloop", "from": "Van", "to": "Tot", "since": "Sinds", "stock": "Voorraad", "day": "dag", "days": "dagen", "month": "maand",
		"months": "maanden", "more": "Oudere wijzigingen zijn weggelaten; kies een kortere periode om ze te zien.", "quarantined": "vastgehouden", "refused": "geweigerd",
		"listings": "Artikelen", "fresh": "Vers", "last_run": "Laatste ronde", "failures": "Fouten", "last_good": "Laatst goed gezien",
		"next_run": "Volgende ronde", "coverage": "Dekking", "own": "van ons", "blind": "blind", "pages": "pagina's", "offers": "aanbiedingen",
		"changes": "wijzigingen", "what": "Wat", "state": "Stand", "theirs": "Zij", "gap": "Verschil", "told": "gemeld", "waiting": "wacht",
		"no_alerts": "Geen meldingen.", "done": "klaar", "partial": "gedeeltelijk", "failed": "mislukt", "interrupted": "onderbroken", "running": "bezig",
		"firing": "actief", "pending": "in afwachting", "recovering": "herstelt", "resolved": "voorbij", "not_found": "Niet gevonden",
		"wrong":          "Er ging iets mis",
		"stock_in_stock": "op voorraad", "stock_limited": "bijna op", "stock_preorder": "vooruitbestelling", "stock_backorder": "nabestelling",
		"stock_in_store_only": "alleen in de winkel", "stock_out_of_stock": "niet op voorraad", "stock_discontinued": "uit het assortiment",
		"not_no_offer": "niet gezien", "not_range": "prijsbereik", "not_no_price": "geen prijs", "not_currency": "andere valuta", "not_vat": "andere btw-basis",
		"not_condition": "andere staat", "not_variant": "andere uitvoering", "not_equivalent": "vergelijkbaar artikel", "not_too_old": "te oud",
		"not_stale": "verouderd", "not_no_shipping": "verzendkosten onbekend",
	},
}

// Word returns the word for key.
func (l Language) Word(key string) string {
	for _, l := range []Language{l, "en"} {
		if w, ok := words[l][key]; ok {
			return w
		}
	}
	return key
}
