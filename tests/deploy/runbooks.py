"""Each alert has what it needs, a section in a runbook, a case in which it fires and one in which it does not: runbooks.py ROOT."""

import re
import sys
from pathlib import Path

import yaml

PROMISED = """EngramDown EngramExporterFailing HighRecallLatency HighMemoryOperationLatency HighErrorRate StorageTierNearCapacity
ActiveMemoryGrowthUnbounded HotTierEvictionStorm HotTierNotLoaded ConsolidationStale ConsolidationFailureStreak NoveltyStagnation
ConsolidationCadenceMissed ConsolidationPublishDelayed WorkerHeartbeatLost ReinforcementLag RecallEmptyRateHigh SnapshotDiscarded
StandbyLag""".split()
PARTS = ["**Means.**", "**Confirm.**", "**Do.**", "**Prevent.**"]
METRIC = re.compile(r"\b((?:engram|pg)_[a-z_]+[a-z])\b")


def anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def sections(page: Path) -> dict[str, str]:
    found = {}
    for part in re.split(r"^## ", page.read_text(), flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        found[anchor(heading)] = body
    return found


def check(root: Path) -> list[str]:
    wrong = []
    groups = yaml.safe_load((root / "grafana/prometheus/alerts.yaml").read_text())["groups"]
    rules = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    wrong += [f"{name} is promised and not there" for name in PROMISED if name not in rules]
    index = (root / "docs/operations/runbooks/README.md").read_text()
    for name, rule in rules.items():
        notes = rule["annotations"]
        if rule["labels"].get("severity") not in ("critical", "warning", "info"):
            wrong.append(f"{name} has no severity")
        for key in ["summary", "description", "runbook_url"]:
            if not notes.get(key):
                wrong.append(f"{name} has no {key}")
        if "$value" not in notes["description"]:
            wrong.append(f"{name} does not say its value")
        path, _, section = notes["runbook_url"].partition("#")
        body = sections(root / path).get(section) if (root / path).is_file() else None
        if body is None or section != name.lower():
            wrong.append(f"{name} points to {notes['runbook_url']}, which is not there")
            continue
        wrong += [f"{notes['runbook_url']} has no {part}" for part in PARTS if part not in body]
        if "```sql" not in body:
            wrong.append(f"{notes['runbook_url']} has no SQL")
        row = f"| {name} | {rule['labels']['severity']} | [{Path(path).stem}]({Path(path).name}#{section}) |"
        if row not in index:
            wrong.append(f"the index of runbooks has no line {row}")
    tests = yaml.safe_load((root / "grafana/prometheus/tests/alerts.yaml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    for name in rules:
        if not any(case["alertname"] == name and case["exp_alerts"] for case in cases):
            wrong.append(f"{name} has no case in which it fires")
        if not any(case["alertname"] == name and not case["exp_alerts"] for case in cases):
            wrong.append(f"{name} has no case in which it does not fire")
    return wrong + unknown_metrics(root, groups)


def unknown_metrics(root: Path, groups) -> list[str]:
    """Metrics that rules or dashboards name and that queries.yaml does not make."""
    import json

    queries = root / "grafana/queries.yaml"
    if not queries.is_file():
        return ["grafana/queries.yaml is not there"]
    # What exporters have of themselves, and of pg_settings.
    made = {"pg_up", "pg_exporter_last_scrape_error", "pg_stat_activity_count", "pg_settings_max_connections", "pg_settings_engram_max_workers",
            "pg_settings_engram_reinforce_interval_seconds"}
    for namespace, query in yaml.safe_load(queries.read_text()).items():
        for column in query["metrics"]:
            ((name, how),) = column.items()
            made.add(f"{namespace}_{name}")
            if how["usage"] == "HISTOGRAM":
                made |= {f"{namespace}_{name}_{part}" for part in ("bucket", "sum", "count")}
    texts = [(rule.get("alert") or rule["record"], rule["expr"]) for group in groups for rule in group["rules"]]
    recording = yaml.safe_load((root / "grafana/prometheus/recording.yaml").read_text())["groups"]
    texts += [(rule["record"], rule["expr"]) for group in recording for rule in group["rules"]]
    for board in sorted((root / "grafana/dashboards").glob("*.json")):
        texts += [(board.name, expr) for expr in exprs(json.loads(board.read_text()))]
    wrong = []
    for where, expr in texts:
        # Recorded series have colons, and are made by rules.
        plain = re.sub(r"\w+:[\w:]+", "", re.sub(r'"[^"]*"', "", expr))
        wrong += [f"{where} names {name}, which no query makes" for name in METRIC.findall(plain) if name not in made]
    return sorted(set(wrong))


def exprs(node):
    if isinstance(node, dict):
        if "expr" in node:
            yield node["expr"]
        for value in node.values():
            yield from exprs(value)
    elif isinstance(node, list):
        for value in node:
            yield from exprs(value)


if __name__ == "__main__":
    problems = check(Path(sys.argv[1]))
    print("\n".join(problems) or "alerts, runbooks, cases and metrics belong together")
    sys.exit(bool(problems))
