# Makes the lab's root file system in $DIR. Runs as process 1 of its own process
# and mount namespaces, so whatever ends it leaves no mount and no process.
# Lines that begin with "== " on standard output are progress for people.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
mount --make-rprivate /
mount -t proc proc /proc

if ! command -v debootstrap >/dev/null; then
	echo "== installing debootstrap on this machine"
	apt-get -o DPkg::Lock::Timeout=120 update
	apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends debootstrap debian-archive-keyring
fi

echo "== Debian $SUITE from $MIRROR (about 25 s)"
debootstrap --variant=minbase "$SUITE" "$DIR" "$MIRROR"

# No service may start by itself; unpacking needs no fsync, as a root that was
# not completed is thrown away; nobody reads manuals here.
printf '#!/bin/sh\nexit 101\n' >"$DIR/usr/sbin/policy-rc.d"
chmod 755 "$DIR/usr/sbin/policy-rc.d"
printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
	'path-exclude=/usr/share/locale/*' >"$DIR/etc/dpkg/dpkg.cfg.d/oceanid-lab"
cp /etc/resolv.conf "$DIR/etc/resolv.conf"

# Some packages look into /proc while they are set up.
mount -t proc proc "$DIR/proc"
echo "== the servers: $PACKAGES (about 20 s)"
# shellcheck disable=SC2086 # one word a package
chroot "$DIR" apt-get install -y --no-install-recommends $PACKAGES

umount "$DIR/proc"

echo "== users $USERS"
for user in $USERS; do
	chroot "$DIR" useradd --create-home --shell /bin/bash "$user"
done

# A test that fails to log in on purpose must not wait two seconds for the answer.
sed -i '/pam_unix\.so/s/$/ nodelay/' "$DIR/etc/pam.d/common-auth"

# What must differ from lab to lab is made at each start, never shared.
rm -rf "$DIR"/etc/ssh/ssh_host_* "$DIR"/etc/condor/passwords.d "$DIR"/etc/condor/tokens.d "$DIR"/etc/munge/munge.key \
	"$DIR"/etc/machine-id "$DIR"/etc/resolv.conf "$DIR"/var/lib/apt/lists "$DIR"/var/cache/apt
sync -f "$DIR"
