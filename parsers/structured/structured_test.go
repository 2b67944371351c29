package structured_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"pricegap/parsers/structured"
)

func read(t testing.TB, page string) *structured.Page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil && !strings.Contains(t.Name(), "Fuzz") {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err) // a fuzzed page may nest deeper than x/net/html accepts, which html_too_deep stands for
	}
	return structured.Read(root, nil)
}

// dump writes an item in one line: Product{name=x offers=Offer{price=1}}.
func dump(it *structured.Item) string {
	var parts []string
	if it.ID != "" {
		parts = append(parts, "#"+it.ID)
	}
	for _, n := range it.Names() {
		for _, v := range it.All(n) {
			s := v.Text
			if v.Item != nil {
				s = dump(v.Item)
			}
			parts = append(parts, n+"="+s)
		}
	}
	return strings.Join(it.Types, "+") + "{" + strings.Join(parts, " ") + "}"
}

func dumps(p *structured.Page, reader string) string {
	var out []string
	for _, it := range p.Top(reader) {
		out = append(out, dump(it))
	}
	return strings.Join(out, " ")
}

func TestJSONLD(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"plain", `{"@context":"https://schema.org","@type":"Product","name":"a","price":12.50}`, `Product{name=a price=12.50}`},
		{"list of types, full names", `{"@type":["https://schema.org/Product","schema:Thing"],"schema:name":"a","http://schema.org/sku":"1"}`, `Product+Thing{name=a sku=1}`},
		{"several documents", `{"@type":"A"}{"@type":"B"};[{"@type":"C"}]`, `A{} B{} C{}`},
		{"trailing commas", `{"@type":"A","x":[1,2,],}`, `A{x=1 x=2}`},
		{"comments", "/* a */{ // b\n\"@type\":\"A\", \"u\":\"http://x/y\" // c\n//\"z\":1\n}", `A{u=http://x/y}`},
		{"line breaks in strings", "{\"@type\":\"A\",\"x\":\"a\nb\tc\"}", "A{x=a\nb\tc}"},
		{"byte order mark and semicolon", "\ufeff{\"@type\":\"A\"};", `A{}`},
		{"CDATA", "//<![CDATA[\n{\"@type\":\"A\"}\n//]]>", `A{}`},
		{"CDATA in a comment", "/*<![CDATA[*/{\"@type\":\"A\"}/*]]>*/", `A{}`},
		{"bare CDATA", "<![CDATA[{\"@type\":\"A\"}]]>", `A{}`},
		{"HTML comment", "<!-- {\"@type\":\"A\"} -->", `A{}`},
		{"single quotes and bare keys", `{'@type':'A',x:'it"s',$y:1}`, `A{x=it"s $y=1}`},
		{"quotes in a string", `{"@type":"A","name":"a 27" screen"}`, `A{name=a 27" screen}`},
		{"entities as quotes", `{&quot;@type&quot;:&quot;A&quot;,&quot;x&quot;:&quot;1&quot;}`, `A{x=1}`},
		{"escapes", `{"@type":"A","x":"\u20ac \ud83d\ude00 \/ \" \q \ud800"}`, `A{x=€ 😀 / " q ` + "\ufffd}"},
		{"exact case", `{"@type":"A","price":1,"Price":2}`, `A{price=1 Price=2}`},
		{"a key twice", `{"@type":"A","price":1,"price":2}`, `A{price=1 price=2}`},
		{"null and booleans", `{"@type":"A","a":null,"b":true,"c":false,"d":undefined}`, `A{b=true c=false}`},
		{"numbers keep their digits", `{"@type":"A","x":1299.000,"y":1e999,"z":-5}`, `A{x=1299.000 y=1e999 z=-5}`},
		{"nested lists", `{"@type":"A","x":[[1,[2]],{"y":[3]}]}`, `A{x=1 x=2 x={y=3}}`},
		{"no end", `{"@type":"A","price":12`, ``},
		{"no end of a string", `{"@type":"A","price":"12`, ``},
		{"script in a string", `{"@type":"A","x":"</`, ``},
		{"before what is broken", `{"@type":"A"} {"@type":`, `A{}`},
		{"no JSON", `window.x = 1`, ``},
		{"nothing", ``, ``},
		{"a long key", `{"@type":"A","` + strings.Repeat("k", 1<<20) + `":1,"x":2}`, `A{x=2}`},
		{"a long value", `{"@type":"A","x":"` + strings.Repeat("é", 1<<20) + `"}`, `A{x=` + strings.Repeat("é", 2048) + `}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := read(t, `<script type="application/ld+json; charset=utf-8">`+c.script+`</script>`)
			if d := cmp.Diff(c.want, dumps(p, structured.JSONLD)); d != "" {
				t.Errorf("(-want +got):\n%s%v", d, p.Broken)
			}
		})
	}
}

func keys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"k%d":1,`, i)
	}
	return b.String()
}

func TestJSONLDHostile(t *testing.T) {
	for name, script := range map[string]string{
		"deep lists":    strings.Repeat("[", 20_000),
		"deep objects":  strings.Repeat(`{"a":`, 20_000),
		"many values":   "[" + strings.Repeat(`{"@type":"Offer"},`, 300_000) + "]",
		"too large":     `{"x":"` + strings.Repeat("x", 5<<20) + `"}`,
		"many quotes":   `{"x":"` + strings.Repeat(`" `, 500_000) + `"}`,
		"many keys":     "{" + keys(90_000) + "}",
		"many comments": strings.Repeat("/*", 500_000),
	} {
		start := time.Now()
		p := read(t, `<script type="application/ld+json">`+script+`</script>`)
		if d := time.Since(start); d > 5*time.Second { // a guard against hanging; the goal is 200 ms
			t.Errorf("%s: %v", name, d)
		}
		if n := len(p.Top(structured.JSONLD)); n > 100_000 {
			t.Errorf("%s: %d items", name, n)
		}
	}
}

func TestReferences(t *testing.T) {
	p := read(t, `<script type="application/ld+json">{"@graph":[{"@id":"#a","@type":"Product","brand":{"@id":"#b"},"offers":{"@id":"#a"}},{"@id":"#b","name":"Brand"}]}</script>`)
	a := p.Items(p.Top(structured.JSONLD)[0], "@graph")[0]
	if got, where := p.Text(a, "brand"); got != "Brand" || where != "script 1: @graph.brand" {
		t.Errorf("brand %q at %q", got, where)
	}
	if p.Items(a, "offers")[0] != a {
		t.Error("a reference to itself is not followed")
	}
}

func TestMicrodata(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{
			"values", `<div itemscope itemtype="https://schema.org/Product https://schema.org/Thing" itemid="#1"><b itemprop="name"> a <i>b</i><script>c</script></b><meta itemprop="sku" content=" 1 "><a itemprop="url" href="/p">x</a><img itemprop="image" src="i.jpg"><time itemprop="d" datetime="2026">x</time><data itemprop="v" value="7">x</data><span itemprop="price" content="9.5">9,50</span><span itemprop="price" content="">8</span></div>`,
			`Product+Thing{##1 name=a b sku=1 url=/p image=i.jpg d=2026 v=7 price=9.5 price=}`,
		},
		{"items in items", `<div itemscope itemtype="Product"><div itemprop="offers" itemscope itemtype="Offer"><b itemprop="price">1</b></div><b itemprop="name">x</b></div>`, `Product{offers=Offer{price=1} name=x}`},
		{"several names", `<div itemscope><b itemprop="sku mpn https://schema.org/gtin other:x">1</b></div>`, `{sku=1 mpn=1 gtin=1}`},
		{"itemref", `<p id="r"><b itemprop="sku">7</b></p><div itemscope itemtype="Product" itemref="r none"><b itemprop="name">x</b></div>`, `Product{name=x sku=7}`},
		{"itemref to its own surroundings", `<div id="o"><div itemscope itemref="o"><b itemprop="name">x</b></div></div>`, `{name=x}`},
		{"itemref to itself through another", `<div itemscope itemref="b"><i id="a" itemprop="x" itemscope itemref="b"></i></div><div id="b"><b itemprop="y" itemscope itemref="a"></b></div>`, ``},
		{"property without an item", `<b itemprop="price">1</b>`, ``},
		{"template", `<template><div itemscope><b itemprop="price">1</b></div></template>`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := dumps(read(t, c.page), structured.Microdata)
			if strings.HasPrefix(c.name, "itemref to itself") {
				return // it must end
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRDFa(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"vocab", `<div vocab="http://schema.org/" typeof="Product"><b property="name">x</b><p property="offers" typeof="Offer"><meta property="price" content="1"></p></div>`, `Product{name=x offers=Offer{price=1}}`},
		{"prefix", `<div typeof="schema:Product"><b property="schema:name">x</b><b property="og:title">y</b><b property="bare">z</b></div>`, `Product{name=x}`},
		{"full names", `<div typeof="https://schema.org/Product"><b property="https://schema.org/name">x</b></div>`, `Product{name=x}`},
		{"another vocabulary", `<div vocab="https://other.example/" typeof="Product"><b property="name">x</b></div>`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := dumps(read(t, c.page), structured.RDFa); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestOpenGraph(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"product", `<meta property="og:title" content="x"><meta property="product:price:amount" content="1"><meta property="product:price:currency" content="EUR">`, `Product{name=x offers=Offer{price=1 priceCurrency=EUR}}`},
		{"sale", `<meta property="product:price:amount" content="2"><meta property="product:sale_price:amount" content="1">`, `Product{offers=Offer{price=1 priceSpecification=UnitPriceSpecification{priceType=ListPrice price=2}}}`},
		{"original", `<meta property="product:original_price:amount" content="2"><meta property="product:price:amount" content="1">`, `Product{offers=Offer{price=1 priceSpecification=UnitPriceSpecification{priceType=ListPrice price=2}}}`},
		{"two prices", `<meta property="og:price:amount" content="1"><meta property="og:price:amount" content="2">`, `Product{offers=Offer{price=1 price=2}}`},
		{"article", `<meta name="og:title" content="x"><meta property="og:type" content="article">`, `WebPage{name=x}`},
		{"none", `<meta name="description" content="x">`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := dumps(read(t, c.page), structured.OpenGraph); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestPage(t *testing.T) {
	p := read(t, `<html lang="nl-NL"><head><title> A  b </title><base href="/x/"><link rel="alternate canonical" href=" /p/1 "></head><body><h1></h1><h1>De <b>kop</b></h1></body>`)
	got := fmt.Sprintf("%q %q %q %q %q", p.Canonical, p.Base, p.Lang, p.H1, p.Title)
	if want := `"/p/1" "/x/" "nl-NL" "De kop" "A b"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestScripts: the scripts that hold no JSON-LD, without those that are not there for people without help.
func TestScripts(t *testing.T) {
	root, err := html.Parse(strings.NewReader(`<script>a</script><script></script><script type="Application/LD+JSON; charset=utf-8">{}</script><body><template><script>b</script></template><script type="application/json">c</script>`))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	structured.Read(root, func(text string) { got += text })
	if got != "ac" {
		t.Errorf("the scripts are %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`<script type="application/ld+json">{"@graph":[{"@id":"a","x":{"@id":"a"}}]}</script>`)
	f.Add(`<div itemscope itemref="a"><b id=a itemprop=x itemscope itemref="a"></b></div>`)
	f.Add(`<p vocab="https://schema.org/" typeof="Product"><b property="name">x</b></p><meta property="og:price:amount" content="1">`)
	f.Fuzz(func(t *testing.T, page string) {
		if len(page) > 64<<10 {
			return
		}
		p := read(t, page)
		for _, r := range structured.Readers {
			dumps(p, r)
		}
	})
}

func FuzzJSONLD(f *testing.F) {
	f.Add(`{"@type":"Product","offers":[{"price":"1.299,00"},],}`)
	f.Add("// x\n{'a':\"b\" c\",d:[1,{}]};")
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 64<<10 || strings.Contains(strings.ToLower(script), "</script") {
			return
		}
		dumps(read(t, `<script type="application/ld+json">`+script+`</script>`), structured.JSONLD)
	})
}
