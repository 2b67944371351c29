package printed

import (
	"slices"
	"strings"
)

var (
	pieceWords   = strings.Fields("st stk stuk stuks stück stücke piece pieces pcs pc ea each unit units unité pièce pieza ud paar pair pers person persoon personne tablet tablette capsule rol fles flasche bottle wasbeurt portie dag day tag jour nacht night nuit jaar year jahr an week woche doos box pak pack set meter szt ks kus шт")
	measureWords = strings.Fields("kg kgs g gr gram grams gramm mg kilo kilogram kilogramm lb lbs oz l ltr liter liters litre litres litro ml cl dl m m2 m3 m² m³ cm mm km inch ft sqft sqm w kw kwh v mah ah hz khz mhz ghz gb tb mb px mp db bar °c kg's qm lfm rm")
	monthNames   = strings.Fields("january february march april may june july august september october november december januari februari maart april mei juni juli augustus oktober januar februar märz mai dezember janvier février mars avril juin juillet août septembre octobre novembre décembre jan feb mrt apr jun jul aug sept sep okt oct nov dec dez")
	centWords    = strings.Fields("cent cents ct cts eurocent eurocents ¢")
)

// Measure reports whether word, in small letters, is a unit of measure, so that the number before it is a size.
func Measure(word string) bool { return slices.Contains(measureWords, word) }

// Piece reports whether word, in small letters, is something that a price may be for: a piece, a person, a day.
func Piece(word string) bool { return slices.Contains(pieceWords, word) }

// Month reports whether word, in small letters, is the name of a month.
func Month(word string) bool { return slices.Contains(monthNames, word) }
