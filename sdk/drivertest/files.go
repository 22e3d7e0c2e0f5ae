package drivertest

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// describe is an input as the job and the upload describe it.
func describe(name string, content []byte, mode uint32) *schedulerv1.Input {
	return &schedulerv1.Input{Name: name, Size: int64(len(content)), Mode: mode, Sha256: digest(content)}
}

// digest is the SHA-256 of some bytes in lower-case hex.
func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
