// Package scaffold writes the beginnings of a driver: a module of its own that compiles, passes the conformance suite with a little pool in memory, and
// shows its author what to put in which place.
//
// The files are those below template/, with the suffix .tmpl, so that they belong to no package of this module. They are text/template with [Options] as
// their data; those in Go are formatted after expansion.
package scaffold
