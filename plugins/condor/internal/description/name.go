package description

import (
	"regexp"
	"strings"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// batchName is the job's name as the job attribute JobBatchName, which condor_q shows. It stands for the name exactly, with one exception: a blank comes
// between several dollars before a parenthesis, and into "$(DOLLAR)". In a job's ClassAd $$(X) is expanded when the job is matched; one that
// cannot be expanded puts the job on hold and, met when a shadow goes over to its next job, ends the schedd (a segmentation fault in 23.9.6). No
// user's text may come near that, not even escaped.
//
// A dollar that could begin a macro is written $(DOLLAR) (manual, "Submit Description File Commands"), which is expanded last, and again for as
// long as there is one. In a string of the old ClassAd syntax only the quote is escaped. The submit command batch_name would trim blanks and quotes.
func batchName(job scheduler.Job) string {
	name := dollars.ReplaceAllStringFunc(Name(job), func(s string) string {
		rest := strings.TrimLeft(s, "$")
		return strings.TrimSuffix(strings.Repeat("$(DOLLAR) ", len(s)-len(rest)), " ") + rest
	})
	name = dollarDollar.ReplaceAllString(name, "$$(DOLLAR) $1")
	return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
}

var (
	// dollars finds those that could begin a macro: $(X), $ENV(X), $$(X), $$([X]).
	dollars      = regexp.MustCompile(`\$+[A-Za-z0-9_]*\(`)
	dollarDollar = regexp.MustCompile(`(?i)\$\(DOLLAR\)(\(DOLLAR\))`)
)
