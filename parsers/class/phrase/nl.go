package phrase

const (
	nlThing = "pagina|product|artikel|item|aanbieding"
	nlShop  = "site|website|webshop|winkel|webwinkel|onlineshop|webpagina|shop"
	nlYou   = "je|jij|jouw|u|uw"
)

//nolint:misspell // it is Dutch
var dutch = wording{
	refused: phrases{
		"toegang & geweigerd|ontzegd|geblokkeerd|gesperd|beperkt|opgeschort", "geen toegang & tot|deze|website|pagina",
		"=geen toegang", nlYou + " & geblokkeerd",
		"verzoek|ip adres|verbinding|bezoek & geblokkeerd|geweigerd|afgewezen|tegengehouden|gestopt",
		"verdacht|verdachte|ongebruikelijk|ongebruikelijke|ongewoon|ongewone|geautomatiseerd|geautomatiseerde|automatisch & verkeer|activiteit|verzoeken|gedrag|bezoeken|programma",
	},
	human: phrases{
		"robot|bot|mens|captcha|menselijk|menselijke & ben je|ben jij|bent u|geen robot|geen bot|je een mens|u een mens|bewijs|bevestig*|verificatie|zeker|weten", "captcha & los|vul|op|in",
		"browser|verbinding & gecontroleerd|controleren|controle|veilig|controleert",
		"voer|typ|vul|neem & tekens|letters|code & in|over", "houd|schuif|sleep|klik & knop|puzzel|schuifje|vakje|blokje",
		"bevestig & dat & robot|mens", "=even geduld", "=een moment geduld", "=een ogenblik geduld", "=beveiligingscontrole",
		"beveiligingscontrole & uitvoeren|bezig|uitgevoerd", "=captcha",
	},
	waiting: phrases{
		"wachtkamer|wachtrij & virtuele|" + nlYou + "|online|digitale", "aan de beurt & " + nlYou + "|bijna|zo",
		nlYou + " & in de rij", "erg druk|enorm druk|heel druk|extreem druk|momenteel druk",
		"drukte & winkel|site|website|shop|webshop & wacht*|geduld", "=wachtkamer", "=wachtrij", "wachtenden & voor",
	},
	closed: phrases{
		"=onderhoud", "=in onderhoud",
		"onderhoud|onderhoudswerkzaamheden|onderhoudsmodus|storing & " + nlShop + "|wegens|gepland|momenteel|tijdelijk|bezig|even|plegen|voeren",
		nlShop + "|we|wij & terug|bereikbaar|online|open & zo|straks|snel|binnenkort|weer|niet|gauw",
		nlShop + " & gesloten|dicht|offline|onbereikbaar|vernieuwen|vernieuwd|verbouwen|verbouwd|plat|bijgewerkt|bijwerken",
		nlShop + " & niet & bereikbaar|beschikbaar", "we|wij & werken & " + nlShop + "|hard|oplossing", "even dicht",
	},
	missing: phrases{
		nlThing + " & niet|geen & gevonden|vinden|vonden|bestaat|bestaan|meer|langer|terugvinden",
		nlThing + " & verdwenen|verwijderd|verplaatst|assortiment|opgeheven|verlopen|bestond",
		nlThing + " & zoekt|zocht|zoeken|opvroeg|opgevraagde|gezochte", "=niet gevonden", "=helaas niet gevonden", "=fout 404",
		"=foutmelding 404", "=foutcode 404",
	},
	results: phrases{
		"zoekresultaten|zoekresultaat|zoekopdracht", "resultaten|resultaat & voor|geen|gevonden|0", "niets|geen & gevonden",
		"je zocht op|u zocht op|gezocht op|je zocht naar|u zocht naar|gezocht naar",
	},
	login: phrases{
		"=inloggen", "=log in", "=aanmelden", "=login", "=mijn account",
		"inloggen|log in|aanmelden|meld je aan|meld u aan|inloggegevens & bij|op|of|met|voor|om|eerst|account|klantnummer|zakelijk*|dealer*|vereist|verplicht",
		"alleen|exclusief|uitsluitend & leden|klanten|zakelijke|dealers|vakmensen|professionals",
		"klantlogin|dealerlogin|klantenportaal|dealerportaal",
	},
	members: phrases{
		"log in|inloggen|ingelogd|in te loggen|inlogt|logt in|aanmelden|aangemeld|meld & prijs|prijzen|inkoopprijs|inkoopprijzen|nettoprijs|nettoprijzen",
	},
	consent: phrases{
		"voordat|voor & " + nlYou + " & verdergaat|verder gaat|doorgaat|verder kunt|verder kan",
		"cookies|cookie|cookiewall|cookiemelding|cookievoorkeuren|cookieinstellingen & " + nlYou + "|gebruikt|gebruiken|accepteren|accepteer|keuze|voorkeuren|instellingen|toestemming|plaatsen|akkoord|website|site|wij|we|voor",
		nlYou + " & privacy|privacyvoorkeuren|privacyinstellingen", "toestemming & nodig|geef|vragen|cookies|gegevens", "=cookies",
		"=cookiewall", "=privacy instellingen", "=privacyvoorkeuren",
	},
	age: phrases{
		"16|18|21 & ben|bent|minstens|ouder|minimaal|jaar & jaar|ouder|oud",
		"leeftijd|leeftijdscontrole|leeftijdscheck|leeftijdsverificatie|leeftijdsgrens & bevestig*|controle*|jouw|je|uw|vul",
		"geboortedatum & je|jouw|uw|vul", "hoe oud ben|hoe oud bent", "=leeftijdscontrole", "=leeftijdscheck", "=leeftijdsverificatie",
	},
	abroad: phrases{"niet & beschikbaar|leverbaar|toegankelijk & land|regio|locatie"},
	region: phrases{
		"kies|selecteer|kiezen|selecteren & land|taal|regio|bezorgland|landen|locatie", "land en taal|land of regio|land regio",
		"welk land|waarheen|waar wil|waar wilt & bezorg*|lever*|verzend*|winkel*",
	},
	buy: phrases{"winkelwagen|winkelmand|winkelmandje|winkelwagentje & in|aan|voeg|toevoegen", "bestel nu|nu bestellen|koop nu"},
}
