package class

var dutch = wording{
	refused: phrases{
		"toegang geweigerd", "toegang ontzegd", "geen toegang", "u bent geblokkeerd", "je bent geblokkeerd", "verzoek geblokkeerd",
		"verzoek geweigerd", "ip adres is geblokkeerd", "ip adres geblokkeerd", "verdacht verkeer", "ongebruikelijk verkeer", "ongewone activiteit",
	},
	human: phrases{
		"ben je een robot", "bent u een robot", "geen robot", "ben je een mens", "bent u een mens", "je een mens bent", "u een mens bent",
		"menselijke bezoeker", "menselijke verificatie", "je browser wordt gecontroleerd", "uw browser wordt gecontroleerd", "controle van uw browser",
		"controleren uw browser", "controleren je browser", "we controleren of", "=even geduld", "=een moment geduld", "=beveiligingscontrole", "beveiligingscontrole uitvoeren",
		"voer de tekens in", "los de captcha op", "vul de captcha in", "=captcha", "bevestig dat je",
	},
	waiting: phrases{
		"=wachtkamer", "virtuele wachtkamer", "virtuele wachtrij", "=wachtrij", "je staat in de wachtrij", "u staat in de wachtrij", "je bent in de wachtrij geplaatst",
		"u bent in de wachtrij geplaatst", "je staat in de rij", "u staat in de rij", "bent bijna aan de beurt", "het is erg druk", "het is enorm druk", "het is momenteel druk",
	},
	closed: phrases{
		"=onderhoud", "in onderhoud", "onderhoudswerkzaamheden", "gepland onderhoud", "onderhoud aan de website", "onderhoud aan onze website", "wegens onderhoud",
		"onderhoud bezig", "onderhoudsmodus", "we zijn zo terug", "wij zijn zo terug", "zo weer terug", "we zijn zo weer bij je", "webshop is tijdelijk gesloten",
		"winkel is tijdelijk gesloten", "tijdelijk niet bereikbaar", "website is tijdelijk niet beschikbaar", "webshop is tijdelijk niet beschikbaar",
		"tijdelijk offline", "even dicht", "webshop is gesloten", "we werken aan de website", "wij werken aan de website",
	},
	missing: phrases{
		"pagina niet gevonden", "pagina is niet gevonden", "pagina werd niet gevonden", "pagina niet vinden", "pagina bestaat niet", "pagina niet meer",
		"pagina bestaat niet meer", "pagina is er niet", "pagina is verplaatst", "pagina die je zoekt", "pagina die u zoekt", "pagina is verdwenen", "pagina is helaas",
		"product niet gevonden", "product is niet gevonden", "product werd niet gevonden", "product niet vinden", "product bestaat niet",
		"artikel niet gevonden", "artikel is niet gevonden", "artikel bestaat niet", "artikel niet vinden", "product is niet langer", "artikel is niet langer", "product is helaas niet meer",
		"artikel is helaas niet meer", "product kon niet worden gevonden", "pagina kon niet worden gevonden", "artikel kon niet worden gevonden",
		"product dat je zoekt", "product dat u zoekt", "artikel dat je zoekt", "artikel dat u zoekt", "product zit niet meer in ons assortiment", "=niet gevonden", "=helaas niet gevonden",
		"=fout 404", "=foutmelding 404",
	},
	results: phrases{
		"zoekresultaten", "zoekresultaat", "resultaten voor", "resultaat voor", "geen resultaten", "resultaten gevonden", "resultaat gevonden", "niets gevonden", "je zocht op", "u zocht op", "gezocht op", "geen producten gevonden",
	},
	login: phrases{
		"=inloggen", "=log in", "=aanmelden", "=login", "inloggen bij", "log in op", "log in bij", "inloggen op", "inloggen of registreren", "log in of", "inloggen of account aanmaken",
		"inloggen voor zakelijke klanten", "alleen voor leden", "alleen voor klanten", "exclusief voor leden", "=mijn account", "meld je aan", "meld u aan", "inloggen vereist", "eerst inloggen", "klantlogin", "dealerlogin",
	},
	members: phrases{
		"log in om de prijs te zien", "log in om prijzen te zien", "log in om de prijzen te zien", "log in voor prijzen", "log in voor de prijs", "log in voor uw prijs", "log in voor je prijs",
		"inloggen om prijzen te zien", "inloggen om de prijs te zien", "inloggen voor prijzen", "inloggen voor prijs", "log in om je prijs te zien", "log in om uw prijs te zien",
		"prijzen zijn alleen zichtbaar na inloggen", "prijs zichtbaar na inloggen", "prijzen zichtbaar na inloggen", "prijs na inloggen",
	},
	consent: phrases{
		"voordat je verdergaat", "voordat je verder gaat", "voordat u verdergaat", "voordat u verder gaat", "cookies op deze website", "cookies op onze website", "wij gebruiken cookies", "we gebruiken cookies", "deze website gebruikt cookies",
		"deze site gebruikt cookies", "gebruikt cookies", "cookies accepteren", "accepteer cookies", "cookievoorkeuren", "cookie voorkeuren", "cookie instellingen", "cookie instelling", "cookiemelding", "=cookies", "=cookiewall", "jouw privacy", "uw privacy", "je privacy", "privacyvoorkeuren", "privacy instellingen", "toestemming voor cookies", "toestemming nodig", "geef toestemming",
	},
	age: phrases{
		"ben je 18", "bent u 18", "ben jij 18", "ben je ouder dan", "bent u ouder dan", "18 jaar of ouder", "16 jaar of ouder", "21 jaar of ouder", "leeftijdscontrole", "leeftijdscheck", "leeftijdsverificatie", "leeftijd bevestigen", "bevestig je leeftijd", "bevestig uw leeftijd", "hoe oud ben je", "je geboortedatum", "uw geboortedatum", "controleer je leeftijd",
	},
	region: phrases{
		"kies je land", "kies uw land", "kies een land", "selecteer je land", "selecteer uw land", "selecteer een land", "kies je taal", "kies uw taal", "kies een taal", "kies je regio", "kies je land en taal", "land en taal", "in welk land", "naar welk land", "waar ben je", "niet beschikbaar in jouw land", "niet beschikbaar in uw land", "niet beschikbaar in je land", "niet beschikbaar in jouw regio", "niet beschikbaar in uw regio",
	},
	buy: phrases{"in winkelwagen", "in winkelmand", "in mijn winkelwagen", "in winkelmandje", "toevoegen aan winkelwagen", "bestel nu", "voeg toe aan winkelwagen"},
}
