package phrase

const (
	enThing = "page|product|item|listing|article|products|items"
	enShop  = "site|website|shop|store|webshop|webstore|page"
	enNot   = "not|no|cannot|t|unable|never|nothing|0|zero"
)

var english = wording{
	refused: phrases{
		"access|permission & denied|blocked|forbidden|restricted|limited|suspended|don t have|not authorized|not have",
		"you|your ip|ip address|your network & blocked|banned|blacklisted",
		"request|connection & blocked|rejected|denied|unsuccessful|refused",
		"unusual|suspicious|automated|abnormal|malicious & traffic|activity|access|requests|behavior|behaviour|program",
		"pardon our interruption", "sorry for the interruption", "web page blocked", "=blocked", "=not acceptable",
		"bot|bots & detected|allowed",
	},
	human: phrases{
		"robot|bot|human|humans|captcha & are you|you are|re a|re not|not a|verify|verifying|prove|confirm|make sure|making sure", "captcha & solve|complete|enter",
		"browser|connection & checking|verifying|verification|secure|check",
		"enter|type & characters|letters|code & see|below|above|image|picture",
		"press|slide|drag|hold & hold|verify|puzzle|button|slider", "=just a moment", "=one moment", "=one moment please",
		"=please wait", "=attention required", "=robot check", "=security check", "=security checkpoint", "=security verification",
		"performing|complete|additional & security & check|verification", "=client challenge", "=captcha",
	},
	waiting: phrases{
		"waiting room|queue|in line & you|your|virtual|place|turn|powered",
		"high|heavy|lot of & traffic|demand|volume|visitors & site|store|wait|shop|experiencing|currently|due",
		"turn & your|almost|next", "=waiting room", "=queue it",
	},
	closed: phrases{
		"=maintenance", "maintenance & under|down|scheduled|planned|mode|site|progress|undergoing|performing|routine|" + enShop,
		"we|" + enShop + " & back & be|right|soon|shortly|ll|online",
		enShop + " & closed|offline|down|unavailable|upgrading|upgraded|improving & temporarily|currently|briefly|is|for|while|our|moment",
		"we & making|upgrading|updating|improving & improvements|" + enShop, "briefly unavailable", "=opening soon",
		"store coming soon",
	},
	missing: phrases{
		enThing + " & " + enNot + " & found|find|exist|exists|longer|available|locate|match",
		enThing + " & gone|removed|moved|expired|ended|deleted|missing|looking for|were after|requested|discontinued|vanished|wandered",
		"=not found", "=nothing found", "=error 404", "=404 error", "404 & found|page|error", "=404", "=page missing",
	},
	results: phrases{
		"search results|search result|searched for|your search",
		"results|result|matches|items|products|hits & for & " + enNot + "|found|search|showing",
		"results|result|matches|items|products & 0|no|zero|nothing & found|matching|match",
		"nothing|no|found & matched|matches|match|items for|products for|results for",
	},
	login: phrases{
		"=log in", "=login", "=sign in", "=signin", "=my account",
		"log in|login|sign in|signin|log on|logon & to|or|with|please|account|customer|member|dealer|trade|required|continue|your|here",
		"members|customers|trade|dealers|subscribers & only", "password protected", "enter & password", "returning customer",
	},
	members: phrases{
		"log in|login|sign in|signin|logged in|signed in|logging in|signing in|log on & price|prices|pricing",
	},
	consent: phrases{
		"before & continue|go further|proceed|start|enter",
		"cookies|cookie & use|uses|accept|settings|preferences|consent|policy|choices|manage|wall|allow|your",
		"your|value & privacy|consent|data", "privacy & preferences|settings|choices|gate|options", "consent & required|asks|need",
	},
	age: phrases{
		"16|18|21 & are|over|older|least|must|years|confirm|under & you|i|age|older|over|years|enter|site|yes",
		"legal & drinking|smoking|age & age|drinking|old", "age & verif*|check|gate|restricted|confirm*|your|enter",
		"date of birth|birthday|birthdate & your|enter", "how old are you", "old enough",
	},
	abroad: phrases{
		"not|unavailable|t|cannot & available|unavailable|accessible|access & country|region|location", "unavailable & legal reasons",
	},
	region: phrases{
		"select|choose|pick|change|confirm & country|region|location|language|destination|market",
		"country and language|country or region|country region|country selector|shipping destination",
		"where & ship|shipping|deliver|shopping|delivering",
	},
	buy: phrases{"add to & cart|basket|bag|trolley", "buy now|buy it now|order now"},
}
