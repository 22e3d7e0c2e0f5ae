package command

import "strings"

// said is how to say what a refused command would say; "": the driver decides that alone.
var said = map[string]string{
	"arguments": "args", "args": "args", "executable": "command", "environment": "env", "env": "env", "getenv": "env", "input": "stdin", "stdin": "stdin",
	"transfer_input_files": "inputs", "transfer_input": "inputs", "transfer_output_files": "outputs", "transfer_output": "outputs",
	"queue": "array", "batch_name": "name", "jobbatchname": "name",
}

// refused are the commands by which the driver says what runs, where its files are and how it is followed; the words of the submit language that are no
// commands; what would run on the access point, or read or write other files there than the job's; and what would make the job something else than one job.
var refused = set(
	"allow_startup_script", "append_files", "arguments", "args", "arguments2", "batch_name", "buffer_files", "compress_files", "copy_to_spool",
	"cron_day_of_month", "cron_day_of_week", "cron_hour", "cron_minute", "cron_month", "cron_prep_time", "cron_window", "dagman_log", "dag_node_name", "delegate_job_gsi_credentials_lifetime",
	"dont_encrypt_input_files", "dont_encrypt_output_files", "elif", "else", "encrypt_execute_directory", "encrypt_input_files", "encrypt_output_files", "endif", "env", "environment", "environment2", "err", "error", "executable", "fetch_files",
	"file_remaps", "getenv", "grid_resource", "hold", "hold_kill_sig", "if", "in", "include", "initial_dir", "initialdir", "input", "interactive", "iwd", "job_ad_information_attrs", "job_iwd", "keystore_file", "leave_in_queue", "local_files",
	"log", "log_xml", "machine_count", "manifest", "manifest_dir", "manifest_desired", "max_idle", "max_materialize", "materialize_max_idle", "noop_job", "noop_job_exit_code", "noop_job_exit_signal", "notification", "notify_user", "email_attributes",
	"out", "output", "output_destination", "owner", "parallel_script_shadow", "post_arguments", "post_cmd", "pre_arguments", "pre_cmd", "preserve_relative_paths", "public_input_files", "queue", "remote_initialdir",
	"run_as_owner", "shadow_startup_script", "should_transfer_files", "skip_filechecks", "spool", "starter_log", "starter_debug", "stdin", "stdout", "stderr", "stream_error", "stream_input", "stream_output", "submit_event_notes",
	"submit_event_user_notes", "tool_daemon_cmd", "tool_daemon_args", "tool_daemon_arguments", "tool_daemon_input", "tool_daemon_output", "tool_daemon_error", "toolpath", "use", "use_scitokens", "scitokens_file", "vm_type", "vm_disk", "want_io_proxy", "want_submit_plugins", "warning",
	"when_to_transfer_output", "x509userproxy", "use_x509userproxy",
)

// refusedAttributes are what those commands, or the schedd itself, write into a job's ClassAd; and what would have the shadow, which has all that the account
// at the access point may do, read or write other files than the job's: as a proxy, as plugins, as public inputs, for condor_chirp. Those whose names are the
// commands' but for the underscores are refused with these.
var refusedAttributes = set(
	"accountinggroup", "args", "arguments", "checkpointdestination", "clusterid", "cmd", "completiondate", "cronminute", "cronhour", "crondayofmonth", "crondayofweek", "cronmonth", "dagmannodeslog", "dagmannodesmask", "dagmanworkflowlog", "datareusemanifestsha256",
	"enteredcurrentstatus", "env", "environment", "err", "exitcode", "exitbysignal", "exitsignal", "exitstatus", "globaljobid",
	"holdreason", "holdreasoncode", "holdreasonsubcode", "in", "isnoopjob", "iwd", "jarfiles", "jobbatchname", "jobmaterializelimit", "jobmaterializemaxidle", "jobmaterializepaused", "jobnotification", "jobstatus", "jobuniverse", "leavejobinqueue", "lastjobstatus",
	"mytype", "out", "owner", "periodicremovereason", "postarguments", "postargs", "postcmd", "preargs", "prearguments", "precmd", "procid", "qdate", "releasereason", "removereason", "scitokensfile", "spooledoutputfiles",
	"stageinstart", "streamerr", "streamin", "streamout", "targettype", "user", "userlog", "userlogusexml", "wantioproxy", "x509userproxy",
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[strings.ToLower(name)] = true
	}
	return m
}

// refuses tells whether a command, by its canonical name, is the driver's own. Those about the transfer of files are, but for the container's. condor_submit takes
// the name of many an attribute as that of its command, so neither is let through where the other is not.
func refuses(name string) bool {
	attribute, isAttribute := strings.CutPrefix(name, "my.")
	if _, there := known[name]; there {
		return false
	}
	if refusedAttributes[attribute] || refusedWithout[attribute] || strings.HasPrefix(attribute, "oceanid") || strings.HasPrefix(attribute, "transfer") {
		return true
	}
	if isAttribute {
		return attribute == periodicRemove
	}
	for _, prefix := range []string{"skip_if_", "cron_", "grid_", "ec2_", "gce_", "azure_", "vm_", "java_", "jar_", "boinc_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return refused[name] || name == periodicRemove
}

// periodicRemove is the attribute of the command that the driver puts together with its own.
const periodicRemove = "periodicremove"

// refusedWithout are the refused commands of several words, without the underscores: as a rule so are their attributes called.
var refusedWithout = folded(refused)

func folded(names map[string]bool) map[string]bool {
	m := make(map[string]bool)
	for name := range names {
		if strings.Contains(name, "_") {
			m[fold(name)] = true
		}
	}
	return m
}

func fold(name string) string { return strings.ReplaceAll(name, "_", "") }
