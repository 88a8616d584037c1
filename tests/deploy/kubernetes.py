"""What kustomize makes: kubernetes.py FILE MAJOR.

Kinds of Kubernetes itself are checked against its schemas (kubernetes-validate --strict, in scripts/validate-deploy). No schema of the operators'
kinds can be had from the registries, so that here is, for each of them, the part of it that is used, closed: a field that is not listed is refused.
"""

import re
import sys
from pathlib import Path

import jsonschema
import yaml


def closed(required: str = "", **properties):
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


def listed(items, least=1):
    return {"type": "array", "items": items, "minItems": least}


TEXT = {"type": "string", "minLength": 1}
TRUTH = {"type": "boolean"}
NAME = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
QUANTITY = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?(m|[KMGT]i?)?$"}
DURATION = {"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}
IMAGE = {"type": "string", "pattern": r"^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+:[A-Za-z0-9._-]+$"}
METADATA = closed("name namespace", name=NAME, namespace=NAME, labels=TEXTS, annotations=TEXTS)
AMOUNTS = {"type": "object", "propertyNames": {"enum": ["cpu", "memory", "hugepages-2Mi"]}, "additionalProperties": QUANTITY}
RELABEL = closed(
    "", sourceLabels=listed(TEXT), targetLabel=TEXT, regex=TEXT, replacement=TEXT, separator=TEXT,
    action={"enum": ["replace", "keep", "drop", "labelmap", "labeldrop", "labelkeep"]},
)


def resource(version: str, kind: str, spec):
    return closed("apiVersion kind metadata spec", apiVersion={"const": version}, kind={"const": kind}, metadata=METADATA, spec=spec)


CLUSTER = resource("postgresql.cnpg.io/v1", "Cluster", closed(
    "instances imageName postgresql bootstrap storage resources monitoring",
    instances={"type": "integer", "minimum": 1},
    imageName=IMAGE,
    postgresql=closed(
        "shared_preload_libraries parameters",
        shared_preload_libraries=listed(TEXT),
        # The operator takes text alone.
        parameters=TEXTS,
        extensions=listed(closed("name image", name={"type": "string", "pattern": "^[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"},
                                 image=closed("reference", reference=IMAGE, pullPolicy=TEXT),
                                 extension_control_path=listed(TEXT), dynamic_library_path=listed(TEXT), ld_library_path=listed(TEXT))),
    ),
    bootstrap=closed("initdb", initdb=closed("database owner", database=TEXT, owner=TEXT, encoding=TEXT, postInitApplicationSQL=listed(TEXT))),
    storage=closed("size", size=QUANTITY, storageClass=TEXT),
    resources=closed("limits", requests=AMOUNTS, limits=AMOUNTS),
    monitoring=closed("customQueriesConfigMap", customQueriesConfigMap=listed(closed("name key", name=NAME, key=TEXT))),
))
DATABASE = resource("postgresql.cnpg.io/v1", "Database", closed(
    "name owner cluster extensions", name=TEXT, owner=TEXT, cluster=closed("name", name=NAME),
    extensions=listed(closed("name", name=TEXT, ensure={"enum": ["present", "absent"]}, version=TEXT, schema=TEXT)),
))
PODMONITOR = resource("monitoring.coreos.com/v1", "PodMonitor", closed(
    "selector podMetricsEndpoints",
    selector=closed("matchLabels", matchLabels=TEXTS),
    podMetricsEndpoints=listed(closed("port", port=TEXT, interval=DURATION, path=TEXT, relabelings=listed(RELABEL), metricRelabelings=listed(RELABEL))),
))
RULE = {"oneOf": [
    closed("record expr", record=TEXT, expr=TEXT, labels=TEXTS),
    closed("alert expr labels annotations", **{"alert": TEXT, "expr": TEXT, "for": DURATION, "labels": TEXTS, "annotations": TEXTS}),
]}
PROMETHEUSRULE = resource("monitoring.coreos.com/v1", "PrometheusRule", closed(
    "groups", groups=listed(closed("name rules", name=TEXT, interval=DURATION, rules=listed(RULE)))))
OURS = {"Cluster": CLUSTER, "Database": DATABASE, "PodMonitor": PODMONITOR, "PrometheusRule": PROMETHEUSRULE}
THEIRS = {"Namespace", "ConfigMap"}


def forms(resources) -> list[str]:
    wrong = []
    for one in resources:
        if one["kind"] in OURS:
            for error in jsonschema.Draft202012Validator(OURS[one["kind"]]).iter_errors(one):
                wrong.append(f"{one['kind']} {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}")
        elif one["kind"] not in THEIRS:
            wrong.append(f"there is a {one['kind']}, which nothing checks")
    return wrong


def relations(resources, major: int) -> list[str]:
    """What has to agree between resources."""
    wrong = []

    def must(truth, text):
        if not truth:
            wrong.append(text)

    by_kind = {}
    for one in resources:
        by_kind.setdefault(one["kind"], {})[one["metadata"]["name"]] = one
    for kind in [*OURS, *THEIRS]:
        must(kind in by_kind, f"there is no {kind}")
    if wrong:
        return wrong
    (cluster,) = by_kind["Cluster"].values()
    spec = cluster["spec"]
    must("engram" in spec["postgresql"]["shared_preload_libraries"], "engram is not preloaded")
    must(re.search(rf":{major}[.-]", spec["imageName"]), f"the image {spec['imageName']} is not of PostgreSQL {major}")
    extensions = [extension["name"] for extension in spec["postgresql"].get("extensions", [])]
    if major >= 18:
        must(extensions == ["pgvector", "engram"], f"mounted are {extensions}")
        for extension in spec["postgresql"].get("extensions", []):
            must(re.search(rf"(:|-){major}(-|$)", extension["image"]["reference"]), f"{extension['name']} is not built for {major}")
    else:
        must(not extensions, "image volumes need PostgreSQL 18")
    for wanted in spec["monitoring"]["customQueriesConfigMap"]:
        queries = by_kind["ConfigMap"].get(wanted["name"])
        must(queries and wanted["key"] in queries["data"], f"there is no ConfigMap {wanted['name']} with {wanted['key']}")
        must(queries and "cnpg.io/reload" in queries["metadata"].get("labels", {}), "the queries are not read again when they change")
    for database in by_kind["Database"].values():
        must(database["spec"]["cluster"]["name"] == cluster["metadata"]["name"], "a database of another cluster")
        must([e["name"] for e in database["spec"]["extensions"]] == ["vector", "engram"], "the extensions of the database")
        must(database["spec"]["name"] == spec["bootstrap"]["initdb"]["database"], "the exporter asks another database")
    for monitor in by_kind["PodMonitor"].values():
        labels = monitor["spec"]["selector"]["matchLabels"]
        must(labels.get("cnpg.io/cluster") == cluster["metadata"]["name"], "another cluster is scraped")
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        must({"targetLabel": "job", "replacement": "engram"} in endpoint["relabelings"], "the job is not called engram")
        # The prefix goes, and nothing else does.
        prefix = next(r for r in endpoint["metricRelabelings"] if "engram" in r["regex"])
        must(re.fullmatch(prefix["regex"], "cnpg_engram_hot_tier_bytes")[1] == "engram_hot_tier_bytes", "the prefix stays")
        must(not re.fullmatch(prefix["regex"], "cnpg_collector_up"), "other metrics are renamed")
    dashboards = by_kind["ConfigMap"]["engram-dashboards"]
    must(len(dashboards["data"]) == 5 and dashboards["metadata"]["labels"].get("grafana_dashboard") == "1", "the dashboards")
    spaces = {one["metadata"].get("namespace") for one in resources if one["kind"] != "Namespace"}
    must(spaces == set(by_kind["Namespace"]), f"namespaces {spaces}")
    for config in by_kind["ConfigMap"].values():
        size = sum(len(text.encode()) for text in config["data"].values())
        must(size < 1_000_000, f"ConfigMap {config['metadata']['name']} has {size} bytes, more than fit")
    return wrong


if __name__ == "__main__":
    made = list(yaml.safe_load_all(Path(sys.argv[1]).read_text()))
    problems = forms(made) or relations(made, int(sys.argv[2]))
    print("\n".join(problems) or f"{len(made)} resources for PostgreSQL {sys.argv[2]} are well formed and belong together")
    sys.exit(bool(problems))
