// Package phrase says what formulas promise where nobody has put it into words, in every language of which there is a file here.
package phrase

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

// words are the phrases of one language. A number has two, for one and for more; each takes it once, as %d.
type words struct {
	Numbers map[string][2]string `json:"numbers"`
	Plain   map[string]string    `json:"plain"`
}

// spoken are the phrases by language.
var spoken = sync.OnceValue(func() map[string]words {
	all, err := read(files)
	if err != nil {
		panic(err) // the files are part of the program, and tested
	}
	return all
})

// read reads the languages of a folder. English says everything; another language may leave out what it has no phrase for.
func read(folder fs.FS) (map[string]words, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("phrase: %w", err)
	}
	all := map[string]words{}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("phrase: %w", err)
		}
		var w words
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&w); err != nil {
			return nil, fmt.Errorf("phrase: %s: %w", name, err)
		}
		all[strings.TrimSuffix(name, ".json")] = w
	}
	for language, w := range all {
		if err := w.check(all["en"]); err != nil {
			return nil, fmt.Errorf("phrase: %s.json: %w", language, err)
		}
	}
	return all, nil
}

// check compares a language with English.
func (w words) check(english words) error {
	for kind, forms := range w.Numbers {
		if _, known := english.Numbers[kind]; !known {
			return fmt.Errorf("%q is not in en.json", kind)
		}
		for _, f := range forms {
			if strings.Count(f, "%d") != 1 || strings.Count(f, "%") != 1 {
				return fmt.Errorf("%s: %q does not take one number", kind, f)
			}
		}
	}
	for key, say := range w.Plain {
		if english.Plain[key] == "" || say == "" {
			return fmt.Errorf("%q is not in en.json, or says nothing", key)
		}
	}
	return nil
}

// Number puts a number of a kind into words, by language; nil for a kind of which numbers are not told.
func Number(kind string, n int64) map[string]string {
	if _, told := spoken()["en"].Numbers[kind]; !told {
		return nil
	}
	out := make(map[string]string, len(spoken()))
	for language, w := range spoken() {
		if forms, ok := w.Numbers[kind]; ok {
			form := forms[1]
			if n == 1 {
				form = forms[0]
			}
			out[language] = fmt.Sprintf(form, n)
		}
	}
	return out
}

// Plain returns the phrase that English calls so, by language.
func Plain(key string) map[string]string {
	out := make(map[string]string, len(spoken()))
	for language, w := range spoken() {
		if say := w.Plain[key]; say != "" {
			out[language] = say
		}
	}
	return out
}
