# The drill: a private cluster with pgBackRest, its disaster and its restores. Everything lies in PLACE, nothing in /etc.

# Targets, in seconds, and the longest time that a written WAL segment waits for its archiving.
RTO_TARGET=1800
RPO_TARGET=300
ARCHIVE_TIMEOUT=60

# need_pgbackrest: the distribution's package, and one that knows this major.
need_pgbackrest() {
    have pgbackrest || need pgbackrest
    have pgbackrest || die "pgbackrest is not installed: install it, then run this again."
    step "$(pgbackrest version)"
}

make_place() {
    PLACE=$(mktemp -d /var/tmp/engram-drill-XXXXXX)
    [ "$(id -u)" -ne 0 ] || chown postgres: "$PLACE"
    as_server mkdir "$PLACE/repo" "$PLACE/log" "$PLACE/lock" "$PLACE/spool" "$PLACE/socket"
    : >"$PLACE/acknowledged"
    as_server tee "$PLACE/pgbackrest.conf" >/dev/null <<TEXT
[global]
repo1-path=$PLACE/repo
repo1-retention-full=2
log-path=$PLACE/log
lock-path=$PLACE/lock
spool-path=$PLACE/spool
log-level-console=warn
log-level-file=info
start-fast=y
compress-level=1
process-max=2

[drill]
pg1-path=$PLACE/data
pg1-socket-path=$PLACE/socket
pg1-user=postgres
TEXT
}

clean_up() {
    local directory
    [ -z "${WRITER:-}" ] || kill "$WRITER" 2>/dev/null || true
    for directory in data restored rescued; do
        stop_server "$PLACE/$directory"
    done
    if [ "$1" = yes ]; then
        step "everything lies in $PLACE"
    else
        rm -rf "$PLACE"
    fi
}

# backrest NAME ARGUMENT...: pgbackrest with the configuration of the drill, its output in a log.
backrest() {
    local name=$1
    shift
    # A lock that a crash left behind and the configuration of the machine are not ours.
    quietly "drill-$name" as_server env -u PGBACKREST_STANZA pgbackrest --config="$PLACE/pgbackrest.conf" \
 --stanza=drill "$@" ||
        die "pgbackrest $1 failed: see the log above."
}

# start_server DIRECTORY [OPTIONS]: with a socket of its own.
start_server() {
    as_server env -u RUST_BACKTRACE "$BIN/pg_ctl" -D "$1" -l "$1.log" -s -w -t 1800 ${2:+-o "$2"} start </dev/null >/dev/null 2>&1 || {
        tail -n 20 "$1.log" >&2
        die "The server in $1 did not start: see its log above."
    }
}

stop_server() {
    [ ! -f "$1/postmaster.pid" ] || as_server "$BIN/pg_ctl" -D "$1" -s -w -m immediate stop >/dev/null 2>&1 || true
}

# sql ARGUMENT...: psql in the server whose socket lies in SOCKET, stopping at the first error.
sql() { "$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$SOCKET" -p 5432 -U postgres -d postgres "$@"; }

make_cluster() {
    step "making a private cluster in $PLACE"
    quietly drill-initdb as_server "$BIN/initdb" -D "$PLACE/data" -U postgres --auth=trust --encoding=UTF8 --no-locale ||
        die "initdb failed: see the log above."
    as_server tee -a "$PLACE/data/postgresql.conf" >/dev/null <<TEXT
listen_addresses = ''
unix_socket_directories = '$PLACE/socket'
shared_preload_libraries = 'engram'
archive_mode = on
archive_timeout = '${ARCHIVE_TIMEOUT}s'
archive_command = 'pgbackrest --config=$PLACE/pgbackrest.conf --stanza=drill archive-push %p'
max_wal_size = '4GB'
TEXT
    start_server "$PLACE/data"
    SOCKET=$PLACE/socket
    sql -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION engram CASCADE' ||
        die "CREATE EXTENSION engram failed: install the extension for $PG_CONFIG, or leave --installed out."
    backrest stanza-create stanza-create
    backrest check check
}

# fill N: that many memories in a hundred voyages, with words of their own.
fill() {
    local done=0 piece
    step "storing $1 memories"
    while [ "$done" -lt "$1" ]; do
        piece=$(($1 - done < 10000 ? $1 - done : 10000))
        sql -c "INSERT INTO engram.memory (space, content, context, metadata)
                SELECT 'default', 'Voyage ' || n % 100 || ', entry ' || n || ': the ' || (ARRAY['mate', 'pilot', 'cook', 'captain'])[1 + n % 4]
                       || ' of the ship word' || n || ' saw ' || (ARRAY['a sail', 'land', 'a light', 'ice', 'a gale'])[1 + n % 5],
                       'voyage ' || n % 100, jsonb_build_object('entry', n)
                FROM generate_series($done, $done + $piece - 1) n" || die "The memories could not be stored: see the message above."
        done=$((done + piece))
        if [ $((done % 50000)) -eq 0 ]; then step "  $done of $1"; fi
    done
}

# write_on N: remembers N times and notes what was acknowledged: id, and the second at which it was.
write_on() {
    local n
    for n in $(seq "$1"); do
        sql -c "SELECT engram_remember('acknowledged entry $RANDOM-$n-$RANDOM', on_duplicate => 'store') || ' ' || extract(epoch FROM clock_timestamp())" \
            >>"$PLACE/acknowledged" || return 1
    done
}

make_a_mistake() {
    sql -c "SELECT pg_create_restore_point('before the mistake')" >/dev/null
    BEFORE=$(sql -c "SELECT clock_timestamp()")
    ACKNOWLEDGED=$(wc -l <"$PLACE/acknowledged")
    sql -c "SELECT id FROM engram.memory WHERE context = 'voyage 7' ORDER BY id" >"$PLACE/forgotten"
    VOYAGE=$(sql -c "SELECT id || ' ' || substring(content FROM 'word\d+') FROM engram.memory WHERE context = 'voyage 7' ORDER BY id LIMIT 1")
    sleep 1.1
    MISTAKE=$(sql -c "BEGIN" -c "SELECT pg_current_xact_id()" -c "SELECT 'forgot ' || engram_forget_where(in_context => 'voyage 7', mode => 'delete')" -c COMMIT)
    MISTAKE=$(head -n 1 <<<"$MISTAKE")
    step "by mistake, engram_forget_where deleted $(wc -l <"$PLACE/forgotten") memories"
    [ -z "$(sql -c "SELECT id FROM engram_recall('${VOYAGE#* }', k => 3, reinforce => false) WHERE id = '${VOYAGE% *}'")" ] ||
        die "A deleted memory was recalled: that is a bug."
}

# archive_now: what has been written is in the archive when this returns.
archive_now() {
    local segment
    segment=$(sql -c "SELECT pg_walfile_name(pg_switch_wal())")
    for _ in $(seq 600); do
        if [ "$(sql -c "SELECT coalesce(last_archived_wal, '') >= '$segment' FROM pg_stat_archiver")" = t ]; then return 0; fi
        sleep 0.1
    done
    die "The WAL segment $segment was not archived within a minute: look at $PLACE/log."
}

# serve DIRECTORY: starts a restored server, waits for the end of recovery and the first right answer.
serve() {
    SOCKET="$1-socket"
    as_server mkdir "$SOCKET"
    start_server "$1" "-c unix_socket_directories=$SOCKET"
    for _ in $(seq 18000); do
        if [ "$(sql -c 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; then break; fi
        sleep 0.1
    done
}

seconds_since() { echo "$(date +%s.%N) $1" | awk '{ printf "%.1f", $1 - $2 }'; }

restore_before_the_mistake() {
    local began options
    began=$(date +%s.%N)
    case "$1" in
    time) options=(--type=time "--target=$BEFORE") ;;
    name) options=(--type=name '--target=before the mistake') ;;
    xid) options=(--type=xid "--target=$MISTAKE" --target-exclusive) ;;
    esac
    # The restored server archives nothing: the archive belongs to the one it was taken from.
    backrest restore restore --pg1-path="$PLACE/restored" "${options[@]}" --target-action=promote --archive-mode=off
    serve "$PLACE/restored"
    [ "$(sql -c "SELECT count(*) FROM engram_recall('${VOYAGE#* }', k => 3, reinforce => false) WHERE id = '${VOYAGE% *}'")" = 1 ] ||
        die "The forgotten memory is not recalled after the restore: look at the server's log."
    RTO=$(seconds_since "$began")
    step "the forgotten memory is recalled after $RTO s"
}

# missing FILE: how many of the ids that begin its lines are not there.
missing() {
    { echo "CREATE TEMP TABLE t (id uuid);" && echo "COPY t FROM stdin;" && cut -d' ' -f1 "$1" && echo '\.' &&
        echo "SELECT count(*) FROM t WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space = 'default' AND m.id = t.id);"; } | sql -f -
}

nothing_is_wrong() {
    local found
    found=$(sql -c "SELECT count(*) FROM engram_check()")
    [ "$found" = 0 ] || die "engram_check() found $found violations after the restore."
}

check_before_the_mistake() {
    local before=$PLACE/before after=$PLACE/after
    head -n "$ACKNOWLEDGED" "$PLACE/acknowledged" >"$before"
    tail -n +$((ACKNOWLEDGED + 1)) "$PLACE/acknowledged" >"$after"
    [ "$(missing "$PLACE/forgotten")" = 0 ] || die "Not every forgotten memory is back."
    [ "$(missing "$before")" = 0 ] || die "$(missing "$before") memories that were acknowledged before the mistake are gone."
    [ "$(missing "$after")" = "$(wc -l <"$after")" ] || die "The restore went on beyond its target."
    nothing_is_wrong
    step "all $(wc -l <"$PLACE/forgotten") forgotten and $ACKNOWLEDGED acknowledged memories are there, engram_check() finds nothing"
}

# disaster: the server is killed while somebody writes, and its directory is lost.
disaster() {
    SOCKET=$PLACE/socket
    write_on 100000 2>/dev/null &
    WRITER=$!
    sleep 8
    step "disaster: the server is killed, its directory is gone"
    stop_server "$PLACE/data"
    wait "$WRITER" 2>/dev/null || true
    WRITER=
    mv "$PLACE/data" "$PLACE/lost"
}

restore_everything() {
    local began
    began=$(date +%s.%N)
    backrest rescue restore --pg1-path="$PLACE/rescued" --archive-mode=off
    serve "$PLACE/rescued"
    [ "$(sql -c "SELECT count(*) > 0 FROM engram_recall('the pilot saw ice', k => 3, reinforce => false)")" = t ] ||
        die "Nothing is recalled after the restore: look at the server's log."
    RESCUE=$(seconds_since "$began")
}

# The time between the first acknowledged write that is lost and the last one.
check_everything() {
    local lost
    lost=$(missing "$PLACE/acknowledged")
    nothing_is_wrong
    RPO=$({ echo "CREATE TEMP TABLE t (id uuid, at float8);" && echo "COPY t FROM stdin DELIMITER ' ';" && cat "$PLACE/acknowledged" && echo '\.' &&
        echo "SELECT round((max(at) - coalesce(min(at) FILTER (WHERE NOT EXISTS (SELECT FROM engram.memory m WHERE m.space = 'default' AND m.id = t.id)), max(at)))::numeric, 1) FROM t;"; } | sql -f -)
    step "$lost of $(wc -l <"$PLACE/acknowledged") acknowledged memories had not reached the archive"
}

verdict() {
    say
    say "RTO  $RTO s to a point in time, $RESCUE s to the end of the archive (target: below $RTO_TARGET s)"
    say "RPO  $RPO s of writes lost by the disaster, at most archive_timeout ($ARCHIVE_TIMEOUT s) and the time of a push (target: below $RPO_TARGET s)"
    awk "BEGIN { exit !($RTO < $RTO_TARGET && $RESCUE < $RTO_TARGET && $RPO < $RPO_TARGET) }" ||
        die "A target was missed: see the figures above."
}
