"""Writes the dashboards, and the alerts as a resource of the Prometheus operator: python -m generate ROOT."""

import sys
from pathlib import Path

from generate import api_performance, consolidation, memory_operations, operator, storage_tiers, system_overview
from generate.panels import render

DASHBOARDS = [system_overview, memory_operations, storage_tiers, api_performance, consolidation]


def main(root: Path) -> None:
    for module in DASHBOARDS:
        board = module.BOARD
        (root / "grafana/dashboards" / f"{board.name}.json").write_text(render(board))
    (root / "docker/kubernetes/base/prometheusrule.yaml").write_text(operator.rules(root))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
