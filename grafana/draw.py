"""Draws the panels of dashboards by their own queries: draw.py URL MINUTES DASHBOARDS OUT.

There is no Grafana where this runs. The pictures show what the panels show, in the same places and units; they are not screenshots of Grafana.
"""

import json
import re
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.dates as mdates  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.ticker import MultipleLocator  # noqa: E402

COLORS = ["#3274D9", "#E8762B", "#56A64B", "#8F3BB8", "#E0B400", "#1F9AA8", "#E02F44", "#7C8796", "#B877D9", "#37872D"]
NAMED = {"green": "#37872D", "#EAB839": "#E0B400", "red": "#C4162A"}
LINES = 10


def ask(url: str, expr: str, start: float, end: float, step: int):
    parameters = {"query": expr, "start": start, "end": end, "step": step}
    with urllib.request.urlopen(f"{url}/api/v1/query_range?{urllib.parse.urlencode(parameters)}", timeout=60) as answer:
        body = json.load(answer)
    if body["status"] != "success":
        raise RuntimeError(body)
    return body["data"]["result"]


def filled(expr: str) -> str:
    return re.sub(r"\$(job|instance|node|space)\b", ".+", expr.replace("$__rate_interval", "1m"))


def named(pattern: str, labels: dict) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda m: labels.get(m[1], ""), pattern).strip() or pattern


def scaled(value: float, steps: list[tuple[float, str]]) -> str:
    for size, unit in steps:
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}".strip()
    size, unit = steps[-1]
    return f"{value / size:.3g} {unit}".strip()


def written(value: float, unit: str) -> str:
    if value != value:
        return "-"
    if unit == "percentunit":
        return f"{100 * value:,.0f}%" if abs(value) >= 10 else f"{100 * value:.3g}%"
    if value == 0:
        return {"s": "0 s", "bytes": "0 B", "ops": "0/s"}.get(unit, "0")
    if unit == "s":
        return scaled(value, [(86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs")])
    if unit == "bytes":
        return scaled(value, [(2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")])
    text = scaled(value, [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")]) if abs(value) >= 1 else f"{value:.3g}"
    return f"{text}/s" if unit == "ops" else text


def series_of(url: str, panel: dict, start: float, end: float, step: int):
    """(legend, times, values) of each series, largest last value first."""
    found = []
    for target in panel["targets"]:
        for one in ask(url, filled(target["expr"]), start, end, step):
            times = np.array([float(t) for t, _ in one["values"]])
            values = np.array([float(v) for _, v in one["values"]])
            found.append((named(target["legendFormat"], one["metric"]), times, values))
    # Of many series those that are always zero only fill the legend.
    if len(found) > 6 and panel["type"] == "timeseries":
        found = [one for one in found if np.nan_to_num(one[2]).any()] or found[:1]
    return sorted(found, key=lambda one: (-np.nan_to_num(one[2][-1]), one[0]))


def steps_of(panel: dict):
    return [(s.get("value"), NAMED.get(s["color"], s["color"])) for s in panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])]


def draw_number(ax, panel, found, unit):
    ax.set_xticks([])
    ax.set_yticks([])
    value = found[0][2][-1] if found else float("nan")
    color = NAMED["green"]
    for least, named_color in steps_of(panel):
        if least is None or value >= least:
            color = named_color
    text = written(value, unit)
    for mapping in panel["fieldConfig"]["defaults"].get("mappings") or []:
        if f"{value:g}" in mapping["options"]:
            text = mapping["options"][f"{value:g}"]["text"]
    ax.set_facecolor(color)
    ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes, fontsize=19, color="white", fontweight="bold")


def on_time(ax, start, end):
    ax.set_xlim(mdates.date2num(np.datetime64(int(start), "s")), mdates.date2num(np.datetime64(int(end), "s")))
    # Six or so labels, at whole minutes.
    ax.xaxis.set_major_locator(mdates.MinuteLocator(byminute=range(0, 60, next((n for n in (1, 2, 5, 10, 15) if 60 * n >= (end - start) / 7), 30))))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))


def dates(times):
    return mdates.date2num(times.astype("int64").astype("datetime64[s]"))


def draw_lines(ax, panel, found, unit, start, end):
    stacked = panel["fieldConfig"]["defaults"].get("custom", {}).get("stacking", {}).get("mode") == "normal"
    labels = [f"{name}  {written(values[-1], unit)}" for name, _, values in found]
    if stacked and found:
        grid = np.unique(np.concatenate([times for _, times, _ in found]))
        rows = np.zeros((len(found), len(grid)))
        for row, (_, times, values) in zip(rows, found):
            row[np.searchsorted(grid, times)] = np.nan_to_num(values)
        ax.stackplot(dates(grid), rows, labels=labels, colors=[COLORS[i % len(COLORS)] for i in range(len(found))], alpha=0.75)
    else:
        for at, (_, times, values) in enumerate(found[:LINES]):
            ax.plot(dates(times), values, color=COLORS[at % len(COLORS)], linewidth=1.3, label=labels[at])
    top = ax.get_ylim()[1]
    # Room for the legend above the curves.
    rows = min(len(found), LINES) if len(found) <= 5 else -(-len(found) // 2)
    ax.set_ylim(0, top * (1 + 0.075 * rows))
    if unit == "bytes" and top > 0:
        ax.yaxis.set_major_locator(MultipleLocator(2.0 ** np.ceil(np.log2(max(top, 8) / 6))))
    for least, color in steps_of(panel):
        # A threshold far above the curve would flatten it.
        if least and least <= 1.3 * top:
            ax.axhline(least, color=color, linewidth=0.9, linestyle="--")
    if found:
        ax.legend(loc="upper left", fontsize=6.3, frameon=True, framealpha=0.8, ncol=2 if len(found) > 5 else 1, borderpad=0.3, labelspacing=0.2)
    on_time(ax, start, end)


def draw_bars(ax, panel, found, unit):
    places = range(len(found))
    ax.barh(list(places), [np.nan_to_num(values[-1]) for _, _, values in found], color=COLORS[0])
    ax.set_yticks(list(places), [name for name, _, _ in found], fontsize=7)
    for at, (_, _, values) in enumerate(found):
        ax.text(np.nan_to_num(values[-1]), at, f" {written(values[-1], unit)}", va="center", fontsize=7)
    ax.margins(x=0.2)
    ax.invert_yaxis()


def draw_heat(ax, panel, found, unit, start, end):
    """Buckets are cumulative: what a cell shows is the difference from the one below."""
    found = sorted(((float(name.replace("+Inf", "inf")), times, values) for name, times, values in found), key=lambda one: one[0])
    grid = np.unique(np.concatenate([times for _, times, _ in found]))
    rows = np.zeros((len(found), len(grid)))
    for row, (_, times, values) in zip(rows, found):
        row[np.searchsorted(grid, times)] = np.nan_to_num(values)
    cells = np.clip(np.diff(rows, axis=0, prepend=0), 0, None)
    edges = np.append(dates(grid), dates(np.array([grid[-1] + 1])))
    ax.pcolormesh(edges, np.arange(len(found) + 1), cells, cmap="Blues")
    ax.set_yticks(np.arange(len(found)) + 0.5, ["more" if bound == float("inf") else f"≤ {written(bound, unit)}" for bound, _, _ in found], fontsize=6)
    on_time(ax, start, end)


def draw(url: str, board: dict, out: Path, minutes: float) -> None:
    end = time.time()
    start, step = end - 60 * minutes, max(5, int(60 * minutes / 200))
    tall = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in board["panels"])
    unit_x, unit_y = 0.62, 0.42
    figure = plt.figure(figsize=(24 * unit_x, tall * unit_y + 0.6), facecolor="white")
    height = tall * unit_y + 0.6
    figure.text(0.01, 1 - 0.3 / height, board["title"], fontsize=15, fontweight="bold", va="center")
    figure.text(0.99, 1 - 0.3 / height, "drawn by matplotlib from the panels' queries; not Grafana", fontsize=8, color="#666666", ha="right", va="center")
    for panel in board["panels"]:
        place = panel["gridPos"]
        left, width = place["x"] / 24, place["w"] / 24
        low = 1 - (0.6 + (place["y"] + place["h"]) * unit_y) / height
        if panel["type"] == "row":
            figure.text(0.01, low + 0.4 * unit_y / height, panel["title"], fontsize=11, color="#333333", va="center")
            continue
        number = panel["type"] == "stat"
        pad_left, pad_low, pad_top = (0.006, 0.1, 0.26) if number else (0.052, 0.26, 0.3)
        ax = figure.add_axes((left + pad_left, low + pad_low / height, width - pad_left - 0.008, (place["h"] * unit_y - pad_low - pad_top) / height))
        unit = panel["fieldConfig"]["defaults"]["unit"]
        ax.set_title(panel["title"], fontsize=9, loc="left", pad=3)
        ax.tick_params(labelsize=7)
        found = series_of(url, panel, start, end, step)
        if not found and not number:
            ax.text(0.5, 0.5, "no data", ha="center", va="center", transform=ax.transAxes, color="#888888")
        elif number:
            draw_number(ax, panel, found, unit)
        elif panel["type"] == "heatmap":
            draw_heat(ax, panel, found, unit, start, end)
        elif panel["type"] == "bargauge":
            draw_bars(ax, panel, found, unit)
            ax.xaxis.set_major_formatter(lambda value, _, unit=unit: written(value, unit))
        else:
            ax.grid(color="#E5E5E5", linewidth=0.6)
            draw_lines(ax, panel, found, unit, start, end)
            ax.yaxis.set_major_formatter(lambda value, _, unit=unit: written(value, unit))
        for side in ["top", "right"]:
            ax.spines[side].set_visible(number)
    figure.savefig(out, dpi=90, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    address, minutes, source, target = sys.argv[1].rstrip("/"), float(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    for file in sorted(source.glob("*.json")):
        draw(address, json.loads(file.read_text()), target / f"{file.stem}.png", minutes)
        print(target / f"{file.stem}.png")
