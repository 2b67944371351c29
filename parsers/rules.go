package parsers

import "pricegap/parsers/pick"

// Rules are the options of the parsers "auto" and "selectors": where on the pages of one shop the fields of
// an offer stand.
type Rules struct {
	Fields map[string]string     `yaml:"fields" json:"fields,omitzero" jsonschema:"where each field stands: a CSS selector, then perhaps @attribute, then perhaps /expression/ whose first group is taken"`
	Split  map[string]pick.Split `yaml:"split" json:"split,omitzero" jsonschema:"prices whose cents stand in an element of their own"`
	State  *pick.State           `yaml:"state" json:"state,omitzero" jsonschema:"a JSON object in a script of the page"`
	List   *List                 `yaml:"list" json:"list,omitzero" jsonschema:"how category pages are read"`
}

// List says how a category page is read.
type List struct {
	Tile   string                `yaml:"tile" json:"tile,omitzero" jsonschema:"CSS selector of one product's tile; needed for fields"`
	Link   string                `yaml:"link" json:"link,omitzero" jsonschema:"CSS selector of the link to the product, within a tile where there is one; the first link of a tile if empty"`
	Next   string                `yaml:"next" json:"next,omitzero" jsonschema:"CSS selector of the link to the next page; rel=next is found without"`
	Fields map[string]string     `yaml:"fields" json:"fields,omitzero" jsonschema:"where each field stands within a tile; tiles with a price and an article number are offers themselves"`
	Split  map[string]pick.Split `yaml:"split" json:"split,omitzero" jsonschema:"prices of a tile whose cents stand in an element of their own"`
}
