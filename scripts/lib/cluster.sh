# The private cluster of the quick start: where it lies, starting, stopping, asking.
# It lies in .cluster/ of the checkout unless the user that runs servers cannot reach that place.

DATABASE=engram

# locate_cluster PG_CONFIG: sets BIN, CLUSTER, DATA, SOCKET.
locate_cluster() {
    BIN=$("$1" --bindir)
    CLUSTER="$ROOT/.cluster"
    if ! as_server test -x "$ROOT"; then
        CLUSTER="/var/tmp/engram-$(checkout_hash)"
    fi
    DATA="$CLUSTER/data"
    SOCKET="$CLUSTER/socket"
    # A Unix socket's path has at most 107 bytes.
    if [ "$(printf '%s/.s.PGSQL.65535' "$SOCKET" | wc -c)" -gt 107 ]; then
        SOCKET="/tmp/engram-$(checkout_hash)"
    fi
}

# explain_places: says so when something does not lie below the checkout.
explain_places() {
    case "$CLUSTER" in
    "$ROOT"/*) ;;
    *) step "user $(server_user) cannot enter $ROOT, so the data lie in $CLUSTER" ;;
    esac
    case "$SOCKET" in
    "$CLUSTER"/*) ;;
    *) step "the path of this checkout is too long for a socket, which lies in $SOCKET" ;;
    esac
}

own_directory() {
    mkdir -p "$1" && chmod 700 "$1"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$1"
}

make_cluster() {
    local locale=C.UTF-8 version
    version=$(cat "$DATA/PG_VERSION" 2>/dev/null || true)
    if [ -n "$version" ]; then
        [ "$version" = "$(pg_major "$PG_CONFIG")" ] ||
            die "The cluster in $CLUSTER belongs to PostgreSQL $version: run ./scripts/quickstart --fresh to make it anew, which deletes what it holds."
        return 0
    fi
    step "making a private cluster in $CLUSTER"
    locale -a 2>/dev/null | grep -qiE '^c\.utf-?8$' || locale=C
    own_directory "$CLUSTER"
    rm -rf "$DATA"
    # Whoever reaches the socket is trusted; its directory is closed to other users.
    quietly initdb as_server "$BIN/initdb" -D "$DATA" -U postgres --auth=trust --encoding=UTF8 --locale="$locale" ||
        die "initdb failed: see the log above."
    {
        echo "shared_preload_libraries = 'engram'"
        echo "listen_addresses = ''"
        echo "port = $(free_port)"
        echo "unix_socket_directories = '$SOCKET'"
        echo "unix_socket_permissions = 0700"
    } >>"$DATA/postgresql.conf"
}

# The first port from 5440 on at which nothing listens.
free_port() {
    local port
    for port in $(seq 5440 5540); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
    die "Every port from 5440 to 5540 is taken: stop a server, then run this again."
}

cluster_port() { sed -n 's/^port = //p' "$DATA/postgresql.conf" | tail -n 1; }

cluster_running() { [ -f "$DATA/PG_VERSION" ] && as_server "$BIN/pg_ctl" -D "$DATA" status >/dev/null 2>&1; }

start_cluster() {
    own_directory "$SOCKET"
    if cluster_running; then
        # The library was installed after the server had loaded it.
        if [ "$("$PG_CONFIG" --pkglibdir)/engram.so" -nt "$DATA/postmaster.pid" ]; then
            step "restarting the server with the new library"
            stop_cluster
        else
            return 0
        fi
    fi
    step "starting the server"
    # With RUST_BACKTRACE an error of the extension has the stack of the server as its detail.
    as_server env -u RUST_BACKTRACE "$BIN/pg_ctl" -D "$DATA" -l "$CLUSTER/server.log" -s -w -t 60 start </dev/null >/dev/null 2>&1 || {
        tail -n 20 "$CLUSTER/server.log" >&2
        die "The server did not start: its log is $CLUSTER/server.log."
    }
}

stop_cluster() {
    as_server "$BIN/pg_ctl" -D "$DATA" -s -w -t 60 -m fast stop ||
        as_server "$BIN/pg_ctl" -D "$DATA" -s -w -t 60 -m immediate stop ||
        die "The server in $DATA did not stop: look at $CLUSTER/server.log."
}

# sql DATABASE ARGUMENT...: psql without anybody's settings, stopping at the first error.
sql() {
    local database=$1
    shift
    "$BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKET" -p "$(cluster_port)" -U postgres -d "$database" "$@"
}

create_extension() {
    if [ -z "$(sql postgres -Atc "SELECT 1 FROM pg_database WHERE datname = '$DATABASE'")" ]; then
        sql postgres -c "CREATE DATABASE $DATABASE"
    fi
    PGOPTIONS='-c client_min_messages=warning' sql "$DATABASE" -c 'CREATE EXTENSION IF NOT EXISTS engram CASCADE' ||
        die "CREATE EXTENSION engram failed: see the message above."
    if [ "$(sql "$DATABASE" -Atc "SELECT installed_version = default_version FROM pg_available_extensions WHERE name = 'engram'")" != t ]; then
        step "bringing the extension in the database $DATABASE up to this version"
        sql "$DATABASE" -c 'ALTER EXTENSION engram UPDATE' || die "ALTER EXTENSION engram UPDATE failed: see the message above."
    fi
}
