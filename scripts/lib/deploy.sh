# Checks of docker/, grafana/ and the runbooks that need no engine and no cluster. scripts/validate-deploy and the ring observability call
# validate_deploy.

ring_deploy() {
    validate_deploy
    select_postgres
    build_extension "$PG_CONFIG"
    # The package holds the paths of Debian's PostgreSQL.
    if [ "$PG_CONFIG" = "/usr/lib/postgresql/$(pg_major "$PG_CONFIG")/bin/pg_config" ] && [ "$(id -u)" -eq 0 ]; then
        "$ROOT/scripts/package" --test "$LIBRARY"
    else
        step "SKIPPED: the test of the package needs Debian's PostgreSQL and root"
        [ "${CI:-}" != true ] || return 1
    fi
}

validate_deploy() {
    local major made
    deploy_tools
    local bin=$TOOLS
    step "images"
    "$bin/hadolint" docker/Dockerfile
    check_build_context
    sh -n docker/initdb.sh
    sh -n docker/health
    check_start
    step "compose"
    check_compose
    step "Kubernetes"
    for major in 17 18; do
        made="$CACHE/kubernetes-$major.yaml"
        kustomize "docker/kubernetes/pg$major" >"$made"
        "$bin/python" tests/deploy/kubernetes.py "$made" "$major"
        core_kinds "$bin" "$made"
    done
    step "rules, dashboards, runbooks"
    check_monitoring
}

# check_start: the image starts its server, but not beside a cluster that it would not use.
check_start() {
    local place
    place=$(mktemp -d "$CACHE/start-XXXXXX")
    mkdir -p "$place/bin" "$place/16/data"
    printf '#!/bin/sh\necho "starting $*"\n' >"$place/bin/docker-entrypoint.sh"
    chmod +x "$place/bin/docker-entrypoint.sh"
    starts() { env PATH="$place/bin:$PATH" PGDATA="$place/17/data" "$@" sh docker/start postgres >"$place/log" 2>&1; }
    starts && grep -qx 'starting postgres' "$place/log" || die "docker/start does not start a new server: $(cat "$place/log")"
    echo 16 >"$place/16/data/PG_VERSION"
    ! starts && grep -q 'There is a cluster of PostgreSQL 16' "$place/log" || die "docker/start begins anew beside an old cluster."
    starts ENGRAM_NEW_CLUSTER=1 || die "docker/start does not do what ENGRAM_NEW_CLUSTER says."
    mkdir -p "$place/17/data" && echo 17 >"$place/17/data/PG_VERSION"
    starts || die "docker/start does not start the server that is there: $(cat "$place/log")"
    rm -rf "$place"
}

# core_kinds BIN FILE: what Kubernetes itself has a schema for, against that schema.
core_kinds() {
    local core="$CACHE/kubernetes-core.yaml"
    "$1/python" - "$2" >"$core" <<'PYTHON'
import sys, yaml
kinds = {"Namespace", "ConfigMap"}
print(yaml.safe_dump_all([one for one in yaml.safe_load_all(open(sys.argv[1])) if one["kind"] in kinds]))
PYTHON
    "$1/kubernetes-validate" --strict "$core"
}

# check_compose: Compose reads it, with and without the profile; every file that it mounts is there; the server runs alone without the profile.
check_compose() {
    local file made
    export ENGRAM_PASSWORD=a ENGRAM_EXPORTER_PASSWORD=b ENGRAM_GRAFANA_PASSWORD=c
    [ "$(compose -f docker/compose.yaml config --services)" = server ] || die "Without the profile more than the server runs."
    compose -f docker/compose.yaml --profile monitoring config -q
    made="$CACHE/compose.txt"
    compose -f docker/compose.yaml --profile monitoring config >"$made"
    while read -r file; do
        [ -e "$file" ] || die "docker/compose.yaml mounts $file, which is not there."
    done < <(sed -n "s|^ *source: \($ROOT/.*\)|\1|p" "$made")
    "$TOOLS/python" tests/deploy/compose.py "$made" || die "docker/compose.yaml would not start, or is open to other machines: see above."
}

# check_build_context: with the files alone that docker/Dockerfile.dockerignore lets through, cargo knows the whole workspace.
check_build_context() {
    local place kept
    place=$(mktemp -d "$CACHE/context-XXXXXX")
    while read -r kept; do
        mkdir -p "$place/$(dirname "$kept")"
        # Only what is committed: target directories stay.
        git ls-files -z -- "$kept" | xargs -0 -r cp --parents -t "$place"
    done < <(sed -n 's/^!//p' docker/Dockerfile.dockerignore)
    while read -r kept; do
        [ -e "$place/$kept" ] || die "docker/Dockerfile copies $kept, which the build context leaves out."
    done < <(sed -n 's/^COPY \(--chmod=[0-9]* \)\?\([a-zA-Z][^ ]*\) [^ ]*$/\2/p' docker/Dockerfile | grep -v '^\.$')
    (cd "$place" && cargo metadata --locked --format-version 1 --no-deps >/dev/null) ||
        die "The build context of docker/Dockerfile is not a whole workspace."
    rm -rf "$place"
}
