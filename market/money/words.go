package money

import (
	"slices"
	"strings"
)

// phrase is a run of words, in small letters and without punctuation, that says what sort of price stands
// beside it.
type phrase struct {
	words []string
	kind  Kind
}

func phrases(kind Kind, text string) []phrase {
	var out []phrase
	for p := range strings.SplitSeq(text, "|") {
		out = append(out, phrase{strings.Fields(p), kind})
	}
	return out
}

// near reports a phrase that must stand directly before its price: elsewhere it may be part of a name.
func (p phrase) near() bool { return p.kind == KindNone || p.kind == kindUsed }

// maxLabel is how many words before a price are heard.
const maxLabel = 8

// kindUsed marks the price of a used article: it counts only where no price of a new one is printed.
const kindUsed Kind = "used"

// kindUsual marks a regular price: the reference beside a lower one, the current price where it stands alone.
const kindUsual Kind = "usual"

// beforePhrases stand before the price, longest first within what they mean; the order is their rank.
var beforePhrases = slices.Concat(
	phrases(KindNone, "subtotaal|totaal|totaalbedrag|totaal te betalen|te betalen totaal|ordertotaal|subtotal|total|order total|grand total|zwischensumme|gesamtsumme|gesamtbetrag|sous total|total ttc|totale|subtotale|suma|razem|summa|att betala|i alt|celkem|mezisoučet|"+ // of an order
		"t w v|twv|ter waarde van|waarde|im wert von|worth|valued at|valeur de|por valor de|del valore di|o wartości|värd|till ett värde av|til en værdi af|v hodnotě|"+ // gifts
		"ontvang|ontvang tot|ontvang een cadeaubon van|aansluitkosten|instapkosten|installatiekosten|montagekosten|inpakkosten|servicekosten|administratiekosten|toeslag|anschlussgebühr|frais d activation|activation fee|service fee|surcharge"),
	phrases(KindThreshold, "besteed|besteed nog|nog te besteden|orderbedrag|minimale besteding|bij aankoop vanaf|bij aankoop van|bij besteding van|besteding vanaf|minimum order|min order|mindestbestellwert|orders over|orders above|orders from|on orders|order over|bestellingen vanaf|bestellingen boven|bestelling vanaf|vanaf een bestelbedrag van|bestelbedrag|spend|ab einem bestellwert von|dès|boven"),
	phrases(KindSaving, "bespaar|spaart|u bespaart|je bespaart|besparing|bespaart|voordeel|korting|kortingsbedrag|you save|save|saving|savings|discount|sie sparen|du sparst|sparen|ersparnis|rabatt|économisez|vous économisez|économie|remise|réduction|cashback|cash back|inruil|inruilprijs|inruilwaarde|inruilvoordeel|trade in|trade-in value|eintauschprämie|zľava|sleva|ušetříte|ušetríte|descuento|ahorra|ahorras|sconto|risparmi|spara|spar|du sparer|oszczędzasz|rabat|скидка|экономия|tegoed van|inruilkorting|kassakorting|actiekorting|prijsvoordeel|kortingsactie|met inruil|geld terug|terugbetaling|cadeaubon van|cadeaukaart van|waardebon van|gift card of|gutschein über|carte cadeau de|ahorro|risparmio|besparelse|oszczędność|sleva"),
	phrases(KindShipping, "verzendkosten|verzending|bezorgkosten|bezorging|shipping|delivery|postage|versand|versandkosten|lieferung|livraison|frais de port|frais de livraison|gastos de envío|envío|spedizione|frakt|doprava|dostawa"),
	phrases(KindDeposit, "statiegeld|pfand|consigne|emballage|borg|borgsom|waarborg|waarborgsom|leeggoed|recupel|bebat|verwijderingsbijdrage|thuiskopieheffing|thuiskopievergoeding|éco participation|eco participation|d éco participation|aanbetaling|voorschot|kaution|anzahlung|caution|acompte|deposit|security deposit|fianza|depósito|cauzione|caparra|kaucja|zaliczka|pant|depositum|záloha|kauce"),
	phrases(KindInstalment, "delen|termijnen|termijn|delen van|termijnen van|betalingen van|keer|raten zu|raten à|raten von|raten je|payments of|instalments of|installments of|fois|x|x de|x van|cuotas de|mensualités de|rate da|splátky"),
	phrases(KindPerMonth, "per maand|maandbedrag|maandprijs|maandelijks|monatlich|pro monat|monthly|per month|par mois|mensualité"),
	phrases(KindPerUnit, "per stuk|per kg|per kilo|per liter|per m|per m2|kiloprijs|literprijs|stukprijs|stuksprijs|prijs per stuk|eenheidsprijs|grundpreis|preis pro kg|prix au kilo|prix au litre|unit price|price per unit"),
	phrases(KindMember, "ledenprijs|leden|bonusprijs|mitgliederpreis|member price|members|member|kaartprijs|clubprijs|club|bonuskaart|met klantenkaart|spaarpas|met spaarpas|met pas|alleen in de app|exclusief in de app|only in the app|nur in der app|uniquement dans l appli|solo en la app|solo nell app|tylko w aplikacji|kundenkarte|mit karte|clubcard|prix membre|prix adhérent|app prijs|appprijs|app-preis"),
	phrases(KindCoupon, "met code|met kortingscode|kortingscode|couponprijs|met coupon|with code|with coupon|mit code|mit gutschein|gutschein|avec le code|code promo|promo code"),
	phrases(KindReference, "laagste prijs|hoogste prijs|vorige laagste prijs|niedrigster preis|niedrigster gesamtpreis|lowest price|highest price|prix le plus bas|precio más bajo|prezzo più basso|najniższa cena|lägsta pris|lägsta priset|laveste pris|nejnižší cena|prezzo consigliato|precio recomendado|doporučená cena|vejledende pris|vejl pris|cena katalogowa|nieuwprijs|neupreis|prix neuf|verkoopadviesprijs|normaal|normaliter|oorspronkelijk|oorspronkelijke prijs|ursprünglich|ursprünglicher preis|à l origine|prix d origine|precio original|prezzo originale|ursprungligt pris|oprindelig pris|van|was|waren|van voor|adviesprijs|advies|oude prijs|vanprijs|catalogusprijs|winkelprijs|eerder|vorige prijs|statt|uvp|uvp des herstellers|früher|vorher|bisher|bisheriger preis|alter preis|ehemals|listenpreis|au lieu de|avant|prix conseillé|prix barré|ancien prix|rrp|msrp|list price|list|retail price|originally|original price|old price|before|instead of|compare at|compare at price|antes|prezzo di listino|före|førpris|før|před slevou|před|původní cena|původně|poprzednia cena|przed|старая цена|rekommenderat pris|in plaats van|ipv|i p v"),
	phrases(kindUsual, "normale prijs|regular price|regular|reg|reg price|regulärer preis|prix normal|prix de base|normalpreis|ord pris|ordinarie pris|běžná cena|bežná cena|normalpris|ord|cena regularna"),
	phrases(KindFrom, "vanaf|v a|va|vanaf prijs|vanafprijs|ab|from|starting at|starting from|starts at|as low as|à partir de|a partir de|des|desde|a partire da|från|fra|od|от|από|already from"),
	phrases(KindCurrent, "voor|nu|nu voor|voor maar|gekozen|geselecteerd|ausgewählt|selected|sélectionné|seleccionado|selezionato|huidige prijs|aktueller preis|current price|prix actuel|precio actual|prezzo attuale|aktualna cena|nuvarande pris|nuværende pris|aktuální cena|now|jetzt|jetzt nur|nur|für|für nur|maintenant|sale price|sale|our price|actieprijs|onze prijs|special price|price now|ahora|ora|nyní|naše cena|naša cena|pris nu|nu maar|only|pour"),
	phrases(kindUsed, "tweedekans|als tweedekans|tweedehands|gebruikt|refurbished|retourdeal|outlet deal|gebraucht|gebrauchte|used|open box|pre owned|d occasion|occasion|reconditionné|usato|usados|używany|begagnad|brugt|použité"),
)

// afterPhrases stand behind the price.
var afterPhrases = slices.Concat(
	phrases(KindNone, "na cashback|na inruil|after cashback|after trade in|nach cashback|nach inzahlungnahme|après remboursement|après reprise"),
	phrases(KindSaving, "korting|kassakorting|inruilkorting|inruilwaarde|inruilprijs|inruilvoordeel|voor je oude|trade in|trade in value|trade in credit|de reprise|eintauschprämie|eintauschwert|off|rabatt|gespart|bespaard|cashback|cash back|remise|de remise|de réduction|discount|voordeel|besparing|sleva|zľava|tegoed|terug|goedkoper|geld terug|cheaper|back|günstiger|billiger|zurück|moins cher|remboursés|de descuento|di sconto|rabatu|taniej|rabat|billigare|billigere|levněji"),
	phrases(KindShipping, "verzendkosten|verzending|bezorgkosten|shipping|postage|delivery|versand|versandkosten|frais de port|frais de livraison|de frais de port|p p"),
	phrases(KindDeposit, "statiegeld|pfand|consigne|de consigne|leeggoed|borg|waarborg|recupel|bebat|verwijderingsbijdrage|thuiskopieheffing|thuiskopievergoeding|éco participation|d éco participation|aanbetaling|kaution|anzahlung|deposit|caution|acompte|fianza|cauzione|kaucji|pant|záloha"),
	phrases(KindPerMonth, "monatlich|mtl|mensuel|maandelijks|monthly|p m|pm|pcm|p mnd"),
	phrases(KindMember, "ledenprijs|clubprijs|kaartprijs|bonusprijs|appprijs|app prijs|app-prijs|mitgliederpreis|clubpreis|app preis|prix membre|prix adhérent|met klantenkaart|klantenkaart|voor leden|member price|for members|members|with card|with membership|mit karte|mit kundenkarte|clubcard price|met bonuskaart|in de app|app only|avec la carte"),
	phrases(KindCoupon, "met code|met kortingscode|met coupon|with code|with coupon|mit code|mit gutschein|avec le code|na coupon|after coupon"),
	phrases(KindReference, "rrp|uvp|msrp|adviesprijs|list price"),
	phrases(kindUsed, "used|open box|open-box|pre owned|tweedekans|tweedehands|gebruikt|refurbished|gebraucht|d occasion|reconditionné|usato|usado|używany|begagnad|brugt"),
	phrases(KindPerUnit, "each|ea|p st|apiece|stuk|pro stück|la pièce"),
)

var (
	freeWords    = strings.Fields("gratis free kostenlos kostenlose kostenloser kostenfrei gratuit gratuite gratuito gratuita zdarma zadarmo offert offerts")
	freeShipping = strings.Fields("versandkostenfrei portofrei")
	shipWords    = strings.Fields("verzending verzonden verzendkosten bezorging bezorgd thuisbezorgd levering shipping delivery versand lieferung livraison frais port envío spedizione frakt doprava dopravy")
	monthWords   = strings.Fields("maand maanden mnd md mo month months mth mths monat monate mon mois mes mese månad mån måned miesiąc měsíc")
	partWords    = strings.Fields("deel termijn keer rate raten instalment installment payment part versement échéance cuota rata splátka")
	packWords    = strings.Fields("pak pack doos box set pakket packung paket karton carton boîte paquet caja paquete confezione scatola opakowanie förpackning pakke balení krabice")
	withoutWords = strings.Fields("zonder niet nicht non without ohne sans sin senza bez uden utan")
	perWords     = strings.Fields("/ per pro je par à al p le la")
	nonPriceWord = strings.Fields("sku code ean gtin art artikel artikelnr artikelnummer model maat maten size sizes größe größen taille tailles talla taglia rozmiar storlek størrelse velikost stock voorraad lager reviews review beoordelingen sterren stars bewertungen avis items results resultaten pieces available beschikbaar uur hours min minuten sec dagen days tage jours werkdagen код артикул товара ")
	andWords     = strings.Fields("en und and et y e i och og a")
	betweenWords = strings.Fields("tussen zwischen between entre tra fra mellan mellem między mezi")
	vatWords     = strings.Fields("btw mwst ust ust. mehrwertsteuer tva vat gst tax taxes iva dph moms ddv pvm áfa φπα")
	includedWord = strings.Fields("inbegrepen inbegriffen enthalten included inclus incluido incluida incluso inclusa compresa wliczony wliczona ingår inkluderet včetně")
	inclWords    = append(strings.Fields("incl inclusief inc inkl including inclusive includes ttc brutto s vč with met mit"), includedWord...)
	exclWords    = strings.Fields("excl exclusief ex exc exkl ekskl excluding exclusive zonder zzgl ohne plus + sans hors senza sin bez χωρίς without ht netto net")
)
