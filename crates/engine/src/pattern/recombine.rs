//! Recombination: parts of several memories in one that was never stored.
//!
//! Imagining draws on memory by taking episodes apart and putting their details together anew (constructive episodic simulation; Schacter
//! and Addis 2007). One memory gives the frame; each of its slots keeps its filler, or takes that of another memory. Chance comes from
//! a seed that the caller gives: the same seed imagines the same.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// A stream of numbers from a seed: SplitMix64 (Steele, Lea and Flood 2014).
pub struct Stream(u64);

impl Stream {
    /// Number `i` of the streams of a seed.
    pub fn new(seed: u64, i: u64) -> Stream {
        let mut stream = Stream(seed);
        let first = stream.next();
        Stream(first ^ i.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0, to below 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of the memories by weight; none where no weight is above 0. A `novelty` of 0 draws in proportion to weight, 1 all that have any
    /// alike.
    pub fn draw(&mut self, weights: &[f64], novelty: f64) -> Option<usize> {
        let flat = |w: f64| if w > 0.0 { libm::pow(w, 1.0 - novelty.clamp(0.0, 1.0)) } else { 0.0 };
        let sum: f64 = weights.iter().map(|w| flat(*w)).sum();
        let mut left = self.share() * sum;
        let mut last = None;
        for (i, weight) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
            last = Some(i);
            left -= flat(*weight);
            if left < 0.0 {
                break;
            }
        }
        last
    }
}

/// The first sentence of a text, without spaces around it.
pub fn first_sentence(text: &str) -> &str {
    text.split_sentence_bounds().map(str::trim).find(|sentence| !sentence.is_empty()).unwrap_or_default()
}

/// The text with pieces replaced: ranges of bytes in any order. Of two that overlap the one that begins first counts.
pub fn replaced(text: &str, pieces: &[(Range<usize>, String)]) -> String {
    let mut pieces: Vec<&(Range<usize>, String)> = pieces.iter().collect();
    pieces.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (range, piece) in pieces {
        if range.start >= from {
            out.push_str(&text[from..range.start]);
            out.push_str(piece);
            from = range.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Where a text has a piece as whole words, as it is written.
pub fn places(text: &str, piece: &str) -> Vec<Range<usize>> {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    if piece.is_empty() {
        return Vec::new();
    }
    let whole =
        |at: &usize| is_edge(text[..*at].chars().next_back()) && is_edge(text[*at + piece.len()..].chars().next());
    text.match_indices(piece).map(|(at, _)| at).filter(whole).map(|at| at..at + piece.len()).collect()
}

/// A plan: the memory that gives the frame, and for each slot the one that fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub frame: usize,
    /// None where no memory fills the slot.
    pub fillers: Vec<Option<usize>>,
}

impl Plan {
    /// The memories that give something to it, the frame first.
    pub fn sources(&self) -> Vec<usize> {
        let mut out = vec![self.frame];
        for filler in self.fillers.iter().flatten() {
            if !out.contains(filler) {
                out.push(*filler);
            }
        }
        out
    }
}

/// Plans one recombination of memories, each with a weight and with a number for what it has in each slot: equal numbers are equal fillers, 0
/// is none. Each slot of the frame takes the filler of another memory with probability `novelty`, and one does so in any case. None
/// where no memory can give anything to the frame drawn.
pub fn plan(weights: &[f64], slots: &[Vec<u32>], novelty: f64, stream: &mut Stream) -> Option<Plan> {
    let frame = stream.draw(weights, novelty)?;
    let own = &slots[frame];
    // Those that could fill each slot of the frame with something else.
    let others: Vec<Vec<f64>> = (0..own.len())
        .map(|slot| {
            let differs = |i: usize| own[slot] != 0 && slots[i][slot] != 0 && slots[i][slot] != own[slot];
            (0..weights.len()).map(|i| if differs(i) { weights[i] } else { 0.0 }).collect()
        })
        .collect();
    let open: Vec<usize> = (0..own.len()).filter(|slot| others[*slot].iter().any(|w| *w > 0.0)).collect();
    if open.is_empty() {
        return None;
    }
    let sure = open[((stream.share() * open.len() as f64) as usize).min(open.len() - 1)];
    let mut fillers: Vec<Option<usize>> = own.iter().map(|filler| (*filler != 0).then_some(frame)).collect();
    for slot in open {
        let chance = stream.share();
        if slot == sure || chance < novelty {
            fillers[slot] = stream.draw(&others[slot], novelty).or(fillers[slot]);
        }
    }
    Some(Plan { frame, fillers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plan_mixes_at_least_two_memories_and_is_the_same_for_the_same_seed(
            memories in proptest::collection::vec((0.0f64..1.0, proptest::collection::vec(0u32..4, 3)), 1..8),
            novelty in 0.0f64..=1.0,
            seed in any::<u64>(),
        ) {
            let weights: Vec<f64> = memories.iter().map(|m| m.0).collect();
            let slots: Vec<Vec<u32>> = memories.iter().map(|m| m.1.clone()).collect();
            let made = plan(&weights, &slots, novelty, &mut Stream::new(seed, 3));
            prop_assert_eq!(&made, &plan(&weights, &slots, novelty, &mut Stream::new(seed, 3)));
            if let Some(made) = made {
                prop_assert!(made.sources().len() >= 2);
                prop_assert!(weights[made.frame] > 0.0);
                for (slot, filler) in made.fillers.iter().enumerate() {
                    prop_assert_eq!(filler.is_some(), slots[made.frame][slot] != 0);
                    prop_assert!(filler.is_none_or(|i| slots[i][slot] != 0));
                }
            }
        }
    }

    #[test]
    fn novelty_changes_more_slots() {
        let slots: Vec<Vec<u32>> = (1..6).map(|i| vec![i; 8]).collect();
        let changed = |novelty: f64| -> usize {
            (0..200)
                .filter_map(|i| plan(&[1.0; 5], &slots, novelty, &mut Stream::new(7, i)))
                .map(|p| p.fillers.iter().filter(|f| **f != Some(p.frame)).count())
                .sum()
        };
        assert_eq!(changed(0.0), 200);
        assert!(changed(0.0) < changed(0.5) && changed(0.5) < changed(1.0));
        assert_eq!(changed(1.0), 1_600);
    }

    #[test]
    fn a_draw_follows_the_weights_until_novelty_flattens_them() {
        let count = |novelty: f64| {
            let mut stream = Stream::new(1, 1);
            (0..4_000).filter(|_| stream.draw(&[0.9, 0.1, 0.0], novelty) == Some(0)).count()
        };
        assert!((3_400..3_800).contains(&count(0.0)), "{}", count(0.0));
        assert!((1_800..2_200).contains(&count(1.0)), "{}", count(1.0));
        assert_eq!(Stream::new(1, 1).draw(&[0.0, 0.0], 0.5), None);
        assert_eq!(Stream::new(1, 1).draw(&[], 0.5), None);
    }

    #[test]
    fn pieces_of_a_text_are_found_as_words_and_replaced_in_place() {
        let text = "Ana met Anabel; Ana left.";
        assert_eq!(places(text, "Ana"), [0..3, 16..19]);
        assert_eq!(places("\u{e9}Ana Ana\u{e9}", "Ana"), []);
        assert_eq!(places(text, ""), []);
        assert_eq!(replaced(text, &[(16..19, "Bo".into()), (0..3, "Cleo".into())]), "Cleo met Anabel; Bo left.");
        assert_eq!(replaced(text, &[(0..3, "Bo".into()), (1..9, "no".into())]), "Bo met Anabel; Ana left.");
        assert_eq!(replaced("", &[]), "");
        assert_eq!(first_sentence("  The boat sank. Nobody saw it."), "The boat sank.");
        assert_eq!(first_sentence(" "), "");
    }

    #[test]
    fn memories_alike_in_every_slot_make_nothing_new() {
        assert_eq!(plan(&[1.0, 1.0], &[vec![1, 0], vec![1, 0]], 1.0, &mut Stream::new(0, 0)), None);
        assert_eq!(plan(&[], &[], 1.0, &mut Stream::new(0, 0)), None);
    }
}
