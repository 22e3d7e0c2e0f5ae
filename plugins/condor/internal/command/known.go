package command

// kind is what a command takes.
type kind int

const (
	// expression is a ClassAd expression, which stays one; a boolean or a number is one as well.
	expression kind = iota
	// integer and boolean are literals.
	integer
	boolean
	// text is taken as it stands, without quotes.
	text
	// names is a list of words.
	names
	// universe is the one whose values are restricted.
	universe
)

// known are HTCondor's submit commands that a user may set (manual page of condor_submit), in lower case.
var known = map[string]kind{
	"accounting_group":                  text,
	"accounting_group_user":             text,
	"allowed_execute_duration":          integer,
	"allowed_job_duration":              integer,
	"batch_project":                     text,
	"checkpoint_exit_code":              integer,
	"concurrency_limits":                names,
	"concurrency_limits_expr":           expression,
	"container_image":                   text,
	"container_service_names":           names,
	"container_target_dir":              text,
	"coresize":                          integer,
	"cuda_version":                      text,
	"deferral_prep_time":                expression,
	"deferral_time":                     expression,
	"deferral_window":                   expression,
	"docker_image":                      text,
	"docker_network_type":               text,
	"docker_override_entrypoint":        boolean,
	"docker_pull_policy":                text,
	"erase_output_and_error_on_restart": boolean,
	"gpus_maximum_capability":           text,
	"gpus_minimum_capability":           text,
	"gpus_minimum_memory":               text,
	"gpus_minimum_runtime":              text,
	"image_size":                        text,
	"job_lease_duration":                expression,
	"job_machine_attrs":                 names,
	"job_machine_attrs_history_length":  integer,
	"job_max_vacate_time":               expression,
	"keep_claim_idle":                   expression,
	"kill_sig":                          text,
	"kill_sig_timeout":                  integer,
	"max_job_retirement_time":           expression,
	"max_retries":                       integer,
	"max_transfer_input_mb":             expression,
	"max_transfer_output_mb":            expression,
	"mount_under_scratch":               text,
	"next_job_start_delay":              integer,
	"nice_user":                         boolean,
	"on_exit_hold":                      expression,
	"on_exit_hold_reason":               expression,
	"on_exit_hold_subcode":              expression,
	"on_exit_remove":                    expression,
	"periodic_hold":                     expression,
	"periodic_hold_reason":              expression,
	"periodic_hold_subcode":             expression,
	"periodic_release":                  expression,
	"periodic_remove":                   expression,
	"periodic_vacate":                   expression,
	"preemption_rank":                   expression,
	"primary_unix_group":                text,
	"prio":                              integer,
	"priority":                          integer,
	"rank":                              expression,
	"remove_kill_sig":                   text,
	"request_cpus":                      expression,
	"request_disk":                      expression,
	"request_gpus":                      expression,
	"request_memory":                    expression,
	"require_gpus":                      expression,
	"requirements":                      expression,
	"retry_request_memory":              expression,
	"retry_request_memory_increase":     expression,
	"retry_request_memory_max":          expression,
	"retry_until":                       expression,
	"singularity_image":                 text,
	"success_exit_code":                 integer,
	"transfer_container":                boolean,
	"ulog_execute_attrs":                names,
	"universe":                          universe,
	"use_oauth_services":                names,
	"want_graceful_removal":             expression,
	"want_name_tag":                     boolean,
	"want_remote_io":                    boolean,
}

// universes are those in which a job can run as the driver hands it over: on an execution point, as a process or in a container.
var universes = []string{"vanilla", "container", "docker"}
