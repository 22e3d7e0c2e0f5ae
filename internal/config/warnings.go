package config

import "fmt"

// Warnings are what is probably not meant as it stands in the file, and yet may be right: a quota for a scheduler that the file does not define. made tells
// whether there is one of that name elsewhere, as the store knows; nil: nobody knows. They are sorted by place.
func (f *File) Warnings(made func(scheduler string) bool) []Diagnostic {
	var names []string
	known := map[string]bool{"": true}
	for _, s := range f.Schedulers {
		names = append(names, s.Name)
		known[s.Name] = true
	}
	var all []Diagnostic
	for _, q := range f.Quotas {
		if known[q.Scheduler] || made != nil && made(q.Scheduler) {
			continue
		}
		hint := "until there is one, the quota limits nothing"
		if near := nearest(q.Scheduler, names); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		// The excerpt has the name, unless it is one that came from env or file.
		summary := "there is no scheduler of that name"
		if made == nil {
			summary = "no scheduler of this file is called that, though a portal may make it"
		}
		all = append(all, f.diagnostics(q.Block, q.Block.schema, []mark{{at: q.Block.at("scheduler"), key: "scheduler", warning: true, hint: hint, summary: summary}})...)
	}
	return inOrder(all)
}

// WithWarnings puts warnings among what a check has found, in the order of the file. Where no mistake was found there is still no error.
func WithWarnings(found error, warnings []Diagnostic) error {
	return Join(found, &Error{Diagnostics: warnings})
}
