"""Shortened rules are the shipped rules with other durations: shortened.py SHIPPED SHORT FACTOR (directories).

It knows nothing of how they were made: expressions are compared word by word, and a word may differ only where a duration stands, and only
by the factor.
"""

import re
import sys
from pathlib import Path

import yaml

WORD = re.compile(r'"[^"]*"|[A-Za-z_:][\w:]*|\d+(?:\.\d+)?[smhd]?|\S')
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]] if text[-1] in UNITS else int(text)


def is_shorter(before: str, after: str, factor: int, least: int) -> bool:
    return seconds(after) == max(least, seconds(before) // factor)


def is_younger(before: str, after: str, factor: int) -> bool:
    """Rounded up, so that only 0 becomes 0."""
    return int(after) == -(-int(before) // factor)


def compare(before: str, after: str, factor: int) -> tuple[list[str], int]:
    """What is wrong, and how many durations differ."""
    wrong, changed = [], 0
    old, new = WORD.findall(before), WORD.findall(after)
    if len(old) != len(new):
        return [f"{len(old)} words became {len(new)}: {after}"], 0
    for at, (was, word) in enumerate(zip(old, new)):
        if was == word:
            continue
        changed += 1
        window = old[at - 1] == "[" and old[at + 1] == "]"
        # An age, or `time() - ..._seconds < 900`.
        age = old[at - 1] in "<>" and old[at - 2].endswith("_seconds")
        if not (window and is_shorter(was, word, factor, 10) or age and is_younger(was, word, factor)):
            wrong.append(f"{was} became {word} in {after}")
    return wrong, changed


def rules(file: Path):
    return [(group, rule) for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def rest(rule: dict) -> dict:
    return {key: value for key, value in rule.items() if key not in ("expr", "for")}


def main(shipped: Path, short: Path, factor: int) -> int:
    wrong, changed, count = [], 0, 0
    for name in ["recording.yaml", "alerts.yaml"]:
        old, new = rules(shipped / name), rules(short / name)
        if len(old) != len(new):
            wrong.append(f"{name}: {len(old)} rules became {len(new)}")
        for (old_group, was), (new_group, rule) in zip(old, new):
            count += 1
            found, differing = compare(was["expr"], rule["expr"], factor)
            wrong += found
            changed += differing
            if ("for" in was) != ("for" in rule) or "for" in was and not is_shorter(was["for"], rule["for"], factor, 1):
                wrong.append(f"for: {was.get('for')} became {rule.get('for')} in {was.get('alert')}")
            if not is_shorter(old_group["interval"], new_group["interval"], factor, 2):
                wrong.append(f"interval: {old_group['interval']} became {new_group['interval']}")
            if rest(was) != rest(rule) or old_group["name"] != new_group["name"]:
                wrong.append(f"more than durations differ: {rule}")
    # The comparison itself notices what it is there for.
    for before, after in [("a > 5", "a > 4"), ("x[5m] > 1", "x[5m] >= 1"), ('x{a="1"} > 1', 'x{a="2"} > 1'), ("b_ratio > 900", "b_ratio > 45"), ("x[5m]", "x[20s]")]:
        if not compare(before, after, factor)[0]:
            wrong.append(f"unnoticed: {before} became {after}")
    print("\n".join(wrong) or f"{count} rules: {changed} durations in expressions are {factor} times shorter, nothing else differs")
    return bool(wrong) or changed == 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
