# Finding or making a PostgreSQL with pgvector 0.8 or newer. Each function leaves PG_CONFIG set.

# pg_major PG_CONFIG: 15, 17 and so on.
pg_major() { "$1" --version | sed -E 's/^PostgreSQL ([0-9]+).*/\1/'; }

# pgvector_version PG_CONFIG: what that server has installed, empty when nothing.
pgvector_version() {
    sed -n "s/^default_version = '\(.*\)'/\1/p" "$("$1" --sharedir)/extension/vector.control" 2>/dev/null || true
}

has_headers() { [ -f "$("$1" --includedir-server)/postgres.h" ]; }

# complete PG_CONFIG: server, headers and pgvector are there.
complete() {
    [ -x "$1" ] && [ -x "$("$1" --bindir)/postgres" ] && has_headers "$1" &&
        version_at_least "$(pgvector_version "$1")" 0.8.0
}

# build_pgvector PG_CONFIG: from Debian's source, for a server that has no package of it.
build_pgvector() {
    local pg_config=$1 major tree
    version_at_least "$(pgvector_version "$pg_config")" 0.8.0 && return 0
    major=$(pg_major "$pg_config")
    tree="$CACHE/build/pgvector-$major"
    need build-essential
    fetch_source pgvector 'pgvector_*.orig.tar.gz'
    step "building pgvector for PostgreSQL $major"
    rm -rf "$tree" && mkdir -p "$tree"
    tar -xzf "$SOURCE" --strip-components=1 -C "$tree"
    # OPTFLAGS is emptied so that the library runs on processors older than this one.
    quietly "pgvector-$major" make -C "$tree" -s -j"$(nproc)" OPTFLAGS= PG_CONFIG="$pg_config" ||
        die "pgvector did not build for $pg_config: see the log above."
    quietly "pgvector-$major-install" owner_of_prefix "$pg_config" make -C "$tree" -s install PG_CONFIG="$pg_config" ||
        die "pgvector could not be installed for $pg_config: run this as root."
}

# owner_of_prefix PG_CONFIG COMMAND...: as ourselves where we may write, else as root.
owner_of_prefix() {
    local pg_config=$1
    shift
    if [ -w "$("$pg_config" --pkglibdir)" ] && [ -w "$("$pg_config" --sharedir)/extension" ]; then
        "$@"
    else
        as_root "$@"
    fi
}

# packaged_postgres: installs the newest PostgreSQL that the configured repositories offer with a
# pgvector of 0.8 or newer; where no repository has one, the newest PostgreSQL and pgvector from source.
packaged_postgres() {
    local major chosen= package
    if [ -n "${ENGRAM_PG_CONFIG:-}" ]; then
        PG_CONFIG=$ENGRAM_PG_CONFIG
        [ -x "$PG_CONFIG" ] || die "ENGRAM_PG_CONFIG names $PG_CONFIG, which is no program: set it to a pg_config."
        has_headers "$PG_CONFIG" || die "$PG_CONFIG has no server headers: install the development package of that PostgreSQL."
        build_pgvector "$PG_CONFIG"
        return
    fi
    for major in $MAJORS; do
        PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
        if [ -x "$PG_CONFIG" ] && complete "$PG_CONFIG"; then return; fi
    done
    refresh_lists
    for major in $MAJORS; do
        package=$(candidate "postgresql-$major-pgvector")
        if [ -n "$package" ] && version_at_least "$package" 0.8.0; then
            chosen=$major
            break
        fi
    done
    if [ -z "$chosen" ]; then
        for major in $MAJORS; do
            if [ -n "$(candidate "postgresql-$major")" ]; then
                chosen=$major
                break
            fi
        done
    fi
    [ -n "$chosen" ] || die "No repository of this machine has PostgreSQL 15 to 18: add one (https://wiki.postgresql.org/wiki/Apt), then run this again."
    no_default_cluster
    need "postgresql-$chosen" "postgresql-server-dev-$chosen"
    PG_CONFIG=/usr/lib/postgresql/$chosen/bin/pg_config
    if [ -n "$package" ] && version_at_least "$package" 0.8.0; then
        need "postgresql-$chosen-pgvector"
    fi
    build_pgvector "$PG_CONFIG"
}

# Debian's package makes and starts a cluster of its own, which nobody asked for here; a machine that
# already has PostgreSQL keeps its habits.
no_default_cluster() {
    local file=/etc/postgresql-common/createcluster.d/engram.conf
    if [ ! -e /etc/postgresql-common ]; then
        as_root mkdir -p "$(dirname "$file")"
        echo 'create_main_cluster = false' | as_root tee "$file" >/dev/null
    fi
}

# prefix_of MAJOR: where a PostgreSQL built here lies; a place that the user of the server can enter.
prefix_of() {
    if as_server test -x "$ROOT"; then echo "$ROOT/.prefix/$1"; else echo "/var/tmp/engram-$(checkout_hash)/prefix/$1"; fi
}

# build_postgres MAJOR: PostgreSQL and pgvector from Debian's source into its prefix, once.
build_postgres() {
    local major=$1 prefix tree="$CACHE/build/postgresql-$1"
    prefix=$(prefix_of "$major")
    PG_CONFIG="$prefix/bin/pg_config"
    if [ ! -x "$PG_CONFIG" ] || [ ! -f "$prefix/complete" ]; then
        need build-essential bison flex libssl-dev libreadline-dev zlib1g-dev
        fetch_source "postgresql-$major" "postgresql-${major}_*.orig.tar.*"
        step "building PostgreSQL $major into $prefix, once (about 5 minutes)"
        rm -rf "$tree" "$prefix" && mkdir -p "$tree"
        tar -xf "$SOURCE" --strip-components=1 -C "$tree"
        quietly "postgresql-$major" build_tree "$tree" "$prefix" ||
            die "PostgreSQL $major did not build: see the log above."
        touch "$prefix/complete"
        rm -rf "$tree"
    fi
    build_pgvector "$PG_CONFIG"
}

build_tree() {
    cd "$1" || return
    ./configure --quiet --prefix="$2" --with-openssl --without-icu &&
        make -s -j"$(nproc)" && make -s install &&
        make -s -j"$(nproc)" -C contrib && make -s -C contrib install &&
        make -s -C src/test/regress install
}

# postgres_of_major MAJOR: the packaged one where a package exists, else from source.
postgres_of_major() {
    local major=$1 prefix
    PG_CONFIG=${ENGRAM_PG_CONFIG:-}
    if [ -n "$PG_CONFIG" ] && [ "$(pg_major "$PG_CONFIG")" = "$major" ]; then return; fi
    PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
    if [ -x "$PG_CONFIG" ] && complete "$PG_CONFIG"; then return; fi
    prefix=$(prefix_of "$major")
    PG_CONFIG="$prefix/bin/pg_config"
    if [ -f "$prefix/complete" ] && complete "$PG_CONFIG"; then return; fi
    refresh_lists
    if [ -n "$(candidate "postgresql-$major-pgvector")" ]; then
        no_default_cluster
        need "postgresql-$major" "postgresql-server-dev-$major" "postgresql-$major-pgvector"
        PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
        build_pgvector "$PG_CONFIG"
    else
        build_postgres "$major"
    fi
}
