// Package schema reads the schema of a driver's configuration off the tags of its struct, and decodes canonical JSON into that struct.
//
// A field is tagged `oceanid:"name"` and is then required, `oceanid:"name,optional"`, or `oceanid:"name,default=30s"`; `oceanid:"name,block"` makes a
// nested struct, a pointer to one (optional) or a slice of them (repeated) a block. `one_of=a|b` limits a string. The doc tag is the sentence
// that the reference page and error messages show. A field of type sdk.Secret, or of a list or map of them, is sensitive by its type.
package schema
