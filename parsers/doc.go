package parsers

// Doc is a page being read. It parses HTML and structured data once, at first need.
type Doc struct {
	Input
}

// NewDoc returns a Doc over in. The page's body must be UTF-8.
func NewDoc(in Input) *Doc { return &Doc{Input: in} }
