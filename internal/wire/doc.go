// Package wire turns Oceanid's Go values into messages of its protocol and back. It holds the generated code, and the only converters: nothing
// else knows both sides. A reflection test fills every field and sends it round.
package wire
