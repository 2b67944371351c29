package lang

// words are the words of the pages by language. A word that a language lacks is shown in English, and one that
// English lacks as it is.
var words = map[Language]map[string]string{
	"en": {
		"lang": "en", "made": "made at", "comparison": "Comparison", "sources": "Shops", "alerts": "Alerts", "page": "page",
		"search": "Search", "category": "Category", "brand": "Brand", "basis": "Compare on", "shelf": "shelf price",
		"delivered": "delivered price", "as_of": "As of", "show": "Show", "download": "Download", "product": "Product", "rank": "Rank",
		"index": "Index", "nothing": "Nothing to show.", "previous": "previous", "next": "next", "stale": "stale", "held": "held back",
		"shop": "Shop", "price": "Price", "shipping": "Shipping", "delivery": "Delivery", "warranty": "Warranty", "seen": "Seen",
		"match": "Match", "history": "History", "from": "From", "to": "To", "since": "Since", "stock": "Stock", "day": "day", "days": "days", "month": "month",
		"months": "months", "more": "Older changes are left out; narrow the dates to see them.", "quarantined": "held back", "refused": "refused",
		"listings": "Listings", "fresh": "Fresh", "last_run": "Last run", "failures": "Failures", "last_good": "Last good look",
		"next_run": "Next run", "coverage": "Coverage", "own": "ours", "blind": "blind", "pages": "pages", "offers": "offers",
		"changes": "changes", "what": "What", "state": "State", "theirs": "Theirs", "gap": "Gap", "told": "told", "waiting": "waiting", "late": "too old to tell",
		"no_alerts": "No alerts.", "done": "done", "partial": "in part", "failed": "failed", "interrupted": "interrupted", "running": "running",
		"firing": "firing", "pending": "pending", "recovering": "recovering", "resolved": "resolved", "not_found": "Not found",
		"wrong":  "Something went wrong",
		"stock_": Unknown, "stock_in_stock": "in stock", "stock_limited": "few left", "stock_preorder": "pre-order",
		"stock_backorder": "on back-order", "stock_in_store_only": "in store only", "stock_out_of_stock": "out of stock", "stock_discontinued": "discontinued",
		"not_no_offer": "not seen", "not_range": "price range", "not_no_price": "no price", "not_currency": "other currency", "not_vat": "other VAT basis",
		"not_condition": "other condition", "not_variant": "other variant", "not_equivalent": "equivalent", "not_too_old": "too old",
		"not_disputed": "said to be wrong", "not_stale": "stale", "not_no_shipping": "shipping unknown",
		"free": "free", "old": "old", "shops": "Only these shops", "what_search": "EAN, article number or words", "cheaper": "Only where somebody is cheaper",
		"products_shown": "%d–%d of %d articles", "products_many": "%d–%d of more than %d articles", "state_at": "As known at the end of", "clear": "Clear",
		"about":           "Rank 1: nobody is cheaper. Index 100: as dear as the rivals on average. Grey prices are not compared; the mark says why.",
		"nothing_yet":     "Nothing to show yet. Our own articles come in with “pricegap import catalog”, prices of others with “pricegap crawl”.",
		"delivered_price": "Delivered", "with_us": "With us", "there": "there", "was": "was", "held_col": "Held back", "told_col": "Told",
		"by_hand": "by hand", "lines": "lines", "in_store": "in store", "last_good_is": "last seen well", "never_good": "never seen well", "fields": "Fields read",
		"match_own": "own article", "match_gtin": "by EAN", "match_brand_mpn": "by brand and type", "match_explicit": "by hand",
		"field_price": "price", "field_gtin": "EAN", "field_availability": "stock", "field_shipping": "shipping", "field_delivery": "delivery",
		"phase_resolve": "the name leads nowhere", "phase_connect": "no connection", "phase_header": "no proper answer", "phase_redirect": "sent elsewhere",
		"phase_status": "the shop refuses or fails", "phase_body": "the page came in badly", "phase_policy": "not allowed, or not now", "phase_page": "something else than the page",
		"phase_read": "the page cannot be read for sure", "phase_run": "the run was stopped",
		"format_csv": "CSV", "format_csv-nl": "CSV for Dutch Excel (;)", "format_json": "JSON", "format_jsonl": "JSON Lines", "format_xlsx": "Excel", "format_parquet": "Parquet",
	},
	"nl": {
		"lang": "nl", "made": "gemaakt op", "comparison": "Vergelijking", "sources": "Winkels", "alerts": "Meldingen", "page": "pagina",
		"search": "Zoek", "category": "Groep", "brand": "Merk", "basis": "Vergelijk op", "shelf": "schapprijs",
		"delivered": "bezorgde prijs", "as_of": "Op datum", "show": "Toon", "download": "Download", "product": "Artikel", "rank": "Plaats",
		"index": "Index", "nothing": "Niets te tonen.", "previous": "vorige", "next": "volgende", "stale": "verouderd", "held": "vastgehouden",
		"shop": "Winkel", "price": "Prijs", "shipping": "Verzendkosten", "delivery": "Levering", "warranty": "Garantie", "seen": "Gezien",
		"match": "Koppeling", "history": "Verloop", "from": "Van", "to": "Tot", "since": "Sinds", "stock": "Voorraad", "day": "dag", "days": "dagen", "month": "maand",
		"months": "maanden", "more": "Oudere wijzigingen zijn weggelaten; kies een kortere periode om ze te zien.", "quarantined": "vastgehouden", "refused": "geweigerd",
		"listings": "Artikelen", "fresh": "Vers", "last_run": "Laatste ronde", "failures": "Fouten", "last_good": "Laatst goed gezien",
		"next_run": "Volgende ronde", "coverage": "Dekking", "own": "van ons", "blind": "blind", "pages": "pagina's", "offers": "aanbiedingen",
		"changes": "wijzigingen", "what": "Wat", "state": "Stand", "theirs": "Zij", "gap": "Verschil", "told": "gemeld", "waiting": "wacht", "late": "te oud om te melden",
		"no_alerts": "Geen meldingen.", "done": "klaar", "partial": "gedeeltelijk", "failed": "mislukt", "interrupted": "onderbroken", "running": "bezig",
		"firing": "actief", "pending": "in afwachting", "recovering": "herstelt", "resolved": "voorbij", "not_found": "Niet gevonden",
		"wrong":          "Er ging iets mis",
		"stock_in_stock": "op voorraad", "stock_limited": "bijna op", "stock_preorder": "vooruitbestelling", "stock_backorder": "nabestelling",
		"stock_in_store_only": "alleen in de winkel", "stock_out_of_stock": "niet op voorraad", "stock_discontinued": "uit het assortiment",
		"not_no_offer": "niet gezien", "not_range": "prijsbereik", "not_no_price": "geen prijs", "not_currency": "andere valuta", "not_vat": "andere btw-basis",
		"not_condition": "andere staat", "not_variant": "andere uitvoering", "not_equivalent": "vergelijkbaar artikel", "not_too_old": "te oud",
		"not_disputed": "zou niet kloppen", "not_stale": "verouderd", "not_no_shipping": "verzendkosten onbekend",
		"free": "gratis", "old": "oud", "shops": "Alleen deze winkels", "what_search": "EAN, artikelnummer of woorden", "cheaper": "Alleen waar iemand goedkoper is",
		"products_shown": "%d–%d van %d artikelen", "products_many": "%d–%d van meer dan %d artikelen", "state_at": "Zoals bekend aan het einde van", "clear": "Wis",
		"about":           "Plaats 1: niemand is goedkoper. Index 100: even duur als de anderen gemiddeld. Grijze prijzen worden niet vergeleken; het label zegt waarom.",
		"nothing_yet":     "Nog niets te tonen. Onze eigen artikelen komen binnen met “pricegap import catalog”, prijzen van anderen met “pricegap crawl”.",
		"delivered_price": "Bezorgd", "with_us": "Bij ons", "there": "daar", "was": "van", "held_col": "Vastgehouden", "told_col": "Gemeld",
		"by_hand": "met de hand", "lines": "regels", "in_store": "in de winkel", "last_good_is": "laatst goed gezien", "never_good": "nooit goed gezien", "fields": "Gelezen velden",
		"match_own": "eigen artikel", "match_gtin": "op EAN", "match_brand_mpn": "op merk en type", "match_explicit": "met de hand",
		"field_price": "prijs", "field_gtin": "EAN", "field_availability": "voorraad", "field_shipping": "verzendkosten", "field_delivery": "levering",
		"phase_resolve": "de naam leidt nergens heen", "phase_connect": "geen verbinding", "phase_header": "geen goed antwoord", "phase_redirect": "doorgestuurd",
		"phase_status": "de winkel weigert of geeft een fout", "phase_body": "de pagina kwam slecht binnen", "phase_policy": "mag niet, of nu niet", "phase_page": "iets anders dan de pagina",
		"phase_read": "de pagina is niet zeker te lezen", "phase_run": "de ronde is gestopt",
		"format_csv": "CSV", "format_csv-nl": "CSV voor Excel (;)", "format_json": "JSON", "format_jsonl": "JSON Lines", "format_xlsx": "Excel", "format_parquet": "Parquet",
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
