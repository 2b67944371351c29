package wording

import (
	"strings"
	"testing"
	"testing/fstest"
)

const english = `{"page": "page", "more": "and %d more of %s", "sure": "100 %% sure"}`

func folder(nl string) fstest.MapFS {
	return fstest.MapFS{"en.json": {Data: []byte(english)}, "nl.json": {Data: []byte(nl)}, "words.go": {Data: []byte("package x")}}
}

func TestSay(t *testing.T) {
	all := Embedded(folder(`{"page": "pagina", "more": "en nog %d van %s", "sure": "100 %% zeker"}`))
	for _, tt := range []struct{ got, want string }{
		{all.Say("nl", "page"), "pagina"},
		{all.Say("nl-BE", "page"), "pagina"},
		{all.Say("fi", "page"), "page"},
		{all.Say("", "more", 3, "five"), "and 3 more of five"},
		{all.Say("nl", "more", 3, "%s"), "en nog 3 van %s"},
		{all.Say("nl", "no such key"), "no such key"},
		{Embedded(folder(`{}`)).Say("nl", "page"), "page"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// TestRefused names the file of what is wrong.
func TestRefused(t *testing.T) {
	for what, nl := range map[string]string{
		"a key that English lacks": `{"pagina": "pagina"}`,
		"fewer verbs":              `{"more": "en nog %d"}`,
		"verbs in another order":   `{"more": "van %s nog %d"}`,
		"a lone percent sign":      `{"sure": "100 % zeker"}`,
		"no texts":                 `{"page": 1}`,
		"no JSON":                  `pagina`,
	} {
		if _, err := Read(folder(nl)); err == nil || !strings.Contains(err.Error(), "nl.json") {
			t.Errorf("%s: %v", what, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Embedded takes what Read refuses")
		}
	}()
	Embedded(folder(`{"pagina": ""}`))
}
