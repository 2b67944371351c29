package rule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"pricegap/alerts"
	"pricegap/compare"
	"pricegap/market"
	"pricegap/market/money"
)

func init() { register("expression", newExpression) }

// expressionOptions are the options of the rule "expression".
type expressionOptions struct {
	When   string `yaml:"when" json:"when,omitzero" jsonschema:"The condition, such as gap_percent <= -5 and their_stock == 'in_stock', which must be stated; see docs/how-to/choose-alert-rules.md for the facts."`
	Clear  string `yaml:"clear" json:"clear,omitzero" jsonschema:"The condition on which it is over; where the first no longer holds when not stated."`
	Begins bool   `yaml:"begins" json:"begins,omitzero" jsonschema:"It begins only when it is seen to begin: what was so from the start is no news."`
}

// expression holds while a condition of the user's own does. Where one of the facts that it names is not known, it says
// nothing, whatever the rest of it.
type expression struct {
	when, clear condition
	begins      bool
}

func newExpression(o expressionOptions) (alerts.Rule, error) {
	if o.When == "" {
		return nil, errors.New("when: must state a condition, such as gap_percent <= -5")
	}
	when, err := compile(o.When)
	if err != nil {
		return nil, fmt.Errorf("when: %w", err)
	}
	r := expression{when: when, begins: o.Begins}
	if o.Clear != "" {
		if r.clear, err = compile(o.Clear); err != nil {
			return nil, fmt.Errorf("clear: %w", err)
		}
	}
	return r, nil
}

// Judge implements alerts.Rule.
func (r expression) Judge(e *alerts.Event) []alerts.Finding {
	return state(e, compare.Shelf, r.begins, r.holds)
}

func (r expression) holds(c *Case) alerts.Holds {
	h := r.when.of(c)
	if h == alerts.No && r.clear.program != nil && r.clear.of(c) != alerts.Yes {
		return alerts.Neither
	}
	return h
}

// The bounds of an expression.
const (
	maxExpressionNodes  = 200
	maxExpressionMemory = 10_000 // as the machine of the library counts it
)

// condition is a compiled expression with the facts that it names.
type condition struct {
	program *vm.Program
	names   names
	facts   []namedFact // those that it names
}

// namedFact is a fact by its name.
type namedFact struct {
	name string
	caseFact
}

// names are the facts that an expression names, and what is wrong with the words that it holds against them.
type names struct {
	facts map[string]bool
	wrong *file.Error
}

// Visit implements ast.Visitor.
func (n *names) Visit(node *ast.Node) {
	switch x := (*node).(type) {
	case *ast.IdentifierNode:
		if _, known := caseFacts[x.Value]; known {
			n.facts[x.Value] = true
		}
	case *ast.BinaryNode:
		n.words(x.Left, x.Right)
		n.words(x.Right, x.Left)
	}
}

// words checks the words that a fact of few words is held against: another one never holds.
func (n *names) words(fact, against ast.Node) {
	id, ok := fact.(*ast.IdentifierNode)
	if !ok || len(caseFacts[id.Value].words) == 0 {
		return
	}
	said := []ast.Node{against}
	if list, ok := against.(*ast.ArrayNode); ok {
		said = list.Nodes
	}
	known := caseFacts[id.Value].words
	for _, w := range said {
		if s, ok := w.(*ast.StringNode); ok && !slices.Contains(known, s.Value) && n.wrong == nil {
			n.wrong = &file.Error{Location: w.Location(), Message: fmt.Sprintf("%s is never %q; it is one of %s", id.Value, s.Value, strings.Join(known, ", "))}
		}
	}
}

// number is an exact sum or percentage, in millionths. Sums are in the currency of our price.
type number int64

// compile reads an expression; the error says where it is wrong.
func compile(text string) (condition, error) {
	zero := map[string]any{}
	for name, f := range caseFacts {
		zero[name] = f.zero
	}
	c := condition{names: names{facts: map[string]bool{}}}
	options := []expr.Option{expr.Env(zero), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(maxExpressionNodes), expr.Patch(&c.names)}
	for sign, holds := range signs {
		name := "number " + sign
		options = append(options, expr.Operator(sign, name), expr.Function(name, func(args ...any) (any, error) {
			x, err := exact(args[0])
			if err != nil {
				return nil, err
			}
			y, err := exact(args[1])
			return holds(x, y), err
		}, new(func(number, number) bool), new(func(number, int) bool), new(func(number, float64) bool), new(func(int, number) bool), new(func(float64, number) bool)))
	}
	var err error
	if c.program, err = expr.Compile(text, options...); err == nil && c.names.wrong != nil {
		err = c.names.wrong.Bind(file.NewSource(text))
	}
	if bad := (*file.Error)(nil); errors.As(err, &bad) {
		return c, fmt.Errorf("line %d, column %d: %s", bad.Line, bad.Column+1, bad.Message)
	}
	if err == nil && len(c.names.facts) == 0 {
		err = errors.New("names no fact")
	}
	for name := range c.names.facts {
		c.facts = append(c.facts, namedFact{name, caseFacts[name]})
	}
	return c, err
}

// signs are the comparisons of numbers.
var signs = map[string]func(x, y number) bool{
	"<": func(x, y number) bool { return x < y }, "<=": func(x, y number) bool { return x <= y },
	">": func(x, y number) bool { return x > y }, ">=": func(x, y number) bool { return x >= y },
	"==": func(x, y number) bool { return x == y }, "!=": func(x, y number) bool { return x != y },
}

// exact returns a number as it is written: the shortest text of a literal is that.
func exact(v any) (number, error) {
	text := ""
	switch v := v.(type) {
	case number:
		return v, nil
	case int:
		text = strconv.Itoa(v)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	}
	a, err := money.FromDecimal(text, "XXX")
	return number(a.Micros()), err
}

// of says whether the condition holds; Neither where a fact that it names is not known.
func (c condition) of(in *Case) alerts.Holds {
	env := make(map[string]any, len(c.facts))
	for _, f := range c.facts {
		v, known := f.of(in)
		if !known {
			return alerts.Neither
		}
		env[f.name] = v
	}
	machine := vm.VM{MemoryBudget: maxExpressionMemory}
	switch v, err := machine.Run(c.program, env); {
	case err != nil:
		return alerts.Neither
	case v == true:
		return alerts.Yes
	}
	return alerts.No
}

// caseFact is one fact of a Case: what type it has, what it is, and whether it is known.
type caseFact struct {
	zero any
	of   func(*Case) (any, bool)
	// words are all that it may be; empty for any.
	words []string
}

func sumFact(of func(*Case) money.Amount) caseFact {
	return caseFact{zero: number(0), of: func(c *Case) (any, bool) { a := of(c); return number(a.Micros()), a.Known() }}
}

func percentFact(of func(*Case) market.Count) caseFact {
	return caseFact{zero: number(0), of: func(c *Case) (any, bool) { n, known := of(c).Get(); return number(n * 10_000), known }}
}

func countFact(of func(*Case) market.Count) caseFact {
	return caseFact{zero: 0, of: func(c *Case) (any, bool) { n, known := of(c).Get(); return int(n), known }}
}

func textFact(of func(*Case) string, words ...string) caseFact {
	return caseFact{"", func(c *Case) (any, bool) { s := of(c); return s, s != "" }, words}
}

func stockFact(of func(*Case) market.Stock) caseFact {
	return textFact(func(c *Case) string { return string(of(c)) }, string(market.StockIn), string(market.StockLimited), string(market.StockPreorder),
		string(market.StockBackorder), string(market.StockInStoreOnly), string(market.StockOut), string(market.StockDiscontinued))
}

func answerFact(of func(*Case) market.Answer) caseFact {
	return textFact(func(c *Case) string { return string(of(c)) }, string(market.AnswerYes), string(market.AnswerNo))
}

// caseFacts are the facts of a Case by the names that expressions use.
var caseFacts = map[string]caseFact{
	"product": textFact(func(c *Case) string { return c.Product }), "brand": textFact(func(c *Case) string { return c.Brand }),
	"category": textFact(func(c *Case) string { return c.Category }), "rival": textFact(func(c *Case) string { return c.Theirs.ID }),
	"gap": sumFact(func(c *Case) money.Amount { return c.Gap }), "gap_percent": percentFact(func(c *Case) market.Count { return c.GapPercent }),
	"delivered_gap":         sumFact(func(c *Case) money.Amount { return c.DeliveredGap }),
	"delivered_gap_percent": percentFact(func(c *Case) market.Count { return c.DeliveredGapPercent }),
	"our_price":             sumFact(func(c *Case) money.Amount { return c.Ours.Price }), "their_price": sumFact(func(c *Case) money.Amount { return c.Theirs.Price }),
	"our_shipping": sumFact(func(c *Case) money.Amount { return c.Ours.Shipping }), "their_shipping": sumFact(func(c *Case) money.Amount { return c.Theirs.Shipping }),
	"their_reference": sumFact(func(c *Case) money.Amount { return c.Theirs.Reference }),
	"our_stock":       stockFact(func(c *Case) market.Stock { return c.Ours.Stock }), "their_stock": stockFact(func(c *Case) market.Stock { return c.Theirs.Stock }),
	"our_available": answerFact(func(c *Case) market.Answer { return c.Ours.Available }), "their_available": answerFact(func(c *Case) market.Answer { return c.Theirs.Available }),
	"our_delivery_days": countFact(func(c *Case) market.Count { return c.Ours.DeliveryDays }), "their_delivery_days": countFact(func(c *Case) market.Count { return c.Theirs.DeliveryDays }),
	"our_warranty_months": countFact(func(c *Case) market.Count { return c.Ours.WarrantyMonths }), "their_warranty_months": countFact(func(c *Case) market.Count { return c.Theirs.WarrantyMonths }),
	"our_returns_days": countFact(func(c *Case) market.Count { return c.Ours.ReturnsDays }), "their_returns_days": countFact(func(c *Case) market.Count { return c.Theirs.ReturnsDays }),
	"their_seller": textFact(func(c *Case) string { return c.Theirs.Seller }),
}
