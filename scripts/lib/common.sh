# What every script here shares: where the checkout is, how progress is told, how a failure reads.
# Sourced, never run. The caller has already set -euo pipefail.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE="$ROOT/.cache"
LOGS="$CACHE/log"
mkdir -p "$LOGS"

# The majors of PostgreSQL that Cargo.toml has a feature for, newest first.
MAJORS="18 17 16 15"

# Debian's apt tools ask nothing when this is set.
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*"; }

# step TEXT: one line of progress with the seconds since the script began.
step() { printf '[%4ds] %s\n' "$SECONDS" "$*"; }

# die SENTENCE: one sentence that says what to do, and the end.
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# quietly NAME COMMAND...: runs a command with its output in .cache/log/NAME.log;
# on failure shows the end of that log and returns the command's status.
quietly() {
    local name=$1 status=0
    shift
    "$@" >"$LOGS/$name.log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$LOGS/$name.log" >&2
        printf 'The whole log is %s\n' "$LOGS/$name.log" >&2
    fi
    return "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

# as_root COMMAND...: directly when we are root, through sudo when that exists.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo --preserve-env=DEBIAN_FRONTEND "$@"
    else
        die "Run this as root, or install sudo: \"$*\" needs the rights of root."
    fi
}

# The user that runs servers: PostgreSQL refuses to run as root.
server_user() {
    if [ "$(id -u)" -eq 0 ]; then echo postgres; else id -un; fi
}

# as_server COMMAND...: as that user, in a directory that it can enter.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# version_at_least HAVE WANT: compares dotted versions.
version_at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# A short name for this checkout, for places outside it.
checkout_hash() { printf '%s' "$ROOT" | cksum | cut -d' ' -f1; }
