// Package catalog knows which drivers there are: those found in folders, those that the configuration names, and those built into the host. It
// refuses what it should not run and says why, learns what each driver is without starting it twice for that, and gives out its use. When it looks again
// ([Catalog.Reload]), drivers come, go, and are replaced by others without a call being cut; those that have not changed are left alone.
package catalog
