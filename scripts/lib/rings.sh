# The rings of scripts/test: one function each, run in a process of its own with set -e.

# second_major: the other major that the rings sql and server run on.
second_major() {
    if [ "$(pg_major "$1")" = 17 ]; then echo 15; else echo 17; fi
}

# select_postgres MAJOR: sets PG_CONFIG; without a major the packaged one.
select_postgres() {
    if [ -n "${1:-}" ]; then postgres_of_major "$1"; else packaged_postgres; fi
    step "PostgreSQL $(pg_major "$PG_CONFIG") ($PG_CONFIG)"
    need build-essential pkg-config
    need_libclang
    use_pgrx_home "$PG_CONFIG"
    # Retaining sections by hand would give the library other flags than the tests, and every
    # dependency a second build; the linkers of the supported systems keep pgrx's section.
    export CARGO_PGRX_DISABLE_GC_SECTIONS_WORKAROUND=1
}

feature() { echo "pg$(pg_major "$PG_CONFIG")"; }

# install_dev: the extension in the profile that the tests build anyway.
install_dev() {
    cargo build -p engram --lib --no-default-features --features "$(feature)"
    install_extension "$PG_CONFIG" "$(target_dir)/debug/libengram.so"
}

ring_tidy() {
    select_postgres
    cargo fmt --all --check
    cargo clippy --workspace --exclude engram --all-targets -- -D warnings
    cargo clippy -p engram --all-targets --no-default-features --features "$(feature) pg_test" -- -D warnings
    cargo test -p engram-tidy
}

ring_model() {
    cargo test --workspace --exclude engram --exclude engram-cluster-tests --exclude engram-bench --exclude engram-tidy
}

ring_region() {
    need valgrind libc6-dbg
    # Fewer cases than without valgrind, which slows each one about thirtyfold and uses one core.
    export PROPTEST_CASES="${ENGRAM_VALGRIND_CASES:-4}"
    cargo test -p engram-region --no-run --message-format=json 2>/dev/null |
        grep -o '"executable":"[^"]*"' | cut -d'"' -f4 |
        xargs -r -P "$(nproc)" -I{} sh -c 'echo "valgrind $(basename {})"
            exec valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
                --errors-for-leak-kinds=definite {} --test-threads=1 </dev/null'
    if cargo miri --version >/dev/null 2>&1; then
        PROPTEST_CASES=2 MIRIFLAGS=-Zmiri-disable-isolation cargo miri test -p engram-region --lib
    else
        step "this toolchain has no Miri: valgrind alone has looked at the memory"
    fi
}

# compare_schema: the committed install script against a fresh one. What pgrx writes as comment names
# lines of source files and is left out.
compare_schema() {
    local version fresh="$CACHE/fresh.sql"
    version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" engram.control)
    need_cargo_pgrx
    cargo pgrx schema "$(feature)" --no-default-features --features "$(feature)" --out "$fresh"
    without_comments "sql/engram--$version.sql" >"$CACHE/committed.txt"
    without_comments "$fresh" >"$CACHE/fresh.txt"
    diff -u --label "sql/engram--$version.sql" "$CACHE/committed.txt" --label "cargo pgrx schema" "$CACHE/fresh.txt" ||
        die "The install script is not what the source gives: run cargo pgrx schema $(feature) --out sql/engram--$version.sql and commit it."
}

# lint_schema: pgspot finds objects in an install script that somebody else could put others in the place of.
lint_schema() {
    local place="$CACHE/pgspot" script found
    script=sql/engram--$(sed -n "s/^default_version = '\(.*\)'/\1/p" engram.control).sql
    if [ ! -x "$place/bin/pgspot" ]; then
        python3 -c 'import ensurepip' 2>/dev/null || need python3 python3-venv
        step "installing pgspot into $place, once"
        rm -rf "$place"
        python3 -m venv "$place" && "$place/bin/pip" install --quiet --disable-pip-version-check pgspot==0.9.4 pglast==7.21 ||
            die "pgspot could not be installed: check the network, then run this again."
    fi
    # A procedure that commits cannot have a search path of its own, and a function that has one is not taken into the query that
    # calls it: the bodies of both name everything by schema.
    local believed='engram.believed(space text,as_of timestamptz,OUT id uuid,OUT content text,OUT embedding vector,OUT encoder text,'
    believed+='OUT cues text[],OUT context text,OUT kind text,OUT origin text,OUT label text,OUT evidence_for real,'
    believed+='OUT evidence_against real,OUT occurred_at timestamptz,OUT source text,OUT metadata jsonb,OUT valid_from timestamptz,'
    believed+='OUT valid_to timestamptz,OUT version integer,OUT created_at timestamptz,OUT cold boolean,OUT pinned boolean)'
    found=$("$place/bin/pgspot" --proc-without-search-path "$believed" --proc-without-search-path \
        'extschema.engram_reembed(space text,encoder text,dimensions integer,batch integer)' "$script" || true)
    [[ "$found" == *"Errors: 0 Warnings: 0 Unknown: 0"* ]] || die "pgspot found in $script: $found"
}

without_comments() {
    perl -0pe 's{/\*.*?\*/}{}gs; s{^\s*--[^\n]*\n}{}gm; s{^\\echo[^\n]*\n}{}gm; s{[ \t]+$}{}gm; s{\n\n+}{\n}g' "$1"
}

ring_sql() {
    select_postgres "${1:-}"
    compare_schema
    lint_schema
    install_dev
    local place regress tests
    regress="$("$PG_CONFIG" --pgxs)"
    regress="${regress%/makefiles/*}/test/regress/pg_regress"
    [ -x "$regress" ] || die "$regress is not there: install the development package of PostgreSQL."
    # The built-in encoder is off except where a test is about it: vectors by hand can be checked by hand. So is
    # interference; and priming, by which scores depend on the milliseconds since the last recall; and consolidation, by which beliefs
    # come while a test counts memories.
    # In order of name; setup makes what the others share. A copy, because the server's user reads it.
    place=$(mktemp -d /tmp/engram-regress-XXXXXX)
    cp -r tests/pg_regress/sql tests/pg_regress/expected "$place"
    printf '%s\n' "shared_preload_libraries = 'engram'" "engram.hot_tier_size = '64MB'" "fsync = off" \
        "engram.builtin_encoder = off" "engram.decay = off" "engram.priming = off" "engram.interference_weight = 0" \
        "engram.consolidation = off" >"$place/extra.conf"
    tests=$(cd "$place/sql" && ls | sed 's/\.sql$//' | grep -vx setup | LC_ALL=C sort)
    [ ! -f "$place/sql/setup.sql" ] || tests="setup $tests"
    mkdir "$place/out"
    [ "$(id -u)" -ne 0 ] || chown -R postgres: "$place"
    local status=0
    # shellcheck disable=SC2086
    as_server "$regress" --bindir="$("$PG_CONFIG" --bindir)" --inputdir="$place" --outputdir="$place/out" \
        --temp-instance="$place/instance" --temp-config="$place/extra.conf" --no-locale --encoding=UTF8 \
        --load-extension=vector --load-extension=engram $tests || status=$?
    rm -rf "$CACHE/regress" && mkdir -p "$CACHE/regress"
    cp -r "$place/out/." "$CACHE/regress" 2>/dev/null || true
    if [ "$status" -ne 0 ]; then
        cat "$place/out/regression.diffs" 2>/dev/null || cat "$place"/out/log/* || true
        step "what came out lies in .cache/regress/results"
    fi
    rm -rf "$place"
    return "$status"
}

ring_server() {
    select_postgres "${1:-}"
    need_cargo_pgrx
    local data status=0
    # cargo-pgrx copies into the file that is there. A server that runs has it mapped and would crash.
    owner_of_prefix "$PG_CONFIG" rm -f "$("$PG_CONFIG" --pkglibdir)/engram.so"
    if [ "$(id -u)" -eq 0 ]; then
        need sudo
        data="/tmp/engram-pgrx-test-$(checkout_hash)-$(pg_major "$PG_CONFIG")"
        rm -rf "$data"
        USER=root cargo pgrx test "$(feature)" --runas postgres --pgdata "$data" || status=$?
        rm -rf "$data"
    else
        cargo pgrx test "$(feature)" || status=$?
    fi
    # The tests left a library and a script with themselves inside; the plain ones go back.
    install_dev
    return "$status"
}

# crash: the debug build alone has crash points. The ring cluster installs the release build again.
ring_crash() {
    select_postgres "${1:-}"
    install_dev
    export ENGRAM_PG_CONFIG=$PG_CONFIG
    cargo test -p engram-cluster-tests --test crash_matrix -- --ignored --nocapture
    # What of the other tests arms crash points.
    cargo test -p engram-cluster-tests --no-fail-fast --test cold --test consolidate --test consolidator_ends --test life --test promotion \
        --test reinforce --test standby --test tiers --test warm_start -- --ignored --test-threads=2
}

# valgrind: one server under it, with a workload of all verbs.
ring_valgrind() {
    need valgrind libc6-dbg
    select_postgres "${1:-}"
    install_dev
    ENGRAM_PG_CONFIG="$PG_CONFIG" cargo test -p engram-cluster-tests --test valgrind -- --ignored --nocapture
}

# prepare_clusters: the extension in both majors, the second for pg_upgrade, and pgBackRest for the drill. Where one of them cannot be had,
# the tests that need it say so, and fail in CI.
prepare_clusters() {
    local first
    select_postgres
    first=$PG_CONFIG
    need strace faketime
    need_or_not pgbackrest
    if [ "${ENGRAM_ONE_MAJOR:-}" != 1 ] && (postgres_of_major "$(second_major "$first")"); then
        select_postgres "$(second_major "$first")"
        install_dev
        export ENGRAM_SECOND_PG_CONFIG=$PG_CONFIG
    fi
    PG_CONFIG=$first
    build_extension "$PG_CONFIG"
    install_extension "$PG_CONFIG" "$LIBRARY"
    export ENGRAM_PG_CONFIG=$PG_CONFIG
}

# need_or_not PACKAGE: installs it where that is possible.
need_or_not() {
    have "$1" || (need "$1") || step "$1 could not be installed"
}

ring_cluster() {
    prepare_clusters
    # Mostly they wait for each other and for the disk.
    cargo test -p engram-cluster-tests --no-fail-fast -- --test-threads=3
}

# observability: the chain from the server to Prometheus, with the programs of Debian's packages; alerts that fire for real.
ring_observability() {
    select_postgres "${1:-}"
    install_dev
    debian_tool prometheus-postgres-exporter usr/bin/prometheus-postgres-exporter
    export ENGRAM_EXPORTER=$TOOL
    debian_tool prometheus usr/bin/promtool
    export ENGRAM_PROMTOOL=$TOOL ENGRAM_PG_CONFIG=$PG_CONFIG
    # Only the packaged browser brings what it needs: its libraries are many.
    need chromium-headless-shell
    ENGRAM_CHROMIUM=$(command -v chromium-headless-shell)
    export ENGRAM_CHROMIUM
    cargo test -p engram-cluster-tests --test observability --test page -- --ignored
    check_alerts
}

# soak: half a minute of the load that ./scripts/soak sends for an hour; a crash, a failed call or run, or a violation fails it.
ring_soak() {
    select_postgres
    cargo test -p engram-bench
    build_extension "$PG_CONFIG"
    install_extension "$PG_CONFIG" "$LIBRARY"
    ENGRAM_PG_CONFIG="$PG_CONFIG" "$ROOT/scripts/soak" --installed --duration 30s --out "$CACHE/soak"
}

ring_bench-smoke() {
    cargo bench -p engram-engine -p engram-region -- --test
}

ring_endurance() {
    local major
    need strace faketime
    packaged_postgres
    for major in "$(pg_major "$PG_CONFIG")" $([ "${ENGRAM_ONE_MAJOR:-}" = 1 ] || second_major "$PG_CONFIG"); do
        step "every crash point on PostgreSQL $major"
        (ENGRAM_CRASH_POINTS=0 ring_crash "$major")
    done
    (ring_valgrind)
    prepare_clusters
    cargo test -p engram-cluster-tests --test private -- --ignored
    ENGRAM_CRASH_ROUNDS="${ENGRAM_CRASH_ROUNDS:-100}" \
        ENGRAM_RANDOM_TRANSACTIONS="${ENGRAM_RANDOM_TRANSACTIONS:-20000}" ENGRAM_CANCEL_MEMORIES="${ENGRAM_CANCEL_MEMORIES:-100000}" \
        ENGRAM_RACE_SECONDS="${ENGRAM_RACE_SECONDS:-60}" ENGRAM_CHECKER_SECONDS="${ENGRAM_CHECKER_SECONDS:-300}" \
        ENGRAM_TENANT_RECALLS="${ENGRAM_TENANT_RECALLS:-100000}" \
        ENGRAM_FUZZ_CALLS="${ENGRAM_FUZZ_CALLS:-1000000}" ENGRAM_DROP_MEMORIES="${ENGRAM_DROP_MEMORIES:-100000}" \
        ENGRAM_QUOTA_ROUNDS="${ENGRAM_QUOTA_ROUNDS:-2000}" ENGRAM_RECALLS="${ENGRAM_RECALLS:-1000000}" \
        cargo test -p engram-cluster-tests --no-fail-fast -- --test-threads=1
}
