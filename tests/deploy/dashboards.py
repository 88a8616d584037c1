"""The dashboards: their form, and whether every query of them has data in a real Prometheus.

    dashboards.py lint ROOT
    dashboards.py query ROOT URL [DASHBOARD...]
"""

import json
import math
import re
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

NAMES = ["system-overview", "memory-operations", "storage-tiers", "api-performance", "consolidation"]
RANGES = re.compile(r"\b(rate|increase|irate)\((.*?)\[([^\]]+)\]\)", re.S)
COUNTER = re.compile(r"\b[a-z_]+_total\b")


def boards(root: Path, names=NAMES):
    for name in names:
        yield name, json.loads((root / "grafana/dashboards" / f"{name}.json").read_text())


def panels(board):
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel.get("panels") or []
        else:
            yield panel


def lint_board(name: str, board: dict) -> list[str]:
    wrong = []
    if board["uid"] != f"engram-{name}":
        wrong.append(f"uid is {board['uid']}")
    variables = {v["name"]: v for v in board["templating"]["list"]}
    sources = [v["name"] for v in variables.values() if v["type"] == "datasource"]
    if sources != ["datasource"]:
        wrong.append(f"datasource variables are {sources}")
    for wanted in ["job", "instance"]:
        if wanted not in variables:
            wrong.append(f"there is no variable {wanted}")
    for variable in variables.values():
        if variable["type"] == "query" and (variable.get("allValue") != ".+" or not variable.get("includeAll")):
            wrong.append(f"variable {variable['name']} has no allValue .+")
        if variable["type"] == "query" and variable["datasource"]["uid"] != "$datasource":
            wrong.append(f"variable {variable['name']} has another datasource")
    titles, identities, places = set(), set(), set()
    for panel in panels(board):
        what = f"panel {panel.get('title')!r}"
        defaults = panel["fieldConfig"]["defaults"]
        for key, value in [("title", panel.get("title")), ("description", panel.get("description")), ("unit", defaults.get("unit"))]:
            if not value:
                wrong.append(f"{what} has no {key}")
        if panel["title"] in titles:
            wrong.append(f"{what} is there twice")
        titles.add(panel["title"])
        if panel["id"] in identities:
            wrong.append(f"{what} has the id of another one")
        identities.add(panel["id"])
        place = tuple(panel["gridPos"][k] for k in "xywh")
        if place[0] + place[2] > 24 or (place[0], place[1]) in places:
            wrong.append(f"{what} lies at {place}")
        places.add((place[0], place[1]))
        if panel["datasource"]["uid"] != "$datasource":
            wrong.append(f"{what} has another datasource")
        if not panel["targets"]:
            wrong.append(f"{what} asks nothing")
        for target in panel["targets"]:
            wrong += [f"{what}: {problem}" for problem in lint_query(target)]
    return wrong


def lint_query(target: dict) -> list[str]:
    wrong, expr = [], target["expr"]
    if not target.get("refId"):
        wrong.append("a query has no refId")
    if target["datasource"]["uid"] != "$datasource":
        wrong.append("a query has another datasource")
    if "legendFormat" not in target or not target["legendFormat"]:
        wrong.append("a query has no legend")
    for _, _, window in RANGES.findall(expr):
        if window != "$__rate_interval":
            wrong.append(f"a rate over {window}")
    # What is left when rates are taken away must hold no counter.
    if COUNTER.search(RANGES.sub("", expr)):
        wrong.append(f"a counter outside of rate and increase: {expr}")
    if "$instance" not in expr and "$node" not in expr:
        wrong.append(f"no variable selects the instance: {expr}")
    return wrong


def lint(root: Path) -> int:
    found = [f"{name}: {problem}" for name, board in boards(root) for problem in lint_board(name, board)]
    print("\n".join(found) or "the dashboards are well formed")
    return bool(found)


def ask(url: str, path: str, **parameters):
    with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(parameters, doseq=True)}", timeout=30) as answer:
        body = json.load(answer)
    if body["status"] != "success":
        raise RuntimeError(body.get("error"))
    return body["data"]


def filled(expr: str, interval: str = "1m") -> str:
    """An expression with the variables at All, as Grafana sends it."""
    return re.sub(r"\$(job|instance|node|space)\b", ".+", expr.replace("$__rate_interval", interval))


def values_of(url: str, query: str) -> list[str]:
    """What `label_values(metric, label)` gives."""
    series, label = re.fullmatch(r"label_values\((.*), *(\w+)\)", filled(query), re.S).groups()
    return ask(url, f"label/{label}/values", **{"match[]": series})


def query(root: Path, url: str, names: list[str]) -> int:
    wrong, asked = [], 0
    for name, board in boards(root, names or NAMES):
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                asked += 1
                text = variable["query"] if isinstance(variable["query"], str) else variable["query"]["query"]
                if not values_of(url, text):
                    wrong.append(f"{name}: variable {variable['name']} has no value")
        for panel in panels(board):
            for target in panel["targets"]:
                asked += 1
                result = ask(url, "query", query=filled(target["expr"]), time=time.time())["result"]
                where = f"{name}: {panel['title']}: {target['expr']}"
                if not result:
                    wrong.append(f"{where}: no series")
                elif any(not math.isfinite(float(series["value"][1])) for series in result):
                    wrong.append(f"{where}: a value is no number")
    print("\n".join(wrong) or f"{asked} queries have data")
    return bool(wrong)


if __name__ == "__main__":
    if sys.argv[1] == "lint":
        sys.exit(lint(Path(sys.argv[2])))
    sys.exit(query(Path(sys.argv[2]), sys.argv[3].rstrip("/"), sys.argv[4:]))
