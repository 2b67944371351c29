package parsers_test

import (
	"testing"

	"pricegap/market"
	"pricegap/market/money"
	"pricegap/parsers"
)

// TestReadJSON: data with offers is content whatever stands in its titles; without, it may be a refusal.
func TestReadJSON(t *testing.T) {
	p, err := parsers.New("auto", nil)
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]market.FailureKind{
		`{"items":[{"title":"Are you a robot? T-shirt","price":19.95,"id":"1"}]}`: "",
		`{"url":"https://geo.captcha-delivery.com/captcha/?cid=x"}`:               market.FailBlockedCaptcha,
		`<html><title>Just a moment...</title>`:                                   market.FailBlockedChallenge,
	} {
		res, err := parsers.Read(p, parsers.NewDoc(parsers.Input{
			Page: market.Page{URL: "https://a.example/api", Asked: "https://a.example/api", Status: 200, Body: []byte(body)},
			Role: parsers.RoleJSON, Locale: money.Locale{Language: "en", Currency: "EUR"},
			JSON: market.JSONPaths{Items: "items", Fields: map[market.Field]string{market.FieldName: "title", market.FieldPrice: "price", market.FieldSKU: "id"}},
		}))
		if err != nil || res.Failure != want || (want == "") != (len(res.Offers) == 1) {
			t.Errorf("%s: %q (%s), %d offers, %v", body, res.Failure, res.Message, len(res.Offers), err)
		}
	}
}
