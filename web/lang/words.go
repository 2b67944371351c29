package lang

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed *.json
var files embed.FS

// words are the words of the pages by language, a file each. A word that a language lacks is shown in English, and one that
// English lacks as it is.
var words = sync.OnceValue(func() map[Language]map[string]string {
	all, err := read(files)
	if err != nil {
		panic(err) // the files are part of the program, and tested
	}
	return all
})

// read reads the languages of a folder.
func read(folder fs.FS) (map[Language]map[string]string, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("lang: %w", err)
	}
	all := map[Language]map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("lang: %w", err)
		}
		own := map[string]string{}
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&own); err != nil {
			return nil, fmt.Errorf("lang: %s: %w", name, err)
		}
		all[Language(strings.TrimSuffix(name, ".json"))] = own
	}
	for language, own := range all {
		for key, say := range own {
			english, known := all["en"][key]
			if !known || strings.Count(say, "%d") != strings.Count(english, "%d") {
				return nil, fmt.Errorf("lang: %s.json: %q is not in en.json, or fills in other numbers", language, key)
			}
		}
		if months := own["months_short"]; months != "" && len(strings.Fields(months)) != 12 {
			return nil, fmt.Errorf("lang: %s.json: months_short: there are 12 months", language)
		}
	}
	return all, nil
}

// Word returns the word for key.
func (l Language) Word(key string) string {
	for _, l := range []Language{l, "en"} {
		if w, ok := words()[l][key]; ok {
			return w
		}
	}
	return key
}
