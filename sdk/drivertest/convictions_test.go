package drivertest_test

// convicted is what the suite must find of a defect, as patterns of path.Match, with spaces between: the checks that fail, and, where a defect shows by
// chance, those that may.
type convicted struct{ fails, may string }

// convictions are the checks that fail for each defect: these and no others.
func convictions() map[string]convicted {
	return map[string]convicted{
		"takes running jobs for succeeded": {fails: "states/running-is-not-ended holds/leaves-what-runs", may: "states/* cancel/* events/* workflows/* faults/* logs/* arrays/* holds/* suspends/* removals/* explanations/* batches/* downloads/*"},
		"tells unknown jobs as failed":     {fails: "batches/token-twice submit/refused-leaves-nothing query/unknown-is-lost"},
		"tells cancelled jobs as failed": {fails: "cancel/running cancel/at-once cancel/array cancel/all-processes cancel/twice cancel/unknown cancel/only-what-was-named " +
			"cancel/by-the-token states/running-is-not-ended holds/cancel-what-is-held workflows/failed-node-cancels workflows/cancel " +
			"faults/restart-while-jobs-run faults/two-processes"},
		"tells causes of its own": {fails: "states/known-causes"},
		"goes backwards":          {fails: "states/never-backwards holds/leaves-what-runs"},
		"changes its mind":        {fails: "states/end-is-final"},
		"gives no reasons": {fails: "query/unknown-is-lost cancel/running states/exit-one-fails states/exit-255-fails states/killed-by-9 states/killed-by-15 " +
			"states/command-not-found states/run-time-limit holds/hold-and-release holds/cancel-what-is-held " +
			"workflows/failed-node-cancels"},
		"tells signals as exit codes": {fails: "states/killed-by-9 states/killed-by-15"},
		"tells every failure as 1": {fails: "plugin/keeps-instances-apart query/tells-many-jobs query/goes-by-the-token arrays/numbers-tasks arrays/tells-apart " +
			"states/exit-255-fails holds/leaves-what-ended workflows/numbers-tasks arrays/given-indices"},
		"tells exit codes signed":          {fails: "states/exit-255-fails"},
		"tells no exits of what succeeded": {fails: "states/exit-zero-succeeds"},
		"tells times of the epoch":         {fails: "states/gives-sane-times"},
		"tells one task only": {fails: "query/tells-every-task cancel/array arrays/numbers-tasks arrays/adds-arguments arrays/own-directory arrays/tells-apart " +
			"arrays/fifty-tasks arrays/given-indices events/tells-a-whole-life events/slow-consumer logs/of-one-task uploads/arrive downloads/of-each-task " +
			"downloads/only-some-tasks workflows/in-order workflows/numbers-tasks workflows/failed-node-cancels workflows/cancel"},
		"tells another identifier":            {fails: "query/tells-every-task"},
		"knows no job without its identifier": {fails: "query/goes-by-the-token cancel/by-the-token"},
		"fails where one job is unknown": {fails: "submit/refused-leaves-nothing query/unknown-is-lost query/unknown-spoils-nothing query/keeps-to-pages cancel/unknown states/known-causes batches/token-twice " +
			"cancel/before-submission"},
		"tells of more than was asked": {fails: "query/tells-only-what-was-asked"},
		"submits without looking": {fails: "batches/same-token-again submit/same-token-twice submit/same-token-after-the-end submit/same-token-at-once faults/kill-during-submit " +
			"faults/kill-after-submit faults/two-processes"},
		"remembers tokens in memory only":   {fails: "batches/same-token-again faults/kill-after-submit faults/two-processes", may: "faults/kill-during-submit"},
		"gives every job one identifier":    {fails: "finds/of-an-earlier-process batches/same-token-again submit/fifty-at-once submit/gives-an-identifier query/tells-every-task"},
		"turns line ends into spaces":       {fails: "exact/arguments-newlines"},
		"loses quotes":                      {fails: "exact/arguments-quotes exact/arguments-backslashes uploads/strange-names downloads/strange-names"},
		"loses backslashes":                 {fails: "exact/arguments-backslashes uploads/strange-names downloads/strange-names"},
		"expands variables":                 {fails: "exact/arguments-dollars"},
		"trims arguments":                   {fails: "exact/arguments-spaces exact/arguments-newlines exact/arguments-utf8 exact/arguments-control exact/arguments-long"},
		"loses empty arguments":             {fails: "exact/arguments-empty exact/arguments-many"},
		"loses what is not ASCII":           {fails: "exact/arguments-utf8 exact/arguments-long uploads/strange-names downloads/strange-names"},
		"cuts long arguments":               {fails: "exact/arguments-long"},
		"ignores the environment":           {fails: "exact/arguments-[^e]*"},
		"ignores the indices of an array":   {fails: "arrays/given-indices"},
		"ignores the rows of an array":      {fails: "submit/refuses-a-bad-array arrays/adds-arguments"},
		"hands its own environment on":      {fails: "exact/keeps-its-own-secrets"},
		"ignores the limit of the run time": {fails: "states/run-time-limit"},
		"gives commands to a shell":         {fails: "exact/command-is-no-shell-line"},
		"cancels nothing": {fails: "cancel/running cancel/at-once cancel/array cancel/all-processes cancel/twice cancel/unknown cancel/only-what-was-named " +
			"cancel/by-the-token states/running-is-not-ended states/known-causes holds/cancel-what-is-held workflows/cancel faults/restart-while-jobs-run " +
			"faults/two-processes"},
		"cancels the first job only": {fails: "cancel/unknown"},
		"gives errors without an ErrorInfo": {fails: "batches/token-twice removals/only-what-has-ended plugin/replaces-a-revision plugin/refuses-and-knows-not plugin/forgets plugin/keeps-instances-apart plugin/drains " +
			"plugin/sets-its-log-level submit/refuse* errors/unknown-instance-* errors/stale-revision errors/carry-their-kind " +
			"events/ends-on-drain logs/of-nobody logs/refuses-no-stream uploads/refuse-* uploads/missing " +
			"downloads/refuse-what-is-no-file downloads/of-nobody workflows/refuses-a-cycle"},
		"gives errors another code":        {fails: "errors/unknown-instance-* errors/stale-revision errors/codes-fit-kinds"},
		"knows every instance":             {fails: "plugin/replaces-a-revision plugin/keeps-instances-apart errors/unknown-instance-* errors/stale-revision errors/carry-their-kind"},
		"knows every revision":             {fails: "plugin/replaces-a-revision errors/stale-revision"},
		"hides a service":                  {fails: "honesty/logs"},
		"boasts of a service":              {fails: "errors/unknown-instance-probe errors/stale-revision honesty/probes probes/*"},
		"boasts of what there is not":      {fails: "honesty/knows-its-services"},
		"has no semantic version":          {fails: "plugin/describes-itself"},
		"describes each process":           {fails: "plugin/describes-the-same"},
		"has a default of another type":    {fails: "plugin/has-a-sound-schema"},
		"validates nothing":                {fails: "plugin/refuses-rubbish plugin/refuses-a-wrong-type plugin/requires-what-is-required"},
		"shows secrets":                    {fails: "plugin/keeps-secrets"},
		"does not drain":                   {fails: "plugin/drains events/ends-on-drain"},
		"takes any log level":              {fails: "plugin/sets-its-log-level"},
		"forgets nothing":                  {fails: "plugin/forgets plugin/keeps-instances-apart"},
		"goes on when its caller has gone": {fails: "limits/leaves-nothing-behind events/ends-with-its-caller events/ends-on-drain"},
		"ends at once by SIGTERM":          {fails: "faults/terminates-in-good-order"},
		"ends by SIGINT":                   {fails: "faults/interrupt-is-ignored"},
		"sends no heartbeat":               {fails: "events/heartbeat-first"},
		"drops events":                     {fails: "events/tells-a-whole-life"},
		"goes on from now":                 {fails: "events/goes-on-from-each-cursor events/goes-on-from-an-old-cursor events/cursor-outlives-the-process"},
		"takes no garbage":                 {fails: "events/takes-a-garbage-cursor"},
		"makes long cursors":               {fails: "events/short-cursors"},
		"ignores the offset of a log":      {fails: "logs/from-an-offset"},
		"mixes both outputs":               {fails: "logs/error-apart"},
		"follows no log":                   {fails: "logs/follows"},
		"decodes logs":                     {fails: "logs/any-bytes"},
		"shows the first task's log":       {fails: "logs/of-one-task"},
		"loses the mode of inputs":         {fails: "uploads/keep-their-mode uploads/command"},
		"keeps the first of two uploads":   {fails: "uploads/are-replaced"},
		"ignores standard input":           {fails: "uploads/standard-input"},
		"sends another digest":             {fails: "downloads/[^mo]* downloads/missing-is-no-error downloads/of-each-task downloads/only-*"},
		"loses the mode of results":        {fails: "downloads/keep-their-mode"},
		"sends all tasks' files":           {fails: "downloads/only-some-tasks"},
		"says nothing of links":            {fails: "downloads/refuse-what-is-no-file"},
		"holds nothing":                    {fails: "holds/hold-and-release holds/cancel-what-is-held"},
		"ignores the order of nodes":       {fails: "workflows/in-order workflows/failed-node-cancels"},
		"does not name the node":           {fails: "workflows/failed-node-cancels"},
		"takes no workflows":               {fails: "honesty/workflows workflows/[^r]*", may: "faults/*-submit-workflow"},
		"takes workflows and says no":      {fails: "honesty/workflows workflows/[^r]*", may: "faults/*-submit-workflow"},
		"takes no workflows, and not why":  {fails: "honesty/workflows workflows/[^r]*", may: "faults/*-submit-workflow"},
		"reports no steps":                 {fails: "probes/reports-steps"},
		"batches without looking":          {fails: "batches/same-token-again batches/kill-within"},
		"stops a batch at a refusal":       {fails: "batches/refusal-spoils-nothing"},
		"takes a token twice in a batch":   {fails: "batches/token-twice"},
		"suspends only what runs":          {fails: "suspends/leaves-what-ended faults/kill-suspend faults/stop-suspend"},
		"removes only what is there":       {fails: "removals/again", may: "faults/kill-remove"},
		"suspends nothing":                 {fails: "suspends/suspend-and-resume"},
		"removes what runs":                {fails: "removals/only-what-has-ended removals/is-not-found"},
		"removes by the token's start":     {fails: "removals/its-own-only"},
		"finds what was removed":           {fails: "removals/is-not-found"},
		"finds whatever the prefix":        {fails: "finds/by-the-prefix", may: "finds/of-an-earlier-process removals/is-not-found"},
		"finds whatever the time":          {fails: "finds/since"},
		"finds one task of each job":       {fails: "finds/of-an-earlier-process"},
		"adds the nodes up to something":   {fails: "inspections/adds-up"},
		"explains all alike":               {fails: "explanations/tells-an-end-apart"},
		"hoards a running task's log":      {fails: "logs/follows"},
		"tells of the first 500 jobs":      {fails: "query/keeps-to-pages"},
	}
}
