//! The sections of the page that everybody gets, with what each may see in them.

use crate::chart::{self, Bar, bars, columns, meter, parts};
use crate::figures::{Graph, Report};
use crate::format::{bytes, count, figure, percent, seconds, short, start};
use crate::markup::Markup;
use crate::page::plural;
use crate::server;

/// Bars of spaces that are drawn; the table has more of them.
const DRAWN: usize = 12;

/// Characters of a belief that are shown.
const SAID: usize = 240;

pub fn section(m: &mut Markup, title: &str, inner: impl FnOnce(&mut Markup)) {
    m.element("section", &[], |m| {
        m.leaf("h2", &[], title);
        inner(m);
    });
    m.line();
}

/// A cell of a table.
pub struct Cell {
    text: String,
    class: &'static str,
    told: String,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), class: "", told: String::new() }
    }

    /// Prose, which needs room.
    pub fn wide(text: impl Into<String>) -> Cell {
        Cell { class: "w", ..Cell::text(text) }
    }

    /// A name of the user's, which may be one long word.
    pub fn name(text: impl Into<String>) -> Cell {
        Cell { class: "a", ..Cell::text(text) }
    }

    pub fn number(text: impl Into<String>) -> Cell {
        Cell { class: "n", ..Cell::text(text) }
    }

    pub fn bad_number(text: impl Into<String>) -> Cell {
        Cell { class: "n bad", ..Cell::text(text) }
    }

    /// With what a pointer on it is told.
    pub fn told(self, told: impl Into<String>) -> Cell {
        Cell { told: told.into(), ..self }
    }

    fn health(text: &str) -> Cell {
        Cell { class: if text == "ok" { "fine" } else { "bad" }, ..Cell::text(text) }
    }
}

/// A table; heads of columns of numbers end in `#`.
pub fn table(m: &mut Markup, heads: &[&str], rows: Vec<Vec<Cell>>) {
    m.element("div", &[("class", &"scroll"), ("tabindex", &0)], |m| {
        m.element("table", &[], |m| {
            m.element("thead", &[], |m| {
                m.element("tr", &[], |m| {
                    for head in heads {
                        match head.strip_suffix('#') {
                            Some(head) => m.leaf("th", &[("scope", &"col"), ("class", &"n")], head),
                            None => m.leaf("th", &[("scope", &"col")], head),
                        }
                    }
                });
            });
            m.element("tbody", &[], |m| {
                for row in rows {
                    m.element("tr", &[], |m| row.iter().for_each(|cell| write_cell(m, cell)));
                    m.line();
                }
            });
        });
    });
}

fn write_cell(m: &mut Markup, cell: &Cell) {
    let mut attributes: Vec<(&str, &dyn std::fmt::Display)> = Vec::new();
    if !cell.class.is_empty() {
        attributes.push(("class", &cell.class));
    }
    if !cell.told.is_empty() {
        attributes.push(("title", &cell.told));
    }
    m.leaf("td", &attributes, &cell.text);
}

/// Where memories are kept.
pub fn tiers(m: &mut Markup, report: &Report) {
    section(m, "Tiers", |m| {
        if report.spaces.is_empty() {
            m.leaf("p", &[("class", &"soft")], "There is no space that may be seen.");
            return;
        }
        let loaded: Vec<_> = report.spaces.iter().filter(|s| s.memories() > 0).collect();
        m.element("div", &[("class", &"grid")], |m| {
            if !loaded.is_empty() {
                let names = [("hot", "second"), ("warm", "third"), ("cold", "main")];
                let rows = loaded.iter().take(DRAWN);
                let rows = rows.map(|s| (s.name.clone(), vec![s.hot as f64, s.warm as f64, s.cold as f64]));
                let note = "Memories: hot in shared memory, warm in indexes, cold with their content packed away";
                parts(m, "Where memories are", note, &names, &rows.collect::<Vec<_>>());
            }
            m.element("div", &[], |m| hot_tier(m, report));
        });
        let rows = report.spaces.iter().map(|s| {
            vec![
                Cell::name(&s.name),
                Cell::text(s.state.as_deref().unwrap_or("not loaded")),
                Cell::number(count(s.memories())),
                Cell::number(count(s.hot)),
                Cell::number(count(s.warm)),
                Cell::number(count(s.cold)),
                Cell::number(bytes(s.bytes)),
            ]
        });
        table(m, &["space", "state", "memories#", "hot#", "warm#", "cold#", "hot tier#"], rows.collect());
        let hidden = report.spaces_in_all.saturating_sub(report.spaces.len() as u64);
        let more = if hidden > 0 {
            format!(" {} smaller space{} left out.", count(hidden), plural(hidden))
        } else {
            String::new()
        };
        let note = format!(
            "Memories of loaded spaces; what is stored in a space that nobody has asked yet is not counted.{more}"
        );
        m.leaf("p", &[("class", &"note")], note);
    });
}

fn hot_tier(m: &mut Markup, report: &Report) {
    if let Some((all, free)) = report.about.hot_tier.filter(|(all, _)| *all > 0) {
        let taken = all.saturating_sub(free);
        let note = format!(
            "Shared memory of all databases; {} memories have left it for want of room",
            count(report.about.evictions)
        );
        let ends = (format!("{} taken", bytes(taken)), format!("of {}", bytes(all)));
        meter(m, "Hot tier", &note, taken as f64 / all as f64, (&ends.0, &ends.1));
    }
    let Some(server) = &report.server else { return };
    let moves: Vec<Bar> = server
        .moves
        .iter()
        .map(|(way, n)| Bar { label: way.replace('_', " "), value: *n as f64, shown: short(*n as f64) })
        .collect();
    if moves.iter().any(|b| b.value > 0.0) {
        bars(m, "Moves between tiers", "Memories moved, since the counts began", &moves);
    }
    let searches = server.hits + server.misses;
    if searches > 0 {
        let share = server.hits as f64 / searches as f64;
        let ends = (format!("{} answered by it", percent(share)), format!("of {} searches", short(searches as f64)));
        let note = "The rest a session answered from a region of its own, which is slower";
        chart::share(m, "Searches in the hot tier", note, share, (&ends.0, &ends.1));
    }
}

/// What was stored and asked.
pub fn activity(m: &mut Markup, report: &Report) {
    let asked = report.server.as_ref().is_some_and(|s| s.operations.iter().any(|o| o.duration.count > 0));
    if report.days.is_empty() && !asked {
        return;
    }
    section(m, "Activity", |m| {
        m.element("div", &[("class", &"grid")], |m| {
            if !report.days.is_empty() {
                let all: u64 = report.days.iter().map(|d| d.stored).sum();
                let note = format!(
                    "Memories that are kept, by the day they were stored (UTC): {} in {} days",
                    count(all),
                    report.days.len()
                );
                let rows: Vec<(String, f64)> = report
                    .days
                    .iter()
                    .map(|d| (d.date.get(5..).unwrap_or(&d.date).to_owned(), d.stored as f64))
                    .collect();
                columns(m, "Memories stored", &note, "memories", &rows);
            }
            if let Some(server) = &report.server {
                server::recalls(m, server);
            }
        });
    });
}

/// Beliefs, what became of them, and how consolidation fares.
pub fn beliefs(m: &mut Markup, report: &Report) {
    section(m, "Beliefs and consolidation", |m| {
        let states = ["ok", "degraded", "stale", "failing", "stagnant"];
        let health = states.map(|state| (state, report.consolidation.iter().filter(|c| c.health == state).count()));
        if !report.consolidation.is_empty() {
            let said: Vec<String> =
                health.iter().filter(|h| h.1 > 0).map(|(state, n)| format!("{n} {state}")).collect();
            m.leaf(
                "p",
                &[],
                format!(
                    "Consolidation of {} space{}: {}.",
                    report.consolidation.len(),
                    plural(report.consolidation.len() as u64),
                    said.join(", ")
                ),
            );
            let mut worst: Vec<_> = report.consolidation.iter().collect();
            // Those that call for attention first; of the others, the order they came in.
            worst.sort_by_key(|c| c.health == "ok");
            let rows = worst.iter().take(DRAWN).map(|c| {
                vec![
                    Cell::name(&c.space),
                    if c.paused { Cell::text("paused") } else { Cell::health(&c.health) },
                    Cell::number(c.age.map_or_else(|| "never".to_owned(), seconds)),
                    Cell::number(if c.waiting > 0.0 { seconds(c.waiting) } else { "-".to_owned() }),
                    Cell::number(c.novelty.map_or_else(|| "-".to_owned(), figure)),
                    Cell::wide(&c.reason),
                ]
            });
            table(m, &["space", "health", "last run#", "waiting#", "novelty#", "why"], rows.collect());
        }
        m.element("div", &[("class", &"grid")], |m| {
            if report.events.iter().any(|e| e.1 > 0) {
                let rows: Vec<Bar> = report
                    .events
                    .iter()
                    .map(|(kind, n)| Bar { label: kind.clone(), value: *n as f64, shown: count(*n) })
                    .collect();
                bars(m, "What became of beliefs", "Events in thirty days", &rows);
            }
        });
        let Some(beliefs) = &report.beliefs else {
            m.leaf("p", &[("class", &"note")], "What is believed is for those who may read a space.");
            return;
        };
        if beliefs.is_empty() {
            m.leaf("p", &[("class", &"soft")], "No belief is published.");
            return;
        }
        let one_space = report.about.space.is_some();
        let rows = beliefs.iter().map(|b| {
            let mut row = vec![Cell::wide(start(&b.content, SAID)).told(b.label.clone().unwrap_or_default())];
            row.push(Cell::number(percent(b.confidence)));
            row.push(Cell::number(count(b.citations)));
            row.push(Cell::number(b.period.map_or_else(String::new, |p| format!("every {}", seconds(p)))));
            if !one_space {
                row.push(Cell::name(&b.space));
            }
            row
        });
        let heads: &[&str] = if one_space {
            &["belief", "confidence#", "rests on#", "recurs#"]
        } else {
            &["belief", "confidence#", "rests on#", "recurs#", "space"]
        };
        table(m, heads, rows.collect());
        let shown = beliefs.len() as u64;
        let note = format!(
            "The {} best founded of {} belief{}.",
            count(shown),
            count(report.beliefs_in_all),
            plural(report.beliefs_in_all)
        );
        m.leaf("p", &[("class", &"note")], note);
    });
}

/// How memories hang together.
pub fn graphs(m: &mut Markup, report: &Report) {
    if report.graphs.is_empty() {
        return;
    }
    section(m, "Graph health", |m| report.graphs.iter().for_each(|g| graph(m, g)));
}

fn graph(m: &mut Markup, graph: &Graph) {
    m.leaf("h3", &[], &graph.space);
    for row in graph.rows.iter().filter(|r| r.metric == "verdict" || r.metric == "advice") {
        m.leaf("p", &[], row.assessment.as_deref().unwrap_or_default());
    }
    m.element("div", &[("class", &"grid")], |m| {
        let shares: Vec<Bar> = graph
            .rows
            .iter()
            .filter_map(|r| {
                let value = r.value?;
                let name = r.metric.strip_prefix("share ")?;
                let name = name.strip_prefix("with a ").or_else(|| name.strip_prefix("with an ")).unwrap_or(name);
                let name = name.replace("from one, median", "(median)");
                Some(Bar { label: name, value, shown: percent(value) })
            })
            .collect();
        if shares.iter().any(|b| b.value > 0.0) {
            bars(m, "What connects memories", "Share of the memories of the space", &shares);
        }
        let rows = graph.rows.iter().filter(|r| !r.metric.starts_with("share ")).filter_map(|r| {
            let value = r.value?;
            Some(vec![
                Cell::name(&r.metric).told(r.assessment.clone().unwrap_or_default()),
                Cell::number(figure_of(value)),
            ])
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            table(m, &["figure", "value#"], rows);
        }
    });
}

/// A number that may be a count.
fn figure_of(value: f64) -> String {
    if value.fract() == 0.0 && (0.0..1e15).contains(&value) { count(value as u64) } else { figure(value) }
}

pub fn workers(m: &mut Markup, report: &Report) {
    section(m, "Workers", |m| {
        if report.workers.is_empty() {
            m.leaf("p", &[("class", &"soft")], "No worker runs.");
            return;
        }
        let rows = report.workers.iter().map(|w| {
            vec![
                Cell::text(&w.worker),
                Cell::name(w.database.as_deref().unwrap_or("-")),
                Cell::text(&w.state),
                Cell::number(w.up.map_or_else(|| "-".to_owned(), seconds)),
                Cell::number(w.last_run.map_or_else(|| "-".to_owned(), |s| format!("{} ago", seconds(s)))),
                Cell::number(count(w.runs)),
                if w.failures > 0 { Cell::bad_number(count(w.failures)) } else { Cell::number("0") },
            ]
        });
        table(m, &["worker", "database", "state", "up for#", "last run#", "runs#", "failed#"], rows.collect());
    });
}

pub fn settings(m: &mut Markup, report: &Report) {
    section(m, "Settings that are not the default", |m| {
        if report.settings.is_empty() {
            m.leaf("p", &[("class", &"soft")], "All settings of Engram are what they are by default.");
            return;
        }
        let shown = |value: &str| if value.is_empty() { "(blank)".to_owned() } else { start(value, 80) };
        let rows = report.settings.iter().map(|s| {
            vec![Cell::name(&s.name), Cell::name(shown(&s.value)), Cell::name(shown(&s.default)), Cell::text(&s.source)]
        });
        table(m, &["setting", "value", "default", "set by"], rows.collect());
    });
}
