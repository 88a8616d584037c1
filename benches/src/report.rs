//! What was measured: a table for people, JSON for programs.

use crate::measure::Samples;
use serde_json::{Value, json};
use std::path::Path;

/// One line of the table.
pub struct Line {
    bench: &'static str,
    what: String,
    /// The figures that this line has, by name, in the order in which they are shown.
    figures: Vec<(&'static str, f64)>,
    target: Option<Target>,
}

/// What a figure should be.
struct Target {
    text: String,
    met: bool,
}

/// Collects lines.
pub struct Report {
    lines: Vec<Line>,
    targets: Targets,
}

/// Whether figures are held against targets.
#[derive(Clone, Copy, PartialEq)]
pub enum Targets {
    Checked,
    /// The figures of a quick run mean nothing.
    Ignored,
}

impl Line {
    /// A line without figures.
    pub fn new(bench: &'static str, what: impl Into<String>) -> Line {
        Line { bench, what: what.into(), figures: Vec::new(), target: None }
    }

    /// Adds rate and percentiles of calls.
    pub fn calls(self, samples: &Samples) -> Line {
        let milliseconds = |share| samples.percentile(share).as_secs_f64() * 1e3;
        self.figure("per_s", samples.rate())
            .figure("p50_ms", milliseconds(0.5))
            .figure("p99_ms", milliseconds(0.99))
            .figure("calls", samples.len() as f64)
    }

    /// Adds a figure.
    pub fn figure(mut self, name: &'static str, value: f64) -> Line {
        self.figures.push((name, value));
        self
    }

    /// Adds a figure that should be at least `bound`.
    pub fn at_least(self, name: &'static str, value: f64, bound: f64) -> Line {
        self.figure(name, value).target(format!("{name} >= {bound}"), value >= bound)
    }

    /// Adds a figure that should be at most `bound`.
    pub fn at_most(self, name: &'static str, value: f64, bound: f64) -> Line {
        self.figure(name, value).target(format!("{name} <= {bound}"), value <= bound)
    }

    fn target(mut self, text: String, met: bool) -> Line {
        self.target = Some(match self.target.take() {
            None => Target { text, met },
            Some(first) => Target { text: format!("{}, {text}", first.text), met: first.met && met },
        });
        self
    }

    fn verdict(&self) -> &'static str {
        match &self.target {
            None => "",
            Some(target) if target.met => "met",
            Some(_) => "MISSED",
        }
    }

    fn json(&self) -> Value {
        let figures: serde_json::Map<String, Value> =
            self.figures.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
        json!({
            "bench": self.bench,
            "what": self.what,
            "figures": figures,
            "target": self.target.as_ref().map(|target| &target.text),
            "met": self.target.as_ref().map(|target| target.met),
        })
    }
}

/// Three significant digits, no exponent.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

impl Report {
    /// An empty report.
    pub fn new(targets: Targets) -> Report {
        Report { lines: Vec::new(), targets }
    }

    /// Adds a line and shows it at once.
    pub fn add(&mut self, mut line: Line) {
        if self.targets == Targets::Ignored {
            line.target = None;
        }
        let figures: Vec<String> =
            line.figures.iter().map(|(name, value)| format!("{name} {}", short(*value))).collect();
        let target = line.target.as_ref().map_or("", |target| &target.text);
        println!("{:<13} {:<44} {:<62} {target:<30} {}", line.bench, line.what, figures.join("  "), line.verdict());
        self.lines.push(line);
    }

    /// Writes every line, and what is known of the machine, to a file.
    pub fn write(&self, path: &Path, machine: &Value) {
        let lines: Vec<Value> = self.lines.iter().map(Line::json).collect();
        let whole = json!({ "machine": machine, "lines": lines });
        let text = serde_json::to_string_pretty(&whole).expect("figures are finite");
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).expect("the directory of the report can be made");
        }
        std::fs::write(path, text + "\n").expect("the report can be written");
        println!("\nwritten to {}", path.display());
    }
}
