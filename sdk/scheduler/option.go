package scheduler

// OptionTaker is a driver that takes [Job].Options. Of one that is none the SDK refuses such jobs: fault.Unsupported.
type OptionTaker interface {
	// CheckOptions tells what is wrong with options: fault.Invalid, naming the option and, where it is nearly a known one, that; fault.Denied for one that the
	// operator's policy does not allow. It asks nobody, and the SDK calls it before Submit, SubmitBatch and SubmitWorkflow.
	CheckOptions(options map[string]any) error
}
