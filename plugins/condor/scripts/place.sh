# place WANTED finds Oceanid's folder, which the configuration names, or makes it, and says where it is, and in which time zone HTCondor writes its
# event log.
place() {
	case $1 in
	"~") dir=$HOME ;;
	"~/"*) dir=$HOME/${1#??} ;;
	*) dir=$1 ;;
	esac
	mkdir -p "$dir/jobs" "$dir/events" || exit 74
	cd "$dir" || exit 74
	section dir
	pwd -P
	section zone
	[ ! -r /etc/localtime ] || base64 /etc/localtime
}
