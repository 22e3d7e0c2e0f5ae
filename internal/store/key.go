package store

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gocloud.dev/secrets/localsecrets"

	"github.com/oceanid/oceanid/sdk/fault"
)

const keyScheme = localsecrets.Scheme + "://"

// localKey reads the key in a file, which it makes with mode 0600 when it is not there. The file holds the URL of a keeper, so that
// operators can move it to Options.Keeper as it stands. Of several processes that make it at once one wins, and all read the same.
func localKey(file string) (key [32]byte, err error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(file); err == nil {
			info, err = os.Stat(file)
		}
	}
	if err != nil {
		return key, fault.By(fault.Host, fault.Unavailable.New("store: the local key: %w", err))
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return key, fault.By(fault.Host, fault.Denied.New("store: the local key %s can be read by others (mode %04o): chmod 600 it", file, info.Mode().Perm()))
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return key, fault.By(fault.Host, fault.Unavailable.New("store: the local key: %w", err))
	}
	encoded, ok := strings.CutPrefix(strings.TrimSpace(string(text)), keyScheme)
	if ok {
		key, err = localsecrets.Base64Key(encoded)
	}
	if !ok || err != nil {
		return key, fault.By(fault.Host, fault.Invalid.New("store: %s is not a key: bring back the file that the secrets were sealed with", file))
	}
	return key, nil
}

func makeKey(file string) error {
	if err := privateFolder(filepath.Dir(file)); err != nil {
		return err
	}
	key, err := localsecrets.NewRandomKey()
	if err != nil {
		return err
	}
	temp := file + "." + rand.Text()
	defer os.Remove(temp)
	if err := writeSynced(temp, []byte(keyScheme+base64.URLEncoding.EncodeToString(key[:])+"\n")); err != nil {
		return err
	}
	// A link, other than a rename, never replaces the key that another process has just made.
	if err := os.Link(temp, file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(file))
}
