package terminal

import (
	"embed"
	"sync"

	"pricegap/market"
	"pricegap/market/wording"
)

//go:embed *.json
var files embed.FS

// words are what the terminal says; stocks stand behind "stock_", reasons why a position is not comparable behind "reason_".
var words = sync.OnceValue(func() wording.Texts { return wording.Embedded(files) })

// StockWord says what a shop has; what is no word of market.Stock is not known.
func (l Look) StockWord(s market.Stock) string {
	if _, known := words()["en"]["stock_"+string(s)]; !known {
		s = market.StockUnknown
	}
	return l.Word("stock_" + string(s))
}

// Word returns what is said of a key in the language, filled in; the key itself where nothing is.
func (l Look) Word(key string, args ...any) string { return words().Say(l.Language, key, args...) }
