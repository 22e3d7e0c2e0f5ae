package config

import (
	"regexp"
	"strings"

	"github.com/oceanid/oceanid/sdk"
)

// store takes the block "store".
func (l *loader) store(b *Block) {
	if first := l.file.Store.Block; first != nil {
		l.mark(b.head, "keep one of them", "there is a store already at %s", first.Place())
		return
	}
	l.file.Store.Block = b
	var given struct{ Address, Path, Keeper, Username, Password string }
	l.decode(b, &given)
	at := b.at
	switch {
	case given.Address != "" && given.Path != "":
		l.mark(at("path"), "keep address for a Redis, or path for the embedded store", "a store has an address or a path, not both")
	case given.Address == "" && given.Username != "":
		l.mark(at("username"), "add address, or leave username out", "the embedded store has no users")
	case given.Address == "" && given.Password != "":
		l.mark(at("password"), "add address, or leave password out", "the embedded store has no password")
	}
	l.file.Store = Store{
		Address:  sdk.Secret(given.Address),
		Path:     l.path(at("path"), given.Path),
		Keeper:   sdk.Secret(given.Keeper),
		Username: given.Username,
		Password: sdk.Secret(given.Password),
		Block:    b,
	}
}

var checksum = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// driver takes a block "driver".
func (l *loader) driver(b *Block) {
	for _, d := range l.file.Drivers {
		if d.Type == b.Type {
			l.mark(b.label(), "keep one of them", "the driver %q stands twice, first at %s", b.Type, placeOf(d.Block.label()))
			return
		}
	}
	d := &Driver{Type: b.Type, Block: b}
	l.file.Drivers = append(l.file.Drivers, d)
	var given struct {
		Path, Checksum, Version string
		Env                     map[string]string
		supervision
	}
	l.decode(b, &given)
	l.supervision(d, given.supervision)
	at := b.at
	d.Path, d.Version = l.path(at("path"), given.Path), given.Version
	if given.Checksum != "" {
		d.Checksum = strings.ToLower(given.Checksum)
		if !checksum.MatchString(d.Checksum) {
			l.mark(at("checksum"), `write "sha256:" and the 64 digits that sha256sum prints`, "checksum is no sha256")
		}
	}
	for name, value := range given.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			l.mark(at("env"), "a name has no =, and neither name nor value a NUL", "env holds what no environment can")
			break
		}
		if d.Env == nil {
			d.Env = map[string]sdk.Secret{}
		}
		d.Env[name] = sdk.Secret(value)
	}
}
