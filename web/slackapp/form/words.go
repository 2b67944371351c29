package form

// words are what forms say, by language.
var words = map[string]map[string]string{
	"send":   {"en": "Send", "nl": "Versturen"},
	"cancel": {"en": "Cancel", "nl": "Annuleren"},
	"pick":   {"en": "Pick one", "nl": "Kies er een"},
	"wrong": {
		"en": "Their price is compared with nothing until somebody has decided, and their page is looked at again at once.",
		"nl": "Hun prijs telt niet meer mee tot iemand erover heeft beslist, en hun pagina wordt meteen opnieuw bekeken.",
	},
	"lower":        {"en": "Where did the customer see it, and for how much?", "nl": "Waar zag de klant het, en voor hoeveel?"},
	"matched":      {"en": "At which price did you sell it?", "nl": "Voor welke prijs heb je het verkocht?"},
	"lost":         {"en": "Who got the sale?", "nl": "Wie kreeg de verkoop?"},
	"silence":      {"en": "Nobody is told of this article until then. What still holds is told afterwards.", "nl": "Tot dan wordt niets gemeld over dit artikel. Wat dan nog geldt, wordt alsnog gemeld."},
	"shop":         {"en": "Shop", "nl": "Winkel"},
	"shop or none": {"en": "Shop, if it is one of these", "nl": "Winkel, als het een van deze is"},
	"where":        {"en": "Or where else", "nl": "Of waar anders"},
	"to whom":      {"en": "Or to whom else", "nl": "Of naar wie anders"},
	"seen at":      {"en": "Price there", "nl": "Prijs daar"},
	"sold at":      {"en": "Sold at", "nl": "Verkocht voor"},
	"paid there":   {"en": "Price there, if known", "nl": "Prijs daar, als je die weet"},
	"until":        {"en": "For how long", "nl": "Hoe lang"},
	"reason":       {"en": "Why", "nl": "Waarom"},
	"1h":           {"en": "one hour", "nl": "een uur"},
	"4h":           {"en": "four hours", "nl": "vier uur"},
	"tomorrow":     {"en": "until tomorrow 8:00", "nl": "tot morgen 8:00"},
	"72h":          {"en": "three days", "nl": "drie dagen"},
	"168h":         {"en": "a week", "nl": "een week"},
	"no price":     {"en": "That is not a price; write it with cents, such as 12.95.", "nl": "Dat is geen prijs; schrijf hem met centen, zoals 12,95."},
	"no place":     {"en": "Say where, or pick a shop.", "nl": "Zeg waar, of kies een winkel."},
	"no reason":    {"en": "Say why, for those who wonder.", "nl": "Zeg waarom, voor wie het zich afvraagt."},
}
