//! What is clustered: mixtures from a seeded generator, and real text.

use engram_engine::encoder;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Vectors of one set, and the threshold they are clustered at.
pub struct Set {
    pub name: String,
    pub vectors: Vec<Vec<f32>>,
    pub threshold: f32,
}

/// A fixed sequence of numbers (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Nearly normal: twelve uniform numbers.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| (self.next() >> 40) as f32 / (1u64 << 24) as f32).sum::<f32>() - 6.0
    }

    fn vector(&mut self, dims: usize) -> Vec<f32> {
        (0..dims).map(|_| self.normal()).collect()
    }
}

/// `n` points around `centres` points, of 256 dimensions; two of one centre are at cosine 1 / (1 + noise squared).
pub fn mixture(n: usize, centres: usize, noise: f32) -> Set {
    let mut numbers = Numbers(7);
    let middles: Vec<Vec<f32>> = (0..centres).map(|_| numbers.vector(256)).collect();
    let point = |_| {
        let middle = &middles[(numbers.next() % centres as u64) as usize];
        middle.iter().map(|x| x + noise * numbers.normal()).collect()
    };
    let vectors = (0..n).map(point).collect();
    Set { name: format!("mixture of {centres}, noise {noise}"), vectors, threshold: 0.6 }
}

/// The first `n` sentences of this repository: documents, passages and comments.
pub fn text(n: usize, threshold: f32) -> Set {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["data", "docs", "crates", "src", "tests", "benches", "sql"] {
        list(&root.join(folder), &mut files);
    }
    files.sort();
    let mut sentences = BTreeSet::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let code = file.extension().is_some_and(|extension| extension == "rs");
        let prose = text.lines().map(str::trim).map(|line| match line.find("//") {
            Some(at) if code => line[at..].trim_start_matches(['/', '!', ' ']),
            _ if code => "",
            _ => line,
        });
        let prose = prose.collect::<Vec<_>>().join(" ");
        sentences.extend(
            prose
                .split_inclusive(['.', ';', ':', '?'])
                .map(str::trim)
                .filter(|s| s.split(' ').count() >= 6)
                .map(str::to_string),
        );
    }
    let vectors: Vec<Vec<f32>> = sentences.iter().filter_map(|s| encoder::embed(s)).map(Vec::from).take(n).collect();
    Set { name: format!("sentences of this repository, {threshold}"), vectors, threshold }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let wanted = path
            .extension()
            .is_some_and(|extension| ["rs", "md", "jsonl", "txt", "sql"].iter().any(|e| extension == *e));
        if path.is_dir() {
            list(&path, files);
        } else if wanted {
            files.push(path);
        }
    }
}

/// Texts of data/topics with their topic and their matter.
pub struct Topics {
    pub vectors: Vec<Vec<f32>>,
    pub topics: Vec<usize>,
    pub matters: Vec<usize>,
}

/// The labelled texts. A file is a topic; a line after `#` names a matter, those that follow are its texts.
pub fn topics() -> Topics {
    let mut files = Vec::new();
    list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/topics"), &mut files);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    let mut found = Topics { vectors: Vec::new(), topics: Vec::new(), matters: Vec::new() };
    let mut matter = 0;
    for (topic, file) in files.iter().enumerate() {
        for line in std::fs::read_to_string(file).expect("a topic").lines() {
            if line.starts_with('#') {
                matter += 1;
            } else if let Some(vector) = encoder::embed(line) {
                found.vectors.push(vector.to_vec());
                found.topics.push(topic);
                found.matters.push(matter);
            }
        }
    }
    found
}
