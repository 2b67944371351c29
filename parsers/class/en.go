package class

var english = wording{
	refused: phrases{
		"access denied", "access is denied", "access has been denied", "page has been denied", "access to this page has been denied", "access blocked", "access forbidden", "access restricted", "you have been blocked", "you are blocked", "you ve been blocked", "you have been banned", "request blocked", "request is blocked", "request was blocked", "request has been blocked", "request rejected", "request was rejected", "request denied", "request unsuccessful", "your ip has been blocked", "ip address has been blocked", "ip has been banned", "unusual traffic", "suspicious activity", "unusual activity", "automated access", "automated traffic", "automated requests", "pardon our interruption", "not authorized to view this page", "permission to access", "web page blocked", "=blocked", "=not acceptable", "bot detected", "bots are not allowed",
	},
	human: phrases{
		"are you a robot", "are you a human", "are you human", "not a robot", "not a bot", "you are human", "you are a human", "you re human", "you re a human", "you re not a robot", "human verification", "verify you are", "verify that you are", "verifying you are", "prove you are", "press hold", "press and hold", "checking your browser", "checking if the site connection is secure", "=just a moment", "=one moment", "=one moment please", "=please wait", "=attention required", "=robot check", "=security check", "=security checkpoint", "security verification", "performing security", "complete the security check", "additional security check", "bot verification", "browser verification", "=client challenge", "enter the characters", "type the characters", "solve the captcha", "complete the captcha", "=captcha", "captcha verification", "=human check", "let us know you re human",
	},
	waiting: phrases{
		"=waiting room", "virtual waiting room", "virtual queue", "you are now in line", "you re now in line", "you are in line", "you re in line", "you are in the queue", "you re in the queue", "you are now in the queue", "you are in a queue", "in the waiting room", "waiting room powered by", "high traffic", "experiencing a high volume", "your place in the queue", "your place in line", "=queue it", "almost your turn",
	},
	closed: phrases{
		"under maintenance", "down for maintenance", "scheduled maintenance", "planned maintenance", "=maintenance", "maintenance mode", "site maintenance", "maintenance in progress", "undergoing maintenance", "undergoing scheduled maintenance", "be right back", "be back soon", "we ll be back", "will be back shortly", "back shortly", "back online soon", "temporarily closed", "store is closed", "site is temporarily unavailable", "shop is temporarily unavailable", "store is temporarily unavailable", "website is temporarily unavailable", "briefly unavailable", "temporarily offline", "temporarily down", "opening soon", "store coming soon",
	},
	missing: phrases{
		"page not found", "page was not found", "page could not be found", "page cannot be found", "page can t be found", "page doesn t exist", "page does not exist", "page no longer exists", "page isn t available", "page is not available", "page is no longer", "page you requested", "page you were looking for", "page you are looking for", "page you re looking for", "find that page", "find the page", "find this page", "product not found", "product was not found", "product could not be found", "product cannot be found", "product doesn t exist", "product does not exist", "product is no longer available", "product is no longer", "product you are looking for", "product you re looking for", "product you requested", "find that product", "find this product", "item not found", "item was not found", "item could not be found", "item does not exist", "item doesn t exist", "item is no longer available", "item is no longer", "item you are looking for", "item you re looking for", "find that item", "find this item", "listing has ended", "=not found", "=nothing found", "=error 404", "=404 error", "404 not found", "404 page", "=404",
	},
	results: phrases{
		"search results", "search result", "results for", "result for", "no results", "no matches", "no products found", "no items found", "you searched for", "0 results", "your search for",
	},
	login: phrases{
		"=log in", "=login", "=sign in", "=signin", "=my account", "=account login", "=customer login", "=member login", "=dealer login", "log in to", "login to", "sign in to", "sign in or", "log in or", "please sign in", "please log in", "please login", "members only", "customers only", "trade customers only", "login required", "sign in required", "password protected", "enter using password", "enter store using password", "returning customer", "login or create",
	},
	members: phrases{
		"log in to see price", "log in to see prices", "log in to see the price", "log in to see our prices", "login to see price", "login to see prices", "login to see the price", "login for price", "login for prices", "login for pricing", "log in for price", "log in for prices", "log in for pricing", "sign in to see price", "sign in to see prices", "sign in to see the price", "sign in for price", "sign in for prices", "sign in for pricing", "log in to view price", "log in to view prices", "log in to view pricing", "login to view price", "login to view prices", "login to view pricing", "sign in to view price", "sign in to view prices", "sign in to view pricing", "log in to see pricing", "sign in to see pricing", "prices are visible after login", "please log in to see prices", "prices are only visible to",
	},
	consent: phrases{
		"before you continue", "before we continue", "before you go further", "we use cookies", "this website uses cookies", "this site uses cookies", "uses cookies", "accept cookies", "accept all cookies", "cookie settings", "cookie preferences", "cookie consent", "cookie policy", "=cookies", "=cookie wall", "your privacy", "value your privacy", "privacy preferences", "privacy settings", "privacy choices", "your consent", "consent required", "asks for your consent", "your data your choice", "=privacy gate",
	},
	age: phrases{
		"are you 18", "are you over 18", "are you 21", "are you over 21", "are you at least 18", "are you at least 21", "are you of legal", "are you old enough", "18 or older", "18 or over", "21 or older", "over 18", "18 years or older", "legal drinking age", "legal smoking age", "age verification", "age check", "age gate", "age restricted", "age confirmation", "verify your age", "confirm your age", "enter your date of birth", "your date of birth", "how old are you", "must be 18", "must be over 18", "must be at least 18", "must be 21",
	},
	region: phrases{
		"select your country", "choose your country", "select a country", "choose a country", "select country", "choose country", "select your region", "choose your region", "select your location", "choose your location", "select your language", "choose your language", "country and language", "choose a location", "where are you shopping from", "shipping destination", "not available in your country", "not available in your region", "not available in your location", "unavailable in your country", "unavailable in your region", "unavailable in your location", "unavailable for legal reasons", "not currently available in your country", "country selector",
	},
	buy: phrases{"add to cart", "add to basket", "add to bag", "add to trolley", "buy now"},
}
