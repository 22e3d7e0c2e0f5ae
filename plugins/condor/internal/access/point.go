package access

import (
	"context"
	"io"
	"io/fs"
)

// Point is an access point. Its methods may be called concurrently.
//
// Their errors have the kinds of package fault: Unavailable while it cannot be reached, Denied where it refuses, Timeout and Cancelled when
// ctx ended. A script that ran and failed is a *[ScriptError], without a kind: only its caller knows what that means.
type Point interface {
	// Shell runs a script by the POSIX shell of the access point and returns when it has ended, or ctx has.
	Shell(ctx context.Context, s Script) error
	// Put makes the file path, and the folders above it, from r until io.EOF. It appears at once and whole, or not at all; one that is there is
	// replaced. scratch is a folder on the same file system, made when it is missing, where it grows.
	Put(ctx context.Context, path, scratch string, mode fs.FileMode, r io.Reader) error
	// Open opens a file for reading; an error of a missing one is fs.ErrNotExist. The file is the caller's to close.
	Open(ctx context.Context, path string) (File, error)
	// String names the access point for people: "portal@pool.example.org:22", "this machine".
	String() string
	// Close ends what is under way and returns when all of it has ended. Nothing works afterwards.
	Close() error
}

// Script is a shell script.
type Script struct {
	// Name is for errors.
	Name string
	// Text is the script. It crosses on the standard input of sh, so neither the account's login shell nor a limit on command lines matters. What it
	// needs of the caller is in it, quoted.
	Text string
	// Stdout takes what it prints. Nil discards it.
	Stdout io.Writer
	// Stderr, where it is not nil, gets what it prints to standard error, as it comes; the end of that is in the error of a script that failed.
	Stderr io.Writer
	// Lasting scripts go on until they are done or the caller leaves: their standard input stays open until then, so that they can see its end.
	Lasting bool
	// Bulk scripts are lasting ones that move much data. They never take the last place of those for lasting ones.
	Bulk bool
}

// File is an open file. Its methods may be called concurrently.
type File interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}
