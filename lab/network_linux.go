package lab

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
)

// link is the cable between this host and one lab: a veth pair with two
// addresses of its own. The range is the one that RFC 2544 keeps for test
// networks, so that it meets no network in use; each lab has a /30 of it.
type link struct {
	name string // on this host
	host netip.Addr
	lab  netip.Addr
}

const links = 1 << 15 // the /30s of 198.18.0.0/15

func linkAt(n int) link {
	base := 198<<24 | 18<<16 | n*4
	at := func(i int) netip.Addr {
		return netip.AddrFrom4([4]byte{byte(base >> 24), byte(base >> 16), byte(base >> 8), byte(base + i)})
	}
	return link{name: fmt.Sprintf("oclab%d", n), host: at(1), lab: at(2)}
}

// connect gives the box its link. The name stands for the addresses and the
// kernel allows each name once: that is all that keeps parallel owners apart.
func connect(ctx context.Context, pid int) (link, error) {
	var l link
	var err error
	for range 20 {
		l = linkAt(rand.IntN(links))
		err = ip(ctx, "link", "add", l.name, "type", "veth", "peer", "name", "eth0", "netns", fmt.Sprint(pid))
		if err == nil {
			break
		}
	}
	if err != nil {
		return link{}, fmt.Errorf("cannot connect the lab to this host: %w (it needs network namespaces and veth; in a container, run it privileged)", err)
	}
	steps := [][]string{
		{"address", "add", l.host.String() + "/30", "dev", l.name},
		{"link", "set", l.name, "up"},
	}
	for _, step := range steps {
		if err := ip(ctx, step...); err != nil {
			return link{}, fmt.Errorf("cannot set up the lab's link: %w", err)
		}
	}
	inside := fmt.Sprintf("address add %s/30 dev eth0\nlink set eth0 up\n", l.lab)
	cmd := hostCommand(ctx, "nsenter", "--target", fmt.Sprint(pid), "--net", "ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(inside)
	if out, err := cmd.CombinedOutput(); err != nil {
		return link{}, fmt.Errorf("cannot set up the lab's end of its link: %w: %s", err, tail(out, 3))
	}
	return l, nil
}

// disconnect removes the link. Call it while the box is alive: the kernel
// removes the link with the box, and another lab may then take the name.
func (l link) disconnect(ctx context.Context) error { return ip(ctx, "link", "delete", l.name) }

func ip(ctx context.Context, args ...string) error {
	if out, err := hostCommand(ctx, "ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, tail(out, 3))
	}
	return nil
}
