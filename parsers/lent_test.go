package parsers

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pricegap/market"
	"pricegap/market/money"
)

// TestNothingOfThePageIsKept: the memory of a page is used for the next one, so no result, and nothing that a reader
// remembers for the next page, is a part of it.
func TestNothingOfThePageIsKept(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.html")
	if more, bad := filepath.Glob("class/testdata/*/*.html"); bad == nil {
		files = append(files, more...)
	}
	if err != nil || len(files) < 20 {
		t.Fatal(len(files), err)
	}
	p, err := New("auto", nil)
	if err != nil {
		t.Fatal(err)
	}
	read := func(file string, body []byte, role Role) (Result, string) {
		d := NewDoc(Input{Page: market.Page{URL: "https://shop.example/p/" + filepath.Base(file), Body: body, Status: 200}, Role: role, Locale: money.Locale{Language: "nl-NL", Currency: "EUR"}})
		defer d.Close()
		res, _ := Read(p, d)
		said, err := json.Marshal(res)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(said)
	}
	memory := make([]byte, 4<<20)
	for range 2 { // the second time with what the first left
		for _, file := range files {
			page, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, role := range []Role{RoleProduct, RoleList} {
				_, want := read(file, []byte(strings.Clone(string(page))), role)
				lent := memory[:copy(memory, page)]
				res, got := read(file, lent, role)
				for i := range lent {
					lent[i] = 'Z'
				}
				later, err := json.Marshal(res)
				if err != nil {
					t.Fatal(err)
				}
				if got != want || string(later) != want {
					t.Errorf("%s as %s: its result changes with its memory:\n%s\n%s\n%s", file, role, want, got, later)
				}
			}
		}
	}
}
