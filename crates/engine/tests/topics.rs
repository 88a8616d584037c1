//! Clusters of real sentences, beside what a person says belongs together (data/topics).

use engram_engine::code::{Code, quantise};
use engram_engine::consolidation::linkage::{Class, Portable, Rules};
use engram_engine::encoder;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// The texts with the number of their matter, and the name of their topic.
fn texts() -> Vec<(String, usize, Code)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/topics");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut matter = 0;
    let mut texts = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            if line.starts_with('#') {
                matter += 1;
            } else {
                let code = quantise(&encoder::embed(line).unwrap()).unwrap();
                texts.push((file.file_stem().unwrap().to_string_lossy().into_owned(), matter, code));
            }
        }
    }
    texts
}

/// Hubert and Arabie 1985.
fn adjusted_rand(a: &[usize], b: &[usize]) -> f64 {
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
    (both - chance) / ((left + right) / 2.0 - chance)
}

#[test]
fn sentences_of_one_matter_come_together_and_others_stay_out() {
    let texts = texts();
    assert_eq!(texts.len(), 320);
    let mut class = Class::new(encoder::DIMENSIONS);
    texts.iter().enumerate().for_each(|(i, (.., code))| class.put((i as u128).to_be_bytes(), code));
    let rules = Rules { threshold: 0.4, min_size: 1, max_size: 1_000, memory: 1 << 26 };
    let clusters = class.run(&rules, &Portable, 1, &AtomicBool::new(false)).unwrap();
    let mut labels = vec![0; texts.len()];
    let (mut found, mut pure, mut of_one_topic) = (0, 0, 0);
    for (label, cluster) in clusters.iter().enumerate() {
        let members: Vec<usize> = cluster.members.iter().map(|id| u128::from_be_bytes(*id) as usize).collect();
        members.iter().for_each(|&i| labels[i] = label);
        if members.len() >= 3 {
            found += 1;
            pure += usize::from(members.iter().all(|&i| texts[i].1 == texts[members[0]].1));
            of_one_topic += usize::from(members.iter().all(|&i| texts[i].0 == texts[members[0]].0));
        }
    }
    let matters: Vec<usize> = texts.iter().map(|text| text.1).collect();
    let index = adjusted_rand(&labels, &matters);
    // Exact arithmetic: the same on every machine. Another encoder or other texts give other numbers.
    assert!((0.54..0.56).contains(&index), "{index}, {found}, {pure}, {of_one_topic}");
    assert_eq!((found, pure, of_one_topic), (38, 35, 36));
}
