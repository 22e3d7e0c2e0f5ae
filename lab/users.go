package lab

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
)

// account is one of the users that bake.sh makes.
type account struct {
	name       string
	keyType    string // "": no key
	keyBits    string
	passphrase bool
}

func accounts() []account {
	return []account{
		{name: "ada"},
		{name: "ben", keyType: "ed25519", keyBits: "256"},
		{name: "cyd", keyType: "rsa", keyBits: "2048"},
		{name: "dee", keyType: "ecdsa", keyBits: "256"},
		{name: "eve", keyType: "ed25519", keyBits: "256", passphrase: true},
	}
}

func userNames() []string {
	var names []string
	for _, a := range accounts() {
		names = append(names, a.name)
	}
	return names
}

// makeUsers gives each user a password, and a key where one is due.
func (l *Lab) makeUsers(ctx context.Context) (map[string]User, error) {
	users := make(map[string]User)
	var passwords strings.Builder
	for _, a := range accounts() {
		user := User{Name: a.name, Password: rand.Text()}
		fmt.Fprintf(&passwords, "%s:%s\n", user.Name, user.Password)
		if a.keyType != "" {
			if a.passphrase {
				user.Passphrase = rand.Text()
			}
			var err error
			if user.PrivateKey, err = l.makeUserKey(ctx, a, user.Passphrase); err != nil {
				return nil, err
			}
		}
		users[a.name] = user
	}
	if _, err := l.run(ctx, strings.NewReader(passwords.String()), "root", "chpasswd", "--crypt-method", "SHA512"); err != nil {
		return nil, fmt.Errorf("cannot set the users' passwords: %w", err)
	}
	return users, nil
}

// makeUserKey makes a key that lets its user in, and moves the private half to
// this host. ssh-keygen does it because Go under the race detector takes
// seconds; one round of key derivation is for the same reason.
func (l *Lab) makeUserKey(ctx context.Context, a account, passphrase string) (path string, err error) {
	const script = `umask 077 && mkdir .ssh && cd .ssh &&
		ssh-keygen -q -t "$1" -b "$2" -N "$3" -a 1 -f key &&
		mv key.pub authorized_keys && cat key && rm key`
	private, err := l.Run(ctx, a.name, "sh", "-c", script, "sh", a.keyType, a.keyBits, passphrase)
	if err != nil {
		return "", fmt.Errorf("cannot make the key of %s: %w", a.name, err)
	}
	return l.dir.write("id_"+a.name, private)
}
