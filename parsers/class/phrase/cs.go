package phrase

const (
	csThing = "stránka|stránku|produkt|zboží|položka|nabídka|výrobek"
	csShop  = "obchod|stránka|web|stránky|eshop|e shop|webu|stránkách|obchodu"
)

var czech = wording{
	refused: phrases{
		"přístup|požadavek|připojení & odepřen|zamítnut|zablokován|zablokováno|odmítnut|odmítnuto|omezen|zakázán",
		"nemáte & oprávnění|přístup|povolení",
		"neobvyklý|podezřelý|neobvyklou|podezřelou|automatizovaný & provoz|aktivitu|aktivita",
		"ip & zablokována|zablokovaná|blokována",
	},
	human: phrases{
		"robot|bot|člověk & nejste|nejsem|jste|jsem",
		"captcha & vyřešte|opište|vyplňte",
		"prohlížeč|prohlížeče|připojení & ověřujeme|kontrolujeme|kontrola|ověření",
		"opište|zadejte|napište & znaky|písmena|kód & obrázku|obrázek|vidíte",
		"podržte|přetáhněte|posuňte & tlačítko|posuvník|puzzle",
		"=okamžik prosím",
		"=čekejte prosím",
		"=moment prosím",
		"=bezpečnostní kontrola",
		"=bezpečnostní ověření",
		"=captcha",
	},
	waiting: phrases{
		"frontě|fronta|fronty & jste|virtuální|vaše pořadí|čekáte",
		"řadu|řadě & přijdete|jste|minut|brzy",
		"mnoho návštěvníků|velký zájem|vysoká návštěvnost|mnoho lidí",
		"=čekárna",
		"=fronta",
	},
	closed: phrases{
		"=údržba",
		"údržba|údržbu|údržby & probíhá|plánovaná|provádíme|z důvodu|kvůli|" + csShop,
		"brzy|za chvíli|hned|vrátíme & zpět|jsme|online|se",
		csShop + " & uzavřen|zavřený|nedostupný|nedostupná|mimo provoz|vypnutý & dočasně|momentálně|nyní|údržb*",
		"vylepšujeme|aktualizujeme|upravujeme & " + csShop,
	},
	missing: phrases{
		csThing + " & nenalezena|nenalezen|nenalezeno|neexistuje|nenašli|nebyl|nebyla|nebylo|nelze najít|není v nabídce|již není|už není|nemůžeme najít",
		csThing + " & odstraněn|odstraněna|odstraněno|smazána|smazán|vyřazen|vyřazeno|přesunuta|zmizela|ukončen",
		"=nenalezeno",
		"=chyba 404",
		"není & co hledáte|kterou hledáte",
	},
	results: phrases{
		"výsledky|výsledek|výsledků & vyhledávání|hledání|pro|žádné|0",
		"vaše hledání|hledali jste",
	},
	login: phrases{
		"=přihlášení",
		"=přihlaste se",
		"=přihlásit se",
		"=můj účet",
		"=login",
		"přihlášení|přihlaste|přihlásit & se|účtu|zákazníka|zákazníků|partnera|velkoobchod",
		"už jsem zákazník|mám účet",
		"pouze|jen & registrované|velkoobchod|partnery|přihlášené",
	},
	members: phrases{
		"přihlaste|přihlásit|přihlášení|přihlášeným|přihlášené|registrovaní|registrovaným & cenu|ceny|cen|cena & zobraz*|vidí|vidíte|uvidíte|pouze|jen",
	},
	consent: phrases{
		"než|předtím & budete pokračovat|pokračovat|vstoupíte|začnete",
		"cookies|cookie|soubory cookie & používáme|přijmout|nastavení|souhlas|vaše|váš",
		"vaše|vašeho|vážíme si|váš & soukromí|souhlas",
		"soukromí & nastavení|předvolby",
		"=cookies",
		"=nastavení cookies",
	},
	age: phrases{
		"16|18|21 & je vám|bylo vám|starší|více|máte|alespoň & let|věk",
		"plnoletý|plnoletí|plnoletost|zletilý|zletilost",
		"ověření|potvrzení|potvrďte|kontrola & věku|věk",
		"datum narození & vaše|zadejte|své",
	},
	abroad: phrases{
		"není & dostupný|dostupná|dostupné|k dispozici & zemi|regionu|oblasti",
	},
	region: phrases{
		"vyberte|zvolte|změnit|změňte & zemi|region|jazyk|zemi doručení|trh",
		"země a jazyk|jazyk a země|zemi a jazyk",
		"kam & doručit|doručujeme|zaslat|poslat",
	},
	buy: phrases{
		"košíku & do|přidat|vložit",
		"koupit hned|koupit nyní",
	},
}
