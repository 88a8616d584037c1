"""The rules of grafana/prometheus as one PrometheusRule."""

from pathlib import Path

import yaml


def rules(root: Path) -> str:
    groups = []
    for name in ["recording.yaml", "alerts.yaml"]:
        groups += yaml.safe_load((root / "grafana/prometheus" / name).read_text())["groups"]
    resource = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "engram"},
        "spec": {"groups": groups},
    }
    return "# Written by scripts/monitoring generate.\n" + yaml.safe_dump(resource, sort_keys=False, width=160)
