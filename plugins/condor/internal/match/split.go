package match

import "strings"

// split takes an expression apart at its outermost "&&", without the parentheses around the parts.
func split(expression string) []string {
	e := strings.TrimSpace(expression)
	for wrapped(e) {
		e = strings.TrimSpace(e[1 : len(e)-1])
	}
	var parts []string
	depth, from := 0, 0
	for i := 0; i < len(e); i++ {
		switch c := e[i]; {
		case c == '"' || c == '\'':
			i = closing(e, i)
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case depth > 0:
		case c == '|', c == '?' && (i == 0 || e[i-1] != '='):
			// Both bind less than "&&": there is nothing to take apart.
			return []string{e}
		case c == '&' && strings.HasPrefix(e[i:], "&&"):
			parts = append(parts, split(e[from:i])...)
			from = i + 2
			i++
		}
	}
	if from == 0 {
		return []string{e}
	}
	return append(parts, split(e[from:])...)
}

// wrapped tells whether the first parenthesis closes at the end.
func wrapped(e string) bool {
	if len(e) < 2 || e[0] != '(' {
		return false
	}
	depth := 0
	for i := 0; i < len(e); i++ {
		switch e[i] {
		case '"', '\'':
			i = closing(e, i)
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return i == len(e)-1
			}
		}
	}
	return false
}

// closing is the place of the quote that ends the string that begins at i.
func closing(e string, i int) int {
	for j := i + 1; j < len(e); j++ {
		switch e[j] {
		case '\\':
			j++
		case e[i]:
			return j
		}
	}
	return len(e)
}
