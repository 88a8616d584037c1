//! Benchmarks through SQL. `./scripts/bench` builds and installs the extension and runs this; see its `--help`.
//!
//! One private cluster, one session over the Unix socket, prepared statements, warm caches, data from a seeded generator. What is
//! compared takes turns within one run, so that ratios hold on a machine that others use too.

mod batch;
mod cancel;
mod consolidation;
mod data;
mod dynamics;
mod machine;
mod measure;
mod metrics;
mod pattern;
mod recall;
mod remember;
mod report;
mod snapshot;
mod soak;
mod spaces;
mod spread;
mod tier;
mod tiers;
mod topics;
mod vector;
mod world;

use report::{Report, Targets};
use std::path::Path;
use std::process::ExitCode;
use world::World;

type Bench = (&'static str, fn(&mut World, &mut Report));

/// In the order in which they run: those that add memories come after those that count them.
const BENCHES: [Bench; 14] = [
    ("dynamics", dynamics::run),
    ("metrics", metrics::run),
    ("recall", recall::run),
    ("spread", spread::run),
    ("pattern", pattern::run),
    ("cancel", cancel::run),
    ("bytes", tier::bytes),
    ("load", tier::load),
    ("tiers", tiers::run),
    ("remember", remember::run),
    ("batch", batch::run),
    ("spaces", spaces::run),
    ("snapshot", snapshot::run),
    ("consolidation", consolidation::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "soak") {
        return soak::main(&arguments[1..]);
    }
    let (flags, names): (Vec<String>, Vec<String>) =
        arguments.into_iter().partition(|argument| argument.starts_with("--"));
    let known = |name: &String| BENCHES.iter().any(|(bench, _)| bench == name);
    if flags.iter().any(|flag| flag != "--quick") || !names.iter().all(known) {
        eprintln!("usage: engram-bench [--quick] [{}]...", BENCHES.map(|(name, _)| name).join("|"));
        return ExitCode::FAILURE;
    }
    let quick = !flags.is_empty();
    let mut world = World::start(quick);
    let mut report = Report::new(match quick {
        true => Targets::Ignored,
        false => Targets::Checked,
    });
    for (name, run) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            run(&mut world, &mut report);
        }
    }
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_string());
    let file = if quick { "engram-bench-quick.json" } else { "engram-bench.json" };
    report.write(&Path::new(&target).join(file), &machine::describe(&mut world.client));
    ExitCode::SUCCESS
}
