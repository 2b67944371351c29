// Package word holds the words by which shops call and label the prices of a page, in the languages of many countries. They are
// data: parsers/visible says what they count.
package word

import "strings"

// Any reports whether one of the names stands in those of an element, which are in small letters, each between spaces.
func Any(in string, names []string) bool {
	for _, w := range names {
		if i := strings.Index(in, w); i > 0 && in[i-1] == ' ' && in[i+len(w)] == ' ' {
			return true
		}
	}
	return false
}

// Says reports whether a text in small letters holds one of the phrases as words.
func Says(text string, phrases []string) bool {
	for _, p := range phrases {
		for at, rest := 0, text; ; {
			i := strings.Index(rest, p)
			if i < 0 {
				break
			}
			i += at
			if !letterAt(text, i-1) && !letterAt(text, i+len(p)) || p[0] >= 0x80 {
				return true
			}
			at = i + len(p)
			rest = text[at:]
		}
	}
	return false
}

func letterAt(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	c := s[i]
	return c >= 'a' && c <= 'z' || c >= 0x80
}

// Names of elements: of prices that one does not pay and of those that one does, of prices of any kind, and of the parts of a price
// that stands in two elements.
var (
	Struck = []string{
		"old", "was", "strike", "striked", "strikethrough", "struck", "stroke", "crossed", "before", "list price", "listprice", "rrp", "msrp", "srp",
		"compare at", "previous", "oldprice", "old price", "basis price", "through", "former", "erased", "uvp",
	}
	Whole = []string{"dollars", "dollar", "integer", "whole", "int", "euros", "euro", "major", "units", "entero", "entera"}
	Cents = []string{"cents", "cent", "decimal", "decimals", "fraction", "centimes", "minor", "dec", "sup", "decimales", "fractional"}
	Price = []string{
		"price", "prices", "pricing", "prijs", "preis", "prix", "precio", "prezzo", "cena", "pris", "hinta", "preco", "amount", "priceblock", "pricetag", "ourprice", "saleprice",
		"finalprice", "currentprice", "productprice", "buyingprice", "kosten",
	}
	Now = []string{
		"now", "current", "sale", "special", "final", "our", "actual", "deal", "offer", "ourprice", "dealprice", "saleprice", "new", "main", "selling", "buyingprice", "promo", "sales",
		"buy", "pay", "to pay", "bid", "finalprice", "currentprice", "reduced",
	}
)

// Words before a price, or behind it, that say what it is; words on the button to buy, and names of it.
var (
	WasBefore = []string{"was", "list price", "rrp", "msrp", "regular price", "regular", "original price", "retail price", "compare at", "before", "adviesprijs", "van", "uvp", "statt", "prix conseillé", "au lieu de", "antes", "prezzo consigliato", "prezzo di listino", "listino", "old price", "reg.", "orig.", "normal price", "suggested retail", "cena regularna", "standardpris", "ord. pris", "ord. price", "原價", "定價", "市價", "建議售價"}
	NotBefore = []string{"save", "you save", "savings", "discount", "starting price", "start price", "starting bid", "maximum bid", "combo price", "total price", "bundle price", "shipping", "delivery", "postage", "handling", "deposit", "per month", "monthly", "from", "orders over", "over", "spend", "bespaar", "sparen", "versand", "livraison", "spedizione", "economizas", "risparmi", "gift card", "tax", "vat", "points", "cashback", "coupon", "used", "refurbished", "rent", "minimum", "estimate", "運費", "滿", "折"}
	NotBehind = []string{"off", "korting", "rabatt", "de réduction", "discount", "di sconto", "cashback", "punkte", "points", "p/m", "per month", "/mo", "per maand", "monatlich", "par mois"}
	NowLabels = []string{"you pay", "your price", "our price", "sale price", "special price", "deal price", "final price", "now", "nu", "jetzt", "offer price", "promo price", "sonderpreis", "angebotspreis", "prix promo", "today's price", "特價", "優惠價", "促銷價", "網路價"}
	NowBefore = []string{"price", "our price", "now", "sale", "sale price", "special price", "deal price", "deal of the day", "today", "your price", "prijs", "nu", "voor", "preis", "jetzt", "prix", "precio", "prezzo", "cena", "pris", "hinta", "current price", "current bid", "buy now", "you pay", "only", "new", "售價", "特價", "網路價", "優惠價", "促銷價"}
	Buy       = []string{
		"add to cart", "add to basket", "add to bag", "add to trolley", "add to order", "buy now", "buy it now", "buy", "pre-order", "preorder", "in winkelwagen", "in winkelmandje", "in winkelmand", "bestellen", "koop nu", "toevoegen aan winkelwagen",
		"in den warenkorb", "in den einkaufswagen", "jetzt kaufen", "kaufen", "ajouter au panier", "acheter", "j'achète", "aggiungi al carrello", "acquista", "acquista ora", "aggiungi alla shopping bag", "añadir a la cesta", "añadir al carrito", "agregar al carrito", "comprar", "comprar ahora",
		"adicionar ao carrinho", "adicionar", "do koszyka", "dodaj do koszyka", "kup teraz", "lägg i varukorgen", "lägg i korgen", "köp", "læg i kurv", "læg i kurven", "tilføj til kurv", "køb", "legg i handlekurv", "kjøp", "lisää ostoskoriin", "lisää koriin", "osta", "do košíku", "přidat do košíku", "koupit", "vložiť do košíka", "pridať do košíka", "do košíka",
		"sepete ekle", "satın al", "в корзину", "купить", "добавить в корзину", "kosárba", "adaugă în coș", "în coș", "dodaj u košaricu", "pievienot grozam", "ielikt grozā", "į krepšelį", "lisa korvi", "ostukorvi", "στο καλάθι", "προσθήκη στο καλάθι", "加入購物車", "放入購物車", "立即購買", "カートに入れる", "今すぐ買う", "장바구니", "add to my bag", "add item to cart", "add to shopping bag", "add to shopping cart", "in den korb", "place bid",
	}
	BuyNames = []string{"addtocart", "addtobasket", "addtobag", "addtotrolley", "buynow", "buybutton", "btnbuy", "btnaddcart", "cartadd", "addcart", "addproduct", "purchasebutton", "tocart", "tobasket", "buybox"}
)

// Others are how blocks of other products begin.
var Others = []string{
	"similar item", "similar items", "similar product", "similar products", "you may also", "you might also", "related products", "related items", "customers also", "also bought", "also viewed",
	"frequently bought", "recommended", "recommendations", "recently viewed", "people also", "complete the look", "shop the look", "goes well with", "pairs well with",
	"anderen bekeken", "anderen kochten", "ook interessant", "vergelijkbare", "bekijk ook", "gerelateerde", "aanbevolen", "laatst bekeken",
	"ähnliche", "kunden kauften", "andere kunden", "das könnte", "wird oft zusammen", "zuletzt angesehen", "passend dazu", "kunden sahen",
	"similaires", "vous aimerez", "les clients ont", "souvent achetés", "vus récemment", "produits associés", "à découvrir aussi",
	"productos relacionados", "productos similares", "también te puede", "también compraron", "vistos recientemente", "te puede interesar",
	"prodotti correlati", "prodotti simili", "potrebbe interessarti", "spesso comprati", "visti di recente", "produtos relacionados", "produtos semelhantes", "quem viu", "também compraram",
	"podobne produkty", "inni klienci", "liknande", "andra köpte", "lignende", "relaterte", "relaterede", "samankaltaisia", "muut ostivat", "podobné", "související", "mohlo by", "súvisiace",
	"похожие", "с этим товаром", "вам может", "рекомендуем", "相關商品", "猜你喜歡", "看了又看", "関連商品", "この商品を買った人",
}
