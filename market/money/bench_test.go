package money

import "testing"

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"bare", "€ 12,99"},
		{"labelled", "Adviesprijs € 199,- nu voor € 149,95 incl. btw"},
		{"long", "Meest gekozen in deze winkel: vanaf € 19,95 per maand, verzendkosten € 4,95, je bespaart € 50 met code ZOMER"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Parse(c.text, Locale{"nl", "EUR"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
