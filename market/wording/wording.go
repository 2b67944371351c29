// Package wording reads what a door says by itself: a folder of JSON files, one a language, each of them texts by key.
package wording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Texts are texts by language, such as "nl", and key. English has them all; a text that another language lacks is said in English.
type Texts map[string]map[string]string

// verb is what a text fills in, as fmt has it.
var verb = regexp.MustCompile(`%.`)

// Read reads the languages of a folder. It is an error, which names file and key, where a language says what English does not, or
// fills in something else.
func Read(folder fs.FS) (Texts, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("wording: %w", err)
	}
	all := Texts{}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("wording: %w", err)
		}
		own := map[string]string{}
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&own); err != nil {
			return nil, fmt.Errorf("wording: %s: %w", name, err)
		}
		all[strings.TrimSuffix(name, ".json")] = own
	}
	for language, own := range all {
		for key, say := range own {
			if english, known := all["en"][key]; !known || !slices.Equal(verb.FindAllString(say, -1), verb.FindAllString(english, -1)) {
				return nil, fmt.Errorf("wording: %s.json: %q is not in en.json, or fills in something else", language, key)
			}
		}
	}
	return all, nil
}

// Embedded is Read for a folder that is part of the program: it panics where that has an error.
func Embedded(folder fs.FS) Texts {
	all, err := Read(folder)
	if err != nil {
		panic(err)
	}
	return all
}

// Say returns the text of a key in a language, filled in where there is something to fill in: that language, else its base language
// ("nl" of "nl-BE"), else English, else the key.
func (t Texts) Say(language, key string, args ...any) string {
	base, _, _ := strings.Cut(language, "-")
	for _, l := range []string{language, base, "en"} {
		if w, has := t[l][key]; has {
			if len(args) > 0 {
				return fmt.Sprintf(w, args...)
			}
			return w
		}
	}
	return key
}
