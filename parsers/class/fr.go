package class

var french = wording{
	refused: phrases{
		"accès refusé", "accès interdit", "accès bloqué", "accès non autorisé", "vous avez été bloqué", "requête bloquée", "requête refusée", "requête rejetée", "demande bloquée", "demande rejetée", "adresse ip a été bloquée", "adresse ip est bloquée", "trafic inhabituel", "activité inhabituelle", "trafic suspect",
	},
	human: phrases{
		"êtes vous un robot", "es tu un robot", "pas un robot", "êtes vous humain", "êtes vous un humain", "vous êtes humain", "vous êtes un humain", "vous êtes bien humain", "vérification de votre navigateur", "vérifions votre navigateur", "vérification humaine", "=un instant", "=veuillez patienter", "=un moment", "=merci de patienter", "=vérification de sécurité", "=contrôle de sécurité", "vérification de sécurité en cours", "saisissez les caractères", "entrez les caractères", "résoudre le captcha", "complétez le captcha", "résolvez le captcha", "=captcha",
	},
	waiting: phrases{
		"=salle d attente", "salle d attente virtuelle", "=file d attente", "file d attente virtuelle", "dans la file d attente", "en file d attente", "bientôt votre tour", "forte affluence", "très forte affluence", "c est bientôt à vous", "presque votre tour",
	},
	closed: phrases{
		"en maintenance", "=maintenance", "maintenance en cours", "en cours de maintenance", "maintenance programmée", "pour maintenance", "opération de maintenance", "de retour bientôt", "revenons bientôt", "revenons très vite", "bientôt de retour", "de retour dans quelques", "site temporairement indisponible", "boutique temporairement indisponible", "site est temporairement indisponible", "temporairement fermée", "temporairement fermé", "momentanément indisponible", "temporairement inaccessible", "boutique est fermée",
	},
	missing: phrases{
		"page introuvable", "page non trouvée", "page n existe pas", "page n existe plus", "page n a pas été trouvée", "page demandée", "page que vous recherchez", "page que vous cherchez", "page est introuvable", "page n est plus", "produit introuvable", "produit non trouvé", "produit n existe pas", "produit n existe plus", "produit n a pas été trouvé", "produit n est plus", "produit que vous recherchez", "produit que vous cherchez", "produit est introuvable", "article introuvable", "article non trouvé", "article n existe plus", "article n existe pas", "article n est plus", "article est introuvable", "article que vous recherchez", "article que vous cherchez", "=introuvable", "=erreur 404",
	},
	results: phrases{
		"résultats de recherche", "résultats de la recherche", "résultat de recherche", "résultats de votre recherche", "résultats pour", "résultat pour", "aucun résultat", "aucun produit trouvé", "votre recherche", "aucun article trouvé",
	},
	login: phrases{
		"=connexion", "=se connecter", "=connectez vous", "=identifiez vous", "=identification", "=mon compte", "=mon espace client", "connectez vous à", "connexion à votre compte", "se connecter à", "identifiez vous", "connectez vous ou", "déjà client", "réservé aux membres", "réservé aux professionnels", "réservé aux clients", "accès client", "espace client", "connexion requise",
	},
	members: phrases{
		"connectez vous pour voir le prix", "connectez vous pour voir les prix", "connectez vous pour voir nos prix", "connectez vous pour voir vos prix", "connectez vous pour afficher les prix", "connectez vous pour consulter les prix", "connectez vous pour connaître le prix", "connectez vous pour connaître les prix", "identifiez vous pour voir le prix", "identifiez vous pour voir les prix", "prix visibles après connexion", "prix visible après connexion", "prix après connexion",
	},
	consent: phrases{
		"avant de continuer", "avant d aller plus loin", "nous utilisons des cookies", "ce site utilise des cookies", "utilise des cookies", "utilisons des cookies", "accepter les cookies", "gestion des cookies", "paramètres des cookies", "préférences de cookies", "préférences en matière de cookies", "=cookies", "votre vie privée", "respectons votre vie privée", "vos données", "votre consentement", "continuer sans accepter", "vos préférences de confidentialité",
	},
	age: phrases{
		"avez vous 18 ans", "avez vous plus de 18 ans", "avez vous plus de", "as tu 18 ans", "êtes vous majeur", "êtes vous majeure", "j ai plus de 18 ans", "18 ans ou plus", "plus de 18 ans", "vérification de l âge", "vérification d âge", "vérification de votre âge", "contrôle de l âge", "confirmez votre âge", "confirmer votre âge", "votre date de naissance", "quel âge avez vous", "âge légal",
	},
	region: phrases{
		"choisissez votre pays", "choisir votre pays", "sélectionnez votre pays", "choisissez un pays", "sélectionnez un pays", "choisissez votre région", "choisissez votre langue", "sélectionnez votre langue", "pays et langue", "pays de livraison", "pas disponible dans votre pays", "non disponible dans votre pays", "indisponible dans votre pays", "pas disponible dans votre région", "pas accessible depuis votre pays",
	},
	buy: phrases{"ajouter au panier", "ajouter à mon panier", "ajouter au caddie", "acheter maintenant"},
}
