//! Clocks, memory, and how much two partitions agree.

use std::collections::HashMap;
use std::time::Instant;

/// Wall and processor seconds of one call. The processor's are those of this thread.
pub fn timed<T>(f: impl FnOnce() -> T) -> (f64, f64, T) {
    let (wall, cpu) = (Instant::now(), cpu());
    let out = f();
    (wall.elapsed().as_secs_f64(), self::cpu() - cpu, out)
}

fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// The most bytes beyond what there was before.
pub fn peak<T>(f: impl FnOnce() -> T) -> (f64, T) {
    let status = |key: &str| {
        let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or_default() * 1024.0
    };
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = status("VmRSS");
    let out = f();
    (status("VmHWM") - before, out)
}

pub fn quantile(times: &mut [f64], q: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * q).round() as usize]
}

/// The adjusted Rand index (Hubert and Arabie 1985): 1 for the same partition, about 0 for chance.
pub fn adjusted_rand(a: &[u32], b: &[u32]) -> f64 {
    let pairs = |n: &f64| n * (n - 1.0) / 2.0;
    let (mut both, mut left, mut right) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (&a, &b) in a.iter().zip(b) {
        *both.entry((a, b)).or_insert(0.0) += 1.0;
        *left.entry(a).or_insert(0.0) += 1.0;
        *right.entry(b).or_insert(0.0) += 1.0;
    }
    let both: f64 = both.values().map(pairs).sum();
    let (left, right): (f64, f64) = (left.values().map(pairs).sum(), right.values().map(pairs).sum());
    let chance = left * right / pairs(&(a.len() as f64));
    let most = (left + right) / 2.0;
    if most == chance { 1.0 } else { (both - chance) / (most - chance) }
}
