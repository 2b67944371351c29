package phrase

const (
	deThing = "seite|produkt|artikel|angebot|inhalt"
	deShop  = "shop|seite|website|webseite|webshop|onlineshop|onlinestore|store|laden|geschäft|händlershop"
	deYou   = "sie|ihr|ihre|ihrem|ihren|ihnen|du|dein|deine|deinem|deinen|dir"
)

//nolint:misspell // it is German
var german = wording{
	refused: phrases{
		"zugriff|zugang|zutritt & verweigert|gesperrt|blockiert|verwehrt|eingeschränkt|gestattet|untersagt", "=kein zugriff",
		"sie|du & gesperrt|blockiert", "anfrage|ip adresse|verbindung & abgelehnt|blockiert|gesperrt|geblockt",
		"ungewöhnlicher|ungewöhnliche|ungewöhnlichen|verdächtige|verdächtiger|verdächtigen|automatisierte|automatisierter|automatisierten|automatische & datenverkehr|verkehr|aktivität|aktivitäten|anfragen|zugriffe|zugriff|verhalten",
	},
	human: phrases{
		"roboter|bot|mensch|captcha|menschliche & sind sie|bist du|kein roboter|kein bot|keine roboter|mensch sind|mensch bist|bestätige*|beweise*|überprüf*", "captcha & lösen|löse|eingeben",
		"browser|verbindung & überprüft|geprüft|überprüfung|überprüfen|prüfen|sicher|prüft",
		"geben|gib|tippen|tippe & zeichen|buchstaben|code & ein|ab",
		"halten|halte|schieben|schiebe|ziehen|ziehe & taste|gedrückt|schaltfläche|regler|puzzle", "=nur einen moment",
		"=einen moment bitte", "=einen moment", "=bitte warten", "=sicherheitsüberprüfung", "=sicherheitsprüfung",
		"=sicherheitsabfrage", "sicherheitsüberprüfung|sicherheitsprüfung & durchgeführt|läuft|durchführen", "=captcha",
	},
	waiting: phrases{
		"warteraum|warteschlange & virtuelle|virtueller|" + deYou, "an der reihe & " + deYou + "|gleich|bald",
		"großer andrang|hoher andrang|hohes besucheraufkommen|viele besucher|großen andrang|andrangs", "=warteraum", "=warteschlange",
	},
	closed: phrases{
		"=wartung", "wartungsarbeiten", "wartungsmodus", "wartung & " + deShop + "|geplante|wegen|geplanter|derzeit|aktuell",
		deShop + " & gewartet|überarbeitet|umgebaut|umbau|umbauen|renoviert|erneuert|aktualisiert",
		deShop + "|wir & zurück|wieder|gleich & gleich|bald|kürze|minuten|wieder|da|erreichbar|online",
		deShop + " & geschlossen|offline|vorübergehend|unerreichbar",
		deShop + " & nicht & erreichbar|verfügbar & derzeit|momentan|vorübergehend|zurzeit|aktuell|leider", "wir arbeiten & " + deShop,
	},
	missing: phrases{
		deThing + "|diese & nicht|nichts|kein|keine & gefunden|finden|existiert|gibt|mehr|länger",
		deThing + " & weg|verschwunden|gelöscht|verschoben|entfernt|umgezogen|sortiment|ausgelaufen|gesuchte|gesuchten|gewünschte|gewünschten|suchen|abgelaufen",
		"=nicht gefunden", "=fehler 404", "=leider nicht gefunden", "hier & nichts",
	},
	results: phrases{
		"suchergebnisse|suchergebnis|suchanfrage", "ergebnisse|ergebnis|treffer & für|keine|0|zu", "suche nach & ihre|deine",
		"keine & gefunden",
	},
	login: phrases{
		"=anmelden", "=anmeldung", "=login", "=einloggen", "=mein konto", "=mein kundenkonto", "=kundenlogin",
		"anmelden|anmeldung|melden|melde|einloggen|loggen|logge|login & sie|dich|bitte|oder|bei|zum|zur|mit|an|erforderlich|kunden|händler|registrieren",
		"nur|ausschließlich|exklusiv & mitglieder|kunden|händler|gewerbe*|registrierte|geschäftskunden|fachhändler|fachhandel",
		"ich bin bereits kunde", "kundenlogin|händlerlogin",
	},
	members: phrases{
		"anmelden|anmeldung|angemeldet|angemeldete|melden sie sich|melde dich|einloggen|login|eingeloggt|eingeloggte|loggen sie|registrierte & preis|preise|preisen|einkaufspreis|einkaufspreise|händlerpreise|nettopreise",
	},
	consent: phrases{
		"bevor & fortfahren|fortfährst|weitergeht|weitermachen|weitermachst|starten|geht",
		"cookies|cookie|cookie einstellungen & verwendet|verwenden|nutzt|nutzen|benutzen|setzen|akzeptieren|einstellungen|zustimmen|zustimmung|auswahl|" + deYou,
		"ihre|deine|ihrer|deiner & privatsphäre|einwilligung|zustimmung|daten|datenschutz", "privatsphäre|datenschutz & einstellungen",
		"=datenschutzeinstellungen", "=cookies", "zustimmung|einwilligung & erforderlich|benötigen|bitten",
		"mit werbung & weiter|weiterlesen|weitershoppen|besuchen|abo",
	},
	age: phrases{
		"16|18|21 & sind|bist|mindestens|älter|über|jahre|jahren|ab & jahre|älter|alt|über|jahren|bereits|schon|18", "volljährig",
		"altersprüfung|altersabfrage|altersverifikation|alterskontrolle|altersüberprüfung|altersnachweis|altersfreigabe",
		"alter & bestätige*|ihr|dein|prüfen", "geburtsdatum & ihr|dein|ihres|geben|gib", "wie alt sind|wie alt bist",
	},
	abroad: phrases{"nicht & verfügbar|erreichbar|zugänglich & land|region|standort"},
	region: phrases{
		"wählen|wähle|auswählen|auswahl|bitte & land|lieferland|sprache|region|ländern|standort",
		"land und sprache|land oder region|land region", "welches land|wohin & liefern|versenden|geliefert|versand",
	},
	buy: phrases{"warenkorb|einkaufswagen & in|zum|hinzufügen", "jetzt kaufen|jetzt bestellen"},
}
