//! What a soak was asked for and what it showed, as Markdown.

use super::follower::Run;
use super::options::Options;
use super::pool::Pool;
use super::statistics::{Histogram, Trend, trend};
use super::verbs::Verb;
use super::{Sample, Seen};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Whether the server did what it must; times and growth are told, not judged.
pub enum Verdict {
    Sound,
    Failed,
}

/// Seconds of a soak from which on its drift and growth are told.
const SHORTEST_JUDGED: u64 = 600;

/// One line of acceptance.
struct Check {
    what: String,
    target: String,
    measured: String,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Met,
    /// Not below the target, and not above what two standard errors of the measurement explain.
    Noise,
    Missed,
    /// Missed where it may never be.
    Failed,
}

impl State {
    fn must(met: bool) -> State {
        if met { State::Met } else { State::Failed }
    }

    fn should(met: bool) -> State {
        if met { State::Met } else { State::Missed }
    }

    fn word(self) -> &'static str {
        ["met", "within noise", "MISSED", "FAILED"][self as usize]
    }
}

/// Change of the p99 from the first third to the last.
struct Drift {
    /// Share, and two standard errors of it.
    share: f64,
    noise: f64,
}

fn drift(samples: &[Sample], verb: Verb, thirds: &[Histogram; 3]) -> Drift {
    let third = samples.len() / 3;
    let windows = |part: &[Sample]| -> (f64, f64) {
        let values: Vec<f64> = part.iter().map(|sample| sample.latency[verb as usize][2]).collect();
        let n = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        (mean, variance / n)
    };
    let (first, last) = (windows(&samples[..third]), windows(&samples[samples.len() - third..]));
    let share = thirds[2].milliseconds(0.99) / thirds[0].milliseconds(0.99) - 1.0;
    let noise = 2.0 * (first.1 + last.1).sqrt() / first.0;
    Drift { share: finite(share), noise: finite(noise) }
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

/// When each run began, in seconds after the load did, and how many seconds later or earlier than an interval after the former one
/// of its space. Runs of the warm-up are not among them: spaces are filled one after another.
pub fn cadence_errors(seen: &Seen, options: &Options) -> Vec<(f64, f64)> {
    let mut sorted: Vec<&Run> = seen.follower.runs.iter().collect();
    sorted.sort_by(|a, b| a.started.total_cmp(&b.started));
    let from = seen.begin + options.warm_up().as_secs_f64();
    let mut before: BTreeMap<&str, f64> = BTreeMap::new();
    let mut errors = Vec::new();
    for run in sorted {
        if let Some(last) = before.insert(&run.space, run.started).filter(|last| *last >= from) {
            errors.push((run.started - seen.begin, run.started - last - options.interval.as_secs_f64()));
        }
    }
    errors
}

/// Growth of a figure over the last two thirds, when what begins has settled.
fn growth(samples: &[Sample], value: impl Fn(&Sample) -> Option<f64>) -> Option<(Trend, f64)> {
    let points: Vec<(f64, f64)> =
        samples[samples.len() / 3..].iter().filter_map(|sample| Some((sample.at / 3_600.0, value(sample)?))).collect();
    let hours = points.last()?.0 - points.first()?.0;
    Some((trend(&points)?, hours))
}

/// A growth that is surely there (three standard errors) and that counts (a twentieth).
fn leaks((line, hours): &(Trend, f64)) -> bool {
    line.slope > 3.0 * line.error && line.slope * hours > line.mean / 20.0
}

struct Paper<'a> {
    options: &'a Options,
    pool: &'a Pool,
    seen: &'a Seen,
    samples: &'a [Sample],
    thirds: Vec<[Histogram; 3]>,
    checks: Vec<Check>,
    text: String,
}

/// Writes `report.md`.
///
/// # Panics
/// When it cannot be written.
pub fn write(options: &Options, pool: &Pool, seen: &Seen) -> Verdict {
    let from = seen.samples.iter().position(|sample| sample.at >= options.warm_up().as_secs_f64()).unwrap_or(0);
    let thirds = pool.tallies.iter().map(|tally| tally.lock().expect("nobody panics with a tally").thirds.clone());
    let mut paper = Paper {
        options,
        pool,
        seen,
        samples: &seen.samples[from..],
        thirds: thirds.collect(),
        checks: Vec::new(),
        text: String::new(),
    };
    paper.check_server();
    paper.check_cadence();
    paper.check_backlog();
    // What a few minutes drift and grow says nothing.
    if options.duration.as_secs() >= SHORTEST_JUDGED {
        paper.check_latency();
        paper.check_growth();
    }
    paper.head();
    paper.acceptance();
    paper.latency();
    paper.consolidation();
    paper.memory();
    paper.storage();
    paper.complaints();
    std::fs::write(options.out.join("report.md"), &paper.text).expect("the report can be written");
    for check in &paper.checks {
        println!("{:<46} {:<22} {:<44} {}", check.what, check.target, check.measured, check.state.word());
    }
    match paper.checks.iter().any(|check| check.state == State::Failed) {
        true => Verdict::Failed,
        false => Verdict::Sound,
    }
}

impl Paper<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn check(&mut self, what: impl Into<String>, target: &str, measured: String, state: State) {
        self.checks.push(Check { what: what.into(), target: target.to_string(), measured, state });
    }

    fn check_server(&mut self) {
        let seen = self.seen;
        let crashes = seen.crashes.len() + usize::from(seen.restarted);
        self.check("crashes", "0", crashes.to_string(), State::must(crashes == 0));
        let errors = self.pool.errors.lock().expect("nobody panics with the errors").values().map(|e| e.0).sum::<u64>();
        let lost = *self.pool.lost.lock().expect("nobody panics with a counter");
        let measured = format!("{errors} errors, {lost} lost connections");
        self.check("failed calls", "0", measured, State::must(errors + lost == 0));
        let state = State::must(seen.gaps.is_empty());
        self.check("times in which the server did not answer", "0", seen.gaps.len().to_string(), state);
        let state = State::must(seen.violations.is_empty());
        self.check("what engram_check() finds", "nothing", format!("{} rows", seen.violations.len()), state);
    }

    fn check_cadence(&mut self) {
        let runs = &self.seen.follower.runs;
        let failed = runs.iter().filter(|run| !run.completed).count();
        let measured = format!("{} completed, {failed} failed", runs.len() - failed);
        let under_load = runs.iter().filter(|run| run.completed && run.started >= self.seen.begin);
        let spaces: BTreeSet<&str> = under_load.map(|run| run.space.as_str()).collect();
        let all = spaces.len() == self.options.spaces;
        self.check("runs", "in each space, none failed", measured, State::must(failed == 0 && all));
        let snapshots = self.seen.follower.snapshots;
        self.check("snapshots read", "some", snapshots.to_string(), State::must(snapshots > 0));
        let errors: Vec<f64> = cadence_errors(self.seen, self.options).iter().map(|error| error.1).collect();
        let worst = errors.iter().fold(0.0, |worst: f64, error| worst.max(error.abs()));
        let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
        let bound = self.options.interval.as_secs_f64() / 12.0;
        let target = format!("{} +- {bound:.1} s", self.options.interval.as_secs());
        let measured = format!("mean {mean:+.2} s, worst {worst:.2} s");
        self.check("cadence", &target, measured, State::should(worst <= bound));
        let oldest = self.seen.follower.oldest;
        self.check(
            "longest time without a completed run",
            "<= 900 s",
            format!("{oldest:.1} s"),
            State::should(oldest <= 900.0),
        );
        let slowest = self.seen.follower.slowest;
        let state = State::should(slowest <= 5.0);
        self.check("from the end of a run to its being seen", "<= 5 s", format!("{slowest:.1} s"), state);
        let unwell: usize = self.samples.iter().map(|sample| sample.unwell.len()).sum();
        self.check("samples of a space's health not ok", "0", unwell.to_string(), State::should(unwell == 0));
    }

    fn check_latency(&mut self) {
        let drifts = Verb::ALL.map(|verb| drift(self.samples, verb, &self.thirds[verb as usize]));
        for (verb, Drift { share, noise }) in Verb::ALL.into_iter().zip(drifts) {
            let measured = format!("{:+.1} % (noise +- {:.1} %)", share * 100.0, noise * 100.0);
            let state = match share {
                share if share < 0.05 => State::Met,
                share if share < noise => State::Noise,
                _ => State::Missed,
            };
            self.check(format!("drift of p99, {}", verb.name()), "< 5 %", measured, state);
        }
    }

    fn check_backlog(&mut self) {
        let most = self.samples.iter().map(|sample| sample.backlog).max().unwrap_or(0);
        let last = self.samples.last().map_or(0, |sample| sample.backlog);
        let measured = format!("at most {most}, {last} at the end");
        self.check("calls that wait for a connection", "< 1 s of load", measured, State::should(last < 200));
    }

    fn check_growth(&mut self) {
        let (mut memory, mut files) = (Vec::new(), Vec::new());
        for role in self.roles() {
            let of = |value: fn(&super::processes::Role) -> u64| {
                growth(self.samples, |sample| sample.roles.get(&role).map(|role| value(role) as f64))
            };
            if of(|role| role.largest_own_kb).is_some_and(|line| leaks(&line)) {
                memory.push(role.clone());
            }
            if of(|role| role.most_files).is_some_and(|line| leaks(&line)) {
                files.push(role.clone());
            }
        }
        for (what, found) in [("memory", memory), ("open files", files)] {
            let measured = if found.is_empty() { "none".to_string() } else { found.join(", ") };
            self.check(format!("processes whose {what} grow"), "none", measured, State::should(found.is_empty()));
        }
        if let Some((line, _)) = growth(self.samples, |sample| Some(sample.wal_files)) {
            let measured = format!("{:.0} MB, {:+.0} MB/h", line.mean / 1e6, line.slope / 1e6);
            let most = self.samples.iter().map(|sample| sample.wal_files).fold(0.0, f64::max);
            self.check("files of the log", "<= 1.5 x max_wal_size", measured, State::should(most <= 1.5 * 1.074e9));
        }
    }

    /// Kinds of processes that were there most of the time.
    fn roles(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.samples.iter().flat_map(|sample| sample.roles.keys()).collect();
        names.into_iter().filter(|name| *name != "observer").cloned().collect()
    }

    /// A slope with two standard errors; nothing where a soak is too short to speak of hours.
    fn an_hour(&self, line: Option<Trend>, unit: &str) -> String {
        match line {
            Some(line) if self.options.duration.as_secs() >= SHORTEST_JUDGED => {
                format!("{:+.2} +- {:.2} {unit}", line.slope, 2.0 * line.error)
            }
            _ => "-".to_string(),
        }
    }

    fn head(&mut self) {
        let machine = |key: &str| self.seen.machine[key].as_str().unwrap_or_default().to_string();
        let Options { duration, rate, seed, keep, spaces, connections, interval, .. } = self.options;
        let rates: Vec<String> =
            Verb::ALL.map(|verb| format!("{:.0} {}", verb.per_second() * rate, verb.name())).into_iter().collect();
        let kept = if *keep == 0 { "grow".to_string() } else { format!("keep the last {keep} episodes each") };
        let text = format!(
            "# Soak of {}\n\n`./scripts/soak --duration {}s --rate {rate} --seed {seed} --keep {keep} --interval {}s`\n\n\
             | | |\n|---|---|\n| Machine | {}, {} cores, {}, Linux {} |\n| Server | {}; pgvector {}, Engram {} |\n\
             | Load, each second | {}; Poisson arrivals over {connections} connections |\n\
             | Spaces | {spaces}, which {kept}; consolidated every {} s |\n\
             | Counted | {} s after a warm-up of {} s |\n",
            machine("finished").get(..10).unwrap_or_default(),
            duration.as_secs(),
            interval.as_secs(),
            machine("processor"),
            self.seen.machine["cores"],
            machine("memory"),
            machine("kernel"),
            machine("server").split(" on ").next().unwrap_or_default(),
            machine("pgvector"),
            machine("engram"),
            rates.join(", "),
            interval.as_secs(),
            (*duration - self.options.warm_up()).as_secs(),
            self.options.warm_up().as_secs(),
        );
        self.line(&text);
    }

    fn acceptance(&mut self) {
        let mut text = String::from("## Acceptance\n\n| what | target | measured | |\n|---|---|---|---|\n");
        for Check { what, target, measured, state } in &self.checks {
            let _ = writeln!(text, "| {what} | {target} | {measured} | {} |", state.word());
        }
        text.push_str(
            "\nLatencies count from the moment a call was due. `select_1` is `SELECT 1` in the same pool: what it drifts, the machine and \
             the load drift, not Engram. Noise is two standard errors of the difference, by the p99 of the samples.\n",
        );
        self.line(&text);
    }

    fn latency(&mut self) {
        let mut text = String::from(
            "## Latency and throughput\n\n![p99 of each operation](latency.svg)\n\n![calls done](throughput.svg)\n\n\
             | operation | calls | per second | p50 / p95 / p99 ms | p99 of each third, ms | p99, change an hour |\n|---|---|---|---|---|---|\n",
        );
        for verb in Verb::ALL {
            let thirds = &self.thirds[verb as usize];
            let mut whole = thirds[0].clone();
            thirds[1..].iter().for_each(|third| whole.merge(third));
            let points: Vec<(f64, f64)> =
                self.samples.iter().map(|sample| (sample.at / 3_600.0, sample.latency[verb as usize][2])).collect();
            let change = self.an_hour(trend(&points), "ms");
            let counted = (self.options.duration - self.options.warm_up()).as_secs_f64();
            let p99 = [0, 1, 2].map(|third: usize| format!("{:.2}", thirds[third].milliseconds(0.99))).join(", ");
            let _ = writeln!(
                text,
                "| {} | {} | {:.1} | {:.2} / {:.2} / {:.2} | {p99} | {change} |",
                verb.name(),
                whole.len(),
                whole.len() as f64 / counted,
                whole.milliseconds(0.5),
                whole.milliseconds(0.95),
                whole.milliseconds(0.99),
            );
        }
        self.line(&text);
    }

    fn consolidation(&mut self) {
        let follower = &self.seen.follower;
        let mut took: Vec<u32> = follower.runs.iter().map(|run| (run.duration_ms * 1e3) as u32).collect();
        took.sort_unstable();
        let ms = |share| f64::from(super::statistics::percentile(&took, share)) / 1e3;
        let last: BTreeMap<&str, &Run> = follower.runs.iter().map(|run| (run.space.as_str(), run)).collect();
        let mut text = format!(
            "## Consolidation\n\n![cadence](cadence.svg)\n\n![duration of runs](runs.svg)\n\n\
             {} runs took p50 {:.0}, p95 {:.0}, at most {:.0} ms; {} snapshots were seen and {} belief events.\n\n\
             | space | episodes of its last run | beliefs |\n|---|---|---|\n",
            follower.runs.len(),
            ms(0.5),
            ms(0.95),
            ms(1.0),
            follower.snapshots,
            follower.events,
        );
        for (space, run) in last {
            let _ = writeln!(text, "| {space} | {} | {} |", run.episodes, run.beliefs);
        }
        let failures: BTreeSet<&String> = follower.runs.iter().filter_map(|run| run.error.as_ref()).collect();
        for failure in failures.iter().take(10) {
            let _ = writeln!(text, "\nFailed: {failure}");
        }
        self.line(&text);
    }

    fn memory(&mut self) {
        let mut text = String::from(
            "## Processes\n\n![memory](memory.svg)\n\n\
             | process | number | own memory of the largest: first, last, most MB | change an hour | shared memory touched MB | open files: first, last |\n|---|---|---|---|---|---|\n",
        );
        for role in self.roles() {
            let there: Vec<&super::processes::Role> =
                self.samples.iter().filter_map(|sample| sample.roles.get(&role)).collect();
            let (Some(first), Some(last)) = (there.first(), there.last()) else { continue };
            let most = there.iter().map(|role| role.largest_own_kb).max().unwrap_or(0);
            let own = |sample: &Sample| sample.roles.get(&role).map(|role| role.largest_own_kb as f64 / 1024.0);
            let change = self.an_hour(growth(self.samples, own).map(|grown| grown.0), "MB");
            let mb = |kb: u64| kb as f64 / 1024.0;
            let _ = writeln!(
                text,
                "| {role} | {} | {:.1}, {:.1}, {:.1} | {change} | {:.0} | {}, {} |",
                last.count,
                mb(first.largest_own_kb),
                mb(last.largest_own_kb),
                mb(most),
                mb(last.shared_kb),
                first.most_files,
                last.most_files,
            );
        }
        text.push_str(
            "\nOwn memory is what a process does not share (RssAnon); the change is over the last two thirds.\n",
        );
        self.line(&text);
    }

    fn storage(&mut self) {
        let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) else { return };
        let minutes = ((last.at - first.at) / 60.0).max(1e-9);
        let mut text = format!(
            "## Storage\n\n![storage](storage.svg)\n\nThe log grew by {:.1} MB a minute. The hot tier held {:.0} memories in {:.0} MB at first and {:.0} in {:.0} MB at the end.\n\n\
             | table | first MB | last MB |\n|---|---|---|\n",
            (last.wal - first.wal) / 1e6 / minutes,
            first.memories,
            first.hot_tier / 1e6,
            last.memories,
            last.hot_tier / 1e6,
        );
        for (table, bytes) in &last.tables {
            let before = first.tables.get(table).copied().unwrap_or(0.0);
            let _ = writeln!(text, "| {table} | {:.1} | {:.1} |", before / 1e6, bytes / 1e6);
        }
        self.line(&text);
    }

    fn complaints(&mut self) {
        let seen = self.seen;
        let mut text = String::from("## What went wrong\n\n");
        let before = text.len();
        for ((verb, state), (count, message)) in self.pool.errors.lock().expect("nobody panics with the errors").iter()
        {
            let _ = writeln!(text, "- {count} x {verb}: {state} {message}");
        }
        let gone = *self.pool.gone.lock().expect("nobody panics with a counter");
        if gone > 0 {
            let _ = writeln!(
                text,
                "- {gone} spreads came from a memory that the rule of retention had just forgotten (not counted as failed)"
            );
        }
        for what in seen.crashes.iter().chain(&seen.gaps).chain(&seen.violations).take(40) {
            let _ = writeln!(text, "- {what}");
        }
        for (message, count) in seen.complaints.iter().take(20) {
            let _ = writeln!(text, "- the log says {count} x {message}");
        }
        let mut unwell: BTreeMap<&String, (usize, &String)> = BTreeMap::new();
        for (state, reason) in self.samples.iter().flat_map(|sample| &sample.unwell) {
            unwell.entry(state).or_insert((0, reason)).0 += 1;
        }
        for (state, (count, reason)) in unwell.iter().take(20) {
            let _ = writeln!(text, "- {state} in {count} samples: at first {reason}");
        }
        if text.len() == before {
            text.push_str("Nothing.\n");
        }
        self.line(text.trim_end());
    }
}
