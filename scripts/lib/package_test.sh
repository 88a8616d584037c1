# Run by scripts/package in a mount namespace of its own: DEB MAJOR VERSION.
set -euo pipefail
deb=$(readlink -f "$1")
major=$2
version=$3

view=$(mktemp -d /tmp/engram-package-XXXXXX)
# Nothing is removed through a mount: the namespace is gone with this process, and the empty directory below it stays for the next line.
# NEVER bind /dev here, and never rm -r over mounts: that deleted the devices of the machine once.
trap 'cd /; umount -R "$view" 2>/dev/null || true; rmdir "$view" 2>/dev/null || true' EXIT
mount -t tmpfs -o mode=755 none "$view"
mkdir "$view/upper" "$view/work" "$view/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$view/upper,workdir=$view/work" "$view/root"
root=$view/root
mount -t proc none "$root/proc"
mount -t tmpfs -o mode=755 none "$root/dev"
mkdir -m 1777 "$root/dev/shm"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
ln -s /proc/self/fd "$root/dev/fd"
cp "$deb" "$root/root/engram.deb"

# What an earlier quick start has put there is not what is tested.
rm -f "$root/usr/lib/postgresql/$major/lib/engram.so" "$root/usr/share/postgresql/$major/extension/"engram*
chroot "$root" dpkg -i /root/engram.deb
chroot "$root" dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' "postgresql-$major-engram"

bin=/usr/lib/postgresql/$major/bin
as_postgres() { chroot "$root" runuser -u postgres -- "$@"; }
ask() { as_postgres psql -X -At -v ON_ERROR_STOP=1 -h /tmp/engram-server -d postgres -c "$1"; }
as_postgres mkdir -m 700 /tmp/engram-server
as_postgres "$bin/initdb" -D /tmp/engram-server/data -E UTF8 --locale=C --auth=trust >/dev/null
printf '%s\n' "shared_preload_libraries = 'engram'" "engram.hot_tier_size = '64MB'" "listen_addresses = ''" \
    "unix_socket_directories = '/tmp/engram-server'" >>"$root/tmp/engram-server/data/postgresql.conf"
as_postgres "$bin/pg_ctl" -D /tmp/engram-server/data -l /tmp/engram-server/log -w start ||
    { cat "$root/tmp/engram-server/log"; exit 1; }
ask 'CREATE EXTENSION engram CASCADE'
ask "SELECT engram_remember('Ana keeps the boat Kittiwake in Saltmere')" >/dev/null
ask "SELECT engram_remember('The harbour office closes at four')" >/dev/null
found=$(ask "SELECT content FROM engram_recall('Who keeps a boat?', k => 1)")
made=$(ask "SELECT extversion FROM pg_extension WHERE extname = 'engram'")
# The library as well as its scripts.
library=$(ask "SELECT version FROM engram.stat_info")
as_postgres "$bin/pg_ctl" -D /tmp/engram-server/data -w -m fast stop >/dev/null
echo "version $made, recalled: $found"
[ "$made" = "$version" ]
[ "$library" = "$version" ]
[ "$found" = 'Ana keeps the boat Kittiwake in Saltmere' ]

# And it leaves nothing behind.
chroot "$root" dpkg --purge "postgresql-$major-engram"
[ ! -e "$root/usr/lib/postgresql/$major/lib/engram.so" ]
[ ! -e "$root/usr/share/postgresql/$major/extension/engram.control" ]
