package phrase

const (
	svThing = "sidan|sida|produkten|produkt|artikeln|varan|erbjudandet"
	svShop  = "butiken|sidan|sajten|webbplatsen|webbutiken|webbshoppen|shoppen"
)

var swedish = wording{
	refused: phrases{
		"åtkomst|tillträde|begäran|anslutningen & nekad|nekas|nekades|blockerad|blockerats|spärrad|avvisad|förbjuden|begränsad",
		"inte & behörighet|behörig|åtkomst|tillåtelse",
		"ovanlig|misstänkt|automatiserad|onormal & trafik|aktivitet",
		"ip & blockerad|spärrad|blockerats",
	},
	human: phrases{
		"robot|bot|människa & du är|du inte är|är du|inte en|jag är",
		"captcha & lös|fyll|skriv",
		"webbläsare|webbläsaren|anslutning|anslutningen & kontrollerar|verifierar|kontroll",
		"skriv|ange|fyll & tecken|tecknen|bokstäverna|koden & bilden|ser",
		"håll|dra|skjut & knappen|reglaget|pusslet",
		"=ett ögonblick",
		"=vänta",
		"=vänligen vänta",
		"=säkerhetskontroll",
		"=captcha",
	},
	waiting: phrases{
		"kö|kön|köplats & du står|står du|virtuell|virtuella|din plats",
		"din tur & snart|strax|minuter|om",
		"högt tryck|många besökare|många i butiken|hög belastning",
		"=väntrum",
		"=kö",
	},
	closed: phrases{
		"=underhåll",
		"underhåll|underhållsarbete & pågår|vi utför|planerat|just nu|på grund|för|" + svShop,
		"vi är|strax|snart|åter & tillbaka|online|öppet & snart|strax|inom kort|tillbaka|minuter",
		svShop + " & stängd|nere|otillgänglig & tillfälligt|just nu|för tillfället|underhåll",
		"vi & uppgraderar|uppdaterar|bygger om|förbättrar & " + svShop,
	},
	missing: phrases{
		svThing + " & inte|kunde inte|ingen & hittas|hittades|finns|hitta|existerar|längre|hittar",
		svThing + " & borttagen|borttaget|utgått|utgången|flyttad|försvunnit|tagits bort",
		"=hittades inte",
		"=fel 404",
		"vi hittar inte & letar efter|söker|sidan",
	},
	results: phrases{
		"sökresultat|sökningen|sökträffar",
		"resultat|träffar & för|inga|sökning|0",
	},
	login: phrases{
		"=logga in",
		"=inloggning",
		"=mitt konto",
		"=mina sidor",
		"=login",
		"logga in|inloggning & på|ditt|konto|för att|kund|företagskund|återförsäljare|med",
		"redan kund",
		"endast|bara & medlemmar|återförsäljare|företagskunder|inloggade",
	},
	members: phrases{
		"logga in|loggat in|inloggad|inloggade & pris|priser|priset|priserna",
	},
	consent: phrases{
		"innan du & fortsätter|går vidare|börjar|handlar",
		"cookies|kakor|cookie & använder|godkänn*|inställningar|samtycke|val|dina|vi",
		"din|dina|vi värnar|värnar & integritet|samtycke|personuppgifter",
		"integritet|integritets & inställningar|val",
		"=cookies",
		"=kakor",
		"=cookieinställningar",
	},
	age: phrases{
		"16|18|20|21 & är du|du är|fyllt|över|minst|du måste & år|ålder",
		"myndig",
		"åldersgräns|ålderskontroll|åldersverifiering|bekräfta din ålder|bekräfta att du är gammal",
		"födelsedatum & ditt|ange|fyll",
	},
	abroad: phrases{
		"inte & tillgänglig|tillgängligt & land|region|plats",
	},
	region: phrases{
		"välj|ändra|byt & land|region|språk|leveransland|marknad",
		"land och språk|språk och land|land region",
		"vart & leverera|skicka|skickar",
	},
	buy: phrases{
		"varukorg|varukorgen|korgen|kundvagn|kundvagnen & lägg|i|köp",
		"köp nu",
	},
}
