//! Synthetic memories and questions: functions of a number, so that every contender and every run gets the same.
//!
//! A memory has 100 words that follow a Zipf law (77 different ones on average, none a stop word); about eight of them are
//! capitalised names, half from a pool that its session of 20 memories shares, half from a Zipf law over all names, so that
//! there are hubs. Vectors have 384 dimensions and lie in clusters.

use engram_cluster_tests::Rng;
use uuid::Uuid;

/// Dimensions of every embedding.
pub const DIMENSIONS: usize = 384;
/// Memories of one context.
pub const SESSION: usize = 20;

const WORDS: usize = 100;
const VOCABULARY: usize = 100_000;
/// Names of a memory, and the names that a session shares.
const NAMES: usize = 8;
const POOL: usize = 12;
const CLUSTERS: usize = 1_000;
/// Words of a question have at least this rank: nobody asks for the words that every memory has.
const RAREST_OF_FREQUENT: usize = 40;
/// 2023-11-14, in seconds since the Unix epoch.
const FIRST_SECOND: u64 = 1_700_000_000;

/// One row, as every contender stores it.
pub struct Memory {
    pub id: Uuid,
    pub content: String,
    pub embedding: Vec<f32>,
    pub names: Vec<String>,
    pub context: String,
    /// Seconds since the Unix epoch.
    pub occurred_at: u64,
}

impl Memory {
    /// When it happened, as ISO 8601 in UTC (days to date: Hinnant 2013, "chrono-compatible low-level date algorithms").
    pub fn occurred_at_text(&self) -> String {
        let days = self.occurred_at / 86_400 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let shifted = (5 * day + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = era * 400 + year + u64::from(month <= 2);
        let day = day - (153 * shifted + 2) / 5 + 1;
        let second = self.occurred_at % 86_400;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// What is asked of a space.
pub struct Question {
    pub text: String,
    pub embedding: Vec<f32>,
}

/// A generator for a space of `n` memories.
pub struct Corpus {
    n: usize,
    centres: Vec<Vec<f32>>,
}

fn unit(rng: &mut Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// An index below `n` with probability about 1 / (index + 1).
fn zipf(rng: &mut Rng, n: usize) -> usize {
    ((n as f64).powf(unit(rng)) as usize).clamp(1, n) - 1
}

/// About normal, mean 0.
fn bell(rng: &mut Rng) -> f32 {
    (0..4).map(|_| unit(rng) as f32).sum::<f32>() - 2.0
}

fn sequence(stream: u64, i: usize) -> Rng {
    // One step separates neighbours: the state of the generator is a plain counter.
    Rng::new(Rng::new(stream << 40 ^ i as u64).next_u64())
}

/// A word of at least two syllables, which no stop list has.
fn word(rank: usize) -> String {
    const ONSETS: [&str; 16] = ["b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"];
    const VOWELS: [&str; 4] = ["a", "e", "i", "o"];
    let mut word = String::new();
    let mut rest = rank;
    for syllable in 0.. {
        if syllable >= 2 && rest == 0 {
            break;
        }
        word += ONSETS[rest % 16];
        word += VOWELS[rest / 16 % 4];
        rest /= 64;
    }
    // No stemmer takes it for an ending.
    word + "k"
}

/// A capitalised name of one or two words.
fn name(number: usize) -> String {
    let capitalised = |rank: usize| {
        let mut word = word(rank);
        word[..1].make_ascii_uppercase();
        word
    };
    let first = capitalised(VOCABULARY + number);
    match number % 3 {
        0 => format!("{first} {}", capitalised(VOCABULARY + number / 3)),
        _ => first,
    }
}

impl Corpus {
    /// A corpus of `n` memories.
    pub fn new(n: usize) -> Corpus {
        let centre = |c| {
            let mut rng = sequence(1, c);
            (0..DIMENSIONS).map(|_| bell(&mut rng)).collect()
        };
        Corpus { n, centres: (0..CLUSTERS).map(centre).collect() }
    }

    /// The id of memory `i`: a uuid of version 7 whose order is that of the numbers.
    pub fn id(&self, i: usize) -> Uuid {
        let milliseconds = ((FIRST_SECOND + 60 * i as u64) * 1000) << 16;
        let random = sequence(2, i).next_u64() >> 2;
        Uuid::from_u64_pair(milliseconds | 7 << 12, 1 << 63 | random)
    }

    fn embedding(&self, cluster: usize, noise: f32, rng: &mut Rng) -> Vec<f32> {
        let centre = &self.centres[cluster % CLUSTERS];
        centre.iter().map(|x| x + noise * bell(rng)).collect()
    }

    fn names(&self, i: usize) -> Vec<String> {
        let mut rng = sequence(3, i);
        let all = (self.n / 2).max(POOL);
        let shared = |slot| sequence(4, i / SESSION * POOL + slot).below(all);
        let mut numbers: Vec<usize> = (0..NAMES)
            .map(|n| match n % 2 {
                0 => shared(rng.below(POOL)),
                _ => zipf(&mut rng, all),
            })
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(name).collect()
    }

    fn ranks(&self, i: usize) -> Vec<usize> {
        let mut rng = sequence(5, i);
        (0..WORDS).map(|_| zipf(&mut rng, VOCABULARY)).collect()
    }

    /// The memory number `i`; numbers beyond the size of the corpus continue it.
    pub fn memory(&self, i: usize) -> Memory {
        let names = self.names(i);
        let mut words: Vec<String> = self.ranks(i).into_iter().map(word).collect();
        for (n, name) in names.iter().enumerate() {
            // Between lower-case words, so that each name stands alone; never the first word.
            let place = 3 + n * 12;
            for (w, part) in name.split(' ').enumerate() {
                words[place + w] = part.to_string();
            }
        }
        Memory {
            id: self.id(i),
            content: words.join(" "),
            embedding: self.embedding(sequence(6, i).below(CLUSTERS), 0.7, &mut sequence(7, i)),
            names: names.iter().map(|name| name.to_lowercase()).collect(),
            context: format!("session {}", i / SESSION),
            occurred_at: FIRST_SECOND + 60 * i as u64,
        }
    }

    /// The question number `q`: seven words and a name of one memory, and a vector of its cluster.
    pub fn question(&self, q: usize) -> Question {
        let mut rng = sequence(8, q);
        let about = rng.below(self.n);
        let names = self.names(about);
        let name = &names[rng.below(names.len())];
        let words: Vec<String> =
            self.ranks(about).into_iter().filter(|rank| *rank >= RAREST_OF_FREQUENT).take(7).map(word).collect();
        Question {
            text: format!("what did {name} say about {}", words.join(" ")),
            embedding: self.embedding(sequence(6, about).below(CLUSTERS), 0.7, &mut rng),
        }
    }

    /// Five memories from which activation spreads: three of one session, two from elsewhere.
    pub fn sources(&self, q: usize) -> Vec<Uuid> {
        let mut rng = sequence(9, q);
        let first = rng.below(self.n) / SESSION * SESSION;
        let others = [rng.below(self.n), rng.below(self.n)];
        let mut sources = vec![first, (first + 3) % self.n, (first + 7) % self.n];
        sources.extend(others.into_iter().filter(|other| *other != first));
        sources.sort_unstable();
        sources.dedup();
        sources.into_iter().map(|i| self.id(i)).collect()
    }
}
