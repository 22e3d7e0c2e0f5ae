package description

import (
	"fmt"
	"strings"
)

// Pack makes one word of [plain] characters, '=' and '%' of a list of arguments: "=" and the list as shell words, in which every other byte is written
// as %ooo, in octal. It is never empty. The task script unpacks it (see unpack in task.sh).
func Pack(args []string) string {
	var b strings.Builder
	b.WriteByte('=')
	for _, c := range []byte(Words(args...)) {
		if strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%03o", c)
		}
	}
	return b.String()
}
