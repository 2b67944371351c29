package phrase

//nolint:misspell // it is Italian
const (
	itThing = "pagina|prodotto|articolo|offerta|contenuto"
	itShop  = "sito|negozio|shop|store|pagina"
)

//nolint:misspell // it is Italian
var italian = wording{
	refused: phrases{
		"accesso|richiesta|connessione & negato|negata|bloccato|bloccata|vietato|rifiutata|limitato",
		"non hai|non ha|non disponi & permessi|permesso|autorizzazione",
		"traffico|attività|richieste & anomalo|anomala|anomale|insolito|insolita|sospetto|sospetta|sospette|automatizzato|automatizzata|automatizzate",
		"ip & bloccato",
	},
	human: phrases{
		"robot|bot|umano|persona reale & non sono|non sei|non essere|sei|di essere|sia",
		"captcha & risolv*|complet*|inserisci|codice",
		"browser|connessione & controllo|verifica|verificando|controllando",
		"inserisci|digita|scrivi & caratteri|lettere|codice & immagine|vedi",
		"tieni premuto|trascina|scorri & pulsante|puzzle|cursore",
		"=un momento",
		"=un attimo",
		"=attendere prego",
		"=attendi",
		"=verifica di sicurezza",
		"=controllo di sicurezza",
		"=captcha",
	},
	waiting: phrases{
		"coda|fila & sei in|virtuale|il tuo posto|la tua posizione",
		"sala d attesa|sala di attesa & virtuale|sei|negozio|sito",
		"tuo turno & arriverà|quasi|tra|minuti",
		"molti visitatori|grande affluenza|traffico elevato|molte richieste",
		"=sala d attesa",
		"=sala di attesa",
	},
	closed: phrases{
		"=manutenzione",
		"manutenzione & in manutenzione|programmata|in corso|lavori|per|" + itShop,
		"torniamo|torneremo|saremo|ritorniamo & presto|subito|breve|online|minuti",
		itShop + " & chiuso|chiusa|offline|non disponibile|irraggiungibile & temporaneamente|momento|momentaneamente|manutenzione",
		"stiamo & migliorando|aggiornando|rinnovando & " + itShop,
	},
	missing: phrases{
		itThing + "|niente & non|nessun|nessuna & trovato|trovata|trovare|esiste|disponibile|troviamo",
		itThing + " & rimosso|rimossa|eliminato|eliminata|fuori catalogo|scaduto|scaduta|spostata",
		itThing + " & che cerchi|che stavi cercando & non",
		"=non trovato",
		"=non trovata",
		"=errore 404",
	},
	results: phrases{
		"risultati|risultato & ricerca|per|nessun|0",
		"la tua ricerca|hai cercato",
	},
	login: phrases{
		"=accedi",
		"=accesso",
		"=login",
		"=il mio account",
		"=area riservata",
		"accedi|effettua l accesso|entra|login & account|clienti|rivenditori|profilo|continuare|tuo|con",
		"sono già cliente|sei già cliente|già registrato",
		"solo|riservato|riservata & soci|rivenditori|clienti registrati|operatori",
	},
	members: phrases{
		"accedi|effettua il login|effettua l accesso|login|registrati|registrato|autenticati & vedere|visualizzare|visibili|solo & prezzo|prezzi",
	},
	consent: phrases{
		"prima di & continuare|proseguire|entrare|iniziare",
		"cookie & utilizziamo|usiamo|utilizza|accetta|impostazioni|consenso|preferenze|tua|tuoi",
		"tua|rispettiamo|tuo & privacy|consenso",
		"privacy & preferenze|impostazioni|opzioni",
		"=cookie",
	},
	age: phrases{
		"16|18|21 & hai|compiuto|almeno|più|maggiore|meno & anni|età",
		"maggiorenne|maggiore età",
		"verifica|controllo|conferma & età",
		"data di nascita & tua|inserisci|indica",
	},
	abroad: phrases{
		"non & disponibile|accessibile & paese|regione|area geografica|zona",
	},
	region: phrases{
		"scegli|seleziona|selezionare|cambia & paese|regione|lingua|nazione|destinazione",
		"paese e lingua|paese regione|lingua e paese",
		"dove & spediamo|spedire|consegnare",
	},
	buy: phrases{
		"carrello & aggiungi|metti|nel",
		"acquista ora|compra ora|compra subito",
	},
}
