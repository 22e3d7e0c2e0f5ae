# Becomes the first process of a lab. Runs in new mount, process, host name, IPC
# and network namespaces; standard input is the lifeline. $ROOT is the baked
# root, $MNT an empty directory that serves as mount point inside only.
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=755 oceanid-lab "$MNT"
cd "$MNT"
mkdir lower upper work root
mount --bind "$ROOT" lower
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work oceanid-lab root
cd root

mount -t proc proc proc
# Read-only and without the host's cgroups: HTCondor would leave its own there.
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 dev dev
for node in null zero full random urandom tty; do
	: >"dev/$node"
	mount --bind "/dev/$node" "dev/$node"
done
mkdir dev/pts dev/shm
chmod 1777 dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr

hostname lab
echo lab >etc/hostname
printf '127.0.0.1 lab localhost\n::1 localhost\n' >etc/hosts
ip link set lo up

# The root must be a mount point that was pivoted to: HTCondor's starter fails in a plain chroot.
pivot_root . mnt
exec chroot . /bin/sh -euc '
	umount -l /mnt
	echo ready
	# tini reaps orphans; cat ends when the owner closes the lifeline or dies.
	exec /usr/bin/tini -- /bin/cat >/dev/null 2>&1'
