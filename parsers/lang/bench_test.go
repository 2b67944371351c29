package lang_test

import (
	"testing"

	"pricegap/parsers/lang"
)

func BenchmarkStock(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"said", "Tijdelijk niet op voorraad"},
		{"nothing", "Meer weten over deze boormachine met twee accu's en koffer? Lees de handleiding"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				lang.Stock(c.text)
			}
		})
	}
}

func BenchmarkDelivery(b *testing.B) {
	for b.Loop() {
		lang.Delivery("Voor 23.59 uur besteld, morgen in huis")
	}
}
