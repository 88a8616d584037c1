"""The rules for a test that cannot wait: python -m generate.shorten ROOT OUT FACTOR WEBHOOK.

Writes OUT/recording.yaml, OUT/alerts.yaml and OUT/alertmanager.yaml. Durations, and nothing else, are divided by FACTOR:

- `for` and `interval` of rules and groups (an interval is at least 2 s, the time between two scrapes of the test);
- windows of ranges, as in [5m] (at least 10 s: five scrapes);
- limits of age: the number that something named ..._seconds, which grows while something waits, is compared with (AGES below).

Other limits stay as they are: bytes, ratios, counts, latencies. So does everything that has a name. tests/deploy/shortened.py compares what comes out
with what was shipped. Alertmanager's waits before a group of alerts is sent become 1 s, and its receiver is WEBHOOK.
"""

import re
import sys
from pathlib import Path

import yaml

SCRAPE = 2
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
WINDOW = re.compile(r"\[(\d+)([smhd])\]")
AGES = re.compile(r"\b(engram_(?:worker_heartbeat_age|reinforcement_lag|standby_lag|consolidation_freshness|stats_reset_timestamp)_seconds) ([<>]) (\d+)(?![\d.])")


def seconds(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def expression(text: str, factor: int) -> str:
    text = WINDOW.sub(lambda m: f"[{max(5 * SCRAPE, seconds(m[1] + m[2]) // factor)}s]", text)
    return AGES.sub(lambda m: f"{m[1]} {m[2]} {-(-int(m[3]) // factor)}", text)


def shortened(text: str, factor: int) -> str:
    document = yaml.safe_load(text)
    for group in document["groups"]:
        group["interval"] = f"{max(SCRAPE, seconds(group['interval']) // factor)}s"
        for rule in group["rules"]:
            rule["expr"] = expression(rule["expr"], factor)
            if "for" in rule:
                rule["for"] = f"{max(1, seconds(rule['for']) // factor)}s"
    return yaml.safe_dump(document, sort_keys=False, width=160)


def alertmanager(text: str, webhook: str) -> str:
    document = yaml.safe_load(text)
    for route in [document["route"], *document["route"]["routes"]]:
        route.update({"group_wait": "1s", "group_interval": "1s"})
    for receiver in document["receivers"]:
        receiver["webhook_configs"] = [{"url": webhook, "send_resolved": True}]
    return yaml.safe_dump(document, sort_keys=False)


if __name__ == "__main__":
    root, out, divisor, address = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    for name in ["recording.yaml", "alerts.yaml"]:
        (out / name).write_text(shortened((root / "grafana/prometheus" / name).read_text(), divisor))
    (out / "alertmanager.yaml").write_text(alertmanager((root / "docker/compose/alertmanager.yaml").read_text(), address))
