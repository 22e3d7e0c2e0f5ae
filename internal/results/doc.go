// Package results brings what jobs have left at their pools into folders of this machine: whole files with their digests checked, nothing outside the
// folder, and nothing again that is there already. What a driver says about files is not believed: a name, a size or a kind of file that cannot be is
// refused by name, and loses no other file.
package results
