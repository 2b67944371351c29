package notify

import (
	"fmt"
	"time"

	"pricegap/market"
	"pricegap/market/money"
)

// words are what a message says around the facts, in one language; verbs are those of fmt.
type words struct {
	language                                  string
	head, headOne, headOver, headOneOver      string
	test, repeat, more                        string
	moreWeb, moreList                         string
	ours, noPrice, unknown                    string
	cheaper, dearer, level, delivered         string
	lowered, raised, weLowered, weRaised      string
	ranOut, hasIt, blind, neverSeen, lastGood string
	overCheaper, overStock, overBlind, over   string
	stock                                     map[market.Stock]string
	freeShipping, shipping, today, day, days  string
	onlyUs, theirsToo                         string
	now, minutes, hours, daysAgo, seen        string
	theirPage, ourPage, resolved, reason      string
}

var english = words{
	language: "en",
	head:     "Prices: %d alerts", headOne: "Prices: 1 alert", headOver: "Prices: %d alerts are over", headOneOver: "Prices: 1 alert is over",
	test:    "This is a test message of pricegap for the channel %s. Alerts will arrive here.",
	repeat:  "Possible repeat: the answer to an earlier attempt was lost.",
	more:    "and %d more",
	moreWeb: "see them all", moreList: "see `pricegap alerts list`",
	ours: "ours %s", noPrice: "price not known", unknown: "stock not known",
	cheaper: "%s cheaper (%s)", dearer: "%s dearer (%s)", level: "the same price", delivered: "delivered %s",
	lowered: "lowered the price from %s to %s", raised: "raised the price from %s to %s",
	weLowered: "we lowered our price from %s to %s", weRaised: "we raised our price from %s to %s",
	ranOut: "ran out, we have it", hasIt: "has it, we do not", blind: "%s cannot be seen",
	neverSeen: "never seen well", lastGood: "last seen well %s",
	overCheaper: "no longer undercuts us", overStock: "stock: no longer so", overBlind: "%s is seen again", over: "over",
	stock: map[market.Stock]string{
		market.StockIn: "in stock", market.StockLimited: "few in stock", market.StockPreorder: "preorder",
		market.StockBackorder: "on backorder", market.StockInStoreOnly: "in store only",
		market.StockOut: "out of stock", market.StockDiscontinued: "discontinued",
	},
	freeShipping: "free shipping", shipping: "shipping %s", today: "delivered today", day: "delivery in 1 day", days: "delivery in %d days",
	onlyUs: "With us", theirsToo: "there: %s",
	now: "just now", minutes: "%d min ago", hours: "%d h ago", daysAgo: "%d days ago", seen: "seen %s",
	theirPage: "Page at %s", ourPage: "Our page", resolved: "Over", reason: "reason: %s",
}

var dutch = words{
	language: "nl",
	head:     "Prijzen: %d meldingen", headOne: "Prijzen: 1 melding", headOver: "Prijzen: %d meldingen voorbij", headOneOver: "Prijzen: 1 melding voorbij",
	test:    "Dit is een testbericht van pricegap voor het kanaal %s. Meldingen komen hier aan.",
	repeat:  "Mogelijke herhaling: het antwoord op een eerdere poging is verloren gegaan.",
	more:    "en nog %d",
	moreWeb: "bekijk ze allemaal", moreList: "zie `pricegap alerts list`",
	ours: "wij %s", noPrice: "prijs onbekend", unknown: "voorraad onbekend",
	cheaper: "%s goedkoper (%s)", dearer: "%s duurder (%s)", level: "dezelfde prijs", delivered: "bezorgd %s",
	lowered: "verlaagde de prijs van %s naar %s", raised: "verhoogde de prijs van %s naar %s",
	weLowered: "wij verlaagden onze prijs van %s naar %s", weRaised: "wij verhoogden onze prijs van %s naar %s",
	ranOut: "is uitverkocht, wij hebben het", hasIt: "heeft het, wij niet", blind: "%s is niet te zien",
	neverSeen: "nooit goed gezien", lastGood: "laatst goed gezien: %s",
	overCheaper: "is niet meer goedkoper dan wij", overStock: "voorraad: niet meer zo", overBlind: "%s is weer te zien", over: "voorbij",
	stock: map[market.Stock]string{
		market.StockIn: "op voorraad", market.StockLimited: "beperkt op voorraad", market.StockPreorder: "te reserveren",
		market.StockBackorder: "in nabestelling", market.StockInStoreOnly: "alleen in de winkel",
		market.StockOut: "uitverkocht", market.StockDiscontinued: "uit het assortiment",
	},
	freeShipping: "gratis verzending", shipping: "verzending %s", today: "vandaag bezorgd", day: "bezorging in 1 dag", days: "bezorging in %d dagen",
	onlyUs: "Bij ons", theirsToo: "daar: %s",
	now: "zojuist", minutes: "%d min geleden", hours: "%d uur geleden", daysAgo: "%d dagen geleden", seen: "gezien %s",
	theirPage: "Pagina bij %s", ourPage: "Onze pagina", resolved: "Voorbij", reason: "reden: %s",
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
