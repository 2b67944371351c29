package printed

import (
	"slices"
	"strings"
)

var (
	pieceWords   = strings.Fields("st stk stuk stuks stück stücke piece pieces pcs pc ea each unit units unité pièce pieza ud paar pair pers person persoon personne tablet tablette capsule rol fles flasche bottle wasbeurt portie dag day tag jour nacht night nuit jaar year jahr an week woche semaine semana settimana tydzień vecka uge týden uur hour heure stunde hora godzina timme hodina kwartaal quarter trimestre quartal kwartał kvartal čtvrtletí doos box pak pack set meter szt ks kus шт")
	measureWords = strings.Fields("kg kgs g gr gram grams gramm mg kilo kilogram kilogramm lb lbs oz l ltr liter liters litre litres litro ml cl dl m m2 m3 m² m³ cm mm km inch ft sqft sqm w kw kwh v mah ah hz khz mhz ghz gb tb mb px mp db bar °c kg's qm lfm rm")
	monthNames   = strings.Fields("january february march april may june july august september october november december januari februari maart april mei juni juli augustus oktober januar februar märz mai dezember janvier février mars avril juin juillet août septembre octobre novembre décembre jan feb mrt apr jun jul aug sept sep okt oct nov dec dez")
	// countedWords stand behind a number that counts something, or tells a time.
	countedWords = strings.Fields("dagen werkdagen weken maanden jaar jaren jarig jarige uur uren minuten seconden stuks stukjes artikelen producten varianten kleuren maten verkopers aanbiedingen winkels beoordelingen sterren capsules tabletten pods vellen vel wasbeurten branduren toeren cycli personen delen punten halen betalen laatste " +
		"tage tagen werktage werktagen wochen monate monaten jahre jahren uhr stunden minuten artikel produkte varianten farben größen bewertungen sterne teile waschladungen kapseln angebote händler letzten punkte " +
		"days weeks months years hours minutes seconds items products variants colours colors sizes ratings stars sellers offers capsules tablets sheets washes pieces points last " +
		"jours semaines mois ans années heures articles produits couleurs tailles avis étoiles offres vendeurs pièces feuilles lavages derniers dernières " +
		"días semanas meses años horas artículos colores tallas estrellas ofertas últimos giorni settimane mesi anni ore articoli prodotti colori taglie recensioni stelle offerte pezzi ultimi " +
		"dni ostatnich tygodni miesięcy lat godzin sztuk kolory kolorów opinii gwiazdek ofert dagar senaste seneste veckor månader år timmar varor färger storlekar recensioner stjärnor dage uger måneder timer varer farver størrelser anmeldelser stjerner dní posledních týdnů měsíců let hodin kusů barev velikostí recenzí hvězdiček nabídek " +
		"arbeitstage arbeitstagen dagarna dagars vardagar arbetsdagar dages hverdage arbejdsdage dnů dny pracovních roboczych robocze dniach")
	// labelWords stand before a number that is a code, a size or a count.
	labelWords = strings.Fields("maat aantal ean gtin isbn sku mpn model modelnr modelnummer artikelnr artikelnummer artnr bestelnr bestelnummer " +
		"größe anzahl menge modell artikelnummer size qty quantity ean13 taille quantité modèle réf talla cantidad modelo taglia quantità modello rozmiar ilość storlek antal størrelse velikost množství počet")
	ordinalWords = strings.Fields("e de ste th nd rd er ère ème eme º ª")
	andWords     = strings.Fields("en und and et y e i och og a")
	centWords    = strings.Fields("cent cents ct cts eurocent eurocents ¢")
)

// Measure reports whether word, in small letters, is a unit of measure, so that the number before it is a size.
func Measure(word string) bool { return slices.Contains(measureWords, word) }

// Piece reports whether word, in small letters, is something that a price may be for: a piece, a person, a day.
func Piece(word string) bool { return slices.Contains(pieceWords, word) }

// Counted reports whether word, in small letters, is something that is counted, such as days or reviews.
func Counted(word string) bool { return slices.Contains(countedWords, word) }

// Month reports whether word, in small letters, is the name of a month.
func Month(word string) bool { return slices.Contains(monthNames, word) }
