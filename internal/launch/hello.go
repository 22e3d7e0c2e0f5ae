package launch

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/go-plugin"

	"github.com/oceanid/oceanid/internal/wire/handshake"
)

// longestHello is more than any handshake needs.
const longestHello = 4 << 10

// readHello reads the one line with which a driver says where it listens: its socket, which must lie in folder. The line that it gives is the driver's,
// reduced to what go-plugin is to know. An end before any byte is io.EOF; any other error is a sentence about what the driver wrote.
func readHello(r *bufio.Reader, folder string) (line, socket string, err error) {
	var read []byte
	for len(read) < longestHello {
		b, err := r.ReadByte()
		if err != nil && len(read) == 0 {
			return "", "", io.EOF
		}
		if err != nil || b == '\n' {
			break
		}
		read = append(read, b)
	}
	parts := strings.Split(strings.TrimSpace(string(read)), "|")
	if _, err := strconv.Atoi(parts[0]); len(parts) < 4 || err != nil {
		return "", "", fmt.Errorf("it wrote %q to its standard output instead of the handshake: it is not a driver, or it prints before it serves; a driver prints to standard error", shorten(read))
	}
	protocol := plugin.ProtocolNetRPC
	if len(parts) > 4 {
		protocol = plugin.Protocol(parts[4])
	}
	switch {
	case parts[0] != strconv.Itoa(plugin.CoreProtocolVersion):
		return "", "", fmt.Errorf("it speaks go-plugin's core protocol %q and this host %d: build the driver with this host's SDK", parts[0], plugin.CoreProtocolVersion)
	case parts[1] != strconv.Itoa(handshake.ProtocolVersion):
		return "", "", fmt.Errorf("it speaks plugin protocol %q and this host %d: it is a plugin of another program, or needs another version of the host", parts[1], handshake.ProtocolVersion)
	case protocol != plugin.ProtocolGRPC:
		return "", "", fmt.Errorf("it serves %q and not gRPC: build it with the SDK, or serve gRPC", protocol)
	case parts[2] != "unix":
		return "", "", fmt.Errorf("it listens on %s %q: a driver listens on a Unix socket in the folder that PLUGIN_UNIX_SOCKET_DIR names", parts[2], parts[3])
	case !inside(folder, parts[3]):
		return "", "", fmt.Errorf("its socket %q is not in the folder that PLUGIN_UNIX_SOCKET_DIR names: a driver listens only there", parts[3])
	}
	return strings.Join(append(parts[:4:4], string(protocol)), "|") + "|\n", parts[3], nil
}

func inside(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel) && rel != "."
}

func shorten(line []byte) string {
	const most = 80
	if len(line) > most {
		return strings.ToValidUTF8(string(line[:most]), "\uFFFD") + "…"
	}
	return strings.ToValidUTF8(string(line), "\uFFFD")
}
