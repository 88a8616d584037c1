"""What a dashboard of Engram is made of. A dashboard says what it shows; how it looks is decided here, once."""

from dataclasses import dataclass, field

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heat

# What selects series of Engram, and of the host.
ENGRAM = 'job=~"$job",instance=~"$instance"'
NODE = 'instance=~"$node"'
RATE = "$__rate_interval"

GREEN, YELLOW, RED = "green", "#EAB839", "red"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SOURCE = model.DataSourceRef(type_val="prometheus", uid="$datasource")


@dataclass
class Query:
    expr: str
    legend: str


@dataclass
class Panel:
    """kind: stat (one number), lines, stacked, bars (one bar each) or heat (a histogram over time)."""

    title: str
    description: str
    unit: str
    queries: list[Query]
    kind: str = "lines"
    width: int = 12
    # Values from which it is yellow and red; of one colour where they mean nothing.
    warn: float | None = None
    bad: float | None = None
    # Values below which it is red and yellow.
    bad_below: float | None = None
    warn_below: float | None = None
    top: float | None = None
    names: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Row:
    title: str
    panels: list[Panel]


@dataclass
class Variable:
    name: str
    label: str
    query: str


@dataclass
class Board:
    name: str
    title: str
    description: str
    rows: list[Row]
    variables: list[Variable] = field(default_factory=list)


HOST = Variable("node", "Host", "label_values(node_uname_info, instance)")
SPACE = Variable("space", "Space", f"label_values(engram_consolidation_interval_seconds{{{ENGRAM}}}, space)")


def rate(metric: str, by: str = "", where: str = "") -> str:
    """The rate of a counter, summed by labels."""
    labels = f" by ({by}) " if by else " "
    return f"sum{labels}(rate({metric}{{{ENGRAM}{where}}}[{RATE}]))"


def quantile(q: float, histogram: str, by: str, where: str = "") -> str:
    """A quantile by labels, of those alone that were counted at all: the quantile of nothing is no number."""
    buckets = rate(f"{histogram}_bucket", f"{by}, le", where)
    counted = rate(f"{histogram}_count", by, where)
    return f"histogram_quantile({q}, {buckets}) and on ({by}) ({counted} > 0)"


def share(part: str, whole: str) -> str:
    """A share that is 0, and not no number, where there is no whole."""
    return f"{part} / clamp_min({whole}, 1e-9)"


def thresholds(panel: Panel):
    steps = [model.Threshold(value=None, color=GREEN)]
    if panel.bad_below is not None:
        steps = [model.Threshold(value=None, color=RED)]
        if panel.warn_below is not None:
            steps.append(model.Threshold(value=panel.bad_below, color=YELLOW))
            steps.append(model.Threshold(value=panel.warn_below, color=GREEN))
        else:
            steps.append(model.Threshold(value=panel.bad_below, color=GREEN))
    if panel.warn is not None:
        steps.append(model.Threshold(value=panel.warn, color=YELLOW))
    if panel.bad is not None:
        steps.append(model.Threshold(value=panel.bad, color=RED))
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def legend():
    return (
        common.VizLegendOptions()
        .display_mode(looks.LegendDisplayMode.TABLE)
        .placement(looks.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )


def lines(panel: Panel):
    made = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(40 if panel.kind == "stacked" else 8)
        .show_points(looks.VisibilityMode.NEVER)
        .legend(legend())
        .tooltip(common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING))
        .min(0)
    )
    if panel.kind == "stacked":
        made = made.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL).group("A"))
    if panel.top is not None:
        made = made.max(panel.top)
    if panel.warn is not None or panel.bad is not None or panel.bad_below is not None:
        made = made.thresholds_style(common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.LINE))
    return made


def number(panel: Panel):
    made = (
        stat.Panel()
        .graph_mode(looks.BigValueGraphMode.AREA)
        .color_mode(looks.BigValueColorMode.BACKGROUND)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    )
    if panel.names:
        options = {value: model.ValueMappingResult(text=text, color=color) for value, (text, color) in panel.names.items()}
        made = made.mappings([model.ValueMap(options=options)])
    return made


def bars(panel: Panel):
    made = (
        bargauge.Panel()
        .orientation(looks.VizOrientation.HORIZONTAL)
        .display_mode(looks.BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .min(0)
    )
    return made.max(panel.top) if panel.top is not None else made


def heats(panel: Panel):
    return (
        heatmap.Panel()
        .calculate(False)
        .color(heatmap.HeatmapColorOptions().mode(heat.HeatmapColorMode.SCHEME).scheme("Blues").steps(64))
        .y_axis(heatmap.YAxisConfig().unit(panel.unit))
    )


MAKE = {"lines": lines, "stacked": lines, "stat": number, "bars": bars, "heat": heats}
HEIGHT = {"lines": 8, "stacked": 8, "stat": 4, "bars": 8, "heat": 8}


def build(panel: Panel, identity: int):
    made = (
        MAKE[panel.kind](panel)
        .id(identity)
        .title(panel.title)
        .description(panel.description)
        .unit(panel.unit)
        .datasource(SOURCE)
        .height(HEIGHT[panel.kind])
        .span(panel.width)
        .thresholds(thresholds(panel))
    )
    for letter, query in zip(LETTERS, panel.queries):
        target = prometheus.Dataquery().ref_id(letter).expr(query.expr).legend_format(query.legend).datasource(SOURCE).range()
        if panel.kind == "heat":
            target = target.format("heatmap")
        made = made.with_target(target)
    return made


def variable(this: Variable):
    every = model.VariableOption(text="All", value="$__all")
    return (
        dashboard.QueryVariable(this.name)
        .label(this.label)
        .query(this.query)
        .datasource(SOURCE)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(every)
    )


def render(board: Board) -> str:
    made = (
        dashboard.Dashboard(board.title)
        .uid(f"engram-{board.name}")
        .description(board.description)
        .tags(["engram"])
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .link(dashboard.DashboardLink("Engram").type(model.DashboardLinkType.DASHBOARDS).tags(["engram"]).as_dropdown(True).include_vars(True).keep_time(True))
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(variable(Variable("job", "Job", "label_values(engram_info, job)")))
        .with_variable(variable(Variable("instance", "Instance", 'label_values(engram_info{job=~"$job"}, instance)')))
    )
    for extra in board.variables:
        made = made.with_variable(variable(extra))
    identity = 1
    for row in board.rows:
        made = made.with_row(dashboard.Row(row.title).id(identity))
        identity += 1
        for panel in row.panels:
            made = made.with_panel(build(panel, identity))
            identity += 1
    return JSONEncoder(sort_keys=True, indent=2).encode(made.build()) + "\n"
