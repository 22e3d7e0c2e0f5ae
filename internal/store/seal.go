package store

import "context"

// Seal encrypts secrets of the scheduler with that UID. No other scheduler can unseal them.
func (s *Store) Seal(ctx context.Context, uid string, plaintext []byte) ([]byte, error) {
	panic("being written")
}

// Unseal decrypts what Seal gave for the same UID. Bytes of another scheduler, of another key, or changed ones are fault.Denied.
func (s *Store) Unseal(ctx context.Context, uid string, sealed []byte) ([]byte, error) {
	panic("being written")
}
