# The chain that monitoring is made of, on this machine: a private server, Debian's exporters, Prometheus with our rules, a workload. For the test of
# the dashboards' queries and for their pictures. Only loopback addresses and Unix sockets; whatever it starts it stops by its process id.

# start_chain PG_CONFIG [RULES [SETTING...]]: sets CHAIN (a directory of its own) and PROMETHEUS (an address). The extension is installed for that
# server. The directory RULES has recording.yaml and alerts.yaml; with an alertmanager.yaml, Alertmanager runs too, and is told of alerts.
start_chain() {
    local bin base settings setting rules=${2:-$ROOT/grafana/prometheus}
    base=$((20000 + 10 * ($$ % 1200)))
    bin=$("$1" --bindir)
    debian_tool prometheus-postgres-exporter usr/bin/prometheus-postgres-exporter
    local exporter=$TOOL
    debian_tool prometheus-node-exporter usr/bin/prometheus-node-exporter
    local node=$TOOL
    debian_tool prometheus usr/bin/prometheus
    local prometheus=$TOOL
    CHAIN=$(mktemp -d /tmp/engram-chain-XXXXXX)
    CHAIN_BIN=$bin
    CHAIN_PIDS=()
    trap stop_chain EXIT
    [ "$(id -u)" -ne 0 ] || chown postgres: "$CHAIN"
    chmod 755 "$CHAIN"
    quietly chain-initdb as_server "$bin/initdb" -D "$CHAIN/data" -U postgres --auth=trust --encoding=UTF8 --locale=C
    settings="shared_preload_libraries = 'engram'\nengram.hot_tier_size = '64MB'\nengram.consolidation_interval = '5s'\n"
    settings+="listen_addresses = '127.0.0.1'\nport = $((base + 3))\nunix_socket_directories = '$CHAIN'\nfsync = off\n"
    for setting in "${@:3}"; do settings+="$setting\n"; done
    printf '%b' "$settings" | as_server tee -a "$CHAIN/data/postgresql.conf" >/dev/null
    quietly chain-start as_server "$bin/pg_ctl" -D "$CHAIN/data" -l "$CHAIN/log" -w start
    # What the image does with a new cluster, and how it knows that it is well.
    echo "a password's ' quote" | as_server tee "$CHAIN/password" >/dev/null
    CHAIN_ENV=(PGHOST="$CHAIN" PGPORT="$((base + 3))" PATH="$bin:$PATH" POSTGRES_USER=postgres POSTGRES_DB=postgres)
    in_image health && die "docker/health finds a server well that has no extension."
    quietly chain-initdb.sh in_image initdb.sh ENGRAM_EXPORTER_PASSWORD_FILE="$CHAIN/password"
    in_image health || die "docker/health does not find the server well."
    PROMETHEUS="http://127.0.0.1:$base"
    {
        echo "global: {scrape_interval: 2s, evaluation_interval: 5s}"
        echo "rule_files: [$rules/recording.yaml, $rules/alerts.yaml]"
        [ ! -e "$rules/alertmanager.yaml" ] ||
            echo "alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:$((base + 4))']}]}]}"
        echo "scrape_configs:"
        echo "  - {job_name: engram, static_configs: [{targets: ['127.0.0.1:$((base + 1))'], labels: {instance: server}}]}"
        echo "  - {job_name: node, static_configs: [{targets: ['127.0.0.1:$((base + 2))'], labels: {instance: server}}]}"
    } >"$CHAIN/prometheus.yaml"
    export DATA_SOURCE_NAME="host=$CHAIN port=$((base + 3)) user=engram_exporter dbname=postgres sslmode=disable"
    in_chain exporter "$exporter" --extend.query-path="$ROOT/grafana/queries.yaml" --web.listen-address="127.0.0.1:$((base + 1))"
    CHAIN_EXPORTER=$!
    # The first scrape finds it.
    for _ in {1..100}; do
        (: <"/dev/tcp/127.0.0.1/$((base + 1))") 2>/dev/null && break
        sleep 0.1
    done
    in_chain node "$node" --web.listen-address="127.0.0.1:$((base + 2))"
    in_chain prometheus "$prometheus" --config.file="$CHAIN/prometheus.yaml" --storage.tsdb.path="$CHAIN/prometheus" --web.listen-address="127.0.0.1:$base"
    [ -e "$rules/alertmanager.yaml" ] || return 0
    unpacked_alertmanager
    in_chain alertmanager env --chdir="$SHARE" "$TOOL" --config.file="$rules/alertmanager.yaml" --storage.path="$CHAIN/alertmanager" \
        --web.listen-address="127.0.0.1:$((base + 4))" --cluster.listen-address=
}

# unpacked_alertmanager: sets TOOL and SHARE. Debian's build reads its templates below /usr/share and has no option for another place; a copy
# of it has a path of the same length instead that means its working directory, which has to be SHARE.
unpacked_alertmanager() {
    local copy
    debian_tool prometheus-alertmanager usr/bin/prometheus-alertmanager
    SHARE="$CACHE/tools/prometheus-alertmanager/usr/share/prometheus/alertmanager"
    copy="$TOOL-here"
    [ -x "$copy" ] || {
        LC_ALL=C perl -0777 -pe 's{/usr/share/prometheus/alertmanager}{"./" x 17}ge' "$TOOL" >"$copy.new"
        chmod 755 "$copy.new" && mv "$copy.new" "$copy"
    }
    TOOL=$copy
}

# in_chain NAME COMMAND...: in the background until stop_chain.
in_chain() {
    local name=$1
    shift
    "$@" >"$LOGS/chain-$name.log" 2>&1 </dev/null &
    CHAIN_PIDS+=($!)
}

chain_psql() { as_server env "${CHAIN_ENV[@]}" psql -X -q -U postgres -d postgres "$@" >/dev/null; }

# in_image SCRIPT [NAME=VALUE]: a script of docker/ in the environment that the image gives it.
in_image() {
    local script=$1
    shift
    as_server env "${CHAIN_ENV[@]}" "$@" sh -s <"$ROOT/docker/$script" 2>>"$LOGS/chain-image.log"
}

# work_chain SECONDS: rounds of the workload, one after the other.
work_chain() {
    local end=$((SECONDS + $1)) script="$CHAIN/workload.sql"
    as_server tee "$script" <tests/deploy/workload.sql >/dev/null
    while [ "$SECONDS" -lt "$end" ]; do
        # Its errors are part of it.
        chain_psql -f "$script" 2>/dev/null || true
        sleep 0.1
    done
}

# fill_chain: memories that come in the background, forty a second or so, until stop_chain.
fill_chain() {
    local script="$CHAIN/fill.sql"
    as_server tee "$script" <tests/deploy/fill.sql >/dev/null
    in_chain fill as_server env "${CHAIN_ENV[@]}" psql -X -q -U postgres -d postgres -f "$script"
}

stop_chain() {
    local pid
    trap - EXIT
    # One of them may have been stopped by a test.
    for pid in "${CHAIN_PIDS[@]}"; do kill "$pid" 2>/dev/null && kill -CONT "$pid" 2>/dev/null || true; done
    as_server "$CHAIN_BIN/pg_ctl" -D "$CHAIN/data" -m immediate -w stop >/dev/null 2>&1 || true
    # Prometheus and Alertmanager write below it until they are gone.
    wait "${CHAIN_PIDS[@]}" 2>/dev/null || true
    cp "$CHAIN/log" "$LOGS/chain-server.log" 2>/dev/null || true
    # Nothing is mounted below it: a plain directory made by mktemp above.
    rm -rf "$CHAIN"
}

# ring_dashboards: each query of each panel and variable has data, after a workload, in a Prometheus that scraped a server.
ring_dashboards() {
    select_postgres
    install_dev
    start_chain "$PG_CONFIG"
    step "a workload of 100 seconds"
    work_chain 100
    grafana_tools
    "$TOOLS/python" tests/deploy/dashboards.py query "$ROOT" "$PROMETHEUS"
    check_evaluation
    stop_chain
}

# check_alerts: alerts fire at a webhook when something is really wrong, and end when it is put right. The rules are the shipped ones with shorter
# durations.
check_alerts() {
    local factor=20 port rules="$CACHE/short"
    grafana_tools
    mkdir -p "$rules"
    port=$((20005 + 10 * ($$ % 1200)))
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$ROOT/grafana" "$TOOLS/python" -m generate.shorten "$ROOT" "$rules" "$factor" "http://127.0.0.1:$port/"
    "$TOOLS/python" tests/deploy/shortened.py grafana/prometheus "$rules" "$factor"
    promtool check rules "$rules/recording.yaml" "$rules/alerts.yaml" >/dev/null
    amtool check-config "$rules/alertmanager.yaml" >/dev/null
    start_chain "$PG_CONFIG" "$rules" "engram.hot_tier_size = '32MB'" "engram.consolidation_interval = '2s'" "engram.reinforce_interval = '1s'" \
        "engram.maintenance_interval = '1s'" "engram.builtin_encoder = off"
    "$TOOLS/python" tests/deploy/chaos.py "$port" "$PROMETHEUS" "$CHAIN" "$CHAIN_BIN" "$CHAIN_EXPORTER"
    stop_chain
}

# check_evaluation: Prometheus could evaluate each rule.
check_evaluation() {
    "$TOOLS/python" - "$PROMETHEUS" <<'PYTHON'
import json, sys, urllib.request
groups = json.load(urllib.request.urlopen(sys.argv[1] + "/api/v1/rules"))["data"]["groups"]
rules = [rule for group in groups for rule in group["rules"]]
wrong = [f"{rule['name']}: {rule['health']} {rule.get('lastError', '')}" for rule in rules if rule["health"] != "ok"]
print("\n".join(wrong) or f"{len(rules)} rules were evaluated")
sys.exit(bool(wrong) or len(rules) != 30)
PYTHON
}
