package parsers

import (
	"slices"
	"strings"

	"pricegap/market"
	"pricegap/parsers/class"
)

// Read reads a page with p, and says in Result.Failure where it is no page of content: a captcha, a consent wall, a
// soft 404 and the like, see package class. Such a page has no Offers; what was read on it stands in Others. The error
// is that of p.
func Read(p Parser, d *Doc) (Result, error) {
	res, err := read(p, d)
	res.Until = d.until
	return res, err
}

func read(p Parser, d *Doc) (Result, error) {
	in := class.Page{
		Asked: d.Page.Asked, URL: d.Page.URL, Body: d.Page.Body, Usual: d.Usual,
		Language: d.Locale.Language, Currency: d.Locale.Currency, List: d.Role == RoleList,
	}
	var res Result
	var err error
	data := d.Role == RoleJSON
	if data { // with offers it is content, whatever their titles say
		if res, err = parse(p, d); len(res.Offers) > 0 {
			return res, err
		}
	}
	kind, why := class.Refusal(d.Page.Status, d.Page.Header, d.Page.Body)
	if kind != "" {
		return Result{Failure: kind, Message: why}, nil
	}
	if !data {
		res, err = parse(p, d)
	}
	if err != nil || data {
		return res, err
	}
	if dom, err := d.HTML(); err == nil {
		in.Root, in.Offers, in.Others = dom.Nodes[0], res.Offers, res.Others
		in.Links = slices.ContainsFunc(res.Links, func(l Link) bool { return l.Kind == LinkProduct })
		kind, why = class.Of(in)
	}
	if kind != "" {
		res.Offers, res.Others, res.Disputed = nil, slices.Concat(res.Offers, res.Others), market.Offer{}
		res.Failure, res.Message = kind, why
	}
	return res, nil
}

// parse asks p. Nothing of the Result is a part of the page any more, which the little that is kept of it would keep in memory.
func parse(p Parser, d *Doc) (Result, error) {
	res, err := p.Parse(d)
	for _, offers := range [][]market.Offer{res.Offers, res.Others} {
		for i := range offers {
			offers[i].Detach()
		}
	}
	res.Disputed.Detach()
	for i := range res.Links {
		res.Links[i].URL = strings.Clone(res.Links[i].URL)
	}
	return res, err
}
