package notify

import (
	"fmt"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// words are what a message says around the facts, in one language; verbs are those of fmt.
type words struct {
	language                                   string
	head, headOne, headOver, headOneOver       string
	headAlso, late, lateOne                    string
	test, repeat, more                         string
	moreWeb, moreList                          string
	we, ours, noPrice, unknown                 string
	cheaper, dearer, level, delivered          string
	doorCheaper, doorDearer, doorLevel         string
	lowered, raised, weLowered, weRaised       string
	weHave, weLack                             string
	blind, neverSeen, lastGood, noNews         string
	overCheaper, overLess, overUnlike, overOut string
	overBoth, overNeither, overBlind, over     string
	freeShipping, shipping, today, day, days   string
	withUs, withThem                           string
	now, minutes, hours, daysAgo, seen         string
	theirPage, ourPage, resolved, reason       string
	stock                                      map[market.Stock]string
	changed, newHeld, overChanged, unstable    string
	odd                                        map[string]string // what is odd of a shop, by market.Oddity.Kind: of how many
	phases                                     map[string]string // why a shop cannot be seen, by market.FailureInfo.Phase
}

var english = words{
	language: "en",
	head:     "Prices: %d alerts", headOne: "Prices: 1 alert", headOver: "Prices: %d alerts are over", headOneOver: "Prices: 1 alert is over",
	headAlso: "%d over",
	late:     "%d alerts are more than a day old and stand in the list only.", lateOne: "1 alert is more than a day old and stands in the list only.",
	test:    "This is a test message of pricegap for the channel %s. Alerts will arrive here.",
	repeat:  "Possible repeat: the answer to an earlier attempt was lost.",
	more:    "and %d more",
	moreWeb: "see them all", moreList: "see `pricegap alerts list`",
	we: "We", ours: "ours %s", noPrice: "price not known", unknown: "stock not known",
	cheaper: "%s cheaper than we are (%s)", dearer: "%s dearer than we are (%s)", level: "the same price as ours", delivered: "delivered %s",
	doorCheaper: "with shipping %s cheaper", doorDearer: "with shipping %s dearer", doorLevel: "with shipping the same",
	lowered: "lowered the price from %s to %s", raised: "raised the price from %s to %s",
	weLowered: "We lowered our price from %s to %s", weRaised: "We raised our price from %s to %s",
	weHave: "we have it", weLack: "we do not",
	blind: "%s cannot be seen", neverSeen: "Never seen well", lastGood: "Last seen well %s",
	noNews:      "Until %s is seen again there is no news of its prices.",
	overCheaper: "is no longer cheaper than we are", overLess: "is only %s cheaper now", overUnlike: "can no longer be compared", overOut: "does not have it any more",
	overBoth: "has it, and so do we", overNeither: "does not have it, and neither do we", overBlind: "%s is seen again", over: "stock: no longer so",
	stock: map[market.Stock]string{
		market.StockIn: "in stock", market.StockLimited: "few in stock", market.StockPreorder: "preorder",
		market.StockBackorder: "on backorder", market.StockInStoreOnly: "in store only",
		market.StockOut: "out of stock", market.StockDiscontinued: "discontinued",
	},
	freeShipping: "free shipping", shipping: "shipping %s", today: "delivered today", day: "delivery in 1 day", days: "delivery in %d days",
	withUs: "With us", withThem: "With %s",
	now: "just now", minutes: "%d min ago", hours: "%d h ago", daysAgo: "%d days ago", seen: "seen %s",
	theirPage: "Page at %s", ourPage: "Our page", resolved: "Over", reason: "reason: %s",
	changed: "%s has changed as a whole", overChanged: "%s is as before", unstable: "the price goes back and forth between %s and %s",
	newHeld: "What is new there is held back until it is as before, or somebody accepts it.",
	odd: map[string]string{
		"moved": "%d of %d prices moved alike", "lost_price": "%d of %d pages show no price", "listings": "%d of %d pages show other articles",
		"field": "on the pages something is missing that usually stands there (%d of %d have it)", "place": "prices stand at another place (%d of %d)",
		"same_page": "%d of %d addresses bring the same page",
	},
	phases: map[string]string{
		"resolve": "the shop's name is not found", "connect": "no connection to the shop", "header": "the shop does not answer well",
		"redirect": "the shop sends us elsewhere", "status": "the shop refuses or has trouble", "body": "pages do not arrive whole",
		"policy": "the shop does not allow it, or the run is at its limit", "page": "blocked, closed or behind a question",
		"read": "the pages have changed", "run": "the run was stopped",
	},
}

var dutch = words{
	language: "nl",
	head:     "Prijzen: %d meldingen", headOne: "Prijzen: 1 melding", headOver: "Prijzen: %d meldingen voorbij", headOneOver: "Prijzen: 1 melding voorbij",
	headAlso: "%d voorbij",
	late:     "%d meldingen zijn meer dan een dag oud en staan alleen in de lijst.", lateOne: "1 melding is meer dan een dag oud en staat alleen in de lijst.",
	test:    "Dit is een testbericht van pricegap voor het kanaal %s. Meldingen komen hier aan.",
	repeat:  "Mogelijke herhaling: het antwoord op een eerdere poging is verloren gegaan.",
	more:    "en nog %d",
	moreWeb: "bekijk ze allemaal", moreList: "zie `pricegap alerts list`",
	we: "Wij", ours: "wij %s", noPrice: "prijs onbekend", unknown: "voorraad onbekend",
	cheaper: "%s goedkoper dan wij (%s)", dearer: "%s duurder dan wij (%s)", level: "dezelfde prijs als wij", delivered: "bezorgd %s",
	doorCheaper: "met verzending %s goedkoper", doorDearer: "met verzending %s duurder", doorLevel: "met verzending even duur",
	lowered: "verlaagde de prijs van %s naar %s", raised: "verhoogde de prijs van %s naar %s",
	weLowered: "Wij verlaagden onze prijs van %s naar %s", weRaised: "Wij verhoogden onze prijs van %s naar %s",
	weHave: "wij hebben het", weLack: "wij niet",
	blind: "%s is niet te zien", neverSeen: "Nooit goed gezien", lastGood: "Laatst goed gezien: %s",
	noNews:      "Tot %s weer te zien is, is er geen nieuws over de prijzen daar.",
	overCheaper: "is niet meer goedkoper dan wij", overLess: "is nog maar %s goedkoper", overUnlike: "is niet meer te vergelijken", overOut: "heeft het niet meer",
	overBoth: "heeft het, en wij ook", overNeither: "heeft het niet, en wij ook niet", overBlind: "%s is weer te zien", over: "voorraad: niet meer zo",
	stock: map[market.Stock]string{
		market.StockIn: "op voorraad", market.StockLimited: "beperkt op voorraad", market.StockPreorder: "te reserveren",
		market.StockBackorder: "in nabestelling", market.StockInStoreOnly: "alleen in de winkel",
		market.StockOut: "uitverkocht", market.StockDiscontinued: "uit het assortiment",
	},
	freeShipping: "gratis verzending", shipping: "verzending %s", today: "vandaag bezorgd", day: "bezorging in 1 dag", days: "bezorging in %d dagen",
	withUs: "Bij ons", withThem: "Bij %s",
	now: "zojuist", minutes: "%d min geleden", hours: "%d uur geleden", daysAgo: "%d dagen geleden", seen: "gezien %s",
	theirPage: "Pagina bij %s", ourPage: "Onze pagina", resolved: "Voorbij", reason: "reden: %s",
	changed: "%s is als geheel veranderd", overChanged: "%s is weer als voorheen", unstable: "de prijs wisselt tussen %s en %s",
	newHeld: "Wat daar nieuw is, wordt vastgehouden tot het weer als voorheen is of iemand het goedkeurt.",
	odd: map[string]string{
		"moved": "%d van %d prijzen verschoven gelijk", "lost_price": "%d van %d pagina's tonen geen prijs", "listings": "%d van %d pagina's tonen andere artikelen",
		"field": "op de pagina's ontbreekt iets wat er meestal staat (%d van %d hebben het)", "place": "prijzen staan op een andere plek (%d van %d)",
		"same_page": "%d van %d adressen geven dezelfde pagina",
	},
	phases: map[string]string{
		"resolve": "de naam van de winkel is niet te vinden", "connect": "geen verbinding met de winkel", "header": "de winkel antwoordt niet goed",
		"redirect": "de winkel stuurt ons ergens anders heen", "status": "de winkel weigert of heeft storing", "body": "pagina's komen niet heel aan",
		"policy": "de winkel staat het niet toe, of de ronde is aan zijn grens", "page": "geblokkeerd, gesloten of achter een vraag",
		"read": "de pagina's zijn veranderd", "run": "de ronde is gestopt",
	},
}

// count says how many of something there are.
func count(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// wordsOf returns the words of a language; English where we do not speak it.
func wordsOf(language string) words {
	if len(language) >= 2 && language[:2] == "nl" {
		return dutch
	}
	return english
}

func (w words) money(a money.Amount) string { return money.Format(a, w.language) }

// percent says a share in hundredths of a percent with one decimal, rounded half away from nought.
func (w words) percent(basisPoints int64) string {
	n := (max(basisPoints, -basisPoints) + 5) / 10
	if w.language == "nl" {
		return fmt.Sprintf("%d,%d %%", n/10, n%10)
	}
	return fmt.Sprintf("%d.%d%%", n/10, n%10)
}

// ago says how long before at something was.
func (w words) ago(then, at time.Time) string {
	switch d := at.Sub(then); {
	case d < time.Minute:
		return w.now
	case d < 2*time.Hour:
		return fmt.Sprintf(w.minutes, d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf(w.hours, d/time.Hour)
	default:
		return fmt.Sprintf(w.daysAgo, d/(24*time.Hour))
	}
}

// inLanguage picks the words of a selling point: this language, else English, else any, by name.
func (w words) inLanguage(m map[string]string) string {
	for _, l := range []string{w.language, "en", "nl"} {
		if m[l] != "" {
			return m[l]
		}
	}
	return ""
}
