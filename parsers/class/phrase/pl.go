package phrase

const (
	plThing = "strona|strony|produkt|produktu|artykuł|oferta|oferty|towar|towaru"
	plShop  = "sklep|strona|serwis|witryna|sklepu|strony|serwisu"
)

var polish = wording{
	refused: phrases{
		"dostęp|dostępu|żądanie|połączenie|zapytanie & zabroniony|odmowa|zablokowany|zablokowane|odrzucone|brak|ograniczony",
		"nie masz|brak & uprawnień|dostępu",
		"nietypowy|podejrzany|nietypową|podejrzaną|zautomatyzowany|automatyczny & ruch|aktywność",
		"ip & zablokowany|zablokowane",
	},
	human: phrases{
		"robotem|botem|człowiekiem & nie jesteś|nie jestem|jesteś|jest",
		"captcha & rozwiąż|przepisz|wpisz",
		"przeglądarkę|przeglądarki|połączenie|połączenia & sprawdzamy|sprawdzanie|weryfikacja",
		"wpisz|przepisz & znaki|litery|kod & obrazka|widzisz|obrazku",
		"przytrzymaj|przesuń & przycisk|suwak|puzzle",
		"=chwileczkę",
		"=proszę czekać",
		"=jeszcze chwila",
		"=weryfikacja bezpieczeństwa",
		"=kontrola bezpieczeństwa",
		"=captcha",
	},
	waiting: phrases{
		"kolejce|kolejka|kolejki & jesteś|wirtualna|wirtualnej|twoje miejsce|czekasz",
		"twoja kolej & wkrótce|już|minut|nadejdzie",
		"duże zainteresowanie|duży ruch|bardzo dużo osób|wielu odwiedzających",
		"=poczekalnia",
		"=kolejka",
	},
	closed: phrases{
		"przerwa|prace|przerwę & techniczna|techniczne|techniczną|konserwacyjne|serwisowa|serwisowe",
		"=konserwacja",
		"wracamy|wrócimy|będziemy & wkrótce|niedługo|chwilę|minut|niebawem",
		plShop + " & nieczynny|zamknięty|niedostępny|niedostępna|wyłączony & chwilowo|tymczasowo|obecnie|czasowo",
		"pracujemy nad|ulepszamy|aktualizujemy & " + plShop,
	},
	missing: phrases{
		plThing + " & nie|brak|takiej|takiego & znaleziono|istnieje|ma|dostępny|dostępna|znaleźć|znaleźliśmy|odnaleziono",
		plThing + " & usunięty|usunięta|wycofany|wycofana|niedostępny|niedostępna|zniknęła|wygasła",
		"=nie znaleziono",
		"=błąd 404",
		"nie znaleźliśmy & szukasz|tego",
	},
	results: phrases{
		"wyniki|wyników|wynik & wyszukiwania|dla|brak|szukania|0",
		"szukana fraza|twoje wyszukiwanie",
	},
	login: phrases{
		"=logowanie",
		"=zaloguj się",
		"=zaloguj",
		"=moje konto",
		"=login",
		"zaloguj|logowanie & się|do|konta|klienta|klientów|partnera|hurtowni",
		"mam już konto",
		"tylko|wyłącznie & zalogowanych|klientów hurtowych|partnerów|zarejestrowanych",
	},
	members: phrases{
		"zaloguj|zalogować|zalogowaniu|zalogowani|zalogowanych|zarejestruj & ceny|cenę|cen",
	},
	consent: phrases{
		"zanim & przejdziesz|wejdziesz|zaczniesz|kontynuujesz|dalej",
		"cookie|cookies|ciasteczka|ciasteczek & używamy|korzystamy|akceptuj*|ustawienia|zgoda|zgody|twoje|twoja",
		"twoja|twoją|twojej|dbamy|szanujemy & prywatność|prywatności|zgoda|zgody",
		"prywatności|prywatność & ustawienia|preferencje",
		"=cookies",
		"=pliki cookie",
	},
	age: phrases{
		"16|18|21 & masz|ukończone|ukończyłeś|skończone|mam|lat & lat|wiek",
		"pełnoletni|pełnoletnia|pełnoletność",
		"weryfikacja|potwierdź|potwierdzenie|sprawdzenie & wieku|wiek",
		"data urodzenia|datę urodzenia & twoja|podaj|swoją",
	},
	abroad: phrases{
		"nie & dostępny|dostępna|dostępne & kraju|regionie|lokalizacji",
	},
	region: phrases{
		"wybierz|zmień|wskaż & kraj|region|język|lokalizację|kraju",
		"kraj i język|kraj region|język i kraj",
		"dokąd & wysłać|dostarczyć|wysyłamy",
	},
	buy: phrases{
		"koszyka & dodaj|do",
		"kup teraz|kup i zapłać",
	},
}
