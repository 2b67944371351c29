package parsers

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"pricegap/market"
	"pricegap/parsers/pick"
)

// maxItems is how many offers are read from one document.
const maxItems = 2000

// readJSON reads a JSON endpoint by the paths of its source.
func readJSON(d *Doc) (Result, error) {
	body := strings.TrimSpace(strings.TrimPrefix(string(d.Page.Body), "\ufeff"))
	doc, ok := pick.Object(body)
	if !ok || doc != body {
		e := &Error{market.FailDecodeError, "not a JSON document"}
		return Result{Failure: e.Kind, Message: e.Message}, e
	}
	fields := make(map[string]string, len(d.JSON.Fields))
	for f, p := range d.JSON.Fields {
		fields[string(f)] = p
	}
	p, err := pick.CompilePaths("json.fields", fields, d.JSON.MinorUnits)
	if err != nil {
		return Result{}, err
	}
	root := gjson.Parse(doc)
	items, at := root, ""
	if d.JSON.Items != "" {
		items, at = root.Get(d.JSON.Items), d.JSON.Items+"."
	}
	var res Result
	read := func(v gjson.Result, at string) {
		w := d.writer("json")
		if p.Read(v, at, w); len(w.Offer.Evidence) > 0 {
			d.complete(w.Offer)
			res.Offers = append(res.Offers, *w.Offer)
		}
		if w.Offer.URL != "" {
			res.Links = append(res.Links, Link{w.Offer.URL, LinkProduct})
		}
	}
	if items.IsArray() {
		for i, v := range items.Array() {
			if i >= maxItems {
				break
			}
			read(v, fmt.Sprintf("%s%d.", at, i))
		}
	} else if items.Exists() {
		read(items, at)
	}
	if d.JSON.Next != "" {
		if u := d.Resolve(pick.Scalar(root.Get(d.JSON.Next))); u != "" {
			res.Links = append(res.Links, Link{u, LinkNext})
		}
	}
	if !items.Exists() {
		res.Failure, res.Message = market.FailParseDrift, "nothing at the path of the items"
	}
	return res, nil
}
