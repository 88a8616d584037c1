# Building the extension and installing its three kinds of files. cargo-pgrx is not needed: the
# install script sql/engram--VERSION.sql is committed, and pgrx's build script only asks for pg_config.

# with_progress NAME COMMAND...: like quietly, telling every 20 seconds what cargo is at. A command that
# has not ended after LIMIT seconds, where that is set, is ended and has failed.
with_progress() {
    local name=$1 pid status=0 waited=0
    shift
    if [ -n "${LIMIT:-}" ]; then set -- timeout --kill-after=30 "$LIMIT" "$@"; fi
    "$@" >"$LOGS/$name.log" 2>&1 &
    pid=$!
    # timeout has a process group of its own, which Ctrl-C does not reach.
    trap 'kill "$pid" 2>/dev/null || true' EXIT
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        waited=$((waited + 1))
        if [ $((waited % 20)) -eq 0 ]; then
            step "  $(tail -n 5 "$LOGS/$name.log" | grep -v '^ *$' | tail -n 1 | sed 's/^ *//' | cut -c1-100)"
        fi
    done
    wait "$pid" || status=$?
    trap - EXIT
    [ "$status" -ne 124 ] || printf '%s had not ended after %s seconds\n' "$name" "$LIMIT" >&2
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$LOGS/$name.log" >&2
        printf 'The whole log is %s\n' "$LOGS/$name.log" >&2
    fi
    return "$status"
}

# use_pgrx_home PG_CONFIG: pgrx reads pg_config from PGRX_HOME/config.toml. One directory per major,
# because a changed file makes cargo build the bindings again. Not PGRX_PG_CONFIG_PATH: pgrx's build
# script watches that variable, and cargo would rebuild whenever another tool runs without it.
use_pgrx_home() {
    local pg_config=$1 major text
    major=$(pg_major "$pg_config")
    export PGRX_HOME="$CACHE/pgrx/$major"
    text=$(printf '[configs]\npg%s = "%s"\n' "$major" "$pg_config")
    mkdir -p "$PGRX_HOME"
    if [ "$(cat "$PGRX_HOME/config.toml" 2>/dev/null)" != "$text" ]; then
        printf '%s\n' "$text" >"$PGRX_HOME/config.toml"
    fi
}

target_dir() { echo "${CARGO_TARGET_DIR:-$ROOT/target}"; }

# build_extension PG_CONFIG: release mode; sets LIBRARY.
build_extension() {
    local pg_config=$1 major
    major=$(pg_major "$pg_config")
    need build-essential pkg-config
    need_libclang
    use_pgrx_home "$pg_config"
    step "building the extension for PostgreSQL $major (minutes the first time)"
    (cd "$ROOT" && with_progress "build-$major" \
        cargo build --release -p engram --lib --no-default-features --features "pg$major") ||
        die "The extension did not build: see the log above."
    LIBRARY="$(target_dir)/release/libengram.so"
}

# put SOURCE TARGET MODE: a new file under a temporary name, then a rename, so that a running server
# keeps the file it has mapped. Does nothing when the target is the same already.
put() {
    local source=$1 target=$2 mode=$3
    if cmp -s "$source" "$target"; then return 0; fi
    owner_of_prefix "$PG_CONFIG" install -m "$mode" "$source" "$target.new" &&
        owner_of_prefix "$PG_CONFIG" mv -f "$target.new" "$target" ||
        die "$target could not be written: run this as root."
}

# install_extension PG_CONFIG LIBRARY: the library, the control file, the SQL scripts.
install_extension() {
    local PG_CONFIG=$1 library=$2 share script
    share="$("$PG_CONFIG" --sharedir)/extension"
    compgen -G "$ROOT/sql/engram--*.sql" >/dev/null || die "sql/ has no install script engram--VERSION.sql: check out a whole release."
    for script in "$ROOT"/sql/engram--*.sql; do
        put "$script" "$share/$(basename "$script")" 644
    done
    put "$ROOT/engram.control" "$share/engram.control" 644
    put "$library" "$("$PG_CONFIG" --pkglibdir)/engram.so" 755
}
