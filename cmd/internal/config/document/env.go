package document

import (
	"regexp"
	"strings"
)

var varName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand fills in the variables of a scalar: ${NAME} must be set and not empty, ${NAME:-text} falls back on
// text, and $$ is one "$". A "$" before anything else stands for itself, so that patterns such as "*/p/*$"
// need no care. The value of a variable is never read as YAML, nor expanded again.
func (c *converter) expand(n *Node) {
	if !strings.Contains(n.Raw, "$") {
		return
	}
	var b strings.Builder
	for s := n.Raw; s != ""; {
		plain, rest, found := strings.Cut(s, "$")
		b.WriteString(plain)
		switch {
		case !found:
			s = ""
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			s = rest[1:]
		case strings.HasPrefix(rest, "{"):
			inner, after, closed := strings.Cut(rest[1:], "}")
			if !closed {
				c.report.Add(n, "write $$ for a dollar sign before a brace", "${ without }")
				return
			}
			v, ok := c.value(n, inner)
			if !ok {
				return
			}
			b.WriteString(v)
			s = after
		default:
			b.WriteByte('$')
			s = rest
		}
	}
	n.Text = b.String()
}

// value returns what ${inner} stands for.
func (c *converter) value(n *Node, inner string) (string, bool) {
	name, fallback, has := strings.Cut(inner, ":-")
	if !varName.MatchString(name) {
		c.report.Add(n, "write ${NAME}, ${NAME:-text}, or $$ for a dollar sign", "${%s} does not name a variable", line(inner))
		return "", false
	}
	n.Vars = append(n.Vars, name)
	v, ok := c.env(name)
	switch {
	case ok && v != "":
		if len(v) >= 4 {
			c.report.values = append(c.report.values, v)
		}
		return v, true
	case has && fallback == "":
		n.Unset = append(n.Unset, name)
		return "", true
	case has:
		return fallback, true
	}
	c.report.Add(n, "set it, or write ${"+name+":-text} for a value to fall back on", "environment variable %s is not set", name)
	return "", false
}
