package phrase

const (
	daThing = "siden|side|produktet|produkt|varen|vare|artiklen|tilbuddet"
	daShop  = "butikken|siden|sitet|webshoppen|shoppen|hjemmesiden|webshop"
)

var danish = wording{
	refused: phrases{
		"adgang|adgangen|anmodning|anmodningen|forbindelsen|forespørgsel & nægtet|afvist|blokeret|spærret|forbudt|begrænset",
		"ikke & tilladelse|rettigheder|adgang til",
		"usædvanlig|mistænkelig|automatiseret|unormal & trafik|aktivitet",
		"ip & blokeret|spærret",
	},
	human: phrases{
		"robot|bot|menneske & du er|du ikke er|er du|ikke en|jeg er",
		"captcha & løs|udfyld|skriv",
		"browser|browseren|forbindelse|forbindelsen & kontrollerer|tjekker|verificerer|kontrol",
		"skriv|indtast & tegn|tegnene|bogstaverne|koden & billedet|ser",
		"hold|træk|skub & knappen|skyderen|puslespillet",
		"=et øjeblik",
		"=vent venligst",
		"=vent et øjeblik",
		"=sikkerhedskontrol",
		"=sikkerhedstjek",
		"=captcha",
	},
	waiting: phrases{
		"kø|køen & du står|står du|virtuel|virtuelle|din plads",
		"din tur & snart|næsten|minutter|om",
		"mange besøgende|mange i butikken|stor trafik|travlt lige nu",
		"=venteværelse",
		"=kø",
	},
	closed: phrases{
		"=vedligeholdelse",
		"vedligeholdelse|vedligehold & lukket|på grund|planlagt|i gang|under|udfører|" + daShop,
		"vi er|snart|straks & tilbage|online|klar & snart|straks|om lidt|kort|minutter|tilbage",
		daShop + " & lukket|nede|utilgængelig & midlertidigt|i øjeblikket|lige nu|vedligehold*",
		"vi & opgraderer|opdaterer|forbedrer|bygger om & " + daShop,
	},
	missing: phrases{
		daThing + "|denne & ikke|kunne ikke|ingen & fundet|findes|finde|eksisterer|længere|tilgængelig",
		daThing + " & fjernet|slettet|udgået|flyttet|forsvundet|udløbet",
		"=ikke fundet",
		"=fejl 404",
		"vi kan ikke finde & leder efter|søger|siden",
	},
	results: phrases{
		"søgeresultater|søgeresultat|søgningen",
		"resultater|resultat|hits & for|ingen|søgning|0",
	},
	login: phrases{
		"=log ind",
		"=login",
		"=min konto",
		"=log på",
		"=min side",
		"log ind|log på|login & på|din|konto|for at|kunde|forhandler|erhverv|med",
		"allerede kunde",
		"kun|udelukkende & medlemmer|forhandlere|erhvervskunder|registrerede",
	},
	members: phrases{
		"log ind|log på|logget ind|logge ind|indlogget & pris|priser|prisen|priserne",
	},
	consent: phrases{
		"før du & fortsætter|går videre|starter|handler",
		"cookies|cookie & bruger|anvender|accept*|indstillinger|samtykke|valg|dine|vi",
		"dit|dine|vi respekterer|vi værner & privatliv|samtykke|persondata",
		"privatliv|privatlivs & indstillinger|valg",
		"=cookies",
		"=cookieindstillinger",
	},
	age: phrases{
		"16|18|21 & er du|du er|fyldt|over|mindst|du skal være & år|alder",
		"myndig",
		"alderskontrol|aldersbekræftelse|aldersverificering|bekræft din alder|aldersgrænse",
		"fødselsdato & din|angiv|indtast",
	},
	abroad: phrases{
		"ikke & tilgængelig|tilgængeligt & land|region|område",
	},
	region: phrases{
		"vælg|skift & land|region|sprog|leveringsland|marked",
		"land og sprog|sprog og land|land region",
		"hvor & leveres|sendes|sende",
	},
	buy: phrases{
		"kurv|kurven|indkøbskurv & læg|i|føj|tilføj",
		"køb nu",
	},
}
