//! Linkage of episodes: beside SciPy's, beside the same with free order, from run to run, and on labelled text.
//!
//! `./scripts/bench linkage` prepares SciPy and runs this. Processor time is that of one thread: it counts where others use the
//! machine too. `cargo bench -p engram-region --bench linkage -- --quick` sees whether everything runs.

mod data;
mod float;
mod measure;
mod scipy;

use data::Set;
use engram_engine::code::{Code, quantise};
use engram_engine::consolidation::linkage::{Class, Cluster, Portable, Rules};
use engram_region::kernel::Kernel;
use measure::{adjusted_rand, peak, quantile, timed};
use std::sync::atomic::AtomicBool;

static GO_ON: AtomicBool = AtomicBool::new(false);

fn rules(threshold: f32, memory: usize) -> Rules {
    Rules { threshold, min_size: 3, max_size: usize::MAX, memory }
}

fn id(i: usize) -> [u8; 16] {
    (i as u128).to_be_bytes()
}

fn codes(vectors: &[Vec<f32>]) -> Vec<Code> {
    vectors.iter().map(|vector| quantise(vector).expect("a vector with a direction")).collect()
}

fn class(codes: &[Code]) -> Class {
    let mut class = Class::new(codes[0].values.len());
    codes.iter().enumerate().for_each(|(i, code)| class.put(id(i), code));
    class
}

fn run(class: &mut Class, rules: &Rules, threads: usize) -> Vec<Cluster> {
    class.run(rules, &Kernel::best(), threads, &GO_ON).expect("nobody cancels").to_vec()
}

/// A label for each vector.
fn labels(codes: &[Code], threshold: f32) -> Vec<u32> {
    let mut labels = vec![0; codes.len()];
    let all = Rules { min_size: 1, ..rules(threshold, 1 << 28) };
    for (label, cluster) in (0..).zip(run(&mut class(codes), &all, 1)) {
        for member in cluster.members {
            labels[u128::from_be_bytes(member) as usize] = label;
        }
    }
    labels
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick" || argument == "--test");
    let n = if quick { 500 } else { 10_000 };
    println!("Dot products: {:?}. Seconds of the processor (one thread), then of the clock.", Kernel::best().dense());
    small(if quick { 5 } else { 200 });
    let sets = [
        data::mixture(n, n / 20, 0.6),
        data::mixture(n, 20, 0.82),
        data::mixture(n, 3, 0.6),
        data::text(n, 0.5),
        data::text(n, 0.6),
        data::text(n, 0.7),
    ];
    for set in &sets {
        large(set, if quick { 1 } else { 3 });
    }
    increments(&sets[4]);
    quality();
}

fn small(times: usize) {
    for set in [data::mixture(1_000, 50, 0.6), data::text(1_000, 0.6)] {
        let codes = codes(&set.vectors);
        let (mut cpu, mut wall) = (Vec::new(), Vec::new());
        for _ in 0..times {
            let mut class = class(&codes);
            let (w, c, _) = timed(|| run(&mut class, &rules(set.threshold, 64 << 20), 1));
            wall.push(w * 1e3);
            cpu.push(c * 1e3);
        }
        println!(
            "1,000 episodes, {}: p50 {:.2} / {:.2} ms, p99 {:.2} / {:.2} ms",
            set.name,
            quantile(&mut cpu, 0.5),
            quantile(&mut wall, 0.5),
            quantile(&mut cpu, 0.99),
            quantile(&mut wall, 0.99)
        );
    }
}

fn large(set: &Set, times: usize) {
    let codes = codes(&set.vectors);
    println!("\n{} episodes, {}", codes.len(), set.name);
    let mut free = Vec::new();
    let mut exact = Vec::new();
    let mut wall = Vec::new();
    for _ in 0..times {
        let (_, cpu, _) = timed(|| float::clusters(&set.vectors, set.threshold, 3));
        free.push(cpu);
        let mut class = class(&codes);
        let (clock, cpu, found) = timed(|| run(&mut class, &rules(set.threshold, 1 << 30), 1));
        exact.push(cpu);
        wall.push(clock);
        if exact.len() == 1 {
            let in_clusters: usize = found.iter().map(|cluster| cluster.members.len()).sum();
            println!("  {} clusters of 3 and more hold {in_clusters} episodes", found.len());
        }
    }
    let (free, exact) = (quantile(&mut free, 0.5), quantile(&mut exact, 0.5));
    println!("  Engram               {exact:.3} / {:.3} s", quantile(&mut wall, 0.5));
    println!("  with floats, no order {free:.3} s: exactness costs {:+.0} %", (exact / free - 1.0) * 100.0);
    for memory in [16 << 20, 64 << 20, 256 << 20, 1 << 30] {
        let mut class = class(&codes);
        let (bytes, (clock, cpu, _)) = peak(|| timed(|| run(&mut class, &rules(set.threshold, memory), 1)));
        let mut class = self::class(&codes);
        let (both, _, _) = timed(|| run(&mut class, &rules(set.threshold, memory), 2));
        println!(
            "  memory {:>4} MB: {cpu:.3} / {clock:.3} s, peak {:.0} MB beside {:.0} MB of the class; two threads {both:.3} s",
            memory >> 20,
            bytes / 1e6,
            class.bytes() as f64 / 1e6
        );
    }
    if codes.len() > 2_000 {
        let mut class = class(&codes);
        let (_, cpu, _) = timed(|| class.run(&rules(set.threshold, 1 << 30), &Portable, 1, &GO_ON).map(<[_]>::len));
        println!("  without vector instructions {cpu:.3} s");
    }
    if let Some(scipy) = scipy::linkage(&set.vectors, &[set.threshold], times) {
        let (mut cpu, mut clock) = (scipy.cpu, scipy.wall);
        let (cpu, clock) = (quantile(&mut cpu, 0.5), quantile(&mut clock, 0.5));
        println!(
            "  SciPy {} {cpu:.3} / {clock:.3} s, {:.0} MB: {:.1} times as long; adjusted Rand index of both {:.4}",
            scipy.version,
            scipy.bytes / 1e6,
            cpu / exact,
            adjusted_rand(&scipy.labels[0], &labels(&codes, set.threshold))
        );
    }
}

/// A hundred new episodes at a time after the first run.
fn increments(set: &Set) {
    let codes = codes(&set.vectors);
    let first = codes.len() - codes.len() / 10;
    let rules = rules(set.threshold, 64 << 20);
    let mut class = class(&codes[..first]);
    let (_, all, _) = timed(|| run(&mut class, &rules, 1));
    let mut times = Vec::new();
    for start in (first..codes.len()).step_by(100) {
        (start..(start + 100).min(codes.len())).for_each(|i| class.put(id(i), &codes[i]));
        times.push(timed(|| run(&mut class, &rules, 1)).1);
    }
    let (_, none, _) = timed(|| run(&mut class, &rules, 1));
    println!(
        "\n{first} episodes, {}: first run {all:.3} s, 100 new ones {:.3} s, none new {none:.6} s",
        set.name,
        quantile(&mut times, 0.5)
    );
}

fn quality() {
    let set = data::topics();
    let codes = codes(&set.vectors);
    let thresholds: Vec<f32> = (1..=17).map(|i| i as f32 * 0.05).map(|t| (t * 100.0).round() / 100.0).collect();
    let scipy = scipy::linkage(&set.vectors, &thresholds, 1);
    let (topics, matters): (Vec<u32>, Vec<u32>) =
        (set.topics.iter().map(|&t| t as u32).collect(), set.matters.iter().map(|&m| m as u32).collect());
    println!("\n{} labelled texts: adjusted Rand index by topic and by matter", codes.len());
    println!("  threshold  topic (SciPy)    matter (SciPy)   clusters of 3 and more, of one matter only");
    for (i, &threshold) in thresholds.iter().enumerate() {
        let own = labels(&codes, threshold);
        let other = scipy.as_ref().map(|scipy| &scipy.labels[i]);
        let beside =
            |truth: &[u32]| other.map_or("-".to_string(), |labels| format!("{:.3}", adjusted_rand(labels, truth)));
        let mut members = std::collections::BTreeMap::<u32, Vec<u32>>::new();
        own.iter().zip(&matters).for_each(|(&label, &matter)| members.entry(label).or_default().push(matter));
        members.retain(|_, matters| matters.len() >= 3);
        let pure = members.values().filter(|matters| matters.iter().all(|m| *m == matters[0])).count();
        println!(
            "  {threshold:.2}       {:.3} ({})    {:.3} ({})    {}, {pure}",
            adjusted_rand(&own, &topics),
            beside(&topics),
            adjusted_rand(&own, &matters),
            beside(&matters),
            members.len()
        );
    }
}
