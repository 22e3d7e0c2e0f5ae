# inspect SLOTS SCHEDDS prints what the collector knows, with these attributes. Dynamic slots are parts of others, whose ads tell what is left of them.
inspect() {
	section name
	condor_status -collector -limit 1 -autoformat Name || exit 69
	section host
	condor_config_val FULL_HOSTNAME
	section version
	condor_version
	section slots
	condor_status -constraint 'SlotType =!= "Dynamic"' -json -attributes "$1" || exit 69
	section schedds
	condor_status -schedd -json -attributes "$2" || exit 69
}
