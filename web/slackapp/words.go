package slackapp

import (
	"fmt"

	"pricegap/compare"
)

// words are what the app says, by language. Of stock and of what stands against comparing it speaks in the words of the pages.
var words = map[string]map[string]string{
	"usage": {
		"en": "Type an EAN, an article number or words of the name behind the command, such as /price 8712345678906.",
		"nl": "Typ een EAN, een artikelnummer of woorden uit de naam achter het commando, zoals /prijs 8712345678906.",
	},
	"not found":    {"en": "No product of ours answers to “%s”.", "nl": "Geen artikel van ons heet “%s”."},
	"not staff":    {"en": "You are not on the list of staff (%s). Ask whoever runs pricegap to add you.", "nl": "Je staat niet op de lijst van medewerkers (%s). Vraag de beheerder van pricegap je toe te voegen."},
	"busy":         {"en": "Too many questions at once. Please ask again in a moment.", "nl": "Te veel vragen tegelijk. Vraag het zo nog eens."},
	"failed":       {"en": "That did not work. Please try again; it is in the log.", "nl": "Dat lukte niet. Probeer het nog eens; het staat in het logboek."},
	"asking":       {"en": "Looking at their pages now …", "nl": "Hun pagina's worden nu bekeken …"},
	"looked":       {"en": "Their pages were looked at just now.", "nl": "Hun pagina's zijn zojuist bekeken."},
	"no look":      {"en": "Their pages were not looked at now: too many people ask.", "nl": "Hun pagina's zijn nu niet bekeken: te veel mensen vragen."},
	"late":         {"en": "%s: the page did not come in time", "nl": "%s: de pagina kwam niet op tijd"},
	"waits":        {"en": "%s: something new, which waits for the end of the crawl under way", "nl": "%s: iets nieuws, dat wacht op het einde van de ronde die loopt"},
	"no page":      {"en": "%s: the page could not be had (%s)", "nl": "%s: de pagina is er niet (%s)"},
	"also":         {"en": "Or did you mean: %s", "nl": "Of bedoelde je: %s"},
	"article":      {"en": "article %s", "nl": "artikel %s"},
	"ours":         {"en": "With us: %s", "nl": "Bij ons: %s"},
	"as of":        {"en": "as of %s", "nl": "stand van %s"},
	"seen":         {"en": "seen %s ago", "nl": "%s geleden gezien"},
	"delivered":    {"en": "delivered %s", "nl": "bezorgd %s"},
	"checked":      {"en": "a newer price is being checked", "nl": "een nieuwere prijs wordt nagekeken"},
	"nobody":       {"en": "No rival of ours was seen with it.", "nl": "Bij geen concurrent gezien."},
	"more":         {"en": "and %d more shops", "nl": "en nog %d winkels"},
	"page":         {"en": "page", "nl": "pagina"},
	"we also":      {"en": "we: %s", "nl": "wij: %s"},
	"MATCH":        {"en": "MATCH: you may sell at %s (%s less)", "nl": "MATCH: je mag verkopen voor %s (%s minder)"},
	"REFER":        {"en": "REFER: %s decides", "nl": "REFER: %s beslist"},
	"REFER at":     {"en": "REFER: %s decides; it would be %s (%s less)", "nl": "REFER: %s beslist; het zou %s worden (%s minder)"},
	"DECLINE":      {"en": "DECLINE: not matched", "nl": "DECLINE: geen match"},
	"nothing open": {"en": "No open alerts", "nl": "Geen open meldingen"},
	"no product":   {"en": "This is about a whole shop, not about one article.", "nl": "Dit gaat over een hele winkel, niet over een artikel."},

	"did acknowledge": {"en": "It is yours; nobody else is asked.", "nl": "Je hebt het opgepakt; niemand anders wordt gevraagd."},
	"did silence":     {"en": "Nothing is told of it until %s.", "nl": "Er wordt niets over gemeld tot %s."},
	"did wrong":       {"en": "Held back: their price counts no more until somebody decides. Their page is looked at again now …", "nl": "Vastgehouden: hun prijs telt niet mee tot iemand beslist. Hun pagina wordt nu opnieuw bekeken …"},
	"did lower":       {"en": "Thank you, noted for the buyers.", "nl": "Dank je, genoteerd voor de inkopers."},
	"did matched":     {"en": "Noted: sold at %s, %s less.", "nl": "Genoteerd: verkocht voor %s, %s minder."},
	"did lost":        {"en": "Noted for the buyers.", "nl": "Genoteerd voor de inkopers."},
	"role":            {"en": "That takes a %s or above.", "nl": "Dat mag een %s of hoger."},
	"unknown":         {"en": "Nothing is known of it there.", "nl": "Daar is er niets van bekend."},
	"held":            {"en": "That price is held back already, and counts for nothing.", "nl": "Die prijs wordt al vastgehouden en telt niet mee."},
	"not_firing":      {"en": "That is over already.", "nl": "Dat is al voorbij."},
	"no_verdict":      {"en": "There is nothing to match: their price, ours or the rules for matching are not known.", "nl": "Er valt niets te matchen: hun prijs, de onze of de regels voor matchen zijn niet bekend."},
	"declined":        {"en": "Not noted: nobody matches this price.", "nl": "Niet genoteerd: deze prijs wordt door niemand gematcht."},
	"authority":       {"en": "Not noted: %s decides that.", "nl": "Niet genoteerd: dat beslist een %s."},
	"below":           {"en": "Not noted: their price is %s, and below that nobody matches.", "nl": "Niet genoteerd: hun prijs is %s, en daaronder matcht niemand."},
	"not_lower":       {"en": "Not noted: that is not below our price.", "nl": "Niet genoteerd: dat is niet lager dan onze prijs."},
	"no_silence":      {"en": "That is no time to be silent until.", "nl": "Tot dan kan het niet stil zijn."},

	"staff":      {"en": "member of staff", "nl": "medewerker"},
	"shift_lead": {"en": "shift lead", "nl": "teamleider"},
	"manager":    {"en": "manager", "nl": "manager"},
	"buyer":      {"en": "buyer", "nl": "inkoper"},
}

// say says key in the language of the app.
func (a *App) say(key string, args ...any) string {
	w := compare.Words(words[key], string(a.tongue))
	if len(args) > 0 {
		return fmt.Sprintf(w, args...)
	}
	return w
}
