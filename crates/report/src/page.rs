//! The page as a whole: what it is about, what calls for attention, the most important figures, and the sections.

use crate::figures::Report;
use crate::format::{bytes, count, percent, seconds};
use crate::markup::Markup;
use crate::{section, server};

/// A share of the hot tier from which on it is nearly full.
const NEARLY_FULL: f64 = 0.9;

/// Seconds after which uses of memories should have been written, and a standby should have followed.
const LATE: f64 = 60.0;

/// Spaces whose consolidation is not well that are named one by one.
const AILING: usize = 20;

/// One HTML page.
pub fn page(report: &Report) -> String {
    let mut m = Markup::default();
    m.element("html", &[("xmlns", &"http://www.w3.org/1999/xhtml"), ("lang", &"en")], |m| {
        m.line();
        m.element("head", &[], |m| head(m, report));
        m.line();
        m.element("body", &[], |m| m.element("main", &[], |m| body(m, report)));
        m.line();
    });
    format!("<!DOCTYPE html>\n{}\n", m.finish())
}

fn head(m: &mut Markup, report: &Report) {
    m.empty("meta", &[("charset", &"utf-8")]);
    m.empty("meta", &[("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")]);
    m.empty("meta", &[("name", &"color-scheme"), ("content", &"light dark")]);
    // Says to the browser, too, that nothing is loaded and nothing runs.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    m.empty("meta", &[("http-equiv", &"Content-Security-Policy"), ("content", &policy)]);
    // An icon of its own, so that no browser asks for one.
    m.empty("link", &[("rel", &"icon"), ("href", &"data:,")]);
    m.leaf("title", &[], title(report));
    m.style(include_str!("style.css"));
}

fn title(report: &Report) -> String {
    match &report.about.space {
        Some(space) => format!("Engram: {space} in {}", report.about.database),
        None => format!("Engram: {}", report.about.database),
    }
}

fn body(m: &mut Markup, report: &Report) {
    let about = &report.about;
    m.element("header", &[], |m| {
        m.leaf("h1", &[], title(report));
        let place = match about.standby {
            Some(_) => "a standby of PostgreSQL",
            None => "PostgreSQL",
        };
        let said = format!(
            "{}. Engram {} (catalog {}) on {place} {}. As {} may see it.",
            about.made_at, about.version, about.catalog_version, about.server_version, about.role
        );
        m.leaf("p", &[("class", &"about")], said);
    });
    findings(m, report);
    tiles(m, report);
    if let Some(figures) = &report.server {
        server::latency(m, figures);
    }
    section::tiers(m, report);
    section::activity(m, report);
    section::beliefs(m, report);
    section::graphs(m, report);
    section::workers(m, report);
    section::settings(m, report);
    m.leaf("footer", &[], footer(report));
}

fn footer(report: &Report) -> &'static str {
    if report.server.is_some() {
        "Made by engram_report() from the views engram.stat_* and engram.metrics_*. The page loads nothing and runs nothing."
    } else {
        "Made by engram_report(). Figures of the whole server are for members of pg_monitor. The page loads nothing and runs nothing."
    }
}

/// What somebody should look at, with what to do about it.
fn findings(m: &mut Markup, report: &Report) {
    let found = find(report);
    m.element("section", &[], |m| {
        m.leaf("h2", &[], "What to look at");
        m.element("ul", &[("class", &"findings")], |m| {
            if found.is_empty() {
                m.leaf("li", &[("class", &"well")], "Nothing calls for attention.");
            }
            for (what, why) in &found {
                m.element("li", &[], |m| {
                    m.text(what);
                    if !why.is_empty() {
                        m.leaf("span", &[], why);
                    }
                });
            }
        });
    });
    m.line();
}

fn find(report: &Report) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut add = |what: String, why: &str| found.push((what, why.to_owned()));
    let about = &report.about;
    if !about.preloaded {
        add(
            "Engram is not in shared_preload_libraries.".to_owned(),
            "Each session loads memories for itself, no worker runs, and nothing is counted.",
        );
    }
    if about.version != about.catalog_version {
        add(
            format!("The library is {}, the catalog {}.", about.version, about.catalog_version),
            "ALTER EXTENSION engram UPDATE brings the catalog up.",
        );
    }
    if let Some((all, free)) = about.hot_tier.filter(|(all, _)| *all > 0) {
        let taken = all.saturating_sub(free) as f64 / all as f64;
        if taken > NEARLY_FULL {
            add(
                format!("The hot tier is {} full.", percent(taken)),
                "Memories that are used least leave it for the warm tier, which is slower. engram.hot_tier_size gives it more.",
            );
        }
    }
    if let Some((lag, behind)) = about.standby.filter(|s| s.0 > LATE) {
        let what = format!("The hot tier of this standby is {} and {} behind.", seconds(lag), bytes(behind));
        add(what, "engram.stat_standby says what it waits for.");
    }
    if let Some(server) = &report.server {
        if !server.counting && about.preloaded {
            add("Nothing is counted.".to_owned(), "engram.metrics is off.");
        }
        let (_, lost, lag) = server.uses;
        if lag > LATE {
            add(
                format!("Uses of memories have waited {} to be written.", seconds(lag)),
                "See whether the maintenance worker runs.",
            );
        }
        if lost > 0 {
            let what = format!("{} uses of memories found no room and are lost.", count(lost));
            add(what, "They strengthen nothing; answers are right without them.");
        }
    }
    let ailing: Vec<_> = report.consolidation.iter().filter(|c| c.health != "ok").collect();
    for c in ailing.iter().take(AILING) {
        let what = format!("Consolidation of {} is {}: {}", c.space, c.health, c.reason);
        add(what, c.remedy.as_deref().unwrap_or_default());
    }
    if let Some(more) = ailing.len().checked_sub(AILING).filter(|more| *more > 0) {
        add(
            format!("Consolidation of {} more spaces is not well.", count(more as u64)),
            "See engram.consolidation_health.",
        );
    }
    for w in report.workers.iter().filter(|w| w.failures > 0) {
        let place = w.database.as_deref().map_or_else(String::new, |d| format!(" in {d}"));
        let what =
            format!("The worker {}{place} has failed {} of {} times.", w.worker, count(w.failures), count(w.runs));
        add(what, w.last_error.as_deref().unwrap_or_default());
    }
    found
}

/// The most important figures.
fn tiles(m: &mut Markup, report: &Report) {
    let memories: u64 = report.spaces.iter().map(|s| s.memories()).sum();
    let mut all = vec![match &report.about.space {
        Some(_) => ("Memories loaded", count(memories), String::new()),
        None => {
            let spaces = count(report.spaces_in_all);
            ("Memories loaded", count(memories), format!("in {spaces} space{}", plural(report.spaces_in_all)))
        }
    }];
    if report.beliefs.is_some() {
        all.push(("Beliefs", count(report.beliefs_in_all), "published".to_owned()));
    }
    if let Some((whole, free)) = report.about.hot_tier {
        let taken = whole.saturating_sub(free);
        all.push((
            "Hot tier",
            percent(taken as f64 / whole.max(1) as f64),
            format!("{} of {}", bytes(taken), bytes(whole)),
        ));
    }
    if let Some(server) = &report.server {
        if let Some(recall) = server.operations.iter().find(|o| o.name == "recall") {
            all.push(("Recalls", count(recall.duration.count), format!("since {}", server.counted_since)));
            if let Some(p95) = recall.duration.quantile(0.95) {
                all.push(("Recall, 95 %", seconds(p95), "took at most so long".to_owned()));
            }
        }
        let asked = server.answered + server.empty;
        if asked > 0 {
            let share = percent(server.answered as f64 / asked as f64);
            all.push(("Recalls answered", share, "returned something".to_owned()));
        }
    }
    m.element("dl", &[("class", &"tiles")], |m| {
        for (name, value, note) in &all {
            m.element("div", &[], |m| {
                m.leaf("dt", &[], name);
                m.element("dd", &[], |m| {
                    m.text(value);
                    if !note.is_empty() {
                        m.leaf("small", &[], note);
                    }
                });
            });
        }
    });
    m.line();
}

/// The ending of a noun.
pub fn plural(n: u64) -> &'static str {
    if n == 1 { "" } else { "s" }
}
