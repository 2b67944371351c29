package class

var german = wording{
	refused: phrases{
		"zugriff verweigert", "zugang verweigert", "zugriff gesperrt", "zugriff blockiert", "sie wurden gesperrt", "sie wurden blockiert", "anfrage abgelehnt", "anfrage wurde abgelehnt", "anfrage blockiert", "anfrage wurde blockiert", "ip adresse wurde gesperrt", "ip adresse ist gesperrt", "ungewöhnlicher datenverkehr", "ungewöhnliche aktivität", "ungewöhnlichen datenverkehr", "=kein zugriff", "zutritt verweigert",
	},
	human: phrases{
		"sind sie ein roboter", "bist du ein roboter", "kein roboter", "sind sie ein mensch", "bist du ein mensch", "sie ein mensch sind", "du ein mensch bist", "ihr browser wird überprüft", "dein browser wird überprüft", "browser wird geprüft", "überprüfung ihres browsers", "überprüfen ihren browser", "=nur einen moment", "=einen moment bitte", "=einen moment", "=bitte warten", "=sicherheitsüberprüfung", "=sicherheitsprüfung", "=sicherheitsabfrage", "sicherheitsüberprüfung wird durchgeführt", "sicherheitsüberprüfung durchführen", "menschliche überprüfung", "geben sie die zeichen ein", "zeichen eingeben", "captcha lösen", "lösen sie das captcha", "=captcha",
	},
	waiting: phrases{
		"=warteraum", "virtueller warteraum", "virtuelle warteschlange", "=warteschlange", "in der warteschlange", "sie sind gleich an der reihe", "du bist gleich an der reihe", "sie sind bald an der reihe", "derzeit großer andrang", "hohes besucheraufkommen", "großer andrang",
	},
	closed: phrases{
		"wartungsarbeiten", "wartungsmodus", "=wartung", "wartung des shops", "im wartungsmodus", "wird gewartet", "geplante wartung", "gleich wieder da", "gleich zurück", "bald wieder da", "bald zurück", "shop ist vorübergehend geschlossen", "vorübergehend nicht erreichbar", "vorübergehend geschlossen", "shop vorübergehend nicht verfügbar", "seite vorübergehend nicht verfügbar", "wird gerade überarbeitet", "in kürze wieder", "derzeit nicht erreichbar", "website vorübergehend nicht verfügbar",
	},
	missing: phrases{
		"seite nicht gefunden", "seite wurde nicht gefunden", "seite konnte nicht gefunden werden", "seite existiert nicht", "seite gibt es nicht", "seite ist nicht mehr", "seite nicht finden", "gesuchte seite", "produkt nicht gefunden", "produkt wurde nicht gefunden", "produkt konnte nicht gefunden werden", "produkt existiert nicht", "produkt gibt es nicht", "artikel nicht gefunden", "artikel wurde nicht gefunden", "artikel konnte nicht gefunden werden", "artikel existiert nicht", "artikel gibt es nicht", "gesuchte produkt", "gesuchte artikel", "gesuchten artikel", "artikel ist leider nicht mehr", "produkt ist leider nicht mehr", "produkt ist nicht mehr", "artikel ist nicht mehr", "nicht mehr im sortiment", "=nicht gefunden", "=fehler 404", "=leider nicht gefunden",
	},
	results: phrases{
		"suchergebnisse", "suchergebnis", "ergebnisse für", "ergebnis für", "keine ergebnisse", "keine treffer", "treffer für", "ihre suche nach", "deine suche nach", "keine produkte gefunden", "keine artikel gefunden",
	},
	login: phrases{
		"=anmelden", "=anmeldung", "=login", "=einloggen", "=mein konto", "=mein kundenkonto", "=kundenlogin", "bitte anmelden", "melden sie sich an", "melde dich an", "bitte melden sie sich an", "loggen sie sich ein", "anmelden oder registrieren", "anmelden bei", "kunden login", "händlerlogin", "händler login", "nur für mitglieder", "nur für registrierte kunden", "ich bin bereits kunde", "anmeldung erforderlich",
	},
	members: phrases{
		"preise nach anmeldung", "preise nur nach anmeldung", "preis nach anmeldung", "preise nach login", "preis nach login", "preis nur nach anmeldung", "preise sichtbar nach anmeldung", "preise erst nach anmeldung", "preise erst nach dem login", "melden sie sich an um preise", "melden sie sich an um den preis", "melden sie sich an um die preise", "anmelden um preise zu sehen", "einloggen um preise zu sehen", "anmelden um den preis zu sehen", "melde dich an um preise", "melde dich an um den preis", "loggen sie sich ein um preise", "loggen sie sich ein um den preis",
	},
	consent: phrases{
		"bevor sie fortfahren", "bevor du fortfährst", "bevor es weitergeht", "wir verwenden cookies", "wir nutzen cookies", "wir benutzen cookies", "diese website verwendet cookies", "diese webseite verwendet cookies", "diese seite verwendet cookies", "diese website nutzt cookies", "verwendet cookies", "cookies akzeptieren", "cookie einstellungen", "=cookies", "ihre privatsphäre", "deine privatsphäre", "privatsphäre einstellungen", "datenschutzeinstellungen", "datenschutz einstellungen", "ihre einwilligung", "deine einwilligung", "ihre zustimmung", "deine zustimmung", "zustimmung erforderlich", "einwilligung erforderlich", "weiter mit werbung",
	},
	age: phrases{
		"sind sie 18", "bist du 18", "sind sie über 18", "bist du über 18", "sind sie mindestens", "bist du mindestens", "sind sie volljährig", "bist du volljährig", "bist du schon", "18 jahre oder älter", "mindestens 18 jahre", "mindestens 16 jahre", "altersprüfung", "altersabfrage", "altersverifikation", "alterskontrolle", "altersüberprüfung", "altersnachweis", "alter bestätigen", "bestätigen sie ihr alter", "bestätige dein alter", "ihr geburtsdatum", "dein geburtsdatum", "wie alt sind sie", "wie alt bist du",
	},
	region: phrases{
		"wählen sie ihr land", "wähle dein land", "wählen sie ein land", "land wählen", "land auswählen", "bitte land", "wählen sie ihr lieferland", "wähle dein lieferland", "lieferland wählen", "wählen sie ihre region", "wähle deine region", "wählen sie ihre sprache", "wähle deine sprache", "land und sprache", "in ihrem land nicht verfügbar", "in deinem land nicht verfügbar", "in ihrer region nicht verfügbar", "in deiner region nicht verfügbar", "nicht in ihrem land verfügbar",
	},
	buy: phrases{"in den warenkorb", "in den einkaufswagen", "jetzt kaufen", "zum warenkorb hinzufügen"},
}
