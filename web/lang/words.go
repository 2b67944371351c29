package lang

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"pricegap/market/wording"
)

//go:embed *.json
var files embed.FS

// words are the words of the pages by language, a file each. A word that a language lacks is shown in English, and one that
// English lacks as it is.
var words = sync.OnceValue(func() wording.Texts {
	all, err := read(files)
	if err != nil {
		panic(err) // the files are part of the program, and tested
	}
	return all
})

// read reads the languages of a folder.
func read(folder fs.FS) (wording.Texts, error) {
	all, err := wording.Read(folder)
	for language, own := range all {
		if months := own["months_short"]; err == nil && months != "" && len(strings.Fields(months)) != 12 {
			err = fmt.Errorf("lang: %s.json: months_short: there are 12 months", language)
		}
	}
	return all, err
}

// Word returns the word for key.
func (l Language) Word(key string) string {
	return words().Say(string(l), key)
}
