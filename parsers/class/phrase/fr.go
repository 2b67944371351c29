package phrase

const (
	frThing = "page|produit|article|référence|annonce"
	frShop  = "site|boutique|magasin|boutique en ligne|e shop|page"
)

//nolint:misspell // it is French
var french = wording{
	refused: phrases{
		"accès & refusé|interdit|bloqué|limité|restreint|suspendu|non autorisé", "vous & bloqué|bloquée|banni",
		"requête|demande|adresse ip|connexion & bloquée|refusée|rejetée|bannie",
		"trafic|activité|requêtes|comportement & inhabituel|inhabituelle|suspect|suspecte|anormal|anormale|automatisé|automatisée|automatisées",
	},
	human: phrases{
		"robot|humain|humaine|bot & pas un|êtes|es tu|prouve*|confirme*|vérifie*", "captcha & résou*|résol*|complét*|prouve*|vérif*",
		"navigateur|connexion & vérif*|contrôl*|sécurité", "saisissez|entrez|tapez|recopiez & caractères|lettres|code",
		"maintenez|glissez|faites glisser & bouton|curseur|puzzle|enfoncé", "=un instant", "=veuillez patienter", "=un moment",
		"=merci de patienter", "=vérification de sécurité", "=contrôle de sécurité", "vérification|contrôle & sécurité & cours",
		"=captcha",
	},
	waiting: phrases{
		"salle d attente|file d attente & virtuelle|vous|dans|êtes", "tour & bientôt|presque|votre",
		"forte affluence|affluence & site|boutique|actuellement|très|attente", "=salle d attente", "=file d attente",
	},
	closed: phrases{
		"=maintenance", "maintenance & " + frShop + "|en|cours|programmée|opération|pour",
		frShop + "|nous|on & retour|revenons|revient|reviendrons & bientôt|vite|suite|minutes|heures|instants|rapidement|quelques|plus",
		frShop + " & indisponible|inaccessible|fermé|fermée|hors ligne", "bientôt de retour", "de retour bientôt",
	},
	missing: phrases{
		frThing + " & introuvable|introuvables|disparu|supprimé|supprimée|déplacé|déplacée|retiré|retirée|recherchez|cherchez|demandée|demandé|expiré|expirée",
		frThing + " & n|non|pas|plus|aucun|aucune & existe|trouvé|trouvée|disponible|trouver|proposé|proposée|référencé|vendu|commercialisé|été",
		"=introuvable", "=erreur 404", "=non trouvé",
	},
	results: phrases{
		"résultat|résultats & recherche|pour|aucun|0", "votre recherche|vous avez recherché|vous avez cherché",
		"aucun|aucune & produit|article|référence & trouvé|ne|correspond",
	},
	login: phrases{
		"=connexion", "=se connecter", "=connectez vous", "=identifiez vous", "=identification", "=mon compte", "=mon espace client",
		"=authentification",
		"connectez vous|connexion|se connecter|identifiez vous|connecter & à|avec|ou|votre|requise|client|compte|obligatoire|pro",
		"déjà client", "réservé|réservée|réservés|exclusivement|uniquement & membres|professionnels|clients|pros|revendeurs|adhérents",
		"accès client|accès pro|espace client|espace pro",
	},
	members: phrases{
		"connectez vous|connexion|identifiez vous|connecté|connectés|connecter|identifier & prix|tarif|tarifs",
	},
	consent: phrases{
		"avant & continuer|aller plus loin|poursuivre|commencer|d entrer",
		"cookies|cookie & utilise|utilisons|utilisent|accepter|acceptez|gestion|gérer|paramètres|préférences|choix|vos|déposons|continuer|autoriser",
		"votre|vos|respectons & vie privée|données|consentement|confidentialité", "continuer sans accepter", "=cookies",
	},
	age: phrases{
		"16 ans|18 ans|21 ans & avez|plus|moins|j ai|as tu|ou|êtes|minimum", "majeur|majeure & êtes|es tu|je suis|être",
		"âge & vérif*|contrôle|confirm*|votre|quel|légal", "date de naissance & votre|entrez|saisissez|indiquez",
	},
	abroad: phrases{"pas|non|indisponible|inaccessible|plus & disponible|accessible|indisponible|inaccessible & pays|région"},
	region: phrases{
		"choisissez|choisir|sélectionnez|sélectionner|choix|indiquez & pays|région|langue",
		"pays et langue|pays ou région|pays région|pays de livraison", "quel pays|où & livr*|expédi*",
	},
	buy: phrases{"panier|caddie & ajouter|ajoutez", "acheter maintenant|achetez maintenant|commander maintenant"},
}
