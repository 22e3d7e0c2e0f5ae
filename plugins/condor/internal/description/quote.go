package description

import "strings"

// Quote makes one word of the POSIX shell that stands for s. s holds no NUL.
func Quote(s string) string {
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// plain are the characters that mean nothing but themselves: neither to the shell, nor in a submit description.
const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:+-@,"

// Words quotes each and puts blanks between.
func Words(list ...string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = Quote(s)
	}
	return strings.Join(quoted, " ")
}
