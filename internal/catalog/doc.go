// Package catalog knows which drivers there are: those found in folders, those that the configuration names, and those built into the host. It
// refuses what it should not run and says why, learns what each driver is without starting it twice for that, and gives out its use.
package catalog
