# What scripts/monitoring and the test of deployment share.

# generate_monitoring ROOT: writes below ROOT what is generated.
generate_monitoring() {
    grafana_tools
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$ROOT/grafana" "$TOOLS/python" -m generate "$1"
}

# check_generated: generated anew elsewhere, the files are the same byte for byte.
check_generated() {
    local fresh file
    fresh=$(mktemp -d "$CACHE/generated-XXXXXX")
    mkdir -p "$fresh/grafana/dashboards" "$fresh/docker/kubernetes/base"
    cp -r grafana/prometheus "$fresh/grafana/prometheus"
    generate_monitoring "$fresh"
    for file in grafana/dashboards docker/kubernetes/base/prometheusrule.yaml; do
        diff -ru "$file" "$fresh/$file" ||
            die "$file is not what its generator gives: run ./scripts/monitoring generate and commit it."
    done
    rm -rf "$fresh"
}

check_monitoring() {
    check_generated
    "$TOOLS/python" tests/deploy/dashboards.py lint "$ROOT"
    "$TOOLS/python" tests/deploy/runbooks.py "$ROOT"
    promtool check rules --lint=all --lint-fatal grafana/prometheus/recording.yaml grafana/prometheus/alerts.yaml
    promtool test rules grafana/prometheus/tests/alerts.yaml
    check_prometheus_config
    amtool check-config docker/compose/alertmanager.yaml
}

# The files of the image in their places: promtool reads the rules that a configuration names.
check_prometheus_config() {
    local place
    place=$(mktemp -d "$CACHE/prometheus-XXXXXX")
    sed "s|/etc/prometheus/rules|$ROOT/grafana/prometheus|" docker/compose/prometheus.yaml >"$place/prometheus.yaml"
    promtool check config --lint=all --lint-fatal "$place/prometheus.yaml"
    rm -rf "$place"
}

# draw_dashboards URL MINUTES
draw_dashboards() {
    grafana_tools
    mkdir -p docs/dashboards
    PYTHONDONTWRITEBYTECODE=1 "$TOOLS/python" grafana/draw.py "$1" "$2" grafana/dashboards docs/dashboards
}
